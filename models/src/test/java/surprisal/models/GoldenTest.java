package surprisal.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static surprisal.models.Kl.kl;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.io.Npz;
import surprisal.kernels.Unary;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Dirichlet;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;
import surprisal.models.latent.Vae;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/** The numbers of PyTorch, as golden.py (in the resources) wrote them. */
class GoldenTest {

    private static Map<String, Array> read(String name) throws IOException {
        URL url = GoldenTest.class.getResource(name);
        assertNotNull(url, name);
        try {
            return Npz.read(Path.of(url.toURI()));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void close(String what, Array expected, Tensor actual, double tolerance) {
        assertEquals(expected.shape(), actual.shape(), what);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), tolerance * (1 + Math.abs(expected.at(i))), what + " at " + i);
        }
    }

    private static Vae vae(Map<String, Array> golden, Precision precision) {
        return new Vae(mlp(golden, "encoder", precision), mlp(golden, "decoder", precision));
    }

    private static Mlp mlp(Map<String, Array> golden, String name, Precision precision) {
        List<Linear> layers = List.of(0, 1).stream()
                .map(i -> "model." + name + ".layers." + i + ".")
                .map(layer -> new Linear(
                        Tensor.of(golden.get(layer + "weight").to(precision)),
                        Tensor.of(golden.get(layer + "bias").to(precision))))
                .toList();
        return new Mlp(layers, Unary.TANH);
    }

    /** F with the noise that is given. */
    private static FreeEnergy freeEnergy(Vae vae, Tensor x, Tensor noise) {
        Normal q = vae.q(x);
        Tensor z = q.mean().plus(q.std().times(noise));
        return FreeEnergy.of(q, vae.prior(), vae.p(z).logProb(x));
    }

    /** float64 to 1e-12, float32 to 1e-5 of 1 + |x|: both sides round, over sums of at most six terms of size ten. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void freeEnergyAndItsGradientAreThoseOfPyTorch(Precision precision) throws IOException {
        Map<String, Array> golden = read("vae.npz");
        double tolerance = precision == Precision.FLOAT64 ? 1e-12 : 1e-5;
        String torch = precision == Precision.FLOAT64 ? "float64." : "float32.";
        Vae vae = vae(golden, precision);
        Tensor x = Tensor.of(golden.get("x").to(precision));
        Tensor noise = Tensor.of(golden.get("noise").to(precision));
        FreeEnergy F = freeEnergy(vae, x, noise);
        close("complexity", golden.get(torch + "complexity"), F.complexity(), tolerance);
        close("accuracy", golden.get(torch + "accuracy"), F.accuracy(), tolerance);
        Grad<Vae> grad = new Tape().grad(vae, m -> freeEnergy(m, x, noise).total().mean());
        Tree.leaves(grad.gradient()).forEach((name, gradient) ->
                close(name, golden.get(torch + "gradient." + name), gradient, tolerance));
    }

    /** What the golden compares is what freeEnergy does with the noise that it draws. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void freeEnergyDrawsOneStandardNormalPerLatent(Precision precision) throws IOException {
        Map<String, Array> golden = read("vae.npz");
        Vae vae = vae(golden, precision);
        Tensor x = Tensor.of(golden.get("x").to(precision));
        Tensor noise = Tensor.of(new Rng(7).normal(golden.get("noise").shape(), precision));
        close("F", freeEnergy(vae, x, noise).total().array(), vae.freeEnergy(x, new Rng(7)).total(), 0);
    }

    private static Distribution distribution(String name, Map<String, Array> golden, String which) {
        Tensor first = Tensor.of(golden.get(name + "." + which + "0"));
        return switch (name) {
            case "normal" -> new Normal(first, Tensor.of(golden.get(name + "." + which + "1")));
            case "bernoulli" -> new Bernoulli(first);
            case "categorical" -> new Categorical(first);
            default -> new Dirichlet(first);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"normal", "bernoulli", "categorical", "dirichlet"})
    void distributionsAreThoseOfPyTorch(String name) throws IOException {
        Map<String, Array> golden = read("distributions.npz");
        Distribution q = distribution(name, golden, "q");
        Distribution p = distribution(name, golden, "p");
        close("log-probability", golden.get(name + ".logProb"), q.logProb(Tensor.of(golden.get(name + ".x"))), 1e-12);
        close("entropy", golden.get(name + ".entropy"), q.entropy(), 1e-12);
        close("divergence", golden.get(name + ".kl"), kl(q, p), 1e-12);
    }

    @Test
    void logOddsAndProbabilitiesAreOneCategorical() throws IOException {
        Tensor p = Tensor.of(read("distributions.npz").get("categorical.q0"));
        Categorical a = new Categorical(p);
        Categorical b = Categorical.ofLogits(p.log().plus(3));
        close("entropy", a.entropy().array(), b.entropy(), 1e-14);
        close("divergence", Tensor.zeros(p.shape().dropLast(), Precision.FLOAT64).array(), kl(a, b), 1e-14);
    }
}
