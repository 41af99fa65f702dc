package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = x[.., from … to − 1, ..] along an axis. Its adjoint adds into that part.
 *
 * @param axis which
 * @param from the first index
 * @param to the index after the last one
 */
public record Slice(int axis, int from, int to) implements Op.Known {

    @Override
    public Shape shape(Shape... in) {
        if (from < 0 || from > to || to > in[0].dim(axis)) {
            throw new IllegalArgumentException("slice " + from + " … " + to + " of axis " + axis + " of " + in[0]
                    + ": it takes 0 ≤ from ≤ to ≤ " + in[0].dim(axis));
        }
        return in[0].with(axis, to - from);
    }

    @Override
    public void forward(Array[] in, Array out) {
        Blocks b = Blocks.of(in[0].shape(), axis, 1);
        int run = (to - from) * b.inner();
        Compute.store(b.outer(), run, in[0], from * b.inner(), b.n() * b.inner(), out, 0, run, Store.SET);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Blocks b = Blocks.of(in[0].shape(), axis, 1);
            int run = (to - from) * b.inner();
            if (stores[0] == Store.SET && run < b.n() * b.inner()) {
                gIn[0].fill(0);
            }
            Compute.store(b.outer(), run, gOut, 0, run, gIn[0], from * b.inner(), b.n() * b.inner(), stores[0]);
        }
    }
}
