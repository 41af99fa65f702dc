package surprisal.kernels;

import java.util.Objects;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/**
 * Convolution of images in two dimensions, as a linear map of the image: y = K x with
 *
 * <p>y[n, i, j, f] = Σ_abc x[n, s i + a − p, s′ j + b − p′, c] · w[a, b, c, f],
 *
 * <p>zero beyond the border (a cross-correlation: the kernel is not turned around); the transposed map x = Kᵀ y; and the
 * gradient of ⟨y, K x⟩ with respect to w. These three are the value and both adjoints of a convolution, and, in another
 * order, of a transposed convolution.
 *
 * <p>Images are [batch, height, width, channels], the outputs [batch, outHeight, outWidth, filters], the kernel
 * [kernelHeight, kernelWidth, channels, filters]. So a line of a window is one run of memory, and the kernel is a matrix
 * as it lies.
 *
 * <p>The sums are those of {@link Gemm}: K x is the product of the windows and the kernel; Kᵀ y adds the products of y
 * and the transposed kernel to the image in the order of the outputs; the gradient adds up products over blocks of
 * outputs whose number depends on the sizes. So the bits depend on neither vectors nor threads, and those of an image on
 * no other image of its batch.
 *
 * @param batch how many images
 * @param height of the image
 * @param width of the image
 * @param channels of the image
 * @param kernelHeight height of the window
 * @param kernelWidth width of the window
 * @param filters channels of the output
 * @param strideHeight s, the step between windows
 * @param strideWidth s′
 * @param padHeight p, lines of zeros above and below
 * @param padWidth p′, columns of zeros on the left and on the right
 */
public record Conv(
        int batch,
        int height,
        int width,
        int channels,
        int kernelHeight,
        int kernelWidth,
        int filters,
        int strideHeight,
        int strideWidth,
        int padHeight,
        int padWidth) {

    /* Windows are gathered into rows of a matrix block by block, so that a block stays in the second-level cache, and
     * multiplied; Kᵀ multiplies block by block and scatters. The whole matrix of windows would be kernelHeight ·
     * kernelWidth / stride² times the image and would go through memory twice. */

    /** Numbers in a block of windows: half of a second-level cache in float. */
    private static final int BLOCK = 1 << 17;

    /** A small batch is cut into so many blocks, unless they would have fewer rows than {@link #LEAST}. */
    private static final int PARTS = 16;

    private static final int LEAST = 64;

    /** With fewer blocks than this for each thread, and some over, threads share the work inside a block. */
    private static final int FEW = 4;

    /** Numbers of an image that a thread takes at a time. */
    private static final int PIECE = 1 << 12;

    private static final Patches<float[]> FLOAT = Simd.bits() > 0 ? new FloatPatches() : new Patches.OfFloat(new Tile.OfFloat());
    private static final Patches<double[]> DOUBLE = Simd.bits() > 0 ? new DoublePatches() : new Patches.OfDouble(new Tile.OfDouble());

    /**
     * The sizes of a convolution.
     *
     * @throws IllegalArgumentException if a size is not positive (the batch and the padding may be zero), or if the
     *     window is larger than the image with its padding
     */
    public Conv {
        if (batch < 0 || height < 1 || width < 1 || channels < 1 || kernelHeight < 1 || kernelWidth < 1 || filters < 1) {
            throw new IllegalArgumentException("convolution of [%d, %d, %d, %d] with a kernel [%d, %d, %d, %d]: "
                    .formatted(batch, height, width, channels, kernelHeight, kernelWidth, channels, filters)
                    + "sizes are at least 1, save the batch's");
        }
        if (strideHeight < 1 || strideWidth < 1 || padHeight < 0 || padWidth < 0) {
            throw new IllegalArgumentException("convolution with a stride of %d × %d and a padding of %d × %d: "
                    .formatted(strideHeight, strideWidth, padHeight, padWidth)
                    + "a stride is at least 1, a padding at least 0");
        }
        if (kernelHeight > height + 2L * padHeight || kernelWidth > width + 2L * padWidth) {
            throw new IllegalArgumentException("convolution of an image of %d × %d with a kernel of %d × %d: "
                    .formatted(height, width, kernelHeight, kernelWidth)
                    + "with its padding of %d × %d the image is smaller than the kernel".formatted(padHeight, padWidth));
        }
    }

    /**
     * The height of the output.
     *
     * @return ⌊(height + 2p − kernelHeight) / s⌋ + 1
     */
    public int outHeight() {
        return (height + 2 * padHeight - kernelHeight) / strideHeight + 1;
    }

    /**
     * The width of the output.
     *
     * @return ⌊(width + 2p′ − kernelWidth) / s′⌋ + 1
     */
    public int outWidth() {
        return (width + 2 * padWidth - kernelWidth) / strideWidth + 1;
    }

    /** Numbers in a window. */
    int patch() {
        return kernelHeight * kernelWidth * channels;
    }

    /** Windows in the batch. */
    int rows() {
        return batch * outHeight() * outWidth();
    }

    /** Whether the windows, one after the other, are the image as it lies. */
    private boolean plain() {
        boolean whole = padHeight == 0 && padWidth == 0 && height == outHeight() * kernelHeight
                && (strideHeight == kernelHeight || outHeight() == 1);
        return whole && kernelWidth == width || whole && kernelHeight == 1 && kernelWidth == 1 && strideWidth == 1;
    }

    /**
     * y = f(K x + bias).
     *
     * @param x the images, [batch, height, width, channels]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param bias [filters], or null for none
     * @param f the activation, or null for none
     * @param y the outputs, [batch, outHeight, outWidth, filters]; overwritten
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void forward(float[] x, float[] w, float[] bias, Unary f, float[] y) {
        check(x.length, w.length, y.length, bias == null || bias.length >= filters);
        forward(FLOAT, x, w, bias, f, y, Store.SET);
    }

    /**
     * The same in double precision.
     *
     * @param x the images, [batch, height, width, channels]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param bias [filters], or null for none
     * @param f the activation, or null for none
     * @param y the outputs, [batch, outHeight, outWidth, filters]; overwritten
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void forward(double[] x, double[] w, double[] bias, Unary f, double[] y) {
        check(x.length, w.length, y.length, bias == null || bias.length >= filters);
        forward(DOUBLE, x, w, bias, f, y, Store.SET);
    }

    /**
     * y = K x or y += K x.
     *
     * @param x the images, [batch, height, width, channels]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param y the outputs, [batch, outHeight, outWidth, filters]
     * @param store whether y is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void forward(float[] x, float[] w, float[] y, Store store) {
        check(x.length, w.length, y.length, true);
        forward(FLOAT, x, w, null, null, y, store);
    }

    /**
     * The same in double precision.
     *
     * @param x the images, [batch, height, width, channels]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param y the outputs, [batch, outHeight, outWidth, filters]
     * @param store whether y is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void forward(double[] x, double[] w, double[] y, Store store) {
        check(x.length, w.length, y.length, true);
        forward(DOUBLE, x, w, null, null, y, store);
    }

    /**
     * x = f(Kᵀ y + bias).
     *
     * @param y [batch, outHeight, outWidth, filters]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param bias [channels], or null for none
     * @param f the activation, or null for none
     * @param x the images, [batch, height, width, channels]; overwritten
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void transpose(float[] y, float[] w, float[] bias, Unary f, float[] x) {
        check(x.length, w.length, y.length, bias == null || bias.length >= channels);
        transpose(FLOAT, y, w, bias, f, x, Store.SET);
    }

    /**
     * The same in double precision.
     *
     * @param y [batch, outHeight, outWidth, filters]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param bias [channels], or null for none
     * @param f the activation, or null for none
     * @param x the images, [batch, height, width, channels]; overwritten
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void transpose(double[] y, double[] w, double[] bias, Unary f, double[] x) {
        check(x.length, w.length, y.length, bias == null || bias.length >= channels);
        transpose(DOUBLE, y, w, bias, f, x, Store.SET);
    }

    /**
     * x = Kᵀ y or x += Kᵀ y.
     *
     * @param y [batch, outHeight, outWidth, filters]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param x the images, [batch, height, width, channels]
     * @param store whether x is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void transpose(float[] y, float[] w, float[] x, Store store) {
        check(x.length, w.length, y.length, true);
        transpose(FLOAT, y, w, null, null, x, store);
    }

    /**
     * The same in double precision.
     *
     * @param y [batch, outHeight, outWidth, filters]
     * @param w the kernel, [kernelHeight, kernelWidth, channels, filters]
     * @param x the images, [batch, height, width, channels]
     * @param store whether x is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void transpose(double[] y, double[] w, double[] x, Store store) {
        check(x.length, w.length, y.length, true);
        transpose(DOUBLE, y, w, null, null, x, store);
    }

    /**
     * ∂⟨y, K x⟩/∂w[a, b, c, f] = Σ_nij x[n, s i + a − p, s′ j + b − p′, c] · y[n, i, j, f].
     *
     * @param x the images, [batch, height, width, channels]
     * @param y [batch, outHeight, outWidth, filters]
     * @param w the gradient, [kernelHeight, kernelWidth, channels, filters]
     * @param store whether w is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void kernel(float[] x, float[] y, float[] w, Store store) {
        check(x.length, w.length, y.length, true);
        kernel(FLOAT, x, y, w, store);
    }

    /**
     * The same in double precision.
     *
     * @param x the images, [batch, height, width, channels]
     * @param y [batch, outHeight, outWidth, filters]
     * @param w the gradient, [kernelHeight, kernelWidth, channels, filters]
     * @param store whether w is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public void kernel(double[] x, double[] y, double[] w, Store store) {
        check(x.length, w.length, y.length, true);
        kernel(DOUBLE, x, y, w, store);
    }

    /**
     * The gradient of a bias, b_k = Σ_j g_jk or b_k += Σ_j g_jk. The rows are cut into chunks of 2¹⁴ numbers or so; in a
     * chunk, row j goes to sum j mod 16, and the sums are added up in order, as are the chunks.
     *
     * @param g [rows, n]
     * @param rows how many rows
     * @param n their length
     * @param b [n]
     * @param store whether b is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public static void bias(float[] g, int rows, int n, float[] b, Store store) {
        check(g.length, rows, n, b.length);
        bias(FLOAT, g, rows, n, b, store);
    }

    /**
     * The same in double precision.
     *
     * @param g [rows, n]
     * @param rows how many rows
     * @param n their length
     * @param b [n]
     * @param store whether b is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short
     */
    public static void bias(double[] g, int rows, int n, double[] b, Store store) {
        check(g.length, rows, n, b.length);
        bias(DOUBLE, g, rows, n, b, store);
    }

    private static void check(int g, int rows, int n, int b) {
        Objects.checkFromIndexSize(0L, (long) rows * n, g);
        Objects.checkFromIndexSize(0, n, b);
    }

    private static <T> void bias(Patches<T> of, T g, int rows, int n, T b, Store store) {
        int some = Math.max(16, (1 << 14) / Math.max(1, n) / 16 * 16);
        int wide = 16 * n;
        int chunks = Math.ceilDiv(rows, some);
        T sums = of.buffer(1, chunks * wide);
        Workers.run(chunks, t -> {
            int first = t * some;
            int count = Math.min(some, rows - first);
            of.zero(sums, t * wide, wide);
            of.plus(g, first * n, wide, 0, sums, t * wide, 0, 0, count / 16, 1, wide);
            of.plus(g, (first + count / 16 * 16) * n, 0, 0, sums, t * wide, 0, 0, 1, 1, count % 16 * n);
            of.plus(sums, t * wide + n, n, 0, sums, t * wide, 0, 0, 15, 1, n);
        });
        if (store == Store.SET) {
            of.zero(b, 0, n);
        }
        of.plus(sums, 0, wide, 0, b, 0, 0, 0, chunks, 1, n);
    }

    private void check(int x, int w, int y, boolean bias) {
        Objects.checkFromIndexSize(0L, (long) batch * height * width * channels, x);
        Objects.checkFromIndexSize(0L, (long) patch() * filters, w);
        Objects.checkFromIndexSize(0L, (long) rows() * filters, y);
        if (!bias) {
            throw new IndexOutOfBoundsException("the bias is too short: there are %d channels and %d filters"
                    .formatted(channels, filters));
        }
    }

    private <T> void forward(Patches<T> of, T x, T w, T bias, Unary f, T y, Store store) {
        int rows = rows();
        int patch = patch();
        if (plain()) {
            of.multiply(Form.NN, rows, filters, patch, x, 0, w, 0, y, 0, store);
            finish(of, y, 0, rows, filters, bias, f);
            return;
        }
        int size = block();
        each(Math.ceilDiv(rows, size), b -> {
            int first = b * size;
            int last = Math.min(rows, first + size);
            T windows = gathered(of, x, first, last);
            of.multiply(Form.NN, last - first, filters, patch, windows, 0, w, 0, y, first * filters, store);
            finish(of, y, first * filters, last - first, filters, bias, f);
        });
    }

    private <T> void transpose(Patches<T> of, T y, T w, T bias, Unary f, T x, Store store) {
        int patch = patch();
        if (plain()) {
            of.multiply(Form.NT, rows(), patch, filters, y, 0, w, 0, x, 0, store);
            finish(of, x, 0, batch * height * width, channels, bias, f);
            return;
        }
        if (Spread.suits(this)) {
            Spread.of(this, of, y, w, bias, f, x).run(store);
            return;
        }
        int size = block();
        int each = outHeight() * outWidth();
        int images = Math.max(1, size / each); // a task has images of its own, for windows overlap
        T turned = of.buffer(1, patch * filters); // once: every product packs it again
        of.transpose(w, patch, filters, turned);
        each(Math.ceilDiv(batch, images), b -> {
            int start = b * images;
            int end = Math.min(batch, start + images);
            int pixels = start * height * width;
            if (store == Store.SET) {
                of.zero(x, pixels * channels, (end - start) * height * width * channels);
            }
            for (int first = start * each; first < end * each; first += size) {
                int last = Math.min(end * each, first + size);
                T windows = of.buffer(0, (last - first) * patch);
                of.multiply(Form.NN, last - first, patch, filters, y, first * filters, turned, 0, windows, 0, Store.SET);
                scatter(of, windows, first, last, x, start * height, end * height);
            }
            finish(of, x, pixels * channels, (end - start) * height * width, channels, bias, f);
        });
    }

    private <T> void kernel(Patches<T> of, T x, T y, T w, Store store) {
        if (plain() || batch == 0) {
            of.multiply(Form.TN, patch(), filters, rows(), x, 0, y, 0, w, 0, store);
        } else {
            new Gradient<>(this, of, x, y, w).run(store);
        }
    }

    /** Rows in a block: at least as many as filters, for a product packs the kernel anew. */
    private int block() {
        int some = Math.min(BLOCK / patch() + 1, Math.ceilDiv(rows(), PARTS));
        return Math.max(filters, Math.max(LEAST, some));
    }

    private static void each(int blocks, java.util.function.IntConsumer block) {
        int threads = Workers.threads();
        if (blocks < FEW * threads && blocks % threads > 0) {
            for (int b = 0; b < blocks; b++) {
                block.accept(b);
            }
        } else {
            Workers.run(blocks, block);
        }
    }

    private <T> T gathered(Patches<T> of, T x, int first, int last) {
        int patch = patch();
        T windows = of.buffer(0, (last - first) * patch);
        int some = Math.max(1, (1 << 14) / patch);
        Workers.run(Math.ceilDiv(last - first, some), t -> {
            int from = t * some;
            int end = Math.min(last - first, from + some);
            of.gather(this, x, first + from, first + end, 0, patch, windows, from * patch, patch);
        });
        return windows;
    }

    private <T> void scatter(Patches<T> of, T windows, int first, int last, T x, int top, int bottom) {
        int some = Math.max(1, PIECE / (width * channels));
        Workers.run(Math.ceilDiv(bottom - top, some), t -> {
            int from = top + t * some;
            of.scatter(this, windows, 0, first, last, x, from, Math.min(bottom, from + some));
        });
    }

    private static <T> void finish(Patches<T> of, T c, int from, int rows, int n, T bias, Unary f) {
        if (bias == null && f == null) {
            return;
        }
        int some = Math.max(1, PIECE / n);
        Workers.run(Math.ceilDiv(rows, some), t -> {
            int first = t * some;
            of.finish(c, from + first * n, Math.min(some, rows - first), n, bias, f);
        });
    }
}
