package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.io.Npz;

/** PyTorch's numbers, as golden.py and networks.py (in the resources) wrote them. */
final class Torch {

    private Torch() {}

    private static Map<String, Array> read(String name) throws IOException {
        URL url = Torch.class.getResource(name);
        assertNotNull(url, name);
        try {
            return Npz.read(Path.of(url.toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /**
     * y, and the gradients of Σ v y in every input and weight. float64 to 1e-12 and float32 to 1e-5 of 1 + |x|: both sides
     * round, over sums of at most some hundred terms of size ten.
     */
    static void same(String name, Precision precision, Function<Map<String, Tensor>, Tensor> network) throws IOException {
        Map<String, Array> golden = read(name);
        double tolerance = precision == Precision.FLOAT64 ? 1e-12 : 1e-5;
        String torch = precision == Precision.FLOAT64 ? "float64." : "float32.";
        Map<String, Tensor> in = new LinkedHashMap<>();
        golden.forEach((key, x) -> {
            if (golden.containsKey(torch + "gradient." + key)) {
                in.put(key, Tensor.of(x.to(precision)));
            }
        });
        Tensor v = Tensor.of(golden.get("v").to(precision));
        close("y", golden.get(torch + "y"), network.apply(in), tolerance);
        Grad<Map<String, Tensor>> grad = new Tape().grad(in, x -> network.apply(x).times(v).sum());
        assertEquals(in.keySet(), grad.gradient().keySet());
        grad.gradient().forEach((key, g) -> close(key, golden.get(torch + "gradient." + key), g, tolerance));
    }

    /** Equal to a tolerance in units of 1 + |x|. */
    static void close(String what, Array expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape(), what);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), tolerance * (1 + Math.abs(expected.at(i))), what + " at " + i);
        }
    }

    /** Equal, bit for bit. */
    static void bits(String what, Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape(), what);
        for (int i = 0; i < expected.shape().size(); i++) {
            assertEquals(Double.doubleToLongBits(expected.at(i)), Double.doubleToLongBits(actual.at(i)), what + " at " + i);
        }
    }
}
