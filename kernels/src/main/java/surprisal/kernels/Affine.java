package surprisal.kernels;

import java.util.Arrays;
import surprisal.kernels.Gemm.Store;

/** What goes back through y = f(x W + b) before its two products; forward it is {@link Gemm#affine}. */
public final class Affine {

    /** Numbers from which the columns are shared out. */
    private static final int PARALLEL = 1 << 14;

    /** Columns that a thread takes at a time. */
    private static final int COLUMNS = 256;

    private Affine() {}

    /**
     * δ = g · f′, in place of g, and ∂loss/∂b = Σ_rows δ in the order of the rows: for y = f(x W + b), [m, n], whose f′ is a
     * function of y alone.
     *
     * @param f the activation, or null for none: then δ is g
     * @param y the outputs
     * @param g ∂loss/∂y, overwritten with δ
     * @param m rows
     * @param n columns
     * @param gb ∂loss/∂b, [n], or null if it is not wanted
     * @param store whether gb is overwritten or added to
     */
    public static void delta(Unary f, float[] y, float[] g, int m, int n, float[] gb, Store store) {
        if (f == null && gb == null) {
            return;
        }
        if (gb != null && store == Store.SET) {
            Arrays.fill(gb, 0, n, 0);
        }
        int width = width(m, n);
        Workers.run(Math.ceilDiv(n, width), t -> {
            int from = t * width;
            int columns = Math.min(width, n - from);
            for (int i = 0; i < m; i++) {
                int at = i * n + from;
                if (f != null) {
                    Loop.mapGrad(f, y, at, y, at, g, at, g, at, columns, Store.SET);
                }
                if (gb != null) {
                    Rows.plus(g, at, columns, gb, from);
                }
            }
        });
    }

    /**
     * δ = g · f′, in place of g, and ∂loss/∂b = Σ_rows δ in the order of the rows: for y = f(x W + b), [m, n], whose f′ is a
     * function of y alone.
     *
     * @param f the activation, or null for none: then δ is g
     * @param y the outputs
     * @param g ∂loss/∂y, overwritten with δ
     * @param m rows
     * @param n columns
     * @param gb ∂loss/∂b, [n], or null if it is not wanted
     * @param store whether gb is overwritten or added to
     */
    public static void delta(Unary f, double[] y, double[] g, int m, int n, double[] gb, Store store) {
        if (f == null && gb == null) {
            return;
        }
        if (gb != null && store == Store.SET) {
            Arrays.fill(gb, 0, n, 0);
        }
        int width = width(m, n);
        Workers.run(Math.ceilDiv(n, width), t -> {
            int from = t * width;
            int columns = Math.min(width, n - from);
            for (int i = 0; i < m; i++) {
                int at = i * n + from;
                if (f != null) {
                    Loop.mapGrad(f, y, at, y, at, g, at, g, at, columns, Store.SET);
                }
                if (gb != null) {
                    Rows.plus(g, at, columns, gb, from);
                }
            }
        });
    }

    /** A function of the shape alone; a multiple of the lanes. */
    private static int width(int m, int n) {
        if ((long) m * n < PARALLEL || n <= COLUMNS) {
            return Math.max(1, n);
        }
        int even = Math.ceilDiv(n, Math.ceilDiv(n, COLUMNS));
        return Math.ceilDiv(even, 16) * 16;
    }
}
