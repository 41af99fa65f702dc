package surprisal.kernels;

import surprisal.kernels.Gemm.Store;

/**
 * ∂⟨y, K x⟩/∂w: the product of the transposed windows of x and y, added up over blocks of 256 outputs, each of which is a
 * chain of multiply-adds from zero. Windows are gathered in the form in which a tile reads them, so that each number of
 * the image is copied once.
 *
 * @param conv K's sizes
 * @param of what handles these arrays
 * @param x the images
 * @param y [batch, outHeight, outWidth, filters]
 * @param w the gradient, [kernelHeight, kernelWidth, channels, filters]
 */
record Gradient<T>(Conv conv, Patches<T> of, T x, T y, T w) {

    /** Outputs in a block. */
    private static final int DEPTH = 256;

    /** Outputs whose windows a task gathers where the threads share a block. */
    private static final int SLICE = 32;

    /** A gradient up to this size is made in {@link #PARTS}, side by side; a larger one tile by tile. */
    private static final int SMALL = 1 << 16;

    private static final int PARTS = 8;

    void run(Store store) {
        int blocks = Math.ceilDiv(conv.rows(), DEPTH);
        int length = conv.patch() * conv.filters();
        if (blocks < PARTS || length > SMALL) {
            for (int b = 0; b < blocks; b++) {
                add(b, w, 0, b == 0 ? store : Store.ADD);
            }
            return;
        }
        T sums = of.buffer(1, PARTS * length);
        Workers.run(PARTS, t -> {
            int from = blocks * t / PARTS;
            for (int b = from; b < blocks * (t + 1) / PARTS; b++) {
                add(b, sums, t * length, b == from ? Store.SET : Store.ADD);
            }
        });
        if (store == Store.SET) {
            of.zero(w, 0, length);
        }
        of.plus(sums, 0, length, 0, w, 0, 0, 0, PARTS, 1, length);
    }

    /** Sets or adds what block b gives. */
    private void add(int b, T to, int at, Store store) {
        Tile<T> tile = of.tile;
        int width = tile.narrow();
        int first = b * DEPTH;
        int depth = Math.min(DEPTH, conv.rows() - first);
        int rows = conv.patch();
        int columns = conv.filters();
        T windows = of.buffer(0, Math.ceilDiv(rows, width) * width * depth);
        T outputs = of.buffer(2, Math.ceilDiv(columns, width) * width * depth);
        Workers.run(Math.ceilDiv(depth, SLICE), t -> {
            int from = t * SLICE;
            int count = Math.min(SLICE, depth - from);
            of.gather(conv, x, first + from, first + from + count, windows, from * width, width, width * depth);
            for (int j = 0; j < columns; j += width) {
                int wide = Math.min(width, columns - j);
                tile.pack(y, (first + from) * columns + j, columns, count, wide, outputs, j * depth + from * width, width);
            }
        });
        boolean fresh = store == Store.SET;
        Workers.run(Math.ceilDiv(rows, width), t -> {
            int end = Math.min(rows, (t + 1) * width);
            for (int j = 0; j < columns; j += width) {
                int wide = Math.min(width, columns - j);
                int c = at + t * width * columns + j;
                tile.multiply(
                        end - t * width, wide, width, depth, windows, t * width * depth, 1, tile.group(), width,
                        outputs, j * depth, width, fresh ? tile.zeros() : to, fresh ? 0 : c, fresh ? 0 : columns, to, c, columns);
            }
        });
    }
}
