package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.Kl;

/** Families at the ends of their parameters, and what they say of parameters that don't fit. */
class FamiliesTest {

    private static Tensor tensor(Precision precision, double... x) { return Tensor.of(x).to(precision); }

    private static void finite(Tensor x) {
        for (int i = 0; i < x.shape().size(); i++) {
            assertTrue(Double.isFinite(x.at(i)), x.toString());
        }
    }

    private static String bad(Executable what) {
        return assertThrows(IllegalArgumentException.class, what).getMessage();
    }

    /** Means so far out that tanh rounds to ±1: the draw's log-probability and all gradients stay finite. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void tanhNormalIsSafeAtItsEnds(Precision precision) {
        Tensor mean = tensor(precision, -60, 60, 9.5, 0);
        Tensor std = tensor(precision, 1, 1, 0.1, 1);
        TanhNormal p = new TanhNormal(mean, std);
        finite(p.draw(new Rng(1)).logProb());
        finite(p.logProb(tensor(precision, -1, 1, 1, 0)));
        TanhNormal gradient = new Tape().grad(p, q -> q.draw(new Rng(1)).logProb()).gradient();
        finite(gradient.normal().mean());
        finite(gradient.normal().std());
        finite(new Tape().grad(tensor(precision, -1, 1, 1, 0), x -> p.logProb(x)).gradient());
        // u = 9.5, σ = 0.1: log N(u) − log(1 − tanh² u), the latter 2 (log 2 − u) up to 4e-9
        Distribution.Draw one = new TanhNormal(tensor(precision, 9.5), tensor(precision, 1e-4)).draw(new Rng(2));
        double noise = new Normal(tensor(precision, 0), tensor(precision, 1)).sample(new Rng(2)).item();
        double u = 9.5 + 1e-4 * noise;
        double log = -noise * noise / 2 - Math.log(1e-4) - 0.9189385332046727 - 2 * (Math.log(2) - u);
        assertEquals(log, one.logProb().item(), precision == Precision.FLOAT64 ? 1e-7 : 0.05); // u has steps of 1e-6 there, σ 1e-4
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void relaxedChoicesOfAnyTemperatureHaveALogProbability(Precision precision) {
        for (double temperature : new double[] {0.01, 0.1, 10}) {
            Relaxed p = new Relaxed(tensor(precision, 3, -50, 0), temperature);
            finite(p.draw(new Rng(1)).logProb());
            finite(p.logProb(p.sample(new Rng(1))));
            finite(p.logProb(tensor(precision, 1, 0, 0)));
        }
        assertEquals("a relaxed choice of temperature 0.0: it is finite and > 0", bad(() -> new Relaxed(Tensor.of(1.0, 2), 0)));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void gammaDrawsOfAnySizeCarryAGradient(Precision precision) {
        for (double alpha : new double[] {1e-3, 0.5, 1, 1e6, 1e12}) {
            Tensor a = Tensor.full(Shape.of(50), alpha, precision);
            Tensor one = Tensor.full(Shape.scalar(), 1, precision);
            finite(new Gamma(a, one).sample(new Rng(1)));
            finite(new Tape().grad(a, y -> new Gamma(y, one).sample(new Rng(1)).sum()).gradient());
            finite(new Tape().grad(a, y -> new Beta(y, one).sample(new Rng(1)).sum()).gradient());
        }
        assertEquals("a draw from a Gamma of shape [2] whose α at 1 is -1.0: shape parameters are finite and > 0",
                bad(() -> new Gamma(Tensor.of(1.0, -1), Tensor.of(1.0, 1)).sample(new Rng(0))));
    }

    @Test
    void laplaceOfWideBatchesHasOneEntropyEach() {
        Laplace p = new Laplace(Tensor.zeros(Shape.of(2, 3), Precision.FLOAT64), Tensor.full(Shape.scalar(), 0.5, Precision.FLOAT64));
        assertEquals("[3, 3]", p.entropy().toString()); // 1 + log 2b, three times
        assertEquals(Shape.of(2, 3), p.sample(new Rng(1)).shape());
        finite(new Laplace(Tensor.zeros(Shape.of(100_000), Precision.FLOAT32), Tensor.of(1f)).sample(new Rng(1)));
    }

    @Test
    void covariancesThatAreNoneAreSaid() {
        Tensor mean = Tensor.of(0.0, 0);
        assertEquals("covariance 0 of [2, 2] is not positive definite: what is left of its variance 1 is -3.0; add a little to its "
                + "diagonal", bad(() -> MultivariateNormal.ofCovariance(mean, Tensor.of(Shape.of(2, 2), 1.0, 2, 2, 1))));
        assertEquals("Cholesky factor of [2, 3]: it takes square matrices [.., n, n]",
                bad(() -> MultivariateNormal.ofCovariance(mean, Tensor.zeros(Shape.of(2, 3), Precision.FLOAT64))));
        assertEquals("triangular solve of [3] by [2, 2]: it takes square matrices [.., n, n], and vectors [.., n] whose first axes "
                + "are theirs", bad(() -> new MultivariateNormal(Tensor.of(0.0, 0, 0), Tensor.zeros(Shape.of(2, 2), Precision.FLOAT64))
                .logProb(Tensor.of(0.0, 0, 0))));
    }

    /** Batches of means and of factors broadcast, with one covariance for all or one for each. */
    @Test
    void multivariateNormalsBroadcast() {
        Tensor means = Tensor.of(Shape.of(2, 1, 2), 0.0, 1, 2, 3);
        Tensor factors = Tensor.of(Shape.of(3, 2, 2), 1.0, 0, 0.5, 2, 2, 0, 1, 1, 3, 0, 0, 0.5);
        MultivariateNormal p = new MultivariateNormal(means, factors);
        Tensor x = Tensor.of(0.3, 0.4);
        MultivariateNormal q = MultivariateNormal.of(Normal.standard(2, Precision.FLOAT64));
        for (Tensor all : new Tensor[] {p.logProb(x), p.entropy(), kl(p, q), kl(q, p), p.sample(new Rng(1)).sum(-1)}) {
            assertEquals(Shape.of(2, 3), all.shape());
        }
        for (int i = 0; i < 6; i++) {
            MultivariateNormal one = new MultivariateNormal(means.slice(0, i / 3, i / 3 + 1).reshape(2),
                    factors.slice(0, i % 3, i % 3 + 1).reshape(2, 2));
            assertEquals(one.logProb(x).item(), p.logProb(x).at(i), 1e-14);
            assertEquals(one.entropy().item(), p.entropy().at(i), 1e-14);
            assertEquals(kl(one, q).item(), kl(p, q).at(i), 1e-13);
            assertEquals(kl(q, one).item(), kl(q, p).at(i), 1e-13);
        }
    }

    @Test
    void histogramsAndRoundedDistributionsSayWhatTheyTake() {
        Categorical bins = new Categorical(Tensor.of(Shape.of(1, 2), 0.5, 0.5));
        assertEquals("the interval from 1.0 to 1.0: its ends are finite and in order", bad(() -> new PiecewiseConstant(bins, 1, 1)));
        assertEquals("a logistic distribution rounded to 1 levels: it takes at least 2",
                bad(() -> new DiscretisedLogistic(Tensor.of(0.5), Tensor.of(1.0), 1)));
        assertEquals("a share ε = 1.5 of the uniform choice: it is from 0 to 1", bad(() -> bins.unimix(1.5)));
        PiecewiseConstant sure = new PiecewiseConstant(new Categorical(Tensor.of(Shape.of(1, 3), 0.0, 1, 0)), 0, 3);
        for (int i = 0; i < 100; i++) {
            double x = sure.sample(new Rng(i)).item();
            assertTrue(x >= 1 && x <= 2, "" + x);
        }
    }

    /** Divergences and entropies without a closed form name the pair and the way out. */
    @Test
    void whatHasNoClosedFormNamesTheEstimate() {
        Relaxed relaxed = new Relaxed(Tensor.of(0.0, 1), 0.5);
        Mixture mixture = new Mixture(new Categorical(Tensor.of(0.5, 0.5)), new Normal(Tensor.of(Shape.of(2, 1), 0.0, 1), Tensor.of(1.0)));
        TanhNormal tanh = new TanhNormal(Tensor.of(0.0), Tensor.of(1.0));
        assertEquals("no closed form for KL[Relaxed ‖ Relaxed]; estimate it with Kl.estimate(q, p, samples, rng)",
                assertThrows(UnsupportedOperationException.class, () -> kl(relaxed, relaxed)).getMessage());
        PiecewiseConstant bins = new PiecewiseConstant(new Categorical(Tensor.of(Shape.of(1, 2), 0.5, 0.5)), 0, 1);
        assertThrows(UnsupportedOperationException.class, () -> kl(bins, new PiecewiseConstant(bins.bins(), 0, 2)));
        for (Distribution d : new Distribution[] {relaxed, mixture, tanh}) {
            String message = assertThrows(UnsupportedOperationException.class, d::entropy).getMessage();
            assertTrue(message.contains(d.getClass().getSimpleName()) && message.contains("entropyEstimate(samples, rng)"), message);
            finite(d.entropyEstimate(3, new Rng(1)));
            assertEquals(0, Kl.estimate(d, d, 3, new Rng(1)).item(), 1e-12);
        }
        assertEquals("an entropy from 0 samples: it takes at least 1", bad(() -> tanh.entropyEstimate(0, new Rng(1))));
    }
}
