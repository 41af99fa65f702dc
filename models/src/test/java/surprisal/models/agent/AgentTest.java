package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.env.ArmMaze;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Tables;

/** What an agent does with wrong input: one sentence, and nothing is lost. */
class AgentTest {
    private static final FactoredPomdp MAZE = ArmMaze.simplified(0.95, 1, 2, -6);

    private static Agent agent() { return Agent.of(MAZE).horizon(2).build(); }

    private static void says(String words, Consumer<Agent> use) {
        Agent agent = agent();
        agent.observe(0, 0);
        String message = assertThrows(IllegalArgumentException.class, () -> use.accept(agent)).getMessage();
        assertTrue(message.contains(words), message);
    }

    private static void built(String words, AgentBuilder builder) {
        String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void wrongObservationsAreNamed() {
        says("outcome place = 9: it takes 0 to 4", a -> a.observe(9, 0));
        says("outcome place = -5: it takes 0 to 4, or −1 where nothing was seen", a -> a.observe(-5, 0));
        says("1 outcomes given: the model has 2 modalities", a -> a.observe(0));
        says("a distribution over 2 outcomes of place: there are 5", a -> a.observe(new double[][] {{1, 0}, {1, 0, 0}}));
        says("a distribution over 0 outcomes of place: there are 5", a -> a.observe(new double[][] {null, {1, 0, 0}}));
        says("the observation of outcome has the entry NaN at 0", a -> a.observe(new double[][] {new double[5], {Double.NaN, 0, 0}}));
        says("the observation of outcome has the entry -1.0 at 1", a -> a.observe(new double[][] {new double[5], {2, -1, 0}}));
        says("the observation of outcome sums to 2.0", a -> a.observe(new double[][] {new double[5], {1, 1, 0}}));
        says("combination 99 of actions: there are 0 to 3", a -> a.acted(99));
        says("factor 7: there are 0 to 1", a -> a.expect(7, 1));
        says("the belief about reward sums to 10.0", a -> a.expect(1, 5, 5));
        says("the belief about reward has the entry NaN at 0", a -> a.expect(1, Double.NaN, 1));
    }

    @Test
    void whatComesTooEarlyIsSaid() {
        assertTrue(assertThrows(IllegalStateException.class, () -> agent().plan()).getMessage().contains("observe, then plan"));
        assertTrue(assertThrows(IllegalStateException.class, () -> agent().learn()).getMessage().contains("observe, then learn"));
        Agent agent = agent();
        agent.observe(0, 0);
        assertTrue(assertThrows(IllegalStateException.class, () -> agent.act(new Rng(0))).getMessage().contains("plan, then act"));
        Agent drawing = Agent.of(MAZE).choice(Choice.FULL, 1).build();
        drawing.observe(0, 0);
        drawing.plan();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> drawing.act(null)).getMessage().contains("it takes an Rng"));
    }

    @Test
    void wrongSettingsAreNamed() {
        built("the habit sums to 20.0", Agent.of(MAZE).habit(5, 5, 5, 5));
        built("the habit has the entry -1.0 at policy 0", Agent.of(MAZE).habit(-1, 1, 1, 0));
        built("the habit has the entry NaN at policy 1", Agent.of(MAZE).habit(1, Double.NaN, 0, 0));
        built("a habit over 2 policies: there are 4", Agent.of(MAZE).habit(0.5, 0.5));
        built("counts of A of place are [4, 2, 3]: by the structure they are [4, 2, 5]",
                Agent.of(MAZE).countsA(List.of(MAZE.A().get(1), MAZE.A().get(0))));
        built("counts of B of place are [2, 2]: by the structure they are [4, 4, 4]",
                Agent.of(MAZE).countsB(List.of(MAZE.B().get(1), MAZE.B().get(0))));
        AgentBuilder inductive = Agent.of(MAZE).efe(Efe.of(Term.INDUCTIVE));
        built("intentions for 1 of [place, reward]", inductive.intentions(List.of(new double[4]), 2, 0.1, 1e-3));
        built("intentions for 2 states of place: it has 4", inductive.intentions(Arrays.asList(new double[2], null), 2, 0.1, 1e-3));
        built("depth 0", inductive.intentions(Arrays.asList(new double[4], null), 0, 0.1, 1e-3));
        built("intentions with depth 2,000,000,000 over 4 states are more than 4,194,304 numbers",
                inductive.intentions(Arrays.asList(new double[4], null), 2_000_000_000, 0.1, 1e-3));
        built("ε -1.0", inductive.intentions(Arrays.asList(new double[4], null), 1, 0.1, -1));
        built("1 for an intended state", inductive.intentions(Arrays.asList(new double[] {0, Double.NaN, 0, 0}, null), 1, 0.1, 1e-3));
    }

    /** One policy of many steps takes as much as many policies. */
    @Test
    void horizonsAreWhatMemoryHolds() {
        Structure still = Structure.of(new int[] {1}, new int[] {1}, new int[] {1});
        assertEquals(1000, Policies.all(still, 1000).horizon());
        assertEquals("policies over 2,000,000,000 steps: at most 4,194,304",
                assertThrows(IllegalArgumentException.class, () -> Policies.all(still, 2_000_000_000)).getMessage());
    }

    /** Intentions are for factors that depend on themselves alone: place would have to be reached by way of the reward too. */
    @Test
    void intentionsForCoupledFactorsAreRefused() {
        Structure coupled = new Structure(MAZE.structure().factors(), MAZE.structure().modalities(), MAZE.structure().actions(),
                MAZE.structure().parentsA(), List.of(List.of(0, 1), List.of(1)), MAZE.structure().actionsB());
        FactoredPomdp model = FactoredPomdp.of(coupled, MAZE.A(),
                List.of(Tensor.full(coupled.shapeB(0), 0.25, Precision.FLOAT64), MAZE.B().get(1)), MAZE.C(), MAZE.D());
        built("intentions for place, which depends on other factors",
                Agent.of(model).intentions(Arrays.asList(new double[4], null), 2, 0.1, 1e-3));
    }

    /** After outcomes that can't be, what was really seen may still be told: the agent is where one is that never heard of them. */
    @Test
    void impossibleOutcomesLoseNothing() {
        for (Perception perception : List.of(Perception.COORDINATE, Perception.EXACT)) {
            Agent told = Agent.of(MAZE).perception(perception).horizon(2).countsA(MAZE.A()).countsB(MAZE.B()).build();
            Agent never = Agent.of(MAZE).perception(perception).horizon(2).countsA(MAZE.A()).countsB(MAZE.B()).build();
            for (int[] seen : new int[][] {{0, 0}, {3, 0}, {1, 1}}) {
                told.expect(1, 0.4, 0.6);
                never.expect(1, 0.4, 0.6);
                assertThrows(IllegalArgumentException.class, () -> told.observe(2, 0));
                assertThrows(IllegalArgumentException.class, () -> told.observe(0, 1));
                told.observe(seen);
                never.observe(seen);
                for (Agent agent : List.of(told, never)) {
                    agent.plan();
                    agent.learn();
                    agent.acted(seen[0] == 0 ? 3 : 1);
                }
                for (int f = 0; f < 2; f++) {
                    assertArrayEquals(never.qs()[f], told.qs()[f], 0);
                    assertArrayEquals(never.countsB().get(f).counts().values(), told.countsB().get(f).counts().values(), 0);
                }
                assertArrayEquals(never.posterior(), told.posterior(), 0);
            }
        }
    }

    /** Two rooms and a switch, preferences for what one sees in them, and for what one never sees. */
    private static AgentBuilder rooms(Perception perception, double first, double second) {
        Structure structure = Structure.of(new int[] {2}, new int[] {3}, new int[] {2});
        return Agent.of(FactoredPomdp.of(structure, List.of(Tensor.of(Shape.of(2, 3), 1.0, 0, 0, 0, 1, 0)),
                List.of(Tensor.of(Shape.of(2, 2, 2), 1.0, 0, 0, 1, 0, 1, 1, 0)), List.of(Tensor.of(first, second, 0)),
                List.of(Tensor.of(0.5, 0.5)))).perception(perception).gamma(1);
    }

    /** What must not be has probability 0, at γ = 0 and in trees too, where nothing after it counts. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void whatMustNotBeIsNotChosen(double gamma) {
        List<BiFunction<Tables, PolicyTree, Search>> trees = List.of(
                (tables, oneStep) -> oneStep,
                (tables, oneStep) -> new Sophisticated(tables, new Sophisticated.Limits(3, gamma, 0, 0, -1, 1000), oneStep,
                        Perception.EXACT, null, Branching.OUTCOMES),
                (tables, oneStep) -> new MonteCarlo(tables, new MonteCarlo.Budget(3, 200, 1, gamma, Double.POSITIVE_INFINITY), oneStep,
                        Perception.EXACT, null, new Rng(1)));
        for (BiFunction<Tables, PolicyTree, Search> tree : trees) {
            Agent agent = rooms(Perception.EXACT, Double.NEGATIVE_INFINITY, 0).tree(tree).gamma(gamma).build();
            agent.observe(0);
            assertArrayEquals(new double[] {0, 1}, agent.plan(), 1e-15);
            assertEquals(1, agent.act(null));
            Agent lost = rooms(Perception.EXACT, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY).tree(tree).gamma(gamma).build();
            lost.observe(0);
            String message = assertThrows(ArithmeticException.class, lost::plan).getMessage();
            assertTrue(message.contains("G is infinite for every policy"), message);
        }
        Agent unsure = rooms(Perception.COORDINATE, Double.NEGATIVE_INFINITY, 0).build(); // by coordinates nothing is quite impossible
        unsure.observe(0);
        assertTrue(assertThrows(ArithmeticException.class, unsure::plan).getMessage().contains("infer states exactly"));
    }

    /** Where nothing was done nothing moved, and what was done is done once: looks at a state that stays multiply. */
    @Test
    void looksWithoutAnActionAddUp() {
        FactoredPomdp model = FactoredPomdp.of(Structure.of(new int[] {2}, new int[] {2}, new int[] {2}),
                List.of(Tensor.of(Shape.of(2, 2), 0.9, 0.1, 0.1, 0.9)), List.of(Tensor.of(Shape.of(2, 2, 2), 1, 0, 0, 1, 0, 1, 1, 0)),
                List.of(Tensor.of(0.0, 0.0)), List.of(Tensor.of(0.5, 0.5)));
        Agent agent = Agent.of(model).countsB(List.of(Tensor.full(Shape.of(2, 2, 2), 1, Precision.FLOAT64))).build();
        assertEquals(0.9, agent.observe(0)[0][0], 1e-12);
        agent.acted(-1);
        assertEquals(0.81 / 0.82, agent.observe(0)[0][0], 1e-12);
        agent.acted(1); // which swaps the states
        assertEquals(0.01 * 0.9 / (0.01 * 0.9 + 0.81 * 0.1), agent.observe(0)[0][0], 1e-12);
        assertEquals(0.01 * 0.81 / (0.01 * 0.81 + 0.81 * 0.01), agent.observe(0)[0][0], 1e-12);
        agent.learn();
        assertEquals(8, Arrays.stream(agent.countsB().getFirst().copy()).sum(), "no transition came before the last look");
    }

    /** What can be reached is what B says now, not what it said at the beginning. */
    @Test
    void waysToIntendedStatesAreLearned() {
        int n = 16;
        double[] seen = new double[n * n];
        for (int s = 0; s < n; s++) {
            seen[s * n + s] = 1;
        }
        FactoredPomdp model = FactoredPomdp.of(Structure.of(new int[] {n}, new int[] {n}, new int[] {1}),
                List.of(Tensor.of(Shape.of(n, n), seen)), List.of(Tensor.full(Shape.of(1, n, n), 1.0 / n, Precision.FLOAT64)),
                List.of(Tensor.full(Shape.of(n), 0, Precision.FLOAT64)), List.of(Tensor.full(Shape.of(n), 1.0 / n, Precision.FLOAT64)));
        double[] goal = new double[n];
        goal[2] = 1;
        Agent agent = Agent.of(model).countsB(List.of(Tensor.full(Shape.of(1, n, n), 1, Precision.FLOAT64))).efe(Efe.of(Term.INDUCTIVE))
                .intentions(List.of(goal), 4, 0.1, 1e-3).learning(100, Counts.Zeros.KEPT).build();
        agent.observe(1);
        agent.plan();
        assertEquals(0, agent.G()[0], "no way is known");
        agent.acted(0);
        agent.observe(2);
        agent.learn();
        agent.begin();
        agent.observe(1);
        agent.plan();
        assertEquals(-15.0 / 116 * Math.log(1e-3), agent.G()[0], 1e-9, "1 + 100 of 16 + 100 times it went from 1 to 2");
    }

    /** Where one room must not be, a tree at γ = 0 goes on with the other one, as deep as it may. */
    @Test
    void aTreeOfNoPrecisionFollowsWhatMayBe() {
        Tables tables = new Tables(rooms(Perception.EXACT, Double.NEGATIVE_INFINITY, 0).model);
        Sophisticated search = new Sophisticated(tables, new Sophisticated.Limits(3, 0, 0, 0, -1, 1000), Efe.of(Term.UTILITY),
                Perception.EXACT);
        assertArrayEquals(new double[] {Double.POSITIVE_INFINITY, 0}, search.G(new double[][] {{1, 0}}), 1e-15);
        assertEquals(3, search.depth());
    }
}
