package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = Σ x l − log(1 + eˡ) over the last axis, for (l, x): [.., n] → [..]. x has l's shape or lacks its first axes, so
 * that many l meet one x without its being repeated in memory. ∂l = ∂y (x − σ(l)), ∂x = Σ ∂y l.
 */
public record BernoulliLogProb() implements Op.Known {

    /** The op. */
    public static final BernoulliLogProb OP = new BernoulliLogProb();

    @Override
    public Shape shape(Shape... in) {
        if (in[1].rank() == 0 || !in[0].endsWith(in[1])) {
            throw new IllegalArgumentException("the log-likelihood of " + in[1] + " under log-odds " + in[0]
                    + ": the shapes must be equal but for axes that come first, with at least one axis");
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
            if (in[1].size() == in[0].size()) {
                Compute.rowsScaled(in[0], gOut, b.outer(), b.n(), gIn[1], stores[1]);
            } else {
                Array each = Array.zeros(in[0].shape(), in[0].precision());
                Compute.rowsScaled(in[0], gOut, b.outer(), b.n(), each, Store.SET);
                Array sum = Array.zeros(in[1].shape(), in[1].precision());
                Compute.sum(each, 1, each.size() / sum.size(), sum.size(), sum);
                Compute.store(sum, 0, gIn[1], 0, sum.size(), stores[1]);
            }
        }
    }

    @Override
    public String name() {
        return "bernoulli log-likelihood";
    }
}
