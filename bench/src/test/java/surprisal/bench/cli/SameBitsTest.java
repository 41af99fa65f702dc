package surprisal.bench.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.bench.digits.DigitFiles;

/** The promise of the command line: the same seed ends in the same bytes, however it is run. */
class SameBitsTest {

    @TempDir
    private Path folder;

    /** A process of its own that runs the command. */
    private static Process start(List<String> flags, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:+IgnoreUnrecognizedVMOptions"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Surprisal.class.getName()));
        command.addAll(Arrays.asList(args));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void here(String... args) {
        StringWriter err = new StringWriter();
        assertEquals(0, Surprisal.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args), err::toString);
    }

    private byte[] model(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("vae.safetensors"));
    }

    @Test
    void atEveryVectorWidthAndWithAnyNumberOfThreads() throws IOException, InterruptedException {
        String data = DigitFiles.write(folder.resolve("data"), 28, 700, 100).toString();
        String vector = "--add-modules=jdk.incubator.vector";
        List<List<String>> machines = List.of(
                List.of(vector),
                List.of(vector, "-XX:UseAVX=2"),
                List.of(vector, "-XX:MaxVectorSize=16"),
                List.of(vector, "-Dsurprisal.simd=scalar"));
        for (int i = 0; i < machines.size(); i++) {
            Process run = start(
                    machines.get(i),
                    "demo",
                    "--data",
                    data,
                    "--epochs",
                    "2",
                    "--quiet",
                    "--threads",
                    Integer.toString(1 + i % 3),
                    "--out",
                    folder.resolve("m" + i).toString());
            run.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            assertEquals(0, run.waitFor());
            assertArrayEquals(model("m0"), model("m" + i), machines.get(i).toString());
        }
        here(
                "demo",
                "--data",
                data,
                "--epochs",
                "2",
                "--quiet",
                "--seed",
                "1",
                "--out",
                folder.resolve("seed").toString());
        assertFalse(Arrays.equals(model("m0"), model("seed")), "another seed is another model");
    }

    @Test
    void inBothPrecisionsOneThreadIsAsGoodAsTwo() throws IOException {
        String data = DigitFiles.write(folder.resolve("data"), 200, 50).toString();
        for (String precision : new String[] {"float32", "float64"})
            for (int threads = 1; threads <= 2; threads++)
                here(
                        "demo",
                        "--data",
                        data,
                        "--epochs",
                        "2",
                        "--quiet",
                        "--precision",
                        precision,
                        "--threads",
                        "" + threads,
                        "--out",
                        folder.resolve(precision + threads).toString());
        assertArrayEquals(model("float321"), model("float322"));
        assertArrayEquals(model("float641"), model("float642"));
        assertNotEquals(model("float321").length, model("float641").length);
    }

    private String[] training(Path data, String out, int epochs, String... more) {
        String[] args = {
            "train",
            "vae",
            "--data",
            data.toString(),
            "--hidden",
            "30,20",
            "--latent",
            "3",
            "--batch",
            "9",
            "--json",
            "--epochs",
            Integer.toString(epochs),
            "--out",
            folder.resolve(out).toString()
        };
        return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void aRunThatIsTakenUpAgainIsOneThatWasNeverStopped() throws IOException {
        Path data = DigitFiles.write(folder.resolve("data"), 100, 30);
        here(training(data, "whole", 5));
        here(training(data, "parts", 2));
        assertFalse(Arrays.equals(model("whole"), model("parts")));
        here(training(data, "parts", 3, "--resume"));
        here(training(data, "parts", 5, "--resume"));
        assertArrayEquals(model("whole"), model("parts"));
    }

    /** Experiments keep the promise too: their threads, their seeds, their resumption. */
    @Test
    void anExperimentIsTheSameHoweverItIsRun() throws IOException {
        String[] bars = {"train", "bars", "--quiet", "--seeds", "2", "--hidden", "300", "--out"};
        here(with(bars, "one", "--epochs", "3", "--threads", "1"));
        here(with(bars, "two", "--epochs", "1", "--threads", "2"));
        here(with(bars, "two", "--epochs", "3", "--threads", "2", "--resume"));
        for (String seed : new String[] {"seed-0", "seed-1"})
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve("one").resolve(seed).resolve("model.safetensors")),
                    Files.readAllBytes(folder.resolve("two").resolve(seed).resolve("model.safetensors")));
    }

    private String[] with(String[] args, String out, String... more) {
        return Stream.of(Arrays.stream(args), Stream.of(folder.resolve(out).toString()), Arrays.stream(more))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    @Test
    void evenIfItWasKilled() throws IOException, InterruptedException {
        Path data = DigitFiles.write(folder.resolve("data"), 1500, 30);
        int epochs = 12, killed = 0;
        here(training(data, "whole", epochs));
        Path checkpoint = folder.resolve("parts").resolve("checkpoint.safetensors");
        for (int attempt = 0; attempt < 3; attempt++) {
            String[] more = Files.exists(checkpoint) ? new String[] {"--resume"} : new String[0];
            Process run = start(List.of("--add-modules=jdk.incubator.vector"), training(data, "parts", epochs, more));
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
                for (int i = 0; i < 2 && lines.readLine() != null; i++) {
                    // two more epochs are done
                }
                Thread.sleep(10L * attempt); // somewhere between this checkpoint and the next
                run.destroyForcibly();
            }
            if (run.waitFor() != 0) killed++;
            assertTrue(Files.exists(checkpoint));
        }
        assertTrue(killed > 0, "every attempt ended before it could be killed");
        here(training(data, "parts", epochs, "--resume"));
        assertArrayEquals(model("whole"), model("parts"));
    }
}
