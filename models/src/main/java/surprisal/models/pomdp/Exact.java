package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * P(s_t | o_1 … o_t, u): Bayes' rule on the joint of all factors, by enumeration, for small models. What the factors have in
 * common is kept from step to step, where mean field forgets it. With it come the evidence P(o_1 … o_t | u) and, for a whole
 * episode, P(s_t | o_1 … o_T, u) by forward–backward (Rabiner 1989, eq. 19–27).
 *
 * <p>The joint is laid out [S_1, S_2 ..], the last factor varies fastest. The memory is made once and belongs to one thread.
 */
public final class Exact {

    /** So many joint states are enumerated at most: a prediction looks at each pair of them. */
    private static final int MOST = 1 << 14;

    /**
     * What a whole episode says of each step.
     *
     * @param joints P(s_t | o_1 … o_T), [t][joint state]
     * @param qs its marginals, [t][f][s]
     * @param transitions P(parents of f at t, s_f at t + 1 | o_1 … o_T), [t][f] and in it [rows of B_f, S_f], as
     *     {@link Counts#addJoint} takes it
     * @param logEvidence ln P(o_1 … o_T | u)
     */
    public record Smoothed(double[][] joints, double[][][] qs, double[][][] transitions, double logEvidence) {}

    private final Tables tables;
    private final int[] states;
    private final int[] strides;
    private double[] joint;
    private double[] other;
    private final double[] likelihood;
    private final double[][] q;
    private final double[][] seen;

    /**
     * Exact inference with the numbers of a model, from D on.
     *
     * @param tables the model, read as it is at each step
     * @throws IllegalArgumentException if there are more than 16,384 joint states
     */
    public Exact(Tables tables) {
        this.tables = tables;
        states = tables.states();
        long size = Arrays.stream(states).asLongStream().reduce(1, (a, b) -> Math.min(MOST + 1, a * b));
        if (size > MOST) {
            throw new IllegalArgumentException(("factors of %s states have more than %,d joint states: infer by mean field, "
                    + "or leave factors out").formatted(Arrays.toString(states), MOST));
        }
        strides = new int[states.length];
        for (int f = states.length - 1, stride = 1; f >= 0; stride *= states[f--]) {
            strides[f] = stride;
        }
        joint = new double[(int) size];
        other = new double[(int) size];
        likelihood = new double[(int) size];
        q = MeanField.arrays(states);
        seen = tables.structure().modalities().stream().map(o -> new double[o.size()]).toArray(double[][]::new);
        begin();
    }

    /** Begins an episode: P(s) = Π_f D_f. */
    public void begin() {
        for (int i = 0; i < joint.length; i++) {
            double p = 1;
            for (int f = 0; f < states.length; f++) {
                p *= tables.D()[f][state(i, f)];
            }
            joint[i] = p;
        }
    }

    private int state(int i, int f) {
        return i / strides[f] % states[f];
    }

    /**
     * Takes in an observation.
     *
     * @param outcomes for each modality its outcome, or −1 where nothing was seen
     * @return ln P(o_t | o_1 … o_t−1, u): minus the surprise
     * @throws IllegalArgumentException if there is not one outcome for each modality, one is out of range, or they are
     *     impossible under the belief
     */
    public double observe(int... outcomes) {
        likelihoods(outcomes);
        return update();
    }

    /**
     * Takes in a soft observation, whose likelihood is Π_m Π_o P(o|s)^weight(o).
     *
     * @param outcomes for each modality a distribution over its outcomes, or zeros where nothing was seen
     * @return ln of the evidence, Σ_s P(s) Π_m Π_o P(o|s)^weight(o)
     * @throws IllegalArgumentException if the sizes are not the model's, or the outcomes are impossible under the belief
     */
    public double observe(double[][] outcomes) {
        if (outcomes.length != seen.length) {
            throw new IllegalArgumentException(outcomes.length + " outcomes given: the model has " + seen.length + " modalities");
        }
        for (int m = 0; m < seen.length; m++) {
            if (outcomes[m].length != seen[m].length) {
                throw new IllegalArgumentException("a distribution over " + outcomes[m].length + " outcomes of "
                        + tables.structure().modalities().get(m).name() + ": there are " + seen[m].length);
            }
            System.arraycopy(outcomes[m], 0, seen[m], 0, seen[m].length);
        }
        likelihoods();
        return update();
    }

    private void likelihoods(int[] outcomes) {
        if (outcomes.length != seen.length) {
            throw new IllegalArgumentException(outcomes.length + " outcomes given: the model has " + seen.length + " modalities");
        }
        for (int m = 0; m < seen.length; m++) {
            if (outcomes[m] >= seen[m].length) {
                throw new IllegalArgumentException("outcome " + tables.structure().modalities().get(m).name() + " = " + outcomes[m]
                        + ": it takes 0 to " + (seen[m].length - 1) + ", or −1 where nothing was seen");
            }
            Arrays.fill(seen[m], 0);
            if (outcomes[m] >= 0) {
                seen[m][outcomes[m]] = 1;
            }
        }
        likelihoods();
    }

    /** P(o|s) of what was seen, for every joint state. */
    private void likelihoods() {
        for (int i = 0; i < joint.length; i++) {
            double p = 1;
            for (int m = 0; m < seen.length; m++) {
                Table A = tables.A(m);
                int at = row(A, i) * A.events();
                for (int o = 0; o < seen[m].length; o++) {
                    double weight = seen[m][o];
                    if (weight == 1) {
                        p *= A.values()[at + o];
                    } else if (weight != 0) {
                        p *= A.values()[at + o] == 0 ? 0 : StrictMath.exp(weight * StrictMath.log(A.values()[at + o]));
                    }
                }
            }
            likelihood[i] = p;
        }
    }

    private int row(Table table, int i) {
        int row = 0;
        for (int d = 0; d < table.parents().length; d++) {
            row = row * table.sizes()[d] + state(i, table.parents()[d]);
        }
        return row;
    }

    private double update() {
        double sum = 0;
        for (int i = 0; i < joint.length; i++) {
            sum += joint[i] * likelihood[i];
        }
        if (!(sum > 0)) {
            throw new IllegalArgumentException("the outcomes " + tables.structure().words(seen)
                    + " are impossible under the belief: every state that it allows gives them probability 0");
        }
        for (int i = 0; i < joint.length; i++) {
            joint[i] *= likelihood[i] / sum;
        }
        return StrictMath.log(sum);
    }

    /**
     * P(s′) = Σ_s P(s) Π_f P(s′_f|s, u).
     *
     * @param action the combination of actions that was done
     */
    public void act(int action) {
        tables.structure().decode(action); // complains
        Arrays.fill(other, 0);
        for (int i = 0; i < joint.length; i++) {
            if (joint[i] != 0) {
                push(0, i, action, 0, joint[i]);
            }
        }
        double[] old = joint;
        joint = other;
        other = old;
    }

    private void push(int f, int i, int action, int to, double weight) {
        if (f == states.length) {
            other[to] += weight;
            return;
        }
        Table B = tables.B(f);
        int at = row(B, f, i, action);
        for (int s = 0; s < states[f]; s++) {
            double p = B.values()[at + s];
            if (p != 0) {
                push(f + 1, i, action, to + s * strides[f], weight * p);
            }
        }
    }

    private int row(Table B, int f, int i, int action) {
        return (tables.block(f, action) * B.rows() + row(B, i)) * B.events();
    }

    /**
     * The belief about the joint state.
     *
     * @return P(s), [Π_f S_f]: the array itself
     */
    public double[] joint() {
        return joint;
    }

    /**
     * The belief about each factor.
     *
     * @return P(s_f): the arrays themselves, which the next call overwrites
     */
    public double[][] qs() {
        marginals(joint, q);
        return q;
    }

    private void marginals(double[] joint, double[][] q) {
        for (int f = 0; f < states.length; f++) {
            Arrays.fill(q[f], 0);
            for (int i = 0; i < joint.length; i++) {
                q[f][state(i, f)] += joint[i];
            }
        }
    }

    /**
     * Begins an episode and takes in all of it.
     *
     * @param outcomes for each step and modality the outcome, or −1 where nothing was seen
     * @param actions the combination of actions after each step but the last
     * @return what all of it says of each step; the belief now is that of the last step
     * @throws IllegalArgumentException if there is no step, not an action between each two, or the outcomes are impossible
     */
    public Smoothed smooth(int[][] outcomes, int[] actions) {
        int steps = outcomes.length;
        if (steps == 0 || actions.length < steps - 1) {
            throw new IllegalArgumentException(steps + " observations with " + actions.length + " actions between them: at least "
                    + "one observation, and an action after each but the last");
        }
        double[][] filtered = new double[steps][];
        double[][] seenAfter = new double[steps][]; // P(o_t|s) / P(o_t|o_<t), then times the backward message
        double logEvidence = 0;
        begin();
        for (int t = 0; t < steps; t++) {
            if (t > 0) {
                act(actions[t - 1]);
            }
            double log = observe(outcomes[t]);
            logEvidence += log;
            double p = StrictMath.exp(log);
            filtered[t] = joint.clone();
            seenAfter[t] = Arrays.stream(likelihood).map(l -> l / p).toArray();
        }
        double[][] joints = new double[steps][];
        joints[steps - 1] = filtered[steps - 1].clone();
        double[][][] transitions = new double[steps - 1][states.length][];
        for (int t = steps - 2; t >= 0; t--) {
            joints[t] = new double[joint.length];
            for (int f = 0; f < states.length; f++) {
                transitions[t][f] = new double[tables.B(f).rows() * states[f]];
            }
            for (int i = 0; i < joint.length; i++) {
                if (filtered[t][i] != 0) {
                    double back = pull(0, i, actions[t], 0, filtered[t][i], seenAfter[t + 1], transitions[t]);
                    joints[t][i] = back;
                }
            }
            for (int i = 0; i < joint.length; i++) {
                seenAfter[t][i] *= filtered[t][i] == 0 ? 0 : joints[t][i] / filtered[t][i];
            }
        }
        double[][][] qs = IntStream.range(0, steps).mapToObj(t -> MeanField.arrays(states)).toArray(double[][][]::new);
        for (int t = 0; t < steps; t++) {
            marginals(joints[t], qs[t]);
        }
        return new Smoothed(joints, qs, transitions, logEvidence);
    }

    /** Σ_s′ weight · Π_f P(s′_f|s, u) message(s′); on the way each part is added to the transitions of its factors. */
    private double pull(int f, int i, int action, int to, double weight, double[] message, double[][] transitions) {
        if (f == states.length) {
            return weight * message[to];
        }
        Table B = tables.B(f);
        int row = row(B, i) * B.events();
        int at = tables.block(f, action) * B.rows() * B.events() + row;
        double sum = 0;
        for (int s = 0; s < states[f]; s++) {
            double p = B.values()[at + s];
            if (p != 0) {
                double part = pull(f + 1, i, action, to + s * strides[f], weight * p, message, transitions);
                transitions[f][row + s] += part;
                sum += part;
            }
        }
        return sum;
    }
}
