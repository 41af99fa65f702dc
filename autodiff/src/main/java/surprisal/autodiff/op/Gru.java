package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * One step of a gated recurrent unit (Cho et al. 2014) after its two products x = W i + b and u = U h + c: [.., 3n] ×
 * [.., 3n] × [.., n] → [.., n], the gates in the order r, z, n.
 *
 * <p>y = ν + z (h − ν) with r = σ(x_r + u_r), z = σ(x_z + u_z), ν = tanh(x_n + r u_n). Its adjoint needs no σ and no tanh:
 * the gates are kept.
 */
public record Gru() implements Op.Keeping {

    /** The op. */
    public static final Gru STEP = new Gru();

    @Override
    public Shape shape(Shape... in) {
        Shape h = in[2];
        if (h.rank() == 0 || !in[0].equals(in[1]) || !in[0].equals(h.with(-1, 3 * h.last()))) {
            throw new IllegalArgumentException("gru of x " + in[0] + ", u " + in[1] + " and h " + h
                    + ": with h [.., n], x and u are [.., 3n]");
        }
        return h;
    }

    @Override
    public int kept(Shape... in) {
        return in[0].size();
    }

    @Override
    public void forward(Array[] in, Array out, Array kept) {
        Blocks b = Blocks.rows(out.shape());
        Compute.gru(in[0], 0, in[1], 0, in[2], 0, b.outer(), b.n(), kept, 0, out, 0);
    }

    @Override
    public void backward(Array[] in, Array out, Array kept, Array gOut, Array[] gIn, Store[] stores) {
        Blocks b = Blocks.rows(out.shape());
        if (gIn[0] != null || gIn[1] != null) {
            Compute.gruGrad(kept, 0, in[1], 0, in[2], 0, gOut, 0, b.outer(), b.n(), gIn[0], 0, stores[0], gIn[1], 0, stores[1]);
        }
        if (gIn[2] != null) {
            Compute.gruStateGrad(kept, 0, gOut, 0, b.outer(), b.n(), gIn[2], 0, stores[2]);
        }
    }
}
