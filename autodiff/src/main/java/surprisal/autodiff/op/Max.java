package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = max x over neighbouring axes: [.., n, ..] → [.., ..]. The gradient goes to the largest; equals share it.
 *
 * @param axis the first of the axes
 * @param count how many of them
 */
public record Max(int axis, int count) implements Op.Known {

    @Override
    public Shape shape(Shape... in) {
        Shape to = in[0];
        for (int i = 0; i < count; i++) {
            to = to.without(axis);
        }
        return to;
    }

    @Override
    public void forward(Array[] in, Array out) {
        Blocks b = Blocks.of(in[0].shape(), axis, count);
        Compute.max(in[0], b.outer(), b.n(), b.inner(), out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Blocks b = Blocks.of(in[0].shape(), axis, count);
            Compute.maxGrad(in[0], out, gOut, b.outer(), b.n(), b.inner(), gIn[0], stores[0]);
        }
    }
}
