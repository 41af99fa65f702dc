package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/** What holds of masks, by enumerating all of them. */
class DropoutLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    /** Mean and variance. */
    private record Moments(double mean, double variance) {}

    /** Of y over all masks of all hidden units, each with its probability. */
    private static Moments enumerated(Mlp net, double p, Tensor x) {
        List<Linear> layers = net.layers();
        int units = layers.stream().limit(layers.size() - 1L).mapToInt(l -> l.bias().shape().last()).sum();
        double mean = 0;
        double square = 0;
        for (int bits = 0; bits < 1 << units; bits++) {
            double probability = 1;
            Tensor h = x;
            int unit = 0;
            for (Linear layer : layers.subList(0, layers.size() - 1)) {
                double[] mask = new double[layer.bias().shape().last()];
                for (int i = 0; i < mask.length; i++, unit++) {
                    boolean kept = (bits >> unit & 1) == 1;
                    mask[i] = kept ? 1 / (1 - p) : 0;
                    probability *= kept ? 1 - p : p;
                }
                h = layer.apply(h).map(net.activation()).times(Tensor.of(mask));
            }
            double y = layers.getLast().apply(h).item();
            mean += probability * y;
            square += probability * y * y;
        }
        return new Moments(mean, square - mean * mean);
    }

    /** E[y] = the net without masks and Var[y] = p/(1 − p) Σ (w_i h_i)², of one hidden layer in closed form. */
    @Property(tries = 30)
    void oneHiddenLayerIsUnbiased(@ForAll long seed, @ForAll @DoubleRange(min = 0.05, max = 0.9) double p) {
        Rng rng = new Rng(seed);
        Mlp net = Mlp.of(rng, DOUBLE, Unary.TANH, 2, 5, 1);
        Tensor x = Tensor.of(rng.normal(Shape.of(2), DOUBLE));
        Moments all = enumerated(net, p, x);
        Tensor h = net.layers().getFirst().apply(x, Unary.TANH);
        double variance = p / (1 - p) * h.square().times(net.layers().getLast().weight().reshape(5).square()).sum().item();
        assertEquals(net.apply(x).item(), all.mean, 1e-12);
        assertEquals(variance, all.variance, 1e-11 * (1 + variance)); // a difference of squares
    }

    /** Drawn masks have the mean and the variance of the enumerated ones, in a net of two hidden layers: 20,000 at once. */
    @Property(tries = 8)
    void drawnMasksAreThoseEnumerated(@ForAll @IntRange(min = 0, max = 1000) int seed, @ForAll Precision precision) {
        Rng rng = new Rng(seed);
        int n = 20_000;
        double p = 0.3;
        Dropout dropout = new Dropout(p);
        Mlp net = Mlp.of(rng, precision, Unary.TANH, 2, 4, 3, 1);
        Tensor x = Tensor.of(rng.normal(Shape.of(2), precision));
        Moments all = enumerated(Mlp.of(new Rng(seed), DOUBLE, Unary.TANH, 2, 4, 3, 1), p, x.to(DOUBLE));
        Tensor y = Dropout.apply(net, dropout.masks(net, Shape.of(n), rng), x).to(DOUBLE);
        assertEquals(Shape.of(n, 1), y.shape());
        double mean = y.mean().item();
        Tensor squares = y.minus(mean).square();
        double spread = Math.sqrt(squares.minus(squares.mean()).square().mean().item() / n);
        assertEquals(all.mean, mean, 5.5 * Math.sqrt(all.variance / n) + 1e-6); // and float32's rounding
        assertEquals(all.variance, squares.mean().item(), 5.5 * spread + 1e-6);
    }

    /** E[m] = 1 and Var[m] = p / (1 − p); kept ones are 1 / (1 − p). */
    @Property(tries = 30)
    void masksKeepTheExpectation(@ForAll long seed, @ForAll Precision precision, @ForAll @DoubleRange(min = 0.01, max = 0.99) double p) {
        int n = 10_000;
        Dropout dropout = new Dropout(p);
        Tensor m = dropout.mask(Shape.of(n), precision, new Rng(seed));
        double kept = 1 / (1 - p);
        for (int i = 0; i < n; i++) {
            assertTrue(m.at(i) == 0 || Math.abs(m.at(i) - kept) <= 1e-7 * kept);
        }
        assertEquals(1, m.mean().item(), 5.5 * Math.sqrt(p / (1 - p) / n));
        Torch.bits("same seed", m, dropout.mask(Shape.of(n), precision, new Rng(seed)));
        Tensor x = Tensor.of(new Rng(~seed).normal(Shape.of(n), precision));
        Torch.bits("m x", x.times(m), dropout.apply(x, new Rng(seed)));
    }

    @Property(tries = 10)
    void noDropoutIsTheIdentity(@ForAll long seed, @ForAll Precision precision) {
        Rng rng = new Rng(seed);
        Dropout none = new Dropout(0);
        Tensor x = Tensor.of(rng.normal(Shape.of(3, 4), precision));
        assertSame(x, none.apply(x, rng));
        Mlp net = Mlp.of(rng, precision, Unary.RELU, 4, 6, 2);
        Torch.bits("net", net.apply(x), Dropout.apply(net, none.masks(net, Shape.scalar(), rng), x));
    }

    /** A kept mask is one function of the input, whenever it comes; some side by side are each of them. */
    @Property(tries = 20)
    void aKeptMaskIsOneFunction(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int samples) {
        Rng rng = new Rng(seed);
        Mlp net = Mlp.of(rng, DOUBLE, Unary.TANH, 3, 8, 8, 2);
        Tensor x = Tensor.of(rng.normal(Shape.of(6, 3), DOUBLE));
        List<Tensor> masks = new Dropout(0.5).masks(net, Shape.of(samples, 1), rng);
        Tensor y = Dropout.apply(net, masks, x);
        assertEquals(Shape.of(samples, 6, 2), y.shape());
        for (int s = 0; s < samples; s++) {
            int at = s;
            List<Tensor> one = masks.stream().map(m -> m.gather(0, at).reshape(8)).toList();
            for (int row = 0; row < 6; row++) {
                Tensor alone = Dropout.apply(net, one, x.gather(0, row));
                Torch.bits("function " + s, alone, y.gather(0, s).reshape(6, 2).gather(0, row));
            }
        }
    }

    @Property(tries = 3)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Mlp net = Mlp.of(rng, DOUBLE, Unary.TANH, 3, 4, 2);
        Tensor x = Tensor.of(rng.normal(Shape.of(5, 3), DOUBLE));
        Dropout dropout = new Dropout(0.4);
        GradCheck.standard().model(net, m -> dropout.apply(m.apply(x), new Rng(seed)));
        GradCheck.standard().model(net, m -> Dropout.apply(m, dropout.masks(m, Shape.of(5), new Rng(seed)), x));
    }
}
