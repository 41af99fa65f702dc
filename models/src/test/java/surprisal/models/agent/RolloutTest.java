package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.env.ArmMaze;
import surprisal.models.env.CueChaining;
import surprisal.models.env.GridWorld;
import surprisal.models.env.GridWorld.Cell;
import surprisal.models.env.PomdpWorld;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.Structure;

/** Episodes are recorded as they happened, can be lived again, and are the same alone and side by side. */
class RolloutTest {
    private static final FactoredPomdp GRID = GridWorld.open(4, 4).model(new Cell(0, 0), new Cell(3, 3), 0, 0.1);

    private static Agent visitor() {
        return Agent.of(ArmMaze.model(0.95, 1, 2, -3)).horizon(4).gamma(4).efe(Efe.of(Term.UTILITY, Term.STATE_GAIN)).build();
    }

    /** Knows nothing of the moves, and wants to. */
    private static Agent explorer() {
        Structure structure = GRID.structure();
        FactoredPomdp naive = FactoredPomdp.of(structure, GRID.A(),
                List.of(Tensor.full(structure.shapeB(0), 1 / 16.0, Precision.FLOAT64)), GRID.C(), GRID.D());
        return Agent.of(naive).horizon(2).efe(Efe.of(Term.PYMDP_NOVELTY_B)).gamma(1).choice(Choice.FULL, 1)
                .countsB(List.of(Tensor.full(structure.shapeB(0), 1, Precision.FLOAT64))).build();
    }

    @Test
    void theTermsAddUpToG() {
        Trace trace = Rollout.episode(visitor(), new PomdpWorld(ArmMaze.model(0.95, 1, 2, -3)), 4, new Rng(0));
        for (Trace.Step step : trace.steps()) {
            for (int p = 0; p < step.G().length; p++) {
                int policy = p;
                assertEquals(step.G()[p], step.terms().values().stream().mapToDouble(x -> x[policy]).sum(), 1e-12);
            }
        }
    }

    @Test
    void whatIsRecordedCanBeLivedAgain() throws IOException {
        Trace trace = Rollout.episode(visitor(), new PomdpWorld(ArmMaze.model(0.95, 1, 2, -3)), 5, new Rng(1));
        Trace read = Trace.of(JsonPlace.root(Json.parse(trace.json().text(), "x")));
        assertEquals(trace.json(), read.json());
        assertEquals(0, Rollout.replay(visitor(), read).distance(trace));
        Agent other = Agent.of(ArmMaze.model(0.9, 1, 2, -3)).horizon(4).gamma(4).efe(Efe.PYMDP).build();
        assertTrue(Rollout.replay(other, read).distance(trace) > 1e-3);
    }

    /** With learning too: from the same counts the same counts. */
    @Test
    void learningCanBeLivedAgain() {
        Agent one = explorer();
        Agent two = explorer();
        Trace trace = Rollout.episode(one, new PomdpWorld(GRID), 30, new Rng(2));
        assertEquals(0, Rollout.replay(two, trace).distance(trace));
        assertArrayEquals(one.countsB().getFirst().copy(), two.countsB().getFirst().copy());
    }

    /** Each move is counted once: 30 observations have 29 moves between them. */
    @Test
    void everyMoveIsCountedOnce() {
        Agent agent = explorer();
        double before = Arrays.stream(agent.countsB().getFirst().copy()).sum();
        Rollout.episode(agent, new PomdpWorld(GRID), 30, new Rng(2));
        assertEquals(29, Arrays.stream(agent.countsB().getFirst().copy()).sum() - before, 1e-9);
    }

    @Test
    void sideBySideIsOneByOne() {
        FactoredPomdp chain = CueChaining.USUAL.withValidity(0.9).model(2, -4);
        List<Trace> together = Rollout.batch(6, i -> Agent.of(chain).horizon(2).choice(Choice.MARGINAL, 1).gamma(1).build(),
                i -> new PomdpWorld(chain), 5, 7);
        Rng root = new Rng(7);
        List<Trace> alone = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            alone.add(Rollout.episode(Agent.of(chain).horizon(2).choice(Choice.MARGINAL, 1).gamma(1).build(),
                    new PomdpWorld(chain), 5, root.split()));
        }
        for (int i = 0; i < 6; i++) {
            assertEquals(alone.get(i).json(), together.get(i).json());
        }
        assertTrue(together.get(0).distance(together.get(1)) > 0, "each has its own stream");
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        assertEquals("an episode of 0 steps: at least 1", assertThrows(IllegalArgumentException.class,
                () -> Rollout.episode(visitor(), new PomdpWorld(GRID), 0, new Rng(0))).getMessage());
        JsonPlace place = JsonPlace.root(Json.parse("[{\"obs\": [0], \"terms\": {\"JOY\": [1]}}]", "x"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Trace.of(place)).getMessage()
                .startsWith("[0].terms: unknown term JOY: known are [UTILITY, RISK"));
    }
}
