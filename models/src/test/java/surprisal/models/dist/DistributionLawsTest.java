package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
import surprisal.models.Kl;
import surprisal.models.World;

/** What holds of every distribution, by enumeration, by integration and by sampling. */
class DistributionLawsTest {

    /** The kinds, so that each law is tried on all: a new one is added here. */
    enum Kind {
        NORMAL {
            @Override
            Distribution of(Tensor x) { return new Normal(x, x.times(0.5).sin().exp()); }
        },
        BERNOULLI {
            @Override
            Distribution of(Tensor x) { return new Bernoulli(x.times(2)); }
        },
        CATEGORICAL {
            @Override
            Distribution of(Tensor x) { return new Categorical(x.softmax()); }
        },
        LOGITS {
            @Override
            Distribution of(Tensor x) { return Categorical.ofLogits(x.times(2)); }
        },
        DIRICHLET {
            @Override
            Distribution of(Tensor x) { return new Dirichlet(x.exp()); }
        },
        UNIMIX {
            @Override
            Distribution of(Tensor x) { return OneHot.ofLogits(x.times(4), 0.05); }
        },
        LAPLACE {
            @Override
            Distribution of(Tensor x) { return new Laplace(x, x.times(0.5).sin().exp()); }
        },
        GAMMA {
            @Override
            Distribution of(Tensor x) { return new Gamma(x.exp().plus(0.5), x.sin().exp()); }
        },
        BETA {
            @Override
            Distribution of(Tensor x) { return new Beta(x.exp().plus(0.5), x.times(2).sin().exp().plus(1)); }
        },
        MULTIVARIATE {
            @Override
            Distribution of(Tensor x) {
                int n = x.shape().last();
                Tensor eye = Tensor.oneHot(n, x.precision(), IntStream.range(0, n).toArray());
                Tensor off = Tensor.stack(-1, x).plus(Tensor.stack(-2, x.times(2))).sin().times(0.5);
                Tensor diagonal = Tensor.stack(-1, x.times(0.5).sin().exp()).times(eye);
                return new MultivariateNormal(x, off.times(eye.neg().plus(1)).plus(diagonal));
            }
        };

        /** Of one class, or of one count, there is only one distribution. */
        boolean simplex() { return this == CATEGORICAL || this == LOGITS || this == DIRICHLET || this == UNIMIX; }

        /** A distribution that is a smooth function of any numbers, [.., n] → the same shape. */
        abstract Distribution of(Tensor x);

        Distribution draw(long seed, int... shape) {
            return of(Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64)));
        }
    }

    private static double[] row(Tensor x, int i, int n) {
        return Arrays.copyOfRange(World.numbers(x), i * n, (i + 1) * n);
    }

    // ---- against enumeration

    /** All events of n coins or one choice, [events, n]. */
    private static Tensor events(Kind kind, int n) {
        if (kind != Kind.BERNOULLI) {
            return Tensor.oneHot(n, Precision.FLOAT64, IntStream.range(0, n).toArray());
        }
        double[] x = new double[n * (1 << n)];
        Arrays.setAll(x, i -> i / n >> i % n & 1);
        return Tensor.of(Shape.of(1 << n, n), x);
    }

    @Property
    void discreteOnesAreEnumerated(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
        for (Kind kind : new Kind[] {Kind.BERNOULLI, Kind.CATEGORICAL, Kind.LOGITS, Kind.UNIMIX}) {
            Distribution q = kind.draw(seed, n);
            Distribution p = kind.draw(~seed, n);
            Tensor x = events(kind, n);
            double[] logQ = World.numbers(q.logProb(x));
            double[] logP = World.numbers(p.logProb(x));
            double sum = 0;
            double entropy = 0;
            double divergence = 0;
            for (int i = 0; i < logQ.length; i++) {
                sum += Math.exp(logQ[i]);
                entropy -= Math.exp(logQ[i]) * logQ[i];
                divergence += Math.exp(logQ[i]) * (logQ[i] - logP[i]);
            }
            assertEquals(1, sum, 1e-13, kind.name());
            assertEquals(entropy, q.entropy().item(), 1e-12, kind.name());
            assertEquals(divergence, kl(q, p).item(), 1e-12 * (1 + divergence), kind.name());
        }
    }

    // ---- against integration

    /** The trapezium rule, which for integrands that vanish at both ends converges faster than any power of h. */
    private static double integral(double from, double to, int steps, DoubleUnaryOperator f) {
        double h = (to - from) / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            sum += f.applyAsDouble(from + i * h);
        }
        return sum * h;
    }

    /** ∫ p, −∫ p log p and ∫ p (log p − log q) for a density over one number t; event makes x of t, jacobian is dx/dt. */
    private static void integrated(Distribution p, Distribution q, double from, double to, int steps,
            DoubleFunction<Tensor> event, DoubleUnaryOperator jacobian, double tolerance) {
        double sum = integral(from, to, steps,
                t -> Math.exp(p.logProb(event.apply(t)).item()) * jacobian.applyAsDouble(t));
        assertEquals(1, sum, tolerance);
        double entropy = integral(from, to, steps, t -> {
            double log = p.logProb(event.apply(t)).item();
            return -Math.exp(log) * log * jacobian.applyAsDouble(t);
        });
        assertEquals(entropy, p.entropy().item(), tolerance * (1 + Math.abs(entropy)));
        double divergence = integral(from, to, steps, t -> {
            double log = p.logProb(event.apply(t)).item();
            return Math.exp(log) * (log - q.logProb(event.apply(t)).item()) * jacobian.applyAsDouble(t);
        });
        assertEquals(divergence, kl(p, q).item(), tolerance * (1 + Math.abs(divergence)));
    }

    @Property(tries = 20)
    void normalIsIntegrated(@ForAll long seed) {
        Normal p = (Normal) Kind.NORMAL.draw(seed, 1);
        double mean = p.mean().item();
        double std = p.std().item();
        integrated(p, Kind.NORMAL.draw(~seed, 1), mean - 12 * std, mean + 12 * std, 300,
                Tensor::of, t -> 1, 1e-11);
    }

    /** Two classes: x = (σ(t), σ(−t)), dx/dt = x₁ x₂. */
    @Property(tries = 20)
    void dirichletIsIntegrated(@ForAll long seed) {
        Dirichlet p = (Dirichlet) Kind.DIRICHLET.draw(seed, 2);
        double reach = 45 / Math.min(1, Math.min(p.alpha().at(0), p.alpha().at(1)));
        integrated(p, Kind.DIRICHLET.draw(~seed, 2), -reach, reach, 3000,
                t -> Tensor.of(sigmoid(t), sigmoid(-t)), t -> sigmoid(t) * sigmoid(-t), 1e-9);
    }

    static double sigmoid(double t) { return 1 / (1 + Math.exp(-t)); }

    // ---- against sampling

    /** Within five standard errors; the seed is fixed, so that it is always the same draws. */
    static void near(double expected, double[] draws, String what) {
        double mean = Arrays.stream(draws).average().orElseThrow();
        double variance = Arrays.stream(draws).map(x -> (x - mean) * (x - mean)).sum() / (draws.length - 1);
        assertEquals(expected, mean, 5 * Math.sqrt(variance / draws.length) + 1e-12, what);
    }

    @Property(tries = 10)
    void samplesHaveTheEntropyAndTheDivergence(@ForAll Kind kind, @ForAll @IntRange(min = 1, max = 4) int n) {
        int N = 20_000;
        Tensor many = Tensor.zeros(Shape.of(N, 1), Precision.FLOAT64);
        Tensor a = Tensor.of(new Rng(n).normal(Shape.of(n), Precision.FLOAT64));
        Tensor b = Tensor.of(new Rng(n + 100).normal(Shape.of(n), Precision.FLOAT64));
        Distribution q = kind.of(many.plus(a));
        Tensor x = q.sample(new Rng(5));
        assertEquals(Shape.of(N, n), x.shape());
        Tensor logQ = q.logProb(x);
        near(kind.of(a).entropy().item(), World.numbers(logQ.neg()), kind + " entropy");
        near(kl(kind.of(a), kind.of(b)).item(), World.numbers(logQ.minus(kind.of(b).logProb(x))), kind + " divergence");
        Tensor estimate = Kl.estimate(q, kind.of(b), 2, new Rng(6));
        near(kl(kind.of(a), kind.of(b)).item(), World.numbers(estimate), kind + " estimate");
    }

    @Property(tries = 20)
    void samplesHaveTheMoments(@ForAll Kind kind, @ForAll @IntRange(min = 0, max = 50) int seed) {
        int N = 5_000;
        int n = 3;
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(n), Precision.FLOAT64));
        double[] mean = new double[n];
        double[] variance = new double[n];
        Distribution one = kind.of(a);
        for (int i = 0; i < n; i++) {
            switch (one) {
                case Normal(Tensor m, Tensor s) -> {
                    mean[i] = m.at(i);
                    variance[i] = s.at(i) * s.at(i);
                }
                case Dirichlet d -> {
                    double total = Arrays.stream(World.numbers(d.alpha())).sum();
                    mean[i] = d.alpha().at(i) / total;
                    variance[i] = mean[i] * (1 - mean[i]) / (total + 1);
                }
                case Bernoulli b -> {
                    mean[i] = sigmoid(b.logits().at(i));
                    variance[i] = mean[i] * (1 - mean[i]);
                }
                case Categorical c -> {
                    mean[i] = c.probs().at(i);
                    variance[i] = mean[i] * (1 - mean[i]);
                }
                case OneHot(Categorical c) -> {
                    mean[i] = c.probs().at(i);
                    variance[i] = mean[i] * (1 - mean[i]);
                }
                case Laplace(Tensor m, Tensor b) -> {
                    mean[i] = m.at(i);
                    variance[i] = 2 * b.at(i) * b.at(i);
                }
                case Gamma(Tensor alpha, Tensor rate) -> {
                    mean[i] = alpha.at(i) / rate.at(i);
                    variance[i] = mean[i] / rate.at(i);
                }
                case Beta(Tensor alpha, Tensor beta) -> {
                    double total = alpha.at(i) + beta.at(i);
                    mean[i] = alpha.at(i) / total;
                    variance[i] = mean[i] * (1 - mean[i]) / (total + 1);
                }
                case MultivariateNormal m -> {
                    mean[i] = m.mean().at(i);
                    variance[i] = m.covariance().at(i * n + i);
                }
                default -> throw new AssertionError(one);
            }
        }
        Tensor x = kind.of(Tensor.zeros(Shape.of(N, 1), Precision.FLOAT64).plus(a)).sample(new Rng(seed));
        for (int i = 0; i < n; i++) {
            double m = mean[i];
            double[] draws = World.numbers(x.slice(i, i + 1));
            near(m, draws, kind + " mean of " + i);
            near(variance[i], Arrays.stream(draws).map(d -> (d - m) * (d - m)).toArray(), kind + " variance of " + i);
        }
    }

    // ---- by themselves

    @Property
    void divergenceIsPositiveAndZeroForEquals(@ForAll Kind kind, @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 5) int n) {
        Distribution q = kind.draw(seed, 3, n);
        Distribution p = kind.draw(~seed, 3, n);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, kl(q, q).at(i), 1e-12);
            double divergence = kl(q, p).at(i);
            boolean one = n == 1 && kind.simplex();
            assertTrue(one ? Math.abs(divergence) <= 1e-12 : divergence > 1e-12, kind + " " + divergence);
        }
    }

    @Property
    void aBatchIsOneByOne(@ForAll Kind kind, @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(2, 3, n), Precision.FLOAT64));
        Tensor b = Tensor.of(new Rng(~seed).normal(Shape.of(n), Precision.FLOAT64));
        Tensor x = kind.of(a).sample(new Rng(1));
        Tensor[] batch = {kind.of(a).logProb(x), kind.of(a).entropy(), kl(kind.of(a), kind.of(b)), kl(kind.of(b), kind.of(a))};
        for (int i = 0; i < 6; i++) {
            Distribution one = kind.of(Tensor.of(row(a, i, n)));
            Tensor[] each = {
                one.logProb(Tensor.of(row(x, i, n))), one.entropy(), kl(one, kind.of(b)), kl(kind.of(b), one)
            };
            for (int k = 0; k < each.length; k++) {
                assertEquals(Shape.of(2, 3), batch[k].shape());
                assertEquals(each[k].item(), batch[k].at(i), 1e-12 * (1 + Math.abs(each[k].item())));
            }
        }
    }

    /** float32 is float64 to 2e-5 of the largest of the sizes involved. */
    @Property
    void precisionsAgree(@ForAll Kind kind, @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(n), Precision.FLOAT32));
        Tensor b = Tensor.of(new Rng(~seed).normal(Shape.of(n), Precision.FLOAT32));
        Tensor x = kind.of(a).sample(new Rng(1));
        Distribution q = kind.of(a.to(Precision.FLOAT64));
        Distribution p = kind.of(b.to(Precision.FLOAT64));
        Tensor[] meant = {q.logProb(x.to(Precision.FLOAT64)), q.entropy(), kl(q, p)};
        Tensor[] got = {kind.of(a).logProb(x), kind.of(a).entropy(), kl(kind.of(a), kind.of(b))};
        for (int k = 0; k < meant.length; k++) {
            assertEquals(Precision.FLOAT32, got[k].precision());
            assertEquals(meant[k].item(), got[k].item(), 2e-5 * (1 + Math.abs(meant[k].item())), kind + " " + k);
        }
    }

    @Property(tries = 60)
    void gradientsAreLimitsOfDifferences(@ForAll Kind kind, @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n) {
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(2, n), Precision.FLOAT64));
        Tensor b = Tensor.of(new Rng(~seed).normal(Shape.of(n), Precision.FLOAT64));
        Tensor x = kind.of(a).sample(new Rng(1));
        GradCheck check = GradCheck.standard();
        check.function(y -> kind.of(y[0]).logProb(x), a);
        check.function(y -> kind.of(y[0]).entropy(), a);
        check.function(y -> kl(kind.of(y[0]), kind.of(y[1])), a, b);
        switch (kind) {
            case NORMAL, LAPLACE, MULTIVARIATE -> check.function(y -> kind.of(y[0]).logProb(y[1]), a, x);
            case GAMMA -> check.function(y -> kind.of(y[0]).logProb(y[1].exp()), a, b);
            case BETA -> check.function(y -> kind.of(y[0]).logProb(y[1].sigmoid()), a, b);
            case DIRICHLET -> check.function(y -> kind.of(y[0]).logProb(y[1].softmax()), a, b);
            default -> {}
        }
    }

    @Property
    void sameSeedSameSamplesOnATapeToo(@ForAll Kind kind, @ForAll long seed, @ForAll Precision precision) {
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(2, 3), precision));
        Supplier<Tensor> draw = () -> kind.of(a).sample(new Rng(seed));
        double[] first = World.numbers(draw.get());
        assertTrue(Arrays.equals(first, World.numbers(draw.get())));
        Tape tape = new Tape();
        tape.grad(a, y -> {
            Tensor x = kind.of(y).sample(new Rng(seed));
            assertTrue(Arrays.equals(first, World.numbers(x)));
            return kind.of(y).logProb(x).sum();
        });
    }

    // ---- gradients through samples

    /** ∂x/∂μ = 1 and ∂x/∂σ = ε draw by draw, and for f = x²: ∂E[f]/∂μ = 2μ, ∂E[f]/∂σ = 2σ. */
    @Property(tries = 10)
    void reparameterisedGradientsHaveTheirClosedForms(@ForAll @IntRange(min = 0, max = 99) int seed) {
        SplittableRandom r = new SplittableRandom(seed);
        double mean = r.nextDouble(-2, 2);
        double std = r.nextDouble(0.2, 2);
        int N = 20_000;
        Normal wide = new Normal(Tensor.full(Shape.of(N), mean, Precision.FLOAT64), Tensor.full(Shape.of(N), std, Precision.FLOAT64));
        double[] x = World.numbers(wide.sample(new Rng(seed)));
        Normal gradient = new Tape().grad(wide, q -> q.sample(new Rng(seed)).square().sum()).gradient();
        double[] byMean = World.numbers(gradient.mean());
        double[] byStd = World.numbers(gradient.std());
        for (int i = 0; i < N; i++) {
            assertEquals(2 * x[i], byMean[i], 1e-12);
            assertEquals(2 * x[i] * (x[i] - mean) / std, byStd[i], 1e-10);
        }
        near(2 * mean, byMean, "∂/∂μ");
        near(2 * std, byStd, "∂/∂σ");
        // f ∂log p: the other estimator of the same numbers
        Normal score = new Tape().grad(wide, q -> q.logProb(Tensor.of(x)).times(Tensor.of(x).square()).sum()).gradient();
        near(2 * mean, World.numbers(score.mean()), "score ∂/∂μ");
        near(2 * std, World.numbers(score.std()), "score ∂/∂σ");
    }

    /** Σ_x p(x) (f(x) − b) ∂log p(x) = ∂E[f] for every baseline b. */
    @Property
    void scoreFunctionIsUnbiasedForEveryBaseline(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
        Rng rng = new Rng(seed);
        Tensor logits = Tensor.of(rng.normal(Shape.of(n), Precision.FLOAT64));
        Tensor f = Tensor.of(rng.normal(Shape.of(n), Precision.FLOAT64));
        Tensor x = events(Kind.CATEGORICAL, n);
        Tensor exact = new Tape().grad(logits, l -> l.softmax().times(f).sum()).gradient();
        for (double b : new double[] {0, 3, -7}) {
            Tensor score = new Tape().grad(logits, l -> {
                Categorical p = Categorical.ofLogits(l);
                return p.probs().stopGradient().times(f.minus(b)).times(p.logProb(x)).sum();
            }).gradient();
            for (int i = 0; i < n; i++) {
                assertEquals(exact.at(i), score.at(i), 1e-12);
            }
        }
    }

    /** Straight-through: exact, draw by draw, for what is affine in the one-hot; 2p − 2c in place of 1 − 2c for (z − c)². */
    @Property
    void straightThroughIsExactForAffineFunctionsAndBiasedElse(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor p = Tensor.of(rng.normal(Shape.of(2), Precision.FLOAT64)).softmax();
        Tensor f = Tensor.of(rng.normal(Shape.of(2), Precision.FLOAT64));
        double c = rng.uniform();
        double[] bySide = {Double.NaN, Double.NaN};
        for (int i = 0; i < 60; i++) {
            Tensor exact = new Tape().grad(p, q -> new Categorical(q).sampleStraightThrough(rng).times(f).sum()).gradient();
            assertTrue(Arrays.equals(World.numbers(f), World.numbers(exact)));
            Rng same = Rng.of(rng.state());
            int z = (int) new Categorical(p).sample(same).at(1);
            bySide[z] = new Tape().grad(p, q -> new Categorical(q).sampleStraightThrough(rng).slice(1, 2).minus(c).square().sum())
                    .gradient().at(1);
            assertEquals(2 * (z - c), bySide[z], 1e-12);
        }
        if (!Double.isNaN(bySide[0] + bySide[1])) {
            assertEquals(2 * p.at(1) - 2 * c, p.at(1) * bySide[1] + p.at(0) * bySide[0], 1e-12);
        }
    }

    @Property
    void samplesOfDiscreteOnesCarryNoGradient(@ForAll long seed) {
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(3), Precision.FLOAT64));
        for (Kind kind : new Kind[] {Kind.BERNOULLI, Kind.CATEGORICAL, Kind.LOGITS}) {
            Tensor gradient = new Tape().grad(a, y -> kind.of(y).sample(new Rng(seed)).sum().plus(y.sum())).gradient();
            assertEquals(3, gradient.sum().item(), kind.name());
        }
        assertEquals(2, Tree.leaves(Kind.NORMAL.draw(seed, 3)).size());
    }
}
