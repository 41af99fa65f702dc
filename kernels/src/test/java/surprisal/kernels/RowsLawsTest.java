package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;

class RowsLawsTest {

    /** What x ↦ y does forward and its adjoint backward, with the same y; for x: [n] one row. */
    enum Function {
        SUM(false), MAX(false), LOG_SUM_EXP(false), SOFTMAX(true), LOG_SOFTMAX(true);

        private final boolean keepsShape;

        Function(boolean keepsShape) { this.keepsShape = keepsShape; }

        double[] f(double[] x) {
            int n = x.length;
            double[] y = new double[keepsShape ? n : 1];
            switch (this) {
                case SUM -> Rows.sum(x, 0, 1, n, y, 0);
                case MAX -> Rows.max(x, 0, 1, n, y, 0);
                case LOG_SUM_EXP -> Rows.logSumExp(x, 0, 1, n, y, 0);
                case SOFTMAX -> Rows.softmax(x, 0, 1, n, y, 0);
                case LOG_SOFTMAX -> Rows.logSoftmax(x, 0, 1, n, y, 0);
            }
            return y;
        }

        void plusAdjoint(double[] x, double[] g, double[] gx) {
            int n = x.length;
            double[] y = f(x);
            switch (this) {
                case SUM -> Rows.sumGrad(g, 0, 1, n, gx, 0);
                case MAX -> Rows.maxGrad(x, 0, y, 0, g, 0, 1, n, gx, 0);
                case LOG_SUM_EXP -> Rows.logSumExpGrad(x, 0, y, 0, g, 0, 1, n, gx, 0);
                case SOFTMAX -> Rows.softmaxGrad(y, 0, g, 0, 1, n, gx, 0);
                case LOG_SOFTMAX -> Rows.logSoftmaxGrad(y, 0, g, 0, 1, n, gx, 0);
            }
        }

        void plusAdjoint(float[] x, float[] g, float[] gx) {
            int n = x.length;
            float[] y = new float[keepsShape ? n : 1];
            switch (this) {
                case SUM -> Rows.sumGrad(g, 0, 1, n, gx, 0);
                case MAX -> {
                    Rows.max(x, 0, 1, n, y, 0);
                    Rows.maxGrad(x, 0, y, 0, g, 0, 1, n, gx, 0);
                }
                case LOG_SUM_EXP -> {
                    Rows.logSumExp(x, 0, 1, n, y, 0);
                    Rows.logSumExpGrad(x, 0, y, 0, g, 0, 1, n, gx, 0);
                }
                case SOFTMAX -> {
                    Rows.softmax(x, 0, 1, n, y, 0);
                    Rows.softmaxGrad(y, 0, g, 0, 1, n, gx, 0);
                }
                case LOG_SOFTMAX -> {
                    Rows.logSoftmax(x, 0, 1, n, y, 0);
                    Rows.logSoftmaxGrad(y, 0, g, 0, 1, n, gx, 0);
                }
            }
        }
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.integers().between(1, 70)),
                Tuple.of(1, Arbitraries.integers().between(71, 1100)));
    }

    private static double[] draw(long seed, int stream, int n) {
        double[] x = new double[n];
        Philox.normal(seed, stream, 0, x, 0, n);
        return x;
    }

    private static float[] single(double[] x) {
        float[] f = new float[x.length];
        for (int i = 0; i < f.length; i++) f[i] = (float) x[i];
        return f;
    }

    /** ⟨ȳ, dy⟩ = ⟨x̄, dx⟩, dy by central differences with h = 1e-5: to 1e-7 of the sizes. */
    @Property
    void adjointsAreTheLimitsOfDifferences(@ForAll Function f, @ForAll("lengths") int n, @ForAll long seed) {
        double[] x = draw(seed, 0, n), dx = draw(seed, 1, n), up = new double[n], down = new double[n];
        double h = 1e-5;
        if (f == Function.MAX) for (int i = 0; i < n; i++) x[i] = Math.round(x[i] * 8) + i * 0.5 / n; // no ties
        for (int i = 0; i < n; i++) {
            up[i] = x[i] + h * dx[i];
            down[i] = x[i] - h * dx[i];
        }
        double[] yUp = f.f(up), yDown = f.f(down), g = draw(seed, 2, yUp.length), gx = new double[n];
        f.plusAdjoint(x, g, gx);
        double forward = 0, backward = 0, size = 1;
        for (int i = 0; i < g.length; i++) {
            double term = g[i] * (yUp[i] - yDown[i]) / (2 * h);
            forward += term;
            size += Math.abs(term);
        }
        for (int i = 0; i < n; i++) backward += gx[i] * dx[i];
        assertEquals(forward, backward, 1e-7 * size);
    }

    /** x̄ is added to: twice the same call, twice the gradient; and floats do what doubles do, to 1e-5 of max |ȳ| n. */
    @Property
    void adjointsAccumulateInBothPrecisions(@ForAll Function f, @ForAll("lengths") int n, @ForAll long seed) {
        float[] x = single(draw(seed, 0, n)), g = single(draw(seed, 2, f.keepsShape ? n : 1));
        double[] wideX = new double[n], wideG = new double[g.length], once = new double[n], twice = new double[n];
        for (int i = 0; i < n; i++) wideX[i] = x[i];
        for (int i = 0; i < g.length; i++) wideG[i] = g[i];
        f.plusAdjoint(wideX, wideG, once);
        f.plusAdjoint(wideX, wideG, twice);
        f.plusAdjoint(wideX, wideG, twice);
        float[] gx = new float[n];
        f.plusAdjoint(x, g, gx);
        for (int i = 0; i < n; i++) {
            assertEquals(2 * once[i], twice[i], 1e-14 * Math.abs(once[i]) + 1e-16);
            assertEquals(once[i], gx[i], 1e-5 * (1 + Math.abs(once[i])));
        }
    }

    @Property
    void softmaxIsADistribution(@ForAll("lengths") int n, @ForAll long seed,
            @ForAll @DoubleRange(max = 100) double scale) {
        double[] x = draw(seed, 0, n);
        for (int i = 0; i < n; i++) x[i] *= scale;
        double sum = 0;
        for (double p : Function.SOFTMAX.f(x)) {
            assertTrue(p >= 0);
            sum += p;
        }
        assertEquals(1, sum, 1e-13);
        float[] y = single(x);
        Rows.softmax(y, 0, 1, n, y, 0);
        sum = 0;
        for (float p : y) {
            assertTrue(p >= 0);
            sum += p;
        }
        assertEquals(1, sum, 1e-5);
    }

    /** softmax(x + c) = softmax(x) and logSumExp(x + c) = logSumExp(x) + c, exactly when x + c and x − m are exact. */
    @Property
    void aShiftOfAllLogitsChangesNothing(@ForAll("lengths") int n, @ForAll long seed,
            @ForAll @LongRange(min = -1000, max = 1000) long c) {
        double[] x = draw(seed, 0, n), shifted = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = Math.round(x[i] * 256) / 256.0;
            shifted[i] = x[i] + c;
        }
        assertArrayEquals(Function.SOFTMAX.f(x), Function.SOFTMAX.f(shifted));
        assertArrayEquals(Function.LOG_SOFTMAX.f(x), Function.LOG_SOFTMAX.f(shifted));
        float[] y = single(x), z = single(shifted);
        Rows.softmax(y, 0, 1, n, y, 0);
        Rows.softmax(z, 0, 1, n, z, 0);
        assertArrayEquals(y, z);
        assertEquals(Function.LOG_SUM_EXP.f(x)[0] + c, Function.LOG_SUM_EXP.f(shifted)[0], 1e-12);
    }

    @Property
    void logSumExpIsASmoothMaximum(@ForAll("lengths") int n, @ForAll long seed) {
        double[] x = draw(seed, 0, n);
        double max = Function.MAX.f(x)[0], lse = Function.LOG_SUM_EXP.f(x)[0];
        assertTrue(max <= lse && lse <= max + Math.log(n) + 1e-14);
        double[] p = Function.SOFTMAX.f(x), log = Function.LOG_SOFTMAX.f(x);
        for (int i = 0; i < n; i++) {
            assertEquals(x[i] - lse, log[i], 1e-13);
            assertEquals(Math.exp(log[i]), p[i], 1e-13);
        }
    }
}
