package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.data.Bars;
import surprisal.models.dist.Likelihood;
import surprisal.models.dist.Normal;

class DeterministicAutoencoderTest {

    private static DeterministicAutoencoder tiny() {
        return DeterministicAutoencoder.of(
                4, new int[] {3}, 2, Unary.TANH, Likelihood.gaussian(0.5), Precision.FLOAT64, new Rng(1));
    }

    @Test
    void partsMakeTheWhole() {
        Tensor x = Tensor.of(new Rng(2).normal(Shape.of(3, 4), Precision.FLOAT64));
        DeterministicAutoencoder model = tiny();
        Tensor loss = model.loss(x, 0.3, 0.01);
        Tensor z = model.code(x);
        double weights = 0;
        for (Tensor leaf : Tree.leaves(model.decoder()).values()) {
            for (double w : World.numbers(leaf)) {
                weights += w * w;
            }
        }
        Tensor y = model.decoder().apply(z);
        for (int i = 0; i < 3; i++) {
            double expected = 0.01 * weights + 0.15 * (Math.pow(z.at(2 * i), 2) + Math.pow(z.at(2 * i + 1), 2));
            for (int j = 0; j < 4; j++) {
                expected += 2 * Math.pow(x.at(4 * i + j) - y.at(4 * i + j), 2) + 0.5 * Math.log(2 * Math.PI * 0.25);
            }
            assertEquals(expected, loss.at(i), 1e-12 * (1 + expected));
        }
        GradCheck.standard().model(model, m -> m.loss(x, 0.3, 0.01));
    }

    /** Codes of bars, and what is drawn from their density afterwards. */
    @Test
    void learnsWithoutNoiseAndIsDrawnFromAfterwards() {
        Rng rng = new Rng(0);
        Bars data = new Bars(4);
        DeterministicAutoencoder model = DeterministicAutoencoder.of(
                16, new int[] {32}, 4, Unary.RELU, Likelihood.bernoulli(), Precision.FLOAT32, rng);
        Update adam = Update.adam(5e-3);
        Tape tape = new Tape();
        for (int step = 0; step < 600; step++) {
            Tensor x = data.batch(32, rng);
            adam.step(model, tape.grad(model, m -> m.loss(x, 0.1, 1e-4).mean()));
        }
        Tensor x = data.batch(500, rng);
        Tensor z = model.code(x);
        double reconstruction = -model.p(z).logProb(x).mean().item();
        assertTrue(reconstruction < 1.5, "8 bars take log 8 nats to tell apart, and pixels told from their codes fewer: " + reconstruction);
        Normal density = DeterministicAutoencoder.density(z);
        double mean = 0;
        double square = 0;
        for (int i = 0; i < 500; i++) {
            mean += z.at(4 * i + 1) / 500;
        }
        for (int i = 0; i < 500; i++) {
            square += Math.pow(z.at(4 * i + 1) - mean, 2) / 500;
        }
        assertEquals(mean, density.mean().at(1), 1e-4);
        assertEquals(Math.sqrt(square), density.std().at(1), 1e-4);
        assertEquals(Shape.of(16), model.p(density.sample(rng)).sample(rng).shape());
    }

    /** No diagonal normal makes the codes likelier. */
    @Test
    void theDensityIsTheLikeliest() {
        Tensor z = Tensor.of(new Rng(4).normal(Shape.of(50, 2), Precision.FLOAT64)).times(Tensor.of(0.3, 2.0)).plus(1);
        Normal best = DeterministicAutoencoder.density(z);
        double log = best.logProb(z).mean().item();
        for (double d : new double[] {-0.01, 0.01}) {
            assertTrue(new Normal(best.mean().plus(d), best.std()).logProb(z).mean().item() < log);
            assertTrue(new Normal(best.mean(), best.std().times(1 + d)).logProb(z).mean().item() < log);
        }
    }

    @Test
    void wrongNumbersAreSaid() {
        Tensor x = Tensor.zeros(Shape.of(1, 4), Precision.FLOAT64);
        assertEquals("an autoencoder with β = -1.0 and λ = 0.0: both take numbers ≥ 0",
                assertThrows(IllegalArgumentException.class, () -> tiny().loss(x, -1, 0)).getMessage());
        assertEquals("a density of codes [1, 2]: it takes at least two, [N, latent]",
                assertThrows(IllegalArgumentException.class, () -> DeterministicAutoencoder.density(tiny().code(x))).getMessage());
    }
}
