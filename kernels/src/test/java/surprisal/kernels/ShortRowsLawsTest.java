package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ShortRowsLawsTest {

    private static final float[] EDGES = {0, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -3e38f, 3e38f, 1e-45f};

    /** One row of a few numbers is done number by number: so rows that are done together are held against each of them. */
    @Property
    void rowsTogetherHaveTheBitsOfEachAlone(
            @ForAll @IntRange(min = 1, max = 15) int n, @ForAll @IntRange(min = 64, max = 1500) int rows, @ForAll long seed,
            @ForAll @IntRange(max = 3) int oddities) {
        float[] x = draw(seed, 0, rows * n);
        float[] g = draw(seed, 1, rows * n);
        for (int i = 0; i < oddities; i++) {
            x[Math.floorMod(seed * 31 + i * 97L, rows * n)] = EDGES[Math.floorMod(seed + i, EDGES.length)];
        }
        float[][] together = all(x, g, rows, n);
        for (int r = 0; r < rows; r++) {
            float[][] alone = all(Arrays.copyOfRange(x, r * n, (r + 1) * n), Arrays.copyOfRange(g, r * n, (r + 1) * n), 1, n);
            for (int k = 0; k < alone.length; k++) {
                int each = alone[k].length;
                assertArrayEquals(alone[k], Arrays.copyOfRange(together[k], r * each, (r + 1) * each), "function " + k);
            }
        }
    }

    /** softmax, logSoftmax, logSumExp, and what goes back through the last two; ȳ of a logSumExp is a row's first. */
    private static float[][] all(float[] x, float[] g, int rows, int n) {
        float[] softmax = x.clone();
        Rows.softmax(softmax, 0, rows, n, softmax, 0);
        float[] logSoftmax = new float[rows * n];
        Rows.logSoftmax(x, 0, rows, n, logSoftmax, 0);
        float[] logSumExp = new float[rows];
        Rows.logSumExp(x, 0, rows, n, logSumExp, 0);
        float[] first = new float[rows];
        for (int r = 0; r < rows; r++) first[r] = g[r * n];
        float[] ofLog = g.clone();
        Rows.logSumExpGrad(x, 0, logSumExp, 0, first, 0, rows, n, ofLog, 0);
        float[] ofLogs = x.clone();
        Rows.logSoftmaxGrad(logSoftmax, 0, g, 0, rows, n, ofLogs, 0);
        return new float[][] {softmax, logSoftmax, logSumExp, ofLog, ofLogs};
    }

    private static float[] draw(long seed, int stream, int n) {
        float[] x = new float[n];
        Philox.normal(seed, stream, 0, x, 0, n);
        return x;
    }

    @Property(tries = 50)
    void ranksTurnBackIntoTheirFloats(@ForAll int bits) {
        float x = Float.intBitsToFloat(bits);
        assertEquals(Float.floatToIntBits(x), Float.floatToIntBits(Rows.ranked(Rows.rank(x))));
    }
}
