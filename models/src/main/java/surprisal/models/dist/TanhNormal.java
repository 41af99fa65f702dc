package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;

/**
 * x = tanh u, u ~ N(μ, σ²) with independent coordinates: for bounded actions (Haarnoja et al. 2018, appendix C). The
 * event is the last axis, each of its numbers in (−1, 1).
 *
 * @param normal N(μ, σ²)
 */
public record TanhNormal(Normal normal) implements Distribution {

    private static final double LOG_2 = 0.6931471805599453;
    private static final Support BOUNDED = new Support(-1, 1);

    /**
     * tanh of a normal.
     *
     * @param mean μ, [.., n]
     * @param std σ > 0, [.., n] or of a shape that broadcasts with μ's
     */
    public TanhNormal(Tensor mean, Tensor std) {
        this(new Normal(mean, std));
    }

    /**
     * log p(x) = log N(u; μ, σ²) − Σ log(1 − tanh² u), u = artanh x. Where x is so near ±1 that its u is lost it is
     * taken for the last number before, and no gradient flows to x there; {@link #draw} knows u. −∞ where |x| > 1.
     */
    @Override
    public Tensor logProb(Tensor x) {
        double most = x.precision() == Precision.FLOAT32 ? 1 - 0x1p-24 : 1 - 0x1p-53;
        Tensor held = x.clamp(-most, most);
        return logProbOf(held.log1p().minus(held.neg().log1p()).times(0.5)).plus(BOUNDED.edge(x).sum(-1));
    }

    /** Of x = tanh u. log(1 − tanh² u) = 2 (log 2 − u − log(1 + e⁻²ᵘ)), finite for every u. */
    private Tensor logProbOf(Tensor u) {
        Tensor logSlope = u.plus(u.times(-2).softplus()).neg().plus(LOG_2).times(2);
        return normal.logProb(u).minus(logSlope.sum(-1));
    }

    /**
     * Not in closed form.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Tensor entropy() {
        throw new UnsupportedOperationException("no closed form for the entropy of a TanhNormal; estimate it with "
                + "entropyEstimate(samples, rng)");
    }

    /** x = tanh(μ + σ ε): reparameterised, so that gradients flow to μ and σ. */
    @Override
    public Tensor sample(Rng rng) {
        return normal.sample(rng).tanh();
    }

    @Override
    public Draw draw(Rng rng) {
        Tensor u = normal.sample(rng);
        return new Draw(u.tanh(), logProbOf(u));
    }
}
