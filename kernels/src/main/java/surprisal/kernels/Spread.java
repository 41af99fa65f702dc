package surprisal.kernels;

import surprisal.kernels.Gemm.Store;

/**
 * x = f(Kᵀ y + bias) without a matrix of windows: each tile of the product of y and the transposed kernel is added to the
 * image while it is in the first-level cache.
 *
 * <p>A number of the image gets its terms line by line of the kernel, in each from left to right, if a tile has no two
 * of them: if its columns are no more than a step of the window.
 *
 * @param conv K's sizes
 * @param of what handles these arrays
 * @param y [batch, outHeight, outWidth, filters]
 * @param packed the transposed kernel, in panels as wide as a narrow tile that each belong to one line of the kernel
 * @param bias [channels], or null
 * @param f the activation, or null
 * @param x the images
 */
record Spread<T>(Conv conv, Patches<T> of, T y, T packed, T bias, Unary f, T x) {

    /** The widest tile that is used here, in numbers: two vectors. */
    private static final int WIDEST = 32;

    /** Longest chain of multiply-adds, as in {@link Gemm}. */
    private static final int LONGEST = 256;

    /** Numbers of a kernel that stay in the second-level cache while the images go by. */
    private static final int KERNEL = 1 << 18;

    /** Rows of a product that make it worth while to read a panel of the kernel. */
    private static final int ROWS = 128;

    /** A smaller batch is cut into lines of images. */
    private static final int FEW = 8;

    /** Whether these sizes do well in this form; the same on all machines, since it decides the order of sums. */
    static boolean suits(Conv conv) {
        return conv.strideWidth() * conv.channels() >= WIDEST && conv.filters() <= LONGEST
                && conv.patch() * conv.filters() <= KERNEL;
    }

    static <T> Spread<T> of(Conv conv, Patches<T> of, T y, T w, T bias, Unary f, T x) {
        int width = of.tile.narrow();
        int line = conv.kernelWidth() * conv.channels();
        int panels = Math.ceilDiv(line, width);
        int depth = conv.filters();
        T packed = of.buffer(1, conv.kernelHeight() * panels * width * depth);
        for (int a = 0; a < conv.kernelHeight(); a++) {
            for (int q = 0; q < panels; q++) {
                int columns = Math.min(width, line - q * width);
                int to = (a * panels + q) * width * depth;
                of.tile.packTransposed(w, (a * line + q * width) * depth, depth, depth, columns, width, packed, to, width);
            }
        }
        return new Spread<>(conv, of, y, packed, bias, f, x);
    }

    void run(Store store) {
        int each = conv.outHeight() * conv.outWidth();
        int images = conv.batch() < FEW ? 1 : Math.ceilDiv(conv.batch(), parts(Math.ceilDiv(ROWS, each)));
        int pieces = conv.batch() < FEW ? Math.clamp(conv.height() / 16, 1, FEW) : 1;
        int lines = Math.ceilDiv(conv.height(), pieces);
        Workers.run(Math.ceilDiv(conv.batch(), images) * pieces, t -> {
            int first = t / pieces * images;
            int top = t % pieces * lines;
            lines(first, Math.min(conv.batch(), first + images), top, Math.min(conv.height(), top + lines), store);
        });
    }

    /** How many tasks there are if each has some images: a multiple of four, so that threads get the same. */
    private int parts(int images) {
        return Math.ceilDiv(Math.ceilDiv(conv.batch(), images), 4) * 4;
    }

    /** Lines {@code top … bottom − 1} of some images. */
    private void lines(int first, int last, int top, int bottom, Store store) {
        int wide = conv.width() * conv.channels();
        int n = Math.max(0, bottom - top);
        for (int image = first; image < last && store == Store.SET; image++) {
            of.zero(x, (image * conv.height() + top) * wide, n * wide);
        }
        int width = of.tile.narrow();
        int panels = Math.ceilDiv(conv.kernelWidth() * conv.channels(), width);
        int each = conv.outHeight();
        for (int a = 0; a < conv.kernelHeight(); a++) {
            int up = conv.padHeight() - a; // output i reaches line i · stride − up
            int i0 = Math.max(0, Math.ceilDiv(top + up, conv.strideHeight()));
            int i1 = Math.min(each, Math.floorDiv(bottom - 1 + up, conv.strideHeight()) + 1);
            for (int q = 0; q < panels && i0 < i1; q++) {
                if (i1 - i0 == each) {
                    rows(first * each, last * each, a, q, panels);
                    continue;
                }
                for (int image = first; image < last; image++) {
                    rows(image * each + i0, image * each + i1, a, q, panels);
                }
            }
        }
        for (int image = first; image < last && (bias != null || f != null); image++) {
            of.finish(x, (image * conv.height() + top) * wide, n * conv.width(), conv.channels(), bias, f);
        }
    }

    /** What a panel of line a of the kernel gives for some lines of outputs, counted through the batch. */
    private void rows(int firstLine, int lastLine, int a, int q, int panels) {
        Tile<T> tile = of.tile;
        int width = tile.narrow();
        int depth = conv.filters();
        T sums = of.buffer(2, tile.rows() * width);
        int panel = (a * panels + q) * width * depth;
        int columns = Math.min(width, conv.kernelWidth() * conv.channels() - q * width);
        int wide = conv.width() * conv.channels();
        int step = conv.strideWidth() * conv.channels();
        int margin = q * width - conv.padWidth() * conv.channels();
        int last = lastLine * conv.outWidth();
        int line = firstLine;
        int j = 0;
        for (int r = firstLine * conv.outWidth(); r < last; r += tile.rows()) {
            int rows = Math.min(tile.rows(), last - r);
            tile.multiply(
                    rows, width, width, depth, y, r * depth, depth, 0, 1, packed, panel, width,
                    tile.zeros(), 0, 0, sums, 0, width);
            for (int t = 0, more; t < rows; t += more) {
                more = Math.min(rows - t, conv.outWidth() - j);
                int image = line / conv.outHeight();
                int i = (line - image * conv.outHeight()) * conv.strideHeight() + a - conv.padHeight();
                int at = (image * conv.height() + i) * wide;
                add(sums, t * width, width, at, wide, j * step + margin, step, more, columns);
                j += more;
                if (j == conv.outWidth()) {
                    j = 0;
                    line++;
                }
            }
        }
    }

    /** Adds {@code count} runs of numbers to a line of the image, {@code step} apart, what is within the line. */
    private void add(T sums, int from, int width, int at, int wide, int left, int step, int count, int columns) {
        for (int t = 0, more; t < count; t += more, left += more * step, from += more * width) {
            int before = Math.clamp(-(long) left, 0, columns);
            int n = Math.max(0, Math.min(columns, wide - left) - before);
            more = n == columns ? Math.min(count - t, (wide - columns - left) / step + 1) : 1;
            of.plus(sums, from + before, width, 0, x, at + left + before, step, 0, more, 1, n);
        }
    }
}
