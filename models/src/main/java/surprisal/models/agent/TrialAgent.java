package surprisal.models.agent;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.engine.Rng;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PolicyMessages;
import surprisal.models.pomdp.Tables;

/**
 * SPM's agent of whole trials (Friston et al. 2017): a policy says what is done at every step, those that are over too. Under
 * each policy it infers all steps of the trial, {@link PolicyMessages}; F(π) says how well the policy explains what was seen,
 * G(π) what is to be expected of the rest of it, and q(π) = σ(ln E − F − γG) is inferred together with γ.
 *
 * <p>Preferences by time are by that of the trial, as in SPM: row t of C is about the outcome of the t-th action, counted from
 * 0, whenever it is imagined; the last row holds on.
 */
public final class TrialAgent {

    /**
     * What a trial is done with.
     *
     * @param efe the terms of G; novelty and intentions have no numbers here
     * @param beta the prior β &gt; 0 of the precision: γ is about 1/β
     * @param sweeps how often every belief is updated, 16 in SPM
     * @param rate τ, {@link PolicyMessages#QUARTER} in SPM
     * @param choice over whole policies or over each action
     * @param alpha the precision of the choice
     */
    public record Settings(Efe efe, double beta, int sweeps, double rate, Choice choice, double alpha) {

        /** SPM's, but for the choice, which takes the best. */
        public static final Settings STANDARD =
                new Settings(Efe.STANDARD, 1, 16, PolicyMessages.QUARTER, Choice.MARGINAL, Choice.DETERMINISTIC);

        /**
         * Settings.
         *
         * @throws IllegalArgumentException if novelty or intentions count in G, β or τ is not finite and positive, there is no
         *     sweep, or α is not ≥ 0
         */
        public Settings {
            for (Term term : List.of(Term.NOVELTY_A, Term.NOVELTY_B, Term.PYMDP_NOVELTY_A, Term.PYMDP_NOVELTY_B, Term.INDUCTIVE)) {
                if (efe.weight(term) != 0) {
                    throw new IllegalArgumentException(term + " counts in G with weight " + efe.weight(term)
                            + ": an agent of trials has no counts and no intentions; leave it out, or take an Agent");
                }
            }
            positive("the prior β of the precision is ", beta);
            positive("the rate τ of the messages is ", rate);
            if (sweeps < 1) {
                throw new IllegalArgumentException("beliefs are updated " + sweeps + " times: at least once");
            }
            if (!(alpha >= 0)) {
                throw new IllegalArgumentException("precision α is " + alpha + ": it takes a number ≥ 0, or DETERMINISTIC");
            }
        }

        private static void positive(String what, double x) {
            if (!(x > 0 && x < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(what + x + ": it takes a finite number > 0");
            }
        }
    }

    private final Tables tables;
    private final int[][] joint; // [policy][step]
    private final double[] logE;
    private final Settings settings;
    private final PolicyMessages messages;
    private final int steps;
    private final double[][][][] q; // [policy][t][f]
    private final double[] F;
    private final double[] G;
    private final double[] posterior;
    private final double[][] average;
    private final double[][] marginals;
    private final double[] scratch;
    private int now = -1;
    private double gamma;
    private boolean decided; // whether there is a plan to act by

    /**
     * An agent.
     *
     * @param model what it believes of the world; each factor depends on itself alone
     * @param policies one action for each step of the trial but the last
     * @param habit E(π), one probability for each policy; none for no habit
     * @param settings the rest
     * @throws IllegalArgumentException if a factor depends on another, or the habit is not a distribution over the policies
     */
    public TrialAgent(FactoredPomdp model, Policies policies, double[] habit, Settings settings) {
        if (habit.length != 0 && habit.length != policies.size()) {
            throw new IllegalArgumentException("a habit over " + habit.length + " policies: there are " + policies.size());
        }
        if (habit.length != 0) {
            Precision.checked(habit);
        }
        this.settings = settings;
        tables = new Tables(model);
        steps = policies.horizon() + 1;
        joint = IntStream.range(0, policies.size())
                .mapToObj(p -> IntStream.range(0, steps - 1).map(t -> policies.joint(p, t)).toArray())
                .toArray(int[][]::new);
        logE = habit.length == 0 ? null : Arrays.stream(habit).map(e -> StrictMath.log(Math.max(e, 0x1p-52))).toArray();
        messages = new PolicyMessages(tables, steps);
        q = new double[joint.length][steps][tables.states().length][];
        F = new double[joint.length];
        G = new double[joint.length];
        posterior = new double[joint.length];
        average = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        marginals = model.structure().actions().stream().map(a -> new double[a.size()]).toArray(double[][]::new);
        scratch = new double[Math.max(joint.length, Arrays.stream(marginals).mapToInt(p -> p.length).max().orElse(1))];
    }

    /** Begins a trial. */
    public void begin() {
        messages.begin(steps);
        now = -1;
        decided = false;
    }

    /**
     * Takes in an observation, and infers all steps under each policy.
     *
     * @param outcomes for each modality its outcome, or a negative number where nothing was seen
     * @throws IllegalArgumentException if there is not one outcome for each modality, or one is out of range
     * @throws IllegalStateException if the trial is over
     */
    public void observe(int... outcomes) {
        if (now == steps - 1) {
            throw new IllegalStateException("the trial has " + steps + " steps and all of them were seen: begin another one");
        }
        messages.observe(now + 1, outcomes);
        now++;
        for (int p = 0; p < joint.length; p++) {
            for (int t = 0; t < steps - 1; t++) {
                messages.act(t, joint[p][t]);
            }
            F[p] = messages.infer(tables.D(), settings.sweeps, settings.rate);
            for (int t = 0; t < steps; t++) {
                for (int f = 0; f < average.length; f++) {
                    q[p][t][f] = messages.qs()[t][f].clone();
                }
            }
        }
    }

    /**
     * q(π) = σ(ln E − F − γG), and γ with it. G is imagined forwards from the belief about now.
     *
     * @return the probability of each policy: the array itself, which the next plan overwrites
     * @throws IllegalStateException if nothing was observed since the trial began
     * @throws ArithmeticException as {@link Precision#infer}
     */
    public double[] plan() {
        observed("plan");
        for (int p = 0; p < joint.length; p++) {
            G[p] = now == steps - 1
                    ? 0
                    : new PolicyTree(tables, rest(p, p + 1), settings.efe, now, null, null, null).G(q[p][now])[0];
        }
        gamma = Precision.infer(G, F, logE, settings.beta, posterior);
        decided = true;
        return posterior;
    }

    private void observed(String what) {
        if (now < 0) {
            throw new IllegalStateException("nothing was observed since the trial began: observe, then " + what);
        }
    }

    private void decided(String what) {
        if (!decided) {
            throw new IllegalStateException("nothing was planned since the trial began: plan, then " + what);
        }
    }

    /** What is left of some policies. */
    private Policies rest(int from, int to) {
        return Policies.of(tables.structure(), IntStream.range(from, to)
                .mapToObj(p -> IntStream.range(now, steps - 1).mapToObj(t -> tables.structure().decode(joint[p][t])).toArray(int[][]::new))
                .toArray(int[][][]::new));
    }

    /**
     * Chooses the action of this step by the last plan.
     *
     * @param rng where the randomness comes from; a deterministic choice takes none
     * @return the combination of actions
     * @throws IllegalStateException if nothing was planned since the trial began, or it is over
     */
    public int act(Rng rng) {
        decided("act");
        if (now == steps - 1) {
            throw new IllegalStateException("step " + now + " of a trial of " + steps + ": actions are between two observations");
        }
        return settings.choice.choose(rest(0, joint.length), posterior, settings.alpha, marginals, scratch, rng);
    }

    /**
     * Q(s_t) = Σ_π q(π) Q(s_t|π), by the last plan.
     *
     * @param t the step, past, now or to come
     * @return for each factor its belief: the arrays themselves
     * @throws IllegalStateException if nothing was planned since the trial began
     */
    public double[][] qs(int t) {
        decided("ask for its beliefs");
        for (int f = 0; f < average.length; f++) {
            Arrays.fill(average[f], 0);
            for (int p = 0; p < joint.length; p++) {
                surprisal.kernels.Simplex.addScaled(posterior[p], q[p][t][f], 0, average[f], 0, average[f].length);
            }
        }
        return average;
    }

    /**
     * Q(s_t|π).
     *
     * @param policy which policy
     * @param t the step
     * @return for each factor its belief: the arrays themselves
     * @throws IllegalStateException if nothing was observed since the trial began
     */
    public double[][] qs(int policy, int t) {
        observed("ask for its beliefs");
        return q[policy][t];
    }

    /**
     * F of every policy.
     *
     * @return in nats: the array itself
     */
    public double[] F() {
        return F;
    }

    /**
     * G of every policy, by the last plan.
     *
     * @return in nats: the array itself
     */
    public double[] G() {
        return G;
    }

    /**
     * The precision of the last plan.
     *
     * @return γ
     */
    public double gamma() {
        return gamma;
    }
}
