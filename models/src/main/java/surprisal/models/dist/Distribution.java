package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * A distribution, or a batch of them: the last axis of its parameters is the event, the others are the batch.
 * Probabilities are in nats.
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
}
