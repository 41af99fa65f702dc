package surprisal.kernels;

import surprisal.kernels.Gemm.Store;

/**
 * ∂⟨y, K x⟩/∂w: the product of the transposed windows of x and y, added up over blocks of 256 outputs, each of which is a
 * chain of multiply-adds from zero. Windows are gathered in the form in which a tile reads them, some numbers of each at a
 * time, and each thread gathers those that its own part of the gradient needs: so threads meet at the end alone.
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

    /** Numbers of a window that are gathered at a time: those of 256 windows stay in the second-level cache. */
    private static final int SOME = 128;

    /** A gradient up to this size is made in {@link #PARTS} that are added up; of a larger one a thread makes some rows. */
    private static final int SMALL = 1 << 16;

    private static final int PARTS = 8;

    void run(Store store) {
        int blocks = Math.ceilDiv(conv.rows(), DEPTH);
        int patch = conv.patch();
        int length = patch * conv.filters();
        if (blocks < PARTS || length > SMALL) {
            int group = of.tile.group();
            int groups = Math.ceilDiv(patch, group);
            int shares = Math.min(groups, Workers.threads());
            Workers.run(shares, t -> {
                int from = groups * t / shares * group;
                int end = Math.min(patch, groups * (t + 1) / shares * group);
                for (int b = 0; b < blocks; b++) {
                    add(b, from, end, w, 0, b == 0 ? store : Store.ADD);
                }
            });
            return;
        }
        T sums = of.buffer(1, PARTS * length);
        Workers.run(PARTS, t -> {
            int from = blocks * t / PARTS;
            for (int b = from; b < blocks * (t + 1) / PARTS; b++) {
                add(b, 0, patch, sums, t * length, b == from ? Store.SET : Store.ADD);
            }
        });
        if (store == Store.SET) {
            of.zero(w, 0, length);
        }
        of.plus(sums, 0, length, 0, w, 0, 0, 0, PARTS, 1, length);
    }

    /** Sets or adds what block b gives for numbers {@code from … end − 1} of the windows. */
    private void add(int b, int from, int end, T to, int at, Store store) {
        Tile<T> tile = of.tile;
        int columns = conv.filters();
        int width = columns <= tile.lanes() ? tile.slim() : tile.narrow();
        int first = b * DEPTH;
        int depth = Math.min(DEPTH, conv.rows() - first);
        boolean lies = columns == width;
        T outputs = lies ? y : of.buffer(2, Math.ceilDiv(columns, width) * width * depth);
        int begin = lies ? first * columns : 0;
        for (int j = 0; j < columns && !lies; j += width) {
            tile.pack(y, first * columns + j, columns, depth, Math.min(width, columns - j), outputs, j * depth, width);
        }
        boolean fresh = store == Store.SET;
        for (int i = from, next; i < end; i = next) {
            next = Math.min(end, i + SOME);
            int some = next - i;
            T windows = of.buffer(0, some * depth);
            of.gather(conv, x, first, first + depth, i, next, windows, 0, some);
            for (int j = 0; j < columns; j += width) {
                int c = at + i * columns + j;
                tile.multiply(
                        some, Math.min(width, columns - j), width, depth, windows, 0, 1, tile.group(), some,
                        outputs, begin + j * depth, width,
                        fresh ? tile.zeros() : to, fresh ? 0 : c, fresh ? 0 : columns, to, c, columns);
            }
        }
    }
}
