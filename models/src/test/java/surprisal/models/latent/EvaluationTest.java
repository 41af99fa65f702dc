package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Likelihood;

class EvaluationTest {

    private static double mean(double[] x) { return Arrays.stream(x).average().orElseThrow(); }

    /**
     * 120 x, 2,000 draws each from a belief that is shifted and too wide: the relative error of a mean of weights is
     * its spread / √k, and the log's bias half its square. 5 standard errors of the mean over x.
     */
    @Test
    void estimatesTheEvidenceOfALinearGaussianModel() {
        LinearGaussian world = LinearGaussian.random(6);
        Tensor x = world.draw(120, new Rng(1));
        LatentModel model = world.linear(0.1, 1.4);
        int k = 2000;
        double[] exact = world.evidences(x);
        double[] estimate = numbers(new Evaluation(5000).logLikelihood(model, x, k, new Rng(2)));
        double[] off = new double[120];
        Arrays.setAll(off, i -> estimate[i] - exact[i]);
        double spread = Math.sqrt(mean(Arrays.stream(off).map(o -> o * o).toArray()));
        assertTrue(spread > 1e-4 && spread < 0.1, "an error of " + spread + " from " + k + " draws");
        assertEquals(0, mean(off), 5 * spread / Math.sqrt(120) + spread * spread);
        double F = new Evaluation(1).freeEnergy(model, x, new Rng(2)).total().mean().item();
        assertTrue(F > -mean(exact) + 0.05, "the belief is off, so F is above the surprise: " + F + " " + mean(exact));
    }

    /**
     * In float32, over two parts of 100 and 30, with hidden layers wide enough for every way of multiplying matrices.
     */
    @Tag("bits")
    @Test
    void rowsAtOnceChangeNoBit() {
        DeepLatentGaussian model = DeepLatentGaussian.of(
                20, new int[] {33}, 5, Unary.TANH, Likelihood.bernoulli(), Prior.standard(), Precision.FLOAT32, new Rng(3));
        Tensor x = Tensor.of(new Rng(4).bernoulli(Tensor.full(Shape.of(130, 20), 0.5, Precision.FLOAT32).array()));
        String once = null;
        for (int rows : new int[] {1, 250, 1000, 100_000}) {
            String bits = Arrays.toString(numbers(new Evaluation(rows).logLikelihood(model, x, 23, new Rng(5))));
            once = once == null ? bits : once;
            assertEquals(once, bits, rows + " rows at once");
        }
    }

    @Test
    void partsMakeTheWhole() {
        LinearGaussian world = LinearGaussian.random(2);
        Tensor x = world.draw(130, new Rng(1));
        LatentModel model = world.linear(0.2, 0.8);
        Rng rng = new Rng(9);
        FreeEnergy first = model.freeEnergy(x.slice(0, 0, 100), rng.split());
        FreeEnergy second = model.freeEnergy(x.slice(0, 100, 130), rng.split());
        FreeEnergy whole = new Evaluation(7).freeEnergy(model, x, new Rng(9));
        assertEquals(Arrays.toString(numbers(Tensor.concat(0, first.total(), second.total()))),
                Arrays.toString(numbers(whole.total())));
        rng = new Rng(9);
        Tensor bound = new Iwae(11).bound(model, x.slice(0, 0, 100), rng.split());
        Tensor log = new Evaluation(300).logLikelihood(model, x, 11, new Rng(9));
        for (int i = 0; i < 100; i++) {
            assertEquals(bound.at(i), log.at(i), 1e-12 * (1 + Math.abs(bound.at(i))));
        }
        assertEquals(Shape.of(0), new Evaluation(1).logLikelihood(model, x.slice(0, 0, 0), 3, rng).shape());
    }

    @Test
    void wrongNumbersAreSaid() {
        assertEquals("an evaluation of 0 rows at once: it takes at least 1",
                assertThrows(IllegalArgumentException.class, () -> new Evaluation(0)).getMessage());
        LinearGaussian world = LinearGaussian.random(2);
        LatentModel model = world.linear(0, 1);
        Tensor x = world.draw(2, new Rng(0));
        assertEquals("a log-likelihood from 0 samples: it takes at least 1", assertThrows(IllegalArgumentException.class,
                () -> new Evaluation(1).logLikelihood(model, x, 0, new Rng(0))).getMessage());
        LatentModel broken = Tree.map(model, w -> w.times(Double.NaN));
        assertEquals("log w of sample 0 of x 0 is NaN: the model's weights or x are not finite", assertThrows(ArithmeticException.class,
                () -> new Evaluation(1).logLikelihood(broken, x, 2, new Rng(0))).getMessage());
    }
}
