package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;

/** s_t = f(s_{t−1}, a_{t−1}): a law of motion, known or with tensors that are learned. */
@FunctionalInterface
public interface Motion {

    /**
     * One step.
     *
     * @param state s_{t−1}, [.., n]
     * @param action a_{t−1}, [.., k]
     * @return s_t, [.., n]
     */
    Tensor step(Tensor state, Tensor action);
}
