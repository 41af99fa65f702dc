package surprisal.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.engine.Precision.FLOAT32;
import static surprisal.engine.Precision.FLOAT64;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ArrayTest {
    @Test
    void wrapsItsNumbers() {
        float[] f = {1, 2};
        double[] d = {1, 2};
        assertSame(f, Array.of(Shape.of(2), f).floats());
        assertSame(d, Array.of(Shape.of(1, 2), d).doubles());
        assertEquals(FLOAT32, Array.of(Shape.of(2), f).precision());
        assertEquals(FLOAT64, Array.of(Shape.of(2), d).precision());
        assertEquals("shape [2, 3] has 6 elements, the data has 2",
            assertThrows(IllegalArgumentException.class, () -> Array.of(Shape.of(2, 3), f)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Array.of(Shape.of(2, 3), d));
    }

    @Test
    void theOtherPrecisionIsRefusedWithTheWayOut() {
        String text = assertThrows(IllegalStateException.class, () -> Array.zeros(Shape.of(2), FLOAT64).floats())
            .getMessage();
        assertEquals("this array of shape [2] holds FLOAT64, not FLOAT32: convert it with to(FLOAT32)", text);
        assertThrows(IllegalStateException.class, () -> Array.zeros(Shape.of(2), FLOAT32).doubles());
    }

    @Test
    void copiesAreApartAndReshapesAreNot() {
        for (Precision p : Precision.values()) {
            Array a = Array.zeros(Shape.of(2, 3), p);
            Array copy = a.copy(), other = a.reshaped(Shape.of(6));
            a.set(4, 0.1);
            assertEquals(0, copy.at(4));
            assertEquals(p == FLOAT32 ? 0.1f : 0.1, other.at(4));
            a.fill(2);
            assertEquals(2, other.at(5));
            assertThrows(IllegalArgumentException.class, () -> a.reshaped(Shape.of(7)));
        }
    }

    @Test
    void conversionRoundsToNearest() {
        Array d = Array.of(Shape.of(4), new double[] {0.1, 1e300, Double.NaN, -0.0});
        assertSame(d, d.to(FLOAT64));
        Array f = d.to(FLOAT32);
        assertArrayEquals(new float[] {0.1f, Float.POSITIVE_INFINITY, Float.NaN, -0f}, f.floats());
        assertNotSame(f, f.to(FLOAT64));
        assertEquals(0.1f, f.to(FLOAT64).at(0));
    }

    @Test
    void printsShortly() {
        assertEquals("[[1, 0.5], [-0, 2]]", Array.of(Shape.of(2, 2), new float[] {1, .5f, -0f, 2}).toString());
        assertEquals("[0.1, NaN, Infinity, 1E-9, 1.23457, 123457, 1E+30]", Array.of(Shape.of(7),
            new double[] {.1, Double.NaN, Double.POSITIVE_INFINITY, 1e-9, 1.23456789, 123456.789, 1e30}).toString());
        assertEquals("0.1", Array.of(Shape.scalar(), new float[] {.1f}).toString());
        assertEquals("[] of shape [0, 3]", Array.zeros(Shape.of(0, 3), FLOAT32).toString());
        Array hundred = Array.zeros(Shape.of(100), FLOAT32);
        for (int i = 0; i < 100; i++) hundred.set(i, i);
        assertEquals("[0, 1, 2, …, 97, 98, 99] of shape [100]", hundred.toString());
        int[] ones = new int[100_000];
        Arrays.fill(ones, 1);
        assertTrue(Array.zeros(Shape.of(ones), FLOAT32).toString().startsWith("[…] of shape [1, 1, "));
        int[] twos = new int[20];
        Arrays.fill(twos, 2);
        assertTrue(Array.zeros(Shape.of(twos), FLOAT32).toString().length() < 2200);
        assertTrue(Array.zeros(Shape.of(1000, 1000), FLOAT64).toString().endsWith("]] of shape [1000, 1000]"));
    }
}
