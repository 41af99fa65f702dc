package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.RandomPomdp.normalised;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.engine.Rng;
import surprisal.kernels.Workers;
import surprisal.models.World;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.pomdp.RandomPomdp;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/** Trees of decisions, held against plain recursions without pruning. */
class TreeLawsTest {
    static final double GAMMA = 0.7;

    @Provide
    Arbitrary<RandomPomdp> models() { return RandomPomdp.any(); }

    private static Sophisticated.Limits limits(int horizon, int nodes) {
        return new Sophisticated.Limits(horizon, GAMMA, 0, 0, -1, nodes);
    }

    /** G_1 with all that it may hold: novelty, intentions. */
    private static PolicyTree oneStep(RandomPomdp m, Tables tables) {
        SplittableRandom r = m.random().split();
        double[][] gainA = m.model().A().stream().map(x -> r.doubles(x.shape().size()).toArray()).toArray(double[][]::new);
        Table[] gainB = IntStream.range(0, m.model().B().size())
                .mapToObj(f -> tables.B(f).like(r.doubles(m.model().B().get(f).shape().size()).toArray())).toArray(Table[]::new);
        double[][] intended = m.structure().factors().stream().map(f -> r.doubles(f.size()).toArray()).toArray(double[][]::new);
        return new PolicyTree(tables, Policies.all(m.structure(), 1),
                Efe.of(Term.RISK, Term.AMBIGUITY, Term.NOVELTY_A, Term.NOVELTY_B, Term.INDUCTIVE), gainA, gainB, intended);
    }

    private static double[] habit(RandomPomdp m) { return World.row(m.random(), m.structure().jointActions(), false); }

    private static Sophisticated tree(RandomPomdp m, Sophisticated.Limits limits, Branching branching, double[] E) {
        Tables tables = m.tables();
        return new Sophisticated(tables, limits, oneStep(m, tables), Perception.EXACT, E, branching);
    }

    interface Back {
        double of(double[] G);
    }

    static double soft(double[] G, double[] E) {
        double z = 0;
        double sum = 0;
        for (int u = 0; u < G.length; u++) {
            double w = (E == null ? 1 : E[u]) * Math.exp(-GAMMA * G[u]);
            z += w;
            sum += w * G[u];
        }
        return sum / z;
    }

    /** G of each action with the whole tree behind it; the belief is a product of marginals at every node. */
    static double[] naive(RandomPomdp m, PolicyTree oneStep, double[][] q, int horizon, Branching branching, Back back) {
        double[] G = oneStep.G(q).clone();
        for (int u = 0; horizon > 1 && u < G.length; u++) {
            double[][] next = m.predicted(q, u);
            double[] joint = m.joint(next);
            int[][] states = m.states();
            if (branching == Branching.STATES) {
                for (int i = 0; i < joint.length; i++) {
                    if (joint[i] > 0) {
                        double[] weighed = new double[joint.length];
                        for (int s = 0; s < joint.length; s++) {
                            weighed[s] = joint[s];
                            for (int k = 0; k < m.model().A().size(); k++) {
                                double sum = 0;
                                for (int o = 0; o < m.structure().modalities().get(k).size(); o++) {
                                    sum += m.A(k, states[i], o) * m.A(k, states[s], o);
                                }
                                weighed[s] *= sum;
                            }
                        }
                        G[u] += joint[i] * back.of(naive(m, oneStep, m.marginals(normalised(weighed)), horizon - 1, branching, back));
                    }
                }
                continue;
            }
            for (int[] o : m.outcomes()) {
                double[] weighed = m.weighed(joint, o);
                double together = RandomPomdp.sum(weighed);
                double p = together;
                if (branching == Branching.OUTCOMES) {
                    p = 1;
                    for (int k = 0; k < o.length; k++) {
                        double qo = 0;
                        for (int i = 0; i < joint.length; i++) {
                            qo += joint[i] * m.A(k, states[i], o[k]);
                        }
                        p *= qo;
                    }
                }
                if (together > 0) {
                    G[u] += p * back.of(naive(m, oneStep, m.marginals(normalised(weighed)), horizon - 1, branching, back));
                }
            }
        }
        return G;
    }

    private static void small(RandomPomdp m) {
        Assume.that(m.structure().jointActions() <= 4 && m.outcomes().length <= 8 && m.states().length <= 8);
    }

    @Property(tries = 40, maxDiscardRatio = 50)
    void treeIsTheRecursion(@ForAll("models") RandomPomdp m, @ForAll Branching branching, @ForAll boolean habit) {
        small(m);
        double[][] q = m.belief(m.random());
        double[] E = habit ? habit(m) : null;
        Sophisticated tree = tree(m, limits(2, 1 << 20), branching, E);
        tree.G(m.belief(m.random().split())); // what a search leaves behind does not matter
        assertArrayEquals(naive(m, oneStep(m, m.tables()), q, 2, branching, G -> soft(G, E)), tree.G(q), 1e-9);
        assertEquals(2, tree.depth());
    }

    @Property(tries = 40, maxDiscardRatio = 50)
    void deeperTreeIsTheRecursion(@ForAll("models") RandomPomdp m, @ForAll Branching branching) {
        small(m);
        Assume.that(m.structure().jointActions() <= 3 && m.outcomes().length <= 4 && m.states().length <= 4);
        double[][] q = m.belief(m.random());
        assertArrayEquals(naive(m, oneStep(m, m.tables()), q, 3, branching, G -> soft(G, null)),
                tree(m, limits(3, 1 << 20), branching, null).G(q), 1e-8);
    }

    @Property(tries = 60, maxDiscardRatio = 50)
    void treeOfOneStepIsFlat(@ForAll("models") RandomPomdp m, @ForAll Branching branching) {
        double[][] q = m.belief(m.random());
        assertArrayEquals(oneStep(m, m.tables()).G(q), tree(m, limits(1, 1 << 20), branching, null).G(q), 0);
    }

    /** With outcomes that say nothing there is nothing to be sophisticated about: the best branch is the best plan. */
    @Property(tries = 100, maxDiscardRatio = 20)
    void decidingLaterIsNeverWorseThanAPlan(@ForAll("models") RandomPomdp m) {
        small(m);
        Assume.that(m.D().length == 1);
        double[][] q = m.belief(m.random());
        Tables tables = m.tables();
        PolicyTree oneStep = new PolicyTree(tables, Policies.all(m.structure(), 1), Efe.STANDARD, null, null, null);
        double later = Arrays.stream(naive(m, oneStep, q, 2, Branching.JOINT_OUTCOMES, G -> Arrays.stream(G).min().getAsDouble()))
                .min().getAsDouble();
        double plan = Double.POSITIVE_INFINITY; // a plan that does not look: the same action after every outcome
        for (int u = 0; u < m.structure().jointActions(); u++) {
            double first = oneStep.G(q)[u];
            double[] second = new double[m.structure().jointActions()];
            double[][] next = m.predicted(q, u);
            for (int[] o : m.outcomes()) {
                double[] weighed = m.weighed(m.joint(next), o);
                double p = RandomPomdp.sum(weighed);
                if (p > 0) {
                    double[] G = oneStep.G(m.marginals(normalised(weighed)));
                    Arrays.setAll(second, v -> second[v] + p * G[v]);
                }
            }
            plan = Math.min(plan, first + Arrays.stream(second).min().getAsDouble());
        }
        Sophisticated hard = new Sophisticated(m.tables(), new Sophisticated.Limits(2, 1e6, 0, 0, -1, 1 << 20), oneStep,
                Perception.EXACT, null, Branching.JOINT_OUTCOMES);
        assertEquals(later, Arrays.stream(hard.G(q)).min().getAsDouble(), 1e-4);
        assertTrue(later <= plan + 1e-10, later + " above " + plan);
    }

    /** A budget ends the search with the answer of a depth that fits; a larger one comes at least as deep. */
    @Property(tries = 40, maxDiscardRatio = 50)
    void largerBudgetsComeAtLeastAsDeep(@ForAll("models") RandomPomdp m) {
        small(m);
        double[][] q = m.belief(m.random());
        int before = 0;
        for (int nodes : new int[] {1, 10, 100, 1000, 1 << 20}) {
            Sophisticated tree = tree(m, limits(2, nodes), Branching.JOINT_OUTCOMES, null);
            double[] G = tree.G(q).clone();
            assertTrue(tree.nodes() <= nodes && tree.depth() >= before, tree.nodes() + " nodes, depth " + tree.depth());
            before = tree.depth();
            assertArrayEquals(tree(m, limits(Math.max(1, before), 1 << 20), Branching.JOINT_OUTCOMES, null).G(q), G, 0);
        }
        assertEquals(2, before);
        Sophisticated timed = tree(m, new Sophisticated.Limits(2, GAMMA, 0, 0, -1, 1 << 20, 1e-9), Branching.JOINT_OUTCOMES, null);
        assertArrayEquals(oneStep(m, m.tables()).G(q), timed.G(q), 0);
        assertEquals(1, timed.depth());
    }

    @Property(tries = 40, maxDiscardRatio = 50)
    void threadsChangeNoBit(@ForAll long seed, @ForAll Branching branching) {
        RandomPomdp m = RandomPomdp.of(seed, false);
        Assume.that(m.structure().jointActions() <= 6 && m.outcomes().length * m.structure().jointActions() >= 20);
        double[][] q = m.belief(m.random());
        int threads = Workers.threads();
        try {
            Workers.threads(1);
            Sophisticated one = tree(m, limits(3, 4000), branching, null);
            double[] G = one.G(q);
            Workers.threads(3);
            Sophisticated three = tree(m, limits(3, 4000), branching, null);
            assertArrayEquals(G, three.G(q), 0);
            assertArrayEquals(G, three.G(q), 0);
            assertEquals(one.nodes(), three.nodes());
        } finally {
            Workers.threads(threads);
        }
    }

    private static MonteCarlo monteCarlo(RandomPomdp m, MonteCarlo.Budget budget, long seed) {
        Tables tables = m.tables();
        return new MonteCarlo(tables, budget, oneStep(m, tables), Perception.EXACT, null, new Rng(seed));
    }

    @Property(tries = 30)
    void visitsSumToSimulationsAndSeedsRepeat(@ForAll("models") RandomPomdp m, @ForAll long seed) {
        double[][] q = m.belief(m.random());
        MonteCarlo search = monteCarlo(m, new MonteCarlo.Budget(3, 60), seed);
        double[] G = search.G(q).clone();
        assertEquals(60, Arrays.stream(search.visits()).sum());
        MonteCarlo again = monteCarlo(m, new MonteCarlo.Budget(3, 60), seed);
        assertArrayEquals(G, again.G(q), 0);
        assertArrayEquals(search.visits(), again.visits());
        MonteCarlo one = monteCarlo(m, new MonteCarlo.Budget(1, 200), seed);
        double[] flat = oneStep(m, m.tables()).G(q);
        assertArrayEquals(flat, one.G(q), 1e-12);
        MonteCarlo timed = monteCarlo(m, new MonteCarlo.Budget(3, 1 << 30, 1, 1, 1e-9), seed);
        timed.G(q);
        assertEquals(1, timed.simulations());
    }

    /** With many simulations the root decides like the tree of all outcomes that always takes the best. */
    @Property(tries = 40, maxDiscardRatio = 50)
    void manySimulationsDecideLikeTheWholeTree(@ForAll("models") RandomPomdp m, @ForAll long seed) {
        small(m);
        Assume.that(m.structure().jointActions() > 1);
        double[][] q = m.belief(m.random());
        double[] G = naive(m, oneStep(m, m.tables()), q, 2, Branching.JOINT_OUTCOMES, g -> Arrays.stream(g).min().getAsDouble());
        double[] sorted = Arrays.stream(G).sorted().toArray();
        double span = sorted[sorted.length - 1] - sorted[0];
        Assume.that(sorted[1] - sorted[0] > 0.05 * Math.max(1, span));
        MonteCarlo search = monteCarlo(m, new MonteCarlo.Budget(2, 20_000), seed);
        double[] found = search.G(q);
        int best = best(G);
        assertEquals(best, best(found));
        assertEquals(best, best(Arrays.stream(search.visits()).mapToDouble(n -> -n).toArray()));
        assertEquals(G[best], found[best], 0.05 * Math.max(1, span));
    }

    private static int best(double[] G) {
        return IntStream.range(0, G.length).reduce(0, (a, b) -> G[b] < G[a] ? b : a);
    }

    @Example
    void wrongLimitsAreNamed() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Sophisticated.Limits(1, 1, 0, 0, 0, 1, 0))
                .getMessage().contains("0.0 seconds"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new MonteCarlo.Budget(0, 1)).getMessage().contains("depth 0"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new MonteCarlo.Budget(1, 1, -1, 1, 1))
                .getMessage().contains("exploration -1.0"));
    }
}
