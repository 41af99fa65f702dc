package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The special functions in double against 50 digits of mpmath (src/test/python/special.py). */
class DoublesTest {

    private record Row(String function, double x, double y) {}

    @Test
    void erfIsWithinTwoUlp() throws IOException {
        for (Row r : rows("erf")) assertEquals(r.y, Doubles.erf(r.x), 2 * Math.ulp(r.y), r::toString);
    }

    @Test
    void erfcIsWithinSixUlp() throws IOException {
        for (Row r : rows("erfc")) assertEquals(r.y, Doubles.erfc(r.x), 6 * Math.ulp(r.y), r::toString);
    }

    /** Relative, or absolute where the function crosses zero. */
    @Test
    void theGammaFamilyIsExactToEMinus14() throws IOException {
        for (Row r : rows("lgamma")) near(r, Doubles.lgamma(r.x), Math.max(1, Math.abs(r.y)));
        for (Row r : rows("digamma")) near(r, Doubles.digamma(r.x), Math.max(1, Math.abs(r.y)));
        for (Row r : rows("trigamma")) near(r, Doubles.trigamma(r.x), Math.abs(r.y));
    }

    /** log Γ is 0 at 1 and 2, and relatively exact beside them. */
    @Test
    void lgammaIsRelativelyExactAtItsZeros() throws IOException {
        assertEquals(0, Doubles.lgamma(1));
        assertEquals(0, Doubles.lgamma(2));
        for (Row r : rows("lgamma")) {
            if (r.x > 0.5 && r.x < 2.5) assertEquals(r.y, Doubles.lgamma(r.x), 4 * Math.ulp(r.y), r::toString);
        }
    }

    @Test
    void polesAndLimits() {
        double inf = Double.POSITIVE_INFINITY;
        assertEquals(1, Doubles.erf(inf));
        assertEquals(-1, Doubles.erf(-inf));
        assertEquals(0, Doubles.erfc(inf));
        assertEquals(2, Doubles.erfc(-inf));
        assertEquals(-0.0, Doubles.erf(-0.0));
        assertEquals(inf, Doubles.lgamma(0));
        assertEquals(inf, Doubles.lgamma(-3));
        assertEquals(inf, Doubles.lgamma(inf));
        assertEquals(-inf, Doubles.digamma(0.0));
        assertEquals(inf, Doubles.digamma(-0.0));
        assertEquals(inf, Doubles.digamma(inf));
        assertEquals(inf, Doubles.trigamma(0));
        assertEquals(inf, Doubles.trigamma(-2));
        assertEquals(0, Doubles.trigamma(inf));
        for (double nan : new double[] {
            Doubles.erf(Double.NaN), Doubles.erfc(Double.NaN), Doubles.lgamma(Double.NaN), Doubles.digamma(Double.NaN),
            Doubles.trigamma(Double.NaN), Doubles.digamma(-1)
        }) {
            assertTrue(Double.isNaN(nan));
        }
    }

    private static void near(Row r, double y, double size) {
        if (r.y != y) assertEquals(r.y, y, 1e-14 * size, r::toString);
    }

    private static List<Row> rows(String function) throws IOException {
        var file = Objects.requireNonNull(DoublesTest.class.getResourceAsStream("special.csv"));
        try (var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
            List<Row> rows = lines.lines()
                    .map(line -> line.split(","))
                    .filter(cell -> cell[0].equals(function))
                    .map(cell -> new Row(cell[0], Double.parseDouble(cell[1]), Double.parseDouble(cell[2])))
                    .toList();
            assertTrue(rows.size() > 20, () -> rows.size() + " rows of " + function);
            return rows;
        }
    }
}
