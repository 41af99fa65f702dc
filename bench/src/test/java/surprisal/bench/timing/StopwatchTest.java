package surprisal.bench.timing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StopwatchTest {

    /** A clock that only moves when the measured call moves it. */
    private static final class Hand {
        private long now = 42;
        private int calls;

        Runnable taking(double seconds) {
            return () -> {
                now += Math.round(seconds * 1e9);
                calls++;
            };
        }

        Stopwatch full() {
            return new Stopwatch(1, 3, 7, () -> now, () -> 0);
        }
    }

    @Test
    void aShortCallIsRepeatedToTwentyMilliseconds() {
        Hand hand = new Hand();
        Stopwatch.Times times = hand.full().measure(hand.taking(1e-4));
        assertEquals(200, times.inner());
        assertEquals(0.1, times.median(), 1e-9);
        assertEquals(0.1, times.min(), 1e-9);
        assertEquals(150, times.samples(), "3 s of 20 ms");
        assertTrue(hand.calls >= 10_000 + 150 * 200, "a second of warm-up");
    }

    @Test
    void theWarmUpWaitsForTheCompiler() {
        Hand hand = new Hand();
        Stopwatch watch = new Stopwatch(1, 3, 7, () -> hand.now, () -> Math.min(hand.now / 1_000_000, 2600)); // busy for 2.6 s
        watch.measure(hand.taking(0.01));
        assertTrue(hand.calls >= 300 + 300, "2.6 s of compilation and half a second without, then 3 s of samples: " + hand.calls);
    }

    @Test
    void aLongCallIsStillSampledSevenTimes() {
        Hand hand = new Hand();
        Stopwatch.Times times = hand.full().measure(hand.taking(2));
        assertEquals(7, times.samples());
        assertEquals(1, times.inner());
        assertEquals(8, hand.calls, "the first call was the warm-up");
        assertEquals(2, times.first(), 1e-9);
    }

    @Test
    void atMostTwoHundredSamples() {
        Hand hand = new Hand();
        Stopwatch eager = new Stopwatch(0, 1e9, 1, () -> hand.now, () -> 0);
        assertEquals(200, eager.measure(hand.taking(1)).samples());
    }

    @Test
    void medianOfAnEvenNumberIsTheMiddle() {
        long[] durations = {1, 9, 1, 3, 2};
        Hand hand = new Hand();
        Stopwatch four = new Stopwatch(0, 0, 4, () -> hand.now, () -> 0);
        Stopwatch.Times times = four.measure(() -> hand.now += durations[hand.calls++] * 1_000_000_000L);
        assertEquals(2500, times.median(), 1e-9);
        assertEquals(1000, times.min(), 1e-9);
    }
}
