package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;
import surprisal.models.signal.Signal;

/** Trained on sources whose evidence or entropy is known: F comes down to it and not below. */
class LearningTest {

    private static final Precision FLOAT32 = Precision.FLOAT32;

    /** A dynamics and a linear decoder of its state. */
    record World<D extends Dynamics<Belief>>(D dynamics, Linear decoder) {}

    private interface Likelihood {
        Tensor logProb(Tensor decoded, Tensor seen);
    }

    private static final Likelihood COINS = (decoded, seen) -> new Bernoulli(decoded).logProb(seen);

    private static <D extends Dynamics<Belief>> Tensor F(World<D> world, Likelihood likelihood, Tensor seen, Rng rng) {
        Tensor idle = Tensor.zeros(seen.shape().with(-1, 1), FLOAT32);
        D dynamics = world.dynamics();
        Path<Belief> path = dynamics.filter(dynamics.start(seen.shape().dim(1)), idle, seen, rng);
        Signal signal = (s, o) -> likelihood.logProb(world.decoder().apply(s), o).neg();
        return SequenceFreeEnergy.of(dynamics, path, signal, seen).total();
    }

    private interface Source {
        Tensor batch(int n, Rng rng);
    }

    private static <D extends Dynamics<Belief>> void train(
            World<D> world, Likelihood likelihood, Source source, int steps, double rate, Rng rng) {
        Update update = Update.chain(Update.clipByGlobalNorm(10), Update.adam(rate));
        Tape tape = new Tape();
        for (int i = 0; i < steps; i++) {
            Tensor seen = source.batch(32, rng);
            update.step(world, tape.grad(world, w -> F(w, likelihood, seen, rng).mean()));
        }
    }

    private record Figure(double mean, double error) {
        static Figure of(Tensor x) {
            double mean = x.mean().item();
            return new Figure(mean, Math.sqrt(x.minus(mean).square().mean().item() / x.shape().size()));
        }
    }

    /** s′ = 0.9 s + 0.5 w, o = s + 0.3 v, ten steps from s_0 = 0. */
    private static Tensor walks(int n, Rng rng) {
        Array w = rng.normal(Shape.of(10, n), FLOAT32);
        Array o = rng.normal(Shape.of(10, n, 1), FLOAT32);
        double[] s = new double[n];
        for (int i = 0; i < o.size(); i++) {
            int b = i % n;
            s[b] = 0.9 * s[b] + 0.5 * w.at(i);
            o.set(i, s[b] + 0.3 * o.at(i));
        }
        return Tensor.of(o);
    }

    private static Tensor surprise(Tensor seen) {
        Tensor one = Tensor.of(Shape.of(1, 1), 1.0);
        LinearGaussian truth = new LinearGaussian(one.times(0.9), one, one, one.times(0.25), one.times(0.09),
                new Moments(Tensor.of(0.0), one.times(1e-12)));
        Tensor o = seen.to(Precision.FLOAT64);
        Tensor idle = Tensor.zeros(o.shape(), Precision.FLOAT64);
        Path<Moments> path = truth.filter(truth.start(o.shape().dim(1)), idle, o, new Rng(0));
        return truth.surprise(path.prior(), o).sum(0);
    }

    /** E[F] = E[−log p(o)] + D_KL[source ‖ model] + E[D_KL[q ‖ posterior]]: Kalman's evidence is the floor. */
    @Test
    void onALinearSourceHeldOutFApproachesKalmansEvidenceFromAbove() {
        Rng rng = new Rng(1);
        World<Rssm> world = new World<>(
                Rssm.of(new Latent.Gaussian(2, 0.01), new Rssm.Sizes(1, 1, 8, 16), Unary.ELU, FLOAT32, rng),
                Linear.of(8 + 2, 1, Init.GLOROT, FLOAT32, rng));
        Likelihood noise = (decoded, seen) -> new Normal(decoded, Tensor.full(Shape.of(1), 0.3, FLOAT32)).logProb(seen);
        Tensor held = walks(500, new Rng(99));
        Tensor floor = surprise(held).to(FLOAT32);
        double before = Double.POSITIVE_INFINITY;
        Figure gap = null;
        for (int stage = 0; stage < 2; stage++) {
            train(world, noise, LearningTest::walks, stage == 0 ? 20 : 120, 1e-2, rng);
            gap = Figure.of(F(world, noise, held, new Rng(98)).minus(floor));
            assertTrue(gap.mean() > -5 * gap.error(), gap + " is not below 0");
            assertTrue(gap.mean() < before, gap + " after " + before);
            before = gap.mean();
        }
        assertTrue(gap.mean() < 1, gap.toString());
    }

    /** Eight coins, each thrown two steps ahead: the third is the first again, and so on. */
    private static Tensor echoes(int n, Rng rng) {
        Array coins = rng.uniform(Shape.of(2, n), FLOAT32);
        Array o = Array.zeros(Shape.of(8, n, 1), FLOAT32);
        for (int i = 0; i < o.size(); i++) {
            o.set(i, coins.at(i % (2 * n)) < 0.5 ? 0 : 1);
        }
        return Tensor.of(o);
    }

    /** A step tells nothing of the next one, so without a memory F is at least 8 log 2; the source has 2 log 2 nats. */
    @Test
    void onAStreamWithAPastOnlyAMemoryGetsBelowTheEntropyOfItsSteps() {
        Rng rng = new Rng(2);
        Latent latent = new Latent.Gaussian(2, 0.01);
        World<Markov> without = new World<>(
                new Markov(new Transition.Learned(Mlp.of(rng, Unary.ELU, 2 + 1, 16, 4), latent),
                        new Recognition.Alone(Mlp.of(rng, Unary.ELU, 1, 16, 4), latent), Tensor.zeros(Shape.of(2), FLOAT32)),
                Linear.of(2, 1, Init.GLOROT, FLOAT32, rng));
        World<Rssm> with = new World<>(
                Rssm.of(latent, new Rssm.Sizes(1, 1, 16, 16), Unary.ELU, FLOAT32, rng),
                Linear.of(16 + 2, 1, Init.GLOROT, FLOAT32, rng));
        train(without, COINS, LearningTest::echoes, 80, 1e-2, rng);
        train(with, COINS, LearningTest::echoes, 250, 1e-2, rng);
        Tensor held = echoes(1000, new Rng(99));
        Figure memoryless = Figure.of(F(without, COINS, held, new Rng(98)));
        Figure recurrent = Figure.of(F(with, COINS, held, new Rng(98)));
        assertTrue(memoryless.mean() > 8 * Math.log(2) - 5 * memoryless.error(), memoryless + " ≥ " + 8 * Math.log(2));
        assertTrue(recurrent.mean() > 2 * Math.log(2) - 5 * recurrent.error(), recurrent + " ≥ " + 2 * Math.log(2));
        assertTrue(recurrent.mean() < 5 * Math.log(2), recurrent + " has learned what comes again");
    }
}
