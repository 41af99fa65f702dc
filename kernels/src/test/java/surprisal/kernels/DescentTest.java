package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DescentTest {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double ETA = 0.003;
    private static final double EPSILON = 1e-8;

    /** θ − η m̂ / (√v̂ + ε) as Kingma and Ba write it, Algorithm 1. */
    private static double[] adam(double theta, double[] gradients, double decay) {
        double m = 0;
        double v = 0;
        for (int t = 1; t <= gradients.length; t++) {
            double g = gradients[t - 1];
            m = BETA1 * m + (1 - BETA1) * g;
            v = BETA2 * v + (1 - BETA2) * g * g;
            double mHat = m / (1 - Math.pow(BETA1, t));
            double vHat = v / (1 - Math.pow(BETA2, t));
            theta = theta - ETA * decay * theta - ETA * mHat / (Math.sqrt(vHat) + EPSILON);
        }
        return new double[] {theta, m, v};
    }

    @Test
    void adamInDoubleIsTheFormulaOfThePaper() {
        for (double decay : new double[] {0, 0.01}) {
            double[] p = draw(200, 1);
            double[] m = new double[200];
            double[] v = new double[200];
            double[] start = p.clone();
            for (int t = 1; t <= 50; t++) {
                Descent.adam(
                        p, draw(200, 1 + t), m, v, BETA1, BETA2, ETA / (1 - Math.pow(BETA1, t)),
                        1 / Math.sqrt(1 - Math.pow(BETA2, t)), EPSILON, 1 - ETA * decay);
            }
            for (int i = 0; i < 200; i++) {
                double[] expected = adam(start[i], gradients(i, 50), decay);
                assertEquals(expected[0], p[i], 1e-13);
                assertEquals(expected[1], m[i], 1e-15);
                assertEquals(expected[2], v[i], 1e-15);
            }
        }
    }

    /** 50 steps of η in float: each rounds θ (|θ| ≤ 2) once and errs in its step by some 1e-6 of η. */
    @Test
    void adamInFloatIsNearTheFormulaOfThePaper() {
        float[] p = narrow(draw(200, 1));
        float[] m = new float[200];
        float[] v = new float[200];
        for (int t = 1; t <= 50; t++) {
            step(p, narrow(draw(200, 1 + t)), m, v, t);
        }
        double[] start = draw(200, 1);
        for (int i = 0; i < 200; i++) {
            double[] expected = adam(start[i], gradients(i, 50), 0);
            assertEquals(expected[0], p[i], 50 * (0x1p-23 + 1e-6 * ETA));
            assertEquals(expected[1], m[i], 1e-6);
            assertEquals(expected[2], v[i], 1e-6);
        }
    }

    /** No compiler fuses the products and sums: they are rounded one by one, in its vectors too. */
    @Test
    void adamInFloatIsItsOperationsOneByOne() {
        int n = 1027;
        float[] p = narrow(draw(n, 1));
        float[] m = new float[n];
        float[] v = new float[n];
        float[] one = p.clone();
        float[] first = new float[n];
        float[] second = new float[n];
        float[] g = narrow(draw(n, 2));
        float beta1 = (float) BETA1;
        float beta2 = (float) BETA2;
        for (int t = 1; t <= 4000; t++) { // enough for C2
            g[t % 5] = -g[t % 5];
            step(p, g, m, v, 1 + t % 20);
            float stepSize = stepSize(1 + t % 20);
            float scale = scale(1 + t % 20);
            for (int i = 0; i < n; i++) {
                double a = (float) (beta1 * (double) first[i]);
                double b = (float) ((1 - beta1) * (double) g[i]);
                first[i] = (float) (a + b);
                double square = (float) ((double) g[i] * g[i]);
                a = (float) (beta2 * (double) second[i]);
                b = (float) ((1 - beta2) * square);
                second[i] = (float) (a + b);
                double root = (float) Math.sqrt(second[i]);
                double below = (float) ((float) (scale * root) + (double) (float) EPSILON);
                double above = (float) (stepSize * (double) first[i]);
                one[i] = (float) (one[i] - (double) (float) (above / below));
            }
            if (t % 500 == 0 || t < 3) {
                assertArrayEquals(one, p, 0f, "step " + t);
                assertArrayEquals(first, m, 0f);
                assertArrayEquals(second, v, 0f);
            }
        }
    }

    @Test
    void aZeroGradientChangesNothing() {
        float[] p = narrow(draw(100, 1));
        float[] before = p.clone();
        float[] m = new float[100];
        float[] v = new float[100];
        double[] p64 = draw(100, 1);
        double[] before64 = p64.clone();
        for (int t = 1; t <= 10; t++) {
            step(p, new float[100], m, v, t);
            Descent.adam(
                    p64, new double[100], new double[100], new double[100], BETA1, BETA2, ETA, 1, EPSILON, 1);
        }
        assertArrayEquals(before, p);
        assertArrayEquals(before64, p64);
        assertArrayEquals(new float[100], m);
    }

    /** In arrays that are long enough for the compiler's vectors, and at the border: 2⁻¹⁰¹ and the next number. */
    @Test
    void aFadedMomentIsZeroAndOthersKeepTheirBits() {
        float[] faded = {0x1p-101f, -0x1p-101f, 0x1p-140f, -Float.MIN_VALUE, Float.MIN_NORMAL, 0};
        float[] kept = {Math.nextUp(0x1p-101f), -Math.nextUp(0x1p-101f), -1e-30f, 1 / 3f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY,
            Float.NaN};
        double[] faded64 = {0x1p-901, -0x1p-901, 0x1p-1060, -Double.MIN_VALUE, Double.MIN_NORMAL, 0};
        double[] kept64 = {Math.nextUp(0x1p-901), -Math.nextUp(0x1p-901), -1e-270, 1 / 3.0, Double.MAX_VALUE,
            Double.NEGATIVE_INFINITY, Double.NaN};
        float[] m = new float[13 * 77];
        double[] m64 = new double[m.length];
        for (int i = 0; i < m.length; i++) {
            boolean fades = i % 13 < faded.length;
            m[i] = fades ? faded[i % 13] : kept[i % 13 - faded.length];
            m64[i] = fades ? faded64[i % 13] : kept64[i % 13 - faded.length];
        }
        float[] before = m.clone();
        double[] before64 = m64.clone();
        for (int t = 0; t < 20_000; t++) { // enough for C2
            Descent.fade(m);
            Descent.fade(m64);
        }
        for (int i = 0; i < m.length; i++) {
            boolean fades = i % 13 < faded.length;
            assertEquals(fades ? 0 : before[i], m[i], 0f);
            assertEquals(fades ? 0 : before64[i], m64[i], 0.0);
        }
    }

    /** The first step is η against the sign of the gradient, whatever its size. */
    @Test
    void theFirstStepIsEtaHoweverSmallOrLargeTheGradient() {
        float[] g = {1e-5f, -1e-3f, 1, -1e3f, 1e15f};
        float[] p = new float[g.length];
        step(p, g, new float[g.length], new float[g.length], 1);
        for (int i = 0; i < g.length; i++) {
            assertEquals(-ETA * Math.signum(g[i]), p[i], ETA * 2e-3, "gradient " + g[i]);
        }
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        int before = Workers.threads();
        try {
            int n = 5 * (1 << 14) + 77;
            float[] expected = null;
            double[] expected64 = null;
            for (int threads : new int[] {1, 2, 3, 7}) {
                Workers.threads(threads);
                float[] p = narrow(draw(n, 1));
                float[] m = new float[n];
                float[] v = new float[n];
                double[] p64 = draw(n, 1);
                double[] m64 = new double[n];
                double[] v64 = new double[n];
                for (int t = 1; t <= 3; t++) {
                    double[] g = draw(n, 1 + t);
                    step(p, narrow(g), m, v, t);
                    Descent.adam(p64, g, m64, v64, BETA1, BETA2, ETA, 1, EPSILON, 1);
                }
                expected = expected == null ? p : expected;
                expected64 = expected64 == null ? p64 : expected64;
                assertArrayEquals(expected, p, threads + " threads");
                assertArrayEquals(expected64, p64, threads + " threads");
                assertTrue(p[n - 1] != (float) draw(n, 1)[n - 1], "the last element moves");
                assertTrue(p64[n - 1] != draw(n, 1)[n - 1], "the last element moves");
            }
        } finally {
            Workers.threads(before);
        }
    }

    @Test
    void nothingIsALegalParameter() {
        step(new float[0], new float[0], new float[0], new float[0], 1);
        Descent.adam(new double[0], new double[0], new double[0], new double[0], BETA1, BETA2, ETA, 1, EPSILON, 1);
        assertEquals(0, Descent.squaredNorm(new float[0]));
        assertEquals(0, Descent.squaredNorm(new double[0]));
    }

    /** Squares and the 4096 of a block are summed in float: at most 2⁻²⁴ · (1 + 4096/16 + 4) of a sum of one sign. */
    @Test
    void squaredNormIsTheSumOfTheSquares() {
        for (int n : new int[] {1, 15, 16, 17, 4095, 4096, 4097, 50_000}) {
            double[] x = draw(n, n);
            double exact = 0;
            double exactOfFloats = 0;
            for (double value : x) {
                exact += value * value;
                exactOfFloats += (double) (float) value * (float) value;
            }
            assertEquals(exact, Descent.squaredNorm(x), 1e-13 * exact);
            assertEquals(exactOfFloats, Descent.squaredNorm(narrow(x)), 0x1p-24 * 261 * exactOfFloats);
        }
    }

    private static void step(float[] p, float[] g, float[] m, float[] v, int t) {
        Descent.adam(p, g, m, v, (float) BETA1, (float) BETA2, stepSize(t), scale(t), (float) EPSILON, 1f);
    }

    private static float stepSize(int t) { return (float) (ETA / (1 - Math.pow(BETA1, t))); }

    private static float scale(int t) { return (float) (1 / Math.sqrt(1 - Math.pow(BETA2, t))); }

    /** The gradients of element i. */
    private static double[] gradients(int i, int steps) {
        double[] g = new double[steps];
        for (int t = 1; t <= steps; t++) {
            g[t - 1] = draw(200, 1 + t)[i];
        }
        return g;
    }

    private static double[] draw(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = 2 * random.nextDouble() - 1;
        }
        return x;
    }

    private static float[] narrow(double[] x) {
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (float) x[i];
        }
        return y;
    }

    /** A gradient that has exploded, or nearly vanished, still has a norm. */
    @Test
    void theNormOutrunsTheRangeOfAFloat() {
        float[] huge = new float[9000];
        float[] tiny = new float[9000];
        Arrays.fill(huge, 3e30f);
        Arrays.fill(tiny, 1e-30f);
        assertEquals(9000 * 9e60, Descent.squaredNorm(huge), 1e-6 * 9000 * 9e60);
        assertEquals(9000 * 1e-60, Descent.squaredNorm(tiny), 1e-6 * 9000 * 1e-60);
        huge[17] = Float.NaN;
        assertEquals(Double.NaN, Descent.squaredNorm(huge));
        huge[17] = Float.NEGATIVE_INFINITY;
        assertEquals(Double.POSITIVE_INFINITY, Descent.squaredNorm(huge));
    }
}
