package surprisal.kernels;

import java.util.Arrays;
import java.util.function.IntConsumer;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** y = f(x W + b) for members of a batch side by side, and what goes back through it before its two products. */
public final class Affine {

    /** Numbers from which the threads share them. */
    private static final int PARALLEL = 1 << 14;

    /** Columns that a thread sums at a time, each over all rows. */
    private static final int COLUMNS = 128;

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
        int size = m * n;
        if (size >= PARALLEL) {
            each(f, y, g, batch * m, n);
            if (gb != null) {
                strips(batch, n, (i, from) ->
                        down(g, i * size + from, m, n, Math.min(COLUMNS, n - from), gb, i * n + from));
            }
        } else if (batch == 1) { // without an object for the task
            delta(f, y, g, 0, m, n, gb, 0);
        } else {
            together(batch, size, i -> delta(f, y, g, i * size, m, n, gb, i * n));
        }
    }

    /** Of a small one, in blocks of rows. */
    private static void delta(Unary f, float[] y, float[] g, int o, int m, int n, float[] gb, int to) {
        int rows = Math.max(1, BLOCK / Math.max(1, n));
        for (int row = 0; row < m; row += rows) {
            int at = o + row * n;
            int count = Math.min(rows, m - row);
            if (f != null) {
                Loop.mapGrad(f, y, at, y, at, g, at, g, at, count * n, Store.SET);
            }
            if (gb != null) {
                Rows.plus(g, at, n, count, n, gb, to);
            }
        }
    }

    private static void each(Unary f, float[] y, float[] g, int rows, int n) {
        if (f != null) {
            Blocks.each(rows, n, (first, count) ->
                    Loop.mapGrad(f, y, first * n, y, first * n, g, first * n, g, first * n, count * n, Store.SET));
        }
    }

    /** Sums in memory of the thread's own: else two of them would write to one line of the cache, row by row. */
    private static void down(float[] g, int at, int rows, int n, int columns, float[] gb, int to) {
        float[] sum = Scratch.floats(columns);
        System.arraycopy(gb, to, sum, 0, columns);
        Rows.plus(g, at, n, rows, columns, sum, 0);
        System.arraycopy(sum, 0, gb, to, columns);
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
        int size = m * n;
        if (size >= PARALLEL) {
            each(f, y, g, batch * m, n);
            if (gb != null) {
                strips(batch, n, (i, from) ->
                        down(g, i * size + from, m, n, Math.min(COLUMNS, n - from), gb, i * n + from));
            }
        } else if (batch == 1) { // without an object for the task
            delta(f, y, g, 0, m, n, gb, 0);
        } else {
            together(batch, size, i -> delta(f, y, g, i * size, m, n, gb, i * n));
        }
    }

    /** Of a small one, in blocks of rows. */
    private static void delta(Unary f, double[] y, double[] g, int o, int m, int n, double[] gb, int to) {
        int rows = Math.max(1, BLOCK / Math.max(1, n));
        for (int row = 0; row < m; row += rows) {
            int at = o + row * n;
            int count = Math.min(rows, m - row);
            if (f != null) {
                Loop.mapGrad(f, y, at, y, at, g, at, g, at, count * n, Store.SET);
            }
            if (gb != null) {
                Rows.plus(g, at, n, count, n, gb, to);
            }
        }
    }

    private static void each(Unary f, double[] y, double[] g, int rows, int n) {
        if (f != null) {
            Blocks.each(rows, n, (first, count) ->
                    Loop.mapGrad(f, y, first * n, y, first * n, g, first * n, g, first * n, count * n, Store.SET));
        }
    }

    /** Sums in memory of the thread's own: else two of them would write to one line of the cache, row by row. */
    private static void down(double[] g, int at, int rows, int n, int columns, double[] gb, int to) {
        double[] sum = Scratch.doubles(columns);
        System.arraycopy(gb, to, sum, 0, columns);
        Rows.plus(g, at, n, rows, columns, sum, 0);
        System.arraycopy(sum, 0, gb, to, columns);
    }

    /** One strip of columns of one of the batch: which, and its first column. */
    private interface Strip {
        void at(int i, int from);
    }

    private static void strips(int batch, int n, Strip strip) {
        int each = Math.ceilDiv(n, COLUMNS);
        Workers.run(batch * each, t -> strip.at(t / each, t % each * COLUMNS));
    }

    /** Shares out a batch, several small ones at a time. */
    private static void together(int batch, int size, IntConsumer one) {
        int some = Math.max(1, PARALLEL / 4 / Math.max(1, size));
        Workers.run(Math.ceilDiv(batch, some), t -> {
            for (int i = t * some, end = Math.min(batch, i + some); i < end; i++) {
                one.accept(i);
            }
        });
    }
}
