package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * p(x) = e^(−|x − μ|/b) / 2b with independent coordinates: the product over the last axis.
 *
 * @param mean μ, [.., n]
 * @param scale b > 0, [.., n] or of a shape that broadcasts with μ's; the standard deviation is √2 b
 */
public record Laplace(Tensor mean, Tensor scale) implements Distribution {

    private static final double LOG_2 = 0.6931471805599453;

    /** log p(x) = Σ −|x − μ|/b − log 2b. */
    @Override
    public Tensor logProb(Tensor x) {
        return x.minus(mean).div(scale).abs().neg().minus(scale.log()).minus(LOG_2).sum(-1);
    }

    /** H = Σ 1 + log 2b. */
    @Override
    public Tensor entropy() {
        return scale.log().plus(1 + LOG_2).expand(shape()).sum(-1);
    }

    /** x = μ + b ε, ε of the standard Laplace distribution: reparameterised, so that gradients flow to μ and b. */
    @Override
    public Tensor sample(Rng rng) {
        return mean.plusTimes(scale, Noise.of(shape(), mean.precision(), rng, Noise::laplace));
    }

    private Shape shape() {
        return mean.shape().broadcast(scale.shape(), "laplace");
    }
}
