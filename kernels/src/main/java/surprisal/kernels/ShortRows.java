package surprisal.kernels;

import java.util.Arrays;

/**
 * {@link Rows} shorter than the 16 lanes of a sum: no vector fits into one, but the exponentials of many rows lie in one
 * piece of memory. They are made in whole vectors, with the bits that each of them has alone; what is left for each row is
 * its maximum and its sum.
 */
final class ShortRows {

    private static final boolean VECTOR = Simd.bits() != 0;

    /** Numbers between two loops over them: they stay in the first-level cache. */
    private static final int BLOCK = 1 << 10;

    /** Fewer numbers than this are not worth a loop of their own. */
    private static final int LEAST = 64;

    private interface Task {
        void rows(int first, int count);
    }

    private ShortRows() {}

    static boolean suits(int rows, int n) {
        return VECTOR && 0 < n && n < Rows.LANES && rows * n >= LEAST;
    }

    private static void blocks(int rows, int n, Task task) {
        int some = BLOCK / n;
        for (int r = 0; r < rows; r += some) {
            task.rows(r, Math.min(some, rows - r));
        }
    }

    static void logSumExp(float[] x, int xo, int rows, int n, float[] y, int yo) {
        float[] t = Scratch.floats(BLOCK);
        float[] s = Scratch.lanes();
        blocks(rows, n, (first, count) -> {
            for (int r = first; r < first + count; r++) y[yo + r] = shift(x, xo + r * n, n, t, (r - first) * n);
            exps(t, 0, count * n, t, 0);
            for (int r = first; r < first + count; r++) {
                float m = y[yo + r];
                if (Float.isFinite(m)) {
                    y[yo + r] = (float) (m + StrictMath.log(Rows.sum(t, (r - first) * n, n, s)));
                }
            }
        });
    }

    static void softmax(float[] x, int xo, int rows, int n, float[] y, int yo) {
        float[] s = Scratch.lanes();
        blocks(rows, n, (first, count) -> {
            int from = yo + first * n;
            int to = from + count * n;
            for (int at = from; at < to; at += n) shift(x, xo + at - yo, n, y, at);
            exps(y, from, count * n, y, from);
            for (int at = from; at < to; at += n) {
                float z = Rows.sum(y, at, n, s);
                for (int i = at; i < at + n; i++) y[i] /= z;
            }
        });
    }

    static void logSoftmax(float[] x, int xo, int rows, int n, float[] y, int yo) {
        float[] t = Scratch.floats(BLOCK);
        float[] s = Scratch.lanes();
        blocks(rows, n, (first, count) -> {
            int from = yo + first * n;
            int to = from + count * n;
            for (int at = from; at < to; at += n) shift(x, xo + at - yo, n, y, at);
            exps(y, from, count * n, t, 0);
            for (int at = from; at < to; at += n) {
                float log = (float) StrictMath.log(Rows.sum(t, at - from, n, s));
                for (int i = at; i < at + n; i++) y[i] -= log;
            }
        });
    }

    static void logSumExpGrad(float[] x, int xo, float[] y, int yo, float[] g, int go, int rows, int n, float[] gx, int gxo) {
        float[] t = Scratch.floats(BLOCK);
        blocks(rows, n, (first, count) -> {
            for (int r = first; r < first + count; r++) shift(x, xo + r * n, n, y[yo + r], t, (r - first) * n);
            exps(t, 0, count * n, t, 0);
            for (int r = first; r < first + count; r++) {
                float weight = g[go + r];
                int gxr = gxo + r * n;
                if (Float.isFinite(y[yo + r])) {
                    for (int i = 0; i < n; i++) gx[gxr + i] += t[(r - first) * n + i] * weight;
                } else {
                    Arrays.fill(gx, gxr, gxr + n, Float.NaN);
                }
            }
        });
    }

    static void logSoftmaxGrad(float[] y, int yo, float[] g, int go, int rows, int n, float[] gx, int gxo) {
        float[] t = Scratch.floats(BLOCK);
        float[] s = Scratch.lanes();
        blocks(rows, n, (first, count) -> {
            exps(y, yo + first * n, count * n, t, 0);
            for (int r = 0; r < count; r++) {
                int gr = go + (first + r) * n;
                int gxr = gxo + (first + r) * n;
                float total = Rows.sum(g, gr, n, s);
                for (int i = 0; i < n; i++) gx[gxr + i] += g[gr + i] - t[r * n + i] * total;
            }
        });
    }

    /** t = x − m, m the maximum, or NaN if m is not finite; returns m. */
    private static float shift(float[] x, int xo, int n, float[] t, int to) {
        int top = Integer.MIN_VALUE;
        for (int i = xo; i < xo + n; i++) top = Math.max(top, Rows.rank(x[i]));
        float m = Rows.ranked(top);
        if (Float.isFinite(m)) {
            shift(x, xo, n, m, t, to);
        } else {
            Arrays.fill(t, to, to + n, Float.NaN);
        }
        return m;
    }

    private static void shift(float[] x, int xo, int n, float m, float[] t, int to) {
        for (int i = 0; i < n; i++) t[to + i] = x[xo + i] - m;
    }

    /** e = exp(t) */
    private static void exps(float[] t, int to, int n, float[] e, int eo) {
        int i = RowsLanes.exp(t, to, n, 0, e, eo);
        for (; i < n; i++) e[eo + i] = Singles.exp(t[to + i]);
    }
}
