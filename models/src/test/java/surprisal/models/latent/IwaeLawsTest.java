package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import java.util.SequencedMap;
import java.util.function.BiFunction;
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
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Likelihood;

/** L_k ≤ log p(x), rising with k; two gradients with one mean. By enumeration, in closed form and by sampling. */
class IwaeLawsTest {

    /**
     * A belief that is the posterior makes every weight the evidence: F, L_k and log p(x) are one number, at every
     * draw.
     */
    @Property(tries = 100)
    void theExactPosteriorReachesTheEvidence(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int k) {
        LinearGaussian world = LinearGaussian.random(seed);
        Tensor x = world.draw(4, new Rng(seed));
        double[] log = world.evidences(x);
        LatentModel model = world.exact();
        Tensor weights = model.logWeights(x, k, new Rng(~seed));
        assertEquals(Shape.of(k, 4), weights.shape());
        double[] bound = numbers(new Iwae(k).bound(model, x, new Rng(~seed)));
        for (int i = 0; i < 4; i++) {
            for (int s = 0; s < k; s++) {
                assertEquals(log[i], weights.at(4 * s + i), 1e-9 * (1 + Math.abs(log[i])));
            }
            assertEquals(log[i], bound[i], 1e-9 * (1 + Math.abs(log[i])));
        }
    }

    /**
     * Then nothing is left to learn for the belief: the doubly reparameterised gradient is 0 at every draw, the other
     * one isn't.
     */
    @Property(tries = 30)
    void atThePosteriorTheDoublyReparameterisedGradientVanishes(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int k) {
        LinearGaussian world = LinearGaussian.random(seed);
        Tensor x = world.draw(4, new Rng(seed));
        LinearGaussian.Correlated model = world.exact();
        Iwae iwae = new Iwae(k);
        Tape tape = new Tape();
        var precise = tape.grad(model, m -> iwae.doublyReparameterised(m, x, new Rng(~seed)).sum()).gradient();
        for (Tensor g : new Tensor[] {precise.A(), precise.a(), precise.L()}) {
            assertEquals(0, g.abs().max().item(), 1e-9);
        }
        var noisy = tape.grad(model, m -> iwae.loss(m, x, new Rng(~seed)).sum()).gradient();
        assertTrue(noisy.A().abs().max().item() > 1e-4);
    }

    @Property(tries = 30)
    void drawsOfManyAreThoseOfOneAfterTheOther(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int k) {
        LinearGaussian world = LinearGaussian.random(seed);
        Tensor x = world.draw(3, new Rng(seed));
        LatentModel model = world.linear(0.3, 1.2);
        Rng rng = new Rng(seed);
        Tensor[] one = new Tensor[k];
        Arrays.setAll(one, i -> model.logWeights(x, 1, rng));
        assertEquals(Arrays.toString(numbers(Tensor.concat(0, one))),
                Arrays.toString(numbers(model.logWeights(x, k, new Rng(seed)))));
    }

    // ---- one choice of three classes: everything is a sum

    private static CategoricalVae discrete(long seed) {
        CategoricalVae model = CategoricalVae.of(
                4, new int[] {3}, 1, 3, Unary.TANH, Likelihood.bernoulli(), Precision.FLOAT64, new Rng(seed));
        return Tree.map(model, w -> w.times(3)); // so that the three classes differ
    }

    private static Tensor coins(long seed, int... shape) {
        return Tensor.of(new Rng(seed).bernoulli(Tensor.full(Shape.of(shape), 0.5, Precision.FLOAT64).array()));
    }

    /** E[log (1/k) Σ w] over all 3^k tuples of draws. */
    private static double enumerated(double[] q, double[] w, int k) {
        int tuples = (int) Math.round(Math.pow(3, k));
        double L = 0;
        for (int t = 0; t < tuples; t++) {
            double probability = 1;
            double sum = 0;
            for (int i = 0, rest = t; i < k; i++, rest /= 3) {
                probability *= q[rest % 3];
                sum += w[rest % 3];
            }
            L += probability * Math.log(sum / k);
        }
        return L;
    }

    /** F_1 ≥ … ≥ −log p(x), with L_1 = −F. */
    @Property(tries = 100)
    void theBoundRisesToTheEvidence(@ForAll long seed) {
        CategoricalVae model = discrete(seed);
        Tensor x = coins(seed, 4);
        Tensor z = Tensor.oneHot(3, Precision.FLOAT64, 0, 1, 2);
        double[] q = numbers(model.q(x).logProb(z).exp());
        double[] joint = numbers(model.logJoint(x, z).exp());
        double evidence = Math.log(joint[0] + joint[1] + joint[2]);
        double[] w = {joint[0] / q[0], joint[1] / q[1], joint[2] / q[2]};
        double before = Double.NEGATIVE_INFINITY;
        for (int k = 1; k <= 6; k++) {
            double L = enumerated(q, w, k);
            assertTrue(L >= before - 1e-12 && L <= evidence + 1e-12);
            before = L;
        }
        double complexity = model.freeEnergy(x, new Rng(0)).complexity().item();
        double accuracy = 0;
        Tensor likelihood = model.p(z).logProb(x);
        for (int c = 0; c < 3; c++) {
            accuracy += q[c] * likelihood.at(c);
        }
        assertEquals(-enumerated(q, w, 1), complexity - accuracy, 1e-12 * (1 + Math.abs(accuracy)));
    }

    /** The mean of 20,000 bounds is the enumerated one, within 5 standard errors. */
    @Example
    void itsMeanIsTheEnumeratedBound() {
        CategoricalVae model = discrete(8);
        Tensor x = coins(8, 4);
        Tensor z = Tensor.oneHot(3, Precision.FLOAT64, 0, 1, 2);
        double[] q = numbers(model.q(x).logProb(z).exp());
        double[] w = numbers(model.logJoint(x, z).minus(model.q(x).logProb(z)).exp());
        for (int k = 1; k <= 4; k++) {
            double[] L = numbers(new Iwae(k).bound(model, x.expand(Shape.of(20_000, 4)), new Rng(k)));
            double mean = Arrays.stream(L).average().orElseThrow();
            double variance = Arrays.stream(L).map(l -> (l - mean) * (l - mean)).average().orElseThrow();
            assertTrue(variance > 1e-6, "the draws differ");
            assertEquals(enumerated(q, w, k), mean, 5 * Math.sqrt(variance / L.length));
        }
    }

    // ---- gradients

    private static DeepLatentGaussian deep(long seed) {
        return DeepLatentGaussian.of(4, new int[] {5}, 2, Unary.TANH, Likelihood.bernoulli(), Prior.standard(),
                Precision.FLOAT64, new Rng(seed));
    }

    @Property(tries = 3)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Tensor x = coins(seed, 2, 4);
        GradCheck.standard().model(deep(seed), m -> new Iwae(3).loss(m, x, new Rng(3)));
    }

    /** Σ sg(w̃) log w with z held, and Σ sg(w̃²) log w with the model and q held: in two passes, the same in one. */
    @Property(tries = 20)
    void theDoublyReparameterisedGradientIsItsFormula(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int k) {
        Tensor x = coins(seed, 3, 4);
        DeepLatentGaussian model = deep(seed);
        Iwae iwae = new Iwae(k);
        Tape tape = new Tape();
        var one = tape.grad(model, m -> iwae.doublyReparameterised(m, x, new Rng(3)).sum());
        assertEquals(iwae.loss(model, x, new Rng(3)).sum().item(), one.loss(), 1e-12 * Math.abs(one.loss()));
        Tensor w = model.logWeights(x, k, new Rng(3)).softmax(0);
        var two = new Tape().grad(model, m -> {
            Distribution q = m.q(x);
            Tensor z = LatentModel.draws(q, k, new Rng(3));
            Tensor held = LatentModel.draws(model.q(x), k, new Rng(3));
            Tensor forModel = m.logJoint(x, held).times(w).sum();
            Tensor forBelief = model.logJoint(x, z).minus(model.q(x).logProb(z)).times(w.square()).sum();
            return forModel.plus(forBelief).neg();
        });
        SequencedMap<String, Tensor> there = Tree.leaves(two.gradient());
        Tree.leaves(one.gradient()).forEach((name, g) -> {
            for (int i = 0; i < g.shape().size(); i++) {
                assertEquals(there.get(name).at(i), g.at(i), 1e-11 * (1 + Math.abs(g.at(i))), name);
            }
        });
    }

    /** Mean and variance of the mean gradient of a batch over many draws, parameter by parameter of the encoder. */
    private static double[][] moments(BiFunction<DeepLatentGaussian, Rng, Tensor> loss, int draws) {
        DeepLatentGaussian model = LinearGaussian.orthogonal(7).linear(0.1, 1.2);
        Tape tape = new Tape();
        double[][] m = null;
        Rng rng = new Rng(17);
        for (int i = 0; i < draws; i++) {
            double[] g = Tree.leaves(tape.grad(model, each -> loss.apply(each, rng)).gradient().encoder()).values().stream()
                    .flatMapToDouble(t -> Arrays.stream(numbers(t))).toArray();
            m = m == null ? new double[2][g.length] : m;
            for (int j = 0; j < g.length; j++) {
                m[0][j] += g[j] / draws;
                m[1][j] += g[j] * g[j] / draws;
            }
        }
        for (int j = 0; j < m[0].length; j++) {
            m[1][j] -= m[0][j] * m[0][j];
        }
        return m;
    }

    /**
     * Of one mean, within 5 standard errors in every parameter; of less than half the variance where q is near the
     * posterior.
     */
    @Example
    void bothGradientsHaveOneMean() {
        Tensor x = LinearGaussian.orthogonal(7).draw(8, new Rng(5));
        Iwae iwae = new Iwae(16);
        int draws = 1200;
        double[][] plain = moments((m, rng) -> iwae.loss(m, x, rng).mean(), draws);
        double[][] doubly = moments((m, rng) -> iwae.doublyReparameterised(m, x, rng).mean(), draws);
        double before = 0;
        double after = 0;
        for (int j = 0; j < plain[0].length; j++) {
            double error = Math.sqrt((plain[1][j] + doubly[1][j]) / draws);
            assertEquals(plain[0][j], doubly[0][j], 5 * error + 1e-12);
            before += plain[1][j];
            after += doubly[1][j];
        }
        assertTrue(after < before / 2 && after > 0, before + " → " + after);
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("a bound of 0 samples: it takes at least 1",
                assertThrows(IllegalArgumentException.class, () -> new Iwae(0)).getMessage());
        assertEquals("0 samples of z: it takes at least 1",
                assertThrows(IllegalArgumentException.class, () -> deep(0).logWeights(coins(0, 1, 4), 0, new Rng(0))).getMessage());
        assertEquals("q(z|x) is a Choices, whose draws are no smooth function of its parameters: the doubly reparameterised gradient "
                        + "has another mean than the bound's; use loss",
                assertThrows(IllegalArgumentException.class,
                        () -> new Iwae(2).doublyReparameterised(discrete(0), coins(0, 1, 4), new Rng(0))).getMessage());
    }
}
