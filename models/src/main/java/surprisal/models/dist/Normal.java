package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * N(x; μ, σ²) with independent coordinates: the product over the last axis.
 *
 * @param mean μ, [.., n]
 * @param std σ > 0, [.., n] or of a shape that broadcasts with μ's
 */
public record Normal(Tensor mean, Tensor std) implements Distribution {

    private static final double HALF_LOG_2PI = 0.9189385332046727;

    /**
     * N(0, I), in float32.
     *
     * @param n the number of coordinates
     * @return the standard normal
     */
    public static Normal standard(int n) {
        return standard(n, Precision.FLOAT32);
    }

    /**
     * N(0, I).
     *
     * @param n the number of coordinates
     * @param precision the precision
     * @return the standard normal
     */
    public static Normal standard(int n, Precision precision) {
        return new Normal(Tensor.zeros(Shape.of(n), precision), Tensor.full(Shape.of(n), 1, precision));
    }

    /**
     * N(μ, (softplus(ρ) + least)²), where what a network says is μ and ρ one after the other.
     *
     * @param h μ and ρ, [.., 2n]
     * @param least the least σ
     * @return [.., n]
     * @throws IllegalArgumentException if the last axis is odd
     */
    public static Normal of(Tensor h, double least) {
        int both = h.shape().last();
        if (both % 2 != 0) {
            throw new IllegalArgumentException("means and deviations in " + h.shape() + ": the last axis has two numbers for each, "
                    + both + " is odd");
        }
        return new Normal(h.slice(0, both / 2), h.slice(both / 2, both).softplus().plus(least));
    }

    /** log p(x) = Σ −½ ((x − μ)/σ)² − log σ − ½ log 2π. */
    @Override
    public Tensor logProb(Tensor x) {
        return x.minus(mean).div(std).square().times(-0.5).minus(std.log()).minus(HALF_LOG_2PI).sum(-1);
    }

    /** H = Σ log σ + ½ log 2πe. */
    @Override
    public Tensor entropy() {
        return std.log().plus(HALF_LOG_2PI + 0.5).expand(shape()).sum(-1);
    }

    /** x = μ + σ ε, ε ~ N(0, I): reparameterised, so that gradients flow to μ and σ (Kingma and Welling 2014). */
    @Override
    public Tensor sample(Rng rng) {
        Tensor wide = mean.expand(shape());
        return wide.plusTimes(std, wide.noise(rng));
    }

    private Shape shape() {
        return mean.shape().broadcast(std.shape(), "normal");
    }
}
