package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * The inputs one after the other along an axis. Its adjoint takes them apart.
 *
 * @param axis which
 */
public record Concat(int axis) implements Op.Known {

    @Override
    public Shape shape(Shape... in) {
        int n = 0;
        for (int i = 0; i < in.length; i++) {
            if (in[i].rank() != in[0].rank() || !in[i].with(axis, 0).equals(in[0].with(axis, 0))) {
                throw new IllegalArgumentException("concat of " + in[0] + " and " + in[i] + " (part " + i + ") along axis "
                        + axis + ": all other axes must be equal");
            }
            n = Math.addExact(n, in[i].dim(axis));
        }
        return in[0].with(axis, n);
    }

    @Override
    public void forward(Array[] in, Array out) {
        Blocks whole = Blocks.of(out.shape(), axis, 1);
        int at = 0;
        for (Array part : in) {
            int run = part.shape().dim(axis) * whole.inner();
            Compute.store(whole.outer(), run, part, 0, run, out, at, whole.n() * whole.inner(), Store.SET);
            at += run;
        }
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Blocks whole = Blocks.of(out.shape(), axis, 1);
        int at = 0;
        for (int i = 0; i < in.length; i++) {
            int run = in[i].shape().dim(axis) * whole.inner();
            if (gIn[i] != null) {
                Compute.store(whole.outer(), run, gOut, at, whole.n() * whole.inner(), gIn[i], 0, run, stores[i]);
            }
            at += run;
        }
    }
}
