package surprisal.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.bench.digits.DigitFiles;

class CommandLineTest {

    @TempDir
    private Path folder;

    private record Outcome(int code, String out, String err) {
        /** Failed with one sentence, and nothing that only a programmer understands. */
        Outcome saysOnce(int expected, String... parts) {
            assertEquals(expected, code, err);
            for (String part : parts) assertTrue(err.contains(part), () -> "'" + part + "' is missing from: " + err);
            assertFalse(err.contains("\tat ") || err.contains("Exception"), err);
            assertEquals(
                    1,
                    err.lines().filter(line -> line.startsWith("surprisal: ")).count(),
                    err);
            return this;
        }
    }

    private static Outcome run(String... args) {
        StringWriter out = new StringWriter(), err = new StringWriter();
        int code = Surprisal.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Outcome(code, out.toString(), err.toString());
    }

    private String out(String name) {
        return folder.resolve(name).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "demo --threads 0; --threads; '0' is not a whole number from 1 to 256",
                "demo --threads two; --threads; 'two' is not a whole number",
                "demo --epochs -3; --epochs; '-3' is not a whole number from 1 to 1,000,000",
                "demo --epochs 1e3; --epochs; '1e3' is not",
                "demo --seed x; --seed; 'x' is not a whole number from −2⁶³",
                "demo --seed 9223372036854775808; --seed; '9223372036854775808'",
                "demo --precision half; --precision; FLOAT32, FLOAT64",
                "train vae --lr 0; --lr; '0' is not a number above 0 and at most 1",
                "train vae --lr NaN; --lr; 'NaN' is not a number above 0",
                "train vae --lr -1e-3; --lr; '-1e-3' is not",
                "train vae --hidden 200,,3; --hidden; '' is not a whole number from 1 to 65,536",
                "train vae --hidden 0; --hidden; '0' is not",
                "train vae --latent 0; --latent; '0' is not a whole number from 1 to 65,536",
                "train vae --batch 0; --batch; '0' is not",
                "train bars --size 1; --size; '1' is not a whole number from 2 to 32",
                "train bars --lr 2; --lr; '2' is not a number above 0 and at most 1",
                "train bars --hidden 9,x; --hidden; 'x' is not a whole number from 1 to 65,536",
                "train bars --patience 0; --patience; '0' is not a whole number from 1",
                "train bars --data .; --data; Unknown option",
                "bench --threads 0 gemm*; --threads; '0' is not",
                "demo --epoch 3; --epoch; Unknown option",
                "demo --epochs; --epochs; Missing required parameter",
                "dmeo; dmeo; Unmatched argument",
                "train; train; Missing the model to train: vae",
            })
    void aWrongOptionIsNamedWithItsRange(String line, String option, String sentence) {
        Outcome outcome = run(line.split(" ", -1)).saysOnce(2, option, sentence, "--help'");
        assertEquals("", outcome.out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "demo --help",
                "train --help",
                "train vae --help",
                "train bars --help",
                "info -h",
                "bench -h",
                "jmh --help",
                "-V"
            })
    void helpIsToldOnStandardOutput(String line) {
        Outcome outcome = run(line.split(" ", -1));
        assertEquals(0, outcome.code);
        assertTrue(outcome.out.length() > 60, outcome.out);
        assertEquals("", outcome.err);
    }

    @Test
    void missingAndDamagedDataAreNamed() throws IOException {
        run("demo", "--data", out("none"), "--out", out("o")).saysOnce(1, "there is no " + out("none"));

        Path empty = Files.createDirectory(folder.resolve("empty"));
        run("demo", "--data", empty.toString(), "--out", out("o"))
                .saysOnce(1, "there is no " + empty.resolve("train-images-idx3-ubyte"), "plain or with .gz");

        Path file = Files.writeString(folder.resolve("file"), "x");
        run("train", "vae", "--data", file.toString(), "--out", out("o")).saysOnce(1, file.toString(), "not a folder");

        Path damaged = DigitFiles.write(folder.resolve("damaged"), 20, 10);
        Path images = damaged.resolve("train-images-idx3-ubyte");
        byte[] whole = Files.readAllBytes(images);
        Files.write(images, java.util.Arrays.copyOf(whole, whole.length - 1));
        run("demo", "--data", damaged.toString(), "--out", out("o")).saysOnce(1, images.toString());
        Files.write(images, java.util.Arrays.copyOf(whole, whole.length + 1));
        run("demo", "--data", damaged.toString(), "--out", out("o")).saysOnce(1, images.toString());
        assertFalse(Files.exists(folder.resolve("o")), "no output before the input is known to be good");
    }

    @Test
    void anOutputFolderThatCannotBeIsNamed() throws IOException {
        Path data = DigitFiles.write(folder.resolve("data"), 20, 10);
        Path file = Files.writeString(folder.resolve("file"), "x");
        for (Path out : List.of(file, file.resolve("below")))
            run("demo", "--data", data.toString(), "--out", out.toString())
                    .saysOnce(1, out.toString(), file + " is a file", "choose another one with --out");
        Path readOnly = Path.of("/proc/surprisal");
        if (Files.isDirectory(Path.of("/proc")))
            run("demo", "--data", data.toString(), "--out", readOnly.toString())
                    .saysOnce(1, readOnly.toString(), "--out");
    }

    @Test
    void resumingWhatIsNotThereOrIsAnotherRunIsRefused() throws IOException {
        String data = DigitFiles.write(folder.resolve("data"), 20, 10).toString(), out = out("o");
        run("train", "vae", "--data", data, "--out", out, "--resume").saysOnce(1, "to resume from");
        String[] tiny = {
            "train", "vae", "--data", data, "--out", out, "--hidden", "5", "--latent", "2", "--epochs", "1", "-q"
        };
        assertEquals(0, run(tiny).code);
        String[] other = tiny.clone();
        other[9] = "3";
        run(append(other, "--resume")).saysOnce(1, "latent 2", "this one has 3");
        Files.write(Path.of(out, "checkpoint.safetensors"), new byte[100]);
        run(append(tiny, "--resume")).saysOnce(1, "checkpoint.safetensors");
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunAndKeepsTheCheckpoint() throws IOException {
        String data = DigitFiles.write(folder.resolve("data"), 20, 10).toString(), out = out("o");
        String[] wild = {"train", "vae", "--data", data, "--out", out, "--hidden", "5", "--latent", "2", "--batch", "5"
        };
        assertEquals(0, run(append(wild, "--epochs", "1", "-q")).code);
        byte[] good = Files.readAllBytes(Path.of(out, "checkpoint.safetensors"));
        surprisal.engine.io.Safetensors saved =
                surprisal.engine.io.Safetensors.read(Path.of(out, "checkpoint.safetensors"));
        saved.tensors().get("model.decoder.layers.0.weight").fill(Double.NaN);
        surprisal.engine.io.Safetensors.write(
                Path.of(out, "checkpoint.safetensors"), saved.tensors(), saved.metadata());
        byte[] poisoned = Files.readAllBytes(Path.of(out, "checkpoint.safetensors"));
        run(append(wild, "--epochs", "2", "-q", "--resume"))
                .saysOnce(1, "epoch 2, step 1", "NaN", "checkpoint.safetensors is the state after epoch 1");
        assertEquals(good.length, poisoned.length);
        org.junit.jupiter.api.Assertions.assertArrayEquals(
                poisoned, Files.readAllBytes(Path.of(out, "checkpoint.safetensors")), "the checkpoint is untouched");
    }

    /** Every line is JSON, the last one is the figure, and it is never below the entropy of its source. */
    @Test
    void anExperimentTellsItsEpochsAndItsFigure() throws IOException {
        String[] tiny = {"train", "bars", "--size", "2", "--latent", "1", "--epochs", "3", "--seeds", "2", "--seed", "5", "--json"};
        Outcome outcome = run(append(tiny, "--out", out("o")));
        assertEquals(0, outcome.code, outcome.err);
        List<String> lines = outcome.out.lines().toList();
        assertEquals(2 * 3 + 1, lines.size());
        assertTrue(lines.get(3).startsWith("{\"seed\":6,\"epoch\":1,\"train_loss\":"), lines.get(3));
        assertTrue(lines.getLast().startsWith("{\"experiment\":\"bars\",\"figure\":\"test_f\",\"unit\":\"nats\""), lines.getLast());
        String page = Files.readString(Path.of(out("o"), "report.html"));
        assertTrue(page.contains("surprisal train bars --size 2 --latent 1"), "the command that makes it again");
        for (String line : lines.subList(0, 6)) {
            double f = ((surprisal.engine.io.Json.Num)
                            ((surprisal.engine.io.Json.Members) surprisal.engine.io.Json.parse(line, "line")).members().get("test_f"))
                    .value();
            assertTrue(f > Math.log(4), "the entropy of four bars: " + f);
        }
        Outcome text = run("train", "bars", "--size", "2", "--epochs", "1", "--out", out("p"));
        assertTrue(text.out.contains("test_f = ") && text.out.contains("target at most 3.386 nats: "), text.out);
    }

    @Test
    void anUnknownCaseIsNamedWithThoseThatThereAre() {
        run("bench", "gem").saysOnce(1, "no case fits gem", "gemm/…", "vae/…", "--list");
    }

    @Test
    void casesAreListedAndOneIsMeasured() {
        Outcome list = run("bench", "--list", "gemm/NN/*,vae*");
        assertEquals(0, list.code);
        assertEquals(15, list.out.lines().count(), list.out);
        Outcome row = run("bench", "gemm/NN/64x64x64", "--quick", "--json");
        assertEquals(0, row.code, row.err);
        assertTrue(
                row.out.matches("\\{\"case\": \"gemm/NN/64x64x64\", \"peer\": \"surprisal\", \"version\": \"[^\"]*\","
                        + " \"threads\": \\d+, \"ms_median\": [0-9.]+, \"ms_min\": [0-9.]+, \"extra\":"
                        + " \\{.*\"gflops\".*}}\\R"),
                row.out);
    }

    @Test
    void theStackTraceIsThereForWhoAsksForIt() {
        Outcome outcome = run("demo", "--debug", "--data", out("none"));
        assertEquals(1, outcome.code);
        assertTrue(outcome.err.contains("\tat "), outcome.err);
        assertTrue(run("--debug", "demo", "--data", out("none")).err.contains("\tat "));
    }

    private static String[] append(String[] args, String... more) {
        String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }
}
