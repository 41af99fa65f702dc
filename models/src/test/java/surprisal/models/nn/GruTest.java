package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.Grad;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.Npz;

/** The gated unit and the layer norm give PyTorch's numbers (nn/golden.py, in the resources), and the right gradients. */
class GruTest {

    private static Map<String, Array> read(String name) throws IOException {
        URL url = GruTest.class.getResource(name);
        assertNotNull(url, name);
        try {
            return Npz.read(Path.of(url.toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /** float64 to 1e-12 and float32 to 1e-5 of 1 + |x|: both sides round, over sums of at most 19 terms of size ten. */
    private static void same(
            Map<String, Array> golden, Precision precision, List<String> names, Function<List<Tensor>, Tensor> layer) {
        double tolerance = precision == Precision.FLOAT64 ? 1e-12 : 1e-5;
        String torch = precision == Precision.FLOAT64 ? "float64." : "float32.";
        List<Tensor> in = names.stream().map(name -> Tensor.of(golden.get(name).to(precision))).toList();
        Tensor v = Tensor.of(golden.get("v").to(precision));
        close("y", golden.get(torch + "y"), layer.apply(in), tolerance);
        Grad<List<Tensor>> grad = new Tape().grad(in, x -> layer.apply(x).times(v).sum());
        for (int k = 0; k < in.size(); k++) {
            close(names.get(k), golden.get(torch + "gradient." + names.get(k)), grad.gradient().get(k), tolerance);
        }
    }

    private static void close(String what, Array expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape(), what);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), tolerance * (1 + Math.abs(expected.at(i))), what + " at " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theUnitIsPyTorchsGruCell(Precision precision) throws IOException {
        List<String> names =
                List.of("x", "h", "model.weight_ih", "model.bias_ih", "model.weight_hh", "model.bias_hh");
        same(read("gru.npz"), precision, names, in ->
                new Gru(new Linear(in.get(2), in.get(3)), new Linear(in.get(4), in.get(5))).apply(in.get(0), in.get(1)));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theNormIsPyTorchsLayerNorm(Precision precision) throws IOException {
        same(read("norm.npz"), precision, List.of("x", "model.weight", "model.bias"), in ->
                new LayerNorm(in.get(1), in.get(2), LayerNorm.of(19, precision).epsilon()).apply(in.get(0)));
    }

    @Test
    void gradientsThroughFiveStepsAreTheLimitOfDifferences() {
        Rng rng = new Rng(1);
        Gru unit = Gru.of(3, 4, Precision.FLOAT64, rng);
        LayerNorm norm = LayerNorm.of(4, Precision.FLOAT64);
        Tensor x = Tensor.of(rng.normal(Shape.of(5, 2, 3), Precision.FLOAT64));
        GradCheck.standard().model(List.of(unit, norm), m -> {
            Tensor h = Tensor.zeros(Shape.of(2, 4), Precision.FLOAT64);
            for (int t = 0; t < 5; t++) {
                Tensor i = x.slice(0, t, t + 1).reshape(2, 3);
                h = ((LayerNorm) m.get(1)).apply(((Gru) m.get(0)).apply(i, h));
            }
            return h.square().times(Tensor.of(1.0, 2.0, 3.0, 4.0)).sum();
        });
    }

    @Test
    void aClosedUpdateGateKeepsTheState() {
        Gru unit = Gru.of(2, 3, Precision.FLOAT64, new Rng(0));
        for (int i = 3; i < 6; i++) {
            unit.input().bias().array().set(i, 1e3); // z = 1
        }
        Tensor h = Tensor.of(Shape.of(1, 3), 0.1, -7.0, 3.0);
        close("h", h.array(), unit.apply(Tensor.of(Shape.of(1, 2), 1.0, 2.0), h), 1e-15);
    }

    @Test
    void rowsAreNormalised() {
        Tensor y = LayerNorm.of(50, Precision.FLOAT64).apply(Tensor.of(new Rng(0).normal(Shape.of(7, 50), Precision.FLOAT64)));
        close("mean", Array.zeros(Shape.of(7), Precision.FLOAT64), y.mean(-1), 1e-14);
        close("variance", Tensor.full(Shape.of(7), 1, Precision.FLOAT64).array(), y.square().mean(-1), 1e-4);
    }
}
