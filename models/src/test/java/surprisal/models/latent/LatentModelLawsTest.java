package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.Complexity;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Likelihood;

/** Any likelihood and any prior make a model whose F is its formula. */
class LatentModelLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static DeepLatentGaussian deep(long seed, Likelihood likelihood, Prior prior) {
        return DeepLatentGaussian.of(4, new int[] {3, 5}, 6, Unary.TANH, likelihood, prior, DOUBLE, new Rng(seed));
    }

    private static Tensor coins(long seed, int... shape) {
        return Tensor.of(new Rng(seed).bernoulli(Tensor.full(Shape.of(shape), 0.5, DOUBLE).array()));
    }

    @Property(tries = 20)
    void withCoinsAndTheStandardPriorItIsTheVae(@ForAll long seed) {
        DeepLatentGaussian model = deep(seed, Likelihood.bernoulli(), Prior.standard());
        Vae vae = Vae.of(4, new int[] {3, 5}, 6, Unary.TANH, DOUBLE, new Rng(seed));
        assertEquals(Tree.leaves(vae).keySet(), Tree.leaves(model).keySet());
        Tensor x = coins(seed, 3, 4);
        for (Generative each : new Generative[] {model, vae}) {
            assertEquals(Arrays.toString(numbers(vae.freeEnergy(x, new Rng(1)).total())),
                    Arrays.toString(numbers(each.freeEnergy(x, new Rng(1)).total())));
            assertEquals(Arrays.toString(numbers(vae.logWeights(x, 3, new Rng(1)))),
                    Arrays.toString(numbers(each.logWeights(x, 3, new Rng(1)))));
        }
    }

    // ---- likelihoods

    @Property(tries = 100)
    void gaussiansAreSquaredErrors(@ForAll long seed, @ForAll @DoubleRange(min = 0.1, max = 3) double sigma) {
        Tensor x = Tensor.of(new Rng(seed).normal(Shape.of(2, 3), DOUBLE));
        Tensor y = Tensor.of(new Rng(~seed).normal(Shape.of(2, 3), DOUBLE));
        double[] rho = new double[12];
        double[][] expected = new double[2][2];
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                double error = Math.pow(x.at(3 * i + j) - y.at(3 * i + j), 2);
                double std = 0.2 + Math.log1p(Math.exp(j - 1.0));
                expected[0][i] -= 0.5 * error / (sigma * sigma) + 0.5 * Math.log(2 * Math.PI * sigma * sigma);
                expected[1][i] -= 0.5 * error / (std * std) + 0.5 * Math.log(2 * Math.PI * std * std);
                rho[6 * i + j] = y.at(3 * i + j);
                rho[6 * i + 3 + j] = j - 1.0;
            }
        }
        Likelihood predicted = new Likelihood.PredictedStd(0.2);
        assertEquals(6, predicted.width(3));
        assertEquals(3, Likelihood.gaussian(1).width(3));
        Tensor fixed = Likelihood.gaussian(sigma).of(y).logProb(x);
        Tensor learnt = Likelihood.LearnedStd.of(sigma, DOUBLE).of(y).logProb(x);
        Tensor each = predicted.of(Tensor.of(Shape.of(2, 6), rho)).logProb(x);
        for (int i = 0; i < 2; i++) {
            assertEquals(expected[0][i], fixed.at(i), 1e-11 * (1 + Math.abs(expected[0][i])));
            assertEquals(expected[0][i], learnt.at(i), 1e-11 * (1 + Math.abs(expected[0][i])));
            assertEquals(expected[1][i], each.at(i), 1e-11 * (1 + Math.abs(expected[1][i])));
        }
    }

    /** The sensory precision where F is least is 1/MSE. */
    @Property(tries = 5)
    void theLearntVarianceIsTheMeanSquaredError(@ForAll long seed) {
        Tensor x = Tensor.of(new Rng(seed).normal(Shape.of(20, 3), DOUBLE));
        Tensor y = Tensor.of(new Rng(~seed).normal(Shape.of(20, 3), DOUBLE));
        Likelihood.LearnedStd model = Likelihood.LearnedStd.of(3, DOUBLE);
        Tape tape = new Tape();
        Update adam = Update.adam(0.05);
        for (int step = 0; step < 500; step++) {
            adam.step(model, tape.grad(model, m -> m.of(y).logProb(x).mean().neg()));
        }
        assertEquals(x.minus(y).square().mean().item(), Math.exp(2 * model.logStd().item()), 1e-6);
    }

    @Property(tries = 2)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Tensor x = coins(seed, 2, 4);
        for (Likelihood likelihood : new Likelihood[] {
            Likelihood.gaussian(0.5), Likelihood.LearnedStd.of(0.7, DOUBLE), new Likelihood.PredictedStd(0.1),
            Likelihood.categorical(2)}) {
            GradCheck.standard().model(deep(seed, likelihood, Prior.chain(0.6, 3)), m -> m.freeEnergy(x, new Rng(3)).total());
        }
    }

    // ---- the committed rate

    /** Whatever is learnt, the δ-VAE's complexity stays above its rate; with α = 0 it is a VAE. */
    @Property(tries = 50)
    void theRateIsCommitted(@ForAll long seed, @ForAll @DoubleRange(min = -0.9, max = 0.9) double alpha) {
        Tensor x = coins(seed, 5, 4);
        DeepLatentGaussian model = deep(seed, Likelihood.bernoulli(), Prior.chain(alpha, 3));
        double rate = 2 * 0.5 * (Math.log(1 + alpha * alpha) - Math.log(1 - alpha * alpha)); // 3 steps of 2 numbers
        for (double complexity : numbers(model.freeEnergy(x, new Rng(0)).complexity())) {
            assertTrue(complexity >= rate - 1e-12, complexity + " ≥ " + rate);
        }
        assertEquals(deep(seed, Likelihood.bernoulli(), Prior.standard()).freeEnergy(x, new Rng(0)).total().at(0),
                deep(seed, Likelihood.bernoulli(), Prior.chain(0, 3)).freeEnergy(x, new Rng(0)).total().at(0), 1e-12);
    }

    /** A penalty on the rate alone drives a VAE's to 0 and a δ-VAE's to δ. */
    @Example
    void theRateFallsToWhatIsCommittedAndNotBelow() {
        Tensor x = coins(1, 8, 4);
        double[] least = new double[2];
        Prior[] priors = {Prior.standard(), Prior.chain(0.7, 6)};
        for (int i = 0; i < 2; i++) {
            DeepLatentGaussian model = deep(1, Likelihood.bernoulli(), priors[i]);
            Update adam = Update.adam(0.02);
            Tape tape = new Tape();
            for (int step = 0; step < 600; step++) {
                adam.step(model, tape.grad(model, m -> m.freeEnergy(x, new Rng(0)).complexity().mean()));
            }
            least[i] = model.freeEnergy(x, new Rng(0)).complexity().mean().item();
        }
        assertEquals(0, least[0], 1e-3);
        assertEquals(1.134224516546618, least[1], 1e-3);
        assertTrue(least[1] >= 1.134224516546618);
    }

    // ---- choices

    private static CategoricalVae categorical(long seed, int classes) {
        CategoricalVae model = CategoricalVae.of(
                4, new int[] {3}, 1, classes, Unary.TANH, Likelihood.bernoulli(), DOUBLE, new Rng(seed));
        return Tree.map(model, w -> w.times(3));
    }

    private static double[] enumeratedAccuracy(CategoricalVae model, Tensor x, int classes) {
        Tensor z = Tensor.oneHot(classes, DOUBLE, IntStream.range(0, classes).toArray());
        double accuracy = 0;
        double evidence = 0;
        for (int c = 0; c < classes; c++) {
            Tensor one = z.slice(0, c, c + 1);
            double likelihood = model.p(one).logProb(x).item();
            accuracy += Math.exp(model.q(x).logProb(one).item()) * likelihood;
            evidence += Math.exp(likelihood) / classes;
        }
        return new double[] {accuracy, Math.log(evidence)};
    }

    @Property(tries = 100)
    void ofChoicesFIsAboveTheSurprise(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int classes) {
        CategoricalVae model = categorical(seed, classes);
        Tensor x = coins(seed, 1, 4);
        double[] exact = enumeratedAccuracy(model, x, classes);
        double complexity = model.freeEnergy(x, new Rng(0)).complexity().item();
        assertTrue(complexity - exact[0] >= -exact[1] - 1e-12);
    }

    /** 20,000 draws: straight-through ones have the enumerated accuracy, and cold relaxed ones come near. */
    @Example
    void drawsOfChoicesHaveTheEnumeratedMean() {
        CategoricalVae model = categorical(5, 3);
        Tensor x = coins(2, 1, 4);
        double exact = enumeratedAccuracy(model, x, 3)[0];
        Tensor many = x.expand(Shape.of(20_000, 4));
        FreeEnergy F = model.freeEnergy(many, new Rng(1));
        double mean = F.accuracy().mean().item();
        double error = Math.sqrt(F.accuracy().minus(mean).square().mean().item() / 20_000);
        assertTrue(error > 1e-5);
        assertEquals(exact, mean, 5 * error);
        assertEquals(exact, model.relaxed(many, 1e-3, new Rng(2)).accuracy().mean().item(), 5 * error + 1e-2);
        assertEquals(F.complexity().at(0), model.relaxed(many, 1, new Rng(2)).complexity().at(0), 1e-12);
    }

    /** The relaxed loss is smooth; GradCheck holds for it, and not for hard draws. */
    @Property(tries = 3)
    void relaxedGradientsAreLimitsOfDifferences(@ForAll long seed) {
        Tensor x = coins(seed, 2, 4);
        GradCheck.standard().model(categorical(seed, 3), m -> m.relaxed(x, 0.8, new Rng(1)).total());
    }

    // ---- variants

    @Property(tries = 20)
    void complexitiesAreThoseOfTheBeliefs(@ForAll long seed) {
        DeepLatentGaussian model = deep(seed, Likelihood.bernoulli(), Prior.standard());
        Tensor x = coins(seed, 3, 4);
        Complexity c = Complexity.balanced(0.8).freeNats(0.5).times(2);
        FreeEnergy F = model.freeEnergy(x, c, new Rng(4));
        assertEquals(c.of(model.q(x), model.prior()).at(0), F.complexity().at(0));
        assertEquals(model.freeEnergy(x, new Rng(4)).accuracy().at(1), F.accuracy().at(1));
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("σ of a likelihood is 0.0: it takes a finite number > 0",
                assertThrows(IllegalArgumentException.class, () -> Likelihood.gaussian(0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Likelihood.LearnedStd.of(-1, DOUBLE));
        assertThrows(IllegalArgumentException.class, () -> new Likelihood.PredictedStd(Double.NaN));
        Distribution chain = deep(0, Likelihood.bernoulli(), Prior.chain(0.5, 2)).prior();
        assertEquals(Shape.of(6), chain.sample(new Rng(0)).shape());
        assertEquals("a chain of 4 parts over 6 numbers: the length is a multiple of the number of parts",
                assertThrows(IllegalArgumentException.class, () -> deep(0, Likelihood.bernoulli(), Prior.chain(0.5, 4)).prior())
                        .getMessage());
    }
}
