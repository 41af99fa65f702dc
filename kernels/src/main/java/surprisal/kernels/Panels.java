package surprisal.kernels;

import java.util.Objects;

/**
 * Products with a matrix that is packed once and used many times: C = A · B or C = D + A · B, with the bits of {@link Gemm}.
 * For few rows of C the packing costs as much as the product. The caller's thread does all the work.
 */
public final class Panels {

    private Panels() {}

    /**
     * Packs B, for {@link #multiply}.
     *
     * @param n columns of B
     * @param k rows of B
     * @param b B, [k, n], from index {@code bo}
     * @param bo offset of B
     * @param to {@link #size} numbers, overwritten
     * @param o their offset
     */
    public static void pack(int n, int k, float[] b, int bo, float[] to, int o) {
        check(n, k, b.length, bo, to.length, o);
        pack(Gemm.tile(), n, k, b, bo, false, to, o);
    }

    /**
     * Packs B, for {@link #multiply}, from Bᵀ.
     *
     * @param n columns of B
     * @param k rows of B
     * @param b Bᵀ, [n, k], from index {@code bo}
     * @param bo offset of Bᵀ
     * @param to {@link #size} numbers, overwritten
     * @param o their offset
     */
    public static void packTransposed(int n, int k, float[] b, int bo, float[] to, int o) {
        check(n, k, b.length, bo, to.length, o);
        pack(Gemm.tile(), n, k, b, bo, true, to, o);
    }

    /**
     * C = A · B.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, [m, k], from index {@code ao}
     * @param ao offset of A
     * @param panels what {@link #pack} left
     * @param po its offset
     * @param c C, [m, n], from index {@code co}
     * @param co offset of C
     */
    public static void multiply(int m, int n, int k, float[] a, int ao, float[] panels, int po, float[] c, int co) {
        check(n, k, m, a.length, ao, panels.length, po, c.length, co);
        multiply(Gemm.tile(), m, n, k, a, ao, panels, po, null, 0, 0, c, co);
    }

    /**
     * C = D + A · B.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, [m, k], from index {@code ao}
     * @param ao offset of A
     * @param panels what {@link #pack} left
     * @param po its offset
     * @param d D, rows of n numbers from index {@code dof}: C itself, or what has no number in common with it
     * @param dof offset of D
     * @param dl from one row of D to the next: n, or 0 for one row that is added to all
     * @param c C, [m, n], from index {@code co}
     * @param co offset of C
     */
    public static void multiply(
            int m, int n, int k, float[] a, int ao, float[] panels, int po, float[] d, int dof, int dl, float[] c, int co) {
        check(n, k, m, a.length, ao, panels.length, po, c.length, co);
        check(m, n, d.length, dof, dl);
        multiply(Gemm.tile(), m, n, k, a, ao, panels, po, d, dof, dl, c, co);
    }

    /**
     * {@link #pack} in double precision.
     *
     * @param n columns of B
     * @param k rows of B
     * @param b B, [k, n], from index {@code bo}
     * @param bo offset of B
     * @param to {@link #size} numbers, overwritten
     * @param o their offset
     */
    public static void pack(int n, int k, double[] b, int bo, double[] to, int o) {
        check(n, k, b.length, bo, to.length, o);
        pack(Gemm.tile64(), n, k, b, bo, false, to, o);
    }

    /**
     * {@link #packTransposed} in double precision.
     *
     * @param n columns of B
     * @param k rows of B
     * @param b Bᵀ, [n, k], from index {@code bo}
     * @param bo offset of Bᵀ
     * @param to {@link #size} numbers, overwritten
     * @param o their offset
     */
    public static void packTransposed(int n, int k, double[] b, int bo, double[] to, int o) {
        check(n, k, b.length, bo, to.length, o);
        pack(Gemm.tile64(), n, k, b, bo, true, to, o);
    }

    /**
     * {@link #multiply(int, int, int, float[], int, float[], int, float[], int)} in double precision.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, [m, k], from index {@code ao}
     * @param ao offset of A
     * @param panels what {@link #pack} left
     * @param po its offset
     * @param c C, [m, n], from index {@code co}
     * @param co offset of C
     */
    public static void multiply(int m, int n, int k, double[] a, int ao, double[] panels, int po, double[] c, int co) {
        check(n, k, m, a.length, ao, panels.length, po, c.length, co);
        multiply(Gemm.tile64(), m, n, k, a, ao, panels, po, null, 0, 0, c, co);
    }

    /**
     * {@link #multiply(int, int, int, float[], int, float[], int, float[], int, int, float[], int)} in double precision.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, [m, k], from index {@code ao}
     * @param ao offset of A
     * @param panels what {@link #pack} left
     * @param po its offset
     * @param d D, rows of n numbers from index {@code dof}: C itself, or what has no number in common with it
     * @param dof offset of D
     * @param dl from one row of D to the next: n, or 0 for one row that is added to all
     * @param c C, [m, n], from index {@code co}
     * @param co offset of C
     */
    public static void multiply(
            int m, int n, int k, double[] a, int ao, double[] panels, int po, double[] d, int dof, int dl, double[] c, int co) {
        check(n, k, m, a.length, ao, panels.length, po, c.length, co);
        check(m, n, d.length, dof, dl);
        multiply(Gemm.tile64(), m, n, k, a, ao, panels, po, d, dof, dl, c, co);
    }

    /**
     * How many numbers a packed matrix takes.
     *
     * @param n columns of B
     * @param k rows of B
     * @return what {@link #pack} fills, at most
     */
    public static int size(int n, int k) {
        return Math.multiplyExact(Math.ceilDiv(n, WIDEST) * WIDEST, k);
    }

    /** Columns of the widest tile, at any width of vectors. */
    private static final int WIDEST = 48;

    /** The width of the panel that begins at column j: as in Product, no vector is empty. */
    private static int width(Tile<?> tile, int j, int n) {
        int vectors = Math.ceilDiv(n - j, tile.lanes());
        int most = tile.wide() / tile.lanes();
        if (vectors == 1) {
            return tile.slim();
        }
        return vectors >= most && vectors != most + 1 ? tile.wide() : tile.narrow();
    }

    private static <T> void pack(Tile<T> tile, int n, int k, T b, int bo, boolean transposed, T to, int o) {
        int kc = Math.ceilDiv(k, Math.max(1, Math.ceilDiv(k, Product.BLOCK_K)));
        for (int j = 0, width; j < n; j += width, o += width * k) {
            width = width(tile, j, n);
            for (int p = 0; p < k; p += kc) {
                int depth = Math.min(kc, k - p);
                if (transposed) {
                    tile.packTransposed(b, bo + j * k + p, k, depth, Math.min(width, n - j), width, to, o + p * width, width);
                } else {
                    tile.pack(b, bo + p * n + j, n, depth, Math.min(width, n - j), to, o + p * width, width);
                }
            }
        }
    }

    /** C = D + A · B, where no D is zeros. */
    private static <T> void multiply(
            Tile<T> tile, int m, int n, int k, T a, int ao, T panels, int po, T d, int dof, int dl, T c, int co) {
        if (k == 0 && d == null) {
            tile.zero(c, co, m * n);
        }
        for (int i = 0; k == 0 && d != null && i < m; i++) {
            System.arraycopy(d, dof + i * dl, c, co + i * n, n);
        }
        int kc = Math.ceilDiv(k, Math.max(1, Math.ceilDiv(k, Product.BLOCK_K)));
        for (int j = 0, width; j < n; j += width, po += width * k) {
            width = width(tile, j, n);
            int columns = Math.min(width, n - j);
            for (int p = 0; p < k; p += kc) {
                T from = p > 0 ? c : d == null ? tile.zeros() : d;
                int step = p > 0 ? n : d == null ? 0 : dl;
                int first = p > 0 ? co + j : d == null ? 0 : dof + j;
                tile.multiply(
                        m, columns, width, Math.min(kc, k - p), a, ao + p, k, k * tile.group(), 1,
                        panels, po + p * width, width, from, first, step, c, co + j, n);
            }
        }
    }

    private static void check(int n, int k, int b, int bo, int to, int o) {
        Objects.checkFromIndexSize(bo, (long) n * k, b);
        Objects.checkFromIndexSize(o, (long) size(n, k), to);
    }

    private static void check(int n, int k, int m, int a, int ao, int panels, int po, int c, int co) {
        Objects.checkFromIndexSize(ao, (long) m * k, a);
        Objects.checkFromIndexSize(po, (long) size(n, k), panels);
        Objects.checkFromIndexSize(co, (long) m * n, c);
    }

    private static void check(int m, int n, int d, int dof, int dl) {
        if (dl != 0 && dl != n) {
            throw new IllegalArgumentException("rows of D " + dl + " apart: 0 for one row, or n = " + n);
        }
        Objects.checkFromIndexSize(dof, dl == 0 ? n : (long) m * n, d);
    }
}
