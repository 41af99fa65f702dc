package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Normal;
import surprisal.models.signal.Signal;

/** Levels that move every k steps: what they mean, by a linear source in plain numbers, and that one level is flat. */
class ClockedLawsTest {

    private static final double EXACT = 1e-9;

    /**
     * u_t = D u_{t−k} + C a_{t−1} + w at ticks, s_t = A s_{t−1} + B u_{t−1} + a_{t−1} + v, o_t = s_t + e, and a linear posterior of
     * each that is right about nothing in particular.
     */
    private record Source(double A, double B, double C, double D, double[] std, double[] q, double[] actions, double[] o, int k) {

        static Source of(long seed, int T, int k) {
            SplittableRandom r = new SplittableRandom(seed);
            return new Source(r.nextDouble(-1, 1), r.nextDouble(-1, 1), r.nextDouble(-1, 1), r.nextDouble(-1, 1),
                    r.doubles(3, 0.3, 1.5).toArray(), r.doubles(7, -1, 1).toArray(), r.doubles(T, -1, 1).toArray(),
                    r.doubles(T, -2, 2).toArray(), k);
        }

        int T() {
            return o.length;
        }

        int ticks() {
            return Math.ceilDiv(T(), k);
        }

        private static Tensor one(double x) {
            return Tensor.of(x);
        }

        /** What is seen of the lower level's action is a, then u. */
        Clocked model(Tensor lowNoise, Tensor highNoise) {
            Markov low = new Markov(
                    new Transition.Known((s, a) -> s.times(A).plus(a.slice(1, 2).times(B)).plus(a.slice(0, 1)), one(std[0])),
                    (s, a, e) -> new Normal(
                            s.times(q[0]).plus(a.slice(1, 2).times(q[1])).plus(e.times(q[2])), e.times(0).plus(0.4)),
                    one(0));
            Markov high = new Markov(
                    new Transition.Known((u, a) -> u.times(D).plus(a.times(C)), one(std[1])),
                    (u, a, e) -> new Normal(u.times(q[3]).plus(a.times(q[4])).plus(e.times(q[5])).plus(q[6]), e.times(0).plus(0.7)),
                    one(0));
            return new Clocked(List.of(new Points(low, lowNoise), new Points(high, highNoise)), k);
        }

        Signal signal() {
            return (s, seen) -> new Normal(s, one(std[2])).logProb(seen).neg();
        }

        Tensor repeated(double[] x, int batch) {
            return Tensor.of(Array.of(Shape.of(T(), 1, 1), x)).expand(Shape.of(T(), batch, 1));
        }

        /** −log p(o_1 … o_T), all of it one normal density. */
        double surprise() {
            Joint joint = new Joint();
            double[] s = Joint.sure(0);
            double[] u = Joint.sure(0);
            List<double[]> seen = new ArrayList<>();
            for (int t = 0; t < T(); t++) {
                double[] next = Joint.plus(Joint.plus(Joint.sure(actions[t]), A, s), B, u);
                if (t % k == 0) {
                    u = Joint.plus(Joint.plus(Joint.sure(C * actions[t]), D, u), std[1], joint.fresh());
                }
                s = Joint.plus(next, std[0], joint.fresh());
                seen.add(Joint.plus(s, std[2], joint.fresh()));
            }
            return Joint.given(List.of(), seen, o).surprise();
        }

        /** log q(s, u|o) − log p(s, u, o) at one draw, from its densities. */
        double integrand(double[] lowNoise, double[] highNoise) {
            double s = 0;
            double u = 0;
            double sum = 0;
            for (int t = 0; t < T(); t++) {
                double a = actions[t];
                double p = A * s + B * u + a;
                double mean = q[0] * s + q[1] * u + q[2] * o[t];
                if (t % k == 0) {
                    double high = q[3] * u + q[4] * a + q[5] * o[t] + q[6];
                    double expected = D * u + C * a;
                    u = high + 0.7 * highNoise[t / k];
                    sum += log(u, high, 0.7) - log(u, expected, std[1]);
                }
                s = mean + 0.4 * lowNoise[t];
                sum += log(s, mean, 0.4) - log(s, p, std[0]) - log(o[t], s, std[2]);
            }
            return sum;
        }

        private static double log(double x, double mean, double std) {
            double z = (x - mean) / std;
            return -0.5 * z * z - Math.log(std) - 0.5 * Math.log(2 * Math.PI);
        }
    }

    /** F is E_q[log q − log p] over all levels, and not below the surprise. */
    @Property(tries = 100)
    void boundsTheSurprise(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int T, @ForAll @IntRange(min = 1, max = 4) int k) {
        Source source = Source.of(seed, T, k);
        int all = T + source.ticks();
        Tensor lowNoise = Points.along(0, T, all);
        Tensor highNoise = Points.along(T, source.ticks(), all);
        Clocked model = source.model(lowNoise, highNoise);
        Tensor seen = source.repeated(source.o, 2 * all);
        Path<Levels> path = model.filter(model.start(2 * all), source.repeated(source.actions, 2 * all), seen, new Rng(0));
        double F = SequenceFreeEnergy.of(model, path, source.signal(), seen).total().mean().item();
        double expected = 0;
        for (int b = 0; b < 2 * all; b++) {
            double[] low = new double[T];
            double[] high = new double[source.ticks()];
            for (int t = 0; t < T; t++) {
                low[t] = lowNoise.at(t * 2 * all + b);
            }
            for (int t = 0; t < high.length; t++) {
                high[t] = highNoise.at(t * 2 * all + b);
            }
            expected += source.integrand(low, high) / (2 * all);
        }
        assertEquals(expected, F, EXACT * (1 + Math.abs(expected)));
        assertTrue(F >= source.surprise() - EXACT, F + " ≥ " + source.surprise());
    }

    private static Rssm rssm(int action, Latent latent, long seed) {
        return Rssm.of(latent, new Rssm.Sizes(action, 3, 4, 5), Unary.ELU, Precision.FLOAT64, new Rng(seed));
    }

    private static Tensor random(Rng rng, int... dims) {
        return Tensor.of(rng.normal(Shape.of(dims), Precision.FLOAT64));
    }

    @Property(tries = 10)
    void oneLevelIsFlatBitForBit(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int every) {
        Rng rng = new Rng(seed);
        Tensor actions = random(rng, 5, 2, 2);
        Tensor seen = random(rng, 5, 2, 3);
        Signal signal = (s, o) -> s.slice(0, 3).minus(o).square().sum(-1);
        for (Latent latent : List.of(new Latent.Gaussian(2, 0.1), new Latent.OneHots(2, 2, 0.01))) {
            Rssm flat = rssm(2, latent, seed);
            Clocked one = new Clocked(List.of(flat), every);
            Path<Belief> path = flat.filter(flat.start(2), actions, seen, new Rng(seed));
            Path<Levels> same = one.filter(one.start(2), actions, seen, new Rng(seed));
            RssmLawsTest.close(path.posterior(), same.posterior().levels().getFirst(), 0);
            RssmLawsTest.close(path.prior(), same.prior().levels().getFirst(), 0);
            RssmLawsTest.close(SequenceFreeEnergy.of(flat, path, signal, seen),
                    SequenceFreeEnergy.of(one, same, signal, seen), 0);
            RssmLawsTest.close(flat.imagine(path.at(2), actions, new Rng(1)),
                    one.imagine(same.at(2), actions, new Rng(1)).levels().getFirst(), 0);
            Path<Levels> steps = new Stepped<>(one).filter(one.start(2), actions, seen, new Rng(seed));
            RssmLawsTest.close(new Stepped<>(flat).filter(flat.start(2), actions, seen, new Rng(seed)).posterior(),
                    steps.posterior().levels().getFirst(), 0);
        }
    }

    /** Through the levels one after the other, or through the steps: the same; also when it goes on in the middle of a period. */
    @Property(tries = 40)
    void levelByLevelIsStepByStep(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int T, @ForAll @IntRange(min = 1, max = 4) int k,
            @ForAll @IntRange(min = 1, max = 8) int cut) {
        Rng rng = new Rng(seed);
        Tensor actions = random(rng, T, 2, 1);
        Tensor seen = random(rng, T, 2, 3);
        Tensor still = Tensor.zeros(Shape.of(100, 2, 2), Precision.FLOAT64);
        Latent latent = new Latent.Gaussian(2, 0.1);
        int above = 4 + 2;
        Clocked model = new Clocked(List.of(
                new Points(rssm(1 + above, latent, seed), still), new Points(rssm(1 + above, latent, seed + 1), still),
                new Points(rssm(1, latent, seed + 2), still)), k);
        Path<Levels> steps = new Stepped<>(model).filter(model.start(2), actions, seen, rng);
        Path<Levels> levels = model.filter(model.start(2), actions, seen, rng);
        RssmLawsTest.close(steps, levels, 1e-12);
        if (cut < T) {
            Path<Levels> first = model.filter(model.start(2), actions.slice(0, 0, cut), seen.slice(0, 0, cut), rng);
            Path<Levels> rest = model.filter(first.at(cut - 1), actions.slice(0, cut, T), seen.slice(0, cut, T), rng);
            RssmLawsTest.close(Tree.map(steps, x -> x.slice(0, cut, T)), rest, 1e-12);
        }
    }

    /** Between its ticks a level expects what it has: its divergence is 0, and so are its gradients. */
    @Example
    void aLevelThatStaysCostsNothing() {
        Rng rng = new Rng(2);
        Tensor actions = random(rng, 6, 2, 1);
        Tensor seen = random(rng, 6, 2, 3);
        Clocked model = new Clocked(
                List.of(rssm(1 + 6, new Latent.OneHots(2, 2, 0), 3), rssm(1, new Latent.Gaussian(2, 0.1), 4)), 3);
        Path<Levels> path = model.filter(model.start(2), actions, seen, new Rng(5));
        Tensor nats = path.posterior().levels().get(1).divergence(path.prior().levels().get(1));
        for (int i = 0; i < 12; i++) {
            assertTrue(i / 2 % 3 == 0 ? nats.at(i) > 0 : nats.at(i) == 0, i + ": " + nats.at(i));
        }
        Clocked smooth = new Clocked(
                List.of(rssm(1 + 6, new Latent.Gaussian(2, 0.1), 3), rssm(1, new Latent.Gaussian(2, 0.1), 4)), 2);
        GradCheck.standard().model(smooth, m -> SequenceFreeEnergy.of(m,
                m.filter(m.start(2), actions, seen, new Rng(6)), (s, o) -> s.slice(0, 3).minus(o).square().sum(-1), seen).total());
    }

    @Example
    void wrongNumbersAreSaid() {
        Rng rng = new Rng(7);
        assertEquals("0 levels that tick every 2 steps of the one below: it takes a level, a period of at least 1, and one of the "
                        + "highest below 2^31",
                assertThrows(IllegalArgumentException.class, () -> new Clocked(List.of(), 2)).getMessage());
        Clocked model = new Clocked(List.of(rssm(1 + 6, new Latent.Gaussian(2, 0.1), 3), rssm(1, new Latent.Gaussian(2, 0.1), 4)), 2);
        Path<Levels> path = model.filter(model.start(2), random(rng, 4, 2, 1), random(rng, 4, 2, 3), rng);
        assertEquals("beliefs of different times in one batch, 1 and 2: their levels don't tick together; predict one time "
                        + "after the other",
                assertThrows(IllegalArgumentException.class,
                        () -> model.predict(path.posterior(), random(rng, 4, 2, 1))).getMessage());
        Markov nowhere = new Markov(new Transition.None(), (s, a, e) -> new Normal(e.slice(0, 1), e.slice(1, 2).exp()), Tensor.of(0.0));
        Clocked mixed = new Clocked(List.of(rssm(2, new Latent.Gaussian(2, 0.1), 3), nowhere), 2);
        assertEquals("level 1 believes Normal and expects Anywhere: between its ticks it expects what it believes, so both are of "
                        + "one kind",
                assertThrows(IllegalArgumentException.class, () -> mixed.filter(
                        mixed.start(1), random(rng, 3, 1, 1), random(rng, 3, 1, 3), rng)).getMessage());
    }
}
