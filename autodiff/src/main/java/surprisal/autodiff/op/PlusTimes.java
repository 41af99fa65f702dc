package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Binary;
import surprisal.kernels.Gemm.Store;

/** y = a + b · c, rounded after each of the two, for (a, b, c) of one shape. */
public record PlusTimes() implements Op.Known {

    /** The op. */
    public static final PlusTimes OP = new PlusTimes();

    @Override
    public Shape shape(Shape... in) {
        if (!in[0].equals(in[1]) || !in[0].equals(in[2])) {
            throw new IllegalArgumentException("a + b · c of " + in[0] + ", " + in[1] + " and " + in[2]
                    + ": the shapes must be equal; expand() them");
        }
        return in[0];
    }

    @Override
    public void forward(Array[] in, Array out) {
        Compute.plusTimes(in[0], in[1], in[2], out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        if (gIn[0] != null) {
            Compute.store(gOut, 0, gIn[0], 0, gOut.size(), stores[0]);
        }
        if (gIn[1] != null) {
            Compute.zipGradA(Binary.TIMES, in[1], 0, 1, in[2], 0, 1, out, 0, gOut, gIn[1], gOut.size(), stores[1]);
        }
        if (gIn[2] != null) {
            Compute.zipGradB(Binary.TIMES, in[1], 0, 1, in[2], 0, 1, out, 0, gOut, gIn[2], gOut.size(), stores[2]);
        }
    }

    @Override
    public String name() {
        return "plus-times";
    }
}
