package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * The chain of normals is the normal whose covariance is α^|s − t|, and no independent belief comes nearer than its
 * rate.
 */
class ChainLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static Normal belief(long seed, int n) {
        Rng rng = new Rng(seed);
        Tensor mean = Tensor.of(rng.normal(Shape.of(2, n), DOUBLE));
        return new Normal(mean, Tensor.of(rng.normal(Shape.of(2, n), DOUBLE)).times(0.5).exp());
    }

    /** L with L Lᵀ = α^|s − t|. */
    private static double[][] cholesky(double alpha, int steps) {
        double[][] L = new double[steps][steps];
        for (int i = 0; i < steps; i++) {
            for (int j = 0; j <= i; j++) {
                double c = Math.pow(alpha, i - j);
                for (int k = 0; k < j; k++) {
                    c -= L[i][k] * L[j][k];
                }
                L[i][j] = i == j ? Math.sqrt(c) : c / L[j][j];
            }
        }
        return L;
    }

    /** L⁻¹ x. */
    private static double[] solved(double[][] L, double[] x) {
        double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            for (int k = 0; k < i; k++) {
                y[i] -= L[i][k] * y[k];
            }
            y[i] /= L[i][i];
        }
        return y;
    }

    @Property(tries = 100)
    void isTheNormalWithItsCovariance(@ForAll long seed, @ForAll @DoubleRange(min = -0.9, max = 0.9) double alpha,
            @ForAll @IntRange(min = 2, max = 6) int steps, @ForAll @IntRange(min = 1, max = 3) int n) {
        Ar1 p = Ar1.over(steps * n, alpha, steps, DOUBLE);
        Normal q = belief(seed, steps * n);
        double[][] L = cholesky(alpha, steps);
        for (int row = 0; row < 2; row++) {
            double log = 0;
            double divergence = 0;
            double entropy = 0;
            for (int j = 0; j < n; j++) {
                double[] x = new double[steps];
                for (int t = 0; t < steps; t++) {
                    x[t] = q.mean().at((row * steps + t) * n + j);
                }
                double[] y = solved(L, x);
                for (int t = 0; t < steps; t++) {
                    double std = q.std().at((row * steps + t) * n + j);
                    double[] unit = new double[steps];
                    unit[t] = std;
                    for (double e : solved(L, unit)) {
                        divergence += 0.5 * e * e;
                    }
                    divergence += 0.5 * y[t] * y[t] - 0.5 + Math.log(L[t][t]) - Math.log(std);
                    log -= 0.5 * y[t] * y[t] + Math.log(L[t][t]) + 0.5 * Math.log(2 * Math.PI);
                    entropy += Math.log(L[t][t]) + 0.5 * Math.log(2 * Math.PI * Math.E);
                }
            }
            assertEquals(log, p.logProb(q.mean()).at(row), 1e-9 * (1 + Math.abs(log))); // L is ill at α = ±0.9
            assertEquals(divergence, kl(q, p).at(row), 1e-9 * (1 + divergence));
            assertEquals(entropy, p.entropy().item(), 1e-10 * (1 + Math.abs(entropy)));
        }
    }

    @Property
    void noIndependentBeliefComesNearerThanTheRate(@ForAll long seed, @ForAll @DoubleRange(min = -0.95, max = 0.95) double alpha,
            @ForAll @IntRange(min = 2, max = 6) int steps, @ForAll @IntRange(min = 1, max = 3) int n) {
        Ar1 p = new Ar1(alpha, steps, n, DOUBLE);
        double rate = p.committedRate();
        assertTrue(rate >= 0);
        assertEquals(rate, kl(p.nearest(), p).item(), 1e-12 * (1 + rate));
        Tensor any = kl(belief(seed, steps * n), p);
        assertTrue(any.at(0) >= rate && any.at(1) >= rate);
        Tensor near = belief(seed, steps * n).mean().times(1e-3).plus(p.nearest().mean());
        assertTrue(kl(new Normal(near, p.nearest().std().times(1.01)), p).at(0) > rate);
    }

    @Example
    void theRateOfSixStepsIsKnown() {
        assertEquals(1.134224516546618, new Ar1(0.7, 6, 1, DOUBLE).committedRate(), 1e-15);
        assertEquals(3 * 1.134224516546618, Ar1.over(18, 0.7, 6, DOUBLE).committedRate(), 1e-14);
        assertEquals(0, new Ar1(0, 6, 1, DOUBLE).committedRate());
    }

    @Property(tries = 10)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Ar1 p = new Ar1(0.7, 3, 2, DOUBLE);
        GradCheck.standard().model(belief(seed, 6), q -> kl(q, p));
        GradCheck.standard().function(x -> p.logProb(x[0]), belief(seed, 6).mean());
    }

    /** Each part is N(0, I), neighbours have covariance α: 20,000 draws, 5 standard errors. */
    @Example
    void drawsHaveItsCovariance() {
        Ar1 p = new Ar1(0.7, 3, 2, DOUBLE);
        Rng rng = new Rng(4);
        int draws = 20_000;
        double[] sums = new double[3];
        for (int i = 0; i < draws; i++) {
            Tensor z = p.sample(rng);
            sums[0] += z.at(4) * z.at(4);
            sums[1] += z.at(2) * z.at(4);
            sums[2] += z.at(2) * z.at(5);
        }
        double[] expected = {1, 0.7, 0};
        for (int i = 0; i < 3; i++) {
            assertEquals(expected[i], sums[i] / draws, 5 * Math.sqrt(2.0 / draws));
        }
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("a chain of 1 parts of length 2 with α = 0.5: it takes at least 2 parts, of at least 1 number, and −1 < α < 1",
                assertThrows(IllegalArgumentException.class, () -> new Ar1(0.5, 1, 2, DOUBLE)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Ar1(1, 3, 2, DOUBLE));
        assertEquals("a chain of 3 parts over 7 numbers: the length is a multiple of the number of parts",
                assertThrows(IllegalArgumentException.class, () -> Ar1.over(7, 0.5, 3, DOUBLE)).getMessage());
    }
}
