package surprisal.bench.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.autodiff.Tensor;
import surprisal.bench.terminal.Screen;
import surprisal.bench.terminal.Talk;
import surprisal.engine.io.Json;
import surprisal.engine.io.Safetensors;

class StudyTest {
    private static final Experiment EXPERIMENT = new Approach(0.05);

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private Json.Members run(Given given, int seeds, int patience, String name, Study.Start start) throws IOException {
        Talk talk = new Talk(new PrintWriter(out), Screen.PLAIN, System.err, Screen.PLAIN, true);
        Path to = Files.createDirectories(folder.resolve(name));
        return (Json.Members) new Study(EXPERIMENT, given, seeds, patience, to)
                .run(start, Study.Form.JSON, talk, new PrintWriter(err, true), "surprisal train approach");
    }

    private static Given epochs(int n) {
        return Given.usual(EXPERIMENT, 7).with("epochs", n);
    }

    private byte[] bytes(String file) throws IOException {
        return Files.readAllBytes(folder.resolve(file));
    }

    private static double number(Json.Members json, String name) {
        return ((Json.Num) json.members().get(name)).value();
    }

    @Test
    void severalSeedsThatAreTakenUpAgainAreOnesThatWereNeverStopped() throws IOException {
        Json.Members whole = run(epochs(5), 3, 0, "whole", Study.Start.AFRESH);
        run(epochs(2), 2, 0, "parts", Study.Start.AFRESH);
        Json.Members parts = run(epochs(5), 3, 0, "parts", Study.Start.RESUMED);
        for (int seed = 7; seed < 10; seed++)
            assertArrayEquals(bytes("whole/seed-" + seed + "/model.safetensors"), bytes("parts/seed-" + seed + "/model.safetensors"));
        assertEquals(whole.members().get("seeds"), parts.members().get("seeds"));
        assertFalse(Arrays.equals(bytes("whole/seed-7/model.safetensors"), bytes("whole/seed-8/model.safetensors")));
        Interval interval = Interval.of(((Json.Elements) whole.members().get("seeds"))
                .elements().stream().mapToDouble(s -> number((Json.Members) s, "distance")).toArray());
        assertEquals(interval.mean(), number(whole, "mean"));
        assertEquals(Json.of(interval.low(), interval.high()), whole.members().get("interval"));
        assertEquals(whole, Json.read(folder.resolve("whole/result.json")));
        List<String> lines = out.toString().lines().toList();
        assertEquals(3 * 5 + 1 + 2 * 2 + 1 + (2 * 3 + 5) + 1, lines.size());
        for (String line : lines) Json.parse(line, "a line");
        String page = Files.readString(folder.resolve("whole/report.html"));
        assertTrue(page.contains("It guesses ") && page.contains("seed 9") && page.contains("at most 1"), page);
    }

    /** A rate that makes the guess swing: the best epoch comes before the last, and its model is the one that is kept. */
    @Test
    void patienceEndsTheRunAndTakesTheBestEpoch() throws IOException {
        Given given = epochs(40).with("lr", 0.6);
        Json.Members result = run(given, 1, 3, "patient", Study.Start.AFRESH);
        Json.Members seed = (Json.Members) ((Json.Elements) result.members().get("seeds")).elements().getFirst();
        int best = (int) number(seed, "epoch");
        List<String> lines = out.toString().lines().toList();
        assertEquals(best + 3 + 1, lines.size(), "three epochs more, and the figure");
        assertTrue(lines.size() < 40, "it stopped early");
        run(given.with("epochs", best), 1, 0, "until then", Study.Start.AFRESH);
        assertEquals(
                Safetensors.read(folder.resolve("until then/model.safetensors")).tensors().get("model.w").toString(),
                Safetensors.read(folder.resolve("patient/model.safetensors")).tensors().get("model.w").toString());
        run(given.with("epochs", 2), 1, 3, "stopped", Study.Start.AFRESH);
        assertEquals(seed, ((Json.Elements) run(given, 1, 3, "stopped", Study.Start.RESUMED).members().get("seeds")).elements().getFirst());
        Files.delete(folder.resolve("stopped/best.safetensors"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> run(given, 1, 3, "stopped", Study.Start.RESUMED))
                .getMessage().contains("leave --patience out"));
    }

    /** A best model that the epochs without patience have overtaken is not taken for theirs. */
    @Test
    void patienceDoesNotTakeTheBestModelOfFewerEpochs() throws IOException {
        Given given = epochs(13).with("lr", 0.6);
        run(given.with("epochs", 3), 1, 3, "o", Study.Start.AFRESH);
        run(given, 1, 0, "o", Study.Start.RESUMED);
        Path best = folder.resolve("o/best.safetensors");
        byte[] before = bytes("o/checkpoint.safetensors");
        String said = assertThrows(IllegalArgumentException.class, () -> run(given.with("epochs", 30), 1, 3, "o", Study.Start.RESUMED))
                .getMessage();
        assertEquals(best + " is the model after epoch 1, the best is that after epoch 12, which was learnt without --patience: leave "
                + "--patience out, or start afresh", said);
        assertArrayEquals(before, bytes("o/checkpoint.safetensors"), "it has not learnt on");
        run(given.with("lr", 0.5).with("epochs", 3), 1, 3, "other", Study.Start.AFRESH);
        Files.copy(folder.resolve("other/best.safetensors"), best, StandardCopyOption.REPLACE_EXISTING);
        said = assertThrows(IllegalArgumentException.class, () -> run(given, 1, 3, "o", Study.Start.RESUMED)).getMessage();
        assertTrue(said.startsWith(best + " is of a run with lr 0.5, this one has 0.6: "), said);
    }

    /** Stopped between the checkpoint of an epoch that is the best and its model, the model is made from the checkpoint. */
    @Test
    void theBestModelIsMadeAgainFromACheckpointThatIsTheBest() throws IOException {
        Given given = epochs(40).with("lr", 0.6);
        Json.Members whole = run(given, 1, 3, "whole", Study.Start.AFRESH);
        int best = (int) number((Json.Members) ((Json.Elements) whole.members().get("seeds")).elements().getFirst(), "epoch");
        run(given.with("epochs", best), 1, 3, "stopped", Study.Start.AFRESH);
        Files.delete(folder.resolve("stopped/best.safetensors"));
        assertEquals(whole.members().get("seeds"), run(given, 1, 3, "stopped", Study.Start.RESUMED).members().get("seeds"));
        assertArrayEquals(bytes("whole/model.safetensors"), bytes("stopped/model.safetensors"));
    }

    /** The seeds that a fresh study had not come to when it was stopped are not those of the study before it. */
    @Test
    void aFreshStartForgetsWhatItsSeedsHadLearnt() throws IOException {
        Json.Members fresh = run(epochs(2), 3, 0, "fresh", Study.Start.AFRESH);
        run(epochs(4), 3, 2, "o", Study.Start.AFRESH);
        PrintWriter stopping = new PrintWriter(new StringWriter()) {
            @Override
            public void println(String line) {
                if (line.contains("\"seed\":8")) throw new IllegalStateException("stopped");
            }
        };
        Talk talk = new Talk(stopping, Screen.PLAIN, System.err, Screen.PLAIN, true);
        Study study = new Study(EXPERIMENT, epochs(2), 3, 0, folder.resolve("o"));
        assertThrows(IllegalStateException.class,
                () -> study.run(Study.Start.AFRESH, Study.Form.JSON, talk, new PrintWriter(err, true), "a test"));
        for (int seed = 7; seed < 10; seed++)
            assertTrue(err.toString().contains("starts afresh: " + folder.resolve("o/seed-" + seed + "/checkpoint.safetensors")));
        assertTrue(Files.exists(folder.resolve("o/seed-8/checkpoint.safetensors")), "of the fresh study");
        assertFalse(Files.exists(folder.resolve("o/seed-9/checkpoint.safetensors")), "of the old one");
        assertFalse(Files.exists(folder.resolve("o/seed-9/best.safetensors")));
        assertEquals(fresh.members().get("seeds"), run(epochs(2), 3, 0, "o", Study.Start.RESUMED).members().get("seeds"));
    }

    /** Nothing is lost by a fresh start before its first epoch is done. */
    @Test
    void aFreshStartThatFailsInItsFirstEpochLeavesWhatWasThere() throws IOException {
        run(epochs(2), 2, 0, "o", Study.Start.AFRESH);
        byte[] first = bytes("o/seed-7/checkpoint.safetensors"), second = bytes("o/seed-8/checkpoint.safetensors");
        assertThrows(ArithmeticException.class, () -> run(epochs(2).with("lr", 1e30), 2, 0, "o", Study.Start.AFRESH));
        assertArrayEquals(first, bytes("o/seed-7/checkpoint.safetensors"));
        assertArrayEquals(second, bytes("o/seed-8/checkpoint.safetensors"));
    }

    @Test
    void allSeedsAreLookedAtBeforeAnyLearns() throws IOException {
        run(epochs(1), 2, 0, "o", Study.Start.AFRESH);
        run(epochs(1).with("lr", 0.5), 2, 0, "other", Study.Start.AFRESH);
        Path second = folder.resolve("o/seed-8/checkpoint.safetensors");
        Files.copy(folder.resolve("other/seed-8/checkpoint.safetensors"), second, StandardCopyOption.REPLACE_EXISTING);
        byte[] before = bytes("o/seed-7/checkpoint.safetensors");
        String said = assertThrows(IllegalArgumentException.class, () -> run(epochs(3), 2, 0, "o", Study.Start.RESUMED)).getMessage();
        assertTrue(said.startsWith(second + " is of a run with lr 0.5, this one has 0.05: "), said);
        assertArrayEquals(before, bytes("o/seed-7/checkpoint.safetensors"), "it has not learnt on");
    }

    @Test
    void aCheckpointOfMoreEpochsIsRefused() throws IOException {
        run(epochs(3), 1, 0, "o", Study.Start.AFRESH);
        assertEquals(folder.resolve("o/checkpoint.safetensors") + " is of 3 epochs, and --epochs is 2: allow as many, or start afresh",
                assertThrows(IllegalArgumentException.class, () -> run(epochs(2), 1, 0, "o", Study.Start.RESUMED)).getMessage());
        run(epochs(3), 1, 0, "o", Study.Start.RESUMED);
    }

    @Test
    void aTermThatExplodesIsNamedWithItsStepAndTheCheckpointIsLeft() throws IOException {
        run(epochs(2), 1, 0, "o", Study.Start.AFRESH);
        Path checkpoint = folder.resolve("o/checkpoint.safetensors");
        Safetensors saved = Safetensors.read(checkpoint);
        for (double[] poison : new double[][] {{20, 1}, {100, 0}}) {
            saved.tensors().get("model.w").fill(poison[0]);
            Safetensors.write(checkpoint, saved.tensors(), saved.metadata());
            byte[] before = bytes("o/checkpoint.safetensors");
            String said = assertThrows(ArithmeticException.class, () -> run(epochs(3), 1, 0, "o", Study.Start.RESUMED)).getMessage();
            assertTrue(said.startsWith("epoch 3, step 1: the term growth is " + (poison[1] == 1 ? "4.85e+08" : "Inf")), said);
            assertTrue(said.endsWith("o/checkpoint.safetensors is the state after epoch 2"), said);
            assertArrayEquals(before, bytes("o/checkpoint.safetensors"));
        }
    }

    @Test
    void anotherRunsCheckpointIsRefused() throws IOException {
        run(epochs(1), 1, 0, "o", Study.Start.AFRESH);
        Path checkpoint = folder.resolve("o/checkpoint.safetensors");
        String said = assertThrows(IllegalArgumentException.class,
                () -> run(epochs(2).with("units", 3), 1, 0, "o", Study.Start.RESUMED)).getMessage();
        assertEquals(checkpoint + " is of a run with units 2, this one has 3: give the same, or start afresh in another folder", said);
        Safetensors saved = Safetensors.read(checkpoint);
        Map<String, String> notes = new TreeMap<>(saved.metadata());
        notes.put("units", "3");
        Safetensors.write(checkpoint, saved.tensors(), notes);
        said = assertThrows(IOException.class, () -> run(epochs(2).with("units", 3), 1, 0, "o", Study.Start.RESUMED)).getMessage();
        assertTrue(said.contains("is of another model or update") && said.contains("model.w is FLOAT32 [2] in the file"), said);
        said = assertThrows(IllegalArgumentException.class, () -> run(epochs(2), 1, 0, "none", Study.Start.RESUMED)).getMessage();
        assertTrue(said.startsWith("there is no ") && said.contains("leave --resume out"), said);
        assertEquals("", err.toString());
        run(epochs(1), 1, 0, "o", Study.Start.AFRESH);
        assertTrue(err.toString().startsWith("starts afresh: "), err.toString());
    }

    @Test
    void termsThatAreNotNumbersAndFiguresThatAreNotThereAreNamed() {
        Tensor two = Tensor.of(1, 2);
        assertEquals("the term x has shape [2]: it is one number; reduce it with mean() or sum()",
                assertThrows(IllegalArgumentException.class, () -> Terms.of("x", two)).getMessage());
        assertEquals("there is no figure b: there are [a]",
                assertThrows(IllegalArgumentException.class, () -> Figures.of("a", 1).at("b")).getMessage());
    }
}
