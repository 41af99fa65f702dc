package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * p(x) = Σ_k w_k p_k(x): k components of one family along the last batch axis of their parameters.
 *
 * @param weights w, [.., k]; > 0 where a gradient is to flow to them
 * @param components p_k, with parameters [.., k, n], which make log-probabilities [.., k] of an event [.., 1, n]
 */
public record Mixture(Categorical weights, Distribution components) implements Distribution {

    /** log p(x) = log Σ_k e^(log w_k + log p_k(x)), [.., n] → [..]. */
    @Override
    public Tensor logProb(Tensor x) {
        return joint(x).logSumExp();
    }

    /**
     * p(k|x) ∝ w_k p_k(x), Bayes' rule.
     *
     * @param x events, [.., n]
     * @return the choice of the component that x came from, [.., k]
     */
    public Categorical responsibilities(Tensor x) {
        return Categorical.ofLogits(joint(x));
    }

    /** log w_k p_k(x). */
    private Tensor joint(Tensor x) {
        return weights.log().plus(components.logProb(Tensor.stack(-2, x)));
    }

    /**
     * Not in closed form.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Tensor entropy() {
        throw new UnsupportedOperationException("no closed form for the entropy of a Mixture; it lies from leastEntropy() to "
                + "mostEntropy(), and entropyEstimate(samples, rng) estimates it");
    }

    /**
     * Σ_k w_k H[p_k] ≤ H: the entropy if the component were known.
     *
     * @return [..]
     */
    public Tensor leastEntropy() {
        return weights.probs().times(components.entropy()).sum(-1);
    }

    /**
     * H ≤ Σ_k w_k H[p_k] + H[w]: the entropy of x and its component together.
     *
     * @return [..]
     */
    public Tensor mostEntropy() {
        return leastEntropy().plus(weights.entropy());
    }

    /** A draw of a component drawn by w. The gradient flows through the component as far as it lets it, none to w. */
    @Override
    public Tensor sample(Rng rng) {
        Tensor chosen = Tensor.stack(-1, weights.sample(rng));
        Tensor x = components.sample(rng);
        return x.where(chosen, Tensor.zeros(x.shape(), x.precision())).sum(-2);
    }
}
