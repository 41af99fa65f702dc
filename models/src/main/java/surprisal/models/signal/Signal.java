package surprisal.models.signal;

import java.util.List;
import surprisal.autodiff.Tensor;

/**
 * What ties a state to what was seen of it: the cost that stands for −E_q[log p(o|s)] in F (Mazzaglia et al. 2022, §3.3). A
 * record of tensors, so that what it learns is a part of the world model that holds it. Terms are values to add:
 * {@code reconstruction.on(0, 784).plus(reward.on(784, 785).times(10))}.
 *
 * <p>A signal that compares states with one another (contrastive, prototypes, redundancy) does so over all states that it
 * is given at once. Where its loss is one number for all of them, every state bears that number, so that the mean over
 * states is the loss and a state weighs as much as with the other signals.
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

    /**
     * The sum of two signals.
     *
     * @param that the other one
     * @return this.cost + that.cost
     */
    default Signal plus(Signal that) {
        return new Sum(List.of(this, that));
    }

    /**
     * A multiple of this signal.
     *
     * @param weight the factor
     * @return weight · this.cost
     */
    default Signal times(double weight) {
        return new Weighted(this, weight);
    }

    /**
     * This signal for a part of what was seen.
     *
     * @param from the first number of the observation that it sees
     * @param to the one after the last
     * @return this.cost(s, o[from … to − 1])
     */
    default Signal on(int from, int to) {
        return new Part(this, from, to);
    }

    /**
     * Σᵢ costᵢ. A record, so that its terms are found among the tensors of a model.
     *
     * @param terms the signals, at least one
     */
    record Sum(List<Signal> terms) implements Signal {

        /**
         * A sum of these.
         *
         * @throws IllegalArgumentException if there are none
         */
        public Sum {
            if (terms.isEmpty()) {
                throw new IllegalArgumentException("a sum of no signals: it takes at least one");
            }
        }

        @Override
        public Tensor cost(Tensor state, Tensor observation) {
            Tensor sum = terms.getFirst().cost(state, observation);
            for (Signal term : terms.subList(1, terms.size())) {
                sum = sum.plus(term.cost(state, observation));
            }
            return sum;
        }
    }

    /**
     * w · cost.
     *
     * @param signal the signal
     * @param weight w
     */
    record Weighted(Signal signal, double weight) implements Signal {

        @Override
        public Tensor cost(Tensor state, Tensor observation) {
            return signal.cost(state, observation).times(weight);
        }
    }

    /**
     * The cost of a part of the observation.
     *
     * @param signal the signal
     * @param from the first number that it sees
     * @param to the one after the last
     */
    record Part(Signal signal, int from, int to) implements Signal {

        @Override
        public Tensor cost(Tensor state, Tensor observation) {
            return signal.cost(state, observation.slice(from, to));
        }
    }
}
