package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bits")
class PhiloxTest {
    private static final long KEY = 0x0123456789abcdefL;
    private static final long STREAM = 0xfedcba9876543210L;
    private static final long START = (1L << 32) - 21; // the low word of the position overflows within the draw

    /** The vectors that Random123 publishes for philox4x32 with 10 rounds. */
    @Test
    void knownAnswers() {
        assertWords(Philox.block(0, 0, 0), 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertWords(Philox.block(-1, -1, -1), 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertWords(Philox.block(0x299f31d0a4093822L, 0x0370734413198a2eL, 0x85a308d3243f6a88L),
                0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
        assertEquals(0x6627e8d5e169c58dL, Philox.pair(0, 0, 0));
    }

    private static void assertWords(int[] words, int... expected) {
        assertArrayEquals(expected, words);
    }

    @Test
    void wordsAreLaidOutInBlocksOf64() {
        for (int n = 0; n <= 200; n++) {
            int[] out = new int[n + 7];
            Philox.bits(KEY, STREAM, START, out, 3, n);
            for (int e = 0; e < n; e++) {
                int r = e % 64;
                assertEquals(Philox.block(KEY, STREAM, START + 16L * (e / 64) + r % 16)[r / 16], out[3 + e]);
            }
            for (int i : new int[] {0, 1, 2, n + 3, n + 4, n + 5, n + 6}) assertEquals(0, out[i]);
        }
    }

    @Test
    void vectorAndScalarTwinsAgreeOnceCompiled() {
        assumeTrue(Simd.bits() != 0, "no vectors here");
        SplittableRandom random = new SplittableRandom(1);
        int n = 128;
        int[] scalar = new int[n], vector = new int[n + 1];
        float[] x = new float[n + 3], y = new float[n + 3];
        for (int call = 0; call < 30_000; call++) {
            long key = random.nextLong(), stream = random.nextLong(), position = random.nextLong();
            Philox.wordByWord(key, stream, position, scalar, 0, n);
            PhiloxLanes.words(key, stream, position, vector, 1, n);
            assertTrue(Arrays.equals(scalar, 0, n, vector, 1, n + 1), "words of key " + key);
            Philox.uniform(scalar, 0, x, 3, n);
            PhiloxLanes.uniform(scalar, 0, y, 3, n);
            assertTrue(Arrays.equals(x, y), "uniform of key " + key);
            Philox.normal(scalar, 0, x, 3, n);
            PhiloxLanes.normal(scalar, 0, y, 3, n);
            assertTrue(Arrays.equals(x, y), "normal of key " + key);
        }
    }

    @Test
    void twinsAgreeOnExtremeWords() {
        assumeTrue(Simd.bits() != 0, "no vectors here");
        int[] extremes = {0, 1, 2, -1, -2, 1 << 31, (1 << 31) - 1, 1 << 30, 1 << 29, (1 << 29) - 1, -(1 << 29), 3 << 29,
            5 << 29, 7 << 29, 0x7fffff80, 0xb504f333};
        float[] x = new float[64], y = new float[64];
        for (int shift = 0; shift < 16; shift++) {
            int[] words = new int[64];
            for (int i = 0; i < 64; i++) words[i] = extremes[(i / 16 % 2 * shift + i) % 16];
            Philox.normal(words, 0, x, 0, 64);
            PhiloxLanes.normal(words, 0, y, 0, 64);
            assertArrayEquals(x, y);
            Philox.uniform(words, 0, x, 0, 64);
            PhiloxLanes.uniform(words, 0, y, 0, 64);
            assertArrayEquals(x, y);
        }
    }

    @Test
    void aDrawInPiecesIsTheSameDraw() {
        int n = 2500;
        float[] uniform = new float[n], normal = new float[n];
        double[] wideUniform = new double[n], wideNormal = new double[n];
        Philox.uniform(KEY, STREAM, START, uniform, 0, n);
        Philox.normal(KEY, STREAM, START, normal, 0, n);
        Philox.uniform(KEY, STREAM, START, wideUniform, 0, n);
        Philox.normal(KEY, STREAM, START, wideNormal, 0, n);
        SplittableRandom random = new SplittableRandom(2);
        for (int trial = 0; trial < 300; trial++) {
            int from = random.nextInt(n / 64) * 64, m = random.nextInt(n - from + 1), off = random.nextInt(5);
            float[] x = new float[off + m + 2];
            double[] d = new double[off + m + 2];
            long at = START + from / 4;
            Philox.uniform(KEY, STREAM, at, x, off, m);
            assertPiece(Arrays.copyOfRange(uniform, from, from + m), x, off);
            Philox.normal(KEY, STREAM, at, x, off, m);
            assertPiece(Arrays.copyOfRange(normal, from, from + m), x, off);
            Philox.uniform(KEY, STREAM, at, d, off, m);
            assertArrayEquals(Arrays.copyOfRange(wideUniform, from, from + m), Arrays.copyOfRange(d, off, off + m));
            Philox.normal(KEY, STREAM, at, d, off, m);
            assertArrayEquals(Arrays.copyOfRange(wideNormal, from, from + m), Arrays.copyOfRange(d, off, off + m));
            assertEquals(0, d[off + m] + d[off + m + 1]);
        }
    }

    private static void assertPiece(float[] expected, float[] x, int off) {
        assertArrayEquals(expected, Arrays.copyOfRange(x, off, off + expected.length));
        assertEquals(0, x[off + expected.length] + x[off + expected.length + 1]);
    }

    @Test
    void countersOfADraw() {
        assertEquals(0, Philox.counters(0));
        assertEquals(16, Philox.counters(1));
        assertEquals(16, Philox.counters(64));
        assertEquals(32, Philox.counters(65));
        assertEquals(1L << 29, Philox.counters(Integer.MAX_VALUE));
    }

    @Test
    void uniformsAreTheUpperBits() {
        int n = 1000;
        int[] words = new int[n];
        float[] x = new float[n];
        double[] d = new double[n];
        Philox.bits(KEY, STREAM, 5, words, 0, n);
        Philox.uniform(KEY, STREAM, 5, x, 0, n);
        Philox.uniform(KEY, STREAM, 5, d, 0, n);
        for (int i = 0; i < n; i++) {
            assertEquals((words[i] >>> 8) * 0x1p-24, x[i]);
            assertEquals(Math.floor(d[i] * 0x1p24) * 0x1p-24, x[i], "a float is the double cut to 24 bits");
            assertEquals(Math.rint(d[i] * 0x1p53), d[i] * 0x1p53);
        }
        assertEquals(0, Philox.uniform(0));
        assertEquals(1 - 0x1p-53, Philox.uniform(-1));
    }

    /** Against r cos φ and r sin φ in double, of the same words: 3e-7 of r, which is 5 units in the last place of r. */
    @Test
    void normalsAreBoxAndMullers() {
        SplittableRandom random = new SplittableRandom(3);
        int[] words = new int[1 << 20];
        for (int i = 0; i < words.length; i++) words[i] = random.nextInt() >>> (i % 7 == 0 ? random.nextInt(32) : 0);
        float[] x = new float[words.length];
        Philox.normal(words, 0, x, 0, x.length);
        for (int i = 0; i < x.length; i += i % 16 == 15 ? 17 : 1) {
            double u = ((words[i] >>> 1) + 0.5f) * 0x1p-31;
            double r = Math.sqrt(-2 * StrictMath.log(u));
            double phi = 2 * Math.PI * 0x1p-32 * words[i + 16];
            assertEquals(r * StrictMath.cos(phi), x[i], 3e-7 * r);
            assertEquals(r * StrictMath.sin(phi), x[i + 16], 3e-7 * r);
        }
    }

    @Test
    void farthestNormals() {
        int[] words = new int[64];
        float[] x = new float[64];
        Philox.normal(words, 0, x, 0, 64); // u = 2^−32, φ = 0
        assertEquals(Math.sqrt(64 * Math.log(2)), x[0], 3e-6);
        assertEquals(0f, x[16]);
        Arrays.fill(words, -1); // u = 1, φ = −2^−32 turns
        Philox.normal(words, 0, x, 0, 64);
        for (float z : x) assertEquals(0f, Math.abs(z));
    }

    /** Off the far tail (u within 2^−11 of 0 or 1), a float normal is the double one to 2e-6. */
    @Test
    void bothPrecisionsDrawTheSameNormals() {
        int n = 1 << 17;
        float[] x = new float[n];
        double[] d = new double[n];
        int[] words = new int[n];
        Philox.bits(KEY, STREAM, 9, words, 0, n);
        Philox.normal(KEY, STREAM, 9, x, 0, n);
        Philox.normal(KEY, STREAM, 9, d, 0, n);
        int compared = 0;
        for (int i = 0; i < n; i++) {
            int u = words[i - i % 32 / 16 * 16] >>> 21;
            if (u != 0 && u != 2047) {
                assertEquals(d[i], x[i], 2e-6);
                compared++;
            }
        }
        assertTrue(compared > 0.99 * n);
    }

    /** Moments within 4 standard errors, Kolmogorov and Smirnov's D √n < 1.95 (p = 0.001), tails within 4 errors. */
    @Test
    void normalsAreNormal() {
        int n = 1 << 20;
        float[] x = new float[n];
        double[] d = new double[n];
        Philox.normal(2026, 0, 0, x, 0, n);
        for (int i = 0; i < n; i++) d[i] = x[i];
        assertNormal(d);
        Philox.normal(2027, 1, 77, d, 0, n);
        assertNormal(d);
    }

    private static void assertNormal(double[] x) {
        int n = x.length;
        double[] m = new double[5];
        double pairs = 0, squares = 0, next = 0;
        int[] beyond = new int[5];
        for (int i = 0; i < n; i++) {
            for (int k = 1; k <= 4; k++) {
                m[k] += Math.pow(x[i], k) / n;
                if (Math.abs(x[i]) > k) beyond[k]++;
            }
            double partner = x[i ^ 16];
            pairs += x[i] * partner;
            squares += (x[i] * x[i] - 1) * (partner * partner - 1) / 2;
            next += x[i] * x[i == 0 ? n - 1 : i - 1];
        }
        assertEquals(0, m[1] * Math.sqrt(n), 4, "mean");
        assertEquals(0, (m[2] - 1) * Math.sqrt(n / 2.0), 4, "variance");
        assertEquals(0, m[3] * Math.sqrt(n / 15.0), 4, "third moment");
        assertEquals(0, (m[4] - 3) * Math.sqrt(n / 96.0), 4, "fourth moment");
        assertEquals(0, pairs / Math.sqrt(2 * n), 4, "cosine and sine of one angle");
        assertEquals(0, squares / Math.sqrt(2 * n), 4, "their squares");
        assertEquals(0, next / Math.sqrt(n), 4, "neighbours");
        for (int k = 1; k <= 4; k++) {
            double p = 2 * cdf(-k);
            assertEquals(0, (beyond[k] - n * p) / Math.sqrt(n * p * (1 - p)), 4, "beyond " + k);
        }
        double[] sorted = x.clone();
        Arrays.sort(sorted);
        double distance = 0;
        for (int i = 0; i < n; i++) {
            double f = cdf(sorted[i]);
            distance = Math.max(distance, Math.max(f - i / (double) n, (i + 1) / (double) n - f));
        }
        assertTrue(distance * Math.sqrt(n) < 1.95, "distance √n = " + distance * Math.sqrt(n));
    }

    /** Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/15 + …) */
    private static double cdf(double x) {
        double term = x, sum = x;
        for (int k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= x * x / k;
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** In 2^10 cells per χ² test: within 4 standard deviations of its mean. */
    @Test
    void uniformsAreUniform() {
        int n = 1 << 20, cells = 1 << 10;
        float[] x = new float[n];
        Philox.uniform(7, 8, 9, x, 0, n);
        int[] high = new int[cells], low = new int[cells], pairs = new int[cells];
        for (int i = 0; i < n; i++) {
            assertTrue(0 <= x[i] && x[i] < 1);
            int bits = (int) (x[i] * 0x1p24f);
            high[bits >>> 14]++;
            low[bits & 1023]++;
            pairs[bits >>> 19 << 5 | (int) (x[i ^ 16] * 32)]++;
        }
        for (int[] count : new int[][] {high, low}) {
            double chi = 0, expected = n / (double) cells;
            for (int c : count) chi += (c - expected) * (c - expected) / expected;
            assertEquals(0, (chi - (cells - 1)) / Math.sqrt(2.0 * (cells - 1)), 4);
        }
        double chi = 0, expected = n / (double) cells; // each pair counts twice, mirrored: twice the χ² of its half
        for (int a = 0; a < 32; a++) {
            for (int b = 0; b < a; b++) {
                double c = pairs[a << 5 | b] - expected;
                chi += c * c / expected;
            }
        }
        assertEquals(0, (chi - 496) / Math.sqrt(2.0 * 496), 4);
    }

    @Test
    void aDrawStaysWithinItsArray() {
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.normal(0, 0, 0, new float[10], 4, 7));
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.uniform(0, 0, 0, new double[10], -1, 7));
        assertThrows(IndexOutOfBoundsException.class, () -> Philox.bits(0, 0, 0, new int[10], 0, -1));
    }

    /** These constants bind every machine and every width; all but the last come from {@code tools/philox.py}. */
    @Test
    void theStreamNeverChanges() {
        int n = 5000;
        int[] words = new int[n];
        Philox.bits(1, 2, 3, words, 0, n);
        assertEquals("2d4efceb", Bits.crc(words), "bits");
        float[] x = new float[n];
        Philox.uniform(1, 2, 3, x, 0, n);
        assertEquals("8e42b2a6", Bits.crc(x), "uniform floats");
        Philox.normal(1, 2, 3, x, 0, n);
        assertEquals("37a418c9", Bits.crc(x), "normal floats");
        double[] d = new double[n];
        Philox.uniform(1, 2, 3, d, 0, n);
        assertEquals("f84f10c5", Bits.crc(d), "uniform doubles");
        Philox.normal(1, 2, 3, d, 0, n);
        assertEquals("7af008da", Bits.crc(d), "normal doubles");
    }
}
