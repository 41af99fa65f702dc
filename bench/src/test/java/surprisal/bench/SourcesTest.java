package surprisal.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the formatter leaves alone. */
class SourcesTest {
    private static final int COLUMNS = 140;
    private static final List<String> MODULES = List.of("kernels", "engine", "autodiff", "models", "bench");

    @Test
    void linesFitTheScreen() throws IOException {
        List<String> wide = new ArrayList<>();
        List<Path> sources = sources();
        for (Path source : sources) {
            List<String> lines = Files.readAllLines(source);
            for (int i = 0; i < lines.size(); i++) {
                int columns = lines.get(i).codePointCount(0, lines.get(i).length());
                if (columns > COLUMNS) wide.add(source.normalize() + ":" + (i + 1) + " has " + columns + " columns");
            }
        }
        assertTrue(sources.size() > MODULES.size(), "sources were not found from " + Path.of("").toAbsolutePath());
        assertEquals(List.of(), wide, "lines over " + COLUMNS + " columns");
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : MODULES)
            try (Stream<Path> tree = Files.walk(Path.of("..", module, "src"))) {
                tree.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        return sources;
    }
}
