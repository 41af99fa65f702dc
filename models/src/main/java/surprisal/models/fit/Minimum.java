package surprisal.models.fit;

import java.util.List;
import surprisal.autodiff.NonFiniteException;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Array;

/** The minimum of a smooth function of a few numbers. */
final class Minimum {
    private static final int WARM = 40;
    private static final int MOST = 200;
    private static final double FLAT = 1e-8;

    private Minimum() {}

    /** A function and its slope. */
    @FunctionalInterface
    interface Slope {

        /**
         * The function.
         *
         * @param x where
         * @param slope its slope there, overwritten
         * @return its value
         */
        double at(double[] x, double[] slope);
    }

    /**
     * Adam's steps of 0.1 first, which bear a bad beginning, then BFGS (Nocedal and Wright 2006, Algorithm 6.1) with
     * steps that are halved until f falls by a share of what its slope promises.
     */
    static double[] of(Slope f, double[] start) {
        return bfgs(f, adam(f, start));
    }

    private static double[] adam(Slope f, double[] start) {
        Array x = Tensor.of(start.clone()).array();
        Array g = Tensor.of(new double[start.length]).array();
        Update adam = Update.adam(0.1);
        double[] at = start.clone();
        double[] slope = new double[start.length];
        for (int step = 0; step < WARM; step++) {
            f.at(at, slope);
            for (int i = 0; i < at.length; i++) {
                g.set(i, slope[i]);
            }
            adam.apply(List.of(g), List.of(x));
            for (int i = 0; i < at.length; i++) {
                at[i] = x.at(i);
            }
        }
        return at;
    }

    private static double[] bfgs(Slope f, double[] start) {
        int n = start.length;
        double[] x = start.clone();
        double[] g = new double[n];
        double[] next = new double[n];
        double[] gNext = new double[n];
        double[] p = new double[n];
        double[][] H = new double[n][n]; // the inverse of the curvature
        double fx = f.at(x, g);
        identity(H, 1 / Math.max(1, norm(g)));
        for (int step = 0; step < MOST && largest(g) > FLAT; step++) {
            double down = 0;
            for (int i = 0; i < n; i++) {
                p[i] = -dot(H[i], g);
                down += p[i] * g[i];
            }
            double t = 1;
            double fNext = Double.NaN;
            for (int halved = 0; halved < 40; halved++, t /= 2) {
                for (int i = 0; i < n; i++) {
                    next[i] = x[i] + t * p[i];
                }
                fNext = value(f, next, gNext);
                if (fNext <= fx + 1e-4 * t * down) {
                    break;
                }
            }
            if (!(fNext < fx)) { // as far down as rounding lets one see
                break;
            }
            update(H, x, next, g, gNext, step == 0);
            System.arraycopy(next, 0, x, 0, n);
            System.arraycopy(gNext, 0, g, 0, n);
            fx = fNext;
        }
        return x;
    }

    /** Infinite where f is not finite: a step that long is halved. */
    private static double value(Slope f, double[] x, double[] slope) {
        try {
            return f.at(x, slope);
        } catch (NonFiniteException e) {
            return Double.POSITIVE_INFINITY;
        }
    }

    /** H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ, where the curvature yᵀs is positive. */
    private static void update(double[][] H, double[] x, double[] next, double[] g, double[] gNext, boolean first) {
        int n = x.length;
        double[] s = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            s[i] = next[i] - x[i];
            y[i] = gNext[i] - g[i];
        }
        double ys = dot(y, s);
        if (!(ys > 0)) {
            return;
        }
        if (first) {
            identity(H, ys / dot(y, y));
        }
        double[] Hy = new double[n];
        for (int i = 0; i < n; i++) {
            Hy[i] = dot(H[i], y);
        }
        double yHy = dot(y, Hy);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                H[i][j] += (1 + yHy / ys) * s[i] * s[j] / ys - (Hy[i] * s[j] + s[i] * Hy[j]) / ys;
            }
        }
    }

    private static void identity(double[][] H, double scale) {
        for (int i = 0; i < H.length; i++) {
            java.util.Arrays.fill(H[i], 0);
            H[i][i] = scale;
        }
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    private static double largest(double[] a) {
        double most = 0;
        for (double x : a) {
            most = Math.max(most, Math.abs(x));
        }
        return most;
    }
}
