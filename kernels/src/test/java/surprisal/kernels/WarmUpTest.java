package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static final int N = 10 * Simd.HEAD + 192;

    /** A clock that the forms move, and what they did. */
    private static final class Course {
        private final int[] turns = new int[N];
        private final WarmUp warmUp = new WarmUp(() -> now(), false);
        private long now;
        private int byLanes;
        private int atOnce;

        private long now() {
            return now;
        }

        void run(int n, int lanesPace, int scalarPace) {
            warmUp.run(
                    n,
                    (from, m) -> {
                        work(from, m, lanesPace);
                        byLanes += m;
                        atOnce = m;
                    },
                    (from, m) -> work(from, m, scalarPace));
        }

        private void work(int from, int m, int pace) {
            assertEquals(0, from % 64, "pieces are whole blocks");
            for (int i = from; i < from + m; i++) turns[i]++;
            now += (long) m * pace;
        }
    }

    @Test
    void everyElementHasItsTurnOnce() {
        Course course = new Course();
        course.run(N, 40, 2);
        for (int i = 0; i < N; i++) assertEquals(1, course.turns[i], "element " + i);
    }

    @Test
    void theFirstElementsNeverSeeVectors() {
        Course course = new Course();
        for (int i = 0; i < Simd.HEAD / 64; i++) course.run(64, 40, 2);
        assertEquals(0, course.byLanes);
        course.run(64, 40, 2);
        assertEquals(64, course.byLanes);
    }

    @Test
    void slowVectorsTakeNoMoreTimeThanTheRest() {
        Course course = new Course();
        course.run(N, 40, 2);
        assertFalse(course.warmUp.over());
        long lanes = 40L * course.byLanes, scalar = 2L * (N - Simd.HEAD - course.byLanes);
        assertTrue(lanes < 1.1 * scalar && lanes > 0.9 * scalar, lanes + " against " + scalar);
    }

    @Test
    void fastVectorsGetTheRest() {
        Course course = new Course();
        course.run(N, 1, 2);
        assertTrue(course.warmUp.over());
        assertTrue(course.atOnce > 8 * Simd.HEAD, "the last call had " + course.atOnce);
    }

    @Test
    void oneLuckyProbeIsNotEnough() {
        Course course = new Course();
        course.run(Simd.HEAD, 40, 2);
        course.run(WarmUp.PROBE, 1, 2);
        assertFalse(course.warmUp.over());
        course.run(2 * WarmUp.PROBE, 40, 2);
        assertFalse(course.warmUp.over());
    }

    @Test
    void aWidthThatIsAskedForRunsAtOnce() {
        assertEquals(Simd.atOnce(), new WarmUp().over());
    }
}
