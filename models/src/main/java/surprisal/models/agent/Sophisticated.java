package surprisal.models.agent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.kernels.Simplex;
import surprisal.kernels.Workers;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * Sophisticated inference: G(u|q) = G_1(u|q) + E_Q(o|u)[Σ_u′ σ(−γ G(u′|q_o)) G(u′|q_o)], what an agent expects of an action
 * when it will go on believing and deciding by what it then sees (Friston et al. 2021). The tree is deepened step by step;
 * what is improbable is pruned, and a budget ends the search with the answer of the deepest tree that was finished.
 *
 * <p>The leaves of a depth are grown by all threads, sixteen at a time, and taken into the tree in their order: the numbers
 * are the same with any number of threads. The memory is made once and grows to what the largest tree needed.
 */
public final class Sophisticated implements Search {

    /**
     * How far and how wide the tree grows.
     *
     * @param horizon how many actions deep, at least 1
     * @param gamma the precision γ of the decisions inside the tree
     * @param policyPrune actions that are less probable are not followed
     * @param outcomePrune outcomes that are not more probable are not followed
     * @param entropyStop the tree is deep enough when q(u) at its root has no more entropy, in nats
     * @param nodes how many beliefs and followed actions at most; the search ends with the answer of the last depth that fits
     * @param seconds how long it may take; the search ends with the answer of the last depth that was finished, the first at
     *     least. Where it ends then depends on the machine
     */
    public record Limits(
            int horizon, double gamma, double policyPrune, double outcomePrune, double entropyStop, int nodes, double seconds) {

        /** pymdp's defaults. */
        public static final Limits PYMDP = new Limits(5, 1, 1.0 / 16, 1.0 / 16, 0.5, 5000);

        /**
         * Limits without a limit of time: the answer is the same on every machine.
         *
         * @param horizon how many actions deep, at least 1
         * @param gamma the precision γ of the decisions inside the tree
         * @param policyPrune actions that are less probable are not followed
         * @param outcomePrune outcomes that are not more probable are not followed
         * @param entropyStop the tree is deep enough when q(u) at its root has no more entropy, in nats
         * @param nodes how many beliefs and followed actions at most
         * @throws IllegalArgumentException if a number is out of range; the message names it
         */
        public Limits(int horizon, double gamma, double policyPrune, double outcomePrune, double entropyStop, int nodes) {
            this(horizon, gamma, policyPrune, outcomePrune, entropyStop, nodes, Double.POSITIVE_INFINITY);
        }

        /**
         * Limits.
         *
         * @throws IllegalArgumentException if a number is out of range; the message names it
         */
        public Limits {
            if (horizon < 1 || nodes < 1) {
                throw new IllegalArgumentException("a tree of depth " + horizon + " and " + nodes + " nodes: both are at least 1");
            }
            if (!(gamma >= 0 && gamma < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("precision γ is " + gamma + ": it takes a finite number ≥ 0");
            }
            if (!(policyPrune >= 0 && policyPrune < 1 && outcomePrune >= 0 && outcomePrune < 1)) {
                throw new IllegalArgumentException("pruning below " + policyPrune + " (actions) and " + outcomePrune
                        + " (outcomes): both are in [0, 1)");
            }
            if (!(seconds > 0)) {
                throw new IllegalArgumentException("a search of " + seconds + " seconds: it takes a number > 0");
            }
        }
    }

    /** What a pruned action costs: no softmax chooses it. */
    private static final double PRUNED = 512;

    /** So many leaves are grown by one task. */
    private static final int TASK = 16;

    private final Tables tables;
    private final Limits limits;
    private final PolicyTree oneStep;
    private final Branching branching;
    private final AgentBuilder.Perception perception;
    private final Table[] logs;
    private final Evidence evidence;
    private final double[] logE;
    private final DecisionTree tree;
    private final ArrayDeque<Grower> idle = new ArrayDeque<>();
    private final List<Growth> growths = new ArrayList<>();
    private final double[] answer;
    private final double[] G;
    private final double[] posterior;
    private int[] leaves = new int[16];
    private int nodes;
    private int depth;

    /**
     * A search over outcomes as pymdp's.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param limits how far and how wide
     * @param efe the terms of G_1
     * @param perception how beliefs are updated inside the tree
     */
    public Sophisticated(Tables tables, Limits limits, Efe efe, AgentBuilder.Perception perception) {
        this(tables, limits, new PolicyTree(tables, Policies.all(tables.structure(), 1), efe, null, null, null), perception, null,
                Branching.OUTCOMES);
    }

    /**
     * A search with a habit, with terms of G_1 that take counts or intentions, and with branches of some kind.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param limits how far and how wide
     * @param oneStep G_1 of every combination of actions
     * @param perception how beliefs are updated inside the tree, where it branches over outcomes
     * @param E the habit, a probability for each combination of actions, or null
     * @param branching what the branches after an action stand for
     * @throws IllegalArgumentException if the policies of G_1 are not the combinations of actions, or the habit does not fit
     */
    public Sophisticated(Tables tables, Limits limits, PolicyTree oneStep, AgentBuilder.Perception perception, double[] E,
            Branching branching) {
        int combinations = tables.structure().jointActions();
        if (oneStep.policies().horizon() != 1 || oneStep.policies().size() != combinations || E != null && E.length != combinations) {
            throw new IllegalArgumentException("a tree over " + combinations + " combinations of actions, with "
                    + oneStep.policies().size() + " policies of " + oneStep.policies().horizon() + " steps"
                    + (E == null ? "" : " and a habit over " + E.length) + ": one policy of one step for each combination");
        }
        this.tables = tables;
        this.limits = limits;
        this.oneStep = oneStep;
        this.branching = branching;
        this.perception = perception;
        logs = tables.logs();
        evidence = new Evidence(logs, tables.states());
        Precision.checked(E);
        logE = E == null ? null : new double[combinations];
        if (E != null) {
            Simplex.logs(E, 0, logE, 0, combinations);
        }
        tree = new DecisionTree(Arrays.stream(tables.states()).sum(), combinations);
        answer = new double[combinations];
        G = new double[combinations];
        posterior = new double[combinations];
        idle.add(new Grower(tables, oneStep, evidence, branching, limits, perception, logE));
    }

    @Override
    public Policies policies() {
        return oneStep.policies();
    }

    @Override
    public void changed() {
        for (int m = 0; m < logs.length; m++) {
            Simplex.logs(tables.A(m).values(), 0, logs[m].values(), 0, logs[m].values().length);
        }
        evidence.changed();
        idle.forEach(grower -> grower.oneStep.changed());
    }

    /**
     * How large the tree of the last search was.
     *
     * @return its beliefs, the root among them, and the actions that were followed from them
     */
    public int nodes() {
        return nodes;
    }

    /**
     * How deep the last search came.
     *
     * @return 0 … the horizon; 0 if not even the first step fitted, then G is that of the first step alone
     */
    public int depth() {
        return depth;
    }

    @Override
    public double[] G(double[][] qs) {
        long deadline = limits.seconds() < 1e9 ? System.nanoTime() + (long) (1e9 * limits.seconds()) : Long.MAX_VALUE;
        tree.size = 0;
        int root = tree.add(1);
        for (int f = 0, at = root; f < qs.length; at += qs[f++].length) {
            System.arraycopy(qs[f], 0, tree.beliefs, at, qs[f].length);
        }
        nodes = 1;
        depth = 0;
        while (depth < limits.horizon()) {
            if (leaves.length < tree.size) {
                leaves = new int[2 * tree.size];
            }
            int count = tree.leaves(0, leaves, 0);
            if (count == 0 || !grown(count, depth == 0 ? Long.MAX_VALUE : deadline)) {
                break;
            }
            depth++;
            backUp();
            System.arraycopy(tree.G, 0, answer, 0, answer.length);
            if (Simplex.entropy(tree.posterior, 0, answer.length) <= limits.entropyStop()) {
                break;
            }
        }
        return answer;
    }

    /** Grows all leaves by one step, if that fits the budget. */
    private boolean grown(int count, long deadline) {
        int tasks = (count + TASK - 1) / TASK;
        while (growths.size() < tasks) {
            growths.add(new Growth(tree.width, tree.actions));
        }
        boolean last = depth == limits.horizon() - 1;
        int allowance = limits.nodes() - nodes;
        if (tasks == 1) {
            grow(0, count, allowance, deadline, last);
        } else {
            Workers.run(tasks, task -> grow(task, count, allowance, deadline, last));
        }
        long more = 0;
        boolean late = false;
        for (int task = 0; task < tasks; task++) {
            more += growths.get(task).nodes;
            late |= growths.get(task).full();
        }
        if (late || more > allowance) {
            if (depth == 0) {
                System.arraycopy(growths.getFirst().first, 0, answer, 0, answer.length);
            }
            return false;
        }
        for (int task = 0; task < tasks; task++) {
            growths.get(task).into(tree, leaves, task * TASK);
        }
        nodes += (int) more;
        return true;
    }

    private void grow(int task, int count, int allowance, long deadline, boolean last) {
        Grower grower = taken();
        Growth growth = growths.get(task);
        growth.clear(allowance, deadline);
        for (int i = task * TASK, end = Math.min(count, i + TASK); i < end && !growth.full(); i++) {
            grower.grow(tree, leaves[i], last, growth);
        }
        synchronized (idle) {
            idle.push(grower);
        }
    }

    private Grower taken() {
        synchronized (idle) {
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        Tables twin = tables.twin();
        return new Grower(twin, oneStep.twin(twin), evidence.beside(), branching, limits, perception, logE);
    }

    /** G(u) = G_1(u) + Σ p G(child), children before their parents; then what has become improbable is not followed any more. */
    private void backUp() {
        int n = tree.actions;
        for (int node = tree.size - 1; node >= 0; node--) {
            if (!tree.expanded[node]) {
                continue;
            }
            for (int u = 0; u < n; u++) {
                int at = node * n + u;
                G[u] = tree.count[at] == 0 ? Math.max(PRUNED, tree.first[at]) : tree.first[at];
                for (int c = tree.child[at], end = c + tree.count[at]; c < end; c++) {
                    G[u] += tree.probability[c] * tree.value[c];
                }
            }
            Precision.posterior(G, limits.gamma(), logE, posterior);
            double value = 0;
            for (int u = 0; u < n; u++) {
                value += posterior[u] == 0 ? 0 : posterior[u] * G[u];
            }
            if (Double.isNaN(value) && Arrays.stream(G).allMatch(g -> g == Double.POSITIVE_INFINITY)) {
                value = Double.POSITIVE_INFINITY; // nothing is left to choose here
            }
            tree.value[node] = value;
            System.arraycopy(G, 0, tree.G, node * n, n);
            System.arraycopy(posterior, 0, tree.posterior, node * n, n);
            for (int u = 0; u < n; u++) {
                if (posterior[u] < limits.policyPrune()) {
                    tree.count[node * n + u] = 0;
                }
            }
        }
    }
}
