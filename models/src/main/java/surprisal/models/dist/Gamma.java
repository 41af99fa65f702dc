package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * p(x) = β^α x^(α−1) e^(−βx) / Γ(α), x > 0, with independent coordinates: the product over the last axis.
 *
 * @param alpha shape α > 0, [.., n]
 * @param rate β > 0, [.., n] or of a shape that broadcasts with α's; the mean is α/β
 */
public record Gamma(Tensor alpha, Tensor rate) implements Distribution {

    /** log p(x) = Σ α log β + (α − 1) log x − β x − log Γ(α), −∞ where x is negative. */
    @Override
    public Tensor logProb(Tensor x) {
        Tensor held = Support.POSITIVE.inside(x, 1);
        return alpha.times(rate.log()).plus(alpha.minus(1).xlogy(held)).minus(rate.times(held)).minus(alpha.lgamma())
                .plus(Support.POSITIVE.edge(x)).sum(-1);
    }

    /** H = Σ α − log β + log Γ(α) + (1 − α) ψ(α). */
    @Override
    public Tensor entropy() {
        return alpha.minus(rate.log()).plus(alpha.lgamma()).minus(alpha.minus(1).times(alpha.digamma())).sum(-1);
    }

    /**
     * By Marsaglia and Tsang (2000). Gradients flow to α and β, to α by implicit reparameterisation (Figurnov, Mohamed
     * and Mnih 2018), exactly. Draws that are smaller than the precision's least number are 0.
     *
     * @throws IllegalArgumentException if a shape parameter is not finite and > 0
     */
    @Override
    public Tensor sample(Rng rng) {
        Shape shape = alpha.shape().broadcast(rate.shape(), "gamma");
        Tensor wide = alpha.expand(shape);
        double[] log = GammaDraws.logs(wide.array(), rng, "Gamma", "α at", "shape parameters");
        return GammaDraws.differentiable(wide, log, log).exp().div(rate);
    }
}
