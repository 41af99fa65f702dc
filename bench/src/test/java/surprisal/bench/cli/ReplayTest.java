package surprisal.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.agent.Agent;
import surprisal.models.agent.AgentBuilder.Perception;
import surprisal.models.agent.Branching;
import surprisal.models.agent.Efe;
import surprisal.models.agent.Sophisticated;
import surprisal.models.pomdp.PomdpJson;

/** Files of pymdp's answers are within 1e-9; a file with one changed number is not, and says in which quantity. */
class ReplayTest {
    private static final Path GOLDENS = Path.of("..", "models", "src", "test", "resources", "surprisal", "models", "goldens");

    @TempDir
    private Path folder;

    private record Outcome(int code, String out, String err) {}

    private static Outcome replay(String... args) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        String[] all = Stream.concat(Stream.of("replay"), Stream.of(args)).toArray(String[]::new);
        int code = Surprisal.run(new PrintWriter(out), new PrintWriter(err), all);
        return new Outcome(code, out.toString(), err.toString());
    }

    @Test
    void everyFileIsWithinTheTolerance() {
        Outcome outcome = replay(GOLDENS.resolve("pymdp").toString(), GOLDENS.resolve("traces").toString());
        assertEquals(0, outcome.code, outcome.out + outcome.err);
        assertTrue(outcome.out.contains("all 36 files are within 1.0e-09"), outcome.out);
        for (String quantity : List.of("neg_efe", "q_pi", "qs", "vfe", "pA", "pB", "I", "joints", "nodes", "action_marginals")) {
            assertTrue(outcome.out.lines().anyMatch(line -> line.startsWith(quantity + " ")), quantity);
        }
    }

    /** The last answer of a file, with another number. */
    @ParameterizedTest
    @CsvSource({
        "pymdp/states-1, vfe", "pymdp/states-2, qs", "pymdp/sequences-5, qs", "pymdp/sequences-1, smoothed",
        "pymdp/sequences-1, joints", "pymdp/policies-3, neg_efe", "pymdp/policies-2, q_pi", "pymdp/policies-4, action_marginals",
        "pymdp/learning-2, pB", "pymdp/learning-3, A", "pymdp/inductive-1, I", "traces/trace-tmaze, qs",
        "traces/trace-cue-chaining, q_pi", "traces/si-simplified-deep, nodes_f64", "traces/si-simplified-full, q_pi_f64"
    })
    void aChangedNumberIsSeen(String name, String quantity) throws IOException {
        String text = Files.readString(GOLDENS.resolve(name + ".json"));
        String key = quantity.equals("smoothed") ? "marginals" : quantity;
        int at = text.lastIndexOf("\"" + key + "\"") + key.length() + 3;
        while (!Character.isDigit(text.charAt(at))) at++;
        int end = at;
        while ("0123456789.eE-+".indexOf(text.charAt(end)) >= 0) end++;
        double changed = Double.parseDouble(text.substring(at, end)) + 1e-8;
        Path file = folder.resolve("changed.json");
        Files.writeString(file, text.substring(0, at) + changed + text.substring(end));
        Outcome outcome = replay(file.toString());
        assertEquals(1, outcome.code, outcome.out);
        String line = outcome.out.lines().findFirst().orElseThrow();
        assertTrue(line.contains("BAD") && line.contains(quantity.replace("_f64", "") + " 1.0e-08"), line);
        assertEquals(0, replay(file.toString(), "--tol", "1e-7").code);
    }

    /** The same file in other words: outcomes as distributions, C by time, a second control of one action, what follows left out. */
    @ParameterizedTest
    @CsvSource({"pymdp/states-4, soft", "pymdp/sequences-1, soft", "pymdp/policies-2, byTime", "pymdp/policies-1, controls",
        "pymdp/learning-1, bare"})
    void otherWordsAreTheSame(String name, String words) throws IOException {
        Map<String, Json> file = new LinkedHashMap<>(members(Json.read(GOLDENS.resolve(name + ".json"))));
        List<Json> outcomes = elements(file.get("num_obs"));
        switch (words) {
            case "soft" -> file.put("cases", each(file.get("cases"), one -> {
                Map<String, Json> changed = new LinkedHashMap<>(members(one));
                List<Json> seen = elements(changed.get("obs"));
                changed.put("obs", Json.of(IntStream.range(0, seen.size())
                        .mapToObj(m -> soft(seen.get(m), (int) number(outcomes.get(m)))).toList()));
                return Json.of(changed);
            }));
            case "byTime" -> file.put("C", each(file.get("C"), C -> Json.of(List.of(C, C, C))));
            case "controls" -> {
                file.put("num_controls", Json.of(2, 1));
                file.put("B_action_dependencies", Json.of(List.of(Json.of(0, 1))));
                for (String array : List.of("B", "pB")) {
                    file.put(array, each(file.get(array), B -> each(B, row -> each(row, column -> each(column,
                            p -> Json.of(List.of(p)))))));
                }
                file.put("cases", each(file.get("cases"), one -> {
                    Map<String, Json> changed = new LinkedHashMap<>(members(one));
                    changed.put("policies", each(changed.get("policies"), policy -> each(policy,
                            u -> Json.of(List.of(elements(u).getFirst(), Json.of(0.0))))));
                    return Json.of(changed);
                }));
            }
            default -> List.of("num_states", "num_obs", "num_controls", "A_dependencies", "B_dependencies").forEach(file::remove);
        }
        Path path = folder.resolve("words.json");
        Json.of(file).write(path);
        Outcome outcome = replay(path.toString());
        assertEquals(0, outcome.code, outcome.out + outcome.err);
    }

    /** A habit counts at the root of a tree and inside it: by an agent that is told the same. */
    @Test
    void treesTakeAHabit() throws IOException {
        Map<String, Json> file = new LinkedHashMap<>(members(Json.read(GOLDENS.resolve("traces/si-simplified-full.json"))));
        Path path = folder.resolve("habit.json");
        file.put("E", Json.of(0.25, 0.25, 0.25, 0.25));
        Json.of(file).write(path);
        assertEquals(0, replay(path.toString()).code, "an even habit changes nothing");
        double[] E = {0.7, 0.1, 0.1, 0.1};
        file.put("E", Json.of(E));
        Json.of(file).write(path);
        assertEquals(1, replay(path.toString()).code);
        Agent agent = Agent.of(PomdpJson.of(JsonPlace.root(Json.of(file)), "E", "settings", "obs", "policies", "q_pi", "q_pi_f64",
                        "nodes", "nodes_f64").model())
                .efe(Efe.PYMDP).perception(Perception.PYMDP).gamma(3).habit(E)
                .tree((tables, oneStep) -> new Sophisticated(tables, new Sophisticated.Limits(2, 3, 0, 0, 0, 5000), oneStep,
                        Perception.PYMDP, E, Branching.OUTCOMES))
                .build();
        agent.observe(0, 0);
        file.put("q_pi_f64", Json.of(agent.plan()));
        file.remove("nodes_f64");
        Json.of(file).write(path);
        assertEquals(0, replay(path.toString(), "--tol", "1e-12").code);
    }

    /** What a file gives, and not what is compared with, must be what it says it is. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "pymdp/states-0; prior; [[9, 9, 9, 9], [1, 0, 0], [1, 0, 0]]; cases[0].prior[0]: the belief about s0 sums to 36.0",
        "pymdp/policies-1; gamma; -1; cases[0].gamma: precision γ is -1.0: it takes a finite number ≥ 0",
        "pymdp/learning-1; lr_pA; -1; cases[0].lr_pA: learning rate is -1.0: it takes a finite number ≥ 0",
        "pymdp/policies-1; E; [-1, 2]; cases[0].E: a habit is [-1.0, 2.0]: it takes weights ≥ 0 for the policies, and one above 0",
        "pymdp/inductive-1; depth; 0; intentions with depth 0"
    })
    void whatIsGivenIsChecked(String name, String key, String value, String sentence) throws IOException {
        Map<String, Json> file = new LinkedHashMap<>(members(Json.read(GOLDENS.resolve(name + ".json"))));
        Map<String, Json> one = new LinkedHashMap<>(members(elements(file.get("cases")).getFirst()));
        one.put(key, Json.parse(value, "value"));
        file.put("cases", Json.of(List.of(Json.of(one))));
        Path path = folder.resolve("given.json");
        Json.of(file).write(path);
        Outcome outcome = replay(path.toString());
        assertEquals(1, outcome.code);
        assertTrue(outcome.err.contains(sentence), outcome.err);
    }

    /** In an arm of the maze nothing moves, so the beliefs are the same where the actions there are not known. */
    @Test
    void actionsOfAnEpisodeNeedNotBeKnown() throws IOException {
        Map<String, Json> file = new LinkedHashMap<>(members(Json.read(GOLDENS.resolve("traces/trace-tmaze.json"))));
        List<Json> steps = elements(file.get("steps"));
        file.put("steps", Json.of(IntStream.range(0, steps.size()).mapToObj(t -> {
            Map<String, Json> step = new LinkedHashMap<>(members(steps.get(t)));
            if (t >= 2) step.put("action", Json.of(-1, -1));
            return Json.of(step);
        }).toList()));
        Path path = folder.resolve("unknown.json");
        Json.of(file).write(path);
        Outcome outcome = replay(path.toString(), GOLDENS.resolve("pymdp/states-0.json").toString());
        assertEquals(0, outcome.code, outcome.out + outcome.err);
        assertTrue(outcome.out.lines().anyMatch(line -> line.matches("action +2 .*")), outcome.out); // those that are known
    }

    /** Two states, to stay (0) or to go (1): where nothing is known of an action the belief goes on as if it stayed. By Bayes' rule. */
    @ParameterizedTest
    @CsvSource({"0", "-1"})
    void beliefsBeforeAnUnknownActionStayWhatTheyWere(int first) throws IOException {
        double now = 0.9 / (0.9 + 0.2); // o = 0, from even odds
        double then = now * 0.1 / (now * 0.1 + (1 - now) * 0.8); // it stayed, o = 1
        double last = (1 - then) * 0.9 / ((1 - then) * 0.9 + then * 0.2); // it went, o = 0
        Path path = folder.resolve("filtered.json");
        Files.writeString(path, """
                {"A": [[[0.9, 0.2], [0.1, 0.8]]], "B": [[[[1, 0], [0, 1]], [[0, 1], [1, 0]]]], "C": [[0, 0]], "D": [[0.5, 0.5]],
                 "cases": [{"algo": "exact", "obs": [[0, 1, 0]], "actions": [[%d], [1]], "filtered": [[[%s, %s]], [[%s, %s]], [[%s, %s]]]}]}
                """.formatted(first, now, 1 - now, then, 1 - then, last, 1 - last));
        Outcome outcome = replay(path.toString());
        assertEquals(0, outcome.code, outcome.out + outcome.err);
    }

    private static Map<String, Json> members(Json json) {
        return ((Json.Members) json).members();
    }

    private static List<Json> elements(Json json) {
        return ((Json.Elements) json).elements();
    }

    private static double number(Json json) {
        return ((Json.Num) json).value();
    }

    private static Json each(Json list, UnaryOperator<Json> change) {
        return Json.of(elements(list).stream().map(change).toList());
    }

    /** Outcomes, one or one for each step, as one-hot distributions. */
    private static Json soft(Json outcome, int n) {
        if (outcome instanceof Json.Elements) {
            return each(outcome, o -> soft(o, n));
        }
        double[] soft = new double[n];
        soft[(int) number(outcome)] = 1;
        return Json.of(soft);
    }

    private void assertRefused(String sentence, String text) throws IOException {
        Path file = folder.resolve("bad.json");
        Files.writeString(file, text);
        Outcome outcome = replay(file.toString());
        assertEquals(1, outcome.code);
        assertEquals("surprisal: " + file + sentence, outcome.err.strip());
    }

    @Test
    void whatIsWrongIsSaidInOneSentence() throws IOException {
        String states = Files.readString(GOLDENS.resolve("pymdp/states-1.json"));
        assertRefused(" at byte 0: expected a value, found <", "<html>");
        assertRefused(" at byte 0: expected a value, found the end of the JSON", "");
        assertRefused(": unknown name \"casses\": known here are A, A_dependencies, B, B_action_dependencies, B_dependencies, C, D, "
                + "num_controls, num_obs, num_states, pA, pB, cases, E, H, settings, obs, policies, steps, q_pi, q_pi_f64, nodes, "
                + "nodes_f64", states.replace("cases", "casses"));
        assertRefused(": cases[0]: unknown name \"num_iters\": known here are algo, num_iter, obs, prior, qs, vfe",
                states.replaceFirst("num_iter", "num_iters"));
        assertRefused(": cases[0].algo: unknown algorithm fpj: known here are fpi, exact, ovf", states.replaceFirst("fpi", "fpj"));
        assertRefused(": cases[0].obs[0]: outcome 7 of o0: it takes 0 to 1, or −1 where nothing was seen",
                states.replaceFirst("\"obs\": *\\[1", "\"obs\": [7"));
        assertRefused(": cases[0].obs: a window without a step: it takes at least one modality, and at least one outcome of each", """
                {"A": [], "B": [[[[1]]]], "C": [], "cases": [{"algo": "mmp", "obs": [], "actions": [], "qs": []}]}""");
        assertRefused(": cases[0].obs: a window without a step: it takes at least one modality, and at least one outcome of each", """
                {"A": [[[1]]], "B": [[[[1]]]], "cases": [{"algo": "mmp", "obs": [[]], "actions": [], "qs": []}]}""");
        Outcome missing = replay(folder.resolve("no.json").toString());
        assertEquals(1, missing.code);
        assertTrue(missing.err.contains("there is no " + folder.resolve("no.json")), missing.err);
        assertEquals(2, replay("x.json", "--tol", "small").code);
    }

    /** One bad file does not keep the others from being read: what is no JSON, what claims too much, what is deeper than a stack. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "{; expected",
        "{\"A\": [[[1]]], \"B\": [[[[1]]]], \"num_controls\": [2000000000]}; too many combinations",
        "{\"A\": [[[1]]], \"B\": [[[[1]]]], "
                + "\"settings\": {\"planner\": \"mcts\", \"horizon\": 1000000, \"simulations\": 1, \"seed\": 0}, "
                + "\"steps\": [{\"obs\": [0], \"qs\": [[1]], \"neg_efe\": [0], \"q_pi\": [1], \"action\": [0]}]}; "
                + "unexpected StackOverflowError"
    })
    void theOthersAreStillRead(String text, String sentence) throws IOException {
        Path bad = folder.resolve("bad.json");
        Files.writeString(bad, text);
        Outcome outcome = replay("--json", bad.toString(), GOLDENS.resolve("pymdp/states-0.json").toString());
        assertEquals(1, outcome.code);
        assertTrue(outcome.err.startsWith("surprisal: " + bad) && outcome.err.contains(sentence), outcome.err);
        assertTrue(outcome.out.startsWith("{\"file\":") && outcome.out.contains("\"ok\":true"), outcome.out);
    }
}
