package surprisal.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.math.BigDecimal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class JsonLawsTest {

    @Provide
    Arbitrary<Json> trees() {
        return tree(4);
    }

    private static Arbitrary<Json> tree(int deep) {
        Arbitrary<Json> leaf = Arbitraries.oneOf(
            doubles().map(Json::of),
            Arbitraries.strings().withCharRange('\0', '\u2fff').ofMaxLength(6).map(Json::of),
            Arbitraries.of(Json.Bool.TRUE, Json.Bool.FALSE, Json.Null.NULL));
        if (deep == 0) return leaf;
        return Arbitraries.oneOf(leaf, tree(deep - 1).list().ofMaxSize(4).map(Json::of),
            Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), tree(deep - 1)).ofMaxSize(4).map(Json::of));
    }

    private static Arbitrary<Double> doubles() {
        return Arbitraries.longs().map(Double::longBitsToDouble).filter(Double::isFinite);
    }

    @Provide
    Arbitrary<Double> finite() {
        return doubles();
    }

    @Property
    void whatIsWrittenReadsBackAsTheSame(@ForAll("trees") Json json) throws IOException {
        assertEquals(json, Json.parse(json.text(), "x"));
    }

    @Property
    void numbersComeBackBitForBit(@ForAll("finite") double x) throws IOException {
        Json.Num read = (Json.Num) Json.parse(Json.of(x).text(), "x");
        assertEquals(Double.doubleToRawLongBits(x), Double.doubleToRawLongBits(read.value()));
    }

    /** A second way to the nearest double, at the edge between the two ways that the reader has. */
    @Property
    void decimalsOfFewDigitsAreRoundedOnce(@ForAll long digits, @ForAll("scales") int scale) throws IOException {
        BigDecimal number = BigDecimal.valueOf(digits % 100_000_000_000_000_000L, scale);
        Json.Num read = (Json.Num) Json.parse(number.toPlainString(), "x");
        assertEquals(number.doubleValue(), read.value());
    }

    @Provide
    Arbitrary<Integer> scales() {
        return Arbitraries.integers().between(0, 16);
    }
}
