package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Grad;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.Npz;

class ConvTest {

    /** The numbers of PyTorch, as conv.py (in the resources) wrote them. */
    @ParameterizedTest
    @ValueSource(strings = {"conv", "wide", "transposed", "transposedWide"})
    void agreesWithPyTorch(String name) throws IOException, URISyntaxException {
        Map<String, Array> golden = Npz.read(Path.of(ConvTest.class.getResource("/surprisal/models/conv.npz").toURI()));
        Function<List<Tensor>, Tensor> f = in -> switch (name) {
            case "conv" -> in.get(0).conv2d(in.get(1), in.get(2), 2, 1, 1, 2);
            case "wide" -> in.get(0).conv2d(in.get(1), in.get(2), 1, 0);
            case "transposed" -> in.get(0).convTranspose2d(in.get(1), in.get(2), 2, 3, 1, 0, 1, 2);
            default -> in.get(0).convTranspose2d(in.get(1), in.get(2), 2, 0);
        };
        List<String> inputs = List.of("x", "weight", "bias");
        for (Precision precision : Precision.values()) {
            List<Tensor> in = inputs.stream().map(i -> Tensor.of(golden.get(name + "." + i).to(precision))).toList();
            Tensor g = Tensor.of(golden.get(name + ".g").to(precision));
            double tolerance = precision == Precision.FLOAT64 ? 1e-13 : 1e-5;
            close(golden.get(name + ".y"), f.apply(in), tolerance);
            Grad<List<Tensor>> grad = new Tape().grad(in, t -> f.apply(t).times(g).sum());
            for (int i = 0; i < 3; i++) {
                close(golden.get(name + ".gradient." + inputs.get(i)), grad.gradient().get(i), tolerance);
            }
        }
    }

    /** To the tolerance of the largest number. */
    private static void close(Array expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape());
        double size = Tensor.of(expected).abs().max().item();
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), tolerance * size);
        }
    }

    /** y[i, j] = Σ x[2i + a − 1, 2j + b − 1] w[a, b] on a picture of one channel, by hand. */
    @Test
    void aWindowSeesItsPartOfTheImage() {
        Tensor x = Tensor.of(Shape.of(1, 3, 3, 1), 1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f, 9f);
        Tensor w = Tensor.of(Shape.of(2, 2, 1, 1), 1f, 10f, 100f, 1000f);
        assertArrayEquals(new float[] {1000, 3200, 7040, 9865}, x.conv2d(w, 2, 1).array().floats());
        Tensor y = Tensor.of(Shape.of(1, 2, 2, 1), 1f, 2f, 3f, 4f);
        assertArrayEquals(
                new float[] {1, 12, 20, 103, 1234, 2040, 300, 3400, 4000}, y.convTranspose2d(w, 1, 0).array().floats());
    }

    /** A decoder undoes the sizes of its encoder. */
    @Test
    void shapesAreThoseOfTheFormula() {
        Rng rng = new Rng(0);
        Conv2d down = Conv2d.of(3, 8, 4, 2, 0, Init.HE, Precision.FLOAT32, rng);
        ConvTranspose2d up = ConvTranspose2d.of(8, 3, 6, 2, 0, Init.HE, Precision.FLOAT32, rng);
        Tensor y = down.apply(Tensor.zeros(Shape.of(2, 64, 31, 3), Precision.FLOAT32));
        assertEquals(Shape.of(2, 31, 14, 8), y.shape());
        assertEquals(Shape.of(2, 66, 32, 3), up.apply(y).shape());
        assertEquals(Shape.of(0, 14, 14, 3), up.apply(Tensor.zeros(Shape.of(0, 5, 5, 8), Precision.FLOAT32)).shape());
        assertEquals(List.of("weight", "bias"), List.copyOf(Tree.leaves(down).keySet()));
    }

    @Test
    void gradientsAreLimitsOfDifferences() {
        Rng rng = new Rng(1);
        record Net(Conv2d down, ConvTranspose2d up) {}
        Net net = new Net(
                Conv2d.of(2, 3, 3, 2, 1, Init.GLOROT, Precision.FLOAT64, rng),
                ConvTranspose2d.of(3, 2, 4, 2, 1, Init.GLOROT, Precision.FLOAT64, rng));
        Tensor x = Tensor.of(rng.normal(Shape.of(2, 6, 5, 2), Precision.FLOAT64));
        GradCheck.standard().model(net, m -> m.up.apply(m.down.apply(x).tanh()));
        assertEquals(List.of(), new Tape().unused(net, m -> m.up.apply(m.down.apply(x)).sum()));
    }

    /** He's for rectifiers keeps the size of a signal down and up; a border of zeros costs some. */
    @ParameterizedTest
    @EnumSource(value = Init.class, names = {"HE", "LECUN", "GLOROT"})
    void signalsKeepTheirSize(Init init) {
        Rng rng = new Rng(3);
        Tensor x = Tensor.of(rng.normal(Shape.of(4, 32, 32, 16), Precision.FLOAT32));
        double gain = init == Init.HE ? 2 : 1;
        for (int i = 0; i < 2; i++) {
            x = Conv2d.of(16, 16, 4, 2, 1, init, Precision.FLOAT32, rng).apply(x);
        }
        double down = x.square().mean().item();
        for (int i = 0; i < 2; i++) {
            x = ConvTranspose2d.of(16, 16, 4, 2, 1, init, Precision.FLOAT32, rng).apply(x);
        }
        double up = x.square().mean().item() / down;
        if (init == Init.GLOROT) { // 2 / (in + out) with in = 256 and out = 64 on the way down: between the two
            assertTrue(down > 1 && down < 1.6 * 1.6 * 1.1, "down " + down);
        } else {
            assertEquals(gain * gain, down, 0.25 * gain * gain);
            assertEquals(gain * gain, up, 0.25 * gain * gain);
        }
    }

    @Test
    void wrongSizesAreSaid() {
        Tensor x = Tensor.zeros(Shape.of(2, 5, 5, 3), Precision.FLOAT32);
        Tensor w = Tensor.zeros(Shape.of(3, 3, 4, 8), Precision.FLOAT32);
        said("conv2d of [2, 5, 5, 3] with a kernel [3, 3, 4, 8]: channels differ (3 ≠ 4 on axis 2 of the kernel)",
                () -> x.conv2d(w, 1, 0));
        said("convTranspose2d of [2, 5, 5, 3] with a kernel [3, 3, 4, 8]: channels differ (3 ≠ 8 on axis 3 of the kernel)",
                () -> x.convTranspose2d(w, 1, 0));
        said("convolution of an image of 5 × 5 with a kernel of 7 × 7: "
                        + "with its padding of 0 × 0 the image is smaller than the kernel",
                () -> x.conv2d(Tensor.zeros(Shape.of(7, 7, 3, 1), Precision.FLOAT32), 1, 0));
        said("conv2d of [2, 5, 5, 3] with a kernel [3, 3, 3, 8]: the bias is [3], not [8]",
                () -> x.conv2d(Tensor.zeros(Shape.of(3, 3, 3, 8), Precision.FLOAT32), Tensor.of(0f, 0f, 0f), 1, 0));
        said("a convolution 3 → 0 with a kernel of 4, a stride of 2 and a padding of -1: sizes are at least 1, "
                        + "a padding at least 0",
                () -> Conv2d.of(3, 0, 4, 2, -1, Init.HE, Precision.FLOAT32, new Rng(0)));
        said("convTranspose2d with a stride of 2 × 2 and 0 × 2 more pixels: a stride is at least 1, "
                + "and they are 0 to the stride − 1", () -> x.convTranspose2d(w, Tensor.of(0f), 2, 2, 0, 0, 0, 2));
    }

    private static void said(String message, Runnable wrong) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, wrong::run).getMessage());
    }
}
