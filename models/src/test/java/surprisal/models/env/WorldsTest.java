package surprisal.models.env;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.Goldens;
import surprisal.models.env.GridWorld.Cell;
import surprisal.models.pomdp.FactoredPomdp;

/** The worlds have the numbers of pymdp's where it has them, and happen as their models say. */
class WorldsTest {
    private static final double EXACT = 1e-15; // 1 − 0.95 here, 0.05 there

    private static void assertSame(List<Tensor> expected, List<Tensor> found) {
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).shape(), found.get(i).shape());
            assertArrayEquals(expected.get(i).array().doubles(), found.get(i).array().doubles(), EXACT);
        }
    }

    private static void assertWorld(String golden, FactoredPomdp world) {
        FactoredPomdp expected = Goldens.model(golden).model();
        assertEquals(expected.structure().parentsA(), world.structure().parentsA());
        assertEquals(expected.structure().parentsB(), world.structure().parentsB());
        assertSame(expected.A(), world.A());
        for (int f = 0; f < world.B().size(); f++) { // there a factor without a choice has an action of one value
            assertArrayEquals(expected.B().get(f).array().doubles(), world.B().get(f).array().doubles(), EXACT);
        }
    }

    @Test
    void theMazeOfPymdp() {
        assertWorld("traces/trace-tmaze.json", ArmMaze.model(0.95, 1, 2, -3));
    }

    @Test
    void theSimplifiedMazeOfPymdp() {
        assertWorld("traces/si-simplified-full.json", ArmMaze.simplified(0.95, 1, 2, -6));
    }

    @Test
    void theGridOfPymdp() {
        FactoredPomdp grid = new GridWorld(4, 4, Set.of(new Cell(1, 1))).model(new Cell(0, 0), new Cell(3, 3), 3, 0.1);
        assertWorld("traces/trace-gridworld.json", grid);
        assertSame(Goldens.model("traces/trace-gridworld.json").model().D(), grid.D());
    }

    @Test
    void theCuesOfPymdp() {
        FactoredPomdp chain = CueChaining.USUAL.model(2, -4);
        assertWorld("traces/trace-cue-chaining.json", chain);
        assertSame(Goldens.model("traces/trace-cue-chaining.json").model().D(), chain.D());
        assertEquals(-4, chain.C().get(3).at(2));
    }

    @Test
    void clustersAreHallsInARow() {
        GraphWorld graph = GraphWorld.clusters(3, 3);
        assertEquals(List.of("hall 0", "room 1", "room 2", "hall 3", "room 4", "room 5", "hall 6", "room 7", "room 8", "room 9"),
                graph.rooms());
        assertEquals(List.of(new GraphWorld.Way(0, 1), new GraphWorld.Way(0, 2), new GraphWorld.Way(0, 3),
                new GraphWorld.Way(3, 4)), graph.ways().subList(0, 4));
    }

    static Stream<FactoredPomdp> worlds() {
        return Stream.of(ArmMaze.model(0.9, 0.8, 1, -1), ArmMaze.simplified(0.9, 0.8, 1, -1),
                new GridWorld(3, 4, Set.of(new Cell(1, 1))).model(new Cell(0, 0), new Cell(2, 3), 1, 0.2),
                CueChaining.USUAL.withValidity(0.8).model(1, -1), GraphWorld.clusters(2, 3).model(0, 1),
                Bandit.model(0.7, 0.8, 2, -4), CueMaze.USUAL.model(1, -1), Scene.model(0.9, 1, -1));
    }

    /** What is seen and what comes next is possible under the model, in every world, and the same from the same seed. */
    @ParameterizedTest
    @MethodSource("worlds")
    void whatHappensIsPossible(FactoredPomdp model) {
        PomdpWorld world = new PomdpWorld(model);
        PomdpWorld twin = new PomdpWorld(model);
        Rng rng = new Rng(3);
        Rng same = new Rng(3);
        Rng actions = new Rng(4);
        assertArrayEquals(world.begin(rng), twin.begin(same));
        for (int t = 0; t < 200; t++) {
            int[] before = world.state();
            int joint = actions.below(model.structure().jointActions());
            int[] seen = world.act(joint, rng);
            assertArrayEquals(seen, twin.act(joint, same));
            int[] after = world.state();
            int[] single = model.structure().decode(joint);
            for (int f = 0; f < after.length; f++) {
                int row = 0;
                for (int a : model.structure().actionsB().get(f)) {
                    row = row * model.structure().actions().get(a).size() + single[a];
                }
                for (int d : model.structure().parentsB().get(f)) {
                    row = row * model.structure().factors().get(d).size() + before[d];
                }
                assertTrue(model.B().get(f).at(row * model.structure().factors().get(f).size() + after[f]) > 0);
            }
            for (int m = 0; m < seen.length; m++) {
                int row = 0;
                for (int d : model.structure().parentsA().get(m)) {
                    row = row * model.structure().factors().get(d).size() + after[d];
                }
                assertTrue(model.A().get(m).at(row * model.structure().modalities().get(m).size() + seen[m]) > 0);
            }
        }
    }

    /** A cue that is right four times of five: the share within five standard deviations of 10,000 draws, 0.02. */
    @Test
    void drawsHaveTheirProbabilities() {
        PomdpWorld world = new PomdpWorld(ArmMaze.simplified(0.8, 1, 1, -1));
        Rng rng = new Rng(1);
        world.begin(rng);
        int truths = 0;
        for (int t = 0; t < 10_000; t++) {
            truths += world.act(3, rng)[0] == 3 + world.state()[1] ? 1 : 0;
        }
        assertEquals(0.8, truths / 10_000.0, 0.02);
    }

    @Test
    void wallsAndBordersStop() {
        GridWorld grid = new GridWorld(2, 2, Set.of(new Cell(0, 1)));
        assertEquals(new Cell(0, 0), grid.move(new Cell(0, 0), "right"));
        assertEquals(new Cell(0, 0), grid.move(new Cell(0, 0), "up"));
        assertEquals(new Cell(1, 0), grid.move(new Cell(0, 0), "down"));
    }

    /** By hand: a mirrored feeding scene has its bird top right and the seed top left. */
    @Test
    void aMirroredScene() {
        FactoredPomdp scene = Scene.model(1, 1, -1);
        Tensor what = scene.A().getFirst(); // [scene × mirrored × upside down, look, what]
        assertEquals(1, what.at((((1 * 2 + 1) * 2 + 0) * 8 + 2) * 6 + 1));
        assertEquals(1, what.at((((1 * 2 + 1) * 2 + 0) * 8 + 1) * 6 + 2));
        assertEquals(1, what.at((((2 * 2 + 0) * 2 + 1) * 8 + 2) * 6 + 2), "waiting, upside down: the seed is top right");
    }

    @Test
    void asAnEnvironmentTheWorldPaysItsPreferences() {
        PomdpWorld world = new PomdpWorld(ArmMaze.simplified(1, 1, 2, -6));
        Rng rng = new Rng(0);
        Tensor first = world.reset(rng);
        assertEquals(8, first.shape().size());
        Environment.Step step = world.step(world.model().action(1 + world.state()[1]), rng);
        assertEquals(2, step.reward());
        assertEquals(1, step.observation().at(5 + 1));
    }

    @Test
    void whatIsWrongIsNamed() {
        PomdpWorld world = new PomdpWorld(Bandit.model(1, 1, 1, -1));
        assertEquals("no episode has begun: begin() or reset() begins one",
                assertThrows(IllegalStateException.class, () -> world.act(0, new Rng(0))).getMessage());
        world.begin(new Rng(0));
        assertEquals("combination 4 of actions: there are 0 to 3",
                assertThrows(IllegalArgumentException.class, () -> world.act(4, new Rng(0))).getMessage());
        assertEquals("the drawing has 1 × A and 1 × a: a cue has one place and two cells",
                assertThrows(IllegalArgumentException.class, () -> CueMaze.of("S.Aa")).getMessage());
        assertEquals("the cell (0, 1) is a wall: start and goal are free cells", assertThrows(IllegalArgumentException.class,
                () -> new GridWorld(1, 2, Set.of(new Cell(0, 1))).model(new Cell(0, 0), new Cell(0, 1), 1, 0)).getMessage());
    }
}
