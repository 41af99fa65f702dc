package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/** y = log Σ exp x over the last axis: [.., n] → [..]. Its derivative is the softmax. */
public record LogSumExp() implements Op.Known {

    /** The op. */
    public static final LogSumExp OP = new LogSumExp();

    @Override
    public Shape shape(Shape... in) {
        if (in[0].rank() == 0) {
            throw new IllegalArgumentException("logSumExp of a scalar: it takes at least one axis");
        }
        return in[0].dropLast();
    }

    @Override
    public void forward(Array[] in, Array out) {
        Blocks b = Blocks.rows(in[0].shape());
        Compute.logSumExp(in[0], b.outer(), b.n(), out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Blocks b = Blocks.rows(in[0].shape());
            Compute.logSumExpGrad(in[0], out, gOut, b.outer(), b.n(), gIn[0], stores[0]);
        }
    }
}
