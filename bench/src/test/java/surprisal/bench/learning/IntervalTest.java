package surprisal.bench.learning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

class IntervalTest {

    /** Two-sided 5 % points of Student's t as tables print them. */
    @Test
    void quantilesAreThoseOfTheTables() {
        int[] freedom = {1, 2, 3, 4, 5, 9, 10, 30, 120};
        double[] t = {12.706, 4.303, 3.182, 2.776, 2.571, 2.262, 2.228, 2.042, 1.980};
        for (int i = 0; i < t.length; i++) assertEquals(t[i], Interval.quantile(freedom[i]), 5e-4, "freedom " + freedom[i]);
    }

    /** 95 of 100 intervals of five normal values hold the mean: 4,000 of them, within five standard errors. */
    @Test
    void theIntervalCoversTheMeanAsOftenAsItSays() {
        int n = 4_000, held = 0;
        var x = new Rng(1).normal(Shape.of(n, 5), Precision.FLOAT64);
        for (int i = 0; i < n; i++) {
            double[] five = java.util.Arrays.copyOfRange(x.doubles(), 5 * i, 5 * i + 5);
            Interval interval = Interval.of(five);
            if (interval.low() <= 0 && 0 <= interval.high()) held++;
        }
        assertEquals(0.95, (double) held / n, 5 * Math.sqrt(0.95 * 0.05 / n));
    }

    @Test
    void oneValueHasNoInterval() {
        Interval one = Interval.of(3);
        assertEquals(3, one.mean());
        assertTrue(Double.isNaN(one.low()) && Double.isNaN(one.high()));
        assertThrows(IllegalArgumentException.class, Interval::of);
    }
}
