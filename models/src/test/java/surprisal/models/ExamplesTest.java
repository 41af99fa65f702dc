package surprisal.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.kernels.Unary;

/** The programs of the README, run as it says: from source, on the module path. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("..", "examples");

    @TempDir
    private Path folder;

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The lines that {@code java -p … --add-modules surprisal.models program} prints. */
    private List<String> lines(String program) throws IOException, InterruptedException {
        String modules = Stream.of(Unary.class, Array.class, Tensor.class, Kl.class)
                .map(ExamplesTest::place)
                .collect(Collectors.joining(File.pathSeparator));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dstdout.encoding=UTF-8",
                        "-p", modules, "--add-modules", "surprisal.models", EXAMPLES.resolve(program).toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertTrue(run.waitFor(5, TimeUnit.MINUTES), program + " goes on and on");
        } finally {
            run.destroyForcibly();
        }
        assertEquals(0, run.exitValue(), Files.readString(err));
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }

    @Test
    void theVaeLearnsBars() throws IOException, InterruptedException {
        List<String> lines = lines("TrainVae.java");
        assertEquals(8, lines.size(), lines.toString());
        Pattern loss = Pattern.compile(" *(\\d+)  F = (\\d+[.,]\\d{3}) nats");
        for (int i = 0; i < 7; i++) {
            Matcher line = loss.matcher(lines.get(i));
            assertTrue(line.matches(), lines.get(i));
            assertEquals(500 * i, Integer.parseInt(line.group(1)));
            double F = Double.parseDouble(line.group(2).replace(',', '.'));
            assertTrue(i == 0 ? F > 15 : F > Math.log(12) && F < 7, lines.get(i));
            assertTrue(i < 6 || F < 6, lines.get(i));
        }
        assertTrue(lines.get(7).contains("F ≥ H[x] = log 12 = 2"), lines.get(7));
    }

    @Test
    void theAgentLooksBeforeItGoes() throws IOException, InterruptedException {
        List<String> lines = lines("TMazeAgent.java");
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("went to the cue, believes ["), lines.get(0));
        assertTrue(lines.get(1).matches("went (left|right), believes \\[.*"), lines.get(1));
    }

    @Test
    void theAgentOfNamesAsksBeforeItGoes() throws IOException, InterruptedException {
        List<String> lines = lines("NamedAgent.java");
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).matches("prize on the left: 0[.,]50, F = 0[.,]000 nats, goes cue"), lines.get(0));
        assertTrue(
                lines.get(1).matches("prize on the left: (0[.,]98, F = 0[.,]693 nats, goes left|0[.,]02, F = 0[.,]693 nats, goes right)"),
                lines.get(1));
    }
}
