package surprisal.autodiff.op;

import java.util.Arrays;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * The same numbers in another shape, copied: there are no views.
 *
 * @param to the new shape
 */
public record Reshape(Shape to) implements Op.Known {

    /**
     * Fills in a length given as −1.
     *
     * @param from the shape now
     * @param dims the lengths wanted, one of them perhaps −1
     * @return the shape wanted
     * @throws IllegalArgumentException if the sizes differ
     */
    public static Shape shape(Shape from, int... dims) {
        int open = -1;
        long known = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == -1 && open < 0) {
                open = i;
            } else {
                known = Math.multiplyExact(known, dims[i]);
            }
        }
        if (open < 0 && known == from.size()) {
            return Shape.of(dims);
        }
        if (open < 0 || known <= 0 || from.size() % known != 0) {
            throw new IllegalArgumentException("reshape of " + from + " to " + Arrays.toString(dims) + ": "
                    + from.size() + " numbers don't fit");
        }
        int[] filled = dims.clone();
        filled[open] = (int) (from.size() / known);
        return Shape.of(filled);
    }

    @Override
    public Shape shape(Shape... in) {
        if (in[0].size() != to.size()) {
            throw new IllegalArgumentException("reshape of " + in[0] + " to " + to + ": " + in[0].size()
                    + " numbers don't fit");
        }
        return to;
    }

    @Override
    public void forward(Array[] in, Array out) {
        Compute.copy(in[0], 0, out, 0, out.size());
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Compute.store(gOut, 0, gIn[0], 0, out.size(), stores[0]);
        }
    }
}
