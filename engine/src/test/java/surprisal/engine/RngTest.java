package surprisal.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import surprisal.kernels.Philox;
import surprisal.kernels.Workers;

/** Statistical tests have fixed seeds; each statistic stays within 4 standard deviations of its mean. */
class RngTest {
    private final int threads = Workers.threads();

    @AfterEach
    void restoreThreads() {
        Workers.threads(threads);
    }

    /** (χ² − degrees) / √(2 degrees) */
    private static double chiSquareZ(int[] count, double[] p) {
        double n = Arrays.stream(count).sum(), chi = 0;
        int degrees = -1;
        for (int i = 0; i < count.length; i++) {
            if (p[i] == 0) assertEquals(0, count[i]);
            else {
                chi += (count[i] - n * p[i]) * (count[i] - n * p[i]) / (n * p[i]);
                degrees++;
            }
        }
        return (chi - degrees) / Math.sqrt(2.0 * degrees);
    }

    private static double[] equal(int n) {
        double[] p = new double[n];
        Arrays.fill(p, 1.0 / n);
        return p;
    }

    @Test
    void drawsAreThoseOfPhilox() {
        Rng rng = Rng.of(new Rng.State(5, 6, 7));
        double[] expected = new double[100];
        Philox.normal(5, 6, 7, expected, 0, 100);
        assertArrayEquals(expected, rng.normal(Shape.of(4, 25), Precision.FLOAT64).doubles());
        float[] next = new float[3];
        Philox.uniform(5, 6, 7 + 32, next, 0, 3);
        assertArrayEquals(next, rng.uniform(Shape.of(3), Precision.FLOAT32).floats());
        assertEquals(new Rng.State(9, 0, 0), new Rng(9).state());
    }

    @Test
    @Tag("bits")
    void largeFillsDoNotDependOnThreads() {
        int n = 300_001;
        float[] normal = new float[n], uniform = new float[n];
        double[] wide = new double[n];
        Philox.normal(1, 0, 0, normal, 0, n);
        Philox.uniform(2, 0, 0, uniform, 0, n);
        Philox.normal(3, 0, 0, wide, 0, n);
        for (int t : new int[] {1, 2, 3, 7}) {
            Workers.threads(t);
            assertArrayEquals(normal, new Rng(1).normal(Shape.of(n), Precision.FLOAT32).floats());
            assertArrayEquals(uniform, new Rng(2).uniform(Shape.of(n), Precision.FLOAT32).floats());
            assertArrayEquals(wide, new Rng(3).normal(Shape.of(n), Precision.FLOAT64).doubles());
        }
    }

    @Test
    void belowIsUniform() {
        for (int n : new int[] {2, 3, 7, 10, 64, 1000}) {
            Rng rng = new Rng(n);
            int[] count = new int[n];
            for (int i = 0; i < 200_000; i++) count[rng.below(n)]++;
            assertEquals(0, chiSquareZ(count, equal(n)), 4, "below(" + n + ")");
        }
        Rng rng = new Rng(1);
        int[] thirds = new int[3];
        for (int i = 0; i < 100_000; i++) thirds[(int) (rng.below(3 << 29) / (1L << 29))]++;
        assertEquals(0, chiSquareZ(thirds, equal(3)), 4, "below(3·2^29)");
    }

    @Test
    void permutationsAreEquallyLikely() {
        Rng rng = new Rng(4);
        int[] count = new int[256];
        double[] p = new double[256];
        for (int i = 0; i < 48_000; i++) {
            int[] q = rng.permutation(4);
            count[q[0] << 6 | q[1] << 4 | q[2] << 2 | q[3]]++;
        }
        for (int i = 0; i < 256; i++) {
            if ((1 << (i >> 6) | 1 << (i >> 4 & 3) | 1 << (i >> 2 & 3) | 1 << (i & 3)) == 15) p[i] = 1 / 24.0;
        }
        assertEquals(0, chiSquareZ(count, p), 4);
    }

    @Test
    void bernoulliFrequencies() {
        int n = 100_000;
        for (double p : new double[] {0.001, 0.1, 0.5, 0.93}) {
            for (Precision precision : Precision.values()) {
                Array probabilities = Array.zeros(Shape.of(n), precision);
                probabilities.fill(p);
                Array x = new Rng(6).bernoulli(probabilities);
                assertEquals(precision, x.precision());
                double ones = 0;
                for (int i = 0; i < n; i++) {
                    assertTrue(x.at(i) == 0 || x.at(i) == 1);
                    ones += x.at(i);
                }
                assertEquals(0, (ones - n * p) / Math.sqrt(n * p * (1 - p)), 4);
            }
        }
    }

    @Test
    void categoricalFrequenciesAreTheSoftmax() {
        double[] row = {0.5, -1, Double.NEGATIVE_INFINITY, 2, -4, 1.5, 100 - 100.25};
        int n = 100_000, k = row.length;
        double[] p = new double[k], logits = new double[n * k];
        double sum = 0;
        for (double l : row) sum += Math.exp(l);
        for (int i = 0; i < k; i++) p[i] = Math.exp(row[i]) / sum;
        for (int i = 0; i < n * k; i++) logits[i] = row[i % k] + i / k % 3 * 700; // a shift is no matter
        Array array = Array.of(Shape.of(100, n / 100, k), logits);
        int[] count = new int[k], drawn = new Rng(7).categorical(array);
        for (int i : drawn) count[i]++;
        assertEquals(n, drawn.length);
        assertEquals(0, chiSquareZ(count, p), 4);
        double same = 0;
        for (int i = 1; i < n; i++) same += drawn[i] == drawn[i - 1] ? 1 : 0;
        double two = Arrays.stream(p).map(q -> q * q).sum(), three = Arrays.stream(p).map(q -> q * q * q).sum();
        double variance = two - two * two + 2 * (three - two * two); // neighbouring pairs share an outcome
        assertEquals(0, (same / n - two) / Math.sqrt(variance / n), 4, "neighbours");
    }

    /** Correlations of parent, child, sibling and grandchild, of float normals and of their squares. */
    @Test
    void splitStreamsAreUncorrelated() {
        int n = 1 << 17;
        Rng parent = new Rng(8);
        Rng child = parent.split(), sibling = parent.split(), grandchild = child.split();
        Rng neighbour = new Rng(9);
        Array[] x = new Array[5];
        int at = 0;
        for (Rng rng : new Rng[] {parent, child, sibling, grandchild, neighbour}) {
            x[at++] = rng.normal(Shape.of(n), Precision.FLOAT32);
        }
        for (int a = 0; a < x.length; a++) {
            for (int b = 0; b < a; b++) {
                double product = 0, squares = 0;
                for (int i = 0; i < n; i++) {
                    double u = x[a].at(i), v = x[b].at(i);
                    product += u * v;
                    squares += (u * u - 1) * (v * v - 1) / 2;
                }
                assertEquals(0, product / Math.sqrt(n), 4, a + " and " + b);
                assertEquals(0, squares / Math.sqrt(n), 4, "squares of " + a + " and " + b);
            }
        }
    }

    /** First numbers of many children of one parent: as uniform as one stream, neighbours independent. */
    @Test
    void childrenAreAsRandomAsAStream() {
        int n = 100_000;
        Rng parent = new Rng(10);
        int[] count = new int[100], pairs = new int[100];
        int last = 0;
        for (int i = 0; i < n; i++) {
            int u = (int) (parent.split().uniform() * 100);
            count[u]++;
            pairs[last / 10 * 10 + u / 10]++;
            last = u;
        }
        assertEquals(0, chiSquareZ(count, equal(100)), 4);
        assertEquals(0, chiSquareZ(pairs, equal(100)), 4);
        assertEquals(n, parent.state().position());
    }

    @Test
    void errorsSayWhatToDo() {
        Rng rng = new Rng(0);
        assertMessage("below(0): there is no integer from 0 to -1", () -> rng.below(0));
        assertMessage("permutation(-1): the length is 0 or more", () -> rng.permutation(-1));
        assertMessage("bernoulli of shape [2]: element 1 is 1.5, a probability is from 0 to 1",
                () -> rng.bernoulli(Array.of(Shape.of(2), new float[] {1, 1.5f})));
        assertMessage("bernoulli of shape [1]: element 0 is NaN, a probability is from 0 to 1",
                () -> rng.bernoulli(Array.of(Shape.of(1), new double[] {Double.NaN})));
        assertMessage("categorical of shape [3, 0]: the last axis has no outcomes",
                () -> rng.categorical(Array.zeros(Shape.of(3, 0), Precision.FLOAT32)));
        assertMessage("categorical of shape []: the last axis has no outcomes",
                () -> rng.categorical(Array.zeros(Shape.scalar(), Precision.FLOAT32)));
        assertMessage("categorical of shape [2, 2]: logit 1 of row 1 is Infinity, logits are finite or -Infinity",
                () -> rng.categorical(Array.of(Shape.of(2, 2), new double[] {0, 0, 0, 1 / 0.0})));
        double none = Double.NEGATIVE_INFINITY;
        assertMessage("categorical of shape [2, 2]: all logits of row 1 are -Infinity, one at least must be finite",
                () -> rng.categorical(Array.of(Shape.of(2, 2), new double[] {0, 0, none, none})));
        assertMessage("position -1 of a random stream: it is 0 to 2^56", () -> new Rng.State(0, 0, -1));
        assertEquals(0, rng.state().position(), "a refused draw uses nothing");
        Rng old = Rng.of(new Rng.State(0, 0, (1L << 56) - 1));
        String message = assertThrows(IllegalStateException.class, () -> old.permutation(3)).getMessage();
        assertTrue(message.endsWith("go on with a split()"), message);
        old.uniform();
    }

    private static void assertMessage(String message, Runnable draw) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, draw::run).getMessage());
    }

    /** This constant binds every machine: one of each draw. */
    @Test
    @Tag("bits")
    void theDrawsNeverChange() {
        Rng rng = new Rng(2026).split();
        StringBuilder draws = new StringBuilder();
        draws.append(Arrays.toString(rng.normal(Shape.of(70), Precision.FLOAT32).floats()));
        draws.append(Arrays.toString(rng.normal(Shape.of(70), Precision.FLOAT64).doubles()));
        Array p = rng.uniform(Shape.of(10, 7), Precision.FLOAT64);
        draws.append(Arrays.toString(p.doubles()));
        draws.append(rng.uniform()).append(rng.below(1000)).append(Arrays.toString(rng.permutation(50)));
        draws.append(Arrays.toString(rng.bernoulli(p).doubles())).append(Arrays.toString(rng.categorical(p)));
        draws.append(rng.split().state()).append(rng.state());
        CRC32 crc = new CRC32();
        crc.update(draws.toString().getBytes(UTF_8));
        assertEquals("49ccff24", "%08x".formatted(crc.getValue()));
    }
}
