package surprisal.models.signal;

import surprisal.autodiff.Tensor;

/**
 * What ties a state to what was seen of it: the cost that stands for −E_q[log p(o|s)] in F (Mazzaglia et al. 2022, §3.3). A
 * record of tensors, so that what it learns is a part of the world model that holds it.
 */
@FunctionalInterface
public interface Signal {

    /**
     * The cost of each state, in nats.
     *
     * @param state s, [.., n]
     * @param observation what was seen where the state was s, [.., m]; the axes before the last are those of the states
     * @return one number for each state, [..]
     */
    Tensor cost(Tensor state, Tensor observation);
}
