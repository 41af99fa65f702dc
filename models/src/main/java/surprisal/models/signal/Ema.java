package surprisal.models.signal;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * ξ ← τ ξ + (1 − τ) θ: the average of a model over its past, which weighs a step less the longer it is ago (the target
 * of Grill et al. 2020).
 *
 * <p>It is the last of a chain of updates: {@code Update.chain(Update.adam(1e-3), ema)} steps θ, then moves ξ; ξ is a state
 * of that chain, and saved and restored with it. To a model that holds the average it is a constant: no gradient reaches it,
 * and no decay of weights.
 *
 * @param <M> the type of the model
 */
public final class Ema<M> implements Update {

    private final M average;
    private final List<Array> online = new ArrayList<>();
    private final SequencedMap<String, Array> state = new LinkedHashMap<>();
    private final List<Array> mine = new ArrayList<>();
    private final Schedule decay;
    private final Array steps = Array.zeros(Shape.scalar(), Precision.FLOAT64);

    private Ema(M online, Schedule decay) {
        this.decay = decay;
        state.put("steps", steps);
        IdentityHashMap<Array, Tensor> copies = new IdentityHashMap<>(); // one copy of a tensor that occurs twice
        average = Tree.map(online, leaf -> copies.computeIfAbsent(leaf.array(), array -> leaf.copy()));
        Tree.leaves(online).forEach((name, leaf) -> {
            Tensor copy = copies.remove(leaf.array());
            if (copy != null) {
                this.online.add(leaf.array());
                mine.add(copy.array());
                state.put(name.isEmpty() ? "average" : "average." + name, copy.array());
            }
        });
        if (mine.isEmpty()) {
            throw new IllegalArgumentException("an average of " + online.getClass().getName()
                    + ", in which there is no tensor: give it a record of tensors");
        }
    }

    /**
     * An average that begins where the model is.
     *
     * @param online the model, or the part of one, that is stepped
     * @param decay τ in [0, 1]: 0 copies, 1 keeps
     * @param <M> the type of the model
     * @return the average
     * @throws IllegalArgumentException if τ is outside, or the model has no tensors
     */
    public static <M> Ema<M> of(M online, double decay) {
        inside(decay, 0);
        return new Ema<>(online, step -> decay);
    }

    /**
     * An average whose τ changes, as with {@code Schedule.cosine(0.996, 1, steps)}.
     *
     * @param online the model, or the part of one, that is stepped
     * @param decay τ by step, in [0, 1]
     * @param <M> the type of the model
     * @return the average
     * @throws IllegalArgumentException if the model has no tensors
     */
    public static <M> Ema<M> of(M online, Schedule decay) {
        return new Ema<>(online, decay);
    }

    /**
     * ξ, whose numbers change with each step.
     *
     * @return the average as a model of constants
     */
    public M model() {
        return average;
    }

    /**
     * Moves ξ towards θ as it is now.
     *
     * @throws IllegalArgumentException if the parameters are not those of the model that it is an average of, or τ is not in
     *     [0, 1]
     */
    @Override
    public void apply(List<Array> g, List<Array> p) {
        for (Array array : online) {
            if (p.stream().noneMatch(other -> other == array)) {
                throw new IllegalArgumentException("the average is of a tensor " + array.shape()
                        + " that is not stepped here: make it of the model that the chain steps, or of a part of it");
            }
        }
        long step = (long) steps.at(0) + 1;
        double tau = decay.at(step);
        inside(tau, step);
        steps.set(0, step);
        for (int i = 0; i < mine.size(); i++) {
            Compute.linear(tau, mine.get(i), 0, mine.get(i));
            Compute.addScaled(1 - tau, online.get(i), mine.get(i));
        }
    }

    private static void inside(double tau, long step) {
        if (!(tau >= 0 && tau <= 1)) {
            throw new IllegalArgumentException("an average whose τ is " + tau + (step == 0 ? "" : " at step " + step)
                    + ": it takes a number in [0, 1]");
        }
    }

    /** ξ by the names of the model's tensors, and the number of steps. */
    @Override
    public SequencedMap<String, Array> state(List<Array> p) {
        return new LinkedHashMap<>(state);
    }
}
