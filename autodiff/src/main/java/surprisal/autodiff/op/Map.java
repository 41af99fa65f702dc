package surprisal.autodiff.op;

import java.util.Arrays;
import java.util.Locale;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Unary;

/**
 * y = f(x), element by element: [..] → [..]. Its derivative is the f′ of the {@link Unary}.
 *
 * @param f the function
 */
public record Map(Unary f) implements Op.Known {

    private static final Map[] ALL = Arrays.stream(Unary.values()).map(Map::new).toArray(Map[]::new);

    /**
     * The op of a function.
     *
     * @param f the function
     * @return always the same object for the same function
     */
    public static Map of(Unary f) {
        return ALL[f.ordinal()];
    }

    @Override
    public Shape shape(Shape... in) {
        return in[0];
    }

    @Override
    public void forward(Array[] in, Array out) {
        Compute.map(f, in[0], out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Compute.mapGrad(f, in[0], out, gOut, gIn[0], stores[0]);
        }
    }

    @Override
    public String name() {
        return f.name().toLowerCase(Locale.ROOT);
    }
}
