package surprisal.models.bayes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Hamiltonian;
import surprisal.models.dist.Normal;

/** Networks that are draws from the posterior. */
class SampledMlpLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static Tensor normal(Rng rng, int... shape) { return Tensor.of(rng.normal(Shape.of(shape), DOUBLE)); }

    /** tanh(x W + b) V + c in loops, where W, b, V and c lie one after the other, times their prior's deviations. */
    @Property(tries = 40)
    void membersAreWhatTheirPointsSay(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int M,
            @ForAll @IntRange(min = 1, max = 3) int in) {
        Rng rng = new Rng(seed);
        int hidden = 5;
        double scale = 1.7;
        SampledMlp net = SampledMlp.of(M, rng, DOUBLE, Unary.TANH, scale, in, hidden, 1);
        Tensor x = normal(rng, 4, in);
        double[] expected = new double[4 * M];
        int d = net.points().shape().last();
        for (int m = 0; m < M; m++) {
            for (int n = 0; n < 4; n++) {
                double y = scale * net.points().at(m * d + d - 1);
                for (int k = 0; k < hidden; k++) {
                    double h = scale * net.points().at(m * d + in * hidden + k);
                    for (int i = 0; i < in; i++) {
                        h += x.at(n * in + i) * scale / Math.sqrt(in) * net.points().at(m * d + i * hidden + k);
                    }
                    y += Math.tanh(h) * scale / Math.sqrt(hidden) * net.points().at(m * d + (in + 1) * hidden + k);
                }
                expected[4 * m + n] = y;
            }
        }
        assertArrayEquals(expected, numbers(net.members().apply(x)), 1e-12);
    }

    @Example
    void gradientsAreLimitsOfDifferences() {
        SampledMlp net = SampledMlp.of(3, new Rng(1), DOUBLE, Unary.TANH, 1.3, 2, 4, 1);
        Tensor x = normal(new Rng(2), 5, 2);
        GradCheck.standard().model(net, n -> Tensor.concat(0, n.members().apply(x).reshape(-1), n.logPrior()));
    }

    /**
     * Without a hidden layer the posterior is known: what 4,000 chains say at five points has its mean and deviation, those of
     * {@link BayesRegression}, within five standard errors.
     */
    @Example
    void chainsComeToThePosterior() {
        int M = 4000;
        double scale = 0.8, noise = 0.5;
        Rng rng = new Rng(3);
        Tensor x = normal(rng, 6, 2);
        Tensor y = x.matmul(Tensor.of(Shape.of(2, 1), 1.0, -2.0)).plus(normal(rng, 6, 1).times(noise));
        SampledMlp chains = SampledMlp.of(M, rng, DOUBLE, Unary.TANH, scale, 2, 1);
        for (int leaps : new int[] {3, 5, 8, 4}) { // of one length paths along some axis might end where they began
            Hamiltonian.Refined there = chains.moved(
                    members -> new Normal(members.apply(x), Tensor.of(noise)).logProb(y).sum(-1), new Hamiltonian(0.15, leaps, 6), rng);
            double accepted = there.acceptance().mean().item();
            assertTrue(accepted > 0.6 && accepted < 1, () -> "accepted " + accepted);
            chains = chains.at(there.x());
        }
        BayesRegression exact = BayesRegression.prior(3, 1, scale, noise, DOUBLE).update(features(x), y);
        Tensor at = normal(rng, 5, 2);
        Predictive said = Predictive.of(chains.members().apply(at), Tensor.of(noise));
        double[] mean = numbers(features(at).matmul(exact.mean()));
        double[] variance = numbers(exact.spread(features(at)));
        for (int i = 0; i < 5; i++) {
            assertEquals(mean[i], said.mean().at(i), 5 * Math.sqrt(variance[i] / M));
            assertEquals(variance[i], said.epistemic().at(i), 5 * variance[i] * Math.sqrt(2. / M));
        }
    }

    /** (x/√2, 1): with the same prior of all three weights they have those of a layer of two inputs. */
    private static Tensor features(Tensor x) {
        return Tensor.concat(-1, x.div(Math.sqrt(2)), Tensor.full(x.shape().with(-1, 1), 1, DOUBLE));
    }

    @Example
    void whatIsNoPerceptronIsNamed() {
        assertEquals("points [2, 5] and a prior of 1.0 for a perceptron of widths [2, 3]: it takes at least an input and an output,"
                        + " [members, 9] and a scale > 0",
                assertThrows(IllegalArgumentException.class, () -> new SampledMlp(normal(new Rng(4), 2, 5), List.of(2, 3), Unary.TANH, 1))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> SampledMlp.of(2, new Rng(5), DOUBLE, Unary.TANH, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> SampledMlp.of(2, new Rng(5), DOUBLE, Unary.TANH, 1, 3));
    }
}
