package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.kernels.Simplex;

/**
 * SPM's beliefs under one policy, Q(s_1 … s_T | π), by marginal messages and gradient steps (Friston et al. 2017; Parr et
 * al. 2019). One factor of one step after the other, with ε = ln L + ½ ln past + ½ ln next − ln Q,
 *
 * <p>ln Q ← ln Q + 2τ ε, and ln Q + τ ε with whole messages where there is none from the step after,
 *
 * <p>where L(s_f) = E_Q(s_d, d ≠ f)[Π_m P(o_m|s)], past = Σ_s P(s_t|s, u) Q(s) and next = Σ_s′ P̂(s|s′, u) Q(s′) with rows
 * of P̂ that sum to one. {@link MessagePassing} takes whole steps instead, of all factors and times at once.
 */
public final class PolicyMessages {

    /** SPM's step, ¼. */
    public static final double QUARTER = 0.25;

    private final Tables tables;
    private final int[] states;
    private final int all; // combinations of states
    private final double[][] likelihood; // [t][all]
    private final boolean[] seen;
    private final int[] actions;
    private final double[][] turned; // by factor P̂, [blocks, s′, s]
    private final double[][][] q; // [t][f]
    private final double[][][] errors;
    private final double[][][] past; // the messages as logs
    private final double[][][] next;
    private final double[] scratch;
    private final double[] left;
    private final double[] right;
    private int steps;

    /**
     * Memory for a window, which begins with all of its steps.
     *
     * @param tables the model, whose numbers as they are now are taken in; each factor depends on itself alone
     * @param most how many steps at most
     * @throws IllegalArgumentException if there is no step, or a factor's next state depends on another factor
     */
    public PolicyMessages(Tables tables, int most) {
        if (most < 1) {
            throw new IllegalArgumentException("a window of " + most + " steps: at least 1");
        }
        for (int f = 0; f < tables.states().length; f++) {
            int[] parents = tables.B(f).parents();
            if (parents.length != 1 || parents[0] != f) {
                throw new IllegalArgumentException("factor " + tables.structure().factors().get(f).name()
                        + " depends on others: the messages of SPM take factors that depend on themselves alone; "
                        + "MessagePassing takes any");
            }
        }
        this.tables = tables;
        states = tables.states();
        all = Arrays.stream(states).reduce(1, Math::multiplyExact);
        likelihood = new double[most][all];
        seen = new boolean[most];
        actions = new int[most];
        q = memory(most);
        errors = memory(most);
        past = memory(most);
        next = memory(most);
        scratch = new double[Arrays.stream(states).max().orElse(1)];
        left = new double[all];
        right = new double[all];
        turned = new double[states.length][];
        changed();
        begin(most);
    }

    private double[][][] memory(int most) {
        return IntStream.range(0, most).mapToObj(t -> MeanField.arrays(states)).toArray(double[][][]::new);
    }

    /** Takes in what was learned of B. */
    public void changed() {
        for (int f = 0; f < states.length; f++) {
            Table B = tables.B(f);
            int n = states[f];
            turned[f] = new double[B.values().length];
            for (int row = 0; row < B.blocks() * n; row++) { // block · n + s′
                double sum = 0;
                for (int s = 0; s < n; s++) {
                    sum += B.values()[(row / n * n + s) * n + row % n];
                }
                for (int s = 0; s < n; s++) {
                    turned[f][row * n + s] = B.values()[(row / n * n + s) * n + row % n] / Math.max(sum, Simplex.EPSILON);
                }
            }
        }
    }

    /**
     * Begins a window: nothing is seen, and every belief is uniform.
     *
     * @param count its steps, T
     * @throws IllegalArgumentException if there is no step, or more than there is memory for
     */
    public void begin(int count) {
        if (count < 1 || count > q.length) {
            throw new IllegalArgumentException("a window of " + count + " steps: there is memory for 1 to " + q.length);
        }
        steps = count;
        Arrays.fill(seen, false);
        restart();
    }

    /** Makes every belief uniform again; what was seen stays. */
    public void restart() {
        for (int t = 0; t < steps; t++) {
            for (double[] x : q[t]) {
                Arrays.fill(x, 1.0 / x.length);
            }
        }
    }

    /**
     * Takes in an observation.
     *
     * @param t the step, 0 … T − 1
     * @param outcomes for each modality its outcome, or a negative number where nothing was seen
     * @throws IllegalArgumentException if there is no such step, not one outcome for each modality, or one is out of range
     */
    public void observe(int t, int... outcomes) {
        step("an observation at step ", t, steps);
        checked(outcomes);
        Arrays.fill(likelihood[t], 1);
        seen[t] = true;
        int[] state = new int[states.length];
        for (int i = 0; i < all; i++) {
            for (int f = states.length - 1, rest = i; f >= 0; f--) {
                state[f] = rest % states[f];
                rest /= states[f];
            }
            for (int m = 0; m < outcomes.length; m++) {
                if (outcomes[m] >= 0) {
                    Table A = tables.A(m);
                    int row = 0;
                    for (int d = 0; d < A.parents().length; d++) {
                        row = row * A.sizes()[d] + state[A.parents()[d]];
                    }
                    likelihood[t][i] *= A.values()[row * A.events() + outcomes[m]];
                }
            }
        }
    }

    private void checked(int[] outcomes) {
        List<Variable> modalities = tables.structure().modalities();
        if (outcomes.length != modalities.size()) {
            throw new IllegalArgumentException(outcomes.length + " outcomes given: the model has " + modalities.size() + " modalities");
        }
        for (int m = 0; m < outcomes.length; m++) {
            Variable modality = modalities.get(m);
            if (outcomes[m] >= modality.size()) {
                throw new IllegalArgumentException("outcome " + modality.name() + " = " + outcomes[m] + ": it takes 0 to "
                        + (modality.size() - 1) + ", or a negative number where nothing was seen");
            }
        }
    }

    private void step(String what, int t, int count) {
        if (t < 0 || t >= count) {
            throw new IllegalArgumentException(what + t + ": a window of " + steps + " steps has " + count + " of them, from 0 on");
        }
    }

    /**
     * Takes in what the policy does, or did.
     *
     * @param t the step that it is done after, 0 … T − 2
     * @param joint the combination of actions
     * @throws IllegalArgumentException if there is no such step or combination
     */
    public void act(int t, int joint) {
        step("an action after step ", t, steps - 1);
        tables.checkAction(joint);
        actions[t] = joint;
    }

    /**
     * Updates every belief once, from the first step to the last.
     *
     * @param prior for each factor P(s_f) at the first step
     * @param linked how many of the first steps hear from the step after, T − 1 if all do that can
     * @param rate τ, {@link #QUARTER} in SPM
     */
    public void sweep(double[][] prior, int linked, double rate) {
        for (int t = 0; t < steps; t++) {
            for (int f = 0; f < states.length; f++) {
                messages(t, f, prior, linked);
                double[] error = errors[t][f];
                double whole = t < linked ? 2 : 1;
                double mean = 0;
                Simplex.logs(q[t][f], 0, scratch, 0, states[f]);
                double[] log = logLikelihood(t, f);
                for (int s = 0; s < states[f]; s++) {
                    error[s] = whole * log[s] + past[t][f][s] + next[t][f][s] - whole * scratch[s];
                    mean += error[s];
                }
                mean /= states[f];
                for (int s = 0; s < states[f]; s++) {
                    error[s] -= mean;
                    scratch[s] += rate * error[s];
                }
                Simplex.softmax(scratch, 0, q[t][f], 0, states[f]);
            }
        }
    }

    private void messages(int t, int f, double[][] prior, int linked) {
        int n = states[f];
        if (t == 0) {
            Simplex.logs(prior[f], 0, past[t][f], 0, n);
        } else {
            tables.B(f).expect(tables.block(f, actions[t - 1]), q[t - 1], past[t][f]);
            Simplex.logs(past[t][f], 0, past[t][f], 0, n);
        }
        if (t < linked) {
            int block = tables.block(f, actions[t]);
            Arrays.fill(next[t][f], 0);
            for (int to = 0; to < n; to++) {
                Simplex.addScaled(q[t + 1][f][to], turned[f], (block * n + to) * n, next[t][f], 0, n);
            }
            Simplex.logs(next[t][f], 0, next[t][f], 0, n);
        } else {
            Arrays.fill(next[t][f], 0);
        }
    }

    /** ln E_Q(s_d, d ≠ f)[Π_m P(o_m|s)], in scratch memory. */
    private double[] logLikelihood(int t, int f) {
        if (!seen[t]) {
            Arrays.fill(left, 0, states[f], 0);
            return left;
        }
        double[] x = likelihood[t];
        int size = all;
        for (int d = states.length - 1; d > f; d--) { // from the back
            size /= states[d];
            double[] y = x == left ? right : left;
            for (int i = 0; i < size; i++) {
                y[i] = Simplex.dot(x, i * states[d], q[t][d], 0, states[d]);
            }
            x = y;
        }
        for (int d = 0; d < f; d++) { // and from the front
            size /= states[d];
            double[] y = x == left ? right : left;
            Arrays.fill(y, 0, size, 0);
            for (int s = 0; s < states[d]; s++) {
                Simplex.addScaled(q[t][d][s], x, s * size, y, 0, size);
            }
            x = y;
        }
        Simplex.logs(x, 0, left, 0, states[f]);
        return left;
    }

    /**
     * Infers from uniform beliefs.
     *
     * @param prior for each factor P(s_f) at the first step
     * @param sweeps how often every belief is updated, 16 in SPM
     * @param rate τ, {@link #QUARTER} in SPM
     * @return F, as {@link #freeEnergy} gives it
     */
    public double infer(double[][] prior, int sweeps, double rate) {
        restart();
        for (int sweep = 0; sweep < sweeps; sweep++) {
            sweep(prior, steps - 1, rate);
        }
        return freeEnergy(prior, steps - 1);
    }

    /**
     * F(π) = Σ_t E_Q[Σ_f ln Q(s_tf) − ½ ln past − ½ ln next − Σ_m ln P(o_tm|s_t)], with whole messages from the past where
     * there is none from the step after. With one step it is the variational free energy.
     *
     * @param prior for each factor P(s_f) at the first step
     * @param linked how many of the first steps hear from the step after
     * @return in nats, lower for policies that explain more
     */
    public double freeEnergy(double[][] prior, int linked) {
        double F = 0;
        for (int t = 0; t < steps; t++) {
            double weight = t < linked ? 0.5 : 1;
            for (int f = 0; f < states.length; f++) {
                messages(t, f, prior, linked);
                F -= Simplex.entropy(q[t][f], 0, states[f]);
                F -= weight * Simplex.dot(q[t][f], 0, past[t][f], 0, states[f]);
                F -= weight * Simplex.dot(q[t][f], 0, next[t][f], 0, states[f]);
            }
            if (seen[t]) {
                F -= accuracy(t);
            }
        }
        return F;
    }

    private double accuracy(int t) {
        double sum = 0;
        for (int i = 0; i < all; i++) {
            double weight = 1;
            for (int f = states.length - 1, rest = i; f >= 0; f--) {
                weight *= q[t][f][rest % states[f]];
                rest /= states[f];
            }
            if (weight != 0) {
                sum += weight * StrictMath.log(Math.max(likelihood[t][i], Simplex.EPSILON));
            }
        }
        return sum;
    }

    /**
     * The beliefs.
     *
     * @return Q(s_tf), [t][f][s]: the arrays themselves, which the next sweep overwrites
     */
    public double[][][] qs() {
        return q;
    }

    /**
     * The prediction errors of the last sweep, less their mean: SPM's v.
     *
     * @return [t][f][s]: the arrays themselves
     */
    public double[][][] errors() {
        return errors;
    }
}
