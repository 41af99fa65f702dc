package surprisal.models.dist;

import java.util.Optional;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;

/**
 * One of n classes, or a batch of such choices. An event is a one-hot vector (or, for an expectation, any distribution
 * over the classes), the last axis.
 *
 * @param probs p ≥ 0, Σ p = 1 along the last axis, [.., n]; zeros are exact: 0 log 0 = 0
 * @param logProbs log p where it is known better than log(probs) tells, as from logits
 */
public record Categorical(Tensor probs, Optional<Tensor> logProbs) implements Distribution {

    /**
     * The choice with these probabilities.
     *
     * @param probs p, [.., n]
     */
    public Categorical(Tensor probs) {
        this(probs, Optional.empty());
    }

    /**
     * p = σ(l), the softmax of some log-odds.
     *
     * @param logits l, [.., n]; −∞ excludes a class
     * @return the choice
     */
    public static Categorical ofLogits(Tensor logits) {
        for (int i = 0; i < logits.shape().size(); i++) {
            if (logits.at(i) == Double.NEGATIVE_INFINITY) { // 0 log 0 = 0 is known of probabilities: 0 · −∞ is not a number
                return new Categorical(logits.softmax());
            }
        }
        return new Categorical(logits.softmax(), Optional.of(logits.logSoftmax()));
    }

    /**
     * p = σ(l), in float64.
     *
     * @param logits l
     * @return the choice
     */
    public static Categorical ofLogits(double... logits) {
        return ofLogits(Tensor.of(logits));
    }

    /**
     * p = w / Σ w along the last axis.
     *
     * @param weights w ≥ 0, [.., n], not all zero
     * @return the choice
     */
    public static Categorical ofWeights(Tensor weights) {
        int[] wide = weights.shape().dims();
        wide[wide.length - 1] = 1;
        return new Categorical(weights.div(weights.sum(-1).reshape(wide)));
    }

    /**
     * (1 − ε) p + ε/n: a share of the uniform choice, which keeps every class possible and divergences finite (Hafner
     * et al. 2023, with ε = 0.01).
     *
     * @param share ε, in [0, 1]
     * @return the choice
     * @throws IllegalArgumentException unless 0 ≤ ε ≤ 1
     */
    public Categorical unimix(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a share ε = " + share + " of the uniform choice: it is from 0 to 1");
        }
        return share == 0 ? this : new Categorical(probs.times(1 - share).plus(share / probs.shape().last()));
    }

    /**
     * log p, the one that is known best; −∞ where p is 0.
     *
     * @return [.., n]
     */
    public Tensor log() {
        return logProbs.orElseGet(probs::log);
    }

    /** log p(x) = Σ x log p. */
    @Override
    public Tensor logProb(Tensor x) {
        return expectedLog(x);
    }

    /**
     * E_q[log p] = Σ q log p, with 0 log 0 = 0.
     *
     * @param q probabilities, [.., n]
     * @return one number for each distribution, −∞ where q has what p lacks
     */
    public Tensor expectedLog(Tensor q) {
        return logProbs.map(q::times).orElseGet(() -> q.xlogy(probs)).sum(-1);
    }

    /** H = −Σ p log p. */
    @Override
    public Tensor entropy() {
        return expectedLog(probs).neg();
    }

    /** A one-hot vector; no gradient flows. */
    @Override
    public Tensor sample(Rng rng) {
        int[] index = rng.categorical(log().array());
        Precision precision = probs.precision();
        return Tensor.oneHot(probs.shape().last(), precision, index).reshape(probs.shape());
    }

    /**
     * A one-hot vector whose gradient goes to the probabilities as it is (Bengio, Léonard and Courville 2013): biased,
     * unless what follows is linear in it.
     *
     * @param rng where the randomness comes from
     * @return [.., n]
     */
    public Tensor sampleStraightThrough(Rng rng) {
        return probs.straightThrough(sample(rng));
    }
}
