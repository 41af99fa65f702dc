package surprisal.autodiff.op;

import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y[.., i, ..] = x[.., index[i], ..] along an axis. Its adjoint adds to an entry as often as it was read.
 *
 * @param axis which
 * @param index the entries wanted
 */
public record Gather(int axis, List<Integer> index) implements Op.Known {

    /** The op, its indices copied. */
    public Gather {
        index = List.copyOf(index);
    }

    /**
     * The op.
     *
     * @param axis which
     * @param index the entries wanted
     * @return the op
     */
    public static Gather of(int axis, int... index) {
        return new Gather(axis, IntStream.of(index).boxed().toList());
    }

    @Override
    public Shape shape(Shape... in) {
        int n = in[0].dim(axis);
        for (int i = 0; i < index.size(); i++) {
            if (index.get(i) < 0 || index.get(i) >= n) {
                throw new IllegalArgumentException("gather from axis " + axis + " of " + in[0] + ": index " + index.get(i)
                        + " at position " + i + " is not in 0 … " + (n - 1));
            }
        }
        return in[0].with(axis, index.size());
    }

    @Override
    public void forward(Array[] in, Array out) {
        Blocks b = Blocks.of(in[0].shape(), axis, 1);
        int to = 0;
        for (int o = 0; o < b.outer(); o++) {
            for (int i : index) {
                Compute.copy(in[0], (o * b.n() + i) * b.inner(), out, to, b.inner());
                to += b.inner();
            }
        }
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Blocks b = Blocks.of(in[0].shape(), axis, 1);
            int from = 0;
            if (stores[0] == Store.SET) {
                gIn[0].fill(0);
            }
            for (int o = 0; o < b.outer(); o++) {
                for (int i : index) {
                    Compute.store(gOut, from, gIn[0], (o * b.n() + i) * b.inner(), b.inner(), Store.ADD);
                    from += b.inner();
                }
            }
        }
    }
}
