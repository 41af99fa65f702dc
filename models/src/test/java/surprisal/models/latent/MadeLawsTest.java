package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/** A masked network knows of each number only those before it, so that its conditionals multiply to a distribution. */
class MadeLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static Made net(long seed, int n, int... hidden) {
        return Made.of(n, hidden, 2, Unary.TANH, DOUBLE, new Rng(seed));
    }

    private static Tensor normal(long seed, int... shape) { return Tensor.of(new Rng(seed).normal(Shape.of(shape), DOUBLE)); }

    /** Exactly 0 above the diagonal and on it; below, each is reached if the layer is wide enough. */
    @Property(tries = 40)
    void noGradientComesFromWhatIsNotBefore(@ForAll long seed, @ForAll @IntRange(min = 2, max = 7) int n,
            @ForAll @IntRange(min = 0, max = 2) int depth) {
        int[] hidden = new int[depth];
        Arrays.fill(hidden, 2 * n);
        Made net = net(seed, n, hidden);
        Tensor context = normal(~seed, 2);
        Tape tape = new Tape();
        for (int d = 0; d < n; d++) {
            int at = d;
            double[] g = numbers(tape.grad(normal(seed, n), x -> net.apply(x, context).slice(at, at + 1).sum()
                    .plus(x.sum().times(0))).gradient());
            for (int j = 0; j < n; j++) {
                assertEquals(j < d, g[j] != 0, "∂ log-odds " + d + " / ∂x " + j + " = " + g[j]);
            }
        }
    }

    /** All 2ⁿ events, for a batch of contexts. */
    @Property(tries = 40)
    void probabilitiesSumToOne(@ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int n) {
        double[] events = new double[n * (1 << n)];
        Arrays.setAll(events, i -> i / n >> i % n & 1);
        Tensor x = Tensor.of(Shape.of(1 << n, 1, n), events);
        double[] sums = numbers(net(seed, n, 5, 4).of(normal(~seed, 3, 2)).logProb(x).exp().sum(0));
        for (double sum : sums) {
            assertEquals(1, sum, 1e-12);
        }
    }

    /** 20,000 draws of three flips against the probabilities of the eight events, 5 standard errors. */
    @Example
    void drawsHaveTheirProbabilities() {
        Made net = net(4, 3, 8);
        Tensor context = normal(1, 2);
        int rows = 20_000;
        Tensor x = net.of(context.expand(Shape.of(rows, 2))).sample(new Rng(2));
        double[] count = new double[8];
        for (int i = 0; i < rows; i++) {
            count[(int) (4 * x.at(3 * i) + 2 * x.at(3 * i + 1) + x.at(3 * i + 2))]++;
        }
        for (int e = 0; e < 8; e++) {
            double p = Math.exp(net.of(context).logProb(Tensor.of((double) (e >> 2), e >> 1 & 1, e & 1)).item());
            assertEquals(p, count[e] / rows, 5 * Math.sqrt(p * (1 - p) / rows));
        }
        assertEquals(Shape.of(3), net.of(context).sample(new Rng(0)).shape());
    }

    @Property(tries = 3)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Tensor x = Tensor.of(Shape.of(2, 3), 0.0, 1, 1, 1, 0, 1);
        Made net = net(seed, 3, 4, 4);
        GradCheck.standard().model(net, m -> m.of(normal(seed, 2, 2)).logProb(x));
        DeepLatentGaussian model = DeepLatentGaussian.of(
                3, new int[] {4}, 2, Unary.TANH, net, Prior.standard(), DOUBLE, new Rng(seed));
        GradCheck.standard().model(model, m -> m.freeEnergy(x, new Rng(1)).total());
        GradCheck.standard().model(model, m -> new Iwae(3).loss(m, x, new Rng(1)));
        assertEquals(List.of(), new Tape().unused(model, m -> m.freeEnergy(x, new Rng(1)).total().mean()));
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("a masked network over 1 numbers: it takes at least 2",
                assertThrows(IllegalArgumentException.class, () -> net(0, 1)).getMessage());
        assertTrue(assertThrows(UnsupportedOperationException.class, () -> net(0, 3).of(normal(0, 2)).entropy()).getMessage()
                .startsWith("no closed form"));
        assertEquals(2, net(0, 3).width(784));
    }
}
