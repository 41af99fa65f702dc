package surprisal.bench.cold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a process loads before its first result. */
class ColdTest {

    /** The vectors take a tenth of a second to load: an agent that plans once does without. */
    @Test
    void aFirstActionLoadsNoVectors() throws IOException, InterruptedException {
        String said = run("tmaze-first-action");
        assertTrue(said.contains("surprisal.models.agent.Agent "), "the log names what is loaded");
        assertEquals(List.of(), loaded(said, "jdk.incubator.vector.DoubleVector "));
        assertEquals(List.of(), loaded(said, "jdk.incubator.vector.FloatVector "));
        assertTrue(said.contains("[3, 0]"), said);
    }

    private static List<String> loaded(String said, String name) {
        return said.lines().filter(line -> line.contains(name)).toList();
    }

    private static String run(String program) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load", "--add-modules", "jdk.incubator.vector",
                        "-cp", System.getProperty("java.class.path"),
                        Cold.class.getName(), program)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }
}
