package surprisal.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * Sums and maxima along a middle axis, [outer, n, inner] → [outer, inner], and their adjoints: x̄ += ȳ ∂y/∂x, where x̄
 * is {@code gx} and ȳ is {@code g}; and the sum of a whole array. Edges are as in {@link Rows}, which does inner = 1.
 *
 * <p>With inner > 1 each sum is made in the order of its n terms. The sum of a whole array, or of a row as long, is made of
 * chunks of 2^15 elements, each summed as a row, whose sums are added in order, in double. So no result depends on the width of
 * vectors or the number of threads, which share the chunks; so they do for the maximum of such a row.
 */
public final class Reduce {
    private static final int CHUNK = 1 << 15;
    private static final int COLUMNS = 256; // columns whose ties are counted at a time

    private Reduce() {}

    /**
     * Σ_i x_i over n elements.
     *
     * @param x the array
     * @param off index of the first element
     * @param n how many
     * @return the sum
     */
    public static float sum(float[] x, int off, int n) {
        Objects.checkFromIndexSize(off, n, x.length);
        if (n <= CHUNK) return Rows.sum(x, off, n, Scratch.lanes());
        double[] parts = new double[(n - 1) / CHUNK + 1];
        Workers.run(parts.length, c -> {
            int from = c * CHUNK;
            parts[c] = Rows.sum(x, off + from, Math.min(CHUNK, n - from), Scratch.lanes());
        });
        double sum = 0;
        for (double part : parts) sum += part;
        return (float) sum;
    }

    /**
     * y_k = Σ_j x_jk: [outer, n, inner] → [outer, inner].
     *
     * @param x [outer, n, inner]
     * @param xo index of its first element
     * @param outer number of blocks
     * @param n length of the axis that goes
     * @param inner length of the axes after it
     * @param y [outer, inner], overwritten
     * @param yo index of its first element
     */
    public static void sum(float[] x, int xo, int outer, int n, int inner, float[] y, int yo) {
        if (inner == 1 && n > CHUNK) {
            Objects.checkFromIndexSize(yo, outer, y.length);
            for (int o = 0; o < outer; o++) y[yo + o] = sum(x, xo + o * n, n);
            return;
        }
        if (inner == 1) {
            Rows.sum(x, xo, outer, n, y, yo);
            return;
        }
        check(x.length, xo, outer, n, inner);
        check(y.length, yo, outer, 1, inner);
        Arrays.fill(y, yo, yo + outer * inner, 0);
        for (int o = 0; o < outer; o++) Rows.plus(x, xo + o * n * inner, inner, n, inner, y, yo + o * inner);
    }

    /**
     * x̄_jk += ȳ_k.
     *
     * @param g [outer, inner], ȳ
     * @param go index of its first element
     * @param outer number of blocks
     * @param n length of the axis that was summed
     * @param inner length of the axes after it
     * @param gx [outer, n, inner], x̄
     * @param gxo index of its first element
     */
    public static void sumGrad(float[] g, int go, int outer, int n, int inner, float[] gx, int gxo) {
        if (inner == 1) {
            Rows.sumGrad(g, go, outer, n, gx, gxo);
            return;
        }
        check(g.length, go, outer, 1, inner);
        check(gx.length, gxo, outer, n, inner);
        for (int o = 0; o < outer; o++, go += inner) {
            for (int j = 0; j < n; j++, gxo += inner) Rows.plus(g, go, inner, gx, gxo);
        }
    }

    /**
     * y_k = max_j x_jk: [outer, n, inner] → [outer, inner].
     *
     * @param x [outer, n, inner]
     * @param xo index of its first element
     * @param outer number of blocks
     * @param n length of the axis that goes
     * @param inner length of the axes after it
     * @param y [outer, inner], overwritten
     * @param yo index of its first element
     */
    public static void max(float[] x, int xo, int outer, int n, int inner, float[] y, int yo) {
        if (inner == 1 && n > CHUNK) {
            check(x.length, xo, outer, n, inner);
            Objects.checkFromIndexSize(yo, outer, y.length);
            for (int o = 0; o < outer; o++) y[yo + o] = max(x, xo + o * n, n);
            return;
        }
        if (inner == 1) {
            Rows.max(x, xo, outer, n, y, yo);
            return;
        }
        check(x.length, xo, outer, n, inner);
        check(y.length, yo, outer, 1, inner);
        Arrays.fill(y, yo, yo + outer * inner, Float.NEGATIVE_INFINITY);
        for (int o = 0; o < outer; o++, yo += inner) {
            for (int j = 0; j < n; j++, xo += inner) Rows.max(x, xo, inner, y, yo);
        }
    }

    /** Of a long row, by chunks that the threads share. */
    private static float max(float[] x, int off, int n) {
        float[] parts = new float[(n - 1) / CHUNK + 1];
        Workers.run(parts.length, c -> {
            int from = c * CHUNK;
            parts[c] = Rows.max(x, off + from, Math.min(CHUNK, n - from));
        });
        return Rows.max(parts, 0, parts.length);
    }

    /**
     * x̄ += ȳ at the maximum; where several of the n elements attain it, they share ȳ equally, as in {@link Rows}.
     *
     * @param x [outer, n, inner]
     * @param xo index of its first element
     * @param y [outer, inner], the maxima
     * @param yo index of its first element
     * @param g [outer, inner], ȳ
     * @param go index of its first element
     * @param outer number of blocks
     * @param n length of the axis that went
     * @param inner length of the axes after it
     * @param gx [outer, n, inner], x̄
     * @param gxo index of its first element
     */
    public static void maxGrad(
            float[] x, int xo, float[] y, int yo, float[] g, int go, int outer, int n, int inner,
            float[] gx, int gxo) {
        if (inner == 1) {
            Rows.maxGrad(x, xo, y, yo, g, go, outer, n, gx, gxo);
            return;
        }
        check(x.length, xo, outer, n, inner);
        check(y.length, yo, outer, 1, inner);
        check(g.length, go, outer, 1, inner);
        check(gx.length, gxo, outer, n, inner);
        int[] ties = Scratch.ints(Math.min(inner, COLUMNS));
        for (int o = 0; o < outer; o++, xo += n * inner, gxo += n * inner, yo += inner, go += inner) {
            for (int k = 0; k < inner; k += COLUMNS) {
                int columns = Math.min(COLUMNS, inner - k);
                maxGrad(x, xo + k, y, yo + k, g, go + k, n, inner, columns, gx, gxo + k, ties);
            }
        }
    }

    private static void maxGrad(
            float[] x, int xo, float[] y, int yo, float[] g, int go, int n, int stride, int columns,
            float[] gx, int gxo, int[] ties) {
        Arrays.fill(ties, 0, columns, 0);
        for (int j = 0, at = xo; j < n; j++, at += stride) {
            int k = Simd.on(columns) ? RowsLanes.ties(x, at, y, yo, columns, ties) : 0;
            for (; k < columns; k++) ties[k] += Rows.attains(x[at + k], y[yo + k]) ? 1 : 0;
        }
        float[] shares = Scratch.floats(columns);
        for (int k = 0; k < columns; k++) shares[k] = g[go + k] / ties[k];
        for (int j = 0; j < n; j++, xo += stride, gxo += stride) {
            int k = Simd.on(columns) ? RowsLanes.plusTied(x, xo, y, yo, shares, columns, gx, gxo) : 0;
            for (; k < columns; k++) {
                if (Rows.attains(x[xo + k], y[yo + k])) gx[gxo + k] += shares[k];
            }
        }
    }

    // --- the same in double ---

    /**
     * Σ_i x_i over n elements.
     *
     * @param x the array
     * @param off index of the first element
     * @param n how many
     * @return the sum
     */
    public static double sum(double[] x, int off, int n) {
        Objects.checkFromIndexSize(off, n, x.length);
        if (n <= CHUNK) return Rows.sum(x, off, n, Scratch.lanes64());
        double[] parts = new double[(n - 1) / CHUNK + 1];
        Workers.run(parts.length, c -> {
            int from = c * CHUNK;
            parts[c] = Rows.sum(x, off + from, Math.min(CHUNK, n - from), Scratch.lanes64());
        });
        double sum = 0;
        for (double part : parts) sum += part;
        return sum;
    }

    /**
     * y_k = Σ_j x_jk: [outer, n, inner] → [outer, inner].
     *
     * @param x [outer, n, inner]
     * @param xo index of its first element
     * @param outer number of blocks
     * @param n length of the axis that goes
     * @param inner length of the axes after it
     * @param y [outer, inner], overwritten
     * @param yo index of its first element
     */
    public static void sum(double[] x, int xo, int outer, int n, int inner, double[] y, int yo) {
        if (inner == 1 && n > CHUNK) {
            Objects.checkFromIndexSize(yo, outer, y.length);
            for (int o = 0; o < outer; o++) y[yo + o] = sum(x, xo + o * n, n);
            return;
        }
        if (inner == 1) {
            Rows.sum(x, xo, outer, n, y, yo);
            return;
        }
        check(x.length, xo, outer, n, inner);
        check(y.length, yo, outer, 1, inner);
        Arrays.fill(y, yo, yo + outer * inner, 0);
        for (int o = 0; o < outer; o++) Rows.plus(x, xo + o * n * inner, inner, n, inner, y, yo + o * inner);
    }

    /**
     * x̄_jk += ȳ_k.
     *
     * @param g [outer, inner], ȳ
     * @param go index of its first element
     * @param outer number of blocks
     * @param n length of the axis that was summed
     * @param inner length of the axes after it
     * @param gx [outer, n, inner], x̄
     * @param gxo index of its first element
     */
    public static void sumGrad(double[] g, int go, int outer, int n, int inner, double[] gx, int gxo) {
        if (inner == 1) {
            Rows.sumGrad(g, go, outer, n, gx, gxo);
            return;
        }
        check(g.length, go, outer, 1, inner);
        check(gx.length, gxo, outer, n, inner);
        for (int o = 0; o < outer; o++, go += inner) {
            for (int j = 0; j < n; j++, gxo += inner) Rows.plus(g, go, inner, gx, gxo);
        }
    }

    /**
     * y_k = max_j x_jk: [outer, n, inner] → [outer, inner].
     *
     * @param x [outer, n, inner]
     * @param xo index of its first element
     * @param outer number of blocks
     * @param n length of the axis that goes
     * @param inner length of the axes after it
     * @param y [outer, inner], overwritten
     * @param yo index of its first element
     */
    public static void max(double[] x, int xo, int outer, int n, int inner, double[] y, int yo) {
        if (inner == 1 && n > CHUNK) {
            check(x.length, xo, outer, n, inner);
            Objects.checkFromIndexSize(yo, outer, y.length);
            for (int o = 0; o < outer; o++) y[yo + o] = max(x, xo + o * n, n);
            return;
        }
        if (inner == 1) {
            Rows.max(x, xo, outer, n, y, yo);
            return;
        }
        check(x.length, xo, outer, n, inner);
        check(y.length, yo, outer, 1, inner);
        Arrays.fill(y, yo, yo + outer * inner, Double.NEGATIVE_INFINITY);
        for (int o = 0; o < outer; o++, yo += inner) {
            for (int j = 0; j < n; j++, xo += inner) Rows.max(x, xo, inner, y, yo);
        }
    }

    /** Of a long row, by chunks that the threads share. */
    private static double max(double[] x, int off, int n) {
        double[] parts = new double[(n - 1) / CHUNK + 1];
        Workers.run(parts.length, c -> {
            int from = c * CHUNK;
            parts[c] = Rows.max(x, off + from, Math.min(CHUNK, n - from));
        });
        return Rows.max(parts, 0, parts.length);
    }

    /**
     * x̄ += ȳ at the maximum; where several of the n elements attain it, they share ȳ equally, as in {@link Rows}.
     *
     * @param x [outer, n, inner]
     * @param xo index of its first element
     * @param y [outer, inner], the maxima
     * @param yo index of its first element
     * @param g [outer, inner], ȳ
     * @param go index of its first element
     * @param outer number of blocks
     * @param n length of the axis that went
     * @param inner length of the axes after it
     * @param gx [outer, n, inner], x̄
     * @param gxo index of its first element
     */
    public static void maxGrad(
            double[] x, int xo, double[] y, int yo, double[] g, int go, int outer, int n, int inner,
            double[] gx, int gxo) {
        if (inner == 1) {
            Rows.maxGrad(x, xo, y, yo, g, go, outer, n, gx, gxo);
            return;
        }
        check(x.length, xo, outer, n, inner);
        check(y.length, yo, outer, 1, inner);
        check(g.length, go, outer, 1, inner);
        check(gx.length, gxo, outer, n, inner);
        int[] ties = Scratch.ints(Math.min(inner, COLUMNS));
        for (int o = 0; o < outer; o++, xo += n * inner, gxo += n * inner, yo += inner, go += inner) {
            for (int k = 0; k < inner; k += COLUMNS) {
                int columns = Math.min(COLUMNS, inner - k);
                maxGrad(x, xo + k, y, yo + k, g, go + k, n, inner, columns, gx, gxo + k, ties);
            }
        }
    }

    private static void maxGrad(
            double[] x, int xo, double[] y, int yo, double[] g, int go, int n, int stride, int columns,
            double[] gx, int gxo, int[] ties) {
        Arrays.fill(ties, 0, columns, 0);
        for (int j = 0, at = xo; j < n; j++, at += stride) {
            for (int k = 0; k < columns; k++) ties[k] += Rows.attains(x[at + k], y[yo + k]) ? 1 : 0;
        }
        for (int j = 0; j < n; j++, xo += stride, gxo += stride) {
            for (int k = 0; k < columns; k++) {
                if (Rows.attains(x[xo + k], y[yo + k])) gx[gxo + k] += g[go + k] / ties[k];
            }
        }
    }

    private static void check(int length, int off, int outer, int n, int inner) {
        long block = Math.multiplyExact((long) n, (long) inner);
        Objects.checkFromIndexSize((long) off, Math.multiplyExact(outer, block), (long) length);
    }
}
