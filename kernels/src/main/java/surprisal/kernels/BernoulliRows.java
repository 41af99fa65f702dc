package surprisal.kernels;

import java.util.Objects;
import surprisal.kernels.Gemm.Store;

/** The log-likelihood of independent coin flips given by their log-odds, and its adjoint, in one pass over memory each. */
public final class BernoulliRows {

    private static final boolean VECTOR = Simd.bits() > 0;

    private BernoulliRows() {}

    /**
     * y = Σ_i x_i l_i − log(1 + e^l_i): [rows, n] → [rows].
     *
     * @param l log-odds, [rows, n]
     * @param x events, [rows, n]
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     */
    public static void logProb(float[] l, float[] x, int rows, int n, float[] y) {
        check(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            int size = count * n;
            int at = first * n;
            float[] t = Scratch.floats(size);
            for (int i = VECTOR ? BernoulliLanes.terms(l, at, x, at, size, t, 0) : 0; i < size; i++) {
                t[i] = x[at + i] * l[at + i] - Singles.softplus(l[at + i]);
            }
            Rows.sum(t, 0, count, n, y, first);
        });
    }

    /**
     * l̄ = ȳ (x − σ(l)) or l̄ += …
     *
     * @param l log-odds, [rows, n]
     * @param x events, [rows, n]
     * @param g [rows], ȳ
     * @param rows number of rows
     * @param n their length
     * @param gl [rows, n], l̄
     * @param store whether l̄ is overwritten or added to
     */
    public static void logProbGrad(float[] l, float[] x, float[] g, int rows, int n, float[] gl, Store store) {
        check(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            for (int r = first; r < first + count; r++) {
                if (store == Store.SET) {
                    slopes(l, x, r * n, g[r], n, gl);
                } else {
                    plusSlopes(l, x, r * n, g[r], n, gl);
                }
            }
        });
    }

    private static void slopes(float[] l, float[] x, int at, float up, int n, float[] gl) {
        for (int i = VECTOR ? BernoulliLanes.slopes(l, at, x, at, up, n, gl, at) : 0; i < n; i++) {
            gl[at + i] = (x[at + i] - Singles.sigmoid(l[at + i])) * up;
        }
    }

    private static void plusSlopes(float[] l, float[] x, int at, float up, int n, float[] gl) {
        for (int i = VECTOR ? BernoulliLanes.plusSlopes(l, at, x, at, up, n, gl, at) : 0; i < n; i++) {
            gl[at + i] += (x[at + i] - Singles.sigmoid(l[at + i])) * up;
        }
    }

    /**
     * y = Σ_i x_i l_i − log(1 + e^l_i): [rows, n] → [rows].
     *
     * @param l log-odds, [rows, n]
     * @param x events, [rows, n]
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     */
    public static void logProb(double[] l, double[] x, int rows, int n, double[] y) {
        check(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            int size = count * n;
            int at = first * n;
            double[] t = Scratch.doubles(size);
            for (int i = 0; i < size; i++) {
                t[i] = x[at + i] * l[at + i] - Unary.SOFTPLUS.f(l[at + i]);
            }
            Rows.sum(t, 0, count, n, y, first);
        });
    }

    /**
     * l̄ = ȳ (x − σ(l)) or l̄ += …
     *
     * @param l log-odds, [rows, n]
     * @param x events, [rows, n]
     * @param g [rows], ȳ
     * @param rows number of rows
     * @param n their length
     * @param gl [rows, n], l̄
     * @param store whether l̄ is overwritten or added to
     */
    public static void logProbGrad(double[] l, double[] x, double[] g, int rows, int n, double[] gl, Store store) {
        check(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            for (int r = first; r < first + count; r++) {
                if (store == Store.SET) {
                    slopes(l, x, r * n, g[r], n, gl);
                } else {
                    plusSlopes(l, x, r * n, g[r], n, gl);
                }
            }
        });
    }

    private static void slopes(double[] l, double[] x, int at, double up, int n, double[] gl) {
        for (int i = 0; i < n; i++) {
            gl[at + i] = (x[at + i] - Unary.SIGMOID.f(l[at + i])) * up;
        }
    }

    private static void plusSlopes(double[] l, double[] x, int at, double up, int n, double[] gl) {
        for (int i = 0; i < n; i++) {
            gl[at + i] += (x[at + i] - Unary.SIGMOID.f(l[at + i])) * up;
        }
    }

    private static void check(int rows, int n, int l, int x) {
        Objects.checkFromIndexSize(0L, (long) rows * n, (long) l);
        Objects.checkFromIndexSize(0L, (long) rows * n, (long) x);
    }
}
