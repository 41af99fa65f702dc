package surprisal.models.env;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.ExpectedFreeEnergy;
import surprisal.models.World;
import surprisal.models.dist.Categorical;
import surprisal.models.plan.Enumerate;
import surprisal.models.plan.Objective;
import surprisal.models.pomdp.Pomdp;

class TMazeTest {

    private static final int CENTRE = 0;
    private static final int LEFT = 1;
    private static final int RIGHT = 2;
    private static final int CUE = 3;

    /** What an agent did, and whether it stood at the prize in the end. */
    private record Episode(List<Integer> actions, boolean won) {}

    private static Episode episode(TMaze maze, Pomdp model, Objective<Tensor> G, Rng rng) {
        List<Integer> actions = new ArrayList<>();
        Tensor qs = model.update(model.D(), maze.reset(rng));
        while (true) {
            int action = new Enumerate(TMaze.ACTIONS, 2).plan(model, G, qs).best()[0];
            actions.add(action);
            Environment.Step step = maze.step(action, rng);
            qs = model.update(model.predict(qs, model.action(action)), step.observation());
            if (step.terminated() || step.truncated()) {
                return new Episode(actions, maze.atPrize());
            }
        }
    }

    private static int outcome(Tensor seen) {
        assertEquals(1, seen.sum().item());
        for (int o = 0; o < 7; o++) {
            if (seen.at(o) == 1) {
                return o;
            }
        }
        throw new AssertionError(seen);
    }

    @Test
    void rowsSayWhatIsSeenWhere() {
        Pomdp model = TMaze.model(0.02);
        double[][] A = {
            {1, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0},
            {0, 0, 0, 0.9, 0.1, 0, 0}, {0, 0, 0, 0.1, 0.9, 0, 0},
            {0, 0, 0, 0, 0, 0.1, 0.9}, {0, 0, 0, 0, 0, 0.9, 0.1},
            {0, 0.98, 0.02, 0, 0, 0, 0}, {0, 0.02, 0.98, 0, 0, 0, 0},
        };
        for (int s = 0; s < 8; s++) {
            for (int o = 0; o < 7; o++) {
                assertEquals(A[s][o], model.A().at(7 * s + o), 1e-15, "P(" + o + "|" + s + ")");
            }
        }
        assertEquals("[0.5, 0.5, 0, 0, 0, 0, 0, 0]", model.D().toString());
    }

    /** The prize stays where it is; arms are traps; from elsewhere every place is one step away. */
    @Test
    void movesAreAsTheyAreNamed() {
        Pomdp model = TMaze.model(0);
        for (int place = 0; place < 4; place++) {
            for (int side = 0; side < 2; side++) {
                for (int u = 0; u < 4; u++) {
                    int to = place == LEFT || place == RIGHT || u == 0 ? place : u;
                    Tensor from = Tensor.oneHot(8, model.precision(), 2 * place + side).reshape(8);
                    assertEquals(1, model.predict(from, model.action(u)).at(2 * to + side));
                }
            }
        }
    }

    /** Each place is visited in 4000 episodes; frequencies are within 5 standard errors of A's rows, and zeros are exact. */
    @Test
    void frequenciesAreThoseOfTheModel() {
        TMaze maze = new TMaze(0.2, 0.7);
        Pomdp model = TMaze.model(0.2, 0.7);
        Rng rng = new Rng(11);
        int[][] counts = new int[8][7];
        for (int i = 0; i < 16_000; i++) {
            Tensor seen = maze.reset(rng);
            int place = i % 4;
            if (place != CENTRE) {
                seen = maze.step(place, rng).observation();
            }
            int side = place == LEFT || place == RIGHT ? side(maze, place) : sideByStepping(maze, rng);
            counts[2 * place + side][outcome(seen)]++;
        }
        for (int s = 0; s < 8; s++) {
            int n = 0;
            for (int count : counts[s]) {
                n += count;
            }
            assertEquals(2000, n, 5 * Math.sqrt(4000 * 0.25));
            for (int o = 0; o < 7; o++) {
                double p = model.A().at(7 * s + o);
                assertEquals(p, (double) counts[s][o] / n, 5 * Math.sqrt(p * (1 - p) / n), "P(" + o + "|" + s + ")");
            }
        }
    }

    private static int side(TMaze maze, int place) { return maze.atPrize() ? place - 1 : 2 - place; }

    private static int sideByStepping(TMaze maze, Rng rng) {
        maze.step(LEFT, rng);
        return side(maze, LEFT);
    }

    /** Risk + ambiguity: looks first, then goes where the cue says, which is right 98 times in 100. */
    @Test
    void expectedFreeEnergyLooksAtTheCueFirst() {
        Pomdp model = TMaze.model(0.02);
        Tensor C = Categorical.ofLogits(0, 0, 0, 3, -3, 3, -3).probs();
        Objective<Tensor> risk = qs -> ExpectedFreeEnergy.risk(qs, model.A(), C);
        Objective<Tensor> G = risk.plus(qs -> ExpectedFreeEnergy.ambiguity(qs, model.A()));
        TMaze maze = new TMaze();
        Rng rng = new Rng(0);
        int won = 0;
        for (int i = 0; i < 200; i++) {
            Episode episode = episode(maze, model, G, rng);
            assertEquals(CUE, episode.actions().getFirst());
            assertEquals(2, episode.actions().size());
            won += episode.won() ? 1 : 0;
        }
        assertTrue(won >= 190, won + " of 200");
    }

    /** The pragmatic value alone, with a small cost of waiting: it goes straight for an arm, and is right by chance. */
    @Test
    void rewardAloneDoesNotLook() {
        Pomdp model = TMaze.model(0.02);
        Tensor C = Categorical.ofLogits(-0.1, -0.1, -0.1, 3, -3, 3, -3).probs();
        Objective<Tensor> G = qs -> ExpectedFreeEnergy.pragmatic(qs, model.A(), C).neg();
        TMaze maze = new TMaze();
        Rng rng = new Rng(0);
        int won = 0;
        int looked = 0;
        for (int i = 0; i < 200; i++) {
            Episode episode = episode(maze, model, G, rng);
            looked += episode.actions().contains(CUE) ? 1 : 0;
            won += episode.won() ? 1 : 0;
        }
        assertEquals(100, won, 5 * Math.sqrt(200 * 0.25));
        assertTrue(looked < 20, "looked " + looked + " times");
    }

    @Test
    void episodesEndInAnArmOrAfterEightMoves() {
        TMaze maze = new TMaze();
        Rng rng = new Rng(1);
        assertEquals("the episode in the T-maze has not begun: reset() begins one",
                assertThrows(IllegalStateException.class, () -> maze.step(0, rng)).getMessage());
        maze.reset(rng);
        Environment.Step in = maze.step(LEFT, rng);
        assertTrue(in.terminated() && !in.truncated());
        assertEquals(1, Math.abs(in.reward()));
        assertEquals("the episode in the T-maze has ended: reset() begins one",
                assertThrows(IllegalStateException.class, () -> maze.step(0, rng)).getMessage());
        maze.reset(rng);
        for (int i = 1; i <= 8; i++) {
            Environment.Step step = maze.step(i % 2 * CUE, rng);
            assertEquals(0, step.reward());
            assertTrue(!step.terminated() && step.truncated() == (i == 8));
        }
        assertThrows(IllegalStateException.class, () -> maze.step(0, rng));
        maze.reset(rng);
        assertEquals("action 4 in the T-maze: there are 0 to 3",
                assertThrows(IllegalArgumentException.class, () -> maze.step(4, rng)).getMessage());
        assertEquals("win is 1.5: a probability is in [0, 1]",
                assertThrows(IllegalArgumentException.class, () -> new TMaze(0.1, 1.5)).getMessage());
        assertEquals("lie is NaN: a probability is in [0, 1]",
                assertThrows(IllegalArgumentException.class, () -> TMaze.model(Double.NaN)).getMessage());
    }

    @Test
    void sameSeedSameEpisode() {
        for (long seed = 0; seed < 20; seed++) {
            Rng a = new Rng(seed);
            Rng b = new Rng(seed);
            TMaze one = new TMaze(0.3, 0.6);
            TMaze two = new TMaze(0.3, 0.6);
            assertEquals(one.reset(a).toString(), two.reset(b).toString());
            for (int action : new int[] {CUE, 0, CUE, RIGHT}) {
                Environment.Step first = one.step(action, a);
                Environment.Step second = two.step(TMaze.model(0).action(action), b);
                assertEquals(first.observation().toString(), second.observation().toString());
                assertEquals(first.reward(), second.reward());
            }
            assertEquals(one.atPrize(), two.atPrize());
            assertEquals(a.state(), b.state());
        }
        assertEquals(4, World.numbers(TMaze.model(0).action(0)).length);
    }
}
