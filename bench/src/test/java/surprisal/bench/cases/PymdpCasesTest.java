package surprisal.bench.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import surprisal.bench.timing.Case;

class PymdpCasesTest {

    /** Each case of each model is measured under its name. */
    @Test
    void namesAreThoseOfTheModels() {
        TreeSet<String> written = Stream.of("random-10x10", "tmaze", "grid7x7", "grid7x7-learn-b", "cue-chaining", "16x8x4-sequence",
                        "16x8x4-planning", "simplified-tmaze-sophisticated", "tmaze-sophisticated")
                .flatMap(model -> PymdpCases.read(model).root().at("cases").names().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        List<String> measured = PymdpCases.all().stream().map(Case::name).toList();
        assertEquals(written, new TreeSet<>(measured));
        assertEquals(22, measured.size());
    }
}
