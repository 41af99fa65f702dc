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
 * y = f(x W + b): [.., k] × [k, n] + [n] → [.., n], or of M members with weights of their own, [m, k] or [M, m, k] × [M, k,
 * n] + [M, n] → [M, m, n]. With δ = ∂y · f′(y): ∂x = δ Wᵀ, ∂W = xᵀ δ, ∂b = Σ_rows δ.
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

    /** The sizes of one product, how many there are, and how far apart the inputs of neighbours are. */
    private record Sizes(int batch, int m, int n, int k, int xs) {

        static Sizes of(Shape x, Shape w) {
            int k = w.dim(-2);
            int n = w.last();
            if (w.rank() == 2) { // one W for all: the batch is more rows
                return new Sizes(1, Blocks.rows(x).outer(), n, k, 0);
            }
            int m = x.dim(-2);
            return new Sizes(w.dim(0), m, n, k, x.rank() == 2 ? 0 : m * k);
        }
    }

    @Override
    public Shape shape(Shape... in) {
        Shape x = in[0];
        Shape w = in[1];
        Shape b = in[2];
        boolean one = w.rank() == 2 && b.rank() == 1 && x.rank() > 0;
        boolean members = w.rank() == 3 && b.rank() == 2 && (x.rank() == 2 || x.rank() == 3);
        if (!one && !members) {
            throw new IllegalArgumentException(said(x, w, b)
                    + "it takes [.., k] × [k, n] + [n], or of M members [m, k] or [M, m, k] × [M, k, n] + [M, n]");
        }
        if (x.last() != w.dim(-2) || w.last() != b.last()) {
            throw new IllegalArgumentException(said(x, w, b) + (x.last() != w.dim(-2)
                    ? "inner sizes differ (" + x.last() + " ≠ " + w.dim(-2) + ")"
                    : "the bias is not one number a column (" + b.last() + " ≠ " + w.last() + ")"));
        }
        if (one) {
            return x.with(-1, w.last());
        }
        if (w.dim(0) != b.dim(0) || x.rank() == 3 && x.dim(0) != w.dim(0)) {
            throw new IllegalArgumentException(said(x, w, b) + "members differ (" + (w.dim(0) != b.dim(0)
                    ? w.dim(0) + " of the weights, " + b.dim(0) + " of the biases)"
                    : x.dim(0) + " of the inputs, " + w.dim(0) + " of the weights)"));
        }
        return Shape.of(w.dim(0), x.dim(-2), w.last());
    }

    private static String said(Shape x, Shape w, Shape b) {
        return "affine " + x + " × " + w + " + " + b + ": ";
    }

    @Override
    public void forward(Array[] in, Array out) {
        Sizes s = Sizes.of(in[0].shape(), in[1].shape());
        Compute.affine(activation, s.batch, s.m, s.n, s.k, in[0], s.xs, in[1], in[2], out);
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
        Sizes s = Sizes.of(in[0].shape(), in[1].shape());
        boolean tied = gIn[2] != null && gIn[2] == gIn[0]; // the bias is x: its gradient comes after x's
        Compute.delta(activation, s.batch, out, gOut, s.m, s.n, tied ? null : gIn[2], stores[2]);
        if (gIn[0] != null && s.batch == 0 && stores[0] == Store.SET) { // no product would set anything
            gIn[0].fill(0);
        }
        int step = s.m * s.n;
        if (gIn[0] != null) {
            Compute.matmul(Form.NT, s.batch, s.m, s.k, s.n, gOut, step, in[1], s.k * s.n, gIn[0], s.xs, stores[0]);
        }
        if (gIn[1] != null) {
            Compute.matmul(Form.TN, s.batch, s.k, s.n, s.m, in[0], s.xs, gOut, step, gIn[1], s.k * s.n, stores[1]);
        }
        if (tied) {
            Compute.delta(null, s.batch, out, gOut, s.m, s.n, gIn[2], stores[2]);
        }
    }
}
