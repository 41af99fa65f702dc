package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;
import surprisal.models.signal.Signal;

/**
 * F of sequences on a source whose evidence is known: s_t = A s_{t−1} + a_{t−1} + √Q w, o_t = H s_t + √R v, all of one number, s_0 = 0.
 * Expectations over the samples are exact: everything is quadratic in the noise (see {@link Points}).
 */
class SequenceFreeEnergyLawsTest {

    private static final double EXACT = 1e-9;

    /** The source, and one sequence of it. */
    private record Source(double A, double Q, double H, double R, double[] actions, double[] o) {

        static Source of(long seed, int T) {
            SplittableRandom r = new SplittableRandom(seed);
            return new Source(r.nextDouble(-1.2, 1.2), r.nextDouble(0.2, 2), r.nextDouble(0.3, 1.5), r.nextDouble(0.2, 2),
                    r.doubles(T, -1, 1).toArray(), r.doubles(T, -2, 2).toArray());
        }

        int T() {
            return o.length;
        }

        /** −log p(o_1 … o_T) by Kalman's filter. */
        double surprise() {
            LinearGaussian model = new LinearGaussian(number(A), number(1), number(H), number(Q), number(R),
                    new Moments(Tensor.of(0.0), number(1e-300))); // s_0 = 0
            Tensor seen = Tensor.of(Array.of(Shape.of(T(), 1, 1), o));
            Path<Moments> path = model.filter(
                    model.start(1), Tensor.of(Array.of(Shape.of(T(), 1, 1), actions)), seen, new Rng(0));
            return model.surprise(path.prior(), seen).sum().item();
        }

        private static Tensor number(double x) {
            return Tensor.of(Shape.of(1, 1), x);
        }

        /** Λ_t and λ_t of what is seen at t: p(o_t|s) ∝ exp(−½ Λ s² + λ s). */
        double[][] now() {
            double[][] x = new double[T()][];
            for (int t = 0; t < T(); t++) {
                x[t] = new double[] {H * H / R, H * o[t] / R};
            }
            return x;
        }

        /** Those of what is seen at t and after it. */
        double[][] future() {
            double[][] x = now();
            for (int t = T() - 2; t >= 0; t--) {
                double[] later = x[t + 1];
                double less = 1 + Q * later[0];
                x[t][0] += A * A * later[0] / less;
                x[t][1] += A * (later[1] - later[0] * actions[t + 1]) / less;
            }
            return x;
        }

        /** The known prior, and the posterior that Bayes' rule makes of it and of the evidence in the embedding. */
        Markov model() {
            Transition prior = new Transition.Known((s, a) -> s.times(A).plus(a), Tensor.of(Math.sqrt(Q)));
            Recognition posterior = (s, a, e) -> {
                Tensor precision = e.slice(0, 1).plus(1 / Q);
                Tensor mean = s.times(A).plus(a).div(Q).plus(e.slice(1, 2)).div(precision);
                return new Normal(mean, precision.rsqrt());
            };
            return new Markov(prior, posterior, Tensor.of(0.0));
        }

        Signal signal() {
            return (s, seen) -> new Normal(s.times(H), Tensor.full(Shape.of(1), Math.sqrt(R), Precision.FLOAT64)).logProb(seen).neg();
        }

        Tensor repeated(double[]... x) {
            int n = x[0].length;
            Array all = Array.zeros(Shape.of(T(), 2 * T(), n), Precision.FLOAT64);
            for (int i = 0; i < all.size(); i++) {
                all.set(i, x[i / (2 * T() * n)][i % n]);
            }
            return Tensor.of(all);
        }

        static double[][] columns(double[] x) {
            double[][] y = new double[x.length][];
            for (int t = 0; t < y.length; t++) {
                y[t] = new double[] {x[t]};
            }
            return y;
        }

        /** F of all points, [2T]: their mean is the expectation. */
        SequenceFreeEnergy points(double[][] evidence) {
            Points model = new Points(model(), Points.along(0, T(), T()));
            Path<Belief> path = model.filter(
                    model.start(2 * T()), repeated(columns(actions)), repeated(evidence), new Rng(0));
            return SequenceFreeEnergy.of(model, path, signal(), repeated(columns(o)));
        }
    }

    @Example
    void theAnchors() {
        Source source = new Source(1, 1, 1, 1, new double[2], new double[] {1, 0});
        assertEquals(2.942596022626395, source.surprise(), 1e-13);
        assertEquals(2.942596022626395, source.points(source.future()).total().mean().item(), 1e-13);
        double filtering = source.points(source.now()).total().mean().item();
        assertEquals(2.968524246969291, filtering, 1e-13);
        assertEquals(0.025928224342895, filtering - source.surprise(), 1e-13);
    }

    /** With the known prior, the smoothing posterior reaches the evidence, and the filtering one does not if T ≥ 2. */
    @Property(tries = 60)
    void theSmoothingPosteriorReachesTheEvidence(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int T) {
        Source source = Source.of(seed, T);
        double surprise = source.surprise();
        assertEquals(surprise, source.points(source.future()).total().mean().item(), EXACT);
        double filtering = source.points(source.now()).total().mean().item();
        if (T == 1) {
            assertEquals(surprise, filtering, EXACT);
        } else {
            assertTrue(filtering > surprise, filtering + " > " + surprise);
        }
    }

    /** Any other posterior is above. */
    @Property(tries = 60)
    void boundsTheSurprise(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int T, @ForAll @DoubleRange(min = 0, max = 1) double off) {
        Source source = Source.of(seed, T);
        double[][] evidence = source.future();
        SplittableRandom r = new SplittableRandom(seed);
        for (double[] e : evidence) {
            e[0] *= 1 + off * r.nextDouble();
            e[1] += off * r.nextDouble(-1, 1);
        }
        assertTrue(source.points(evidence).total().mean().item() >= source.surprise() - EXACT);
    }

    /** Steps of the burn-in carry the state, and the others cost what they cost. */
    @Example
    void aBurnInDoesNotCount() {
        Source source = Source.of(1, 5);
        SequenceFreeEnergy F = source.points(source.now());
        Tensor whole = F.complexity().plus(F.cost());
        Tensor part = F.after(2).total();
        for (int b = 0; b < 10; b++) {
            assertEquals(whole.at(20 + b) + whole.at(30 + b) + whole.at(40 + b), part.at(b), 1e-14);
        }
        Tensor beta = F.after(4).weighted(3);
        assertEquals(3 * F.complexity().at(40) + F.cost().at(40), beta.at(0), 1e-14);
        assertThrows(IllegalArgumentException.class, () -> F.weighted(-1));
        assertEquals("a burn-in of 5 steps in sequences of 5: it is at least 0, and leaves a step that counts",
                assertThrows(IllegalArgumentException.class, () -> F.after(5)).getMessage());
    }

    /**
     * N(m_t, v) at distance d is N(A^d ŝ + …, Q) around a sample of the state before: with s imagined by d − 1 noises, the
     * expected divergence is in closed form.
     */
    @Property(tries = 20)
    void overshootingIsTheExpectedDivergenceAtEachDistance(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int T, @ForAll @IntRange(min = 1, max = 4) int D) {
        Source source = Source.of(seed, T);
        Markov model = source.model();
        Tensor actions = Tensor.of(Array.of(Shape.of(T, 1, 1), source.actions));
        Tensor evidence = Tensor.concat(-1, Tensor.full(Shape.of(T, 1, 1), source.H * source.H / source.R, Precision.FLOAT64),
                Tensor.of(Array.of(Shape.of(T, 1, 1), source.o)).times(source.H / source.R));
        Points mean = new Points(model, Tensor.zeros(Shape.of(T, 1, 1), Precision.FLOAT64));
        Path<Belief> path = mean.filter(mean.start(1), actions, evidence, new Rng(0));
        if (D > T) {
            assertEquals("overshooting by " + D + " steps in sequences of " + T
                            + ": no step has another so far before it; shorten the distance",
                    assertThrows(IllegalArgumentException.class, () -> new Overshooting(D)
                            .complexity(model, path, actions, Balance.NONE, new Rng(0))).getMessage());
            return;
        }
        int many = 5_000;
        Tensor wide = Tensor.full(Shape.of(1, many, 1), 1, Precision.FLOAT64);
        Belief q = path.posterior();
        Path<Belief> paths = new Path<>(wide(path.prior(), wide), wide(q, wide));
        Tensor J = new Overshooting(D).complexity(model, paths, actions.times(wide), Balance.NONE, new Rng(seed));
        assertEquals(Shape.of(T, many), J.shape());
        Normal believed = (Normal) q.distribution();
        double A = source.A;
        double Q = source.Q;
        for (int t = 0; t < T; t++) {
            double expected = 0;
            int distances = Math.min(D, t + 1);
            for (int d = 1; d <= distances; d++) {
                double m = d > t ? 0 : q.state().at(t - d);
                double variance = 0; // of what the prior sets out from, seen one step later
                for (int i = d - 1; i >= 0; i--) {
                    m = A * m + source.actions[t - i];
                    variance = A * A * (i == d - 1 ? 0 : variance + Q);
                }
                double v = believed.std().at(t) * believed.std().at(t);
                double off = believed.mean().at(t) - m;
                expected += 0.5 * (Math.log(Q / v) + (v + off * off + variance) / Q - 1) / distances;
            }
            Tensor row = J.slice(0, t, t + 1);
            double found = row.mean().item();
            double error = Math.sqrt(row.minus(found).square().mean().item() / many);
            assertEquals(expected, found, 6 * error + 1e-9, "step " + t);
        }
    }

    private static Belief wide(Belief x, Tensor wide) {
        Normal normal = (Normal) x.distribution();
        return new Belief(x.memory().times(wide), new Normal(normal.mean().times(wide), normal.std().times(wide)),
                x.state().times(wide));
    }

    /** KL balancing changes gradients and no numbers; below the free nats nothing pulls. */
    @Property(tries = 60)
    void aBalanceWeighsGradients(
            @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 2) double forQ,
            @ForAll @DoubleRange(min = 0.1, max = 2) double forP) {
        SplittableRandom r = new SplittableRandom(seed);
        Markov model = Source.of(seed, 1).model();
        Tensor[] parameters = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            parameters[i] = Tensor.of(Shape.of(1, 1), i % 2 == 0 ? r.nextDouble(-1, 1) : r.nextDouble(0.5, 2));
        }
        List<Tensor> beliefs = List.of(parameters);
        Grad<List<Tensor>> plain = grad(model, beliefs, Balance.NONE);
        double[] slopes = new double[4];
        for (int i = 0; i < 4; i++) {
            slopes[i] = plain.gradient().get(i).item();
        }
        Grad<List<Tensor>> weighed = grad(model, beliefs, new Balance(forQ, forP, 0));
        assertEquals(plain.loss(), weighed.loss());
        for (int i = 0; i < 4; i++) {
            assertEquals(slopes[i] * (i < 2 ? forQ : forP), weighed.gradient().get(i).item(), 1e-12 * (1 + Math.abs(slopes[i])));
        }
        Grad<List<Tensor>> free = grad(model, beliefs, new Balance(forQ, forP, plain.loss() + 1));
        assertEquals(plain.loss() + 1, free.loss());
        for (int i = 0; i < 4; i++) {
            assertEquals(0, free.gradient().get(i).item());
        }
        double below = plain.loss() / 2;
        assertEquals(plain.loss(), grad(model, beliefs, new Balance(1, 1, below)).loss());
    }

    private static Grad<List<Tensor>> grad(Markov model, List<Tensor> parameters, Balance balance) {
        return new Tape().grad(parameters, x -> balance.complexity(model,
                Belief.of(x.get(0), new Normal(x.get(0), x.get(1))), Belief.of(x.get(0), new Normal(x.get(2), x.get(3)))).sum());
    }

    @Example
    void numbersThatAreNotFiniteAreNamed() {
        Tensor fine = Tensor.zeros(Shape.of(2, 3), Precision.FLOAT64);
        Tensor bad = Tensor.of(Shape.of(2, 3), 0, 0, 0, 0, Double.POSITIVE_INFINITY, Double.NaN);
        String out = ": lower the learning rate, clip the gradient, or raise the least σ or the uniform share";
        assertEquals("the complexity D_KL[q ‖ p] of step 1 in sequence 1 is Infinity" + out,
                assertThrows(ArithmeticException.class, () -> new SequenceFreeEnergy(bad, fine)).getMessage());
        assertEquals("the cost of step 1 in sequence 1 is Infinity" + out,
                assertThrows(ArithmeticException.class, () -> new SequenceFreeEnergy(fine, bad)).getMessage());
        assertEquals("a complexity [2, 3] and a cost [2]: both are [T, B], one number for each step of each sequence",
                assertThrows(IllegalArgumentException.class, () -> new SequenceFreeEnergy(fine, Tensor.of(1.0, 2.0)))
                        .getMessage());
    }
}
