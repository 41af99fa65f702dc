package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.kernels.Simplex;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * Sophisticated inference: G(u|q) = G_1(u|q) + E_Q(o|u)[Σ_u′ σ(−γ G(u′|q_o)) G(u′|q_o)], what an agent expects of an action
 * when it will go on believing and deciding by what it then sees (Friston et al. 2021). The tree is deepened step by step;
 * what is improbable is pruned, and a budget ends the search with the answer of the deepest tree that was finished.
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
     */
    public record Limits(int horizon, double gamma, double policyPrune, double outcomePrune, double entropyStop, int nodes) {

        /** pymdp's defaults. */
        public static final Limits PYMDP = new Limits(5, 1, 1.0 / 16, 1.0 / 16, 0.5, 5000);

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
        }
    }

    /** What a pruned action costs: no softmax chooses it. */
    private static final double PRUNED = 512;

    /** A belief after some actions and outcomes, and what each action costs from here. */
    private static final class Node {
        final double[][] q;
        double[] first; // G_1(u)
        double[] G;
        double[] posterior;
        double value;
        boolean[] dropped;
        List<List<Node>> children; // by action, null before it is expanded
        double probability;

        Node(double[][] q, double probability) {
            this.q = q;
            this.probability = probability;
        }
    }

    private final Tables tables;
    private final Limits limits;
    private final PolicyTree oneStep;
    private final Evidence evidence;
    private final Table[] logs;
    private final MeanField field;
    private final AgentBuilder.Perception perception;
    private final double[] logE;
    private final double[][] predicted;
    private final double[][] expected;
    private final int[] outcomes;
    private int nodes;
    private int depth;
    private boolean full;

    /**
     * A search.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param limits how far and how wide
     * @param efe the terms of G_1
     * @param perception how beliefs are updated inside the tree
     */
    public Sophisticated(Tables tables, Limits limits, Efe efe, AgentBuilder.Perception perception) {
        this(tables, limits, new PolicyTree(tables, Policies.all(tables.structure(), 1), efe, null, null, null), perception, null);
    }

    /**
     * A search with a habit, and with terms of G_1 that take counts or intentions.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param limits how far and how wide
     * @param oneStep G_1 of every combination of actions
     * @param perception how beliefs are updated inside the tree
     * @param E the habit, a probability for each combination of actions, or null
     * @throws IllegalArgumentException if the policies of G_1 are not the combinations of actions, or the habit does not fit
     */
    public Sophisticated(Tables tables, Limits limits, PolicyTree oneStep, AgentBuilder.Perception perception, double[] E) {
        int combinations = tables.structure().jointActions();
        if (oneStep.policies().horizon() != 1 || oneStep.policies().size() != combinations || E != null && E.length != combinations) {
            throw new IllegalArgumentException("a tree over " + combinations + " combinations of actions, with "
                    + oneStep.policies().size() + " policies of " + oneStep.policies().horizon() + " steps"
                    + (E == null ? "" : " and a habit over " + E.length) + ": one policy of one step for each combination");
        }
        this.tables = tables;
        this.limits = limits;
        this.oneStep = oneStep;
        this.perception = perception;
        logs = tables.logs();
        evidence = new Evidence(logs, tables.states());
        field = new MeanField(evidence, tables.states());
        logE = E == null ? null : new double[combinations];
        if (E != null) {
            Simplex.logs(E, 0, logE, 0, combinations);
        }
        predicted = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        expected = tables.structure().modalities().stream().map(o -> new double[o.size()]).toArray(double[][]::new);
        outcomes = new int[expected.length];
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
        oneStep.changed();
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
     * @return 1 … the horizon
     */
    public int depth() {
        return depth;
    }

    @Override
    public double[] G(double[][] qs) {
        Node root = new Node(copy(qs), 1);
        nodes = 1;
        full = false;
        depth = 0;
        double[] answer = null;
        while (depth < limits.horizon()) {
            List<Node> leaves = new ArrayList<>();
            leaves(root, leaves);
            if (leaves.isEmpty()) {
                break;
            }
            for (Node leaf : leaves) {
                expand(leaf);
                if (full && answer != null) { // this depth does not fit: the answer is that of the last one
                    return answer;
                }
            }
            depth++;
            backUp(root);
            answer = root.G.clone();
            if (full || Simplex.entropy(root.posterior, 0, root.posterior.length) <= limits.entropyStop()) {
                break;
            }
        }
        return answer;
    }

    private static double[][] copy(double[][] q) {
        return Arrays.stream(q).map(double[]::clone).toArray(double[][]::new);
    }

    /** The beliefs at the end of the branches that are still followed. */
    private static void leaves(Node node, List<Node> leaves) {
        if (node.children == null) {
            leaves.add(node);
            return;
        }
        for (int u = 0; u < node.dropped.length; u++) {
            if (!node.dropped[u]) {
                node.children.get(u).forEach(child -> leaves(child, leaves));
            }
        }
    }

    private void expand(Node node) {
        double[] G = oneStep.G(node.q);
        node.first = G.clone();
        node.G = G.clone();
        node.posterior = new double[G.length];
        node.dropped = new boolean[G.length];
        Precision.posterior(G, limits.gamma(), logE, node.posterior);
        node.children = new ArrayList<>();
        for (int u = 0; u < G.length; u++) {
            List<Node> children = new ArrayList<>();
            if (node.posterior[u] > limits.policyPrune()) {
                nodes++;
                tables.predict(node.q, u, predicted);
                for (int m = 0; m < expected.length; m++) {
                    tables.A(m).expect(0, predicted, expected[m]);
                }
                outcomes(0, 1, children);
            }
            node.dropped[u] = children.isEmpty();
            node.children.add(children);
        }
    }

    private void outcomes(int m, double probability, List<Node> children) {
        if (!(probability > limits.outcomePrune())) { // it only falls from here
            return;
        }
        if (m == outcomes.length) {
            if (nodes >= limits.nodes()) {
                full = true;
                return;
            }
            evidence.observe(outcomes);
            perception.infer(field, predicted);
            children.add(new Node(copy(field.qs()), probability));
            nodes++;
            return;
        }
        for (int o = 0; o < expected[m].length && !full; o++) {
            outcomes[m] = o;
            outcomes(m + 1, probability * expected[m][o], children);
        }
    }

    private void backUp(Node node) {
        if (node.children == null) {
            return;
        }
        for (int u = 0; u < node.G.length; u++) {
            if (node.dropped[u]) {
                node.G[u] = PRUNED;
                continue;
            }
            double sum = node.first[u];
            for (Node child : node.children.get(u)) {
                backUp(child);
                sum += child.probability * child.value;
            }
            node.G[u] = sum;
        }
        Precision.posterior(node.G, limits.gamma(), logE, node.posterior);
        node.value = IntStream.range(0, node.G.length).mapToDouble(u -> node.posterior[u] * node.G[u]).sum();
        for (int u = 0; u < node.G.length; u++) {
            if (node.posterior[u] < limits.policyPrune()) { // its branch is not followed any more
                node.dropped[u] = true;
            }
        }
    }
}
