package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * s_t ~ p(s_t | s_{t−1}, a_{t−1}), o_t ~ p(o_t | s_t): a state that is all there is of the past, with a prior and a posterior
 * of any kind (Mazzaglia et al. 2022, Figure 4, the base model).
 *
 * @param prior p(s_t | s_{t−1}, a_{t−1})
 * @param posterior q(s_t | s_{t−1}, a_{t−1}, o_t)
 * @param origin s_0, [n], known for sure
 */
public record Markov(Transition prior, Recognition posterior, Tensor origin) implements Dynamics<Belief> {

    /** Sure of s_0. Its memory is what the next step needs to know of the one before, so there is nothing in it yet. */
    @Override
    public Belief start(int batch) {
        Tensor state = origin.expand(Shape.of(batch, origin.shape().last()));
        return Belief.known(state, state);
    }

    /** The memory is s_{t−1} and a_{t−1}, which the posterior is given too. */
    @Override
    public Belief predict(Belief before, Tensor action) {
        Tensor state = before.state();
        return Belief.of(Tensor.concat(-1, state, action), prior.p(state, action));
    }

    @Override
    public Belief update(Belief predicted, Tensor observation) {
        Tensor before = predicted.memory();
        int n = origin.shape().last();
        return Belief.of(before, posterior.q(before.slice(0, n), before.slice(n, before.shape().last()), observation));
    }

    @Override
    public Belief draw(Belief belief, Rng rng) {
        return belief.drawn(rng);
    }

    @Override
    public Tensor state(Belief belief) {
        return belief.state();
    }

    @Override
    public Tensor divergence(Belief q, Belief p) {
        return q.divergence(p);
    }
}
