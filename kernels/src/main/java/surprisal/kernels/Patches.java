package surprisal.kernels;

import java.util.Arrays;

/**
 * The windows of an image as rows of a matrix, and back, for one kind of array. Row r of a {@link Conv} is the window of
 * output r, [kernelHeight, kernelWidth, channels]; each of its lines is a run of the image's memory. Zeros stand for what
 * is beyond the border. The subclasses here are the scalar loops; {@link FloatPatches} has the vectors.
 */
abstract class Patches<T> {

    final Tile<T> tile;

    Patches(Tile<T> tile) {
        this.tile = tile;
    }

    /** This thread's scratch memory, of at least so many elements; the next call of a slot hands out the same memory. */
    abstract T buffer(int slot, int size);

    abstract void zero(T x, int from, int n);

    /** y = x for {@code count} runs of {@code n} numbers, {@code xStep} apart in x and {@code yStep} in y. */
    abstract void copy(T x, int from, int xStep, T y, int to, int yStep, int count, int n);

    /**
     * y += x for {@code count} windows of {@code lines} lines of {@code n} numbers; windows are {@code xStep} apart in x
     * and {@code yStep} in y, where they may overlap, lines {@code xLine} and {@code yLine}.
     */
    abstract void plus(T x, int from, int xStep, int xLine, T y, int to, int yStep, int yLine, int count, int lines, int n);

    /** c = f(c + bias), rows of the bias's length; either may be null. */
    abstract void finish(T c, int from, int rows, int n, T bias, Unary f);

    /** Bᵀ [columns, rows] of B [rows, columns]. */
    abstract void transpose(T b, int rows, int columns, T to);

    abstract void multiply(Gemm.Form form, int m, int n, int k, T a, int ao, T b, int bo, T c, int co, Gemm.Store store);

    /**
     * Numbers {@code from … end − 1} of each of the windows {@code first … last − 1}, as rows {@code pitch} apart from index
     * {@code to} on.
     */
    final void gather(Conv conv, T image, int first, int last, int from, int end, T rows, int to, int pitch) {
        int line = conv.kernelWidth() * conv.channels();
        int step = conv.strideWidth() * conv.channels();
        int wide = conv.width() * conv.channels();
        int edge = conv.padWidth() * conv.channels();
        for (int r = first, next; r < last; r = next) {
            int j0 = r % conv.outWidth();
            int above = r / conv.outWidth();
            next = Math.min(last, r + conv.outWidth() - j0);
            int start = above / conv.outHeight() * conv.height();
            int top = above % conv.outHeight() * conv.strideHeight() - conv.padHeight();
            for (int e = from, stop; e < end; e = stop) {
                int a = e / line;
                stop = Math.min(end, (a + 1) * line);
                int at = top + a < 0 || top + a >= conv.height() ? -1 : (start + top + a) * wide;
                gather(image, at, j0 * step - edge + e - a * line, step, wide, rows, to + e - from, pitch, next - r, stop - e);
            }
            to += (next - r) * pitch;
        }
    }

    /** Runs of n numbers of one line of the image, zeros where they are beyond it; {@code from} is −1 if the line is. */
    private void gather(T image, int from, int left, int step, int wide, T to, int at, int pitch, int count, int n) {
        for (int t = 0, more; t < count; t += more, left += more * step, at += more * pitch) {
            int before = Math.clamp(-(long) left, 0, n);
            int inside = from < 0 ? 0 : Math.max(0, Math.min(n, wide - left) - before);
            more = inside == n ? Math.min(count - t, (wide - n - left) / step + 1) : 1;
            if (inside == n) {
                copy(image, from + left, step, to, at, pitch, more, n);
            } else {
                zero(to, at, before);
                copy(image, from + left + before, 0, to, at + before, 0, 1, inside);
                zero(to, at + before + inside, n - before - inside);
            }
        }
    }

    /**
     * Adds windows {@code first … last − 1}, which lie from index {@code from} on, to the image: to its lines {@code
     * high … low − 1}, counted through the batch.
     */
    final void scatter(Conv conv, T rows, int from, int first, int last, T image, int high, int low) {
        int line = conv.kernelWidth() * conv.channels();
        int pitch = conv.patch();
        int step = conv.strideWidth() * conv.channels();
        int wide = conv.width() * conv.channels();
        int edge = conv.padWidth() * conv.channels();
        for (int r = first, end; r < last; r = end) {
            int j0 = r % conv.outWidth();
            int above = r / conv.outWidth();
            end = Math.min(last, r + conv.outWidth() - j0);
            int start = above / conv.outHeight() * conv.height();
            int top = above % conv.outHeight() * conv.strideHeight() - conv.padHeight();
            int a0 = Math.max(Math.max(0, -top), high - start - top);
            int a1 = Math.min(Math.min(conv.kernelHeight(), conv.height() - top), low - start - top);
            if (a0 >= a1) {
                from += (end - r) * pitch;
                continue;
            }
            for (int j = j0, more; r < end; r += more, j += more, from += more * pitch) {
                int left = j * step - edge;
                int before = Math.min(line, Math.max(0, -left));
                int n = Math.max(0, Math.min(line, wide - left) - before);
                more = n == line ? Math.min(end - r, (wide - line - left) / step + 1) : 1;
                int to = (start + top + a0) * wide + left + before;
                plus(rows, from + a0 * line + before, pitch, line, image, to, step, wide, more, a1 - a0, n);
            }
        }
    }

    static class OfFloat extends Patches<float[]> {
        private final ThreadLocal<float[][]> kept = ThreadLocal.withInitial(() -> new float[3][0]);

        OfFloat(Tile<float[]> tile) {
            super(tile);
        }

        @Override
        final float[] buffer(int slot, int size) {
            float[][] all = kept.get();
            if (all[slot].length < size) {
                all[slot] = new float[size];
            }
            return all[slot];
        }

        @Override
        final void zero(float[] x, int from, int n) {
            Arrays.fill(x, from, from + n, 0);
        }

        @Override
        void copy(float[] x, int from, int xStep, float[] y, int to, int yStep, int count, int n) {
            for (int t = 0; t < count && n > 0; t++) {
                System.arraycopy(x, from + t * xStep, y, to + t * yStep, n);
            }
        }

        @Override
        void plus(
                float[] x, int from, int xStep, int xLine, float[] y, int to, int yStep, int yLine, int count, int lines, int n) {
            for (int t = 0; t < count; t++) {
                for (int a = 0; a < lines; a++) {
                    int s = from + t * xStep + a * xLine;
                    int d = to + t * yStep + a * yLine;
                    for (int i = 0; i < n; i++) {
                        y[d + i] += x[s + i];
                    }
                }
            }
        }

        @Override
        final void finish(float[] c, int from, int rows, int n, float[] bias, Unary f) {
            if (bias != null) {
                plus(bias, 0, 0, 0, c, from, n, 0, rows, 1, n);
            }
            if (f != null) {
                Loop.map(f, c, from, c, from, rows * n);
            }
        }

        @Override
        final void transpose(float[] b, int rows, int columns, float[] to) {
            for (int i0 = 0; i0 < rows; i0 += 16) { // sixteen rows at a time: whole lines of the cache on both sides
                int end = Math.min(rows, i0 + 16);
                for (int j = 0; j < columns; j++) {
                    for (int i = i0; i < end; i++) {
                        to[j * rows + i] = b[i * columns + j];
                    }
                }
            }
        }

        @Override
        final void multiply(
                Gemm.Form form, int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, Gemm.Store store) {
            Gemm.multiply(form, m, n, k, a, ao, b, bo, c, co, store);
        }
    }

    static class OfDouble extends Patches<double[]> {
        private final ThreadLocal<double[][]> kept = ThreadLocal.withInitial(() -> new double[3][0]);

        OfDouble(Tile<double[]> tile) {
            super(tile);
        }

        @Override
        final double[] buffer(int slot, int size) {
            double[][] all = kept.get();
            if (all[slot].length < size) {
                all[slot] = new double[size];
            }
            return all[slot];
        }

        @Override
        final void zero(double[] x, int from, int n) {
            Arrays.fill(x, from, from + n, 0);
        }

        @Override
        void copy(double[] x, int from, int xStep, double[] y, int to, int yStep, int count, int n) {
            for (int t = 0; t < count && n > 0; t++) {
                System.arraycopy(x, from + t * xStep, y, to + t * yStep, n);
            }
        }

        @Override
        void plus(
                double[] x, int from, int xStep, int xLine, double[] y, int to, int yStep, int yLine, int count, int lines, int n) {
            for (int t = 0; t < count; t++) {
                for (int a = 0; a < lines; a++) {
                    int s = from + t * xStep + a * xLine;
                    int d = to + t * yStep + a * yLine;
                    for (int i = 0; i < n; i++) {
                        y[d + i] += x[s + i];
                    }
                }
            }
        }

        @Override
        final void finish(double[] c, int from, int rows, int n, double[] bias, Unary f) {
            if (bias != null) {
                plus(bias, 0, 0, 0, c, from, n, 0, rows, 1, n);
            }
            if (f != null) {
                Loop.map(f, c, from, c, from, rows * n);
            }
        }

        @Override
        final void transpose(double[] b, int rows, int columns, double[] to) {
            for (int i0 = 0; i0 < rows; i0 += 16) { // sixteen rows at a time: whole lines of the cache on both sides
                int end = Math.min(rows, i0 + 16);
                for (int j = 0; j < columns; j++) {
                    for (int i = i0; i < end; i++) {
                        to[j * rows + i] = b[i * columns + j];
                    }
                }
            }
        }

        @Override
        final void multiply(
                Gemm.Form form, int m, int n, int k, double[] a, int ao, double[] b, int bo, double[] c, int co, Gemm.Store store) {
            Gemm.multiply(form, m, n, k, a, ao, b, bo, c, co, store);
        }
    }
}
