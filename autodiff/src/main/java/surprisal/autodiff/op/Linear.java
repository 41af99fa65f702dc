package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = scale · x + shift: [..] → [..]. Its derivative is the scale.
 *
 * @param scale the factor
 * @param shift what is added
 */
public record Linear(double scale, double shift) implements Op.Known {

    @Override
    public Shape shape(Shape... in) {
        return in[0];
    }

    @Override
    public void forward(Array[] in, Array out) {
        Compute.linear(scale, in[0], shift, out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Compute.scaled(scale, gOut, gIn[0], stores[0]);
        }
    }
}
