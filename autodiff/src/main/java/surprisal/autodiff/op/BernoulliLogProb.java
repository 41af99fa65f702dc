package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/** y = Σ x l − log(1 + eˡ) over the last axis, for (l, x) of one shape: [.., n] → [..]. ∂l = ∂y (x − σ(l)), ∂x = ∂y l. */
public record BernoulliLogProb() implements Op.Known {

    /** The op. */
    public static final BernoulliLogProb OP = new BernoulliLogProb();

    @Override
    public Shape shape(Shape... in) {
        if (!in[0].equals(in[1]) || in[0].rank() == 0) {
            throw new IllegalArgumentException("the log-likelihood of " + in[1] + " under log-odds " + in[0]
                    + ": the shapes must be equal, with at least one axis");
        }
        return in[0].dropLast();
    }

    @Override
    public void forward(Array[] in, Array out) {
        Blocks b = Blocks.rows(in[0].shape());
        Compute.bernoulliLogProb(in[0], in[1], b.outer(), b.n(), out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Blocks b = Blocks.rows(in[0].shape());
        if (gIn[0] != null) {
            Compute.bernoulliLogProbGrad(in[0], in[1], gOut, b.outer(), b.n(), gIn[0], stores[0]);
        }
        if (gIn[1] != null) {
            Compute.rowsScaled(in[0], gOut, b.outer(), b.n(), gIn[1], stores[1]);
        }
    }

    @Override
    public String name() {
        return "bernoulli log-likelihood";
    }
}
