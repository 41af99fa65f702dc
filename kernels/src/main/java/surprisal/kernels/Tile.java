package surprisal.kernels;

import java.util.Arrays;

/**
 * The micro-kernel of {@link Gemm} and what goes with it, for one kind of array. The subclasses here are the scalar
 * loops; {@link FloatTile} and {@link DoubleTile} are the vectors.
 */
abstract class Tile<T> {

    static final int ROWS = 4;

    /** Columns of a tile and of a packed panel. */
    abstract int columns();

    abstract void zero(T c, int co, int n);

    /** This thread's scratch memory, of at least so many elements; the next call hands out the same memory. */
    abstract T buffer(int size);

    /** Packs {@code depth} rows of {@code columns} elements, {@code ld} apart, padded with zeros to the tile's width. */
    abstract void pack(T b, int bo, int ld, int depth, int columns, T to, int o);

    /** The same for a matrix that is stored transposed: {@code columns} rows of {@code depth} elements. */
    abstract void packTransposed(T b, int bo, int ld, int depth, int columns, T to, int o);

    /** C[rows, columns] += A[rows, depth] · panel[depth, columns()]. */
    abstract void add(
            int rows, int columns, int depth, T a, int ao, int rowStep, int stepOfK, T panel, int po, T c, int co, int ld);

    /** c[n] += a[depth] · B[depth, n], B as it lies, its rows {@code ld} apart. */
    abstract void row(int n, int depth, T a, int ao, T b, int bo, int ld, T c, int co);

    static class OfFloat extends Tile<float[]> {
        private static final int WIDTH = 16;
        private final ThreadLocal<float[]> kept = new ThreadLocal<>();

        @Override
        int columns() {
            return WIDTH;
        }

        @Override
        final void zero(float[] c, int co, int n) {
            Arrays.fill(c, co, co + n, 0);
        }

        @Override
        final float[] buffer(int size) {
            float[] buffer = kept.get();
            if (buffer == null || buffer.length < size) {
                buffer = new float[size];
                kept.set(buffer);
            }
            return buffer;
        }

        @Override
        final void pack(float[] b, int bo, int ld, int depth, int columns, float[] to, int o) {
            int width = columns();
            for (int p = 0; p < depth; p++) {
                System.arraycopy(b, bo + p * ld, to, o + p * width, columns);
                Arrays.fill(to, o + p * width + columns, o + (p + 1) * width, 0);
            }
        }

        @Override
        final void packTransposed(float[] b, int bo, int ld, int depth, int columns, float[] to, int o) {
            int width = columns();
            for (int p0 = 0; p0 < depth; p0 += 16) { // sixteen steps of k at a time stay in the cache
                int end = Math.min(depth, p0 + 16);
                for (int j = 0; j < columns; j++) {
                    for (int p = p0; p < end; p++) {
                        to[o + p * width + j] = b[bo + j * ld + p];
                    }
                }
                for (int p = p0; p < end; p++) {
                    Arrays.fill(to, o + p * width + columns, o + (p + 1) * width, 0);
                }
            }
        }

        @Override
        void add(
                int rows,
                int columns,
                int depth,
                float[] a,
                int ao,
                int rowStep,
                int stepOfK,
                float[] panel,
                int po,
                float[] c,
                int co,
                int ld) {
            float[] sum = new float[WIDTH];
            for (int i = 0; i < rows; i++) {
                Arrays.fill(sum, 0, WIDTH, 0);
                for (int p = 0; p < depth; p++) {
                    float x = a[ao + i * rowStep + p * stepOfK];
                    for (int j = 0; j < WIDTH; j++) {
                        sum[j] = Fma.fma(x, panel[po + p * WIDTH + j], sum[j]);
                    }
                }
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] += sum[j];
                }
            }
        }

        @Override
        void row(int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] c, int co) {
            float[] sum = new float[n];
            for (int p = 0; p < depth; p++) {
                float x = a[ao + p];
                for (int j = 0; j < n; j++) {
                    sum[j] = Fma.fma(x, b[bo + p * ld + j], sum[j]);
                }
            }
            for (int j = 0; j < n; j++) {
                c[co + j] += sum[j];
            }
        }
    }

    static class OfDouble extends Tile<double[]> {
        private static final int WIDTH = 8;
        private final ThreadLocal<double[]> kept = new ThreadLocal<>();

        @Override
        int columns() {
            return WIDTH;
        }

        @Override
        final void zero(double[] c, int co, int n) {
            Arrays.fill(c, co, co + n, 0);
        }

        @Override
        final double[] buffer(int size) {
            double[] buffer = kept.get();
            if (buffer == null || buffer.length < size) {
                buffer = new double[size];
                kept.set(buffer);
            }
            return buffer;
        }

        @Override
        final void pack(double[] b, int bo, int ld, int depth, int columns, double[] to, int o) {
            int width = columns();
            for (int p = 0; p < depth; p++) {
                System.arraycopy(b, bo + p * ld, to, o + p * width, columns);
                Arrays.fill(to, o + p * width + columns, o + (p + 1) * width, 0);
            }
        }

        @Override
        final void packTransposed(double[] b, int bo, int ld, int depth, int columns, double[] to, int o) {
            int width = columns();
            for (int p0 = 0; p0 < depth; p0 += 16) {
                int end = Math.min(depth, p0 + 16);
                for (int j = 0; j < columns; j++) {
                    for (int p = p0; p < end; p++) {
                        to[o + p * width + j] = b[bo + j * ld + p];
                    }
                }
                for (int p = p0; p < end; p++) {
                    Arrays.fill(to, o + p * width + columns, o + (p + 1) * width, 0);
                }
            }
        }

        @Override
        void add(
                int rows,
                int columns,
                int depth,
                double[] a,
                int ao,
                int rowStep,
                int stepOfK,
                double[] panel,
                int po,
                double[] c,
                int co,
                int ld) {
            double[] sum = new double[WIDTH];
            for (int i = 0; i < rows; i++) {
                Arrays.fill(sum, 0, WIDTH, 0);
                for (int p = 0; p < depth; p++) {
                    double x = a[ao + i * rowStep + p * stepOfK];
                    for (int j = 0; j < WIDTH; j++) {
                        sum[j] = Fma.fma(x, panel[po + p * WIDTH + j], sum[j]);
                    }
                }
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] += sum[j];
                }
            }
        }

        @Override
        void row(int n, int depth, double[] a, int ao, double[] b, int bo, int ld, double[] c, int co) {
            double[] sum = new double[n];
            for (int p = 0; p < depth; p++) {
                double x = a[ao + p];
                for (int j = 0; j < n; j++) {
                    sum[j] = Fma.fma(x, b[bo + p * ld + j], sum[j]);
                }
            }
            for (int j = 0; j < n; j++) {
                c[co + j] += sum[j];
            }
        }
    }
}
