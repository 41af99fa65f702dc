package surprisal.models.agent;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import surprisal.engine.Rng;
import surprisal.kernels.Simplex;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Learning;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.Smoothing;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * A discrete active-inference agent: it sees, {@link #observe}; infers what to do, {@link #plan}; does it, {@link #act};
 * and, if it has counts, {@link #learn}s. Its memory is made once and belongs to one thread; agents side by side do what
 * they would do alone, bit for bit.
 */
public final class Agent {
    private static final double[][] NO_PARENTS = {};

    private final Tables tables;
    private final Evidence evidence;
    private final Table[] logs;
    private final MeanField field;
    private final AgentBuilder.Perception perception;
    private final Search search;
    private final Efe efe;
    private final Map<Term, PolicyTree> terms = new EnumMap<>(Term.class);
    private final double gamma;
    private final double[] logE; // or null for no habit
    private final double alpha;
    private final Choice choice;
    private final Learning learning;
    private final Counts countsE; // or null where the habit is not learned
    private final double[] priorE;
    private final Learning.Rule rule;
    private final Intentions[] intentions;
    private final double[][] intended;

    private final double[][] prior;
    private final double[][] before;
    private final double[][] earlier; // the prior before the last observation
    private final double[][] consumed; // what was expected of the last observation
    private final double[][] expected; // by factor: what takes the prior's place at the next observation, or null
    private final double[] q;
    private final double[][] marginals;
    private final double[] scratch;
    private final double[][] seen;
    private double[] G = new double[0];
    private int steps;
    private int action = -1;
    private int arrived = -1; // the action before the last observation
    private int left = -1; // and that before the one before it
    private boolean planned; // since the last learning
    private boolean decided; // whether there is a plan to act by

    Agent(AgentBuilder settings) {
        FactoredPomdp model = settings.model;
        tables = new Tables(model);
        logs = tables.logs();
        evidence = new Evidence(logs, tables.states());
        field = new MeanField(evidence, tables.states());
        perception = settings.perception;
        int factors = model.B().size();
        rule = settings.rule;
        learning = new Learning(tables, new Learning.Priors(settings.pA, settings.pB, settings.pC, settings.pD), rule);
        intentions = settings.intended == null ? null : Intentions.of(tables, settings.intended, settings.depth, settings.threshold,
                settings.epsilon);
        intended = intentions == null ? null : Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        efe = settings.efe;
        search = settings.search == null ? search(settings.policies, efe)
                : Objects.requireNonNull(settings.search.apply(tables, search(Policies.all(model.structure(), 1), efe)),
                        "the search of the agent is null: what makes it returns one");
        gamma = settings.gamma;
        int count = search.policies().size();
        fits(settings.habit, count, "a habit over ");
        Precision.checked(settings.habit);
        fits(settings.pE, count, "counts of a habit over ");
        double[] E = settings.habit != null ? settings.habit.clone() : settings.pE != null ? settings.pE.clone() : null;
        logE = E == null ? null : new double[count];
        priorE = settings.pE;
        countsE = settings.pE == null ? null : new Counts(Table.row(E), settings.pE.clone(), rule.zeros(), rule.gain());
        if (settings.habit == null && countsE != null) {
            countsE.normalise();
        }
        if (E != null) {
            Simplex.logs(E, 0, logE, 0, count);
        }
        alpha = settings.alpha;
        choice = settings.choice;
        prior = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        expected = new double[factors][];
        consumed = new double[factors][];
        earlier = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        before = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        q = new double[count];
        marginals = model.structure().actions().stream().map(a -> new double[a.size()]).toArray(double[][]::new);
        scratch = new double[Math.max(count, Arrays.stream(marginals).mapToInt(p -> p.length).max().orElse(1))];
        seen = model.structure().modalities().stream().map(o -> new double[o.size()]).toArray(double[][]::new);
        begin();
    }

    private static void fits(double[] habit, int count, String what) {
        if (habit != null && habit.length != count) {
            throw new IllegalArgumentException(what + habit.length + " policies: there are " + count);
        }
    }

    private PolicyTree search(Policies policies, Efe efe) {
        return new PolicyTree(tables, policies, efe,
                countsA().isEmpty() ? null : countsA().stream().map(c -> c.gain().values()).toArray(double[][]::new),
                countsB().isEmpty() ? null : countsB().stream().map(Counts::gain).toArray(Table[]::new), intended);
    }

    /**
     * An agent to be described.
     *
     * @param model what it believes of the world
     * @return its description, with defaults for the rest
     */
    public static AgentBuilder of(FactoredPomdp model) {
        return new AgentBuilder(model);
    }

    /** Begins an episode: the belief is D again. What was learned stays. */
    public void begin() {
        copy(tables.D(), prior);
        steps = 0;
        action = -1;
        arrived = -1;
        planned = false;
        decided = false;
        Arrays.fill(expected, null);
    }

    /**
     * Takes in an observation: Q(s) from the prior, which is D at first, after an action what it was expected to do, and
     * otherwise the belief so far, as nothing moved.
     *
     * @param outcomes for each modality its outcome, or −1 where nothing was seen
     * @return for each factor Q(s_f): the arrays themselves, which the next observation overwrites
     * @throws IllegalArgumentException if there is not one outcome for each modality, one is out of range, or they are
     *     impossible under the model
     */
    public double[][] observe(int... outcomes) {
        checked(outcomes);
        for (int m = 0; m < seen.length; m++) {
            Arrays.fill(seen[m], 0);
            if (outcomes[m] >= 0) {
                seen[m][outcomes[m]] = 1;
            }
        }
        advance();
        evidence.observe(outcomes);
        return infer();
    }

    /**
     * Takes in a soft observation: distributions over outcomes, whose logs of likelihoods are averaged.
     *
     * @param outcomes for each modality a distribution, or zeros where nothing was seen
     * @return as {@link #observe(int...)}
     * @throws IllegalArgumentException if they are not distributions over the model's outcomes, or are impossible
     */
    public double[][] observe(double[][] outcomes) {
        tables.structure().checkSoft(outcomes);
        for (int m = 0; m < seen.length; m++) {
            System.arraycopy(outcomes[m], 0, seen[m], 0, seen[m].length);
        }
        advance();
        evidence.observe(seen);
        return infer();
    }

    private double[][] infer() {
        if (!perception.infer(field, prior)) {
            retreat();
            throw new IllegalArgumentException("the outcomes " + tables.structure().words(seen)
                    + " are impossible under the belief: every state that it allows gives them probability 0");
        }
        return field.qs();
    }

    private void checked(int[] outcomes) {
        if (outcomes.length != seen.length) {
            throw new IllegalArgumentException(outcomes.length + " outcomes given: the model has " + seen.length + " modalities");
        }
        for (int m = 0; m < seen.length; m++) {
            if (outcomes[m] >= seen[m].length || outcomes[m] < -1) {
                throw new IllegalArgumentException("outcome " + tables.structure().modalities().get(m).name() + " = "
                        + outcomes[m] + ": it takes 0 to " + (seen[m].length - 1) + ", or −1 where nothing was seen");
            }
        }
    }

    /**
     * Says what is expected of a factor at the next observation, in the place of what the model predicts: a level above sets
     * the beginning of the level below.
     *
     * @param f the factor
     * @param p P(s_f), copied
     * @throws IllegalArgumentException if there is no such factor, or this is not a distribution over its states
     */
    public void expect(int f, double... p) {
        if (f < 0 || f >= prior.length) {
            throw new IllegalArgumentException("factor " + f + ": there are 0 to " + (prior.length - 1));
        }
        if (p.length != prior[f].length) {
            throw new IllegalArgumentException(p.length + " probabilities for the states of "
                    + tables.structure().factors().get(f).name() + ": it has " + prior[f].length);
        }
        tables.structure().checkBelief(f, p);
        expected[f] = p.clone();
    }

    /** The beliefs of one into those of the other. */
    private static void copy(double[][] from, double[][] to) {
        for (int f = 0; f < to.length; f++) {
            System.arraycopy(from[f], 0, to[f], 0, to[f].length);
        }
    }

    private void advance() {
        copy(field.qs(), before);
        copy(prior, earlier);
        if (action >= 0) {
            tables.predict(before, action, prior);
        } else if (steps > 0) { // nothing was done: nothing moved
            copy(before, prior);
        }
        for (int f = 0; f < expected.length; f++) {
            if (expected[f] != null) {
                System.arraycopy(expected[f], 0, prior[f], 0, prior[f].length);
            }
        }
        System.arraycopy(expected, 0, consumed, 0, expected.length);
        Arrays.fill(expected, null);
        left = arrived;
        arrived = action;
        action = -1;
        steps++;
    }

    /** Back to where the agent was before an observation that can't be: another one may take its place. */
    private void retreat() {
        copy(before, field.qs());
        copy(earlier, prior);
        System.arraycopy(consumed, 0, expected, 0, expected.length);
        action = arrived;
        arrived = left;
        steps--;
    }

    /**
     * F of the belief that the last observation left.
     *
     * @return in nats
     */
    public double freeEnergy() {
        return field.freeEnergy();
    }

    /**
     * The belief that the last observation left.
     *
     * @return for each factor Q(s_f): the arrays themselves
     */
    public double[][] qs() {
        return field.qs();
    }

    /**
     * q(π) = σ(ln E − γ G(π)).
     *
     * @return the probability of each policy: the array itself, which the next plan overwrites
     * @throws IllegalStateException if nothing was observed since the episode began
     * @throws ArithmeticException if a G is NaN, or all are infinite; the message says what to do
     */
    public double[] plan() {
        observed("plan");
        if (intentions != null) {
            for (int f = 0; f < intentions.length; f++) {
                if (intentions[f] != null) {
                    intentions[f].costs(field.qs()[f], intended[f]);
                }
            }
        }
        G = search.G(field.qs());
        Precision.posterior(G, gamma, logE, q);
        if (Double.isNaN(q[0])) {
            throw nothingToChoose();
        }
        planned = true;
        decided = true;
        return q;
    }

    private void observed(String what) {
        if (steps == 0) {
            throw new IllegalStateException("nothing was observed since the episode began: observe, then " + what);
        }
    }

    private ArithmeticException nothingToChoose() {
        for (int p = 0; p < G.length; p++) {
            if (Double.isNaN(G[p])) {
                return new ArithmeticException("G of policy " + p
                        + " is NaN: look for a number in the model or its counts that is not finite");
            }
        }
        return new ArithmeticException("G is infinite for every policy: none is left to choose; let C allow for every outcome (−30 will "
                + "do), or infer states exactly, so that what is impossible has probability 0");
    }

    /**
     * G of every policy, as the last plan found it.
     *
     * @return in nats: the array itself
     */
    public double[] G() {
        return G;
    }

    /**
     * q(π), as the last plan found it.
     *
     * @return the probability of each policy: the array itself
     */
    public double[] posterior() {
        return q;
    }

    /**
     * The terms of G.
     *
     * @return the terms with their weights
     */
    public Efe efe() {
        return efe;
    }

    /**
     * What one term adds to G of every policy, for the belief of the last plan. For a tree of decisions it is that of the
     * first step.
     *
     * @param term which
     * @return in nats, with its weight: the array itself, which the next call for the term overwrites
     */
    public double[] G(Term term) {
        PolicyTree tree = terms.computeIfAbsent(term, t -> search(search.policies(), Efe.of(t).times(efe.weight(t))));
        tree.changed();
        return tree.G(field.qs());
    }

    /**
     * The counts of A, if it is learned.
     *
     * @return one for each modality, or none
     */
    public List<Counts> countsA() {
        return learning.A();
    }

    /**
     * The counts of B, if it is learned.
     *
     * @return one for each factor, or none
     */
    public List<Counts> countsB() {
        return learning.B();
    }

    /**
     * The policies that the agent compares.
     *
     * @return the policies
     */
    public Policies policies() {
        return search.policies();
    }

    /**
     * Chooses an action by the last plan.
     *
     * @param rng where the randomness comes from; a deterministic choice takes none
     * @return the combination of actions, which {@link surprisal.models.pomdp.Structure#decode} takes apart
     * @throws IllegalStateException if nothing was planned since the episode began
     */
    public int act(Rng rng) {
        if (!decided) {
            throw new IllegalStateException("nothing was planned since the episode began: plan, then act");
        }
        action = choice.choose(search.policies(), q, alpha, marginals, scratch, rng);
        return action;
    }

    /**
     * Says what was done, where the agent did not choose: a recorded action.
     *
     * @param joint the combination of actions, or −1 if none was done
     * @throws IllegalArgumentException if there is no such combination
     */
    public void acted(int joint) {
        if (joint != -1) {
            tables.checkAction(joint);
        }
        action = joint;
    }

    /**
     * The counts of all that is learned of the model.
     *
     * @return the counts, which learning changes
     */
    public Learning learning() {
        return learning;
    }

    /**
     * The counts of the habit, if it is learned.
     *
     * @return one row over policies
     */
    public Optional<Counts> countsE() {
        return Optional.ofNullable(countsE);
    }

    /**
     * Learns from the last observation: A and C; B, if an action came before it; D, if it was the first; and the habit, from
     * the plan that was made since.
     *
     * @throws IllegalStateException if nothing was observed since the episode began
     */
    public void learn() {
        observed("learn");
        learning.forget();
        learning.outcome(field.qs(), seen);
        if (steps > 1 && arrived >= 0) {
            learning.transition(arrived, before, field.qs());
        }
        if (steps == 1) {
            learning.beginning(field.qs());
        }
        if (countsE != null && planned) {
            countsE.forget(priorE, rule.forgetting());
            countsE.add(0, NO_PARENTS, q, rule.rate());
            Simplex.logs(countsE.mean().values(), 0, logE, 0, logE.length);
        }
        planned = false;
        learned();
    }

    /**
     * Learns from a whole episode after its end.
     *
     * @param observations for each step and modality a distribution over outcomes, or zeros, [t][m][o]
     * @param actions the combination of actions after each step but the last; −1 if it is not known
     * @param smoothed the beliefs about its steps
     * @throws IllegalArgumentException if the numbers of steps differ
     */
    public void learn(double[][][] observations, int[] actions, Smoothing.Smoothed smoothed) {
        learning.episode(observations, actions, smoothed);
        learned();
    }

    /** Takes in A, B and C as they are now, after they were changed from outside. The rest is read as it is needed. */
    public void changed() {
        changedB();
        changedAC();
    }

    private void changedB() {
        for (int f = 0; intentions != null && f < intentions.length; f++) {
            if (intentions[f] != null) {
                intentions[f].changed();
            }
        }
        search.changedB();
    }

    /** {@link #changed} where B is what it was. */
    void changedAC() {
        for (int m = 0; m < logs.length; m++) {
            Simplex.logs(tables.A(m).values(), 0, logs[m].values(), 0, logs[m].values().length);
        }
        evidence.changed();
        search.changed();
    }

    private void learned() {
        if (!learning.B().isEmpty()) {
            changedB();
        }
        if (!learning.A().isEmpty() || !learning.C().isEmpty()) {
            changedAC();
        }
    }

    /**
     * The model as the agent knows it now.
     *
     * @return its numbers, which learning changes
     */
    public Tables tables() {
        return tables;
    }
}
