package surprisal.models.pomdp;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.models.dist.Categorical;
import surprisal.models.plan.WorldModel;

/**
 * A partially observed Markov decision process with one state and one outcome at a time. Rows condition and the last
 * axis is the event: the transpose of what SPM and pymdp use, see {@link #fromSpm}.
 *
 * @param A P(o|s), [S, O]
 * @param B P(s′|s, u), [U, S, S′]
 * @param D P(s) at the beginning, [S]
 */
public record Pomdp(Tensor A, Tensor B, Tensor D) implements WorldModel<Tensor> {

    /** How far a row may be from summing to one: the rounding of a few hundred floats. */
    private static final double SLACK = 1e-5;

    /**
     * A model, checked: every row is a distribution and the sizes agree. (The constructor itself does not check, since
     * the gradient of a model is a Pomdp too.)
     *
     * @param A P(o|s), [S, O]
     * @param B P(s′|s, u), [U, S, S′]
     * @param D P(s) at the beginning, [S]
     * @return the model
     * @throws IllegalArgumentException if a size, an entry or the sum of a row is wrong; the message names the row
     */
    public static Pomdp of(Tensor A, Tensor B, Tensor D) {
        if (A.shape().rank() != 2 || B.shape().rank() != 3 || D.shape().rank() != 1) {
            throw new IllegalArgumentException("A is " + A.shape() + ", B is " + B.shape() + ", D is " + D.shape()
                    + ": they are [S, O], [U, S, S] and [S]");
        }
        int states = D.shape().dim(0);
        if (A.shape().dim(0) != states || B.shape().dim(1) != states || B.shape().dim(2) != states) {
            throw new IllegalArgumentException("A is " + A.shape() + ", B is " + B.shape() + ", D is " + D.shape()
                    + ": A's first axis, B's last two and D's are all the number of states");
        }
        Rows.check("A", A, SLACK);
        Rows.check("B", B, SLACK);
        Rows.check("D", D, SLACK);
        return new Pomdp(A, B, D);
    }

    /**
     * A model from arrays as SPM and pymdp lay them out: columns condition.
     *
     * @param A P(o|s), [O, S]
     * @param B P(s′|s, u), [S′, S, U]
     * @param D P(s), [S]
     * @return the model
     * @throws IllegalArgumentException as {@link #of}
     */
    public static Pomdp fromSpm(Tensor A, Tensor B, Tensor D) {
        return of(A.transpose(), B.transpose(2, 1, 0), D);
    }

    /**
     * An action as {@link #predict} takes it.
     *
     * @param u which, 0 … U − 1
     * @return one-hot, [U]
     * @throws IllegalArgumentException if there is no such action
     */
    public Tensor action(int u) {
        return Tensor.oneHot(B.shape().dim(0), B.precision(), u).reshape(B.shape().dim(0));
    }

    /**
     * An outcome as {@link #update} takes it.
     *
     * @param o which, 0 … O − 1
     * @return one-hot, [O]
     * @throws IllegalArgumentException if there is no such outcome
     */
    public Tensor outcome(int o) {
        return Tensor.oneHot(A.shape().last(), A.precision(), o).reshape(A.shape().last());
    }

    /**
     * Q(s′) = Σ_u π(u) Σ_s P(s′|s, u) Q(s).
     *
     * @param qs Q(s), [.., S]
     * @param action one-hot or a distribution over actions, [.., U]
     * @return [.., S]
     * @throws IllegalArgumentException if the last axis of one is not as long as it should be
     */
    @Override
    public Tensor predict(Tensor qs, Tensor action) {
        int actions = B.shape().dim(0);
        int states = B.shape().dim(1);
        sized("a belief", qs, "S", states);
        sized("an action", action, "U", actions);
        Tensor each = qs.matmul(B.transpose(1, 0, 2).reshape(states, actions * states)); // [.., U · S′]
        int[] split = Arrays.copyOf(qs.shape().dims(), qs.shape().rank() + 1);
        split[split.length - 2] = actions;
        split[split.length - 1] = states;
        int[] weights = Arrays.copyOf(action.shape().dims(), action.shape().rank() + 1);
        weights[weights.length - 1] = 1;
        return each.reshape(split).times(action.reshape(weights)).sum(-2);
    }

    /**
     * Q(s|o) = P(o|s) Q(s) / Σ_s P(o|s) Q(s): Bayes' rule, the q that minimises F.
     *
     * @param qs Q(s), [.., S]
     * @param o the outcome, one-hot, [.., O]
     * @return [.., S]
     * @throws IllegalArgumentException if the outcome is impossible under the belief, or a last axis is not as long as
     *     it should be
     */
    @Override
    public Tensor update(Tensor qs, Tensor o) {
        sized("a belief", qs, "S", A.shape().dim(0));
        sized("an outcome", o, "O", A.shape().last());
        Tensor joint = qs.times(o.matmulTransposed(A));
        Tensor evidence = joint.sum(-1);
        for (int i = 0; i < evidence.shape().size(); i++) {
            if (!(evidence.at(i) > 0)) {
                throw new IllegalArgumentException("the outcome " + o + " has probability " + evidence.at(i)
                        + " under the belief " + qs + ": let A or D allow for it (a small probability will do)");
            }
        }
        return Categorical.ofWeights(joint).probs();
    }

    /** A last axis of length 1 would broadcast, and mean nothing. */
    private static void sized(String what, Tensor x, String axis, int n) {
        if (x.shape().rank() == 0 || x.shape().last() != n) {
            throw new IllegalArgumentException(what + " of shape " + x.shape() + ": it is [.., " + axis + "] with " + axis
                    + " = " + n + " in this model");
        }
    }

    /**
     * The precision of the model's numbers.
     *
     * @return float64, unless the arrays were made otherwise
     */
    public Precision precision() {
        return A.precision();
    }
}
