package surprisal.autodiff.op;

import java.util.Arrays;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Unary;

/**
 * y = f(x W + b): [.., k] × [k, n] × [n] → [.., n]. With δ = ∂y · f′(y): ∂x = δ Wᵀ, ∂W = xᵀ δ, ∂b = Σ_rows δ.
 *
 * @param activation f, or null for none; its f′ is a function of y alone, see {@link #fuses}
 */
public record Affine(Unary activation) implements Op.Known {

    private static final Affine NONE = new Affine(null);
    private static final Affine[] ALL =
            Arrays.stream(Unary.values()).map(f -> fuses(f) ? new Affine(f) : null).toArray(Affine[]::new);

    /**
     * An op of this activation.
     *
     * @throws IllegalArgumentException if its derivative asks for more than y
     */
    public Affine {
        if (activation != null && !fuses(activation)) {
            throw new IllegalArgumentException("affine with " + activation + ": its derivative is not one of its value; "
                    + "map() the affine result");
        }
    }

    /**
     * The op.
     *
     * @param activation f, or null for none
     * @return always the same object for the same activation
     * @throws IllegalArgumentException if its derivative asks for more than y
     */
    public static Affine of(Unary activation) {
        Affine known = activation == null ? NONE : ALL[activation.ordinal()];
        return known != null ? known : new Affine(activation);
    }

    /**
     * Whether f′(x) is f′(f(x)) as {@link Unary#df} computes it, so that x need not be kept.
     *
     * @param f an activation
     * @return true for those that this op takes
     */
    public static boolean fuses(Unary f) {
        return switch (f) {
            case RELU, ELU, TANH, SIGMOID, EXP -> true;
            default -> false;
        };
    }

    @Override
    public Shape shape(Shape... in) {
        Shape x = in[0];
        Shape w = in[1];
        Shape b = in[2];
        if (x.rank() == 0 || w.rank() != 2 || b.rank() != 1) {
            throw new IllegalArgumentException("affine " + x + " × " + w + " + " + b + ": it takes [.., k] × [k, n] + [n]");
        }
        if (x.last() != w.dim(0) || w.dim(1) != b.dim(0)) {
            throw new IllegalArgumentException("affine " + x + " × " + w + " + " + b + (x.last() != w.dim(0)
                    ? ": inner sizes differ (" + x.last() + " ≠ " + w.dim(0) + ")"
                    : ": the bias is not one number a column (" + b.dim(0) + " ≠ " + w.dim(1) + ")"));
        }
        return x.with(-1, w.dim(1));
    }

    @Override
    public void forward(Array[] in, Array out) {
        int m = Blocks.rows(out.shape()).outer();
        Compute.affine(activation, m, in[2].size(), in[0].shape().last(), in[0], in[1], in[2], out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        int m = Blocks.rows(out.shape()).outer();
        int k = in[0].shape().last();
        int n = in[2].size();
        boolean tied = gIn[2] != null && gIn[2] == gIn[0]; // the bias is x: its gradient comes after x's
        Compute.delta(activation, out, gOut, m, n, tied ? null : gIn[2], stores[2]);
        if (gIn[0] != null) {
            Compute.matmul(Form.NT, 1, m, k, n, gOut, 0, in[1], 0, gIn[0], 0, stores[0]);
        }
        if (gIn[1] != null) {
            Compute.matmul(Form.TN, 1, k, n, m, in[0], 0, gOut, 0, gIn[1], 0, stores[1]);
        }
        if (tied) {
            Compute.delta(null, out, gOut, m, n, gIn[2], stores[2]);
        }
    }
}
