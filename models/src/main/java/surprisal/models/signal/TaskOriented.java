package surprisal.models.signal;

import java.util.List;
import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.models.dist.Distribution;

/**
 * Σₖ −log p(yₖ|s): the state is asked for the quantities of a task alone, rewards and values, and not for what was seen
 * (Mazzaglia et al. 2022, §3.3; as in MuZero, Schrittwieser et al. 2020). The observation holds y₁, y₂ … one after the
 * other.
 *
 * @param heads what predicts each of them
 */
public record TaskOriented(List<Head> heads) implements Signal {

    /**
     * What predicts one quantity.
     *
     * @param name its name, as in {@code reward}
     * @param net [.., n] → [.., k]; a record of tensors
     * @param likelihood what its numbers stand for
     * @param width how many numbers the quantity has
     */
    public record Head(String name, UnaryOperator<Tensor> net, Likelihood likelihood, int width) {

        /**
         * p(y|s).
         *
         * @param state s, [.., n]
         * @return the prediction, [.., width]
         */
        public Distribution p(Tensor state) {
            return likelihood.of(net.apply(state));
        }
    }

    /**
     * A signal of these heads.
     *
     * @throws IllegalArgumentException if there are none, two have one name, or one predicts nothing
     */
    public TaskOriented {
        if (heads.isEmpty()) {
            throw new IllegalArgumentException("a task without quantities: it takes at least one head");
        }
        if (heads.stream().map(Head::name).distinct().count() < heads.size()) {
            throw new IllegalArgumentException("two heads of one name among " + heads.stream().map(Head::name).toList());
        }
        for (Head head : heads) {
            if (head.width() < 1) {
                throw new IllegalArgumentException("the head " + head.name() + " predicts " + head.width()
                        + " numbers: it takes at least 1");
            }
        }
    }

    /**
     * p(y|s) of one quantity.
     *
     * @param name its name
     * @param state s, [.., n]
     * @return the prediction
     * @throws IllegalArgumentException if no head has this name
     */
    public Distribution p(String name, Tensor state) {
        for (Head head : heads) {
            if (head.name().equals(name)) {
                return head.p(state);
            }
        }
        throw new IllegalArgumentException("no head is named " + name + ", there are " + heads.stream().map(Head::name).toList());
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        int width = heads.stream().mapToInt(Head::width).sum();
        if (observation.shape().rank() == 0 || observation.shape().last() != width) {
            throw new IllegalArgumentException("observations " + observation.shape() + " for heads of " + width
                    + " numbers: they hold " + heads.stream().map(head -> head.name() + " (" + head.width() + ")").toList());
        }
        Tensor cost = null;
        int from = 0;
        for (Head head : heads) {
            Tensor part = new Reconstruction(head.net(), head.likelihood()).cost(state, observation.slice(from, from + head.width()));
            cost = cost == null ? part : cost.plus(part);
            from += head.width();
        }
        return cost;
    }
}
