package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.dist.DistributionLawsTest.near;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
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

/** Draws come from their densities, and carry the gradients that they promise. */
class SampleLawsTest {

    private static final int N = 20_000;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64));
    }

    /** N rows of the same numbers. */
    private static Tensor many(Tensor x) {
        int[] dims = IntStream.concat(IntStream.of(N), IntStream.of(x.shape().dims())).toArray();
        return x.expand(Shape.of(dims));
    }

    // ---- gradients that are those of the draw itself

    @Property(tries = 30)
    void reparameterisedDrawsHaveTheirGradients(@ForAll long seed) {
        Tensor a = normal(seed, 2, 3);
        Tensor b = normal(~seed, 2, 3);
        GradCheck check = GradCheck.standard();
        List<Function<Tensor[], Distribution>> families = List.of(
                y -> new Laplace(y[0], y[1].exp()),
                y -> new TanhNormal(y[0], y[1].exp()),
                y -> new Relaxed(y[0].plus(y[1]), 0.7),
                y -> new MultivariateNormal(y[0], Tensor.stack(-1, y[1]).plus(Tensor.stack(-2, y[0]))),
                y -> new Independent(new Laplace(y[0], y[1].exp())));
        for (Function<Tensor[], Distribution> family : families) {
            check.function(y -> family.apply(y).draw(new Rng(seed)).x(), a, b);
            check.function(y -> family.apply(y).sample(new Rng(seed)), a, b);
        }
        check.function(y -> new TanhNormal(y[0], y[1].exp()).draw(new Rng(seed)).logProb(), a, b);
        check.function(y -> new Relaxed(y[0].plus(y[1]), 0.7).draw(new Rng(seed)).logProb(), a, b);
    }

    @Property(tries = 100)
    void drawKnowsWhatLogProbSays(@ForAll long seed) {
        Tensor a = normal(seed, 4, 3);
        for (Distribution d : new Distribution[] {new TanhNormal(a, a.sin().exp()), new Relaxed(a, 0.7),
            new Independent(new Laplace(a, a.sin().exp())), new Gamma(a.exp(), a.sin().exp())}) {
            Distribution.Draw draw = d.draw(new Rng(seed));
            assertArrayEquals(World.numbers(d.sample(new Rng(seed))), World.numbers(draw.x()), 1e-15);
            // artanh of tanh 6 has lost ten of its digits
            assertArrayEquals(World.numbers(d.logProb(draw.x())), World.numbers(draw.logProb()), 1e-6);
        }
    }

    // ---- gamma draws

    /** Both sides of where the sum gives way to the fraction, and the fraction to the expansion. */
    @Property
    void gammaSlopesAreContinuous(@ForAll @DoubleRange(min = -3, max = 5) double size) {
        double alpha = Math.pow(10, size);
        double x = alpha + 1;
        double below = GammaDraws.slope(alpha, Math.log(x * (1 - 1e-12)));
        double above = GammaDraws.slope(alpha, Math.log(x * (1 + 1e-12)));
        assertEquals(1, above / below, 1e-9);
        double z = 8 * (size - 1) / 4 - 4;
        double log = Math.log(1e8 + z * 1e4);
        assertEquals(1, GammaDraws.slope(1e8 - 1e-6, log) / GammaDraws.slope(1e8 + 1e-6, log), 1e-9);
    }

    /** ∂E[g]/∂α = 1 and ∂E[g²]/∂α = 2α + 1, as integrals over g = eᵗ of p(g) ∂g/∂α: exact to 1e-8, without a draw. */
    @Property(tries = 20)
    void gammaSlopesCarryTheGradientsOfMoments(@ForAll @DoubleRange(min = 0.3, max = 30) double alpha) {
        Gamma gamma = new Gamma(Tensor.of(alpha), Tensor.of(1.0));
        double h = 0.02;
        double first = 0;
        double second = 0;
        for (double t = -80 / Math.max(1, alpha); t < 6; t += h) {
            double g = Math.exp(t);
            double mass = Math.exp(gamma.logProb(Tensor.of(g)).item()) * g * h;
            double slope = mass == 0 ? 0 : g * GammaDraws.slope(alpha, t);
            first += mass * slope;
            second += mass * 2 * g * slope;
        }
        assertEquals(1, first, 1e-8);
        assertEquals(2 * alpha + 1, second, 1e-8 * (2 * alpha + 1));
    }

    /** E[x] = α/β: ∂/∂α = 1/β, ∂/∂β = −α/β². */
    @Property(tries = 5)
    void gammaDrawsCarryTheGradientsOfTheMean(@ForAll @DoubleRange(min = 0.05, max = 20) double alpha) {
        Gamma wide = new Gamma(Tensor.full(Shape.of(N), alpha, Precision.FLOAT64), Tensor.full(Shape.of(N), 2, Precision.FLOAT64));
        Gamma gradient = new Tape().grad(wide, q -> q.sample(new Rng(1)).sum()).gradient();
        near(0.5, World.numbers(gradient.alpha()), "∂/∂α");
        near(-alpha / 4, World.numbers(gradient.rate()), "∂/∂β");
    }

    /** ∂E[x_i]/∂α_j = (δ_ij − α_i/α₀)/α₀. */
    @Property(tries = 3)
    void dirichletAndBetaDrawsCarryTheGradientsOfTheMean(@ForAll @IntRange(min = 0, max = 99) int seed) {
        Tensor alpha = normal(seed, 3).exp();
        double total = alpha.sum().item();
        Dirichlet gradient = new Tape().grad(new Dirichlet(many(alpha)), q -> q.sample(new Rng(seed)).slice(0, 1).sum()).gradient();
        for (int j = 0; j < 3; j++) {
            near(((j == 0 ? 1 : 0) - alpha.at(0) / total) / total, World.numbers(gradient.alpha().slice(j, j + 1)), "dirichlet " + j);
        }
        double a = alpha.at(0);
        double b = alpha.at(1);
        Beta beta = new Beta(many(alpha.slice(0, 1)), many(alpha.slice(1, 2)));
        Beta slope = new Tape().grad(beta, q -> q.sample(new Rng(seed)).sum()).gradient();
        near(b / (a + b) / (a + b), World.numbers(slope.alpha()), "∂/∂α");
        near(-a / (a + b) / (a + b), World.numbers(slope.beta()), "∂/∂β");
    }

    // ---- mixtures, histograms, rounded logistic distributions

    @Example
    void mixtureDrawsHaveItsMomentsAndResponsibilities() {
        Mixture p = new Mixture(new Categorical(Tensor.of(0.2, 0.5, 0.3)),
                new Normal(Tensor.of(Shape.of(3, 1), -2.0, 0, 3), Tensor.of(Shape.of(3, 1), 0.5, 1, 2)));
        Mixture wide = new Mixture(new Categorical(many(p.weights().probs())),
                new Normal(many(((Normal) p.components()).mean()), many(((Normal) p.components()).std())));
        Tensor x = wide.sample(new Rng(1));
        assertEquals(Shape.of(N, 1), x.shape());
        double mean = 0.2 * -2 + 0.3 * 3;
        near(mean, World.numbers(x), "mean");
        double second = 0.2 * (4 + 0.25) + 0.5 + 0.3 * (9 + 4);
        near(second, World.numbers(x.square()), "second moment");
        for (int k = 0; k < 3; k++) {
            near(p.weights().probs().at(k), World.numbers(p.responsibilities(x).probs().slice(k, k + 1)), "share of " + k);
        }
        double entropy = -Arrays.stream(World.numbers(p.logProb(x))).average().orElseThrow();
        assertTrue(p.leastEntropy().item() < entropy && entropy < p.mostEntropy().item());
    }

    /** Weights and components may each have axes that the other lacks: every mixture of the batch draws for itself. */
    @Example
    void drawsOfABatchOfMixturesAreIndependent() {
        Tensor w = Tensor.of(0.25, 0.75);
        Tensor mean = Tensor.of(Shape.of(2, 1), -1.0, 1);
        Tensor std = Tensor.of(0.5);
        Normal parts = new Normal(mean, std);
        Tensor[] draws = {
            new Mixture(new Categorical(w), new Normal(mean.expand(Shape.of(N, 2, 1)), std)).sample(new Rng(1)), // [2] and [N, 2]
            new Mixture(new Categorical(many(w)), parts).sample(new Rng(2)), // [N, 2] and [2]
            new Mixture(new Categorical(w.expand(Shape.of(N / 2, 1, 2))), new Normal(mean.expand(Shape.of(2, 2, 1)), std))
                    .sample(new Rng(3)), // [N/2, 1, 2] and [2, 2]
            new Mixture(new Categorical(w.expand(Shape.of(2, 2))), new Normal(mean.expand(Shape.of(N / 2, 1, 2, 1)), std))
                    .sample(new Rng(4)), // [2, 2] and [N/2, 1, 2]
        };
        for (Tensor x : draws) {
            assertEquals(N, x.shape().size());
            double[] all = World.numbers(x);
            near(0.5, all, "mean");
            near(1.25, World.numbers(x.square()), "second moment");
            double[] pairs = new double[N / 2]; // E[(x − ½)(x′ − ½)] is 0 of two that share neither component nor noise
            Arrays.setAll(pairs, i -> (all[2 * i] - 0.5) * (all[2 * i + 1] - 0.5));
            near(0, pairs, "covariance");
            Arrays.setAll(pairs, i -> (all[i] - 0.5) * (all[i + N / 2] - 0.5));
            near(0, pairs, "covariance from afar");
        }
        GradCheck.standard().function(y -> new Mixture(new Categorical(w.expand(Shape.of(3, 2))), new Normal(y[0], y[1].exp()))
                .sample(new Rng(5)), mean, std);
        Mixture each = new Mixture(new Categorical(w.expand(Shape.of(3, 2))), new Normal(mean.times(10), std));
        Tensor x = each.sample(new Rng(6));
        assertEquals(Shape.of(3, 1), x.shape());
        assertEquals(Shape.of(3), each.logProb(x).shape());
    }

    /** log Σ in the order of the formula, in plain numbers; and where e^(log p) is 0 it is the nearest component's. */
    @Property(tries = 100)
    void mixtureIsTheSumOfItsComponents(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int k) {
        Categorical weights = new Categorical(normal(seed, 2, k).softmax());
        Normal parts = new Normal(normal(seed + 1, 2, k, 3), normal(seed + 2, 2, k, 3).exp());
        Tensor x = normal(seed + 3, 2, 3);
        Tensor log = new Mixture(weights, parts).logProb(x);
        for (int row = 0; row < 2; row++) {
            double sum = 0;
            for (int c = 0; c < k; c++) {
                double density = weights.probs().at(row * k + c);
                for (int i = 0; i < 3; i++) {
                    double std = parts.std().at((row * k + c) * 3 + i);
                    double d = (x.at(row * 3 + i) - parts.mean().at((row * k + c) * 3 + i)) / std;
                    density *= Math.exp(-d * d / 2) / std / Math.sqrt(2 * Math.PI);
                }
                sum += density;
            }
            assertEquals(Math.log(sum), log.at(row), 1e-9 * (1 + Math.abs(log.at(row))));
        }
        Mixture far = new Mixture(weights, new Normal(parts.mean(), Tensor.full(Shape.scalar(), 1, Precision.FLOAT64)));
        assertTrue(far.logProb(x.plus(1e3)).at(0) < -1e6 && Double.isFinite(far.logProb(x.plus(1e3)).at(0)));
    }

    @Example
    void histogramDrawsFallIntoTheirBinsEvenly() {
        Tensor p = Tensor.of(0.1, 0, 0.6, 0.3);
        Tensor x = new PiecewiseConstant(new Categorical(many(Tensor.stack(0, p))), -1, 1).sample(new Rng(2));
        for (int j = 0; j < 4; j++) {
            double from = -1 + 0.5 * j;
            double[] in = Arrays.stream(World.numbers(x)).map(y -> y >= from && y < from + 0.5 ? 1 : 0).toArray();
            near(p.at(j), in, "bin " + j);
            double[] inside = Arrays.stream(World.numbers(x)).filter(y -> y > from && y < from + 0.5).map(y -> 2 * (y - from)).toArray();
            assertEquals(p.at(j) == 0, inside.length == 0);
            if (inside.length > 0) {
                near(0.5, inside, "middle of bin " + j);
                near(1.0 / 3, Arrays.stream(inside).map(y -> y * y).toArray(), "second moment of bin " + j);
            }
        }
    }

    /** E[x²] is a sum over bins, whose gradient is exact. */
    @Property(tries = 5)
    void histogramDrawsCarryTheirGradient(@ForAll @IntRange(min = 0, max = 99) int seed) {
        Tensor logits = normal(seed, 1, 4);
        double[] exact = World.numbers(new Tape().grad(logits, l -> l.softmax().times(
                Tensor.of(7.0 / 12, 1.0 / 12, 1.0 / 12, 7.0 / 12)).sum()).gradient());
        Tensor gradient = new Tape().grad(many(logits).copy(), l ->
                new PiecewiseConstant(new Categorical(l.softmax()), -1, 1).sample(new Rng(seed)).square().sum()).gradient();
        for (int j = 0; j < 4; j++) {
            near(exact[j], World.numbers(gradient.slice(j, j + 1)), "∂/∂l" + j);
        }
    }

    @Property(tries = 20)
    void roundedLogisticSumsToOneAndIsTheIntegralOverItsLevel(@ForAll long seed, @ForAll @IntRange(min = 2, max = 9) int levels) {
        Tensor a = normal(seed, 2);
        DiscretisedLogistic p = new DiscretisedLogistic(a.slice(0, 1).sigmoid(), a.slice(1, 2).exp().times(0.2), levels);
        double mean = p.mean().item();
        double scale = p.scale().item();
        double sum = 0;
        double entropy = 0;
        for (int level = 0; level < levels; level++) {
            double log = p.logProb(Tensor.of(level / (levels - 1.0))).item();
            sum += Math.exp(log);
            entropy -= Math.exp(log) * log;
            if (level > 0 && level < levels - 1) { // Simpson's rule on the density e^-z/(1 + e^-z)²/s
                double from = (level - 0.5) / (levels - 1);
                double integral = 0;
                int m = 400;
                for (int i = 0; i <= m; i++) {
                    double z = (from + i / (m * (levels - 1.0)) - mean) / scale;
                    double density = Math.exp(-Math.abs(z)) / Math.pow(1 + Math.exp(-Math.abs(z)), 2) / scale;
                    integral += density * (i == 0 || i == m ? 1 : i % 2 == 1 ? 4 : 2) / (3 * m * (levels - 1.0));
                }
                assertEquals(integral, Math.exp(log), 1e-6 * integral + 1e-12);
            }
        }
        assertEquals(1, sum, 1e-12);
        assertEquals(entropy, p.entropy().item(), 1e-12);
    }

    /**
     * Draws are levels with these probabilities; and far in a tail, where both σ round to one, the slope is still
     * right.
     */
    @Example
    void roundedLogisticDrawsAndTails() {
        DiscretisedLogistic p = new DiscretisedLogistic(Tensor.of(0.3), Tensor.of(0.15), 5);
        Tensor x = new DiscretisedLogistic(many(p.mean()), p.scale(), 5).sample(new Rng(4));
        for (int level = 0; level < 5; level++) {
            double at = level / 4.0;
            double[] is = Arrays.stream(World.numbers(x)).map(y -> y == at ? 1 : 0).toArray();
            near(Math.exp(p.logProb(Tensor.of(at)).item()), is, "P of " + at);
        }
        DiscretisedLogistic narrow = new DiscretisedLogistic(Tensor.of(0f), Tensor.of(0.002f));
        double z = 200 / 255.0 / 0.002f; // log P ≈ −z + log(2 sinh(w/2s))
        assertEquals(-z + Math.log(2 * Math.sinh(0.5 / 255 / 0.002f)), narrow.logProb(Tensor.of(200 / 255f)).item(), 1e-3);
        GradCheck.standard().function(y -> new DiscretisedLogistic(y[0].sigmoid(), y[1].exp(), 6)
                .logProb(Tensor.of(0.0, 0.2, 0.8, 1)), normal(1, 4), normal(2, 4));
    }

    // ---- choices

    /** The gradient of a one-hot draw is that of p: exact for what is linear in it, unimix included. */
    @Property(tries = 100)
    void oneHotDrawsAreExactForLinearFunctions(@ForAll long seed, @ForAll @DoubleRange(max = 1) double share) {
        Tensor logits = normal(seed, 4);
        Tensor f = normal(~seed, 4);
        Tensor exact = new Tape().grad(logits, l -> l.softmax().times(1 - share).plus(share / 4).times(f).sum()).gradient().copy();
        Tensor through = new Tape().grad(logits, l -> {
            Tensor x = OneHot.ofLogits(l, share).sample(new Rng(seed));
            assertEquals(1, x.sum().item());
            assertEquals(1, x.max().item());
            return x.times(f).sum();
        }).gradient();
        assertArrayEquals(World.numbers(exact), World.numbers(through), 1e-14);
    }

    @Property(tries = 100)
    void unimixKeepsEveryClassPossible(@ForAll long seed, @ForAll Precision precision) {
        Categorical p = Categorical.ofLogits(normal(seed, 5).times(100).to(precision)).unimix(0.01);
        for (int i = 0; i < 5; i++) {
            assertTrue(p.probs().at(i) >= 0.00199999);
        }
        assertEquals(1, p.probs().sum().item(), 1e-6);
        assertTrue(Kl.kl(Categorical.ofLogits(normal(~seed, 5).to(precision)), p).item() < Math.log(500) + 1e-4);
    }

    /** The largest of l + g is a draw of the choice; and the smooth draw goes to it as τ → 0. */
    @Example
    void relaxedDrawsAreTheChoiceInTheLimit() {
        Tensor logits = Tensor.of(0.5, -1, 1.5);
        Relaxed relaxed = new Relaxed(many(logits), 1e-3);
        Tensor hard = relaxed.sampleStraightThrough(new Rng(3));
        Tensor p = logits.softmax();
        for (int j = 0; j < 3; j++) {
            near(p.at(j), World.numbers(hard.slice(j, j + 1)), "class " + j);
            double[] off = World.numbers(relaxed.sample(new Rng(3)).minus(hard).slice(j, j + 1));
            assertTrue(Arrays.stream(off).map(Math::abs).average().orElseThrow() < 2e-3);
        }
        Tensor l = normal(1, 4, 3);
        Tensor f = normal(2, 4, 3);
        assertArrayEquals(
                World.numbers(new Tape().grad(l, y -> new Relaxed(y, 0.5).sample(new Rng(4)).times(f).sum()).gradient().copy()),
                World.numbers(new Tape().grad(l, y -> new Relaxed(y, 0.5).sampleStraightThrough(new Rng(4)).times(f).sum()).gradient()), 0);
    }

    /** −E[log p] of draws is the entropy where that is known. */
    @Example
    void entropiesAreEstimated() {
        Gamma gamma = new Gamma(Tensor.full(Shape.of(N, 1), 0.7, Precision.FLOAT64), Tensor.full(Shape.scalar(), 3, Precision.FLOAT64));
        near(gamma.entropy().at(0), World.numbers(gamma.entropyEstimate(2, new Rng(1))), "gamma");
        Tensor p = Tensor.of(0.1, 0.6, 0.3);
        Distribution pixels = new Independent(new Categorical(many(Tensor.stack(0, p, p))));
        assertEquals(2 * World.entropy(World.numbers(p)), pixels.entropy().at(0), 1e-12);
        near(pixels.entropy().at(0), World.numbers(pixels.entropyEstimate(1, new Rng(2))), "pixels");
    }
}
