package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * Independent coin flips, given by their log-odds: P(xᵢ = 1) = σ(lᵢ). The event is the last axis.
 *
 * @param logits l = log p/(1 − p), [.., n]
 */
public record Bernoulli(Tensor logits) implements Distribution {

    /**
     * p = σ(l).
     *
     * @return the probability of a one, [.., n]
     */
    public Tensor probs() {
        return logits.sigmoid();
    }

    /** log p(x) = Σ x l − log(1 + eˡ); x may be anything in [0, 1], for an expectation over x. */
    @Override
    public Tensor logProb(Tensor x) {
        return logits.bernoulliLogProb(x);
    }

    /** H = Σ log(1 + eˡ) − l σ(l). */
    @Override
    public Tensor entropy() {
        return logits.softplus().minus(logits.times(probs())).sum(-1);
    }

    /** Zeros and ones; no gradient flows. */
    @Override
    public Tensor sample(Rng rng) {
        return Tensor.of(rng.bernoulli(probs().array()));
    }
}
