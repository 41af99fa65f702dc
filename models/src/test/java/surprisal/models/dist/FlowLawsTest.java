package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.Kl;
import surprisal.models.World;
import surprisal.models.dist.Bijection.Image;
import surprisal.models.dist.Distribution.Draw;

/** Layers of flows are one to one, with the determinants of their Jacobians. */
class FlowLawsTest {

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64));
    }

    /** A coupling each way and a planar layer, as smooth functions of any numbers [3, ≥ 2n² + 3n + 1]. */
    static List<Bijection> layers(int n, Tensor numbers) {
        List<Bijection> layers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int parity = i;
            double[] mask = new double[n];
            Arrays.setAll(mask, j -> (j + parity) % 2);
            Tensor row = numbers.slice(0, i, i + 1);
            Tensor weight = row.slice(0, 2 * n * n).reshape(n, 2 * n);
            Tensor bias = row.slice(2 * n * n, 2 * n * n + 2 * n).reshape(2 * n);
            layers.add(new AffineCoupling(Tensor.of(mask).to(numbers.precision()), z -> z.affine(weight, bias).tanh()));
        }
        Tensor row = numbers.slice(0, 2, 3);
        layers.add(1, new Planar(row.slice(0, n).times(2).reshape(n), row.slice(n, 2 * n).reshape(n),
                row.slice(2 * n, 2 * n + 1).reshape()));
        return layers;
    }

    static Flow flow(Tensor mean, Tensor numbers, boolean planar) {
        List<Bijection> layers = layers(mean.shape().last(), numbers);
        return new Flow(new Normal(mean, Tensor.full(Shape.scalar(), 0.7, mean.precision())),
                planar ? layers : List.of(layers.getFirst(), layers.getLast()));
    }

    /** |det| by Gauss's elimination with pivots. */
    private static double logDet(double[][] m) {
        double log = 0;
        for (int c = 0; c < m.length; c++) {
            int pivot = c;
            for (int r = c; r < m.length; r++) {
                pivot = Math.abs(m[r][c]) > Math.abs(m[pivot][c]) ? r : pivot;
            }
            double[] swap = m[c];
            m[c] = m[pivot];
            m[pivot] = swap;
            log += Math.log(Math.abs(m[c][c]));
            for (int r = c + 1; r < m.length; r++) {
                double factor = m[r][c] / m[c][c];
                for (int k = c; k < m.length; k++) {
                    m[r][k] -= factor * m[c][k];
                }
            }
        }
        return log;
    }

    @Property(tries = 100)
    void logDeterminantsAreThoseOfDifferences(@ForAll long seed, @ForAll @IntRange(min = 2, max = 4) int n) {
        Tensor z = normal(seed, n);
        double h = 1e-5;
        for (Bijection layer : layers(n, normal(seed + 1, 3, 60))) {
            double[][] jacobian = new double[n][n];
            for (int j = 0; j < n; j++) {
                double[] up = World.numbers(z);
                double[] down = World.numbers(z);
                up[j] += h;
                down[j] -= h;
                Tensor difference = layer.forward(Tensor.of(up)).point().minus(layer.forward(Tensor.of(down)).point());
                for (int i = 0; i < n; i++) {
                    jacobian[i][j] = difference.at(i) / (2 * h);
                }
            }
            assertEquals(logDet(jacobian), layer.forward(z).logDet().item(), 1e-6, layer.getClass().getSimpleName());
        }
    }

    @Property(tries = 100)
    void inverseUndoesForward(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n) {
        Tensor z = normal(seed, 3, n).times(3);
        for (Bijection layer : layers(n, normal(seed + 1, 3, 60))) {
            Image there = layer.forward(z);
            Image back = layer.inverse(there.point());
            assertEquals(Shape.of(3), back.logDet().shape());
            for (int i = 0; i < 3 * n; i++) {
                assertEquals(z.at(i), back.point().at(i), 1e-9 * (1 + Math.abs(z.at(i))));
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(there.logDet().at(i), -back.logDet().at(i), 1e-9 * (1 + Math.abs(there.logDet().at(i))));
            }
        }
    }

    /**
     * A draw knows its log-probability without an inverse. In float32 the inverse is wrong by 1e-7 times slopes of up
     * to e⁴.
     */
    @Property(tries = 50)
    void drawsKnowTheirLogProbability(@ForAll long seed, @ForAll Precision precision) {
        Flow flow = flow(normal(seed, 5, 3).to(precision), normal(seed + 1, 3, 40).to(precision), true);
        Draw draw = flow.draw(new Rng(seed));
        assertTrue(Arrays.equals(World.numbers(flow.sample(new Rng(seed))), World.numbers(draw.x())));
        Tensor log = flow.logProb(draw.x());
        for (int i = 0; i < 5; i++) {
            assertEquals(log.at(i), draw.logProb().at(i), (precision == Precision.FLOAT64 ? 1e-9 : 2e-3) * (1 + Math.abs(log.at(i))));
        }
    }

    @Property(tries = 20)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Tensor mean = normal(seed, 2);
        Tensor numbers = normal(seed + 1, 3, 12 + 2);
        Tensor x = normal(seed + 2, 4, 2);
        GradCheck check = GradCheck.standard();
        check.function(y -> flow(y[0], y[1], true).logProb(y[2]), mean, numbers, x);
        check.function(y -> flow(y[0], y[1], true).draw(new Rng(seed)).x(), mean, numbers);
        check.function(y -> flow(y[0], y[1], true).draw(new Rng(seed)).logProb(), mean, numbers);
    }

    /** However steep: at its middle tanh = 0 and the determinant is softplus(w·u) = log(1 + e^(w·u)), e^(w·u) if that is small. */
    @Property(tries = 30)
    void planesOfAnySlopeAreOneToOne(@ForAll @DoubleRange(min = -80, max = -20) double slope, @ForAll Precision precision) {
        Planar planar = new Planar(Tensor.of(slope, 0).to(precision), Tensor.of(1.0, 0).to(precision), Tensor.of(0.0).to(precision));
        Tensor middle = Tensor.zeros(Shape.of(2), precision);
        assertEquals(slope, planar.forward(middle).logDet().item(), 1e-5 * 80);
        assertEquals(-slope, planar.inverse(middle).logDet().item(), 1e-5 * 80);
        assertTrue(Double.isFinite(new Tape().grad(planar, p -> p.inverse(middle).logDet()).gradient().u().at(0)));
    }

    /** D_KL[flow ‖ flow] from draws is 0, draw by draw; and to its base it is positive. */
    @Example
    void divergencesAreEstimated() {
        Flow flow = flow(normal(1, 2), normal(2, 3, 40), true);
        assertEquals(0, Kl.estimate(flow, flow, 100, new Rng(3)).item(), 1e-12);
        assertTrue(Kl.estimate(flow, flow.base(), 1000, new Rng(3)).item() > 0.1);
    }

    @Example
    void whatDoesNotFitIsSaid() {
        AffineCoupling coupling = new AffineCoupling(Tensor.of(1.0, 0), z -> z);
        assertEquals("the conditioner of a coupling made [3, 2] of [3, 2]: its last axis is scales and shifts, twice as long",
                assertThrows(IllegalArgumentException.class, () -> coupling.forward(normal(1, 3, 2))).getMessage());
        Flow flow = flow(normal(1, 2), normal(2, 3, 40), true);
        assertEquals("no closed form for the entropy of a Flow; estimate it with entropyEstimate(samples, rng)",
                assertThrows(UnsupportedOperationException.class, flow::entropy).getMessage());
    }
}
