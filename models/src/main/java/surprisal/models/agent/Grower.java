package surprisal.models.agent;

import java.util.Arrays;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/** Finds the children of beliefs in a tree of decisions. Its memory belongs to one thread; what it finds goes to a {@link Growth}. */
final class Grower {
    private final Tables tables;
    private final Branching branching;
    private final Sophisticated.Limits limits;
    private final AgentBuilder.Perception perception;
    private final double[] logE;
    private final Evidence evidence;
    private final MeanField field;
    private final double[][] q;
    private final double[][] predicted;
    private final double[][] expected;
    private final int[] outcomes;
    private final int[] state;
    private double[][] weights; // by depth: the weight of each joint state, given the outcomes so far
    private int[][] rows = new int[16][]; // by joint state: the row of each modality in A
    private int[][] joint = new int[16][]; // by joint state: the state of each factor
    private int count;
    private Growth out;
    private boolean last;
    final PolicyTree oneStep;

    Grower(Tables tables, PolicyTree oneStep, Evidence evidence, Branching branching, Sophisticated.Limits limits,
            AgentBuilder.Perception perception, double[] logE) {
        this.tables = tables;
        this.oneStep = oneStep;
        this.branching = branching;
        this.limits = limits;
        this.perception = perception;
        this.logE = logE;
        this.evidence = evidence;
        field = new MeanField(evidence, tables.states());
        q = memory(tables.states());
        predicted = memory(tables.states());
        expected = memory(tables.structure().modalities().stream().mapToInt(o -> o.size()).toArray());
        outcomes = new int[expected.length];
        state = new int[q.length];
        weights = new double[expected.length + 1][16];
    }

    private static double[][] memory(int[] sizes) {
        return Arrays.stream(sizes).mapToObj(double[]::new).toArray(double[][]::new);
    }

    /** Finds the children of a leaf; the beliefs of the {@code last} step's children are not asked for any more. */
    void grow(DecisionTree tree, int leaf, boolean last, Growth out) {
        this.out = out;
        this.last = last;
        for (int f = 0, at = leaf * tree.width; f < q.length; at += q[f++].length) {
            System.arraycopy(tree.beliefs, at, q[f], 0, q[f].length);
        }
        double[] G = oneStep.G(q);
        int row = out.begin();
        System.arraycopy(G, 0, out.first, row * tree.actions, G.length);
        System.arraycopy(G, 0, out.scratch, 0, G.length);
        Precision.posterior(G, limits.gamma(), logE, out.scratch);
        for (int u = 0; u < G.length && !out.full(); u++) {
            int before = out.children;
            if (out.scratch[u] > limits.policyPrune()) {
                out.nodes++;
                tables.predict(q, u, predicted);
                switch (branching) {
                    case OUTCOMES -> {
                        for (int m = 0; m < expected.length; m++) {
                            tables.A(m).expect(0, predicted, expected[m]);
                        }
                        outcomes(0, 1);
                    }
                    case JOINT_OUTCOMES -> {
                        count = 0;
                        states(0, 1);
                        jointOutcomes(0);
                    }
                    case STATES -> {
                        count = 0;
                        states(0, 1);
                        stateBranches();
                    }
                }
            }
            out.count[row * tree.actions + u] = out.children - before;
        }
    }

    private void outcomes(int m, double p) {
        if (!(p > limits.outcomePrune()) || out.full()) { // it only falls from here
            return;
        }
        if (m == outcomes.length) {
            seen(p);
            return;
        }
        for (int o = 0; o < expected[m].length; o++) {
            outcomes[m] = o;
            outcomes(m + 1, p * expected[m][o]);
        }
    }

    /** A child for the outcomes, unless they can't come together. */
    private void seen(double p) {
        if (last) {
            out.child(p, null);
            return;
        }
        evidence.observe(outcomes);
        if (perception.infer(field, predicted)) {
            out.child(p, field.qs());
        }
    }

    /** The joint states that have weight. */
    private void states(int f, double weight) {
        if (f < state.length) {
            for (int s = 0; s < predicted[f].length; s++) {
                if (predicted[f][s] != 0) {
                    state[f] = s;
                    states(f + 1, weight * predicted[f][s]);
                }
            }
            return;
        }
        if (count == rows.length) {
            rows = Arrays.copyOf(rows, 2 * count);
            joint = Arrays.copyOf(joint, 2 * count);
            for (int m = 0; m < weights.length; m++) {
                weights[m] = Arrays.copyOf(weights[m], 2 * count);
            }
        }
        if (rows[count] == null) {
            rows[count] = new int[outcomes.length];
            joint[count] = new int[state.length];
        }
        System.arraycopy(state, 0, joint[count], 0, state.length);
        for (int m = 0; m < outcomes.length; m++) {
            Table A = tables.A(m);
            int row = 0;
            for (int d = 0; d < A.parents().length; d++) {
                row = row * A.sizes()[d] + state[A.parents()[d]];
            }
            rows[count][m] = row * A.events();
        }
        weights[0][count++] = weight;
    }

    private void jointOutcomes(int m) {
        double p = 0;
        for (int i = 0; i < count; i++) {
            p += weights[m][i];
        }
        if (!(p > limits.outcomePrune()) || out.full()) {
            return;
        }
        if (m == outcomes.length) {
            seen(p);
            return;
        }
        Table A = tables.A(m);
        for (int o = 0; o < A.events(); o++) {
            outcomes[m] = o;
            for (int i = 0; i < count; i++) {
                weights[m + 1][i] = weights[m][i] * A.values()[rows[i][m] + o];
            }
            jointOutcomes(m + 1);
        }
    }

    private void stateBranches() {
        double most = 0;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, weights[0][i]);
        }
        for (int i = 0; i < count && !out.full(); i++) {
            if (weights[0][i] > limits.outcomePrune() * most) {
                out.child(weights[0][i], last ? null : expecting(i));
            }
        }
    }

    /** The marginals of Q(s) ∝ Q(s|u) Π_m Σ_o P(o|i) P(o|s), in the field's own memory. */
    private double[][] expecting(int i) {
        double[][] marginals = field.qs();
        for (double[] x : marginals) {
            Arrays.fill(x, 0);
        }
        double all = 0;
        for (int s = 0; s < count; s++) {
            double p = weights[0][s];
            for (int m = 0; m < outcomes.length; m++) {
                Table A = tables.A(m);
                double sum = 0;
                for (int o = 0; o < A.events(); o++) {
                    sum += A.values()[rows[i][m] + o] * A.values()[rows[s][m] + o];
                }
                p *= sum;
            }
            all += p;
            for (int f = 0; f < state.length; f++) {
                marginals[f][joint[s][f]] += p;
            }
        }
        for (double[] x : marginals) {
            for (int s = 0; s < x.length; s++) {
                x[s] /= all;
            }
        }
        return marginals;
    }
}
