package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.plan.Bellman;
import surprisal.models.pomdp.Evidence;
import surprisal.models.pomdp.Tables;

/**
 * G(u|q) = G_1(u|q) + γ E_Q(o|u)[V(q_o)] with V(q) = −(1/ζ) log Σ_u e^(−ζG(u|q)): what an agent expects of an action, without an
 * end, when it goes on believing and deciding by what it then sees. The beliefs that can be reached from one are the states
 * of a {@link Bellman} equation (a belief MDP, Kaelbling et al. 1998), which is solved once; from then on G is looked up. Where
 * every state is seen, the beliefs are the states.
 *
 * <p>It is for worlds in which few beliefs can be reached: cues that are certain or are asked once. Beliefs that are closer than
 * 10⁻⁹ in every probability are one.
 */
public final class Habit implements Search {

    /**
     * How far a habit looks.
     *
     * @param discount γ in [0, 1)
     * @param zeta the precision ζ > 0 of the decisions to come, or ∞
     * @param beliefs how many beliefs may be reached at most: the memory is that of U · beliefs² numbers
     */
    public record Limits(double discount, double zeta, int beliefs) {

        /**
         * Limits.
         *
         * @throws IllegalArgumentException if a number is out of range; the message names it
         */
        public Limits {
            if (!(discount >= 0 && discount < 1 && zeta > 0) || beliefs < 1) {
                throw new IllegalArgumentException("a habit with discount γ " + discount + ", precision ζ " + zeta + " and " + beliefs
                        + " beliefs: γ is in [0, 1), ζ > 0 and there is at least 1 belief");
            }
        }
    }

    /** Beliefs with the same numbers in these units are one. */
    private static final double UNIT = 0x1p-30;

    private record Child(int action, double probability, int belief) {}

    private final Tables tables;
    private final Limits limits;
    private final PolicyTree oneStep;
    private final Perception perception;
    private final DecisionTree tree;
    private final Growth growth;
    private final Map<List<Integer>, Integer> known = new HashMap<>();
    private final List<double[]> beliefs = new ArrayList<>();
    private final List<double[]> first = new ArrayList<>(); // by belief: G_1 of each action
    private final List<List<Child>> children = new ArrayList<>(); // by belief
    private final double[] G;
    private Grower grower;
    private double[] found = new double[0]; // [belief, action]

    /**
     * A habit, which is found when it is asked for.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param limits how far it looks
     * @param oneStep G_1 of every combination of actions
     * @param perception how beliefs are updated
     * @throws IllegalArgumentException if the policies of G_1 are not the combinations of actions, or intentions are among its terms
     */
    public Habit(Tables tables, Limits limits, PolicyTree oneStep, Perception perception) {
        int combinations = tables.structure().jointActions();
        if (oneStep.policies().horizon() != 1 || oneStep.policies().size() != combinations) {
            throw new IllegalArgumentException("a habit over " + combinations + " combinations of actions, with "
                    + oneStep.policies().size() + " policies of " + oneStep.policies().horizon()
                    + " steps: one policy of one step for each combination");
        }
        if (oneStep.efe().weight(Term.INDUCTIVE) != 0) {
            throw new IllegalArgumentException("a habit with intentions: what they cost depends on where the agent is when it plans, "
                    + "and a habit is found once; search with Sophisticated or MonteCarlo, or leave INDUCTIVE out");
        }
        this.tables = tables;
        this.limits = limits;
        this.oneStep = oneStep;
        this.perception = perception;
        tree = new DecisionTree(Arrays.stream(tables.states()).sum(), combinations);
        growth = new Growth(tree.width, combinations);
        G = new double[combinations];
        forget();
    }

    private void forget() {
        known.clear();
        beliefs.clear();
        first.clear();
        children.clear();
        grower = new Grower(tables, oneStep, new Evidence(tables.logs(), tables.states()), Branching.JOINT_OUTCOMES,
                new Sophisticated.Limits(1, 0, 0, 0, 0, Integer.MAX_VALUE), perception, null);
    }

    @Override
    public Policies policies() {
        return oneStep.policies();
    }

    /** Takes in A and C as they are now: the habit is found anew. */
    @Override
    public void changed() {
        oneStep.changed();
        forget();
    }

    /** Takes in B as it is now: the habit is found anew. */
    @Override
    public void changedB() {
        forget();
    }

    /**
     * How many beliefs the habit is about.
     *
     * @return those that can be reached from the beliefs that were asked for
     */
    public int beliefs() {
        return beliefs.size();
    }

    /**
     * G of every action.
     *
     * @param qs for each factor the belief now
     * @return G(u) in nats: the array itself, which the next search overwrites
     * @throws IllegalArgumentException if more beliefs can be reached than the limits allow, or one costs ∞
     */
    @Override
    public double[] G(double[][] qs) {
        int before = beliefs.size();
        try {
            int belief = known(Arrays.stream(qs).flatMapToDouble(Arrays::stream).toArray());
            if (beliefs.size() > before) {
                for (int i = before; i < beliefs.size(); i++) { // grows as it goes
                    look(i);
                }
                solve();
            }
            System.arraycopy(found, belief * G.length, G, 0, G.length);
            return G;
        } catch (RuntimeException e) {
            forget(); // so that the next search does not find half a habit
            throw e;
        }
    }

    private int known(double[] q) {
        List<Integer> key = Arrays.stream(q).mapToObj(p -> (int) StrictMath.rint(p / UNIT)).toList();
        Integer index = known.get(key);
        if (index != null) {
            return index;
        }
        if (beliefs.size() == limits.beliefs()) {
            throw new IllegalArgumentException("more than " + limits.beliefs() + " beliefs can be reached: allow for more, or "
                    + "search with Sophisticated or MonteCarlo, which look only so far");
        }
        known.put(key, beliefs.size());
        beliefs.add(q);
        return beliefs.size() - 1;
    }

    /** G_1 and what a belief may become. */
    private void look(int belief) {
        tree.size = 0;
        int root = tree.add(1);
        System.arraycopy(beliefs.get(belief), 0, tree.beliefs, root * tree.width, tree.width);
        growth.clear(Integer.MAX_VALUE, Long.MAX_VALUE);
        grower.grow(tree, root, false, growth);
        growth.into(tree, new int[] {root}, 0);
        first.add(Arrays.copyOf(tree.first, G.length));
        List<Child> next = new ArrayList<>();
        for (int u = 0; u < G.length; u++) {
            for (int c = tree.child[u], end = c + tree.count[u]; c < end; c++) {
                double[] q = Arrays.copyOfRange(tree.beliefs, c * tree.width, (c + 1) * tree.width);
                next.add(new Child(u, tree.probability[c], known(q)));
            }
        }
        children.add(next);
    }

    private void solve() {
        int n = beliefs.size();
        double[] transition = new double[Math.multiplyExact(G.length, n * n)];
        for (int i = 0; i < n; i++) {
            for (Child child : children.get(i)) {
                transition[(child.action() * n + i) * n + child.belief()] += child.probability();
            }
        }
        double[] cost = first.stream().flatMapToDouble(Arrays::stream).toArray();
        Bellman bellman = Bellman.of(Tensor.of(Shape.of(G.length, n, n), transition), Tensor.of(Shape.of(n, G.length), cost),
                limits.discount());
        Tensor best = bellman.optimum(limits.zeta()).G();
        found = IntStream.range(0, n * G.length).mapToDouble(best::at).toArray();
    }
}
