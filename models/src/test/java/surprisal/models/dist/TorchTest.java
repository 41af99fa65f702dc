package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static surprisal.models.Kl.kl;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.io.Npz;
import surprisal.models.dist.Bijection.Image;

/**
 * The numbers of PyTorch and mpmath, as densities.py (in the resources) wrote them: in float64 to 1e-9 of 1 + |x|, in
 * float32 to 1e-5, since each is a sum of about ten terms of size ten, each rounded at 2⁻²⁴.
 */
class TorchTest {

    private static final Map<String, Array> GOLDEN = read();

    private static Map<String, Array> read() {
        URL url = TorchTest.class.getResource("/surprisal/models/densities.npz");
        assertNotNull(url);
        try {
            return Npz.read(Path.of(url.toURI()));
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Tensor golden(String name, Precision precision) {
        return Tensor.of(GOLDEN.get(name).to(precision));
    }

    private static void close(String name, Tensor actual) {
        Array expected = GOLDEN.get(name);
        assertEquals(expected.shape(), actual.shape(), name);
        double tolerance = actual.precision() == Precision.FLOAT64 ? 1e-9 : 1e-5;
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), tolerance * (1 + Math.abs(expected.at(i))), name + " at " + i);
        }
    }

    private static Distribution of(String family, String which, Precision precision) {
        Tensor first = golden(family + "." + which + "0", precision);
        String second = family + "." + which + "1";
        return switch (family) {
            case "laplace" -> new Laplace(first, golden(second, precision));
            case "gamma" -> new Gamma(first, golden(second, precision));
            case "beta" -> new Beta(first, golden(second, precision));
            case "unimix" -> OneHot.ofLogits(first, 0.01);
            case "tanh" -> new TanhNormal(first, golden(second, precision));
            case "relaxed" -> new Relaxed(first, 0.5);
            case "mixture" -> new Mixture(Categorical.ofLogits(first),
                    new Normal(golden(second, precision), golden("mixture.q2", precision)));
            case "piecewise" -> new PiecewiseConstant(Categorical.ofLogits(first), -1, 2);
            case "discretised" -> new DiscretisedLogistic(first, golden(second, precision), 16);
            default -> new MultivariateNormal(first, golden(second, precision));
        };
    }

    @ParameterizedTest
    @CsvSource({"laplace, true", "gamma, true", "beta, true", "multivariate, true", "shared, true", "unimix, true",
        "tanh, false", "relaxed, false", "mixture, false", "piecewise, false", "discretised, false"})
    void distributionsAreThoseOfPyTorch(String family, boolean closed) {
        for (Precision precision : Precision.values()) {
            Distribution q = of(family, "q", precision);
            close(family + ".logProb", q.logProb(golden(family + ".x", precision)));
            if (closed) {
                close(family + ".entropy", q.entropy());
                close(family + ".kl", kl(q, of(family, "p", precision)));
            }
        }
    }

    private static Bijection layer(String name, Precision precision) {
        if (name.equals("planar")) {
            return new Planar(golden("planar.u", precision), golden("planar.w", precision), golden("planar.b", precision));
        }
        Tensor weight = golden("coupling.A", precision);
        Tensor bias = golden("coupling.a", precision);
        return new AffineCoupling(golden("coupling.mask", precision), z -> z.affine(weight, bias).tanh());
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void layersAndTheirDeterminantsAreThoseOfAutomaticDifferentiation(Precision precision) {
        for (String name : new String[] {"coupling", "planar"}) {
            Image forward = layer(name, precision).forward(golden(name + ".z", precision));
            close(name + ".x", forward.point());
            close(name + ".logDet", forward.logDet());
            Image back = layer(name, precision).inverse(golden(name + ".x", precision));
            close(name + ".z", back.point());
            close(name + ".logDet", back.logDet().neg());
        }
    }

    /** ∂g/∂α = g ∂log g/∂α, to 1e-11: sums of positive terms. */
    @Test
    void gammaDrawsChangeAsTheirQuantilesDo() {
        Array slope = GOLDEN.get("slope.slope");
        for (int i = 0; i < slope.size(); i++) {
            double x = GOLDEN.get("slope.x").at(i);
            double alpha = GOLDEN.get("slope.alpha").at(i);
            assertEquals(slope.at(i), x * GammaDraws.slope(alpha, Math.log(x)), 1e-11 * slope.at(i), alpha + " " + x);
        }
    }
}
