package surprisal.models.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;

/** What holds of whitening, of correlations and of the losses that are made of them. */
class RedundancyLawsTest {

    private static final Precision F64 = Precision.FLOAT64;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), F64));
    }

    /** White numbers: their covariance is I to rounding. */
    private static Tensor white(long seed, int rows, int n) {
        return Whitening.whitened(normal(seed, rows, n), 0);
    }

    private static double[] covariance(Tensor z) {
        int n = z.shape().last();
        double[] C = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int r = 0; r < z.shape().dim(0); r++) {
                    C[i * n + j] += z.at(r * n + i) * z.at(r * n + j) / z.shape().dim(0);
                }
            }
        }
        return C;
    }

    /** E z = 0 and E z zᵀ = I, in plain sums. Rows are twice as many as numbers, so that covariances are far from singular. */
    @Property(tries = 50)
    void whitenedNumbersAreWhite(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n) {
        Tensor z = normal(seed, 2 * n + 6, n).matmul(normal(~seed, n, n).plus(Rows.identity(n, Tensor.of(0.0)).times(5))).plus(3);
        Tensor w = Whitening.whitened(z, 0);
        assertEquals(0, w.mean(0).abs().max().item(), 1e-11);
        assertArrayEquals(World.numbers(Rows.identity(n, w)), covariance(w), 1e-10);
    }

    /** An invertible map of the numbers turns them at most: inner products stay. */
    @Property(tries = 30)
    void whiteningForgetsLinearMaps(@ForAll long seed) {
        Tensor z = normal(seed, 12, 4);
        Tensor mapped = z.matmul(normal(~seed, 4, 4).times(0.3).plus(Rows.identity(4, z).times(2))).plus(normal(seed + 1, 4));
        Tensor a = Whitening.whitened(z, 0);
        Tensor b = Whitening.whitened(mapped, 0);
        assertArrayEquals(World.numbers(a.matmulTransposed(a)), World.numbers(b.matmulTransposed(b)), 1e-9);
    }

    /** Correlations are in [−1, 1], 1 of a number with itself, and blind to units. */
    @Property(tries = 50)
    void correlationsAreBlindToUnits(@ForAll long seed) {
        Tensor a = normal(seed, 8, 3);
        Tensor b = normal(~seed, 8, 2);
        Tensor C = RedundancyReduction.correlations(a, b);
        assertTrue(C.abs().max().item() <= 1 + 1e-14, C.toString());
        Tensor units = normal(seed + 1, 3).exp();
        assertArrayEquals(World.numbers(C),
                World.numbers(RedundancyReduction.correlations(a.times(units).plus(7), b.times(0.1).minus(2))), 1e-12);
        Tensor self = RedundancyReduction.correlations(a, a.times(units));
        for (int i = 0; i < 3; i++) {
            assertEquals(1, self.at(4 * i), 1e-13);
        }
    }

    /** 0 where C = I, as of white numbers with themselves in any units; more than that for C ≠ I, one entry of it or all. */
    @Property(tries = 50)
    void redundancyIsZeroForTheIdentityAlone(@ForAll long seed) {
        RedundancyReduction signal = RedundancyReduction.of(SignalTest.PLAIN);
        Tensor w = white(seed, 9, 3);
        Tensor units = normal(~seed, 3).exp();
        assertEquals(0, signal.cost(w, w.times(units).plus(5)).abs().max().item(), 1e-22);
        Tensor turned = w.plus(w.gather(1, 1, 2, 0).times(Tensor.of(1e-3, 0, 0)));
        assertTrue(signal.cost(w, turned).at(0) > 1e-10); // λ C₁₂² ≈ 0.005 · 1e-6
        assertTrue(signal.cost(w, normal(seed + 1, 9, 3)).at(0) > 1e-3);
    }

    /** A constant goes with nothing, itself included, also where the mean of its numbers rounds: C = 0 costs one for each. */
    @Property(tries = 20)
    void constantsGoWithNothing(@ForAll @IntRange(min = 2, max = 600) int rows, @ForAll @DoubleRange(min = -1e6, max = 1e6) double number) {
        RedundancyReduction signal = RedundancyReduction.of(SignalTest.PLAIN);
        for (Precision precision : Precision.values()) {
            for (double each : new double[] {number, 3.3}) {
                Tensor collapsed = Tensor.full(Shape.of(rows, 3), each, precision);
                Tensor told = normal(rows, rows, 3).to(precision);
                assertEquals(3, signal.cost(collapsed, collapsed).at(0), 1e-6); // (1 − λ) + λ rounds
                assertEquals(3, signal.cost(told, collapsed).at(0), 1e-6);
            }
        }
    }

    /** Views that agree, vary by one and have nothing in common cost nothing; a collapsed view costs its missing deviations. */
    @Property(tries = 20)
    void agreementVarianceAndCovarianceCostWhatTheySay(@ForAll long seed) {
        int rows = 10;
        Tensor w = white(seed, rows, 3); // its unbiased variance is 10/9
        VicReg signal = VicReg.of(SignalTest.PLAIN);
        assertEquals(0, signal.cost(w, w).abs().max().item(), 1e-20);
        assertEquals(2 * 25 * (1 - 0.01), signal.cost(w.times(0), w.times(0)).at(0), 1e-9); // √ε = 0.01
        double[] apart = World.numbers(signal.cost(w, w.plus(2))); // |2|² in each number
        IntStream.range(0, rows).forEach(i -> assertEquals(25 * 4, apart[i], 1e-9));
        Tensor mixed = w.matmul(Tensor.of(Shape.of(3, 3), 1.0, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0, 1.0));
        double shared = 2 * Math.pow(0.5 * rows / (rows - 1.0), 2) / 3; // Cov(z₁, z₂) = ½ · 10/9, twice in C
        assertEquals(2 * shared, signal.cost(mixed, mixed).at(0), 1e-9);
    }
}
