package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Variable;

/** A context that lasts, and tasks in it that are too short to find it out. */
class HierarchyTest {
    private static final double STAYS = 0.95;
    private static final double TELLS = 0.9;
    private static final double CUE = 0.65;

    /** The side of the reward, and the side that is chosen: none at first. A cue, and the reward. */
    private static FactoredPomdp task() {
        Structure structure = new Structure(
                List.of(Variable.of("side", "left", "right"), Variable.of("choice", "none", "left", "right")),
                List.of(Variable.of("cue", "left", "right"), Variable.of("reward", "none", "win", "lose")),
                List.of(Variable.of("choose", "none", "left", "right")),
                List.of(List.of(0), List.of(0, 1)),
                List.of(List.of(0), List.of(1)),
                List.of(List.of(), List.of(0)));
        double[] B = new double[27];
        for (int u = 0; u < 3; u++) {
            for (int s = 0; s < 3; s++) {
                B[(u * 3 + s) * 3 + u] = 1;
            }
        }
        return FactoredPomdp.of(structure,
                List.of(Tensor.of(Shape.of(2, 2), CUE, 1 - CUE, 1 - CUE, CUE),
                        Tensor.of(Shape.of(2, 3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0)),
                List.of(Tensor.of(Shape.of(2, 2), 1, 0, 0, 1), Tensor.of(Shape.of(3, 3, 3), B)),
                List.of(Tensor.of(0.0, 0.0), Tensor.of(-1.0, 3.0, -3.0)),
                List.of(Tensor.of(0.5, 0.5), Tensor.of(1.0, 0.0, 0.0)));
    }

    /** The side that is usual now, and that nothing is chosen to begin with. */
    private static FactoredPomdp context() {
        Structure structure = new Structure(List.of(Variable.of("context", 2)),
                List.of(Variable.of("side", "left", "right"), Variable.of("choice", "none", "left", "right")), List.of(),
                List.of(List.of(0), List.of()), List.of(List.of(0)), List.of(List.of()));
        return FactoredPomdp.of(structure,
                List.of(Tensor.of(Shape.of(2, 2), TELLS, 1 - TELLS, 1 - TELLS, TELLS), Tensor.of(1.0, 0.0, 0.0)),
                List.of(Tensor.of(Shape.of(2, 2), STAYS, 1 - STAYS, 1 - STAYS, STAYS)),
                List.of(Tensor.of(0.0, 0.0), Tensor.of(0.0, 0.0, 0.0)), List.of(Tensor.of(0.5, 0.5)));
    }

    /** Sees, and acts. */
    @FunctionalInterface
    private interface Life {
        int step(int... seen);
    }

    /** How many of 400 tasks are won. */
    private static int wins(long seed, Runnable begin, Life life) {
        SplittableRandom random = new SplittableRandom(seed);
        int context = 0;
        int wins = 0;
        for (int task = 0; task < 400; task++) {
            context = random.nextDouble() < STAYS ? context : 1 - context;
            int side = random.nextDouble() < TELLS ? context : 1 - context;
            begin.run();
            int choice = life.step(random.nextDouble() < CUE ? side : 1 - side, 0);
            int reward = choice == 0 ? 0 : choice - 1 == side ? 1 : 2;
            life.step(random.nextDouble() < CUE ? side : 1 - side, reward);
            wins += reward == 1 ? 1 : 0;
        }
        return wins;
    }

    @Test
    void theUpperLevelIsNeeded() {
        Hierarchy both = new Hierarchy(Agent.of(context()).build(), Agent.of(task()).build(), Hierarchy.Links.beginnings(0, 1), 2);
        int withContext = wins(1, () -> { }, seen -> {
            both.observe(seen);
            both.plan();
            return both.act(null);
        });
        Agent flat = Agent.of(task()).build();
        int without = wins(1, flat::begin, seen -> {
            flat.observe(seen);
            flat.plan();
            return flat.act(null);
        });
        assertTrue(without > 0.58 * 400 && without < 0.72 * 400, "by the cue alone: " + without);
        assertTrue(withContext > 0.78 * 400, "with the context: " + withContext + ", by the cue alone: " + without);
    }

    @Test
    void withNothingAboveItIsTheFlatAgent() {
        Structure structure = new Structure(List.of(Variable.of("nothing", 1)), List.of(Variable.of("nothing", 1)), List.of(),
                List.of(List.of(0)), List.of(List.of(0)), List.of(List.of()));
        FactoredPomdp nothing = FactoredPomdp.of(structure, List.of(Tensor.of(Shape.of(1, 1), 1.0)),
                List.of(Tensor.of(Shape.of(1, 1), 1.0)), List.of(Tensor.of(new double[] {0})), List.of(Tensor.of(new double[] {1})));
        Hierarchy one = new Hierarchy(Agent.of(nothing).build(), Agent.of(task()).build(), Hierarchy.Links.beginnings(-1), 3);
        Agent flat = Agent.of(task()).build();
        SplittableRandom random = new SplittableRandom(3);
        for (int t = 0; t < 12; t++) {
            int[] seen = {random.nextInt(2), -1};
            double[][] expected = flat.observe(seen);
            double[][] actual = one.observe(seen);
            for (int f = 0; f < 2; f++) {
                assertArrayEquals(expected[f], actual[f]);
            }
            assertArrayEquals(flat.plan(), one.plan());
            assertEquals(flat.act(null), one.act(null));
        }
    }

    /** Where the beginning is seen for sure, the upper level sees it too: it is one agent that observes sides. */
    @Test
    void aBeginningThatIsKnownIsAnOutcome() {
        FactoredPomdp task = task();
        FactoredPomdp sure = new FactoredPomdp(task.structure(),
                List.of(Tensor.of(Shape.of(2, 2), 1.0, 0.0, 0.0, 1.0), task.A().get(1)), task.B(), task.C(), task.D());
        Hierarchy both = new Hierarchy(Agent.of(context()).build(), Agent.of(sure).build(), Hierarchy.Links.beginnings(0, 1), 2);
        Agent alone = Agent.of(context()).build();
        SplittableRandom random = new SplittableRandom(5);
        for (int task2 = 0; task2 < 10; task2++) {
            int side = random.nextInt(2);
            for (int t = 0; t < 2; t++) {
                both.observe(side, -1);
                both.plan();
                both.act(null);
            }
            double[][] expected = alone.observe(side, 0);
            alone.plan();
            alone.act(null);
            assertArrayEquals(expected[0], both.upper().qs()[0], 1e-12);
        }
    }

    @Test
    void preferencesComeFromAbove() {
        FactoredPomdp context = context();
        Structure structure = new Structure(context.structure().factors(), List.of(Variable.of("wanted", "none", "win", "lose")),
                List.of(), List.of(List.of(0)), List.of(List.of(0)), List.of(List.of()));
        FactoredPomdp perverse = FactoredPomdp.of(structure, List.of(Tensor.of(Shape.of(2, 3), 0.01, 0.98, 0.01, 0.01, 0.01, 0.98)),
                context.B(), List.of(Tensor.of(0.0, 0.0, 0.0)), List.of(Tensor.of(0.0, 1.0)));
        Hierarchy both = new Hierarchy(Agent.of(perverse).build(), Agent.of(task()).build(),
                new Hierarchy.Links(new int[] {-1}, new int[] {1}), 2);
        both.observe(0, 0);
        both.plan();
        assertEquals(2, both.act(null), "it is cued left, and wants to lose");
    }

    @Test
    void linksThatDoNotFitAreNamed() {
        Agent upper = Agent.of(context()).build();
        Agent lower = Agent.of(task()).build();
        assertThrows(IllegalArgumentException.class, () -> new Hierarchy(upper, lower, Hierarchy.Links.beginnings(0), 2));
        assertThrows(IllegalArgumentException.class, () -> new Hierarchy(upper, lower, Hierarchy.Links.beginnings(1, 0), 2));
        assertThrows(IllegalArgumentException.class, () -> new Hierarchy(upper, lower, Hierarchy.Links.beginnings(0, 2), 2));
        assertThrows(IllegalArgumentException.class, () -> new Hierarchy(upper, lower, Hierarchy.Links.beginnings(0, 1), 0));
        says("upper modalities 0 and 2 both set the beginning of lower factor 1", () -> Hierarchy.Links.beginnings(1, 0, 1));
        says("upper modalities 1 and 2 both set the preferences of lower modality 0",
                () -> new Hierarchy.Links(new int[] {0, -1, -1}, new int[] {-1, 0, 0}));
    }

    private static void says(String words, Executable made) {
        String message = assertThrows(IllegalArgumentException.class, made).getMessage();
        assertTrue(message.contains(words), message);
    }

    private static FactoredPomdp with(Structure structure, List<Tensor> B, List<Tensor> C) {
        return FactoredPomdp.of(structure, task().A(), B, C, task().D());
    }

    /** What follows of a beginning is only told of factors that depend on themselves alone; with one step nothing follows. */
    @Test
    void factorsThatDependOnOthersAreRefusedWhereTheyAreSmoothed() {
        Structure s = task().structure();
        Structure coupled = new Structure(s.factors(), s.modalities(), s.actions(), s.parentsA(), List.of(List.of(0, 1), List.of(1)),
                s.actionsB());
        Tensor side = Tensor.of(Shape.of(2, 3, 2), 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1);
        Agent lower = Agent.of(with(coupled, List.of(side, task().B().get(1)), task().C())).build();
        Agent upper = Agent.of(context()).build();
        says("lower factor side depends on others: what 2 steps say",
                () -> new Hierarchy(upper, lower, Hierarchy.Links.beginnings(0, 1), 2));
        new Hierarchy(upper, lower, Hierarchy.Links.beginnings(-1, -1), 2);
        Hierarchy one = new Hierarchy(upper, lower, Hierarchy.Links.beginnings(0, 1), 1);
        one.observe(0, 0);
        assertTrue(upper.qs()[0][0] > 0.5, "it is told of the cue");
    }

    /** A preference by time has no row that is now: it is refused, but not where another modality is set. */
    @Test
    void preferencesByTimeAreNotSetFromAbove() {
        List<Tensor> byTime = List.of(Tensor.of(Shape.of(2, 2), 0, 0, 1, 0), task().C().get(1));
        Agent lower = Agent.of(with(task().structure(), task().B(), byTime)).build();
        Agent upper = Agent.of(context()).build();
        says("C of lower modality cue changes with the step",
                () -> new Hierarchy(upper, lower, new Hierarchy.Links(new int[] {-1, -1}, new int[] {0, -1}), 1));
        new Hierarchy(upper, lower, new Hierarchy.Links(new int[] {-1, -1}, new int[] {-1, 1}), 1);
    }

    /** Between two things that it sees the upper level acts. Where that was forgotten, nothing is lost. */
    @Test
    void theUpperLevelActsBetweenWhatItSees() {
        Hierarchy told = new Hierarchy(Agent.of(context()).build(), Agent.of(task()).build(), Hierarchy.Links.beginnings(0, 1), 1);
        Hierarchy untold = new Hierarchy(Agent.of(context()).build(), Agent.of(task()).build(), Hierarchy.Links.beginnings(0, 1), 1);
        for (int t = 0; t < 3; t++) {
            assertArrayEquals(untold.observe(t % 2, 0), told.observe(t % 2, 0));
            String message = assertThrows(IllegalStateException.class, () -> told.observe(0, 0)).getMessage();
            assertTrue(message.contains("act, then observe"), message);
            assertArrayEquals(untold.plan(), told.plan());
            assertEquals(untold.act(null), told.act(null));
            assertArrayEquals(untold.upper().qs()[0], told.upper().qs()[0]);
        }
    }

    /** An upper step that the upper level takes for impossible is said to be so, and the next one takes its place. */
    @Test
    void whatTheUpperLevelRefusesIsNotTheEndOfIt() {
        boolean[] deaf = {true};
        Agent upper = Agent.of(context()).perception((field, prior) -> !deaf[0] && AgentBuilder.Perception.EXACT.infer(field, prior))
                .build();
        Hierarchy both = new Hierarchy(upper, Agent.of(task()).build(), Hierarchy.Links.beginnings(0, 1), 2);
        Hierarchy fresh = new Hierarchy(Agent.of(context()).perception(AgentBuilder.Perception.EXACT).build(), Agent.of(task()).build(),
                Hierarchy.Links.beginnings(0, 1), 2);
        step(both);
        says("are impossible under the belief", () -> both.observe(0, -1));
        deaf[0] = false;
        both.plan();
        both.act(null);
        for (int t = 0; t < 2; t++) {
            step(both);
            step(fresh);
        }
        assertArrayEquals(fresh.upper().qs()[0], both.upper().qs()[0]);
    }

    private static void step(Hierarchy hierarchy) {
        hierarchy.observe(0, -1);
        hierarchy.plan();
        hierarchy.act(null);
    }
}
