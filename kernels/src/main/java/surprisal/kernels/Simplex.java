package surprisal.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * What discrete inference does all day with short vectors of probabilities p and of their logarithms, in double and
 * without garbage. Arguments come as arrays, each with the index of its first element, and n, how many elements.
 *
 * <p><b>Same bits everywhere.</b> exp and log are polynomials of this package (0.9 and 0.8 ulp). Sums are made in 16
 * virtual lanes, element i in lane i mod 16, which are then added as a tree of fixed form; products and sums are
 * rounded one by one.
 *
 * <p><b>Zeros.</b> A stabilised logarithm is ln max(p, ε), {@link #EPSILON ε} = 2⁻⁵², so that a probability of 0 costs
 * 36 nats instead of infinitely many. NaN stays NaN.
 */
public final class Simplex {
    /** How many fit one vector. */
    private static final int ONE = Simd.WIDE ? Simd.bits() / Double.SIZE : 0;

    /** ε = 2⁻⁵², below which probabilities are taken for ε when their logarithm is asked for. */
    public static final double EPSILON = 0x1p-52;

    private Simplex() {}

    /**
     * y_i = exp(x_i − m) / Σ_j exp(x_j − m), m = max_i x_i. In place if y is x at the same offset. An element of −∞ has
     * the probability 0; where m is not finite the softmax is undefined (0/0, ∞/∞), and all of y is NaN.
     *
     * @param x [n], logits
     * @param xo index of its first element
     * @param y [n], overwritten
     * @param yo index of its first element
     * @param n how many
     */
    public static void softmax(double[] x, int xo, double[] y, int yo, int n) {
        check(x.length, xo, y.length, yo, n);
        boolean lanes = Simd.wide(n);
        if (lanes && n <= ONE) {
            if (!SimplexLanes.softmax(x, xo, y, yo, n)) Arrays.fill(y, yo, yo + n, Double.NaN);
            return;
        }
        double m = max(x, xo, n);
        if (!Double.isFinite(m)) {
            Arrays.fill(y, yo, yo + n, Double.NaN);
        } else if (lanes) {
            SimplexLanes.quotient(y, yo, n, SimplexLanes.exps(x, xo, m, n, y, yo, n));
        } else {
            for (int i = 0; i < n; i++) y[yo + i] = Doubles.exp(x[xo + i] - m);
            double z = sum(y, yo, n, 0, 1);
            for (int i = 0; i < n; i++) y[yo + i] /= z;
        }
    }

    /**
     * The softmax of each row, with the bits of {@link #softmax}.
     *
     * @param x [rows, stride], logits; overwritten
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param stride how far apart they are, at least n; multiples of 8 are faster
     * @param y for each row an array whose first n elements are overwritten
     */
    public static void softmaxes(double[] x, int xo, int rows, int n, int stride, double[][] y) {
        Objects.checkFromIndexSize((long) xo, Math.max(0, (rows - 1L) * stride + n), (long) x.length);
        if (n > 0 && n <= 2 * ONE && stride % ONE == 0 && (long) xo + (long) rows * stride <= x.length && Simd.wide(rows * n)) {
            SimplexLanes.softmaxes(x, xo, rows, n, stride, y);
            return;
        }
        for (int r = 0, at = xo; r < rows; r++, at += stride) softmax(x, at, y[r], 0, n);
    }

    /**
     * log Σ_i exp x_i = m + log Σ_i exp(x_i − m), m = max_i x_i: −∞ where n = 0 or all x are −∞, +∞ where one is.
     *
     * @param x [n]
     * @param xo index of its first element
     * @param n how many
     * @return log Σ exp x
     */
    public static double logSumExp(double[] x, int xo, int n) {
        Objects.checkFromIndexSize(xo, n, x.length);
        double m = max(x, xo, n);
        if (!Double.isFinite(m)) return m;
        return m + Doubles.log(Simd.wide(n) ? SimplexLanes.exps(x, xo, m, n, x, xo, 0) : exps(x, xo, n, m, 0, 1));
    }

    /**
     * H = −Σ_i p_i ln max(p_i, ε), in nats; 0 where p_i is 0.
     *
     * @param p [n], probabilities
     * @param po index of its first element
     * @param n how many
     * @return H
     */
    public static double entropy(double[] p, int po, int n) {
        Objects.checkFromIndexSize(po, n, p.length);
        return 0 - (Simd.wide(n) ? SimplexLanes.plogs(p, po, n) : plogs(p, po, n, 0, 1));
    }

    /**
     * h_r = −Σ_i p_ri ln max(p_ri, ε): the entropy of each row, with the bits of {@link #entropy}.
     *
     * @param p [rows, stride], probabilities; overwritten
     * @param po index of its first element
     * @param rows number of rows
     * @param n their length
     * @param stride how far apart they are, at least n; multiples of 8 are faster
     * @param h [rows], overwritten; shares no memory with p
     * @param ho index of its first element
     */
    public static void entropies(double[] p, int po, int rows, int n, int stride, double[] h, int ho) {
        Objects.checkFromIndexSize((long) po, Math.max(0, (rows - 1L) * stride + n), (long) p.length);
        Objects.checkFromIndexSize(ho, rows, h.length);
        if (n > 0 && stride % 8 == 0 && po + rows * stride <= p.length && Simd.wide(rows * n)) {
            SimplexLanes.entropies(p, po, rows, n, stride, h, ho);
            return;
        }
        for (int r = 0; r < rows; r++) h[ho + r] = entropy(p, po + r * stride, n);
    }

    /**
     * y_i = ln max(p_i, ε): the stabilised logarithm of discrete active inference. In place if y is p at the same offset.
     *
     * @param p [n], probabilities
     * @param po index of its first element
     * @param y [n], overwritten
     * @param yo index of its first element
     * @param n how many
     */
    public static void logs(double[] p, int po, double[] y, int yo, int n) {
        check(p.length, po, y.length, yo, n);
        if (Simd.wide(n)) SimplexLanes.logs(p, po, y, yo, n);
        else for (int i = 0; i < n; i++) y[yo + i] = log(p[po + i]);
    }

    /**
     * Σ_i a_i b_i.
     *
     * @param a [n]
     * @param ao index of its first element
     * @param b [n]
     * @param bo index of its first element
     * @param n how many
     * @return a · b
     */
    public static double dot(double[] a, int ao, double[] b, int bo, int n) {
        check(a.length, ao, b.length, bo, n);
        return Simd.wide(n) ? SimplexLanes.dot(a, ao, b, bo, n) : dot(a, ao, b, bo, n, 0, 1);
    }

    /**
     * y_i += w x_i, a product and a sum, each rounded.
     *
     * @param w factor
     * @param x [n]
     * @param xo index of its first element
     * @param y [n], added to
     * @param yo index of its first element
     * @param n how many
     */
    public static void addScaled(double w, double[] x, int xo, double[] y, int yo, int n) {
        check(x.length, xo, y.length, yo, n);
        for (int i = 0; i < n; i++) y[yo + i] += w * x[xo + i];
    }

    // ---- one by one

    private static double max(double[] x, int xo, int n) {
        double m = Double.NEGATIVE_INFINITY;
        if (Simd.wide(n)) {
            m = SimplexLanes.max(x, xo, n);
            if (Double.isFinite(m)) return m; // NaN is found by exp
        }
        for (int i = 0; i < n; i++) m = Math.max(m, x[xo + i]);
        return m;
    }

    private static double log(double p) {
        return Doubles.logOfNormal(p < EPSILON ? EPSILON : p);
    }

    // The sum over the lanes l, l + step, l + 2 step …: with step 16 a lane of its own, else two sums with twice the step.

    private static double sum(double[] x, int xo, int n, int l, int step) {
        if (step < 16 && step < n) return sum(x, xo, n, l, 2 * step) + sum(x, xo, n, l + step, 2 * step);
        double s = 0;
        for (int i = l; i < n; i += 16) s += x[xo + i];
        return s;
    }

    private static double dot(double[] a, int ao, double[] b, int bo, int n, int l, int step) {
        if (step < 16 && step < n) {
            return dot(a, ao, b, bo, n, l, 2 * step) + dot(a, ao, b, bo, n, l + step, 2 * step);
        }
        double s = 0;
        for (int i = l; i < n; i += 16) s += a[ao + i] * b[bo + i];
        return s;
    }

    private static double exps(double[] x, int xo, int n, double m, int l, int step) {
        if (step < 16 && step < n) return exps(x, xo, n, m, l, 2 * step) + exps(x, xo, n, m, l + step, 2 * step);
        double s = 0;
        for (int i = l; i < n; i += 16) s += Doubles.exp(x[xo + i] - m);
        return s;
    }

    private static double plogs(double[] p, int po, int n, int l, int step) {
        if (step < 16 && step < n) return plogs(p, po, n, l, 2 * step) + plogs(p, po, n, l + step, 2 * step);
        double s = 0;
        for (int i = l; i < n; i += 16) s += p[po + i] * log(p[po + i]);
        return s;
    }

    private static void check(int x, int xo, int y, int yo, int n) {
        Objects.checkFromIndexSize(xo, n, x);
        Objects.checkFromIndexSize(yo, n, y);
    }
}
