package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * Repeats axes of length 1, and missing ones in front: [1, n] → [m, n]. To be read many times has as its adjoint to be
 * added to many times.
 *
 * @param to the new shape
 */
public record Expand(Shape to) implements Op.Known {

    @Override
    public Shape shape(Shape... in) {
        if (!in[0].broadcast(to, "expand").equals(to)) {
            throw new IllegalArgumentException("expand of " + in[0] + " to " + to + ": only axes of length 1 stretch");
        }
        return to;
    }

    @Override
    public void forward(Array[] in, Array out) {
        Array x = in[0];
        Broadcast.of(x.shape(), to, to).each((n, xo, stride, same, one, yo) -> {
            if (stride == 1) {
                Compute.copy(x, xo, out, yo, n);
            } else {
                Compute.fill(x.at(xo), out, yo, n);
            }
        });
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] == null) {
            return;
        }
        Array gx = gIn[0];
        if (stores[0] == Store.SET) {
            gx.fill(0);
        }
        Broadcast.of(gx.shape(), to, to).each((n, xo, stride, same, one, yo) -> {
            if (stride == 1) {
                Compute.store(gOut, yo, gx, xo, n, Store.ADD);
            } else {
                gx.set(xo, gx.at(xo) + Compute.sum(gOut, yo, n));
            }
        });
    }
}
