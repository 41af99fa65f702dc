package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.kernels.Workers;
import surprisal.models.FreeEnergy;
import surprisal.models.World;
import surprisal.models.data.Bars;
import surprisal.models.dist.Normal;

class VaeTest {

    private static Vae tiny(Precision precision) {
        return Vae.of(4, new int[] {3, 5}, 2, Unary.TANH, precision, new Rng(1));
    }

    @Test
    void theDecoderIsTheEncoderTurnedRound() {
        Vae vae = tiny(Precision.FLOAT32);
        assertEquals(2, vae.latent());
        assertEquals(List.of("[4, 3]", "[3, 5]", "[5, 4]", "[2, 5]", "[5, 3]", "[3, 4]"),
                Tree.leaves(vae).values().stream().filter(x -> x.shape().rank() == 2).map(x -> x.shape().toString()).toList());
        Tensor x = Tensor.zeros(Shape.of(7, 4), Precision.FLOAT32);
        assertEquals(Shape.of(7, 2), vae.q(x).mean().shape());
        assertEquals(Shape.of(7, 4), vae.p(vae.q(x).mean()).logits().shape());
        assertEquals(Shape.of(7), vae.freeEnergy(x, new Rng(0)).total().shape());
    }

    @Test
    void partsMakeTheWhole() {
        Vae vae = tiny(Precision.FLOAT64);
        Tensor x = Tensor.of(new Rng(2).bernoulli(Tensor.full(Shape.of(3, 4), 0.5, Precision.FLOAT64).array()));
        FreeEnergy F = vae.freeEnergy(x, new Rng(3));
        Normal q = vae.q(x);
        Tensor z = q.sample(new Rng(3));
        for (int i = 0; i < 3; i++) {
            assertEquals(F.complexity().at(i) - F.accuracy().at(i), F.total().at(i), 1e-14);
            double complexity = 0;
            double accuracy = 0;
            for (int j = 0; j < 2; j++) {
                double m = q.mean().at(2 * i + j);
                double s = q.std().at(2 * i + j);
                complexity += 0.5 * (m * m + s * s - 1) - Math.log(s);
            }
            Tensor logits = vae.p(z).logits();
            for (int k = 0; k < 4; k++) {
                double p = 1 / (1 + Math.exp(-logits.at(4 * i + k)));
                accuracy += x.at(4 * i + k) == 1 ? Math.log(p) : Math.log(1 - p);
            }
            assertEquals(complexity, F.complexity().at(i), 1e-12);
            assertEquals(accuracy, F.accuracy().at(i), 1e-12);
        }
    }

    @Test
    void gradientsAreLimitsOfDifferences() {
        Vae vae = tiny(Precision.FLOAT64);
        Tensor x = Tensor.of(new Rng(2).bernoulli(Tensor.full(Shape.of(3, 4), 0.5, Precision.FLOAT64).array()));
        GradCheck.standard().model(vae, m -> m.freeEnergy(x, new Rng(3)).total());
        assertEquals(List.of(), new Tape().unused(vae, m -> m.freeEnergy(x, new Rng(3)).total().mean()));
    }

    /** 200 steps of Adam on bars; the SHA-256 of all parameters, as little-endian floats in the model's order. */
    private static String trained(long seed) throws GeneralSecurityException {
        Rng rng = new Rng(seed);
        Bars data = new Bars(6);
        Vae vae = Vae.of(36, new int[] {64}, 4, Unary.RELU, rng.split());
        Update update = Update.chain(Update.clipByGlobalNorm(10), Update.adam(3e-3));
        Tape tape = new Tape();
        for (int step = 0; step < 200; step++) {
            Tensor x = data.batch(64, rng);
            update.step(vae, tape.grad(vae, m -> m.freeEnergy(x, rng).total().mean()));
        }
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Tensor leaf : Tree.leaves(vae).values()) {
            float[] numbers = leaf.array().floats();
            ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(numbers);
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** At every vector width (the build reruns this), with any number of threads. */
    @Tag("bits")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void sameSeedSameBits(int threads) throws GeneralSecurityException {
        int before = Workers.threads();
        try {
            Workers.threads(threads);
            assertEquals("94852c78cfc50d5e932a103536cdfbb0ff530693f051e68c89ffd472757ce96a", trained(0));
        } finally {
            Workers.threads(before);
        }
    }

    @Test
    void anotherSeedOtherNumbers() {
        Tensor x = Tensor.zeros(Shape.of(1, 4), Precision.FLOAT64);
        Vae vae = tiny(Precision.FLOAT64);
        double[] F = World.numbers(vae.freeEnergy(x, new Rng(3)).total());
        assertEquals(F[0], vae.freeEnergy(x, new Rng(3)).total().item());
        assertTrue(F[0] != vae.freeEnergy(x, new Rng(4)).total().item());
    }

    @Test
    void wrongSizesAreSaid() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> tiny(Precision.FLOAT32).q(Tensor.of(1f, 0f))).getMessage();
        assertTrue(message.contains("inner sizes differ (2 ≠ 4)"), message);
        assertThrows(IllegalArgumentException.class, () -> Vae.of(4, new int[0], 0, Unary.RELU, new Rng(0)));
        assertEquals(2, Vae.of(4, new int[0], 2, Unary.RELU, new Rng(0)).latent());
    }
}
