package surprisal.autodiff.op;

import java.util.stream.IntStream;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = Σ x over neighbouring axes: [.., n, ..] → [.., ..]. Its derivative is 1.
 *
 * @param axis the first of the axes
 * @param count how many of them
 */
public record Sum(int axis, int count) implements Op.Known {

    private static final Sum[] ALL = IntStream.range(0, 8).mapToObj(rank -> new Sum(0, rank)).toArray(Sum[]::new);

    /**
     * The sum over everything.
     *
     * @param rank the number of axes
     * @return the op
     */
    public static Sum all(int rank) {
        return rank < ALL.length ? ALL[rank] : new Sum(0, rank);
    }

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
        Compute.sum(in[0], b.outer(), b.n(), b.inner(), out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Blocks b = Blocks.of(in[0].shape(), axis, count);
            Compute.sumGrad(gOut, b.outer(), b.n(), b.inner(), gIn[0], stores[0]);
        }
    }
}
