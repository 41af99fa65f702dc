package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Shape;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.Goldens;

/** Models in pymdp's files come in with their axes turned, and go out again as they were. */
class PomdpJsonTest {
    private static final String GOOD = """
        {"A": [[[0.9, 0.2, 0.5], [0.1, 0.8, 0.5]]],
         "B": [[[[1, 0], [0, 0], [0, 1]], [[0, 1], [1, 0], [0, 0]], [[0, 0], [0, 1], [1, 0]]]],
         "C": [[0, 1.5]]}""";

    @TempDir
    Path folder;

    static Stream<String> files() {
        return Stream.concat(Goldens.names("pymdp", "").stream(), Goldens.names("traces", "").stream());
    }

    @ParameterizedTest
    @MethodSource("files")
    void whatIsReadIsWrittenAgain(String name) throws IOException {
        PomdpJson read = Goldens.model(name);
        Path file = folder.resolve("model.json");
        PomdpJson.write(file, read.model());
        JsonPlace written = PomdpJson.read(file).root();
        for (String array : List.of("A", "B", "C", "D", "A_dependencies", "B_dependencies")) {
            assertEquals(read.root().at(array).value(), written.at(array).value(), name + " " + array);
        }
    }

    /** P(o|s) and P(s′|s, u) by their indices on both sides, read by hand. */
    @ParameterizedTest
    @MethodSource("files")
    void entriesAreWhereTheyBelong(String name) {
        PomdpJson read = Goldens.model(name);
        FactoredPomdp model = read.model();
        for (int m = 0; m < model.A().size(); m++) {
            Array given = read.root().at("A").elements().get(m).array();
            Tensor A = model.A().get(m);
            int rows = A.shape().size() / A.shape().last();
            for (int row = 0; row < rows; row++) {
                for (int o = 0; o < A.shape().last(); o++) {
                    assertEquals(given.at(o * rows + row), A.at(row * A.shape().last() + o));
                }
            }
        }
        for (int f = 0; f < model.B().size(); f++) {
            Array given = read.root().at("B").elements().get(f).array(); // [S', S.., U]
            Tensor B = model.B().get(f); // [U, S.., S']
            int U = B.shape().dim(0);
            int S = B.shape().last();
            int parents = B.shape().size() / U / S;
            for (int u = 0; u < U; u++) {
                for (int p = 0; p < parents; p++) {
                    for (int s = 0; s < S; s++) {
                        assertEquals(given.at((s * parents + p) * U + u), B.at((u * parents + p) * S + s));
                    }
                }
            }
        }
    }

    @Test
    void whatFollowsFromTheArraysMayBeLeftOut() throws IOException {
        FactoredPomdp model = parse(GOOD).model();
        assertEquals(Structure.of(new int[] {3}, new int[] {2}, new int[] {2}), model.structure());
        assertEquals(1.0 / 3, model.D().getFirst().at(1));
        assertEquals(1, model.B().getFirst().at((1 * 3 + 0) * 3 + 1), "action 1 leads from state 0 to state 1");
    }

    @Test
    void softmaxedPreferencesAreLogProbabilities() {
        Tensor C = Tensor.of(0.0, StrictMath.log(3));
        Pymdp pymdp = Pymdp.of(List.of(eye(2)), List.of(eye(2).reshape(2, 2, 1)), List.of(C), List.of(Tensor.of(0.5, 0.5)));
        assertEquals(StrictMath.log(0.25), pymdp.model(Pymdp.Preferences.SOFTMAXED).C().getFirst().at(0), 1e-15);
        assertEquals(0, pymdp.model(Pymdp.Preferences.RAW).C().getFirst().at(0));
    }

    /** A factor that two controls move, one of which moves another factor too. */
    @Test
    void severalActionsOfAFactor() throws IOException {
        FactoredPomdp model = parse("""
            {"A": [[[1, 0], [0, 1]]], "A_dependencies": [[1]], "num_controls": [2, 3],
             "B": [[[[1, 0], [0, 1]], [[0, 1], [1, 0]]],
                   [[[[1, 0, 0], [0.5, 0, 0]], [[1, 1, 1], [1, 1, 1]]], [[[0, 1, 1], [0.5, 1, 1]], [[0, 0, 0], [0, 0, 0]]]]],
             "B_dependencies": [[0], [1]], "B_action_dependencies": [[0], [0, 1]]}""").model();
        assertEquals(Shape.of(2, 3, 2, 2), model.B().get(1).shape());
        assertEquals(0.5, model.B().get(1).at(((1 * 3 + 0) * 2 + 0) * 2 + 1), "u = (1, 0) leads from 0 to 1 half of the time");
        assertEquals(6, model.structure().jointActions());
        assertEquals(PomdpJson.json(model).text(), PomdpJson.json(PomdpJson.of(JsonPlace.root(PomdpJson.json(model))).model()).text());
    }

    private static Tensor eye(int n) {
        double[] x = new double[n * n];
        for (int i = 0; i < n; i++) {
            x[i * (n + 1)] = 1;
        }
        return Tensor.of(Shape.of(n, n), x);
    }

    private static PomdpJson parse(String text) throws IOException {
        return PomdpJson.of(JsonPlace.root(Json.parse(text, "x")));
    }

    private static void assertRefused(String message, String from, String to) {
        assertTrue(GOOD.contains(from), from);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> parse(GOOD.replace(from, to)));
        assertEquals(message, e.getMessage());
    }

    @Test
    void whatIsWrongIsNamed() {
        assertRefused("A[0][:, 1] sums to 1.1: it is a distribution over the first axis and sums to 1", "0.2", "0.3");
        assertRefused("A[0][:, 2] has the entry -0.5 at 0: probabilities are ≥ 0", "0.5]", "-0.5]");
        assertRefused("B[0][:, 2, 1] sums to 2.0: it is a distribution over the first axis and sums to 1", "[1, 0]]]]", "[1, 1]]]]");
        assertRefused("A[0][1]: expected a list of 3 as its neighbours are, found a list of 2", "0.8, 0.5", "0.8");
        assertRefused("C[0] of modality o0 is [3]: it is [2], or by time [T, 2]", "[0, 1.5]", "[0, 1.5, 2]");
        assertRefused("unknown name \"E\": known here are A, A_dependencies, B, B_action_dependencies, B_dependencies, C, D, "
                + "num_controls, num_obs, num_states, pA, pB", "\"C\"", "\"E\"");
        assertRefused("there is no \"A\" among pA, B, C", "\"A\"", "\"pA\"");
        assertRefused("num_obs: it is [3], and by the first axes of the arrays it is [2]", "{", "{\"num_obs\": [3], ");
        assertRefused("A[0] is [2, 3]: with A_dependencies [] its axes are [2], the event first", "{", "{\"A_dependencies\": [[]], ");
        assertRefused("modality o0 depends on factor 1: there are 0 to 0", "{", "{\"A_dependencies\": [[1]], ");
        assertRefused("pA[0]: an array of [2, 2]: its axes are those of the model's own array", "{", "{\"pA\": [[[1, 1], [1, 1]]], ");
        assertRefused("D[0] is [2]: B[0] has 3 states", "{", "{\"D\": [[0.5, 0.5]], ");
    }

    private static void assertRefused(String message, String text) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> parse(text)).getMessage());
    }

    /** A few bytes that claim gigabytes are refused before any are made. */
    @Test
    void claimsTakeNoMemory() {
        assertRefused("the actions [u0] have too many combinations: times 1 factors they are more than 16,777,216", """
                {"A": [[[1]]], "B": [[[[1]]]], "num_controls": [2000000000]}""");
        assertRefused("B[0] is [1, 1, 1]: with B_dependencies [0] and controls [0] its axes are [1, 1, 16000000], the event first", """
                {"A": [[[1]]], "B": [[[[1]]]], "num_controls": [16000000]}""");
        List<String> names = IntStream.range(0, 24).mapToObj(u -> "u" + u).toList();
        assertRefused("the actions " + names + " have too many combinations: times 3 factors they are more than 16,777,216", """
                {"A": [[[[[1]]]]], "B": [[[1]], [[1]], [[1]]], "num_controls": %s, "B_action_dependencies": [[], [], []]}"""
                .formatted(Collections.nCopies(24, 2)));
    }

    /** Values that are numbers have names like any others. */
    @Test
    void numbersAreNames() {
        Variable numbered = Variable.of("u", 3);
        Variable named = Variable.of("u", "0", "1", "2");
        assertEquals(named, numbered);
        assertEquals(numbered, named);
        assertEquals(named.hashCode(), numbered.hashCode());
        assertEquals(named.toString(), numbered.toString());
        assertEquals(2, numbered.index("2"));
        assertEquals("u has no value 3: it has [0, 1, 2]",
                assertThrows(IllegalArgumentException.class, () -> numbered.index("3")).getMessage());
        assertThrows(IndexOutOfBoundsException.class, () -> numbered.values().get(3));
        assertThrows(UnsupportedOperationException.class, () -> numbered.values().set(0, "none"));
        for (int size : new int[] {0, -1}) {
            assertEquals("u has no values: it takes at least one",
                    assertThrows(IllegalArgumentException.class, () -> Variable.of("u", size)).getMessage());
        }
    }

    @Test
    void theFileIsNamedToo() throws IOException {
        Path file = folder.resolve("bad.json");
        Files.writeString(file, GOOD.replace("0.2", "0.3"));
        assertEquals(file + ": A[0][:, 1] sums to 1.1: it is a distribution over the first axis and sums to 1",
                assertThrows(IllegalArgumentException.class, () -> PomdpJson.read(file)).getMessage());
    }
}
