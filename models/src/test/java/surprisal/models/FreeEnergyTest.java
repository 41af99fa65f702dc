package surprisal.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.data.Bars;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Normal;
import surprisal.models.latent.Vae;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

class FreeEnergyTest {

    private static final double SIGMA = 0.5;

    /** o = W s + b + σ ε; q(s|o) is linear in o, with one σ for each latent. */
    record LinearVae(Linear encoder, Tensor logStd, Linear decoder) {

        /** The mean over the pictures of F, the expectation over q in closed form. */
        Tensor freeEnergy(Tensor o) {
            Tensor mean = encoder.apply(o);
            Normal q = new Normal(mean, logStd.exp());
            Tensor scale = Tensor.full(Shape.scalar(), SIGMA, Precision.FLOAT64);
            Tensor atMean = new Normal(decoder.apply(mean), scale).logProb(o);
            Tensor spread = decoder.weight().square().sum(-1).times(logStd.exp().square()).sum().div(2 * SIGMA * SIGMA);
            return FreeEnergy.of(q, Normal.standard(2, Precision.FLOAT64), atMean.minus(spread)).total().mean();
        }

        /** −log N(o; b, WWᵀ + σ²I), its mean over the pictures. */
        double surprise(Tensor o) {
            double[] b = World.numbers(decoder.bias());
            double[][] W = new double[2][];
            for (int j = 0; j < 2; j++) {
                W[j] = World.numbers(decoder.weight().slice(0, j, j + 1));
            }
            double sum = 0;
            int n = o.shape().dim(0);
            for (int i = 0; i < n; i++) {
                sum -= FreeEnergyLawsTest.logNormal(World.numbers(o.slice(0, i, i + 1)), b, W, SIGMA);
            }
            return sum / n;
        }
    }

    @Test
    void trainingALinearModelBringsFDownToTheSurprise() {
        Rng rng = new Rng(3);
        Tensor W = Tensor.of(rng.normal(Shape.of(2, 4), Precision.FLOAT64)).times(1.5);
        Tensor o = Tensor.of(rng.normal(Shape.of(50, 2), Precision.FLOAT64)).matmul(W)
                .plus(Tensor.of(rng.normal(Shape.of(50, 4), Precision.FLOAT64)).times(SIGMA));
        LinearVae model = new LinearVae(
                Linear.of(4, 2, Init.GLOROT, Precision.FLOAT64, rng),
                Tensor.zeros(Shape.of(2), Precision.FLOAT64),
                Linear.of(2, 4, Init.GLOROT, Precision.FLOAT64, rng));
        Update adam = Update.adam(0.02);
        Tape tape = new Tape();
        double first = model.freeEnergy(o).item();
        for (int step = 0; step < 1500; step++) {
            Grad<LinearVae> grad = tape.grad(model, m -> m.freeEnergy(o));
            if (step % 100 == 0) {
                assertTrue(grad.loss() >= model.surprise(o) - 1e-12);
            }
            adam.step(model, grad);
        }
        double last = model.freeEnergy(o).item();
        assertTrue(last < first - 1, first + " → " + last);
        assertEquals(model.surprise(o), last, 1e-3);
    }

    /** E[F] = H[x] + D_KL[data ‖ model] + E[D_KL[q ‖ p(z|x)]] ≥ H[x]: nobody beats the entropy of the source. */
    @Test
    void trainedOnBarsTheMeanOfFStaysAboveTheirEntropy() {
        Rng rng = new Rng(0);
        Bars data = new Bars(4);
        Vae vae = Vae.of(16, new int[] {32}, 4, Unary.RELU, rng);
        Update adam = Update.adam(5e-3);
        Tape tape = new Tape();
        for (int step = 0; step < 1200; step++) {
            Tensor x = data.batch(32, rng);
            adam.step(vae, tape.grad(vae, m -> m.freeEnergy(x, rng).total().mean()));
        }
        Tensor x = data.batch(20_000, rng);
        Tensor F = vae.freeEnergy(x, rng).total();
        double mean = F.mean().item();
        double error = Math.sqrt(F.minus(mean).square().mean().item() / F.shape().size());
        assertTrue(mean > data.entropy() - 4 * error, mean + " ± " + error + " ≥ " + data.entropy());
        assertTrue(mean < 2 * data.entropy(), "it has learnt: " + mean);
    }

    @Test
    void wrongNumbersAreSaid() {
        FreeEnergy F = new FreeEnergy(Tensor.of(1.0), Tensor.of(2.0));
        assertEquals("β is -1.0: it takes a number ≥ 0",
                assertThrows(IllegalArgumentException.class, () -> F.weighted(-1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> F.weighted(Double.NaN));
    }

    @Test
    void whatHasNoClosedFormSaysWhatToDo() {
        Normal q = Normal.standard(2);
        Bernoulli p = new Bernoulli(Tensor.of(0f, 0f));
        assertEquals("no closed form for KL[Normal ‖ Bernoulli]; estimate it with Kl.estimate(q, p, samples, rng)",
                assertThrows(UnsupportedOperationException.class, () -> Kl.kl(q, p)).getMessage());
        assertEquals("an estimate from 0 samples: it takes at least 1",
                assertThrows(IllegalArgumentException.class, () -> Kl.estimate(q, q, 0, new Rng(0))).getMessage());
    }
}
