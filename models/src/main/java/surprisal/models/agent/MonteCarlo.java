package surprisal.models.agent;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import surprisal.engine.Rng;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.MeanField;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * Monte-Carlo tree search over beliefs: G(u) is the mean of Σ_τ G_1 over simulated courses of events that begin with u. Each
 * simulation goes on to the horizon; it takes the action with the least G̅(u) − c P(u) √N / (1 + n(u)), with G̅ the mean so
 * far on a scale from 0 to 1 and P(u) = ½ σ(−γ G_1(u)) + ½ / U (PUCT: Rosin 2011; Silver et al. 2017), and draws the outcomes
 * from what is expected. As simulations grow, the tree decides like one that looks at every outcome and always takes the best.
 *
 * <p>Same seed and number of simulations, same bits. Every simulation leaves an answer, so a limit of time can end the search.
 */
public final class MonteCarlo implements Search {

    /**
     * How much is simulated.
     *
     * @param horizon how many actions deep, at least 1
     * @param simulations how many at most, at least 1
     * @param exploration c ≥ 0: 1 explores evenly; 0 follows what looks best
     * @param gamma the precision γ ≥ 0 of P(u)
     * @param seconds how long it may take, at least one simulation; where it ends then depends on the machine
     */
    public record Budget(int horizon, int simulations, double exploration, double gamma, double seconds) {

        /**
         * A budget.
         *
         * @throws IllegalArgumentException if a number is out of range; the message names it
         */
        public Budget {
            if (horizon < 1 || simulations < 1) {
                throw new IllegalArgumentException(
                        "a tree of depth " + horizon + " and " + simulations + " simulations: both are at least 1");
            }
            if (!(exploration >= 0 && exploration < Double.POSITIVE_INFINITY && gamma >= 0 && gamma < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "exploration " + exploration + " and precision γ " + gamma + ": both take a finite number ≥ 0");
            }
            if (!(seconds > 0)) {
                throw new IllegalArgumentException("a search of " + seconds + " seconds: it takes a number > 0");
            }
        }

        /**
         * A budget without a limit of time, c = 1 and γ = 1.
         *
         * @param horizon how many actions deep, at least 1
         * @param simulations how many, at least 1
         * @throws IllegalArgumentException if a number is less than 1
         */
        public Budget(int horizon, int simulations) {
            this(horizon, simulations, 1, 1, Double.POSITIVE_INFINITY);
        }
    }

    /** A belief, and what was found of each action from it. */
    private static final class Node {
        final double[][] q;
        final double[] first; // G_1(u)
        final double[] prior; // P(u)
        final double[] total; // the sum of what the simulations cost from here on
        final int[] visits;
        final List<Map<Long, Node>> children; // by action and by the number of the outcomes

        Node(double[][] q, double[] G) {
            this.q = q;
            first = G.clone();
            prior = new double[G.length];
            total = new double[G.length];
            visits = new int[G.length];
            children = Stream.generate(() -> (Map<Long, Node>) new HashMap<Long, Node>(4)).limit(G.length).toList();
        }
    }

    private final Tables tables;
    private final Budget budget;
    private final PolicyTree oneStep;
    private final AgentBuilder.Perception perception;
    private final Rng rng;
    private final double[] logE;
    private final double[][] predicted;
    private final int[] state;
    private final int[] outcomes;
    private final double[] G;
    private Evidence evidence;
    private MeanField field;
    private Node root;
    private double least;
    private double most;
    private int simulations;

    /**
     * A search.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param budget how much is simulated
     * @param oneStep G_1 of every combination of actions
     * @param perception how beliefs are updated inside the tree
     * @param E the habit, a probability for each combination of actions that P(u) is multiplied with, or null
     * @param rng where the outcomes are drawn from; each search goes on with it
     * @throws IllegalArgumentException if the policies of G_1 are not the combinations of actions, or the habit does not fit
     */
    public MonteCarlo(
            Tables tables, Budget budget, PolicyTree oneStep, AgentBuilder.Perception perception, double[] E, Rng rng) {
        int combinations = tables.structure().jointActions();
        if (oneStep.policies().horizon() != 1 || oneStep.policies().size() != combinations || E != null && E.length != combinations) {
            throw new IllegalArgumentException("a tree over " + combinations + " combinations of actions, with "
                    + oneStep.policies().size() + " policies of " + oneStep.policies().horizon() + " steps"
                    + (E == null ? "" : " and a habit over " + E.length) + ": one policy of one step for each combination");
        }
        this.tables = tables;
        this.budget = budget;
        this.oneStep = oneStep;
        this.perception = perception;
        this.rng = rng;
        Precision.checked(E);
        logE = E == null ? null : Arrays.stream(E).map(StrictMath::log).toArray();
        predicted = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        state = new int[predicted.length];
        outcomes = new int[tables.structure().modalities().size()];
        G = new double[combinations];
        perceives();
    }

    private void perceives() {
        evidence = new Evidence(tables.logs(), tables.states());
        field = new MeanField(evidence, tables.states());
    }

    @Override
    public Policies policies() {
        return oneStep.policies();
    }

    @Override
    public void changed() {
        perceives();
        oneStep.changed();
    }

    @Override
    public double[] G(double[][] qs) {
        long begin = System.nanoTime();
        least = Double.POSITIVE_INFINITY;
        most = Double.NEGATIVE_INFINITY;
        root = node(qs);
        simulations = 0;
        do {
            simulate(root, 1);
            simulations++;
        } while (simulations < budget.simulations() && (System.nanoTime() - begin) * 1e-9 < budget.seconds());
        double later = 0; // what comes after the first step, for actions that were not tried
        for (int u = 0; u < G.length; u++) {
            boolean counts = root.visits[u] > 0 && root.total[u] < Double.POSITIVE_INFINITY;
            later += counts ? root.total[u] - root.visits[u] * root.first[u] : 0;
        }
        for (int u = 0; u < G.length; u++) {
            G[u] = root.visits[u] > 0 ? root.total[u] / root.visits[u] : root.first[u] + later / simulations;
        }
        return G;
    }

    /**
     * How often the last search took each action first.
     *
     * @return for each combination of actions; the sum is the number of simulations
     */
    public int[] visits() {
        return root.visits.clone();
    }

    /**
     * How often the last search simulated.
     *
     * @return at least 1
     */
    public int simulations() {
        return simulations;
    }

    private Node node(double[][] q) {
        Node node = new Node(Arrays.stream(q).map(double[]::clone).toArray(double[][]::new), oneStep.G(q));
        Precision.posterior(node.first, budget.gamma(), logE, node.prior);
        for (int u = 0; u < G.length; u++) {
            node.prior[u] = Double.isNaN(node.prior[u]) ? 1.0 / G.length : (node.prior[u] + 1.0 / G.length) / 2; // NaN: all cost ∞
        }
        return node;
    }

    private double simulate(Node node, int step) {
        int u = best(node);
        double cost = node.first[u];
        if (step < budget.horizon()) {
            tables.predict(node.q, u, predicted);
            long key = draw();
            Node child = node.children.get(u).get(key);
            if (child == null) {
                evidence.observe(outcomes);
                perception.infer(field, predicted);
                child = node(field.qs());
                node.children.get(u).put(key, child);
            }
            cost += simulate(child, step + 1);
        }
        node.total[u] += cost;
        node.visits[u]++;
        double mean = node.total[u] / node.visits[u];
        if (mean < Double.POSITIVE_INFINITY) {
            least = Math.min(least, mean);
            most = Math.max(most, mean);
        }
        return cost;
    }

    /** Of actions that look equal, the first. An action that was not tried looks as good as the best. */
    private int best(Node node) {
        int all = 0;
        for (int n : node.visits) {
            all += n;
        }
        double span = most > least ? most - least : 1;
        double wide = budget.exploration() * StrictMath.sqrt(Math.max(1, all));
        int best = 0;
        double bestScore = Double.POSITIVE_INFINITY;
        for (int u = 0; u < G.length; u++) {
            double mean = node.first[u] == Double.POSITIVE_INFINITY ? Double.POSITIVE_INFINITY // it would be that of all before it too
                    : node.visits[u] == 0 ? 0 : (node.total[u] / node.visits[u] - least) / span;
            double score = mean - wide * node.prior[u] / (1 + node.visits[u]);
            if (score < bestScore) {
                best = u;
                bestScore = score;
            }
        }
        return best;
    }

    /** Draws a joint state from what is predicted, and its outcomes: their number. */
    private long draw() {
        for (int f = 0; f < state.length; f++) {
            state[f] = draw(predicted[f], 0, predicted[f].length);
        }
        long key = 0;
        for (int m = 0; m < outcomes.length; m++) {
            Table A = tables.A(m);
            int row = 0;
            for (int d = 0; d < A.parents().length; d++) {
                row = row * A.sizes()[d] + state[A.parents()[d]];
            }
            outcomes[m] = draw(A.values(), row * A.events(), A.events());
            key = key * A.events() + outcomes[m];
        }
        return key;
    }

    private int draw(double[] p, int from, int n) {
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
}
