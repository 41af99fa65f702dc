package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * y = γ (x − μ)/√(σ² + ε) + β, with the mean μ and the variance σ² of each row: [.., n] → [.., n] (Ba, Kiros and Hinton 2016,
 * Eq. 4).
 *
 * @param scale γ, [n]
 * @param shift β, [n]
 * @param epsilon ε
 */
public record LayerNorm(Tensor scale, Tensor shift, double epsilon) {

    private static final double EPSILON = 1e-5;

    /**
     * A layer with γ = 1, β = 0 and ε = 1e-5.
     *
     * @param n length of a row
     * @param precision the precision
     * @return the layer
     */
    public static LayerNorm of(int n, Precision precision) {
        if (n < 1) {
            throw new IllegalArgumentException("a layer norm of rows of " + n + ": they have at least one number");
        }
        return new LayerNorm(Tensor.full(Shape.of(n), 1, precision), Tensor.zeros(Shape.of(n), precision), EPSILON);
    }

    /**
     * y.
     *
     * @param x [.., n]
     * @return [.., n]
     */
    public Tensor apply(Tensor x) {
        return x.layerNorm(scale, shift, epsilon);
    }
}
