package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import surprisal.engine.Precision;
import surprisal.kernels.Workers;

/** Same seed, same bits: at every vector width, with any number of threads, on every machine. */
@Tag("bits")
class TrainingBitsTest {

    private static final String DIGEST = "b0482e91ca79e7c9801fcf62eb7d818b2f2a177f0d5fc944ed2d47c713bb6302";

    private static String digest(Training run) throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (Tensor leaf : Tree.leaves(run.model).values()) {
            for (float number : leaf.array().floats()) {
                sha.update(ByteBuffer.allocate(4).putInt(0, Float.floatToRawIntBits(number)));
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    @Test
    void twoHundredStepsEndInTheseBits() throws Exception {
        int threads = Workers.threads();
        try {
            for (int n : new int[] {1, 3}) {
                Workers.threads(n);
                Training run = new Training(Precision.FLOAT32, 42, 150);
                run.to(1);
                double first = run.loss;
                assertEquals(DIGEST, digest(run.to(200)), n + " threads");
                assertTrue(run.loss < first / 2, "it learns: " + first + " to " + run.loss);
            }
        } finally {
            Workers.threads(threads);
        }
    }
}
