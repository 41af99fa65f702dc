package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.RandomPomdp.normalised;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.env.ArmMaze;
import surprisal.models.env.PomdpWorld;
import surprisal.models.plan.Bellman;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.RandomPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Tables;

class HabitLawsTest {
    private static final int CUE = 3; // the place, in both mazes
    private static final int OUTCOME = 1; // the modality, in both: 1 is the reward
    private static final Efe REWARD = Efe.of(Term.UTILITY);

    private static PolicyTree oneStep(Tables tables, Efe efe) {
        return new PolicyTree(tables, Policies.all(tables.structure(), 1), efe, null, null, null);
    }

    private static Habit habit(Tables tables, Efe efe, double discount, double zeta) {
        return new Habit(tables, new Habit.Limits(discount, zeta, 600), oneStep(tables, efe), Perception.EXACT);
    }

    /** A random model of one factor in which nothing is left to chance but the beginning: few beliefs can be reached. */
    private static RandomPomdp certain(long seed) {
        RandomPomdp m = RandomPomdp.of(seed, false);
        Assume.that(m.D().length == 1 && m.structure().jointActions() <= 4);
        SplittableRandom r = m.random();
        FactoredPomdp model = m.model();
        List<Tensor> C = model.C().stream().map(c -> c.reshape(-1, c.shape().last()).slice(0, 0, 1).reshape(-1)).toList();
        return new RandomPomdp(FactoredPomdp.of(m.structure(), model.A().stream().map(x -> hot(x, r)).toList(),
                model.B().stream().map(x -> hot(x, r)).toList(), C, model.D()), seed, true);
    }

    private static Tensor hot(Tensor rows, SplittableRandom r) {
        int n = rows.shape().last();
        return Tensor.oneHot(n, rows.precision(), r.ints(rows.shape().size() / n, 0, n).toArray()).reshape(rows.shape());
    }

    /** G_1 + γ E_o[−(1/ζ) log Σ e^(−ζG)], as deep as is said. */
    private static double[] recursion(RandomPomdp m, PolicyTree oneStep, double[][] q, double discount, double zeta, int depth) {
        double[] G = oneStep.G(q).clone();
        for (int u = 0; depth > 1 && u < G.length; u++) {
            double[] next = m.next(m.joint(q), u);
            for (int[] o : m.outcomes()) {
                double[] weighed = m.weighed(next, o);
                double p = RandomPomdp.sum(weighed);
                if (p > 0) {
                    double[] later = recursion(m, oneStep, m.marginals(normalised(weighed)), discount, zeta, depth - 1);
                    double least = Arrays.stream(later).min().orElseThrow();
                    double sum = Arrays.stream(later).map(g -> Math.exp(-zeta * (g - least))).sum();
                    G[u] += discount * p * (least - Math.log(sum) / zeta);
                }
            }
        }
        return G;
    }

    /** A recursion of six steps leaves out what γ⁶ = 1.6e-8 is left of: costs are below 30 in all. */
    @Property(tries = 60, maxDiscardRatio = 100)
    void aHabitIsTheEndlessRecursion(@ForAll long seed) {
        RandomPomdp m = certain(seed);
        double[][] q = m.belief(m.random());
        Habit habit = habit(m.tables(), Efe.STANDARD, 0.05, 2);
        double[] G = recursion(m, oneStep(m.tables(), Efe.STANDARD), q, 0.05, 2, 6);
        assertArrayEquals(G, habit.G(q), 1e-6);
        int beliefs = habit.beliefs();
        assertArrayEquals(G, habit.G(q), 1e-6);
        assertEquals(beliefs, habit.beliefs());
        habit.changed();
        assertArrayEquals(G, habit.G(q), 1e-6);
    }

    @Property(tries = 60, maxDiscardRatio = 100)
    void withoutALaterItIsTheFirstStep(@ForAll long seed) {
        RandomPomdp m = certain(seed);
        double[][] q = m.belief(m.random());
        assertArrayEquals(oneStep(m.tables(), Efe.STANDARD).G(q), habit(m.tables(), Efe.STANDARD, 0, 2).G(q), 1e-12);
    }

    /** Where the state is seen, the beliefs are the states, and G is that of the tabular equation. */
    @Property(tries = 60)
    void statesThatAreSeenAreTheBeliefs(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        int S = 1 + r.nextInt(4);
        int U = 1 + r.nextInt(3);
        double[] B = IntStream.range(0, U * S).mapToObj(i -> World.row(r, S, true)).flatMapToDouble(Arrays::stream).toArray();
        Tensor identity = Tensor.oneHot(S, Precision.FLOAT64, IntStream.range(0, S).toArray());
        Tensor C = Tensor.of(r.doubles(S, -3, 3).toArray());
        Tensor transition = Tensor.of(Shape.of(U, S, S), B);
        FactoredPomdp model = FactoredPomdp.of(Structure.of(new int[] {S}, new int[] {S}, new int[] {U}), List.of(identity),
                List.of(transition), List.of(C), List.of(Tensor.of(World.row(r, S, false))));
        Tensor G = Bellman.of(transition, qs -> qs.matmul(C.reshape(S, 1)).neg(), 0.9).optimum(3).G();
        Habit habit = habit(new Tables(model), REWARD, 0.9, 3);
        for (int s = 0; s < S; s++) {
            double[] here = new double[S];
            here[s] = 1;
            double[] found = habit.G(new double[][] {here});
            for (int u = 0; u < U; u++) {
                assertEquals(G.at(s * U + u), found[u], 1e-9);
            }
        }
        assertEquals(S, habit.beliefs());
    }

    private static AgentBuilder agent(FactoredPomdp model) {
        return Agent.of(model).search(tables -> habit(tables, REWARD, 0.95, Choice.DETERMINISTIC))
                .choice(Choice.FULL, Choice.DETERMINISTIC);
    }

    /** Who looks far enough wants to know for the reward's sake alone: no term of G asks for information. */
    @Example
    void theCueIsWorthItsWay() {
        for (FactoredPomdp maze : List.of(ArmMaze.simplified(0.95, 1, 2, -6), ArmMaze.model(0.95, 1, 2, -20))) {
            Agent agent = agent(maze).build(); // its habit is found once
            int right = 0;
            for (int seed = 0; seed < 20; seed++) {
                List<Trace.Step> steps = Rollout.episode(agent, new PomdpWorld(maze), 12, new Rng(seed)).steps();
                assertTrue(steps.stream().anyMatch(step -> step.qs()[0][CUE] > 0.9));
                right += steps.stream().mapToInt(step -> step.outcomes()[OUTCOME]).filter(o -> o != 0).findFirst().orElse(0) == 1 ? 1 : 0;
            }
            assertTrue(right >= 15, right + " of 20: the cue lies once in twenty times");
        }
    }

    private static void rejected(String words, Runnable made) {
        assertTrue(assertThrows(IllegalArgumentException.class, made::run).getMessage().contains(words));
    }

    @Example
    void wrongNumbersAreNamed() {
        rejected("γ 1.0", () -> new Habit.Limits(1, 1, 1));
        rejected("ζ 0.0", () -> new Habit.Limits(0.9, 0, 1));
        FactoredPomdp maze = ArmMaze.simplified(0.95, 1, 2, -6);
        Tables tables = new Tables(maze);
        Habit small = new Habit(tables, new Habit.Limits(0.9, 1, 3), oneStep(tables, REWARD), Perception.EXACT);
        for (int i = 0; i < 2; i++) { // the second time too
            rejected("more than 3 beliefs can be reached", () -> small.G(tables.D()));
        }
        PolicyTree two = new PolicyTree(tables, Policies.all(tables.structure(), 2), REWARD, null, null, null);
        rejected("of 2 steps", () -> new Habit(tables, new Habit.Limits(0.9, 1, 3), two, Perception.EXACT));
    }

    /** A habit is found anew when B was learned, also where it is learned alone. */
    @Example
    void aHabitFollowsWhatIsLearned() {
        FactoredPomdp model = FactoredPomdp.of(Structure.of(new int[] {3}, new int[] {3}, new int[] {2}),
                List.of(Tensor.of(Shape.of(3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1)),
                List.of(Tensor.of(Shape.of(2, 3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1, 0.1, 0.9, 0, 0, 0.1, 0.9, 0, 0, 1)),
                List.of(Tensor.of(0.0, 0.0, 3.0)), List.of(Tensor.of(1.0, 0.0, 0.0)));
        Agent agent = Agent.of(model).perception(Perception.EXACT).countsB(List.of(model.B().getFirst().plus(0.1))).efe(REWARD)
                .tree((tables, oneStep) -> new Habit(tables, new Habit.Limits(0.9, 4, 50), oneStep, Perception.EXACT)).build();
        agent.observe(0);
        agent.plan();
        double[] first = agent.G().clone();
        agent.acted(1);
        agent.observe(0); // it did not move
        agent.learn();
        agent.plan();
        assertTrue(agent.G()[1] > first[1] + 0.01, "to go on is worth less");
        assertArrayEquals(habit(agent.tables(), REWARD, 0.9, 4).G(agent.qs()), agent.G(), 1e-12);
    }

    @Example
    void whatAHabitCanNotBeIsSaidEachTime() {
        FactoredPomdp maze = ArmMaze.simplified(0.95, 1, 2, Double.NEGATIVE_INFINITY);
        Tables tables = new Tables(maze);
        Habit never = habit(tables, REWARD, 0.9, 4);
        for (int i = 0; i < 2; i++) {
            rejected("costs are finite", () -> never.G(tables.D()));
        }
        Efe inductive = REWARD.plus(Efe.of(Term.INDUCTIVE));
        double[][] costs = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        PolicyTree intended = new PolicyTree(tables, Policies.all(tables.structure(), 1), inductive, null, null, costs);
        rejected("leave INDUCTIVE out", () -> new Habit(tables, new Habit.Limits(0.9, 1, 3), intended, Perception.EXACT));
    }
}
