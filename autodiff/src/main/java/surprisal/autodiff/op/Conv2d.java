package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Conv;
import surprisal.kernels.Gemm.Store;

/**
 * The convolution of images in two dimensions, y = K x + bias:
 *
 * <p>y[n, i, j, f] = bias[f] + Σ_abc x[n, s i + a − p, s′ j + b − p′, c] · w[a, b, c, f],
 *
 * <p>zero beyond the border; [n, height, width, channels] × [kernelHeight, kernelWidth, channels, filters] × [filters] →
 * [n, outHeight, outWidth, filters]. The bias may be left out. The kernel is not turned around, as in all libraries of
 * neural networks (strictly, a cross-correlation).
 *
 * <p>∂x = Kᵀ ∂y, a transposed convolution; ∂w[a, b, c, f] = Σ_nij x[n, s i + a − p, s′ j + b − p′, c] ∂y[n, i, j, f];
 * ∂bias = Σ_nij ∂y.
 *
 * <p>The channels are last. A kernel of PyTorch, [filters, channels, height, width], becomes {@code transpose(2, 3, 1, 0)},
 * its images {@code transpose(0, 2, 3, 1)}.
 *
 * @param strideHeight s, the step between windows
 * @param strideWidth s′
 * @param padHeight p, lines of zeros above and below
 * @param padWidth p′, columns of zeros on the left and on the right
 */
public record Conv2d(int strideHeight, int strideWidth, int padHeight, int padWidth) implements Op.Known {

    /**
     * The same stride and padding in both directions.
     *
     * @param stride the step between windows
     * @param padding the zeros around the image
     * @return the op
     */
    public static Conv2d of(int stride, int padding) {
        return new Conv2d(stride, stride, padding, padding);
    }

    private Conv conv(Shape x, Shape w) {
        return new Conv(
                x.dim(0), x.dim(1), x.dim(2), x.dim(3), w.dim(0), w.dim(1), w.dim(3),
                strideHeight, strideWidth, padHeight, padWidth);
    }

    @Override
    public Shape shape(Shape... in) {
        Shape x = in[0];
        Shape w = in[1];
        check(name(), in, 2, 3);
        Conv conv = conv(x, w);
        return Shape.of(x.dim(0), conv.outHeight(), conv.outWidth(), w.dim(3));
    }

    /** Whether images, kernel and bias fit; {@code axis} of the kernel goes with the images, {@code out} with the bias. */
    static void check(String name, Shape[] in, int axis, int out) {
        if (in.length < 2 || in.length > 3 || in[0].rank() != 4 || in[1].rank() != 4) {
            throw new IllegalArgumentException(name + " of " + java.util.List.of(in)
                    + ": it takes images [n, height, width, channels], a kernel of four axes and perhaps a bias");
        }
        if (in[0].last() != in[1].dim(axis)) {
            throw new IllegalArgumentException(name + " of " + in[0] + " with a kernel " + in[1] + ": channels differ ("
                    + in[0].last() + " ≠ " + in[1].dim(axis) + " on axis " + axis + " of the kernel)");
        }
        if (in.length == 3 && (in[2].rank() != 1 || in[2].last() != in[1].dim(out))) {
            throw new IllegalArgumentException(name + " of " + in[0] + " with a kernel " + in[1] + ": the bias is "
                    + in[2] + ", not [" + in[1].dim(out) + "]");
        }
    }

    @Override
    public void forward(Array[] in, Array out) {
        Conv conv = conv(in[0].shape(), in[1].shape());
        Compute.convolve(conv, in[0], in[1], in.length == 3 ? in[2] : null, out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Conv conv = conv(in[0].shape(), in[1].shape());
        if (gIn[0] != null) {
            Compute.convolveTransposed(conv, gOut, in[1], gIn[0], stores[0]);
        }
        if (gIn[1] != null) {
            Compute.convolveKernel(conv, in[0], gOut, gIn[1], stores[1]);
        }
        if (in.length == 3 && gIn[2] != null) {
            Compute.biasGrad(gOut, gIn[2], stores[2]);
        }
    }
}
