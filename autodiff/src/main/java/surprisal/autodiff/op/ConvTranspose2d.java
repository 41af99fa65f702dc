package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Conv;
import surprisal.kernels.Gemm.Store;

/**
 * The transposed convolution, x = Kᵀ y + bias, where K is the {@link Conv2d} with the same kernel, stride and padding:
 * ⟨Kᵀ y, x⟩ = ⟨y, K x⟩. Every number of y adds the kernel, multiplied by it, to a window of x:
 *
 * <p>[n, height, width, filters] × [kernelHeight, kernelWidth, channels, filters] × [channels] → [n, outHeight, outWidth,
 * channels] with outHeight = s (height − 1) + kernelHeight − 2p + more. The bias may be left out.
 *
 * <p>∂y = K ∂x, a convolution; ∂w[a, b, c, f] = Σ_nij ∂x[n, s i + a − p, s′ j + b − p′, c] y[n, i, j, f]; ∂bias = Σ ∂x.
 *
 * <p>The kernel of PyTorch, [filters, channels, height, width] with {@code filters} its {@code in_channels}, becomes
 * {@code transpose(2, 3, 1, 0)}.
 *
 * @param strideHeight s, the step between windows of the result
 * @param strideWidth s′
 * @param padHeight p, the lines cut off above and below
 * @param padWidth p′, the columns cut off on the left and on the right
 * @param moreHeight lines more at the bottom, which a convolution of this stride would not reach: 0 … s − 1
 * @param moreWidth columns more on the right, 0 … s′ − 1
 */
public record ConvTranspose2d(
        int strideHeight, int strideWidth, int padHeight, int padWidth, int moreHeight, int moreWidth)
        implements Op.Known {

    /**
     * A transposed convolution of this kind.
     *
     * @throws IllegalArgumentException if what is added to the result is negative or not below the stride
     */
    public ConvTranspose2d {
        if (moreHeight < 0 || moreWidth < 0 || moreHeight >= strideHeight || moreWidth >= strideWidth) {
            throw new IllegalArgumentException("convTranspose2d with a stride of %d × %d and %d × %d more pixels: "
                    .formatted(strideHeight, strideWidth, moreHeight, moreWidth)
                    + "a stride is at least 1, and they are 0 to the stride − 1");
        }
    }

    /**
     * The same stride and padding in both directions, and nothing more.
     *
     * @param stride the step between windows of the result
     * @param padding what is cut off around the result
     * @return the op
     */
    public static ConvTranspose2d of(int stride, int padding) {
        return new ConvTranspose2d(stride, stride, padding, padding, 0, 0);
    }

    private Conv conv(Shape y, Shape w) {
        int height = strideHeight * (y.dim(1) - 1) + w.dim(0) - 2 * padHeight + moreHeight;
        int width = strideWidth * (y.dim(2) - 1) + w.dim(1) - 2 * padWidth + moreWidth;
        return new Conv(
                y.dim(0), height, width, w.dim(2), w.dim(0), w.dim(1), w.dim(3),
                strideHeight, strideWidth, padHeight, padWidth);
    }

    @Override
    public Shape shape(Shape... in) {
        Conv2d.check(name(), in, 3, 2);
        Conv conv = conv(in[0], in[1]);
        if (conv.outHeight() != in[0].dim(1) || conv.outWidth() != in[0].dim(2)) {
            throw new IllegalArgumentException(name() + " of " + in[0] + ": an image is at least 1 × 1");
        }
        return Shape.of(conv.batch(), conv.height(), conv.width(), conv.channels());
    }

    @Override
    public void forward(Array[] in, Array out) {
        Conv conv = conv(in[0].shape(), in[1].shape());
        Compute.convolveTransposed(conv, in[0], in[1], in.length == 3 ? in[2] : null, out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Conv conv = conv(in[0].shape(), in[1].shape());
        if (gIn[0] != null) {
            Compute.convolve(conv, gOut, in[1], gIn[0], stores[0]);
        }
        if (gIn[1] != null) {
            Compute.convolveKernel(conv, gOut, in[0], gIn[1], stores[1]);
        }
        if (in.length == 3 && gIn[2] != null) {
            Compute.biasGrad(gOut, gIn[2], stores[2]);
        }
    }
}
