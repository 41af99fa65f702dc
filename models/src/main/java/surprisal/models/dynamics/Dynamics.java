package surprisal.models.dynamics;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.plan.WorldModel;

/**
 * p(s_t | s_{t−1}, a_{t−1}) and q(s_t | s_{t−1}, a_{t−1}, o_t): the prior of a sequence of states and the posterior that
 * inverts it (Mazzaglia et al. 2022, §3.1). What happens at random is a step of its own: {@link #predict} and
 * {@link #update} are functions of what they are given and go on from the mean; {@link #draw} puts a sample in its place.
 *
 * <p>A sequence is time-major, [T, B, ..]: the rows of one step lie together, so that a step, or what all steps do alike,
 * is one product. The action at index t is what was done just before the observation at index t was seen, a_{t−1} in the
 * papers; nothing was done before the first one, so it is zeros there.
 *
 * @param <B> the type of a belief: a record of tensors whose first axes are the batch's
 */
public interface Dynamics<B> extends WorldModel<B> {

    /**
     * What is believed before anything was done or seen.
     *
     * @param batch how many sequences there are
     * @return s_0, [batch, ..]
     */
    B start(int batch);

    /**
     * The prior, p(s_t | s_{t−1}, a_{t−1}).
     *
     * @param before the belief about s_{t−1}; a dynamics of samples takes it at its state
     * @param action a_{t−1}, [.., k]
     * @return what is expected, its state the mean
     */
    @Override
    B predict(B before, Tensor action);

    /**
     * The posterior, q(s_t | s_{t−1}, a_{t−1}, o_t).
     *
     * @param predicted what was expected
     * @param observation o_t or what an encoder made of it, [.., e]
     * @return what is believed now, its state the mean
     */
    @Override
    B update(B predicted, Tensor observation);

    /**
     * s_t ~ belief, with gradients as the distribution has them. A dynamics that computes with whole distributions draws
     * nothing.
     *
     * @param belief the belief
     * @param rng where the noise comes from
     * @return the belief at the sample
     */
    B draw(B belief, Rng rng);

    /**
     * The state as a decoder or a reward sees it.
     *
     * @param belief the belief
     * @return [.., n]
     */
    Tensor state(B belief);

    /**
     * D_KL[q ‖ p] of two beliefs about the same state, given the same past.
     *
     * @param q what is believed
     * @param p what was expected
     * @return nats, [..]
     */
    Tensor divergence(B q, B p);

    /**
     * s_t ~ q(s_t | s_{t−1}, a_{t−1}, o_t) for t = 1 … T.
     *
     * @param before the belief to begin from, of a batch of B
     * @param actions a_0 … a_{T−1}, [T, B, k]
     * @param observations o_1 … o_T, or what an encoder made of them, [T, B, e]
     * @param rng where the noise comes from
     * @return priors and posteriors of all steps
     * @throws IllegalArgumentException if there is no step, or not an action for each observation
     */
    default Path<B> filter(B before, Tensor actions, Tensor observations, Rng rng) {
        int steps = Path.steps(actions, observations);
        List<B> prior = new ArrayList<>(steps);
        List<B> posterior = new ArrayList<>(steps);
        B now = before;
        for (int t = 0; t < steps; t++) {
            B expected = predict(now, Path.at(actions, t));
            now = draw(update(expected, Path.at(observations, t)), rng);
            prior.add(expected);
            posterior.add(now);
        }
        return new Path<>(Path.stack(prior), Path.stack(posterior));
    }

    /**
     * s_t ~ p(s_t | s_{t−1}, a_{t−1}) for t = 1 … T: open loop, with the prior alone.
     *
     * @param before the belief to begin from, one of {@link Path#at} for example
     * @param actions a_0 … a_{T−1}, [T, B, k]
     * @param rng where the noise comes from
     * @return the beliefs of all steps, [T, B, ..]
     * @throws IllegalArgumentException if there is no action
     */
    default B imagine(B before, Tensor actions, Rng rng) {
        int steps = Path.steps(actions, actions);
        List<B> imagined = new ArrayList<>(steps);
        B now = before;
        for (int t = 0; t < steps; t++) {
            now = draw(predict(now, Path.at(actions, t)), rng);
            imagined.add(now);
        }
        return Path.stack(imagined);
    }
}
