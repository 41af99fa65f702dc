package surprisal.kernels;

import java.util.Arrays;
import java.util.Objects;
import surprisal.kernels.Gemm.Store;

/**
 * D_KL[N(μ, σ²) ‖ N(μ₀, σ₀²)] of independent coordinates, and its adjoints. Everything is in ratios: the square of a small
 * σ₀ is 0 in float.
 */
public final class NormalRows {
    /** Copies that take as long as one term, with its logarithms: so few rows are shared by the threads. */
    private static final int COST = 8;

    /** Numbers that are done at a time. */
    private static final int STRETCH = 512;

    private NormalRows() {}

    /**
     * y = Σ_i log σ₀/σ + ½ ((σ/σ₀)² + ((μ − μ₀)/σ₀)²) − ½: [rows, n] → [rows].
     *
     * @param m μ
     * @param s σ
     * @param m0 μ₀
     * @param s0 σ₀
     * @param steps how far apart the rows of each of the four are: n, or 0 for one row that meets all
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     */
    public static void kl(float[] m, float[] s, float[] m0, float[] s0, int[] steps, int rows, int n, float[] y) {
        check(rows, n, steps, m.length, s.length, m0.length, s0.length);
        Blocks.each(rows, COST * n, (first, count) -> {
            int size = count * n;
            float[] t = Scratch.floats(7 * size);
            float[] each = rows(s, steps[1], n, size, t, 3 * size);
            float[] mean = rows(m, steps[0], n, size, t, 4 * size);
            float[] std0 = rows(s0, steps[3], n, size, t, 5 * size);
            float[] mean0 = rows(m0, steps[2], n, size, t, 6 * size);
            log(s, steps[1], first, n, size, t, size);
            log(s0, steps[3], first, n, size, t, 2 * size);
            terms(
                    mean, at(steps[0], first, n, size, 4 * size), each, at(steps[1], first, n, size, 3 * size),
                    mean0, at(steps[2], first, n, size, 6 * size), std0, at(steps[3], first, n, size, 5 * size), size, t);
            Rows.sum(t, 0, count, n, y, first);
        });
    }

    /** The rows as one stretch of memory: x itself, or the row that meets several as often as it does, in t. */
    private static float[] rows(float[] x, int step, int n, int size, float[] t, int to) {
        if (step != 0 || size == n) {
            return x;
        }
        System.arraycopy(x, 0, t, to, n);
        repeat(t, to, n, size);
        return t;
    }

    /** Where that begins. */
    private static int at(int step, int first, int n, int size, int to) {
        return step != 0 || size == n ? first * step : to;
    }

    private static void repeat(float[] t, int at, int n, int size) {
        for (int done = n; done < size; done *= 2) {
            System.arraycopy(t, at, t, at + done, Math.min(done, size - done));
        }
    }

    private static void log(float[] x, int step, int first, int n, int size, float[] t, int to) {
        Loop.map(Unary.LOG, x, first * step, t, to, step == 0 ? n : size);
        if (step == 0) {
            repeat(t, to, n, size);
        }
    }

    /** t = log σ₀ − log σ + …, the logarithms being behind it already. */
    private static void terms(
            float[] m, int mo, float[] s, int so, float[] m0, int m0o, float[] s0, int s0o, int n, float[] t) {
        int i = Simd.on(n) ? NormalLanes.terms(m, mo, s, so, m0, m0o, s0, s0o, n, 2 * n, n, t, 0) : 0;
        for (; i < n; i++) {
            float ratio = s[so + i] / s0[s0o + i];
            float shift = (m[mo + i] - m0[m0o + i]) / s0[s0o + i];
            t[i] = t[2 * n + i] - t[n + i] + (ratio * ratio + shift * shift) * 0.5f - 0.5f;
        }
    }

    /**
     * The adjoint in one of the four: μ̄ = ȳ (μ − μ₀)/σ₀², σ̄ = ȳ (σ/σ₀² − 1/σ), μ̄₀ = −μ̄,
     * σ̄₀ = ȳ (1 − (σ/σ₀)² − ((μ − μ₀)/σ₀)²)/σ₀.
     *
     * @param k which: 0 for μ, 1 for σ, 2 for μ₀, 3 for σ₀
     * @param m μ
     * @param s σ
     * @param m0 μ₀
     * @param s0 σ₀
     * @param steps as in {@link #kl}
     * @param g [rows], ȳ
     * @param rows number of rows
     * @param n their length
     * @param gx the gradient in that one, of its shape
     * @param store whether it is overwritten or added to
     */
    public static void klGrad(
            int k, float[] m, float[] s, float[] m0, float[] s0, int[] steps, float[] g, int rows, int n,
            float[] gx, Store store) {
        check(rows, n, steps, m.length, s.length, m0.length, s0.length);
        if (store == Store.SET) {
            Arrays.fill(gx, 0);
        }
        if (steps[k] == 0 || Blocks.few(rows, COST * n)) { // where one row gets the sum of all, they come in their order
            klGrad(k, m, s, m0, s0, steps, g, 0, rows, n, gx);
        } else {
            Blocks.each(rows, COST * n, (first, count) -> klGrad(k, m, s, m0, s0, steps, g, first, count, n, gx));
        }
    }

    /** Of some rows: as many at a time as are one stretch of memory, or one by one into a row that gets the sum of all. */
    private static void klGrad(
            int k, float[] m, float[] s, float[] m0, float[] s0, int[] steps, float[] g, int first, int count, int n,
            float[] gx) {
        int most = steps[k] == 0 ? 1 : Math.max(1, STRETCH / Math.max(1, n));
        for (int r = first, some; r < first + count; r += some) {
            some = Math.min(most, first + count - r);
            int size = some * n;
            float[] t = Scratch.floats(5 * size); // ȳ for each number first
            for (int j = 0; j < some; j++) {
                Arrays.fill(t, j * n, (j + 1) * n, k == 2 ? -g[r + j] : g[r + j]);
            }
            float[] std0 = rows(s0, steps[3], n, size, t, size);
            float[] std = k == 1 || k == 3 ? rows(s, steps[1], n, size, t, 2 * size) : null;
            float[] mean = k == 1 ? null : rows(m, steps[0], n, size, t, 3 * size);
            float[] mean0 = k == 1 ? null : rows(m0, steps[2], n, size, t, 4 * size);
            int s0o = at(steps[3], r, n, size, size);
            int so = at(steps[1], r, n, size, 2 * size);
            int mo = at(steps[0], r, n, size, 3 * size);
            int m0o = at(steps[2], r, n, size, 4 * size);
            int to = r * steps[k];
            switch (k) {
                case 1 -> std(std, so, std0, s0o, t, size, gx, to);
                case 3 -> priorStd(mean, mo, std, so, mean0, m0o, std0, s0o, t, size, gx, to);
                default -> mean(mean, mo, mean0, m0o, std0, s0o, t, size, gx, to);
            }
        }
    }

    private static void mean(
            float[] m, int mo, float[] m0, int m0o, float[] s0, int s0o, float[] g, int n, float[] gx, int to) {
        int i = Simd.on(n) ? NormalLanes.mean(m, mo, m0, m0o, s0, s0o, g, n, gx, to) : 0;
        for (; i < n; i++) {
            gx[to + i] += g[i] * ((m[mo + i] - m0[m0o + i]) / s0[s0o + i] / s0[s0o + i]);
        }
    }

    private static void std(float[] s, int so, float[] s0, int s0o, float[] g, int n, float[] gx, int to) {
        int i = Simd.on(n) ? NormalLanes.std(s, so, s0, s0o, g, n, gx, to) : 0;
        for (; i < n; i++) {
            gx[to + i] += g[i] * (s[so + i] / s0[s0o + i] / s0[s0o + i] - 1 / s[so + i]);
        }
    }

    private static void priorStd(
            float[] m, int mo, float[] s, int so, float[] m0, int m0o, float[] s0, int s0o, float[] g, int n,
            float[] gx, int to) {
        int i = Simd.on(n) ? NormalLanes.priorStd(m, mo, s, so, m0, m0o, s0, s0o, g, n, gx, to) : 0;
        for (; i < n; i++) {
            float ratio = s[so + i] / s0[s0o + i];
            float shift = (m[mo + i] - m0[m0o + i]) / s0[s0o + i];
            gx[to + i] += g[i] * ((1 - ratio * ratio - shift * shift) / s0[s0o + i]);
        }
    }

    /**
     * y = Σ_i log σ₀/σ + ½ ((σ/σ₀)² + ((μ − μ₀)/σ₀)²) − ½: [rows, n] → [rows].
     *
     * @param m μ
     * @param s σ
     * @param m0 μ₀
     * @param s0 σ₀
     * @param steps how far apart the rows of each of the four are: n, or 0 for one row that meets all
     * @param rows number of rows
     * @param n their length
     * @param y [rows], overwritten
     */
    public static void kl(double[] m, double[] s, double[] m0, double[] s0, int[] steps, int rows, int n, double[] y) {
        check(rows, n, steps, m.length, s.length, m0.length, s0.length);
        Blocks.each(rows, COST * n, (first, count) -> {
            int size = count * n;
            double[] t = Scratch.doubles(3 * size);
            Loop.map(Unary.LOG, s, first * steps[1], t, size, steps[1] == 0 ? n : size);
            Loop.map(Unary.LOG, s0, first * steps[3], t, 2 * size, steps[3] == 0 ? n : size);
            for (int r = 0; r < count; r++) {
                int at = first + r;
                terms(m, at * steps[0], s, at * steps[1], m0, at * steps[2], s0, at * steps[3],
                        size + r * steps[1], 2 * size + r * steps[3], n, t, r * n);
            }
            Rows.sum(t, 0, count, n, y, first);
        });
    }

    /** t = log σ₀ − log σ + …, the logarithms being in t already. */
    private static void terms(
            double[] m, int mo, double[] s, int so, double[] m0, int m0o, double[] s0, int s0o,
            int log, int log0, int n, double[] t, int to) {
        for (int i = 0; i < n; i++) {
            double ratio = s[so + i] / s0[s0o + i];
            double shift = (m[mo + i] - m0[m0o + i]) / s0[s0o + i];
            t[to + i] = t[log0 + i] - t[log + i] + (ratio * ratio + shift * shift) * 0.5 - 0.5;
        }
    }

    /**
     * The adjoint in one of the four: μ̄ = ȳ (μ − μ₀)/σ₀², σ̄ = ȳ (σ/σ₀² − 1/σ), μ̄₀ = −μ̄,
     * σ̄₀ = ȳ (1 − (σ/σ₀)² − ((μ − μ₀)/σ₀)²)/σ₀.
     *
     * @param k which: 0 for μ, 1 for σ, 2 for μ₀, 3 for σ₀
     * @param m μ
     * @param s σ
     * @param m0 μ₀
     * @param s0 σ₀
     * @param steps as in {@link #kl}
     * @param g [rows], ȳ
     * @param rows number of rows
     * @param n their length
     * @param gx the gradient in that one, of its shape
     * @param store whether it is overwritten or added to
     */
    public static void klGrad(
            int k, double[] m, double[] s, double[] m0, double[] s0, int[] steps, double[] g, int rows, int n,
            double[] gx, Store store) {
        check(rows, n, steps, m.length, s.length, m0.length, s0.length);
        if (store == Store.SET) {
            Arrays.fill(gx, 0);
        }
        if (steps[k] == 0 || Blocks.few(rows, COST * n)) { // where one row gets the sum of all, they come in their order
            klGrad(k, m, s, m0, s0, steps, g, 0, rows, n, gx);
        } else {
            Blocks.each(rows, COST * n, (first, count) -> klGrad(k, m, s, m0, s0, steps, g, first, count, n, gx));
        }
    }

    private static void klGrad(
            int k, double[] m, double[] s, double[] m0, double[] s0, int[] steps, double[] g, int first, int count, int n,
            double[] gx) {
        for (int r = first; r < first + count; r++) {
            int mo = r * steps[0];
            int so = r * steps[1];
            int m0o = r * steps[2];
            int s0o = r * steps[3];
            int to = r * steps[k];
            switch (k) {
                case 0 -> mean(m, mo, m0, m0o, s0, s0o, g[r], n, gx, to);
                case 1 -> std(s, so, s0, s0o, g[r], n, gx, to);
                case 2 -> mean(m, mo, m0, m0o, s0, s0o, -g[r], n, gx, to);
                default -> priorStd(m, mo, s, so, m0, m0o, s0, s0o, g[r], n, gx, to);
            }
        }
    }

    private static void mean(
            double[] m, int mo, double[] m0, int m0o, double[] s0, int s0o, double g, int n, double[] gx, int to) {
        for (int i = 0; i < n; i++) {
            gx[to + i] += g * ((m[mo + i] - m0[m0o + i]) / s0[s0o + i] / s0[s0o + i]);
        }
    }

    private static void std(double[] s, int so, double[] s0, int s0o, double g, int n, double[] gx, int to) {
        for (int i = 0; i < n; i++) {
            gx[to + i] += g * (s[so + i] / s0[s0o + i] / s0[s0o + i] - 1 / s[so + i]);
        }
    }

    private static void priorStd(
            double[] m, int mo, double[] s, int so, double[] m0, int m0o, double[] s0, int s0o, double g, int n,
            double[] gx, int to) {
        for (int i = 0; i < n; i++) {
            double ratio = s[so + i] / s0[s0o + i];
            double shift = (m[mo + i] - m0[m0o + i]) / s0[s0o + i];
            gx[to + i] += g * ((1 - ratio * ratio - shift * shift) / s0[s0o + i]);
        }
    }

    private static void check(int rows, int n, int[] steps, int... lengths) {
        for (int k = 0; k < lengths.length; k++) {
            Objects.checkFromIndexSize(0L, steps[k] == 0 ? Math.min(rows, 1) * (long) n : (long) rows * n, (long) lengths[k]);
        }
    }
}
