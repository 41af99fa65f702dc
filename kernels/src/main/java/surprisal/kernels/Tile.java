package surprisal.kernels;

import java.util.Arrays;

/**
 * The micro-kernel of {@link Product} and what goes with it, for one kind of array. The subclasses here are the scalar
 * loops; {@link FloatTile} and {@link DoubleTile} are the vectors.
 */
abstract class Tile<T> {

    /** Floats of sixteen vectors of 512 bits. */
    private static final int WIDEST = 256;

    private final ThreadLocal<Pieces<T>> piecesOfA = ThreadLocal.withInitial(() -> new Pieces<>(this));
    private final ThreadLocal<Pieces<T>> piecesOfB = ThreadLocal.withInitial(() -> new Pieces<>(this));

    /** What the thread has packed of an A that is stored transposed. */
    final Pieces<T> piecesOfA() {
        return piecesOfA.get();
    }

    /** What the thread has packed of B. */
    final Pieces<T> piecesOfB() {
        return piecesOfB.get();
    }

    /** Rows of a tile. */
    abstract int rows();

    /** Elements of a vector. */
    abstract int lanes();

    /** Rows of a transposed A that are packed side by side. */
    final int group() {
        return Math.max(lanes(), rows());
    }

    /** Columns of a tile for a C that has no more columns than a vector. */
    abstract int slim();

    /** Columns of a tile with few vectors. */
    abstract int narrow();

    /** Columns of a tile with as many vectors as the registers hold. */
    abstract int wide();

    /** As many zeros as a row of tiles may read; never written. */
    abstract T zeros();

    /** As many −0, which change no bit of what is added to them; never written. */
    abstract T nothing();

    abstract T array(int size);

    abstract int length(T x);

    abstract void zero(T c, int co, int n);

    /**
     * Packs {@code depth} rows of {@code columns} elements, {@code ld} apart, padded to {@code width} each: with whatever comes
     * next in memory, for nobody stores what a tile computes from it.
     */
    abstract void pack(T b, int bo, int ld, int depth, int columns, T to, int o, int width);

    /**
     * The same for a matrix that is stored transposed, {@code columns} rows of {@code depth} elements; behind them zeros,
     * {@code padded} columns together.
     */
    abstract void packTransposed(T b, int bo, int ld, int depth, int columns, int padded, T to, int o, int width);

    /**
     * C[rows, columns] = D[rows, columns] + A[rows, depth] · B[depth, width], where only the columns are stored: D is C
     * itself to add to it, or {@link #zeros} with a step of 0 to set it. The width is slim, narrow or wide. A's rows are
     * {@code rowStep} apart in each {@link #group}, and groups {@code groupStep}.
     */
    abstract void multiply(
            int rows, int columns, int width, int depth, T a, int ao, int rowStep, int groupStep, int stepOfK,
            T b, int bo, int stepOfB, T d, int dof, int dl, T c, int co, int ld);

    /** c[n] = d[n] + a[depth] · B[depth, n], B as it lies, its rows {@code ld} apart; {@code next} is 0 where d is zeros. */
    abstract void row(int n, int depth, T a, int ao, T b, int bo, int ld, T d, int dof, int next, T c, int co);

    /** c[n] = d[n] + B[n, depth] · a[depth], B as it lies, its rows {@code ld} apart; {@code next} is 0 where d is zeros. */
    abstract void dots(int n, int depth, T a, int ao, T b, int bo, int ld, T d, int dof, int next, T c, int co);

    /** C += bias, row by row. */
    abstract void plus(int rows, int columns, T bias, int bo, T c, int co, int ld);

    /** C = f(C + bias), row by row; f may be null. */
    abstract void finish(T bias, int biasOffset, Unary activation, int rows, int columns, T c, int co, int ld);

    static class OfFloat extends Tile<float[]> {
        private static final int WIDTH = 16;
        private final float[] zeros = new float[WIDEST];
        private final float[] nothing = new float[WIDEST];

        OfFloat() {
            Arrays.fill(nothing, -0f);
        }

        @Override
        int rows() {
            return 4;
        }

        @Override
        int lanes() {
            return WIDTH;
        }

        @Override
        int slim() {
            return WIDTH;
        }

        @Override
        int narrow() {
            return WIDTH;
        }

        @Override
        int wide() {
            return WIDTH;
        }

        @Override
        final float[] zeros() {
            return zeros;
        }

        @Override
        final float[] nothing() {
            return nothing;
        }

        @Override
        final float[] array(int size) {
            return new float[size];
        }

        @Override
        final int length(float[] x) {
            return x.length;
        }

        @Override
        final void zero(float[] c, int co, int n) {
            Arrays.fill(c, co, co + n, 0);
        }

        @Override
        void pack(float[] b, int bo, int ld, int depth, int columns, float[] to, int o, int width) {
            for (int p = 0; p < depth; p++) {
                System.arraycopy(b, bo + p * ld, to, o + p * width, columns);
                Arrays.fill(to, o + p * width + columns, o + (p + 1) * width, 0);
            }
        }

        @Override
        void packTransposed(
                float[] b, int bo, int ld, int depth, int columns, int padded, float[] to, int o, int width) {
            int j = 0;
            for (; j < columns - 7; j += 8) {
                turn8(b, bo + j * ld, ld, depth, to, o + j, width);
            }
            for (; j < columns; j++) {
                turn1(b, bo + j * ld, depth, to, o + j, width);
            }
            for (int p = 0; columns < padded && p < depth; p++) {
                Arrays.fill(to, o + p * width + columns, o + p * width + padded, 0);
            }
        }

        /** Eight rows of B become eight columns: eight streams in, one out. */
        private static void turn8(float[] b, int row0, int ld, int depth, float[] to, int o, int width) {
            int row1 = row0 + ld;
            int row2 = row1 + ld;
            int row3 = row2 + ld;
            int row4 = row3 + ld;
            int row5 = row4 + ld;
            int row6 = row5 + ld;
            int row7 = row6 + ld;
            for (int p = 0; p < depth; p++) {
                int at = o + p * width;
                to[at] = b[row0 + p];
                to[at + 1] = b[row1 + p];
                to[at + 2] = b[row2 + p];
                to[at + 3] = b[row3 + p];
                to[at + 4] = b[row4 + p];
                to[at + 5] = b[row5 + p];
                to[at + 6] = b[row6 + p];
                to[at + 7] = b[row7 + p];
            }
        }

        private static void turn1(float[] b, int row, int depth, float[] to, int o, int width) {
            for (int p = 0; p < depth; p++) {
                to[o + p * width] = b[row + p];
            }
        }

        @Override
        void multiply(
                int rows, int columns, int width, int depth, float[] a, int ao, int rowStep, int groupStep, int stepOfK,
                float[] b, int bo, int stepOfB, float[] d, int dof, int dl, float[] c, int co, int ld) {
            float[] sum = new float[WIDTH];
            for (int i = 0; i < rows; i++) {
                int at = ao + i / group() * groupStep + i % group() * rowStep;
                Arrays.fill(sum, 0, WIDTH, 0);
                for (int p = 0; p < depth; p++) {
                    float x = a[at + p * stepOfK];
                    for (int j = 0; j < width; j++) {
                        sum[j] = Fma.fma(x, b[bo + p * stepOfB + j], sum[j]);
                    }
                }
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] = d[dof + i * dl + j] + sum[j];
                }
            }
        }

        @Override
        void row(
                int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, int next, float[] c, int co) {
            float[] sum = new float[n];
            for (int p = 0; p < depth; p++) {
                float x = a[ao + p];
                for (int j = 0; j < n; j++) {
                    sum[j] = Fma.fma(x, b[bo + p * ld + j], sum[j]);
                }
            }
            for (int j = 0; j < n; j++) {
                c[co + j] = d[dof + j * next] + sum[j];
            }
        }

        @Override
        void dots(
                int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, int next, float[] c, int co) {
            float[] s = Scratch.lanes();
            for (int j = 0, rows; j < n; j += rows) {
                int first = Math.max(0, Math.min(j, n - 8)); // the last eight may begin with some that are done
                rows = Math.min(n - j, first + 8 - j);
                if (n < 8) {
                    chains(n, depth, a, ao, b, bo, ld, s);
                } else {
                    chains(depth, a, ao, b, bo + first * ld, ld, s);
                }
                for (int i = j; i < j + rows; i++) {
                    c[co + i] = d[dof + i * next] + s[i - first];
                }
            }
        }

        private static void chains(int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] s) {
            for (int i = 0; i < n; i++) {
                float sum = 0;
                for (int p = 0; p < depth; p++) {
                    sum = Fma.fma(a[ao + p], b[bo + i * ld + p], sum);
                }
                s[i] = sum;
            }
        }

        /** Eight at a time: in each the order of the sum is fixed, so it can't go through vectors. */
        private static void chains(int depth, float[] a, int ao, float[] b, int row0, int ld, float[] s) {
            int row1 = row0 + ld;
            int row2 = row1 + ld;
            int row3 = row2 + ld;
            int row4 = row3 + ld;
            int row5 = row4 + ld;
            int row6 = row5 + ld;
            int row7 = row6 + ld;
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            float s4 = 0;
            float s5 = 0;
            float s6 = 0;
            float s7 = 0;
            for (int p = 0; p < depth; p++) {
                float x = a[ao + p];
                s0 = Fma.fma(x, b[row0 + p], s0);
                s1 = Fma.fma(x, b[row1 + p], s1);
                s2 = Fma.fma(x, b[row2 + p], s2);
                s3 = Fma.fma(x, b[row3 + p], s3);
                s4 = Fma.fma(x, b[row4 + p], s4);
                s5 = Fma.fma(x, b[row5 + p], s5);
                s6 = Fma.fma(x, b[row6 + p], s6);
                s7 = Fma.fma(x, b[row7 + p], s7);
            }
            s[0] = s0;
            s[1] = s1;
            s[2] = s2;
            s[3] = s3;
            s[4] = s4;
            s[5] = s5;
            s[6] = s6;
            s[7] = s7;
        }

        @Override
        final void finish(float[] bias, int biasOffset, Unary activation, int rows, int columns, float[] c, int co, int ld) {
            if (activation != null && columns < ld) {
                Loop.finish(activation, bias, biasOffset, c, co, ld, rows, columns);
                return;
            }
            plus(rows, columns, bias, biasOffset, c, co, ld);
            if (activation != null) {
                Loop.map(activation, c, co, c, co, rows * columns);
            }
        }

        @Override
        void plus(int rows, int columns, float[] bias, int bo, float[] c, int co, int ld) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] += bias[bo + j];
                }
            }
        }
    }

    static class OfDouble extends Tile<double[]> {
        private static final int WIDTH = 8;
        private final double[] zeros = new double[WIDEST];
        private final double[] nothing = new double[WIDEST];

        OfDouble() {
            Arrays.fill(nothing, -0.0);
        }

        @Override
        int rows() {
            return 4;
        }

        @Override
        int lanes() {
            return WIDTH;
        }

        @Override
        int slim() {
            return WIDTH;
        }

        @Override
        int narrow() {
            return WIDTH;
        }

        @Override
        int wide() {
            return WIDTH;
        }

        @Override
        final double[] zeros() {
            return zeros;
        }

        @Override
        final double[] nothing() {
            return nothing;
        }

        @Override
        final double[] array(int size) {
            return new double[size];
        }

        @Override
        final int length(double[] x) {
            return x.length;
        }

        @Override
        final void zero(double[] c, int co, int n) {
            Arrays.fill(c, co, co + n, 0);
        }

        @Override
        void pack(double[] b, int bo, int ld, int depth, int columns, double[] to, int o, int width) {
            for (int p = 0; p < depth; p++) {
                System.arraycopy(b, bo + p * ld, to, o + p * width, columns);
                Arrays.fill(to, o + p * width + columns, o + (p + 1) * width, 0);
            }
        }

        @Override
        void packTransposed(
                double[] b, int bo, int ld, int depth, int columns, int padded, double[] to, int o, int width) {
            int j = 0;
            for (; j < columns - 7; j += 8) {
                turn8(b, bo + j * ld, ld, depth, to, o + j, width);
            }
            for (; j < columns; j++) {
                turn1(b, bo + j * ld, depth, to, o + j, width);
            }
            for (int p = 0; columns < padded && p < depth; p++) {
                Arrays.fill(to, o + p * width + columns, o + p * width + padded, 0);
            }
        }

        /** Eight rows of B become eight columns: eight streams in, one out. */
        private static void turn8(double[] b, int row0, int ld, int depth, double[] to, int o, int width) {
            int row1 = row0 + ld;
            int row2 = row1 + ld;
            int row3 = row2 + ld;
            int row4 = row3 + ld;
            int row5 = row4 + ld;
            int row6 = row5 + ld;
            int row7 = row6 + ld;
            for (int p = 0; p < depth; p++) {
                int at = o + p * width;
                to[at] = b[row0 + p];
                to[at + 1] = b[row1 + p];
                to[at + 2] = b[row2 + p];
                to[at + 3] = b[row3 + p];
                to[at + 4] = b[row4 + p];
                to[at + 5] = b[row5 + p];
                to[at + 6] = b[row6 + p];
                to[at + 7] = b[row7 + p];
            }
        }

        private static void turn1(double[] b, int row, int depth, double[] to, int o, int width) {
            for (int p = 0; p < depth; p++) {
                to[o + p * width] = b[row + p];
            }
        }

        @Override
        void multiply(
                int rows, int columns, int width, int depth, double[] a, int ao, int rowStep, int groupStep, int stepOfK,
                double[] b, int bo, int stepOfB, double[] d, int dof, int dl, double[] c, int co, int ld) {
            double[] sum = new double[WIDTH];
            for (int i = 0; i < rows; i++) {
                int at = ao + i / group() * groupStep + i % group() * rowStep;
                Arrays.fill(sum, 0, WIDTH, 0);
                for (int p = 0; p < depth; p++) {
                    double x = a[at + p * stepOfK];
                    for (int j = 0; j < width; j++) {
                        sum[j] = Fma.fma(x, b[bo + p * stepOfB + j], sum[j]);
                    }
                }
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] = d[dof + i * dl + j] + sum[j];
                }
            }
        }

        @Override
        void row(
                int n, int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, int next, double[] c, int co) {
            double[] sum = new double[n];
            for (int p = 0; p < depth; p++) {
                double x = a[ao + p];
                for (int j = 0; j < n; j++) {
                    sum[j] = Fma.fma(x, b[bo + p * ld + j], sum[j]);
                }
            }
            for (int j = 0; j < n; j++) {
                c[co + j] = d[dof + j * next] + sum[j];
            }
        }

        @Override
        final void dots(
                int n, int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, int next, double[] c, int co) {
            double[] s = Scratch.lanes64();
            for (int j = 0, rows; j < n; j += rows) {
                int first = Math.max(0, Math.min(j, n - 8)); // the last eight may begin with some that are done
                rows = Math.min(n - j, first + 8 - j);
                if (n < 8) {
                    chains(n, depth, a, ao, b, bo, ld, s);
                } else {
                    chains(depth, a, ao, b, bo + first * ld, ld, s);
                }
                for (int i = j; i < j + rows; i++) {
                    c[co + i] = d[dof + i * next] + s[i - first];
                }
            }
        }

        private static void chains(int n, int depth, double[] a, int ao, double[] b, int bo, int ld, double[] s) {
            for (int i = 0; i < n; i++) {
                double sum = 0;
                for (int p = 0; p < depth; p++) {
                    sum = Fma.fma(a[ao + p], b[bo + i * ld + p], sum);
                }
                s[i] = sum;
            }
        }

        /** Eight at a time: in each the order of the sum is fixed, so it can't go through vectors. */
        private static void chains(int depth, double[] a, int ao, double[] b, int row0, int ld, double[] s) {
            int row1 = row0 + ld;
            int row2 = row1 + ld;
            int row3 = row2 + ld;
            int row4 = row3 + ld;
            int row5 = row4 + ld;
            int row6 = row5 + ld;
            int row7 = row6 + ld;
            double s0 = 0;
            double s1 = 0;
            double s2 = 0;
            double s3 = 0;
            double s4 = 0;
            double s5 = 0;
            double s6 = 0;
            double s7 = 0;
            for (int p = 0; p < depth; p++) {
                double x = a[ao + p];
                s0 = Fma.fma(x, b[row0 + p], s0);
                s1 = Fma.fma(x, b[row1 + p], s1);
                s2 = Fma.fma(x, b[row2 + p], s2);
                s3 = Fma.fma(x, b[row3 + p], s3);
                s4 = Fma.fma(x, b[row4 + p], s4);
                s5 = Fma.fma(x, b[row5 + p], s5);
                s6 = Fma.fma(x, b[row6 + p], s6);
                s7 = Fma.fma(x, b[row7 + p], s7);
            }
            s[0] = s0;
            s[1] = s1;
            s[2] = s2;
            s[3] = s3;
            s[4] = s4;
            s[5] = s5;
            s[6] = s6;
            s[7] = s7;
        }

        @Override
        final void finish(double[] bias, int biasOffset, Unary activation, int rows, int columns, double[] c, int co, int ld) {
            if (activation != null && columns < ld) {
                Loop.finish(activation, bias, biasOffset, c, co, ld, rows, columns);
                return;
            }
            plus(rows, columns, bias, biasOffset, c, co, ld);
            if (activation != null) {
                Loop.map(activation, c, co, c, co, rows * columns);
            }
        }

        @Override
        void plus(int rows, int columns, double[] bias, int bo, double[] c, int co, int ld) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] += bias[bo + j];
                }
            }
        }
    }
}
