package surprisal.models.agent;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import surprisal.engine.Rng;
import surprisal.kernels.Simplex;
import surprisal.models.pomdp.Beliefs;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * A discrete active-inference agent: it sees, {@link #observe}; infers what to do, {@link #plan}; does it, {@link #act};
 * and, if it has counts, {@link #learn}s. Its memory is made once and belongs to one thread; agents side by side do what
 * they would do alone, bit for bit.
 */
public final class Agent {
    private final Tables tables;
    private final Evidence evidence;
    private final Table[] logs;
    private final MeanField field;
    private final AgentBuilder.Perception perception;
    private final Search search;
    private final Efe efe;
    private final Map<Term, PolicyTree> terms = new EnumMap<>(Term.class);
    private final double gamma;
    private final double[] logE;
    private final double alpha;
    private final Choice choice;
    private final Counts[] countsA;
    private final Counts[] countsB;
    private final double[][] countsD;
    private final double rate;
    private final Intentions[] intentions;
    private final double[][] intended;

    private final double[][] prior;
    private final double[][] before;
    private final double[] q;
    private final double[][] marginals;
    private final double[] scratch;
    private final double[][] seen;
    private double[] G = new double[0];
    private int steps;
    private int action = -1;

    Agent(AgentBuilder settings) {
        FactoredPomdp model = settings.model;
        tables = new Tables(model);
        logs = tables.logs();
        evidence = new Evidence(logs, tables.states());
        field = new MeanField(evidence, tables.states());
        perception = settings.perception;
        int modalities = model.A().size();
        int factors = model.B().size();
        countsA = settings.pA == null ? null : IntStream.range(0, modalities)
                .mapToObj(m -> new Counts(tables.A(m), Table.ofA(model.structure(), m, settings.pA.get(m)).values(), settings.zeros))
                .toArray(Counts[]::new);
        countsB = settings.pB == null ? null : IntStream.range(0, factors)
                .mapToObj(f -> new Counts(tables.B(f), Table.ofB(model.structure(), f, settings.pB.get(f)).values(), settings.zeros))
                .toArray(Counts[]::new);
        countsD = settings.pD == null ? null : new Beliefs(settings.pD).arrays();
        rate = settings.rate;
        intentions = settings.intended == null ? null : IntStream.range(0, factors)
                .mapToObj(f -> settings.intended.get(f) == null ? null : new Intentions(tables.B(f),
                        settings.intended.get(f), settings.depth, settings.threshold, settings.epsilon))
                .toArray(Intentions[]::new);
        intended = intentions == null ? null : Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        efe = settings.efe;
        search = settings.search == null ? search(settings.policies, efe) : settings.search.apply(tables);
        gamma = settings.gamma;
        int count = search.policies().size();
        if (settings.habit != null && settings.habit.length != count) {
            throw new IllegalArgumentException("a habit over " + settings.habit.length + " policies: there are " + count);
        }
        logE = settings.habit == null ? null : settings.habit.clone();
        if (logE != null) {
            Simplex.logs(logE, 0, logE, 0, count);
        }
        alpha = settings.alpha;
        choice = settings.choice;
        prior = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        before = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        q = new double[count];
        marginals = model.structure().actions().stream().map(a -> new double[a.size()]).toArray(double[][]::new);
        scratch = new double[Math.max(count, Arrays.stream(marginals).mapToInt(p -> p.length).max().orElse(1))];
        seen = model.structure().modalities().stream().map(o -> new double[o.size()]).toArray(double[][]::new);
        begin();
    }

    private PolicyTree search(Policies policies, Efe efe) {
        return new PolicyTree(tables, policies, efe,
                countsA == null ? null : Arrays.stream(countsA).map(c -> c.gain().values()).toArray(double[][]::new),
                countsB == null ? null : Arrays.stream(countsB).map(Counts::gain).toArray(Table[]::new), intended);
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
        for (int f = 0; f < prior.length; f++) {
            System.arraycopy(tables.D()[f], 0, prior[f], 0, prior[f].length);
        }
        steps = 0;
        action = -1;
    }

    /**
     * Takes in an observation: Q(s) from the prior, which is D at first and after an action what it was expected to do.
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
     * @throws IllegalArgumentException if the sizes are not the model's
     */
    public double[][] observe(double[][] outcomes) {
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
        advance();
        evidence.observe(seen);
        return infer();
    }

    private double[][] infer() {
        if (!perception.infer(field, prior)) {
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
            if (outcomes[m] >= seen[m].length) {
                throw new IllegalArgumentException("outcome " + tables.structure().modalities().get(m).name() + " = "
                        + outcomes[m] + ": it takes 0 to " + (seen[m].length - 1) + ", or −1 where nothing was seen");
            }
        }
    }

    private void advance() {
        for (int f = 0; f < before.length; f++) {
            System.arraycopy(field.qs()[f], 0, before[f], 0, before[f].length);
        }
        if (action >= 0) {
            tables.predict(before, action, prior);
        }
        steps++;
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
     */
    public double[] plan() {
        if (intentions != null) {
            for (int f = 0; f < intentions.length; f++) {
                if (intentions[f] != null) {
                    intentions[f].costs(field.qs()[f], intended[f]);
                }
            }
        }
        G = search.G(field.qs());
        Precision.posterior(G, gamma, logE, q);
        return q;
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
        return countsA == null ? List.of() : List.of(countsA);
    }

    /**
     * The counts of B, if it is learned.
     *
     * @return one for each factor, or none
     */
    public List<Counts> countsB() {
        return countsB == null ? List.of() : List.of(countsB);
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
     */
    public int act(Rng rng) {
        action = choice.choose(search.policies(), q, alpha, marginals, scratch, rng);
        return action;
    }

    /**
     * Says what was done, where the agent did not choose: a recorded action.
     *
     * @param joint the combination of actions
     */
    public void acted(int joint) {
        action = joint;
    }

    /**
     * Learns from the last observation: A; B, if an action came before it; and D, if it was the first.
     */
    public void learn() {
        if (countsA != null) {
            for (int m = 0; m < countsA.length; m++) {
                countsA[m].add(0, field.qs(), seen[m], rate);
                Simplex.logs(tables.A(m).values(), 0, logs[m].values(), 0, logs[m].values().length);
            }
            evidence.changed();
            search.changed();
        }
        if (countsB != null && steps > 1 && action >= 0) {
            for (int f = 0; f < countsB.length; f++) {
                countsB[f].add(tables.block(f, action), before, field.qs()[f], rate);
            }
        }
        if (countsD != null && steps == 1) {
            for (int f = 0; f < countsD.length; f++) {
                double sum = 0;
                for (int s = 0; s < countsD[f].length; s++) {
                    countsD[f][s] += countsD[f][s] > 0 ? rate * field.qs()[f][s] : 0;
                    sum += countsD[f][s];
                }
                for (int s = 0; s < countsD[f].length; s++) {
                    tables.D()[f][s] = countsD[f][s] / sum;
                }
            }
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
