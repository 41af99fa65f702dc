package surprisal.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * Functions along the last axis of x: [rows, n], row by row, and their adjoints: x̄ += ȳ ∂y/∂x, where x̄ is
 * {@code gx} and ȳ is {@code g}. Arguments come as inputs, sizes, output; each array with the index of its first
 * element.
 *
 * <p><b>Same bits everywhere.</b> Sums are made in 16 virtual lanes, element i in lane i mod 16, which are then added
 * as a tree of fixed form. Products and sums are rounded one by one.
 *
 * <p><b>Edges.</b> With n = 0 a sum is 0, a maximum and a logSumExp are −∞. NaN in a row makes its results NaN. A
 * logSumExp is −∞ where all of the row is, and +∞ where one element is. The softmax and the logSoftmax of such rows,
 * and the gradient of their logSumExp, are undefined (0/0, ∞/∞): the whole row is NaN.
 *
 * <p>Softmax and its kin read a row once for its maximum, then again from the cache.
 */
public final class Rows {
    private static final int LANES = 16;
    private static final int TOGETHER = 1 << 11; // numbers of rows that are taken together
    private static final int VECTOR_LENGTH = Simd.bits() / 32;

    /** NaNs of one sign, but for one. */
    static final int NANS = 0x007fffff;

    private interface Some {
        void rows(int from, int count);
    }

    private Rows() {}

    /** Whether the threads share the rows. */
    private static boolean shared(int rows, int n) {
        return rows > 1 && (long) rows * n >= Loop.PARALLEL;
    }

    /** Cuts the rows by shape, never by the number of threads; each piece is small enough for one. */
    private static void share(int rows, int n, Some some) {
        int piece = Math.max(1, Loop.CHUNK / Math.max(1, n));
        Workers.run(Math.ceilDiv(rows, piece), c -> some.rows(c * piece, Math.min(piece, rows - c * piece)));
    }

    /**
     * y = Σ_i x_i: [rows, n] → [rows].
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     * @param yo index of its first element
     */
    public static void sum(float[] x, int xo, int rows, int n, float[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> sum(x, xo + r * n, some, n, y, yo + r));
            return;
        }
        float[] s = Scratch.lanes();
        for (int r = 0; r < rows; r++) y[yo + r] = sum(x, xo + r * n, n, s);
    }

    /**
     * x̄ += ȳ, to each element of a row.
     *
     * @param g [rows], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void sumGrad(float[] g, int go, int rows, int n, float[] gx, int gxo) {
        check(g.length, go, rows, 1);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> sumGrad(g, go + r, some, n, gx, gxo + r * n));
            return;
        }
        for (int r = 0; r < rows; r++) plus(g[go + r], n, gx, gxo + r * n);
    }

    /**
     * y = max_i x_i: [rows, n] → [rows].
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     * @param yo index of its first element
     */
    public static void max(float[] x, int xo, int rows, int n, float[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> max(x, xo + r * n, some, n, y, yo + r));
            return;
        }
        for (int r = 0; r < rows; r++) y[yo + r] = max(x, xo + r * n, n);
    }

    /**
     * x̄ += ȳ at the maximum; where several elements attain it, they share ȳ equally. In a row with NaN those that are
     * NaN share it.
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param y [rows], the maxima
     * @param yo index of its first element
     * @param g [rows], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void maxGrad(
            float[] x, int xo, float[] y, int yo, float[] g, int go, int rows, int n, float[] gx, int gxo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        check(g.length, go, rows, 1);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> maxGrad(x, xo + r * n, y, yo + r, g, go + r, some, n, gx, gxo + r * n));
            return;
        }
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n, gxr = gxo + r * n;
            int ties = 0;
            for (int i = 0; i < n; i++) ties += attains(x[xr + i], y[yo + r]) ? 1 : 0;
            float share = g[go + r] / ties;
            for (int i = 0; i < n; i++) if (attains(x[xr + i], y[yo + r])) gx[gxr + i] += share;
        }
    }

    /**
     * y = log Σ_i exp x_i = m + log Σ_i exp(x_i − m), m = max_i x_i: [rows, n] → [rows].
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     * @param yo index of its first element
     */
    public static void logSumExp(float[] x, int xo, int rows, int n, float[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSumExp(x, xo + r * n, some, n, y, yo + r));
            return;
        }
        float[] s = Scratch.lanes(), tops = Scratch.tops();
        for (int first = 0, some; first < rows; first += some) {
            some = together(rows - first, n);
            maxima(x, xo + first * n, some, n, tops);
            for (int r = 0; r < some; r++) y[yo + first + r] = sumExp(x, xo + (first + r) * n, n, tops[r], s);
            for (int r = 0, at = yo + first; r < some; r++, at++) {
                y[at] = Float.isFinite(tops[r]) ? (float) (tops[r] + StrictMath.log(y[at])) : tops[r];
            }
        }
    }

    /**
     * x̄ += ȳ exp(x − y) = ȳ softmax(x).
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param y [rows], the logSumExp of x
     * @param yo index of its first element
     * @param g [rows], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void logSumExpGrad(
            float[] x, int xo, float[] y, int yo, float[] g, int go, int rows, int n, float[] gx, int gxo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        check(g.length, go, rows, 1);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSumExpGrad(x, xo + r * n, y, yo + r, g, go + r, some, n, gx, gxo + r * n));
            return;
        }
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n, gxr = gxo + r * n;
            if (!Float.isFinite(y[yo + r])) {
                Arrays.fill(gx, gxr, gxr + n, Float.NaN);
                continue;
            }
            float weight = g[go + r], m = y[yo + r];
            int i = Simd.on(n) ? RowsLanes.plusExp(weight, x, xr, n, m, gx, gxr) : 0;
            for (; i < n; i++) gx[gxr + i] += Singles.exp(x[xr + i] - m) * weight;
        }
    }

    /**
     * y_i = exp(x_i − m) / Σ_j exp(x_j − m), m = max_i x_i: [rows, n] → [rows, n]. In place if y is x.
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows, n], overwritten
     * @param yo index of its first element
     */
    public static void softmax(float[] x, int xo, int rows, int n, float[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> softmax(x, xo + r * n, some, n, y, yo + r * n));
            return;
        }
        float[] s = Scratch.lanes();
        if (n < LANES) { // nothing in such a row waits for long
            for (int r = 0; r < rows; r++) {
                int xr = xo + r * n, yr = yo + r * n;
                float m = max(x, xr, n);
                int i = Simd.on(n) ? RowsLanes.exp(x, xr, n, m, y, yr) : 0;
                for (; i < n; i++) y[yr + i] = Singles.exp(x[xr + i] - m);
                float z = sum(y, yr, n, s);
                i = Simd.on(n) ? RowsLanes.quotient(y, yr, n, z) : 0;
                for (; i < n; i++) y[yr + i] /= z;
            }
            return;
        }
        float[] tops = Scratch.tops(), sums = Scratch.sums();
        for (int first = 0, some; first < rows; first += some) {
            some = together(rows - first, n);
            int xr = xo + first * n, yr = yo + first * n;
            maxima(x, xr, some, n, tops);
            for (int r = 0; r < some; r++) sums[r] = exp(x, xr + r * n, n, tops[r], y, yr + r * n, s);
            for (int r = 0; r < some; r++, yr += n) { // NaN where the maximum is not finite
                int i = Simd.on(n) ? RowsLanes.quotient(y, yr, n, sums[r]) : 0;
                for (; i < n; i++) y[yr + i] /= sums[r];
            }
        }
    }

    /**
     * x̄_i += y_i (ȳ_i − Σ_j ȳ_j y_j).
     *
     * @param y [rows, n], the softmax
     * @param yo index of its first element
     * @param g [rows, n], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void softmaxGrad(float[] y, int yo, float[] g, int go, int rows, int n, float[] gx, int gxo) {
        check(y.length, yo, rows, n);
        check(g.length, go, rows, n);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> softmaxGrad(y, yo + r * n, g, go + r * n, some, n, gx, gxo + r * n));
            return;
        }
        float[] s = Scratch.lanes();
        for (int r = 0; r < rows; r++) {
            int yr = yo + r * n, gr = go + r * n, gxr = gxo + r * n;
            float mean = dot(g, gr, y, yr, n, s);
            int i = Simd.on(n) ? RowsLanes.plusCentred(y, yr, g, gr, n, mean, gx, gxr) : 0;
            for (; i < n; i++) gx[gxr + i] += y[yr + i] * (g[gr + i] - mean);
        }
    }

    /**
     * y_i = (x_i − m) − log Σ_j exp(x_j − m), m = max_i x_i: [rows, n] → [rows, n]. In place if y is x.
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows, n], overwritten
     * @param yo index of its first element
     */
    public static void logSoftmax(float[] x, int xo, int rows, int n, float[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSoftmax(x, xo + r * n, some, n, y, yo + r * n));
            return;
        }
        float[] s = Scratch.lanes(), tops = Scratch.tops(), sums = Scratch.sums();
        for (int first = 0, some; first < rows; first += some) {
            some = together(rows - first, n);
            int xr = xo + first * n, yr = yo + first * n;
            maxima(x, xr, some, n, tops);
            for (int r = 0; r < some; r++) sums[r] = sumExp(x, xr + r * n, n, tops[r], s);
            for (int r = 0; r < some; r++, xr += n, yr += n) { // NaN where the maximum is not finite
                float log = (float) StrictMath.log(sums[r]);
                int i = Simd.on(n) ? RowsLanes.shifted(x, xr, n, tops[r], log, y, yr) : 0;
                for (; i < n; i++) y[yr + i] = x[xr + i] - tops[r] - log;
            }
        }
    }

    /**
     * x̄_i += ȳ_i − exp(y_i) Σ_j ȳ_j.
     *
     * @param y [rows, n], the logSoftmax
     * @param yo index of its first element
     * @param g [rows, n], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void logSoftmaxGrad(float[] y, int yo, float[] g, int go, int rows, int n, float[] gx, int gxo) {
        check(y.length, yo, rows, n);
        check(g.length, go, rows, n);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSoftmaxGrad(y, yo + r * n, g, go + r * n, some, n, gx, gxo + r * n));
            return;
        }
        float[] s = Scratch.lanes();
        for (int r = 0; r < rows; r++) {
            int yr = yo + r * n, gr = go + r * n, gxr = gxo + r * n;
            float total = sum(g, gr, n, s);
            int i = Simd.on(n) ? RowsLanes.plusLessExp(y, yr, g, gr, n, total, gx, gxr) : 0;
            for (; i < n; i++) gx[gxr + i] += g[gr + i] - Singles.exp(y[yr + i]) * total;
        }
    }

    /** How many of the rows are taken together: the exponentials of one alone would wait for its maximum, and its sum for them. */
    private static int together(int rows, int n) {
        return Math.clamp(TOGETHER / Math.max(1, n), 1, Math.min(rows, Scratch.TOPS));
    }

    private static void maxima(float[] x, int xo, int rows, int n, float[] tops) {
        for (int r = 0; r < rows; r++) tops[r] = max(x, xo + r * n, n);
    }

    // --- one row; s is scratch for the 16 lanes ---

    static float sum(float[] x, int xo, int n, float[] s) {
        int i = n >= LANES && Simd.on(n) ? RowsLanes.sums(x, xo, n, s) : cleared(s);
        for (; i < n; i++) s[i & 15] += x[xo + i];
        return tree(s);
    }

    static float dot(float[] x, int xo, float[] y, int yo, int n, float[] s) {
        int i = n >= LANES && Simd.on(n) ? RowsLanes.dots(x, xo, y, yo, n, s) : cleared(s);
        for (; i < n; i++) s[i & 15] += x[xo + i] * y[yo + i];
        return tree(s);
    }

    private static float sumExp(float[] x, int xo, int n, float m, float[] s) {
        int i = n >= LANES && Simd.on(n) ? RowsLanes.exps(x, xo, n, m, s) : cleared(s);
        for (; i < n; i++) s[i & 15] += Singles.exp(x[xo + i] - m);
        return tree(s);
    }

    /** y = exp(x − m), n ≥ 16, and its sum: in one pass, but for vectors of four, which would be four exponentials at a time. */
    private static float exp(float[] x, int xo, int n, float m, float[] y, int yo, float[] s) {
        boolean once = VECTOR_LENGTH >= 8 && Simd.on(n);
        int whole = once ? RowsLanes.exps(x, xo, n, m, y, yo, s) : 0;
        int i = whole + (Simd.on(n) ? RowsLanes.exp(x, xo + whole, n - whole, m, y, yo + whole) : 0);
        for (; i < n; i++) y[yo + i] = Singles.exp(x[xo + i] - m);
        if (!once) return sum(y, yo, n, s);
        for (i = whole; i < n; i++) s[i & 15] += y[yo + i];
        return tree(s);
    }

    static float max(float[] x, int xo, int n) {
        float m = Float.NEGATIVE_INFINITY;
        int i = 0;
        if (n >= LANES && Simd.on(n)) {
            m = ranked(RowsLanes.maximum(x, xo, n));
            i = n - n % VECTOR_LENGTH;
        }
        for (; i < n; i++) m = Math.max(m, x[xo + i]);
        return m;
    }

    /**
     * The float of a rank. Bits of floats, read as integers, have the order of the floats where these are positive and
     * the opposite order where they are negative; turned round there, and less the number of NaNs of one sign, so that
     * those below −∞ wrap to the top, they are ranks: −∞ … −0, 0 … ∞, NaN.
     */
    private static float ranked(int rank) {
        int turned = rank + NANS;
        return Float.intBitsToFloat(turned ^ turned >> 31 & 0x7fffffff);
    }

    /** y += c */
    static void plus(float c, int n, float[] y, int yo) {
        int i = Simd.on(n) ? RowsLanes.plus(c, n, y, yo) : 0;
        for (; i < n; i++) y[yo + i] += c;
    }

    /** y += x */
    static void plus(float[] x, int xo, int n, float[] y, int yo) {
        int i = Simd.on(n) ? RowsLanes.plus(x, xo, n, y, yo) : 0;
        for (; i < n; i++) y[yo + i] += x[xo + i];
    }

    /** y += x for each of the rows of x, in their order, {@code step} apart: once to memory and back for eight of them. */
    static void plus(float[] x, int xo, int step, int rows, int n, float[] y, int yo) {
        int r = 0;
        for (; r <= rows - 8; r += 8, xo += 8 * step) {
            int i = Simd.on(8 * n) ? RowsLanes.plusEight(x, xo, step, n, y, yo) : 0;
            for (; i < n; i++) {
                int o = xo + i;
                y[yo + i] = y[yo + i] + x[o] + x[o + step] + x[o + 2 * step] + x[o + 3 * step]
                        + x[o + 4 * step] + x[o + 5 * step] + x[o + 6 * step] + x[o + 7 * step];
            }
        }
        for (; r < rows; r++, xo += step) plus(x, xo, n, y, yo);
    }

    /** y = max(y, x) */
    static void max(float[] x, int xo, int n, float[] y, int yo) {
        int i = Simd.on(n) ? RowsLanes.max(x, xo, n, y, yo) : 0;
        for (; i < n; i++) y[yo + i] = Math.max(y[yo + i], x[xo + i]);
    }

    /** Whether x is the maximum; where that is NaN, whether x is. */
    static boolean attains(float x, float maximum) {
        return x == maximum || Float.isNaN(x);
    }

    private static int cleared(float[] s) {
        Arrays.fill(s, 0);
        return 0;
    }

    /** Written out: a loop so short costs more than its additions. */
    private static float tree(float[] s) {
        float a = (s[0] + s[8]) + (s[4] + s[12]), b = (s[1] + s[9]) + (s[5] + s[13]);
        float c = (s[2] + s[10]) + (s[6] + s[14]), d = (s[3] + s[11]) + (s[7] + s[15]);
        return (a + c) + (b + d);
    }

    // --- the same in double ---

    /**
     * y = Σ_i x_i: [rows, n] → [rows].
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     * @param yo index of its first element
     */
    public static void sum(double[] x, int xo, int rows, int n, double[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> sum(x, xo + r * n, some, n, y, yo + r));
            return;
        }
        double[] s = Scratch.lanes64();
        for (int r = 0; r < rows; r++) y[yo + r] = sum(x, xo + r * n, n, s);
    }

    /**
     * x̄ += ȳ, to each element of a row.
     *
     * @param g [rows], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void sumGrad(double[] g, int go, int rows, int n, double[] gx, int gxo) {
        check(g.length, go, rows, 1);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> sumGrad(g, go + r, some, n, gx, gxo + r * n));
            return;
        }
        for (int r = 0; r < rows; r++) plus(g[go + r], n, gx, gxo + r * n);
    }

    /**
     * y = max_i x_i: [rows, n] → [rows].
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     * @param yo index of its first element
     */
    public static void max(double[] x, int xo, int rows, int n, double[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> max(x, xo + r * n, some, n, y, yo + r));
            return;
        }
        for (int r = 0; r < rows; r++) y[yo + r] = max(x, xo + r * n, n);
    }

    /**
     * x̄ += ȳ at the maximum; where several elements attain it, they share ȳ equally. In a row with NaN those that are
     * NaN share it.
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param y [rows], the maxima
     * @param yo index of its first element
     * @param g [rows], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void maxGrad(
            double[] x, int xo, double[] y, int yo, double[] g, int go, int rows, int n, double[] gx, int gxo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        check(g.length, go, rows, 1);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> maxGrad(x, xo + r * n, y, yo + r, g, go + r, some, n, gx, gxo + r * n));
            return;
        }
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n, gxr = gxo + r * n;
            int ties = 0;
            for (int i = 0; i < n; i++) ties += attains(x[xr + i], y[yo + r]) ? 1 : 0;
            double share = g[go + r] / ties;
            for (int i = 0; i < n; i++) if (attains(x[xr + i], y[yo + r])) gx[gxr + i] += share;
        }
    }

    /**
     * y = log Σ_i exp x_i = m + log Σ_i exp(x_i − m), m = max_i x_i: [rows, n] → [rows].
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     * @param yo index of its first element
     */
    public static void logSumExp(double[] x, int xo, int rows, int n, double[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSumExp(x, xo + r * n, some, n, y, yo + r));
            return;
        }
        double[] s = Scratch.lanes64();
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n;
            double m = max(x, xr, n);
            y[yo + r] = Double.isFinite(m) ? m + StrictMath.log(sumExp(x, xr, n, m, s)) : m;
        }
    }

    /**
     * x̄ += ȳ exp(x − y) = ȳ softmax(x).
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param y [rows], the logSumExp of x
     * @param yo index of its first element
     * @param g [rows], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void logSumExpGrad(
            double[] x, int xo, double[] y, int yo, double[] g, int go, int rows, int n, double[] gx, int gxo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, 1);
        check(g.length, go, rows, 1);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSumExpGrad(x, xo + r * n, y, yo + r, g, go + r, some, n, gx, gxo + r * n));
            return;
        }
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n, gxr = gxo + r * n;
            if (!Double.isFinite(y[yo + r])) {
                Arrays.fill(gx, gxr, gxr + n, Double.NaN);
                continue;
            }
            double weight = g[go + r], m = y[yo + r];
            for (int i = 0; i < n; i++) gx[gxr + i] += StrictMath.exp(x[xr + i] - m) * weight;
        }
    }

    /**
     * y_i = exp(x_i − m) / Σ_j exp(x_j − m), m = max_i x_i: [rows, n] → [rows, n]. In place if y is x.
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows, n], overwritten
     * @param yo index of its first element
     */
    public static void softmax(double[] x, int xo, int rows, int n, double[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> softmax(x, xo + r * n, some, n, y, yo + r * n));
            return;
        }
        double[] s = Scratch.lanes64();
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n, yr = yo + r * n;
            double m = max(x, xr, n);
            if (!Double.isFinite(m)) {
                Arrays.fill(y, yr, yr + n, Double.NaN);
                continue;
            }
            for (int i = 0; i < n; i++) y[yr + i] = StrictMath.exp(x[xr + i] - m);
            double z = sum(y, yr, n, s);
            for (int i = 0; i < n; i++) y[yr + i] /= z;
        }
    }

    /**
     * x̄_i += y_i (ȳ_i − Σ_j ȳ_j y_j).
     *
     * @param y [rows, n], the softmax
     * @param yo index of its first element
     * @param g [rows, n], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void softmaxGrad(double[] y, int yo, double[] g, int go, int rows, int n, double[] gx, int gxo) {
        check(y.length, yo, rows, n);
        check(g.length, go, rows, n);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> softmaxGrad(y, yo + r * n, g, go + r * n, some, n, gx, gxo + r * n));
            return;
        }
        double[] s = Scratch.lanes64();
        for (int r = 0; r < rows; r++) {
            int yr = yo + r * n, gr = go + r * n, gxr = gxo + r * n;
            double mean = dot(g, gr, y, yr, n, s);
            for (int i = 0; i < n; i++) gx[gxr + i] += y[yr + i] * (g[gr + i] - mean);
        }
    }

    /**
     * y_i = (x_i − m) − log Σ_j exp(x_j − m), m = max_i x_i: [rows, n] → [rows, n]. In place if y is x.
     *
     * @param x [rows, n]
     * @param xo index of its first element
     * @param rows number of rows
     * @param n their length
     * @param y [rows, n], overwritten
     * @param yo index of its first element
     */
    public static void logSoftmax(double[] x, int xo, int rows, int n, double[] y, int yo) {
        check(x.length, xo, rows, n);
        check(y.length, yo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSoftmax(x, xo + r * n, some, n, y, yo + r * n));
            return;
        }
        double[] s = Scratch.lanes64();
        for (int r = 0; r < rows; r++) {
            int xr = xo + r * n, yr = yo + r * n;
            double m = max(x, xr, n);
            if (!Double.isFinite(m)) {
                Arrays.fill(y, yr, yr + n, Double.NaN);
                continue;
            }
            double log = StrictMath.log(sumExp(x, xr, n, m, s));
            for (int i = 0; i < n; i++) y[yr + i] = x[xr + i] - m - log;
        }
    }

    /**
     * x̄_i += ȳ_i − exp(y_i) Σ_j ȳ_j.
     *
     * @param y [rows, n], the logSoftmax
     * @param yo index of its first element
     * @param g [rows, n], ȳ
     * @param go index of its first element
     * @param rows number of rows
     * @param n their length
     * @param gx [rows, n], x̄
     * @param gxo index of its first element
     */
    public static void logSoftmaxGrad(double[] y, int yo, double[] g, int go, int rows, int n, double[] gx, int gxo) {
        check(y.length, yo, rows, n);
        check(g.length, go, rows, n);
        check(gx.length, gxo, rows, n);
        if (shared(rows, n)) {
            share(rows, n, (r, some) -> logSoftmaxGrad(y, yo + r * n, g, go + r * n, some, n, gx, gxo + r * n));
            return;
        }
        double[] s = Scratch.lanes64();
        for (int r = 0; r < rows; r++) {
            int yr = yo + r * n, gr = go + r * n, gxr = gxo + r * n;
            double total = sum(g, gr, n, s);
            for (int i = 0; i < n; i++) gx[gxr + i] += g[gr + i] - StrictMath.exp(y[yr + i]) * total;
        }
    }

    // --- one row; s is scratch for the 16 lanes ---

    static double sum(double[] x, int xo, int n, double[] s) {
        Arrays.fill(s, 0);
        for (int i = 0; i < n; i++) s[i & 15] += x[xo + i];
        return tree(s);
    }

    static double dot(double[] x, int xo, double[] y, int yo, int n, double[] s) {
        Arrays.fill(s, 0);
        for (int i = 0; i < n; i++) s[i & 15] += x[xo + i] * y[yo + i];
        return tree(s);
    }

    private static double sumExp(double[] x, int xo, int n, double m, double[] s) {
        Arrays.fill(s, 0);
        for (int i = 0; i < n; i++) s[i & 15] += StrictMath.exp(x[xo + i] - m);
        return tree(s);
    }

    static double max(double[] x, int xo, int n) {
        double m = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) m = Math.max(m, x[xo + i]);
        return m;
    }

    /** y += c */
    static void plus(double c, int n, double[] y, int yo) {
        for (int i = 0; i < n; i++) y[yo + i] += c;
    }

    /** y += x */
    static void plus(double[] x, int xo, int n, double[] y, int yo) {
        for (int i = 0; i < n; i++) y[yo + i] += x[xo + i];
    }

    /** y += x for each of the rows of x, in their order, {@code step} apart. */
    static void plus(double[] x, int xo, int step, int rows, int n, double[] y, int yo) {
        for (int r = 0; r < rows; r++) plus(x, xo + r * step, n, y, yo);
    }

    /** y = max(y, x) */
    static void max(double[] x, int xo, int n, double[] y, int yo) {
        for (int i = 0; i < n; i++) y[yo + i] = Math.max(y[yo + i], x[xo + i]);
    }

    /** Whether x is the maximum; where that is NaN, whether x is. */
    static boolean attains(double x, double maximum) {
        return x == maximum || Double.isNaN(x);
    }

    private static double tree(double[] s) {
        for (int l = 0; l < 8; l++) s[l] += s[l + 8];
        for (int l = 0; l < 4; l++) s[l] += s[l + 4];
        return (s[0] + s[2]) + (s[1] + s[3]);
    }

    private static void check(int length, int off, int rows, int n) {
        Objects.checkFromIndexSize((long) off, (long) rows * n, (long) length);
    }
}
