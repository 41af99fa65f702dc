package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.RandomPomdp;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/** Agents that search trees with what they have beside a model: counts that grow, intentions, a habit. */
class TreeAgentLawsTest {
    private static final Efe ALL = Efe.of(Term.RISK, Term.AMBIGUITY, Term.NOVELTY_A, Term.NOVELTY_B, Term.INDUCTIVE);

    @Provide
    Arbitrary<RandomPomdp> models() { return RandomPomdp.any(); }

    private static BiFunction<Tables, PolicyTree, Search> tree(int horizon, double[] E) {
        return (tables, oneStep) -> new Sophisticated(tables, new Sophisticated.Limits(horizon, TreeLawsTest.GAMMA, 0, 0, -1, 1 << 20),
                oneStep, Perception.EXACT, E, Branching.JOINT_OUTCOMES);
    }

    private static BiFunction<Tables, PolicyTree, Search> monteCarlo(int horizon, int simulations) {
        return (tables, oneStep) -> new MonteCarlo(tables, new MonteCarlo.Budget(horizon, simulations), oneStep, Perception.EXACT, null,
                new Rng(7));
    }

    /** An agent that learns A and B and has intentions. */
    private static AgentBuilder learner(RandomPomdp m) {
        List<double[]> intended = m.structure().factors().stream().map(f -> {
            double[] H = new double[f.size()];
            H[f.size() - 1] = 1;
            return H;
        }).toList();
        boolean alone = m.structure().parentsB().equals(own(m)); // what intentions are defined for
        AgentBuilder builder = Agent.of(m.model()).perception(Perception.EXACT)
                .countsA(m.model().A().stream().map(x -> x.times(3)).toList())
                .countsB(m.model().B().stream().map(x -> x.times(2)).toList());
        return alone ? builder.efe(ALL).intentions(intended, 2, 0.1, 1e-3)
                : builder.efe(Efe.of(Term.RISK, Term.AMBIGUITY, Term.NOVELTY_A, Term.NOVELTY_B));
    }

    private static List<List<Integer>> own(RandomPomdp m) {
        List<List<Integer>> own = new ArrayList<>();
        for (int f = 0; f < m.D().length; f++) {
            own.add(List.of(f));
        }
        return own;
    }

    /** Lets an agent live through some steps that its model allows. */
    private static void live(Agent agent, RandomPomdp m, SplittableRandom r) {
        for (int t = 0; t < 3; t++) {
            double[][] expected = t == 0 ? m.D() : null;
            if (t > 0) {
                int u = r.nextInt(m.structure().jointActions());
                agent.acted(u);
                expected = Arrays.stream(agent.qs()).map(double[]::clone).toArray(double[][]::new);
                agent.tables().predict(agent.qs(), u, expected);
            }
            agent.observe(m.outcomes(r, m.joint(expected)));
            agent.plan();
            agent.learn();
        }
    }

    /** One step ahead, trees are the flat agent, with all its terms and after all that it learned. */
    @Property(tries = 60)
    void treesOfOneStepAreTheFlatAgent(@ForAll("models") RandomPomdp m) {
        Agent flat = learner(m).build();
        Agent deep = learner(m).tree(tree(1, null)).build();
        Agent drawn = learner(m).tree(monteCarlo(1, 50)).build();
        for (Agent agent : List.of(flat, deep, drawn)) {
            live(agent, m, m.random());
            agent.plan();
        }
        assertArrayEquals(flat.G(), deep.G(), 0);
        assertArrayEquals(flat.G(), drawn.G(), 1e-12 * (1 + Arrays.stream(flat.G()).map(Math::abs).max().orElse(0)));
        for (Term term : flat.efe().weights().keySet()) {
            assertArrayEquals(flat.G(term), deep.G(term), 0);
        }
    }

    /** Two steps ahead the novelty is that of the counts as they are now, at every node: by the plain recursion. */
    @Property(tries = 40, maxDiscardRatio = 50)
    void aTreeKnowsWhatIsLeftToLearn(@ForAll long seed, @ForAll boolean habit) {
        RandomPomdp m = RandomPomdp.of(seed, false);
        Assume.that(m.structure().jointActions() <= 4 && m.outcomes().length <= 8 && m.states().length <= 8);
        double[] E = habit ? World.row(m.random(), m.structure().jointActions(), false) : null;
        Efe efe = Efe.of(Term.RISK, Term.NOVELTY_A, Term.NOVELTY_B);
        AgentBuilder builder = learner(m).efe(efe).gamma(TreeLawsTest.GAMMA).tree(tree(2, E));
        Agent agent = habit ? builder.habit(E).build() : builder.build();
        live(agent, m, m.random());
        RandomPomdp learned = new RandomPomdp(agent.tables().model(), seed, false);
        Tables tables = learned.tables();
        PolicyTree oneStep = new PolicyTree(tables, Policies.all(m.structure(), 1), efe,
                agent.countsA().stream().map(c -> gains(c).values()).toArray(double[][]::new),
                agent.countsB().stream().map(TreeAgentLawsTest::gains).toArray(Table[]::new), null);
        double[] G = TreeLawsTest.naive(learned, oneStep, agent.qs(), 2, Branching.JOINT_OUTCOMES, g -> TreeLawsTest.soft(g, E));
        agent.plan();
        assertArrayEquals(G, agent.G(), 1e-9);
        double[] q = new double[G.length];
        Arrays.setAll(q, u -> (habit ? E[u] : 1) * Math.exp(-TreeLawsTest.GAMMA * G[u]));
        assertArrayEquals(RandomPomdp.normalised(q), agent.posterior(), 1e-9);
    }

    /** w = ln Σa − ln a + ψ(a + 1) − ψ(Σa + 1), with ψ by its own recurrence and series. */
    private static Table gains(Counts counts) {
        double[] a = counts.counts().values();
        int n = counts.counts().events();
        double[] w = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            double sum = Arrays.stream(a, i / n * n, i / n * n + n).sum();
            w[i] = Math.log(sum) - Math.log(a[i]) + digamma(a[i] + 1) - digamma(sum + 1);
        }
        return counts.counts().like(w);
    }

    private static double digamma(double x) {
        double shift = 0;
        for (; x < 20; x++) {
            shift -= 1 / x;
        }
        double y = 1 / (x * x);
        return shift + Math.log(x) - 0.5 / x - y * (1.0 / 12 - y * (1.0 / 120 - y / 252));
    }

    /** A corridor: what the far room looks like is not known, and only who looks two steps ahead sees that. */
    @Example
    void whoLooksAheadGoesWhereThereIsSomethingToLearn() {
        FactoredPomdp corridor = FactoredPomdp.builder().factor("room", "left", "start", "right", "far")
                .action("go", "left", "right").modality("look", "plain", "bright").given().outcome("plain", 0.5).outcome("bright", 0.5)
                .transition("room").dependsOn("go", "room")
                .given("go", "left", "room", "start").next("left").given("go", "right", "room", "start").next("right")
                .given("go", "right", "room", "right").next("far")
                .initially("room", "start").build();
        double[] counts = {500, 500, 500, 500, 500, 500, 0.5, 0.5};
        AgentBuilder curious = Agent.of(corridor).efe(Efe.of(Term.NOVELTY_A)).choice(Choice.FULL, Choice.DETERMINISTIC)
                .countsA(List.of(Tensor.of(Shape.of(4, 2), counts)));
        assertEquals(0, first(curious.build())); // both rooms are known: the first of equals
        assertEquals(1, first(curious.tree(tree(2, null)).build()));
        assertEquals(1, first(curious.tree(monteCarlo(2, 100)).build()));
    }

    private static int first(Agent agent) {
        agent.observe(-1);
        agent.plan();
        return agent.act(null);
    }

    @Example
    void aTermWithoutItsNumbersIsNamed() {
        RandomPomdp m = RandomPomdp.of(1, false);
        String words = assertThrows(IllegalArgumentException.class,
                () -> Agent.of(m.model()).efe(Efe.of(Term.NOVELTY_A)).tree(tree(2, null)).build()).getMessage();
        assertTrue(words.contains("NOVELTY_A counts in G but there are no counts of A"), words);
    }
}
