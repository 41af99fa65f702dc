package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.bench.experiments.MazeRun.Agent;

class MazeRunTest {

    @Test
    void wantingToKnowFindsThePrizeAndWantingRewardGuesses() {
        for (long seed = 0; seed < 3; seed++) {
            int[] found = new MazeRun(seed, 200).found();
            assertTrue(found[Agent.EXPECTED_FREE_ENERGY.ordinal()] >= 190, "of 200: " + found[0]);
            int guessed = found[Agent.REWARD_ALONE.ordinal()]; // 100 ± 4 standard deviations of a fair coin
            assertTrue(guessed >= 72 && guessed <= 128, "of 200: " + guessed);
        }
    }

    @Test
    void bothWaysToTakeGApartAreTheSame() {
        MazeRun run = new MazeRun(0, 1);
        for (Agent agent : Agent.values())
            for (MazeRun.Move move : run.episode(agent, 0).moves())
                for (MazeRun.Choice c : move.choices()) assertEquals(c.G(), -c.epistemic() - c.pragmatic(), 1e-12);
    }

    @Test
    void theFirstMoveIsToTheCueAndTheCueIsBelieved() {
        MazeRun.Episode episode = new MazeRun(0, 1).episode(Agent.EXPECTED_FREE_ENERGY, 0);
        MazeRun.Move first = episode.moves().getFirst();
        assertEquals("go to the cue", first.choices().get(first.chosen()).move());
        assertEquals(0.5, first.left(), 1e-12);
        assertEquals(1 - MazeRun.LIE, Math.max(first.leftAfter(), 1 - first.leftAfter()), 1e-12);
        assertEquals(1, new MazeRun(0, 1).episode(Agent.REWARD_ALONE, 0).moves().size());
    }
}
