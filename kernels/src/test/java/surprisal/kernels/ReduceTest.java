package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("bits")
class ReduceTest {
    private static final int[][] SHAPES = { // outer, n, inner
        {1, 1, 1}, {2, 3, 1}, {3, 40, 1}, {2, 3, 2}, {3, 5, 15}, {2, 4, 16}, {2, 4, 17}, {1, 7, 33}, {2, 3, 70},
        {1, 9, 300}, {2, 0, 5}, {2, 0, 1}, {0, 4, 5}, {3, 4, 0}, {5, 1, 6},
    };

    private final int threads = Workers.threads();

    @AfterEach
    void restoreThreads() {
        Workers.threads(threads);
    }

    private static float[] draw(long seed, int n) {
        float[] x = new float[n];
        Philox.normal(seed, 0, 0, x, 0, n);
        return x;
    }

    private static double[] wide(float[] x) {
        double[] d = new double[x.length];
        for (int i = 0; i < d.length; i++) d[i] = x[i];
        return d;
    }

    /** Term after term where inner > 1, so bit for bit; as rows where inner = 1. Repeated until C2 has compiled it. */
    @Test
    void sumsAndMaximaAlongTheMiddle() {
        for (int round = 0; round < 1000; round++) {
            int[] shape = SHAPES[round % SHAPES.length];
            int outer = shape[0], n = shape[1], inner = shape[2], xo = round % 4, yo = round % 3;
            float[] x = draw(round % 50, xo + outer * n * inner), y = new float[yo + outer * inner + 1];
            float[] max = new float[y.length];
            double[] d = new double[y.length], wideMax = new double[y.length];
            Reduce.sum(x, xo, outer, n, inner, y, yo);
            Reduce.max(x, xo, outer, n, inner, max, yo);
            Reduce.sum(wide(x), xo, outer, n, inner, d, yo);
            Reduce.max(wide(x), xo, outer, n, inner, wideMax, yo);
            for (int o = 0; o < outer; o++) {
                for (int k = 0; k < inner; k++) {
                    float sum = 0, m = Float.NEGATIVE_INFINITY;
                    double wideSum = 0;
                    for (int j = 0; j < n; j++) {
                        float v = x[xo + (o * n + j) * inner + k];
                        sum += v;
                        wideSum += v;
                        m = Math.max(m, v);
                    }
                    int at = yo + o * inner + k;
                    assertEquals(sum, y[at], inner == 1 ? 1e-5 : 0, Arrays.toString(shape));
                    assertEquals(wideSum, d[at], inner == 1 ? 1e-13 : 0, Arrays.toString(shape));
                    assertEquals(m, max[at], Arrays.toString(shape));
                    assertEquals(m, wideMax[at], Arrays.toString(shape));
                }
            }
            if (inner == 1) {
                float[] rows = new float[y.length];
                Rows.sum(x, xo, outer, n, rows, yo);
                assertArrayEquals(rows, y);
            }
            for (int i : new int[] {yo - 1, y.length - 1}) if (i >= 0) assertEquals(0, y[i] + max[i] + d[i]);
        }
    }

    @Test
    void gradientsAccumulate() {
        for (int[] shape : SHAPES) {
            int outer = shape[0], n = shape[1], inner = shape[2], size = outer * n * inner;
            float[] x = draw(1, size + 2), g = draw(2, outer * inner + 1), y = new float[outer * inner];
            for (int i = 0; i < x.length; i++) x[i] = Math.round(x[i]); // so that there are ties
            float[] before = draw(3, size + 3), sum = before.clone(), max = before.clone();
            double[] wideSum = wide(before), wideMax = wide(before), wideY = new double[y.length];
            Reduce.max(x, 2, outer, n, inner, y, 0);
            Reduce.sumGrad(g, 1, outer, n, inner, sum, 3);
            Reduce.maxGrad(x, 2, y, 0, g, 1, outer, n, inner, max, 3);
            Reduce.max(wide(x), 2, outer, n, inner, wideY, 0);
            Reduce.sumGrad(wide(g), 1, outer, n, inner, wideSum, 3);
            Reduce.maxGrad(wide(x), 2, wideY, 0, wide(g), 1, outer, n, inner, wideMax, 3);
            for (int i = 0; i < size; i++) {
                int o = i / inner / n, k = i % inner, ties = 0;
                for (int j = 0; j < n; j++) ties += x[2 + (o * n + j) * inner + k] == y[o * inner + k] ? 1 : 0;
                float to = g[1 + o * inner + k], share = x[2 + i] == y[o * inner + k] ? to / ties : 0;
                assertEquals(before[3 + i] + to, sum[3 + i]);
                assertEquals(before[3 + i] + share, max[3 + i]);
                assertEquals((double) before[3 + i] + to, wideSum[3 + i]);
                assertEquals(before[3 + i] + (share == 0 ? 0 : (double) to / ties), wideMax[3 + i]);
            }
            assertArrayEquals(Arrays.copyOf(before, 3), Arrays.copyOf(sum, 3));
            assertArrayEquals(Arrays.copyOf(before, 3), Arrays.copyOf(max, 3));
        }
    }

    @Test
    void naNAndInfinitiesAlongTheMiddle() {
        float inf = Float.POSITIVE_INFINITY, nan = Float.NaN;
        for (int times : new int[] {1, 5}) { // four columns, and the same in vectors
            int n = 4 * times;
            float[] x = beside(times, 1, nan, inf, -inf, 2, 1, -inf, -inf, nan, 3, 5, -inf), y = new float[n], gx = new float[3 * n];
            Reduce.sum(x, 0, 1, 3, n, y, 0);
            assertArrayEquals(beside(times, nan, nan, nan, -inf), y);
            Reduce.max(x, 0, 1, 3, n, y, 0);
            assertArrayEquals(beside(times, nan, nan, inf, -inf), y);
            Reduce.maxGrad(x, 0, y, 0, beside(times, 1, 2, 3, 6), 0, 1, 3, n, gx, 0);
            assertArrayEquals(beside(times, 0, 2, 3, 2, 0, 0, 0, 2, 1, 0, 0, 2), gx);
        }
    }

    /** Rows of four, each so many times. */
    private static float[] beside(int times, float... x) {
        float[] all = new float[x.length * times];
        for (int i = 0; i < all.length; i++) all[i] = x[i / (4 * times) * 4 + i % 4];
        return all;
    }

    /** Against double: each chunk's 2^11 + 4 roundings per lane are far below 1e-5 of Σ|x|. */
    @Test
    void totalsDoNotDependOnThreads() {
        int chunk = 1 << 15;
        for (int n : new int[] {0, 1, 100, chunk - 1, chunk, chunk + 1, 10 * chunk + 77}) {
            float[] x = draw(n, n + 5);
            double exact = 0, size = 0, chunks = 0;
            for (int i = 0; i < n; i++) {
                exact += x[5 + i];
                size += Math.abs(x[5 + i]);
            }
            for (int i = 0; i < n; i += chunk) chunks += Reduce.sum(x, 5 + i, Math.min(chunk, n - i));
            float first = Reduce.sum(x, 5, n);
            assertEquals(exact, first, 1e-6 * size);
            assertEquals((float) chunks, first);
            double wide = Reduce.sum(wide(x), 5, n);
            assertEquals(exact, wide, 1e-14 * size);
            for (int t : new int[] {1, 2, 3, 7}) {
                Workers.threads(t);
                assertEquals(first, Reduce.sum(x, 5, n));
                assertEquals(wide, Reduce.sum(wide(x), 5, n));
            }
        }
    }

    /** Wherever it stands in a row of several chunks; NaN wins, and 0 is above −0. */
    @Test
    void theMaximumOfALongRow() {
        int n = 2 * (1 << 15) + 77, xo = 3;
        for (int t : new int[] {1, 2, 7}) {
            Workers.threads(t);
            for (int at : new int[] {0, (1 << 15) - 1, 1 << 15, 50_000, 1 << 16, n - 1}) {
                for (float top : new float[] {5, 0f, Float.POSITIVE_INFINITY, Float.NaN}) {
                    float[] x = new float[xo + 2 * n], y = {9, 9, 9, 9};
                    Arrays.fill(x, top == 0 ? -0f : -1);
                    Arrays.fill(x, 0, xo, Float.NaN); // not of the rows
                    x[xo + at] = top;
                    x[xo + n + (at + 1) % n] = top;
                    double[] d = {9, 9, 9, 9};
                    Reduce.max(wide(x), xo, 2, n, 1, d, 1);
                    Reduce.max(x, xo, 2, n, 1, y, 1);
                    assertArrayEquals(new float[] {9, top, top, 9}, y);
                    assertArrayEquals(new double[] {9, top, top, 9}, d);
                }
            }
        }
    }

    @Test
    void reductionsStayWithinTheirArrays() {
        float[] six = new float[6];
        assertThrows(IndexOutOfBoundsException.class, () -> Reduce.sum(six, 1, 1, 3, 2, new float[2], 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Reduce.max(six, 0, 1, 3, 2, new float[2], 1));
        float[] long2 = new float[1 << 17];
        assertThrows(IndexOutOfBoundsException.class, () -> Reduce.max(long2, 1, 2, 1 << 16, 1, six, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> Reduce.max(long2, 0, 2, 1 << 16, 1, six, 5));
        assertThrows(IndexOutOfBoundsException.class, () -> Reduce.sum(six, 0, 7));
        assertThrows(IndexOutOfBoundsException.class, () -> Reduce.sum(six, 0, 4, 65536, 65536, six, 0));
    }

    /** These constants bind every machine, every width and any number of threads. */
    @Test
    void theBitsNeverChange() {
        float[] x = draw(31, 100_000), y = new float[250];
        assertEquals("9f9205a5", Bits.crc(new float[] {Reduce.sum(x, 0, x.length)}), "total");
        Reduce.sum(x, 0, 2, 400, 125, y, 0);
        assertEquals("a87715a0", Bits.crc(y), "sums");
        assertEquals("da571ed0", Bits.crc(new double[] {Reduce.sum(wide(x), 0, x.length)}), "total of doubles");
    }
}
