package surprisal.kernels;

import java.util.Objects;

/**
 * y = Σ_s w_s x_s for weights w and the rows x_s of a table: what a belief expects of a conditional distribution.
 *
 * <p>If no weight is zero, each element is four chains of fused multiply-adds from zero, over s = 0, 4, 8 …, s = 1, 5, 9 …
 * and so on, added as (c₀ + c₁) + (c₂ + c₃). If some are, rows without weight are not looked at (0 · ∞ counts as 0) and the
 * others are added one after the other: a belief that is certain is a copy of one row. So the bits depend on the numbers
 * alone.
 */
public final class Mixture {
    private Mixture() {}

    /**
     * y = Σ_s w_s x_s.
     *
     * @param w weights
     * @param wo offset of the weights
     * @param rows how many weights and rows
     * @param x the rows, one after the other
     * @param xo offset of the first row
     * @param n elements of a row
     * @param y overwritten; shares no memory with w or x
     * @param yo offset of y
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public static void mix(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        Objects.checkFromIndexSize(wo, rows, w.length);
        Objects.checkFromIndexSize(xo, rows * n, x.length);
        Objects.checkFromIndexSize(yo, n, y.length);
        boolean lanes = Simd.on(rows * n);
        if (rows == 0 || (lanes ? MixtureLanes.someZero(w, wo, rows) : someZero(w, wo, rows))) {
            sparse(w, wo, rows, x, xo, n, y, yo);
        } else if (lanes) {
            MixtureLanes.dense(w, wo, rows, x, xo, n, y, yo);
        } else {
            dense(w, wo, rows, x, xo, n, y, yo);
        }
    }

    /**
     * y_t = Σ_s w_t,s x_t,s for several t, each the four chains of {@link #mix}. Nothing is left out where a weight is zero: the
     * rows are to be finite.
     *
     * @param count how many
     * @param w for each its weights, from its index 0 on
     * @param first which of w is the first to be taken
     * @param rows how many weights and rows
     * @param x rows, one after the other
     * @param xo for each the offset of its first row, or a negative number if it is to be left out
     * @param n elements of a row
     * @param y one result after the other, overwritten; shares no memory with w or x
     * @param yo offset of the first result
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public static void each(int count, double[][] w, int first, int rows, double[] x, int[] xo, int n, double[] y, int yo) {
        Objects.checkFromIndexSize(yo, count * n, y.length);
        for (int t = 0; t < count; t++) {
            if (xo[t] >= 0) {
                Objects.checkFromIndexSize(0, rows, w[first + t].length);
                Objects.checkFromIndexSize(xo[t], rows * n, x.length);
            }
        }
        if (Simd.on(count * rows * n)) {
            MixtureLanes.each(count, w, first, rows, x, xo, n, y, yo);
        } else {
            for (int t = 0; t < count; t++, yo += n) {
                if (xo[t] >= 0) dense(w[first + t], 0, rows, x, xo[t], n, y, yo);
            }
        }
    }

    /**
     * y_br = Σ_s w_rs x_bs for several rows of weights and several tables. Each element is one chain, w_s x_s of the first row
     * that has a weight and fused multiply-adds of the others that have one; so the bits of y_br depend on w_r and x_b alone.
     *
     * @param tables how many tables
     * @param count how many rows of weights
     * @param w [count, rows], weights
     * @param wo offset of the weights
     * @param rows how many weights in a row, and rows of a table
     * @param x [tables, rows, n]
     * @param xo offset of the first row
     * @param n elements of a row; multiples of 16 are fastest
     * @param y [tables, count, n], overwritten; shares no memory with w or x
     * @param yo offset of y
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public static void chains(
            int tables, int count, double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        Objects.checkFromIndexSize(wo, count * rows, w.length);
        Objects.checkFromIndexSize(xo, tables * rows * n, x.length);
        Objects.checkFromIndexSize(yo, tables * count * n, y.length);
        boolean dense = rows > 0 && Simd.on(count * rows * n) && n % MixtureLanes.W == 0 && !MixtureLanes.someZero(w, wo, count * rows);
        for (int t = 0; t < tables; t++, xo += rows * n, yo += count * n) {
            if (dense) {
                MixtureLanes.chains(count, w, wo, rows, x, xo, n, y, yo);
            } else {
                for (int r = 0; r < count; r++) {
                    sparse(w, wo + r * rows, rows, x, xo, n, y, yo + r * n);
                }
            }
        }
    }

    static boolean someZero(double[] w, int wo, int rows) {
        for (int s = 0; s < rows; s++) {
            if (w[wo + s] == 0) {
                return true;
            }
        }
        return false;
    }

    static void dense(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        for (int j = 0; j < n; j++) {
            double c0 = 0;
            double c1 = 0;
            double c2 = 0;
            double c3 = 0;
            int s = 0;
            int at = xo + j;
            for (; s <= rows - 4; s += 4, at += 4 * n) {
                c0 = Fma.fma(w[wo + s], x[at], c0);
                c1 = Fma.fma(w[wo + s + 1], x[at + n], c1);
                c2 = Fma.fma(w[wo + s + 2], x[at + 2 * n], c2);
                c3 = Fma.fma(w[wo + s + 3], x[at + 3 * n], c3);
            }
            if (s < rows) c0 = Fma.fma(w[wo + s], x[at], c0);
            if (s + 1 < rows) c1 = Fma.fma(w[wo + s + 1], x[at + n], c1);
            if (s + 2 < rows) c2 = Fma.fma(w[wo + s + 2], x[at + 2 * n], c2);
            y[yo + j] = c0 + c1 + (c2 + c3);
        }
    }

    private static void sparse(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        boolean empty = true;
        for (int s = 0; s < rows; s++) {
            double weight = w[wo + s];
            if (weight != 0) {
                int at = xo + s * n;
                if (empty) {
                    empty = false;
                    if (weight == 1) {
                        System.arraycopy(x, at, y, yo, n);
                    } else {
                        scaled(weight, x, at, n, y, yo);
                    }
                } else {
                    added(weight, x, at, n, y, yo);
                }
            }
        }
        if (empty) {
            java.util.Arrays.fill(y, yo, yo + n, 0);
        }
    }

    private static void scaled(double weight, double[] x, int xo, int n, double[] y, int yo) {
        for (int j = 0; j < n; j++) {
            y[yo + j] = weight * x[xo + j];
        }
    }

    private static void added(double weight, double[] x, int xo, int n, double[] y, int yo) {
        for (int j = 0; j < n; j++) {
            y[yo + j] = Fma.fma(weight, x[xo + j], y[yo + j]);
        }
    }
}
