package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/** y = hard, for (hard, soft) of one shape; the gradient goes to soft as it is (Bengio, Léonard and Courville 2013). */
public record StraightThrough() implements Op.Known {

    /** The op. */
    public static final StraightThrough OP = new StraightThrough();

    @Override
    public Shape shape(Shape... in) {
        if (!in[0].equals(in[1])) {
            throw new IllegalArgumentException("straight-through of " + in[0] + " for " + in[1]
                    + ": the shapes must be equal");
        }
        return in[0];
    }

    @Override
    public void forward(Array[] in, Array out) {
        Compute.copy(in[0], 0, out, 0, out.size());
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null && stores[0] == Store.SET) {
            gIn[0].fill(0);
        }
        if (gIn[1] != null) {
            Compute.store(gOut, 0, gIn[1], 0, out.size(), stores[1]);
        }
    }

    @Override
    public String name() {
        return "straight-through";
    }
}
