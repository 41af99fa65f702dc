package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.kernels.Workers;

/** Few people who play often are found again, and found the same by one thread. */
class RecoveryTest {

    @Test
    void precisionAndPreferenceAreFoundAgain() {
        Recovery recovery = new Recovery(12, 64, 3);
        List<Recovery.Found> found = recovery.run();
        for (Recovery.Found f : found) {
            assertTrue(f.correlation() > 0.8, f.name() + " " + f.correlation());
            assertTrue(f.inside() >= 9, f.name() + " " + f.inside());
        }
        int threads = Workers.threads();
        try {
            Workers.threads(threads == 1 ? 2 : 1);
            List<Recovery.Found> again = recovery.run();
            for (int i = 0; i < found.size(); i++) {
                assertArrayEquals(found.get(i).fitted(), again.get(i).fitted());
            }
        } finally {
            Workers.threads(threads);
        }
    }
}
