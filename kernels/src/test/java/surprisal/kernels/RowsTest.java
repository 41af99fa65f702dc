package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bits")
class RowsTest {
    private static final float INF = Float.POSITIVE_INFINITY;
    private static final float NAN = Float.NaN;

    private static float[] draw(long seed, int n, float scale) {
        float[] x = new float[n];
        Philox.normal(seed, 0, 0, x, 0, n);
        for (int i = 0; i < n; i++) x[i] *= scale;
        return x;
    }

    private static double[] wide(float[] x) {
        double[] d = new double[x.length];
        for (int i = 0; i < d.length; i++) d[i] = x[i];
        return d;
    }

    /** The contract of a sum, literally: 16 lanes, then halves onto halves. */
    private static float lanes(float[] x, int xo, int n) {
        float[] s = new float[16];
        for (int i = 0; i < n; i++) s[i % 16] += x[xo + i];
        for (int half = 8; half > 0; half /= 2) for (int l = 0; l < half; l++) s[l] += s[l + half];
        return s[0];
    }

    private static double lanes(double[] x, int xo, int n) {
        double[] s = new double[16];
        for (int i = 0; i < n; i++) s[i % 16] += x[xo + i];
        for (int half = 8; half > 0; half /= 2) for (int l = 0; l < half; l++) s[l] += s[l + half];
        return s[0];
    }

    /** All functions of one precision on one row, at odd offsets, written out one element at a time. */
    @Test
    void everyFunctionIsItsScalarFormulaBitForBit() {
        float[] data = draw(11, 5000, 3);
        for (int round = 0; round < 300; round++) { // 300 × 73 calls of each: C2 has compiled them
            for (int n = 0; n <= 72; n++) {
                int length = n <= 70 ? n : n == 71 ? 1000 : 1023;
                bitForBit(data, round % 7, length, round % 5);
            }
        }
    }

    private static void bitForBit(float[] data, int xo, int n, int yo) {
        float[] x = Arrays.copyOfRange(data, 100, 100 + xo + n + 1), g = Arrays.copyOfRange(data, 2000, 2000 + xo + n);
        float[] row = new float[yo + 1], y = new float[yo + n], gx = new float[yo + n];
        String where = "n = " + n;
        float m = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) m = Math.max(m, x[xo + i]);
        float[] e = new float[n];
        for (int i = 0; i < n; i++) e[i] = Singles.exp(x[xo + i] - m);
        float z = lanes(e, 0, n), lse = n == 0 ? m : (float) (m + StrictMath.log(z)), log = (float) StrictMath.log(z);

        Rows.sum(x, xo, 1, n, row, yo);
        assertEquals(lanes(x, xo, n), row[yo], where);
        Rows.max(x, xo, 1, n, row, yo);
        assertEquals(m, row[yo], where);
        Rows.logSumExp(x, xo, 1, n, row, yo);
        assertEquals(lse, row[yo], where);

        Rows.logSumExpGrad(x, xo, row, yo, new float[] {1.7f}, 0, 1, n, gx, yo);
        for (int i = 0; i < n; i++) assertEquals(0 + Singles.exp(x[xo + i] - lse) * 1.7f, gx[yo + i], where);

        System.arraycopy(data, 3000, gx, 0, yo + n);
        Rows.sumGrad(new float[] {1.7f}, 0, 1, n, gx, yo);
        for (int i = 0; i < n; i++) assertEquals(data[3000 + yo + i] + 1.7f, gx[yo + i], where);

        Rows.softmax(x, xo, 1, n, y, yo);
        float[] product = new float[n];
        for (int i = 0; i < n; i++) {
            assertEquals(e[i] / z, y[yo + i], where);
            product[i] = g[xo + i] * y[yo + i];
        }
        System.arraycopy(data, 3000, gx, 0, yo + n);
        Rows.softmaxGrad(y, yo, g, xo, 1, n, gx, yo);
        float mean = lanes(product, 0, n);
        for (int i = 0; i < n; i++) {
            assertEquals(data[3000 + yo + i] + y[yo + i] * (g[xo + i] - mean), gx[yo + i], where);
        }

        Rows.logSoftmax(x, xo, 1, n, y, yo);
        for (int i = 0; i < n; i++) assertEquals(x[xo + i] - m - log, y[yo + i], where);
        System.arraycopy(data, 3000, gx, 0, yo + n);
        Rows.logSoftmaxGrad(y, yo, g, xo, 1, n, gx, yo);
        float total = lanes(g, xo, n);
        for (int i = 0; i < n; i++) {
            float p = Singles.exp(y[yo + i]) * total;
            assertEquals(data[3000 + yo + i] + (g[xo + i] - p), gx[yo + i], where);
        }
        for (int i = 0; i < yo; i++) {
            assertEquals(0, y[i] + row[i], "before the output");
            assertEquals(data[3000 + i], gx[i], "before the gradient");
        }
        assertEquals(data[100 + xo + n], x[xo + n], "after the input");
    }

    @Test
    void doubleSumsHaveTheSameOrder() {
        double[] x = wide(draw(12, 1100, 1));
        double[] y = new double[3];
        for (int n = 0; n <= 70; n++) {
            Rows.sum(x, 5, 1, n, y, 1);
            assertEquals(lanes(x, 5, n), y[1]);
        }
        Rows.sum(x, 3, 1, 1023, y, 1);
        assertEquals(lanes(x, 3, 1023), y[1]);
    }

    /** Rows one after the other are rows one at a time. */
    @Test
    void rowsAreIndependent() {
        for (int n : new int[] {1, 7, 16, 33}) {
            int rows = 9;
            float[] x = draw(n, 2 + rows * n, 2), y = new float[rows * n], one = new float[n];
            Rows.softmax(x, 2, rows, n, y, 0);
            for (int r = 0; r < rows; r++) {
                Rows.softmax(x, 2 + r * n, 1, n, one, 0);
                assertArrayEquals(one, Arrays.copyOfRange(y, r * n, r * n + n));
            }
            float[] in = Arrays.copyOfRange(x, 2, x.length);
            Rows.softmax(in, 0, rows, n, in, 0);
            assertArrayEquals(y, in, "in place");
            Rows.logSoftmax(x, 2, rows, n, y, 0);
            in = Arrays.copyOfRange(x, 2, x.length);
            Rows.logSoftmax(in, 0, rows, n, in, 0);
            assertArrayEquals(y, in, "in place");
        }
    }

    /** Rows that the threads share are rows one at a time, for every number of threads. */
    @Test
    void sharedRowsAreRowsOneAtATime() {
        int before = Workers.threads();
        try {
            for (int n : new int[] {3, 64, 257, 70_000}) {
                int rows = Math.max(2, 80_000 / n);
                float[] x = draw(n, rows * n, 2), g = draw(n + 1, rows * n, 1);
                String alone = "", wide = "";
                for (int threads : new int[] {1, 2, 3, 7}) {
                    Workers.threads(threads);
                    String shared = functions(x, g, rows, n), sharedWide = functions(wide(x), wide(g), rows, n);
                    if (threads == 1) {
                        alone = functions(x, g, 1, n);
                        wide = functions(wide(x), wide(g), 1, n);
                    }
                    assertEquals(alone, shared, "n = " + n + ", threads: " + threads);
                    assertEquals(wide, sharedWide, "n = " + n + ", threads: " + threads + ", in double");
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    /** Digests of all functions and adjoints, so many rows at a time. */
    private static String functions(float[] x, float[] g, int some, int n) {
        int rows = x.length / n;
        float[] sum = new float[rows], max = new float[rows], lse = new float[rows], gx = new float[x.length];
        float[] soft = new float[x.length], log = new float[x.length];
        for (int r = 0, at = 0; r < rows; r += some, at += some * n) {
            Rows.sum(x, at, some, n, sum, r);
            Rows.max(x, at, some, n, max, r);
            Rows.logSumExp(x, at, some, n, lse, r);
            Rows.softmax(x, at, some, n, soft, at);
            Rows.logSoftmax(x, at, some, n, log, at);
            Rows.sumGrad(g, r, some, n, gx, at);
            Rows.maxGrad(x, at, max, r, g, r, some, n, gx, at);
            Rows.logSumExpGrad(x, at, lse, r, g, r, some, n, gx, at);
            Rows.softmaxGrad(soft, at, g, at, some, n, gx, at);
            Rows.logSoftmaxGrad(log, at, g, at, some, n, gx, at);
        }
        return Bits.crc(sum) + Bits.crc(max) + Bits.crc(lse) + Bits.crc(soft) + Bits.crc(log) + Bits.crc(gx);
    }

    private static String functions(double[] x, double[] g, int some, int n) {
        int rows = x.length / n;
        double[] sum = new double[rows], max = new double[rows], lse = new double[rows], gx = new double[x.length];
        double[] soft = new double[x.length], log = new double[x.length];
        for (int r = 0, at = 0; r < rows; r += some, at += some * n) {
            Rows.sum(x, at, some, n, sum, r);
            Rows.max(x, at, some, n, max, r);
            Rows.logSumExp(x, at, some, n, lse, r);
            Rows.softmax(x, at, some, n, soft, at);
            Rows.logSoftmax(x, at, some, n, log, at);
            Rows.sumGrad(g, r, some, n, gx, at);
            Rows.maxGrad(x, at, max, r, g, r, some, n, gx, at);
            Rows.logSumExpGrad(x, at, lse, r, g, r, some, n, gx, at);
            Rows.softmaxGrad(soft, at, g, at, some, n, gx, at);
            Rows.logSoftmaxGrad(log, at, g, at, some, n, gx, at);
        }
        return Bits.crc(sum) + Bits.crc(max) + Bits.crc(lse) + Bits.crc(soft) + Bits.crc(log) + Bits.crc(gx);
    }

    /**
     * Against double: a sum to n/16 + 4 roundings of Σ|x|; an exponential of x − m to 2 ulp and the error of the
     * difference, ½ ulp of x − m, which it multiplies; so softmax to (4 + |x − m| / 2 + n/16) ε, logSumExp to
     * (4 + n/16) ε + ½ ulp.
     */
    @Test
    void floatsAgreeWithDoubles() {
        double eps = 0x1p-23;
        for (float scale : new float[] {0.1f, 1, 10, 60}) {
            for (int n : new int[] {1, 2, 10, 17, 100, 1000, 4096}) {
                float[] x = draw(n, n, scale), y = new float[n], row = new float[1];
                double m = Double.NEGATIVE_INFINITY, sum = 0, size = 0, z = 0, terms = n / 16 + 4;
                for (float v : x) m = Math.max(m, v);
                for (float v : x) {
                    sum += v;
                    size += Math.abs(v);
                    z += StrictMath.exp(v - m);
                }
                double lse = m + StrictMath.log(z);
                Rows.sum(x, 0, 1, n, row, 0);
                assertEquals(sum, row[0], terms * eps * size + 1e-38);
                Rows.logSumExp(x, 0, 1, n, row, 0);
                assertEquals(lse, row[0], terms * eps + eps * Math.abs(lse));
                Rows.softmax(x, 0, 1, n, y, 0);
                for (int i = 0; i < n; i++) {
                    double p = StrictMath.exp(x[i] - lse);
                    assertEquals(p, y[i], (terms + (m - x[i]) / 2) * eps * p + 0x1p-126);
                }
                Rows.logSoftmax(x, 0, 1, n, y, 0);
                for (int i = 0; i < n; i++) {
                    assertEquals(x[i] - lse, y[i], terms * eps + 2 * eps * Math.abs(x[i] - m));
                }
            }
        }
    }

    @Test
    void emptyRows() {
        float[] y = {5, 5, 5};
        Rows.sum(new float[0], 0, 3, 0, y, 0);
        assertArrayEquals(new float[] {0, 0, 0}, y);
        Rows.max(new float[0], 0, 3, 0, y, 0);
        assertArrayEquals(new float[] {-INF, -INF, -INF}, y);
        Arrays.fill(y, 5);
        Rows.logSumExp(new float[0], 0, 3, 0, y, 0);
        assertArrayEquals(new float[] {-INF, -INF, -INF}, y);
        Rows.softmax(new float[0], 0, 3, 0, new float[0], 0);
        double[] d = {5, 5};
        Rows.sum(new double[0], 0, 1, 0, d, 0);
        Rows.logSumExp(new double[0], 0, 1, 0, d, 1);
        assertArrayEquals(new double[] {0, Double.NEGATIVE_INFINITY}, d);
        Rows.sum(y, 0, 0, 3, y, 3);
    }

    /** An infinity or a NaN anywhere in rows of any length: short, whole vectors, tails. */
    @Test
    void infinitiesAndNaN() {
        for (int n = 2; n <= 70; n++) {
            for (int at = 0; at < n; at++) {
                float[] x = draw(n, n, 1);
                x[at] = -INF;
                edges(x, 0, false);
                x[at] = INF;
                edges(x, INF, true);
                x[(at + 1) % n] = NAN;
                edges(x, NAN, true);
            }
            float[] none = new float[n];
            Arrays.fill(none, -INF);
            edges(none, -INF, true);
        }
    }

    private static void edges(float[] x, float expected, boolean undefined) {
        int n = x.length;
        float[] row = new float[2], y = new float[n];
        double[] wideRow = new double[2], d = new double[n];
        Rows.logSumExp(x, 0, 1, n, row, 0);
        Rows.max(x, 0, 1, n, row, 1);
        Rows.logSumExp(wide(x), 0, 1, n, wideRow, 0);
        Rows.max(wide(x), 0, 1, n, wideRow, 1);
        if (undefined) {
            assertEquals(expected, row[0]);
            assertEquals(expected, row[1]);
            assertEquals(expected, wideRow[0]);
            assertEquals(expected, wideRow[1]);
        }
        Rows.softmax(x, 0, 1, n, y, 0);
        Rows.softmax(wide(x), 0, 1, n, d, 0);
        float[] log = new float[n], gx = new float[n];
        Rows.logSoftmax(x, 0, 1, n, log, 0);
        Rows.logSumExpGrad(x, 0, row, 0, new float[] {1}, 0, 1, n, gx, 0);
        for (int i = 0; i < n; i++) {
            assertEquals(undefined, Float.isNaN(y[i]));
            assertEquals(undefined, Double.isNaN(d[i]));
            assertEquals(undefined, Float.isNaN(log[i]));
            assertEquals(undefined, Float.isNaN(gx[i]));
            if (x[i] == -INF && !undefined) {
                assertEquals(0, y[i]);
                assertEquals(0, d[i]);
                assertEquals(-INF, log[i]);
                assertEquals(0, gx[i]);
            }
        }
    }

    @Test
    void largeArgumentsDoNotOverflow() {
        float[] x = {-Float.MAX_VALUE, Float.MAX_VALUE, 0}, y = new float[3];
        Rows.softmax(x, 0, 1, 3, y, 0);
        assertArrayEquals(new float[] {0, 1, 0}, y);
        Rows.logSumExp(x, 0, 1, 3, y, 0);
        assertEquals(Float.MAX_VALUE, y[0]);
    }

    @Test
    void maximaShareTheirGradient() {
        float[] x = {1, 3, 3, 2, -INF, -INF, -INF, -INF, NAN, 1, NAN, INF, 0f, -0f, -1, 0f};
        float[] y = new float[4], gx = new float[16];
        Rows.max(x, 0, 4, 4, y, 0);
        assertArrayEquals(new float[] {3, -INF, NAN, 0f}, y);
        Arrays.fill(gx, 1);
        Rows.maxGrad(x, 0, y, 0, new float[] {4, 8, 2, 6}, 0, 4, 4, gx, 0);
        assertArrayEquals(new float[] {1, 3, 3, 1, 3, 3, 3, 3, 2, 1, 2, 1, 3, 3, 1, 3}, gx);
        double[] d = new double[16], e = new double[4];
        Rows.max(wide(x), 0, 4, 4, e, 0);
        Rows.maxGrad(wide(x), 0, e, 0, new double[] {4, 8, 2, 6}, 0, 4, 4, d, 0);
        for (int i = 0; i < 16; i++) assertEquals(gx[i] - 1, d[i]);
    }

    @Test
    void rowsStayWithinTheirArrays() {
        float[] six = new float[6];
        assertThrows(IndexOutOfBoundsException.class, () -> Rows.sum(six, 1, 2, 3, new float[2], 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Rows.sum(six, 0, 2, 3, new float[2], 1));
        assertThrows(IndexOutOfBoundsException.class, () -> Rows.softmax(six, 0, 65536, 65536, six, 0));
    }

    /** These constants bind every machine and every width. */
    @Test
    void theBitsNeverChange() {
        int rows = 13, n = 77;
        float[] x = draw(21, rows * n, 5), g = draw(22, rows * n, 1);
        float[] y = new float[rows], p = new float[rows * n], gx = new float[rows * n];
        Rows.sum(x, 0, rows, n, y, 0);
        assertEquals("2353b490", Bits.crc(y), "sums");
        assumeTrue(Fma.FAST, "the exponential needs a fused multiply-add for these bits");
        Rows.logSumExp(x, 0, rows, n, y, 0);
        assertEquals("c8d88cb7", Bits.crc(y), "logSumExp");
        Rows.softmax(x, 0, rows, n, p, 0);
        assertEquals("a3642f9d", Bits.crc(p), "softmax");
        Rows.softmaxGrad(p, 0, g, 0, rows, n, gx, 0);
        Rows.logSumExpGrad(x, 0, y, 0, g, 0, rows, n, gx, 0);
        Rows.logSoftmax(x, 0, rows, n, p, 0);
        Rows.logSoftmaxGrad(p, 0, g, 0, rows, n, gx, 0);
        assertEquals("fa23b652", Bits.crc(gx), "gradients");
        double[] d = new double[rows * n];
        Rows.softmax(wide(x), 0, rows, n, d, 0);
        assertEquals("be78704f", Bits.crc(d), "softmax of doubles");
    }

    /** Either NaN, in a vector or behind it, outranks every number; the zero with a sign is the lesser. */
    @Test
    void aMaximumHeedsEveryNaNAndTheSignOfZero() {
        float[] y = new float[1];
        for (int bits : new int[] {0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff}) {
            for (int at = 0; at < 37; at++) {
                for (float others : new float[] {-INF, -1, INF}) {
                    float[] x = new float[37];
                    Arrays.fill(x, others);
                    x[at] = Float.intBitsToFloat(bits);
                    Rows.max(x, 0, 1, 37, y, 0);
                    assertEquals(NAN, y[0], "NaN at " + at);
                }
            }
        }
        float[] zeros = new float[32];
        Arrays.fill(zeros, -0f);
        Rows.max(zeros, 0, 1, 32, y, 0);
        assertEquals(-0f, y[0]);
        zeros[9] = 0f;
        Rows.max(zeros, 0, 1, 32, y, 0);
        assertEquals(0f, y[0]);
    }
}
