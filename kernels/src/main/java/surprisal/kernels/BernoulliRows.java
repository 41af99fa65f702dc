package surprisal.kernels;

import java.util.Objects;
import surprisal.kernels.Gemm.Store;

/**
 * The log-likelihood of independent coin flips given by their log-odds, and its adjoint, in one pass over memory each.
 * Where there are fewer events than log-odds, m rows of them, row r of the log-odds meets row r mod m: the same events
 * under many guesses.
 */
public final class BernoulliRows {

    /* softplus and σ have a loop of their own. In one with other arithmetic C2 may call them instead of inlining them, in a
     * program where they were compiled before, and each vector is an object then: 1.8 MB a step of a 784-400-20 VAE. */

    private BernoulliRows() {}

    /**
     * y = Σ_i x_i l_i − log(1 + e^l_i): [rows, n] → [rows].
     *
     * @param l log-odds, [rows, n]
     * @param x events, [m, n] with m = rows or a part of them that it is a multiple of
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     */
    public static void logProb(float[] l, float[] x, int rows, int n, float[] y) {
        int m = events(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            float[] t = Scratch.floats(count * n);
            Loop.map(Unary.SOFTPLUS, l, first * n, t, 0, count * n);
            for (int done = 0; done < count; ) {
                int there = (first + done) % m;
                int run = Math.min(count - done, m - there);
                terms(l, (first + done) * n, x, there * n, run * n, t, done * n);
                done += run;
            }
            Rows.sum(t, 0, count, n, y, first);
        });
    }

    /**
     * l̄ = ȳ (x − σ(l)) or l̄ += …
     *
     * @param l log-odds, [rows, n]
     * @param x events, [m, n] with m = rows or a part of them that it is a multiple of
     * @param g [rows], ȳ
     * @param rows number of rows
     * @param n their length
     * @param gl [rows, n], l̄
     * @param store whether l̄ is overwritten or added to
     */
    public static void logProbGrad(float[] l, float[] x, float[] g, int rows, int n, float[] gl, Store store) {
        int m = events(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            float[] p = Scratch.floats(count * n);
            Loop.map(Unary.SIGMOID, l, first * n, p, 0, count * n);
            for (int r = first; r < first + count; r++) {
                if (store == Store.SET) {
                    slopes(p, (r - first) * n, x, r % m * n, g[r], n, gl, r * n);
                } else {
                    plusSlopes(p, (r - first) * n, x, r % m * n, g[r], n, gl, r * n);
                }
            }
        });
    }

    /** t = x l − t */
    private static void terms(float[] l, int at, float[] x, int xAt, int size, float[] t, int tAt) {
        for (int i = Simd.on(size) ? BernoulliLanes.terms(l, at, x, xAt, size, t, tAt) : 0; i < size; i++) {
            t[tAt + i] = x[xAt + i] * l[at + i] - t[tAt + i];
        }
    }

    /** l̄ = (x − p) ȳ */
    private static void slopes(float[] p, int at, float[] x, int xAt, float up, int n, float[] gl, int to) {
        for (int i = Simd.on(n) ? BernoulliLanes.slopes(p, at, x, xAt, up, n, gl, to) : 0; i < n; i++) {
            gl[to + i] = (x[xAt + i] - p[at + i]) * up;
        }
    }

    private static void plusSlopes(float[] p, int at, float[] x, int xAt, float up, int n, float[] gl, int to) {
        for (int i = Simd.on(n) ? BernoulliLanes.plusSlopes(p, at, x, xAt, up, n, gl, to) : 0; i < n; i++) {
            gl[to + i] += (x[xAt + i] - p[at + i]) * up;
        }
    }

    /**
     * y = Σ_i x_i l_i − log(1 + e^l_i): [rows, n] → [rows].
     *
     * @param l log-odds, [rows, n]
     * @param x events, [m, n] with m = rows or a part of them that it is a multiple of
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     */
    public static void logProb(double[] l, double[] x, int rows, int n, double[] y) {
        int m = events(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            double[] t = Scratch.doubles(count * n);
            for (int i = 0; i < count * n; i++) {
                int at = first * n + i;
                t[i] = x[at % (m * n)] * l[at] - Unary.SOFTPLUS.f(l[at]);
            }
            Rows.sum(t, 0, count, n, y, first);
        });
    }

    /**
     * l̄ = ȳ (x − σ(l)) or l̄ += …
     *
     * @param l log-odds, [rows, n]
     * @param x events, [m, n] with m = rows or a part of them that it is a multiple of
     * @param g [rows], ȳ
     * @param rows number of rows
     * @param n their length
     * @param gl [rows, n], l̄
     * @param store whether l̄ is overwritten or added to
     */
    public static void logProbGrad(double[] l, double[] x, double[] g, int rows, int n, double[] gl, Store store) {
        int m = events(rows, n, l.length, x.length);
        Blocks.each(rows, n, (first, count) -> {
            for (int r = first; r < first + count; r++) {
                if (store == Store.SET) {
                    slopes(l, r * n, x, r % m * n, g[r], n, gl);
                } else {
                    plusSlopes(l, r * n, x, r % m * n, g[r], n, gl);
                }
            }
        });
    }

    private static void slopes(double[] l, int at, double[] x, int xAt, double up, int n, double[] gl) {
        for (int i = 0; i < n; i++) {
            gl[at + i] = (x[xAt + i] - Unary.SIGMOID.f(l[at + i])) * up;
        }
    }

    private static void plusSlopes(double[] l, int at, double[] x, int xAt, double up, int n, double[] gl) {
        for (int i = 0; i < n; i++) {
            gl[at + i] += (x[xAt + i] - Unary.SIGMOID.f(l[at + i])) * up;
        }
    }

    /** m, the number of rows of events. */
    private static int events(int rows, int n, int l, int x) {
        Objects.checkFromIndexSize(0L, (long) rows * n, (long) l);
        int m = n == 0 ? rows : Math.min(rows, x / n);
        if (rows > 0 && (m == 0 || rows % m != 0)) {
            throw new IllegalArgumentException("%d rows of log-odds and %d of events: the ones are a multiple of the others"
                    .formatted(rows, m));
        }
        return m;
    }
}
