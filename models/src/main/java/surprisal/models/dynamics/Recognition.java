package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.models.dist.Distribution;
import surprisal.models.nn.Mlp;

/** q(s_t | s_{t−1}, a_{t−1}, o_t) of a state without a memory. */
@FunctionalInterface
public interface Recognition {

    /**
     * The posterior.
     *
     * @param state s_{t−1}, [.., n]
     * @param action a_{t−1}, [.., k]
     * @param observation o_t or what an encoder made of it, [.., e]; if that is of o_t … o_T, the posterior smooths
     * @return the distribution of s_t
     */
    Distribution q(Tensor state, Tensor action, Tensor observation);

    /**
     * From the observation alone, q(s_t | o_t): the state knows nothing of the past.
     *
     * @param network [.., e] → [.., r]
     * @param latent the kind of state
     */
    record Alone(Mlp network, Latent latent) implements Recognition {
        @Override
        public Distribution q(Tensor state, Tensor action, Tensor observation) {
            return latent.of(network.apply(observation));
        }
    }

    /**
     * From s_{t−1}, a_{t−1} and o_t, one after the other.
     *
     * @param network [.., n + k + e] → [.., r]
     * @param latent the kind of state
     */
    record Filtering(Mlp network, Latent latent) implements Recognition {
        @Override
        public Distribution q(Tensor state, Tensor action, Tensor observation) {
            return latent.of(network.apply(Tensor.concat(-1, state, action, observation)));
        }
    }
}
