package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = Σ log σ₀/σ + ½ ((σ/σ₀)² + ((μ − μ₀)/σ₀)²) − ½ over the last axis, for (μ, σ, μ₀, σ₀): [.., n] → [..]. Each of the
 * four has the whole shape or is one row [n] that meets all.
 *
 * <p>∂μ = (μ − μ₀)/σ₀², ∂σ = σ/σ₀² − 1/σ, ∂μ₀ = −∂μ, ∂σ₀ = (1 − (σ/σ₀)² − ((μ − μ₀)/σ₀)²)/σ₀, all times ∂y.
 */
public record NormalKl() implements Op.Known {

    /** The op. */
    public static final NormalKl OP = new NormalKl();

    @Override
    public Shape shape(Shape... in) {
        Shape whole = in[0];
        for (Shape x : in) {
            whole = whole.broadcast(x, name());
        }
        for (Shape x : in) {
            if (!x.equals(whole) && !(x.rank() == 1 && x.last() == whole.last())) {
                throw new IllegalArgumentException(name() + " of shapes " + java.util.Arrays.toString(in)
                        + ": each is " + whole + " or one row of it; expand() them");
            }
        }
        return whole.dropLast();
    }

    @Override
    public void forward(Array[] in, Array out) {
        Compute.normalKl(in, steps(in, out), out.size(), in[0].shape().last(), out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        int[] steps = steps(in, out);
        int n = in[0].shape().last();
        for (int k = 0; k < 4; k++) {
            if (gIn[k] != null) {
                Compute.normalKlGrad(k, in, steps, gOut, out.size(), n, gIn[k], stores[k]);
            }
        }
    }

    private static int[] steps(Array[] in, Array out) {
        int[] steps = new int[4];
        for (int k = 0; k < 4; k++) {
            steps[k] = in[k].shape().rank() == out.shape().rank() + 1 ? in[k].shape().last() : 0;
        }
        return steps;
    }

    @Override
    public String name() {
        return "KL of normals";
    }
}
