package surprisal.models.env;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/** A world to act in. All its randomness comes from the Rng that it is handed. */
public interface Environment {

    /**
     * Begins an episode.
     *
     * @param rng where the randomness comes from
     * @return the first observation
     */
    Tensor reset(Rng rng);

    /**
     * Takes one action.
     *
     * @param action what is done; a discrete action is one-hot
     * @param rng where the randomness comes from
     * @return what comes of it
     * @throws IllegalStateException if the episode has ended or none has begun
     */
    Step step(Tensor action, Rng rng);

    /**
     * What comes of an action.
     *
     * @param observation what is seen
     * @param reward what the world pays, for those who want to know; agents here prefer outcomes instead
     * @param terminated whether the world has come to its end
     * @param truncated whether the time is up
     */
    record Step(Tensor observation, double reward, boolean terminated, boolean truncated) {}
}
