package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

class MlpTest {

    @Test
    void lastAxisIsTheInput() {
        Mlp net = Mlp.of(new Rng(0), 3, 5, 2);
        for (Shape lead : List.of(Shape.of(3), Shape.of(4, 3), Shape.of(2, 4, 3), Shape.of(0, 3))) {
            assertEquals(lead.with(-1, 2), net.apply(Tensor.zeros(lead, Precision.FLOAT32)).shape());
        }
        assertEquals(List.of("layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"),
                List.copyOf(Tree.leaves(net).keySet()));
    }

    /** Σ_i tanh(x W₁ + b₁)_i W₂ᵢ + b₂, written out. */
    @Test
    void layersAreWhatTheySay() {
        Mlp net = Mlp.of(new Rng(1), Precision.FLOAT64, Unary.TANH, 2, 3, 1);
        Tensor W1 = net.layers().get(0).weight();
        Tensor W2 = net.layers().get(1).weight();
        Tensor b1 = net.layers().get(0).bias();
        b1.array().set(1, 0.5);
        double y = 0;
        for (int i = 0; i < 3; i++) {
            y += Math.tanh(0.3 * W1.at(i) - 0.7 * W1.at(3 + i) + b1.at(i)) * W2.at(i);
        }
        assertEquals(y, net.apply(Tensor.of(0.3, -0.7)).item(), 1e-14);
    }

    /** The variance of n draws is within 5 √(2/n) of what it is for a normal; a uniform's spreads less. */
    @ParameterizedTest
    @EnumSource(Init.class)
    void weightsHaveTheirVariance(Init init) {
        int in = 300;
        int out = 200;
        for (Precision precision : Precision.values()) {
            Tensor W = init.draw(in, out, precision, new Rng(2));
            assertEquals(Shape.of(in, out), W.shape());
            assertEquals(precision, W.precision());
            double variance = switch (init) {
                case GLOROT -> 2.0 / (in + out);
                case HE -> 2.0 / in;
                case LECUN, TRUNCATED -> 1.0 / in;
                case TORCH -> 1.0 / (3 * in);
                case ORTHOGONAL -> 1.0 / in; // [300, 200]: columns of length one
                case ZERO -> 0;
            };
            int n = in * out;
            double mean = W.mean().item();
            assertEquals(0, mean, 5 * Math.sqrt(variance / n));
            assertEquals(variance, W.minus(mean).square().mean().item(), 5 * variance * Math.sqrt(2.0 / n));
            double bound = switch (init) {
                case GLOROT -> Math.sqrt(6.0 / (in + out)) * (1 + 1e-6);
                case TORCH -> Math.sqrt(1.0 / in) * (1 + 1e-6);
                case TRUNCATED -> 2 / 0.8796256610342398 * Math.sqrt(1.0 / in) * (1 + 1e-6);
                default -> Double.POSITIVE_INFINITY;
            };
            assertTrue(W.abs().max().item() <= bound);
        }
    }

    /** He's for rectifiers keeps the size of a signal through many layers. */
    @Test
    void signalsKeepTheirSize() {
        Mlp net = Mlp.of(new Rng(3), 200, 200, 200, 200, 200, 200, 200);
        Tensor x = Tensor.of(new Rng(4).normal(Shape.of(50, 200), Precision.FLOAT32));
        double square = net.apply(x).square().mean().item();
        assertTrue(square > 0.2 && square < 5, "mean square " + square);
    }

    @Test
    void gradientsAreLimitsOfDifferences() {
        for (Unary f : new Unary[] {Unary.TANH, Unary.SOFTPLUS, Unary.GELU}) {
            Mlp net = Mlp.of(new Rng(5), Precision.FLOAT64, f, 3, 4, 2);
            Tensor x = Tensor.of(new Rng(6).normal(Shape.of(2, 3), Precision.FLOAT64));
            GradCheck.standard().model(net, m -> m.apply(x));
            assertEquals(List.of(), new Tape().unused(net, m -> m.apply(x).sum()));
        }
    }

    @Test
    void wrongSizesAreSaid() {
        assertEquals("a perceptron of widths [3]: it takes at least an input and an output",
                assertThrows(IllegalArgumentException.class, () -> Mlp.of(new Rng(0), 3)).getMessage());
        assertEquals("a linear layer 3 → 0: both sizes are at least 1",
                assertThrows(IllegalArgumentException.class, () -> Mlp.of(new Rng(0), 3, 0)).getMessage());
        String message = assertThrows(IllegalArgumentException.class,
                () -> Mlp.of(new Rng(0), 3, 2).apply(Tensor.of(1f, 2f))).getMessage();
        assertTrue(message.contains("[2] × [3, 2] + [2]: inner sizes differ (2 ≠ 3)"), message);
    }

    /** With ten thousand draws on ±1/√in the largest is within a hundredth of the bound; a normal's would be beyond it. */
    @Test
    void allLayersAreDrawnInTheWayThatIsAskedFor() {
        Mlp net = Mlp.of(new Rng(2), Init.TORCH, Precision.FLOAT64, Unary.RELU, 100, 100, 400, 50);
        for (Linear layer : net.layers()) {
            double bound = 1 / Math.sqrt(layer.weight().shape().dim(0)), most = layer.weight().abs().max().item();
            assertTrue(most <= bound && most > 0.99 * bound, most + " of " + bound);
        }
    }
}
