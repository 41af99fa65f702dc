package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/** y = c ≠ 0 ? a : b, for (c, a, b) of one shape. The gradient goes to the one that was taken, none to c. */
public record Where() implements Op.Known {

    /** The op. */
    public static final Where OP = new Where();

    @Override
    public Shape shape(Shape... in) {
        if (!in[0].equals(in[1]) || !in[0].equals(in[2])) {
            throw new IllegalArgumentException("where of " + in[0] + ", " + in[1] + " and " + in[2]
                    + ": the shapes must be equal; expand() them");
        }
        return in[0];
    }

    @Override
    public void forward(Array[] in, Array out) {
        if (out.precision() == Precision.FLOAT32) {
            float[] c = in[0].floats();
            float[] a = in[1].floats();
            float[] b = in[2].floats();
            float[] y = out.floats();
            for (int i = 0; i < y.length; i++) {
                y[i] = c[i] != 0 ? a[i] : b[i];
            }
        } else {
            double[] c = in[0].doubles();
            double[] a = in[1].doubles();
            double[] b = in[2].doubles();
            double[] y = out.doubles();
            for (int i = 0; i < y.length; i++) {
                y[i] = c[i] != 0 ? a[i] : b[i];
            }
        }
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        for (int k = 0; k < 3; k++) {
            if (gIn[k] != null && stores[k] == Store.SET) {
                gIn[k].fill(0);
            }
        }
        for (int side = 1; side <= 2; side++) {
            if (gIn[side] != null) {
                add(in[0], side == 1, gOut, gIn[side]);
            }
        }
    }

    private static void add(Array condition, boolean wanted, Array g, Array gx) {
        if (g.precision() == Precision.FLOAT32) {
            float[] c = condition.floats();
            float[] from = g.floats();
            float[] to = gx.floats();
            for (int i = 0; i < to.length; i++) {
                to[i] += c[i] != 0 == wanted ? from[i] : 0;
            }
        } else {
            double[] c = condition.doubles();
            double[] from = g.doubles();
            double[] to = gx.doubles();
            for (int i = 0; i < to.length; i++) {
                to[i] += c[i] != 0 == wanted ? from[i] : 0;
            }
        }
    }
}
