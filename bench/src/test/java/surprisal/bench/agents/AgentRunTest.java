package surprisal.bench.agents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.bench.agents.AgentRun.Mind;
import surprisal.bench.agents.AgentRun.Planner;
import surprisal.bench.cli.Surprisal;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.agent.Trace;
import surprisal.models.pomdp.PomdpJson;

class AgentRunTest {
    @TempDir
    private Path folder;

    private static AgentRun run(Place place, int episodes) {
        return new AgentRun(place, Planner.ENUMERATE, place.horizon(), 1, place.steps(), episodes, 0);
    }

    /** The cues tell the truth: whoever wants to know goes through both, and whoever does not finds nothing. */
    @Test
    void theChainIsSolvedThroughBothCues() {
        assertEquals(2, run(Place.CHAIN, 2).outcome(Mind.CURIOUS).successes());
        assertEquals(0, run(Place.CHAIN, 1).outcome(Mind.REWARD_ALONE).successes());
    }

    /** The cue lies once in twenty times: of 100 mazes 95 are expected, less five standard deviations of 2.2. */
    @ParameterizedTest
    @CsvSource({"TMAZE, ENUMERATE", "SIMPLIFIED, ENUMERATE", "SIMPLIFIED, SOPHISTICATED", "SIMPLIFIED, MCTS"})
    void theMazesAreSolvedAsOftenAsTheCueAllows(Place place, Planner planner) {
        int found = new AgentRun(place, planner, 2 + (place == Place.TMAZE ? 2 : 0), 200, place.steps(), 100, 1)
                .outcome(Mind.CURIOUS).successes();
        assertTrue(found >= 84, place + " " + found);
    }

    @Test
    void movesAreLearnedFasterByWhoWantsToLearnThem() {
        AgentRun grid = new AgentRun(Place.GRID, Planner.ENUMERATE, 3, 1, 300, 1, 0);
        double[] curious = grid.learned(true).kl();
        double[] random = grid.learned(false).kl();
        assertTrue(curious[299] < curious[100] && random[299] < random[100]);
        assertTrue(curious[299] < 0.9 * random[299], curious[299] + " against " + random[299]);
    }

    /** Pictures are believed together, so whoever looks on knows: there is nothing left to guess. */
    @ParameterizedTest
    @EnumSource
    void scenesAreNamedRightly(Planner planner) {
        AgentRun scene = new AgentRun(Place.SCENE, planner, Place.SCENE.horizon(), 100, Place.SCENE.steps(), 20, 0);
        assertEquals(20, scene.outcome(Mind.CURIOUS).successes());
    }

    private static int surprisal(StringWriter out, StringWriter err, String... args) {
        return Surprisal.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void whatHappenedIsWritten() throws Exception {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(0, surprisal(out, err, "agent", "run", "bandit", "--episodes", "3", "--out", folder.toString()), err::toString);
        assertTrue(out.toString().contains("in 3 episodes"), out::toString);
        Trace trace = Trace.of(JsonPlace.root(Json.read(folder.resolve("trace.json"))).at("steps"));
        assertEquals(Place.BANDIT.steps(), trace.steps().size());
        assertEquals(Place.BANDIT.model().A().getFirst().shape(),
                PomdpJson.read(folder.resolve("model.json")).model().A().getFirst().shape());
        String file = folder.resolve("trace.json").toString();
        assertEquals(0, surprisal(out, err, "replay", file, "--tol", "0"), out::toString);
        assertTrue(Files.readString(folder.resolve("report.html")).contains("What it considered"));
    }

    /** What a tree decided is computed again from its file, to the last bit. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"sophisticated", "mcts --simulations 60"})
    void treesAreReplayed(String planner) throws Exception {
        StringWriter out = new StringWriter(), err = new StringWriter();
        String line = "agent run simplified --episodes 2 --seed 4 --out " + folder + " --planner " + planner;
        assertEquals(0, surprisal(out, err, line.split(" ", -1)), err::toString);
        assertTrue(Files.readString(folder.resolve("report.html")).contains("2 actions ahead"));
        String file = folder.resolve("trace.json").toString();
        assertEquals(0, surprisal(out, err, "replay", file, "--tol", "0"), out::toString);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "agent; Missing what the agent is to do: run", "agent run; Missing required parameter: 'WORLD'",
        "agent run moon; moon", "agent run chain --planner guess; guess", "agent run chain --horizon 0; '0' is not a whole number",
        "agent run chain --simulations 0; '0' is not a whole number",
        "agent run chain --simulations 9; --simulations 9 is for --planner mcts: enumerate simulates nothing"
    })
    void aWrongOptionIsNamed(String line, String sentence) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(2, surprisal(out, err, line.split(" ", -1)));
        assertTrue(err.toString().contains(sentence), err::toString);
    }

    @Test
    void morePoliciesThanMemoryIsSaid() {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(1, surprisal(out, err, "agent", "run", "chain", "--horizon", "12"));
        assertTrue(err.toString().contains("5 combinations of actions over 12 steps make 2.44e+08 policies"), err::toString);
    }

    @Test
    void jsonIsOneLine() throws Exception {
        StringWriter out = new StringWriter(), err = new StringWriter();
        assertEquals(0, surprisal(out, err, "agent", "run", "simplified", "--episodes", "2", "--json"));
        JsonPlace line = JsonPlace.root(Json.parse(out.toString(), "out"));
        assertEquals("simplified", line.at("world").words());
        assertTrue(line.at("success").number() >= 0);
    }
}
