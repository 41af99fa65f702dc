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
        Array a = in[0];
        Array b = in[1];
        Broadcast.of(a.shape(), b.shape(), out.shape())
                .each((n, ao, as, bo, bs, yo) -> Compute.zip(f, a, ao, as, b, bo, bs, out, yo, n));
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Array a = in[0];
        Array b = in[1];
        Broadcast map = Broadcast.of(a.shape(), b.shape(), out.shape());
        if (gIn[0] != null) {
            Store store = once(gIn[0], gOut, stores[0]);
            map.each((n, ao, as, bo, bs, yo) -> Compute.zipGradA(f, a, ao, as, b, bo, bs, out, yo, gOut, gIn[0], n, store));
        }
        if (gIn[1] != null) {
            Store store = once(gIn[1], gOut, stores[1]);
            map.each((n, ao, as, bo, bs, yo) -> Compute.zipGradB(f, a, ao, as, b, bo, bs, out, yo, gOut, gIn[1], n, store));
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
