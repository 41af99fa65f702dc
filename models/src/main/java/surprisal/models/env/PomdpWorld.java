package surprisal.models.env;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * A world that follows a factored model: s ~ P(s) at the beginning, s′ ~ P(s′|s, u) at each step, and o ~ P(o|s) is what
 * is seen. The model is the truth, and an agent may believe another one. An episode has no end of its own.
 */
public final class PomdpWorld implements Environment {
    private final FactoredPomdp model;
    private final Tables truth;
    private final int[] state;
    private final int[] next;
    private final int[] outcomes;
    private boolean begun;

    /**
     * A world.
     *
     * @param truth A, B and D are what happens; C is what it pays
     */
    public PomdpWorld(FactoredPomdp truth) {
        this.model = truth;
        this.truth = new Tables(truth);
        state = new int[truth.D().size()];
        next = new int[state.length];
        outcomes = new int[truth.A().size()];
    }

    /**
     * Begins an episode.
     *
     * @param rng where the randomness comes from
     * @return for each modality its outcome: the array itself, which the next step overwrites
     */
    public int[] begin(Rng rng) {
        for (int f = 0; f < state.length; f++) {
            state[f] = draw(truth.D()[f], 0, truth.states()[f], rng);
        }
        begun = true;
        return see(rng);
    }

    /**
     * Takes a combination of actions.
     *
     * @param joint which combination
     * @param rng where the randomness comes from
     * @return for each modality its outcome: the array itself, which the next step overwrites
     * @throws IllegalStateException if no episode has begun
     * @throws IllegalArgumentException if there is no such combination
     */
    public int[] act(int joint, Rng rng) {
        if (!begun) {
            throw new IllegalStateException("no episode has begun: begin() or reset() begins one");
        }
        if (joint < 0 || joint >= truth.structure().jointActions()) {
            throw new IllegalArgumentException("combination " + joint + " of actions: there are 0 to "
                    + (truth.structure().jointActions() - 1));
        }
        for (int f = 0; f < state.length; f++) {
            next[f] = draw(truth.B(f), truth.block(f, joint), rng);
        }
        System.arraycopy(next, 0, state, 0, state.length);
        return see(rng);
    }

    private int[] see(Rng rng) {
        for (int m = 0; m < outcomes.length; m++) {
            outcomes[m] = draw(truth.A(m), 0, rng);
        }
        return outcomes;
    }

    private int draw(Table table, int block, Rng rng) {
        int row = block;
        for (int i = 0; i < table.sizes().length; i++) {
            row = row * table.sizes()[i] + state[table.parents()[i]];
        }
        return draw(table.values(), row * table.events(), table.events(), rng);
    }

    /** One of n, by the probabilities that begin at an index; the last possible one takes what rounding leaves. */
    private static int draw(double[] p, int from, int n, Rng rng) {
        double u = rng.uniform();
        int last = 0;
        for (int i = 0; i < n; i++) {
            if (p[from + i] > 0) {
                last = i;
                u -= p[from + i];
                if (u < 0) {
                    return i;
                }
            }
        }
        return last;
    }

    /**
     * The hidden state, for those who may know.
     *
     * @return for each factor its state, a copy
     */
    public int[] state() {
        return state.clone();
    }

    /**
     * The truth.
     *
     * @return the model
     */
    public FactoredPomdp model() {
        return model;
    }

    @Override
    public Tensor reset(Rng rng) {
        return model.observation(begin(rng));
    }

    /**
     * Takes an action.
     *
     * @param action over the combinations of actions: the largest entry is done
     * @param rng where the randomness comes from
     * @return the one-hot outcomes of all modalities in a row; the reward is the sum of their log-preferences
     * @throws IllegalStateException if no episode has begun
     */
    @Override
    public Step step(Tensor action, Rng rng) {
        int best = 0;
        for (int i = 1; i < action.shape().size(); i++) {
            if (action.at(i) > action.at(best)) {
                best = i;
            }
        }
        int[] seen = act(best, rng);
        double reward = 0;
        for (int m = 0; m < seen.length; m++) {
            reward += truth.C(m, 0)[seen[m]];
        }
        return new Step(model.observation(seen), reward, false, false);
    }
}
