package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * A distribution, or a batch of them: the last axis of its parameters is the event, the others are the batch, unless
 * the class says otherwise. Probabilities are in nats.
 */
public interface Distribution {

    /**
     * log p(x): [.., n] → [..].
     *
     * @param x events
     * @return one number for each event; −∞ where x is impossible
     */
    Tensor logProb(Tensor x);

    /**
     * H[p] = −E[log p]: [.., n] → [..].
     *
     * @return one number for each distribution of the batch
     * @throws UnsupportedOperationException if it has no closed form; {@link #entropyEstimate} has it from draws
     */
    Tensor entropy();

    /**
     * One draw from each distribution of the batch, [.., n]. A gradient flows through it where the class says so, else
     * it is a constant.
     *
     * @param rng where the randomness comes from
     * @return the draws
     */
    Tensor sample(Rng rng);

    /**
     * One draw from each distribution of the batch, and log p of it: what {@link #logProb} would say, from what is
     * known of the draw where that is better or faster.
     *
     * @param rng where the randomness comes from
     * @return the draws
     */
    default Draw draw(Rng rng) {
        Tensor x = sample(rng);
        return new Draw(x, logProb(x));
    }

    /**
     * The mean of −log p(x) over draws x ~ p: unbiased for H[p]. Its gradient is so too where the draws carry one.
     *
     * @param samples how many draws for each distribution of the batch
     * @param rng where they come from
     * @return [..]
     * @throws IllegalArgumentException if there are no samples
     */
    default Tensor entropyEstimate(int samples, Rng rng) {
        if (samples < 1) {
            throw new IllegalArgumentException("an entropy from " + samples + " samples: it takes at least 1");
        }
        Tensor sum = draw(rng).logProb();
        for (int i = 1; i < samples; i++) {
            sum = sum.plus(draw(rng).logProb());
        }
        return sum.times(-1.0 / samples);
    }

    /**
     * Draws and how likely they are.
     *
     * @param x the draws, [.., n]
     * @param logProb log p(x), [..]
     */
    record Draw(Tensor x, Tensor logProb) {}
}
