package surprisal.autodiff.op;

import java.util.Arrays;
import java.util.Locale;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Binary;
import surprisal.kernels.Gemm.Store;

/**
 * y = f(a, b), element by element, the shapes broadcast: [..] × [..] → [..]. A number that is read many times is added
 * to many times on the way back, by the same index map.
 *
 * @param f the function
 */
public record Zip(Binary f) implements Op.Known {

    private static final Zip[] ALL = Arrays.stream(Binary.values()).map(Zip::new).toArray(Zip[]::new);

    /**
     * The op of a function.
     *
     * @param f the function
     * @return always the same object for the same function
     */
    public static Zip of(Binary f) {
        return ALL[f.ordinal()];
    }

    @Override
    public Shape shape(Shape... in) {
        return in[0].broadcast(in[1], name());
    }

    @Override
    public void forward(Array[] in, Array out) {
        run(Part.VALUE, in[0], in[1], out, null, null, null);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            run(Part.LEFT, in[0], in[1], out, gOut, gIn[0], once(gIn[0], gOut, stores[0]));
        }
        if (gIn[1] != null) {
            run(Part.RIGHT, in[0], in[1], out, gOut, gIn[1], once(gIn[1], gOut, stores[1]));
        }
    }

    /** What is computed. */
    private enum Part {
        VALUE,
        LEFT,
        RIGHT
    }

    /** Visits the runs of the result; the usual shapes without an object. */
    private void run(Part part, Array a, Array b, Array y, Array g, Array gx, Store store) {
        int size = y.size();
        if (a.size() == size && b.size() == size) {
            run(part, a, 0, 1, b, 0, 1, y, 0, g, gx, size, store);
            return;
        }
        if (size == 0) {
            return;
        }
        int an = Broadcast.row(a.shape(), y.shape());
        int bn = Broadcast.row(b.shape(), y.shape());
        if (an < 0 || bn < 0 || an < size && bn < size) {
            Broadcast.of(a.shape(), b.shape(), y.shape())
                    .each((n, ao, as, bo, bs, yo) -> run(part, a, ao, as, b, bo, bs, y, yo, g, gx, n, store));
        } else if (an == 1 || bn == 1) {
            run(part, a, 0, an == 1 ? 0 : 1, b, 0, bn == 1 ? 0 : 1, y, 0, g, gx, size, store);
        } else {
            int n = Math.min(an, bn);
            for (int yo = 0; yo < size; yo += n) {
                run(part, a, an < size ? 0 : yo, 1, b, bn < size ? 0 : yo, 1, y, yo, g, gx, n, store);
            }
        }
    }

    private void run(
            Part part, Array a, int ao, int as, Array b, int bo, int bs, Array y, int yo, Array g, Array gx, int n, Store store) {
        switch (part) {
            case VALUE -> Compute.zip(f, a, ao, as, b, bo, bs, y, yo, n);
            case LEFT -> Compute.zipGradA(f, a, ao, as, b, bo, bs, y, yo, g, gx, n, store);
            case RIGHT -> Compute.zipGradB(f, a, ao, as, b, bo, bs, y, yo, g, gx, n, store);
        }
    }

    /** What is visited once can be overwritten; what is visited again is cleared first. */
    private static Store once(Array gx, Array gOut, Store store) {
        if (store == Store.SET && gx.size() != gOut.size()) {
            gx.fill(0);
            return Store.ADD;
        }
        return store;
    }

    @Override
    public String name() {
        return f.name().toLowerCase(Locale.ROOT);
    }
}
