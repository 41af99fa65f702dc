package surprisal.kernels;

import java.util.Arrays;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** y = f(x W + b) for members of a batch side by side, and what goes back through it before its two products. */
public final class Affine {

    /** Numbers from which the columns are shared out. */
    private static final int PARALLEL = 1 << 14;

    /** Columns that a thread takes at a time. */
    private static final int COLUMNS = 256;

    /** Numbers that are mapped at a time, and are in the nearest cache when they are summed. */
    private static final int BLOCK = 1 << 11;

    private Affine() {}

    /**
     * y = f(x W + b), {@code batch} of them with weights of their own, each with the bits that {@link Gemm#affine} gives it
     * alone.
     *
     * @param f the activation, or null for none
     * @param batch how many products
     * @param m rows of each
     * @param n columns of each
     * @param k inner size
     * @param x inputs, [batch, m, k], or [m, k] with a step of 0
     * @param xs step from one x to the next: m · k, or 0
     * @param w weights, [batch, k, n]
     * @param b biases, [batch, n]
     * @param y outputs, [batch, m, n]
     */
    public static void apply(
            Unary f, int batch, int m, int n, int k, float[] x, int xs, float[] w, float[] b, float[] y) {
        if (batch == 1) { // without an object for the task
            Gemm.affine(Form.NN, m, n, k, x, 0, w, 0, b, 0, f, y, 0);
            return;
        }
        Gemm.each(batch, m * n, (long) m * n * k, i -> Gemm.affine(
                Form.NN, m, n, k, x, i * xs, w, i * k * n, b, i * n, f, y, i * m * n));
    }

    /**
     * The same in double precision.
     *
     * @param f the activation, or null for none
     * @param batch how many products
     * @param m rows of each
     * @param n columns of each
     * @param k inner size
     * @param x inputs, [batch, m, k], or [m, k] with a step of 0
     * @param xs step from one x to the next: m · k, or 0
     * @param w weights, [batch, k, n]
     * @param b biases, [batch, n]
     * @param y outputs, [batch, m, n]
     */
    public static void apply(
            Unary f, int batch, int m, int n, int k, double[] x, int xs, double[] w, double[] b, double[] y) {
        if (batch == 1) { // without an object for the task
            Gemm.affine(Form.NN, m, n, k, x, 0, w, 0, b, 0, f, y, 0);
            return;
        }
        Gemm.each(batch, m * n, (long) m * n * k, i -> Gemm.affine(
                Form.NN, m, n, k, x, i * xs, w, i * k * n, b, i * n, f, y, i * m * n));
    }

    /**
     * δ = g · f′, in place of g, and ∂loss/∂b = Σ_rows δ in the order of the rows: for {@code batch} times y = f(x W + b),
     * whose f′ is a function of y alone.
     *
     * @param f the activation, or null for none: then δ is g
     * @param batch how many
     * @param y the outputs, [batch, m, n]
     * @param g ∂loss/∂y, overwritten with δ
     * @param m rows of each
     * @param n columns of each
     * @param gb ∂loss/∂b, [batch, n], or null if it is not wanted
     * @param store whether gb is overwritten or added to
     */
    public static void delta(Unary f, int batch, float[] y, float[] g, int m, int n, float[] gb, Store store) {
        if (f == null && gb == null) {
            return;
        }
        if (gb != null && store == Store.SET) {
            Arrays.fill(gb, 0, batch * n, 0);
        }
        int width = width(m, n);
        if (batch == 1 && 0 < n && n <= width) { // without an object for the task
            delta(f, y, g, m, n, gb, width, 0, 0);
        } else {
            strips(batch, m, n, width, (i, from) -> delta(f, y, g, m, n, gb, width, i, from));
        }
    }

    /** Of one strip. */
    private static void delta(Unary f, float[] y, float[] g, int m, int n, float[] gb, int width, int i, int from) {
        int columns = Math.min(width, n - from);
        int rows = columns == n ? Math.max(1, BLOCK / n) : 1; // whole rows are one stretch of memory
        for (int row = 0; row < m; row += rows) {
            int at = (i * m + row) * n + from;
            int end = Math.min(rows, m - row);
            if (f != null) {
                Loop.mapGrad(f, y, at, y, at, g, at, g, at, end * columns, Store.SET);
            }
            for (int j = 0; gb != null && j < end; j++) {
                Rows.plus(g, at + j * n, columns, gb, i * n + from);
            }
        }
    }

    /**
     * The same in double precision.
     *
     * @param f the activation, or null for none: then δ is g
     * @param batch how many
     * @param y the outputs, [batch, m, n]
     * @param g ∂loss/∂y, overwritten with δ
     * @param m rows of each
     * @param n columns of each
     * @param gb ∂loss/∂b, [batch, n], or null if it is not wanted
     * @param store whether gb is overwritten or added to
     */
    public static void delta(Unary f, int batch, double[] y, double[] g, int m, int n, double[] gb, Store store) {
        if (f == null && gb == null) {
            return;
        }
        if (gb != null && store == Store.SET) {
            Arrays.fill(gb, 0, batch * n, 0);
        }
        int width = width(m, n);
        if (batch == 1 && 0 < n && n <= width) { // without an object for the task
            delta(f, y, g, m, n, gb, width, 0, 0);
        } else {
            strips(batch, m, n, width, (i, from) -> delta(f, y, g, m, n, gb, width, i, from));
        }
    }

    /** Of one strip. */
    private static void delta(Unary f, double[] y, double[] g, int m, int n, double[] gb, int width, int i, int from) {
        int columns = Math.min(width, n - from);
        int rows = columns == n ? Math.max(1, BLOCK / n) : 1; // whole rows are one stretch of memory
        for (int row = 0; row < m; row += rows) {
            int at = (i * m + row) * n + from;
            int end = Math.min(rows, m - row);
            if (f != null) {
                Loop.mapGrad(f, y, at, y, at, g, at, g, at, end * columns, Store.SET);
            }
            for (int j = 0; gb != null && j < end; j++) {
                Rows.plus(g, at + j * n, columns, gb, i * n + from);
            }
        }
    }

    /** One strip of columns of one of the batch: which, and its first column. */
    private interface Strip {
        void at(int i, int from);
    }

    /** Shares out what is large enough; small ones of a batch go together. */
    private static void strips(int batch, int m, int n, int width, Strip strip) {
        int each = Math.ceilDiv(n, width);
        int together = Math.max(1, PARALLEL / 4 / Math.max(1, m * width));
        Workers.run(Math.ceilDiv(batch * each, together), t -> {
            for (int s = t * together, end = Math.min(batch * each, s + together); s < end; s++) {
                strip.at(s / each, s % each * width);
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
