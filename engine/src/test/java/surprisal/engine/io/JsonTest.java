package surprisal.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/** What is JSON, what is not, and what is said of it. */
class JsonTest {

    @TempDir
    Path folder;

    private static String refusal(String text) {
        return assertThrows(FormatException.class, () -> Json.parse(text, "x")).getMessage();
    }

    private static void assertRefused(String part, String text) {
        String message = refusal(text);
        assertTrue(message.startsWith("x at byte ") && message.contains(part), () -> "expected «" + part + "» in: " + message);
    }

    private static JsonPlace place(String text) throws IOException {
        return JsonPlace.root(Json.parse(text, "x"));
    }

    private static void assertFault(String expected, Runnable access) {
        assertEquals(expected, assertThrows(IllegalArgumentException.class, access::run).getMessage());
    }

    @Test
    void allKindsOfValues() throws IOException {
        String text = " { \"a\" : [ 1, -2.5e-3, true, false, null ], \"ü\\n\\u00e9\\ud83d\\ude00\" : { }, \"b\":[] } ";
        assertEquals("{\"a\":[1,-0.0025,true,false,null],\"ü\\né😀\":{},\"b\":[]}", Json.parse(text, "x").text());
    }

    @Test
    void numbersAreTheNearestDoubles() throws IOException {
        for (String number : List.of("0", "-0", "0.1", "123456789012345", "0.000000000000001", "9007199254740993", "5e-324",
                "1.7976931348623157e308", "0.30000000000000004", "2.2250738585072011e-308", "1E+2", "12.50", "1e-400",
                "0.12345678901234", "99999999999999.9")) {
            Json.Num read = (Json.Num) Json.parse(number, "x");
            assertEquals(Double.doubleToRawLongBits(Double.parseDouble(number)), Double.doubleToRawLongBits(read.value()), number);
        }
    }

    @Test
    void whatIsNotJsonIsSaidWithItsPlace() {
        assertRefused("byte 0: expected a value, found the end of the JSON", "");
        assertRefused("byte 0: expected a value, found <", "<html>");
        assertRefused("byte 4: expected , or ], found the end of the JSON", "[1,2");
        assertRefused("expected a value, found ]", "[1,]");
        assertRefused("expected , or }, found 2", "{\"a\":1 2}");
        assertRefused("an object has \"a\" twice", "{\"a\":1,\"a\":2}");
        assertRefused("found NaN: JSON has finite numbers only", "[NaN]");
        assertRefused("found -Infinity", "[-Infinity]");
        assertRefused("the number 1e999 is beyond the largest double", "1e999");
        assertRefused("a number starts with 0", "[01]");
        assertRefused("a number has no digits after its point", "[1.]");
        assertRefused("a number has no digits in its exponent", "[1e]");
        assertRefused("a number has no digits", "-");
        assertRefused("expected nothing but blanks after the JSON", "1 2");
        assertRefused("byte 100: lists and objects are nested more than 100 deep", "[".repeat(1_000_000));
        assertRefused("more than 100 deep", "{\"a\":".repeat(1_000));
        assertRefused("expected a value, found t", "tru");
    }

    @Test
    void theDeepestThatIsReadIsRead() throws IOException {
        String text = "[".repeat(Json.DEEPEST) + "]".repeat(Json.DEEPEST);
        assertEquals(text, Json.parse(text, "x").text());
    }

    @Test
    void bytesThatAreNoTextAreRefused() {
        byte[] bytes = {'"', (byte) 0xc3, '"'};
        FormatException e = assertThrows(FormatException.class, () -> Json.read(new ByteArrayInputStream(bytes), "x"));
        assertEquals("x at byte 1: the text is not UTF-8, as JSON is", e.getMessage());
    }

    @Test
    void filesAndStreamsReadAlike() throws IOException {
        Json json = Json.of(Map.of("x", Json.of(Array.of(Shape.of(2, 2), new double[] {1, 0.1, -1e-9, 1 / 3.0}))));
        Path file = folder.resolve("x.json");
        json.write(file);
        assertEquals(json, Json.read(file));
        assertEquals(json, Json.read(new ByteArrayInputStream(json.text().getBytes(StandardCharsets.UTF_8)), "x"));
    }

    @Test
    void whatIsNotFiniteIsNotWritten() {
        assertEquals("JSON has no NaN: its numbers are finite",
            assertThrows(IllegalArgumentException.class, () -> Json.of(1, Double.NaN)).getMessage());
    }

    @Test
    void placesSayWhereTheyAre() throws IOException {
        JsonPlace root = place("{\"cases\":[{\"gamma\":\"high\",\"n\":1.5}],\"A\":[[[1,2],[3,4]],[[1,2],[3]]],\"none\":null}");
        JsonPlace first = root.at("cases").elements().getFirst();
        assertFault("cases[0].gamma: expected a number, found \"high\"", () -> first.at("gamma").number());
        assertFault("cases[0].n: expected a whole number from 0 on, found 1.5", () -> first.at("n").natural());
        assertFault("cases[0]: there is no \"alpha\" among gamma, n", () -> first.at("alpha"));
        assertFault("cases[0]: unknown name \"n\": known here are gamma, alpha", () -> first.only("gamma", "alpha"));
        assertFault("A[1][1]: expected a list of 2 as its neighbours are, found a list of 1", () -> root.at("A").array());
        assertFault("A: expected a list of 3, found a list of 2", () -> root.at("A").elements(3));
        assertEquals(List.of(1.0, 2.0, 3.0, 4.0),
            Arrays.stream(root.at("A").elements().getFirst().array().doubles()).boxed().toList());
        assertTrue(root.find("none").isEmpty() && root.find("nothing").isEmpty());
    }

    @Test
    void aShapeThatIsOnlyClaimedTakesNoMemory() throws IOException {
        String row = "[" + "0,".repeat(9_999) + "0]";
        String nested = "[".repeat(5) + row + ",0".repeat(9_999) + "]" + (",0".repeat(9_999) + "]").repeat(4);
        JsonPlace place = place(nested);
        assertTrue(assertThrows(IllegalArgumentException.class, place::array).getMessage().contains("as its neighbours are, found 0"));
    }
}
