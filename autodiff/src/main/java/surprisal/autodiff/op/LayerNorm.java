package surprisal.autodiff.op;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * y = γ (x − μ)/√(σ² + ε) + β along the last axis, with the mean μ and the variance σ² of each row: [.., n] × [n] × [n] →
 * [.., n] (Ba, Kiros and Hinton 2016, Eq. 4).
 *
 * @param epsilon ε > 0
 */
public record LayerNorm(double epsilon) implements Op.Keeping {

    /**
     * The operation.
     *
     * @throws IllegalArgumentException unless ε is at least the least normal float, 1.2e-38: a row of equal numbers would be 0/0
     */
    public LayerNorm {
        if (!(epsilon >= Float.MIN_NORMAL && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("layerNorm with ε " + epsilon + ": it takes a finite ε ≥ " + Float.MIN_NORMAL
                    + ", since a row of equal numbers has no variance; 1e-5 is usual");
        }
    }

    @Override
    public Shape shape(Shape... in) {
        Shape x = in[0];
        if (x.rank() == 0 || !in[1].equals(Shape.of(x.last())) || !in[2].equals(in[1])) {
            throw new IllegalArgumentException("layerNorm of x " + x + " with γ " + in[1] + " and β " + in[2]
                    + ": with x [.., n], γ and β are [n]");
        }
        return x;
    }

    @Override
    public int kept(Shape... in) {
        return 2 * Blocks.rows(in[0]).outer();
    }

    @Override
    public void forward(Array[] in, Array out, Array kept) {
        Blocks b = Blocks.rows(out.shape());
        Compute.layerNorm(in[0], b.outer(), b.n(), in[1], in[2], epsilon, kept, out);
    }

    @Override
    public void backward(Array[] in, Array out, Array kept, Array gOut, Array[] gIn, Store[] stores) {
        Blocks b = Blocks.rows(out.shape());
        Compute.layerNormGrad(in[0], b.outer(), b.n(), in[1], kept, gOut, gIn, stores);
    }
}
