package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.Complexity;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Likelihood;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

class LadderLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    /** z_2 ~ N(0, 1), z_1 = v z_2 + c + τ ε, x = w z_1 + b + σ ε, all numbers. */
    record Scalars(double v, double c, double tau, double w, double b, double sigma) {

        static Scalars draw(long seed) {
            SplittableRandom r = new SplittableRandom(seed);
            return new Scalars(r.nextDouble(-2, 2), r.nextDouble(-1, 1), r.nextDouble(0.3, 2),
                    r.nextDouble(0.3, 2), r.nextDouble(-1, 1), r.nextDouble(0.3, 2));
        }

        double evidence(double x) {
            double variance = w * w * (v * v + tau * tau) + sigma * sigma;
            double d = x - b - w * c;
            return -0.5 * (Math.log(2 * Math.PI * variance) + d * d / variance);
        }

        private static double rho(double std) { return Math.log(Math.expm1(std - DeepLatentGaussian.LEAST)); }

        private static Linear linear(int in, int out, double... weightsAndBias) {
            return new Linear(
                    Tensor.of(Shape.of(in, out), Arrays.copyOf(weightsAndBias, in * out)),
                    Tensor.of(Arrays.copyOfRange(weightsAndBias, in * out, in * out + out)));
        }

        private static Mlp mlp(Linear layer) { return new Mlp(List.of(layer), Unary.RELU); }

        /** The ladder whose merge is the posterior, its top belief off by some; relu(d) − relu(−d) makes it linear. */
        Ladder ladder(double off) {
            double s = w * w * tau * tau + sigma * sigma; // Var[x|z_2]
            double precision = 1 + w * w * v * v / s;
            double gain = w * v / (s * precision);
            Ladder.Rung low = new Ladder.Rung(
                    mlp(linear(1, 2, 1, -1, -b, b)),
                    linear(2, 2, 1 / w, 0, -1 / w, 0, 0, rho(sigma / w)),
                    Optional.of(mlp(linear(1, 2, v, 0, c, rho(tau)))));
            Ladder.Rung top = new Ladder.Rung(
                    mlp(linear(2, 2, 1, -1, -1, 1, 0, 0)),
                    linear(2, 2, gain, 0, -gain, 0, -gain * w * c + off, rho((1 + Math.abs(off)) / Math.sqrt(precision))),
                    Optional.empty());
            return new Ladder(List.of(low, top), mlp(linear(1, 1, w, b)), Likelihood.gaussian(sigma));
        }
    }

    private static Tensor normal(long seed, int... shape) { return Tensor.of(new Rng(seed).normal(Shape.of(shape), DOUBLE)); }

    /**
     * The product of what comes from below and from above is the posterior of z_1 given z_2: every weight is the
     * evidence.
     */
    @Property(tries = 100)
    void mergesToTheExactPosterior(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int k) {
        Scalars world = Scalars.draw(seed);
        Tensor x = normal(seed, 3, 1).times(2);
        Tensor log = world.ladder(0).logWeights(x, k, new Rng(~seed));
        for (int i = 0; i < 3 * k; i++) {
            double evidence = world.evidence(x.at(i % 3));
            assertEquals(evidence, log.at(i), 1e-9 * (1 + Math.abs(evidence)));
        }
    }

    /**
     * The mean of F over 20,000 draws: the surprise if the belief is exact, above it if it is off; 5 standard errors.
     */
    @Example
    void theMeanOfFIsAboveTheSurprise() {
        Scalars world = Scalars.draw(3);
        Tensor x = Tensor.full(Shape.of(20_000, 1), 0.8, DOUBLE);
        double surprise = -world.evidence(0.8);
        for (double off : new double[] {0, 0.5}) {
            FreeEnergy F = world.ladder(off).freeEnergy(x, new Rng(1));
            double mean = F.total().mean().item();
            double error = Math.sqrt(F.total().minus(mean).square().mean().item() / 20_000);
            if (off == 0) {
                assertEquals(surprise, mean, 5 * error);
            } else {
                assertTrue(mean - 5 * error > surprise, mean + " ± " + error + " > " + surprise);
            }
            Tensor weights = world.ladder(off).logWeights(x, 1, new Rng(2));
            double other = weights.mean().item();
            double spread = Math.sqrt(weights.minus(other).square().mean().item() / 20_000);
            assertEquals(mean, -other, 5 * (error + spread) + 1e-9);
        }
    }

    /** tanh layers are drawn alike by both, so that one seed gives one model. */
    @Property(tries = 20)
    void oneLevelIsAnAutoencoder(@ForAll long seed) {
        Ladder ladder = Ladder.of(4, new int[] {5}, new int[] {2}, Unary.TANH, Likelihood.bernoulli(), DOUBLE, new Rng(seed));
        DeepLatentGaussian flat = DeepLatentGaussian.of(
                4, new int[] {5}, 2, Unary.TANH, Likelihood.bernoulli(), Prior.standard(), DOUBLE, new Rng(seed));
        Tensor x = normal(seed, 3, 4).sigmoid();
        Complexity c = Complexity.freeBits(0.1);
        for (int i = 0; i < 3; i++) {
            FreeEnergy F = ladder.freeEnergy(x, c, new Rng(1));
            assertEquals(flat.freeEnergy(x, c, new Rng(1)).complexity().at(i), F.complexity().at(i), 1e-12);
            assertEquals(flat.freeEnergy(x, new Rng(1)).accuracy().at(i), F.accuracy().at(i), 1e-12);
        }
        double[] there = numbers(flat.logWeights(x, 4, new Rng(2)));
        double[] here = numbers(ladder.logWeights(x, 4, new Rng(2)));
        for (int i = 0; i < there.length; i++) {
            assertEquals(there[i], here[i], 1e-11);
        }
    }

    private static Ladder three(long seed) {
        return Ladder.of(4, new int[] {5, 4, 3}, new int[] {3, 2, 1}, Unary.TANH, Likelihood.bernoulli(), DOUBLE, new Rng(seed));
    }

    @Property(tries = 2)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Tensor x = normal(seed, 2, 4).sigmoid();
        GradCheck.standard().model(three(seed), m -> m.freeEnergy(x, new Rng(3)).total());
        assertEquals(List.of(), new Tape().unused(three(seed), m -> m.freeEnergy(x, new Rng(3)).total().mean()));
        assertTrue(Tree.leaves(three(seed)).containsKey("rungs.0.down.layers.1.bias"));
    }

    @Property(tries = 20)
    void drawsOfManyAreThoseOfOneAfterTheOther(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int k) {
        Ladder ladder = three(seed);
        Tensor x = normal(seed, 2, 4).sigmoid();
        Rng rng = new Rng(seed);
        Tensor[] one = new Tensor[k];
        Arrays.setAll(one, i -> ladder.logWeights(x, 1, rng));
        assertEquals(Arrays.toString(numbers(Tensor.concat(0, one))), Arrays.toString(numbers(ladder.logWeights(x, k, new Rng(seed)))));
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("a ladder with hidden layers of [5] and z of [2, 1]: each level takes one of both",
                assertThrows(IllegalArgumentException.class, () -> Ladder.of(
                        4, new int[] {5}, new int[] {2, 1}, Unary.TANH, Likelihood.bernoulli(), DOUBLE, new Rng(0))).getMessage());
        assertThrows(IllegalArgumentException.class, () -> three(0).logWeights(normal(0, 2, 4), 0, new Rng(0)));
    }
}
