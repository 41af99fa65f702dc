package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * p(x) = x^(α−1) (1 − x)^(β−1) / B(α, β), x in (0, 1), with independent coordinates: the product over the last axis.
 *
 * @param alpha α > 0, [.., n]
 * @param beta β > 0, [.., n] or of a shape that broadcasts with α's
 */
public record Beta(Tensor alpha, Tensor beta) implements Distribution {

    /**
     * Each coordinate with its complement.
     *
     * @return the Dirichlet distributions of (x, 1 − x), [.., n, 2]
     */
    public Dirichlet pairs() {
        Shape shape = alpha.shape().broadcast(beta.shape(), "beta");
        return new Dirichlet(Tensor.stack(-1, alpha.expand(shape), beta.expand(shape)));
    }

    /** log p(x) = Σ (α − 1) log x + (β − 1) log(1 − x) − log B(α, β), −∞ outside [0, 1]. */
    @Override
    public Tensor logProb(Tensor x) {
        return pairs().logProb(Tensor.stack(-1, x, x.neg().plus(1))).sum(-1);
    }

    /** H = Σ log B(α, β) − (α − 1) ψ(α) − (β − 1) ψ(β) + (α + β − 2) ψ(α + β). */
    @Override
    public Tensor entropy() {
        return pairs().entropy().sum(-1);
    }

    /**
     * x = g/(g + h) of two gamma draws. Gradients flow to α and β, as in {@link Gamma#sample}.
     *
     * @throws IllegalArgumentException if α or β is not finite and > 0
     */
    @Override
    public Tensor sample(Rng rng) {
        Tensor pair = pairs().sample(rng);
        return pair.slice(0, 1).reshape(pair.shape().dropLast());
    }
}
