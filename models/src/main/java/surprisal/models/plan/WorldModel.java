package surprisal.models.plan;

import surprisal.autodiff.Tensor;

/**
 * What an agent believes about how its world goes on. A belief is a tensor or a record of tensors; where there are
 * several, as for the policies that a planner compares, their first axis is the batch.
 *
 * @param <B> the type of a belief
 */
public interface WorldModel<B> {

    /**
     * The belief about the next state, before anything is seen of it: Q(s′) = Σ_s P(s′|s, a) Q(s).
     *
     * @param belief what is believed now
     * @param action what is done, one action or one for each belief of the batch
     * @return what is expected
     */
    B predict(B belief, Tensor action);

    /**
     * The belief after an observation: Q(s|o) ∝ P(o|s) Q(s), or its approximation.
     *
     * @param predicted what was expected
     * @param observation what was seen
     * @return what is believed now
     */
    B update(B predicted, Tensor observation);
}
