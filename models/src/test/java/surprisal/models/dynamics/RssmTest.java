package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

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
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.kernels.Workers;
import surprisal.models.signal.Signal;

class RssmTest {

    private static final Signal SQUARES = (s, o) -> s.slice(0, 5).minus(o).square().sum(-1);

    /** Twelve steps of Adam in batches of 40, of both kinds of state and of two levels; the SHA-256 of all parameters. */
    private static String trained(long seed) throws GeneralSecurityException {
        Rng rng = new Rng(seed);
        Rssm.Sizes sizes = new Rssm.Sizes(2, 5, 19, 20);
        Rssm gaussian = Rssm.of(new Latent.Gaussian(7, 0.1), sizes, Unary.ELU, Precision.FLOAT32, rng);
        Rssm oneHots = Rssm.of(new Latent.OneHots(3, 4, 0.01), sizes, Unary.SILU, Precision.FLOAT32, rng);
        Rssm below = Rssm.of(
                new Latent.Gaussian(7, 0.1), new Rssm.Sizes(2 + 19 + 12, 5, 19, 20), Unary.ELU, Precision.FLOAT32, rng);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        trained(gaussian, rng, digest);
        trained(oneHots, rng, digest);
        trained(new Clocked(List.of(below, oneHots), 2), rng, digest);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static <B, D extends Dynamics<B>> void trained(D model, Rng rng, MessageDigest digest) {
        Update update = Update.chain(Update.clipByGlobalNorm(10), Update.adam(3e-3));
        Tape tape = new Tape();
        for (int step = 0; step < 12; step++) {
            Tensor actions = Tensor.of(rng.normal(Shape.of(4, 40, 2), Precision.FLOAT32));
            Tensor seen = Tensor.of(rng.normal(Shape.of(4, 40, 5), Precision.FLOAT32));
            update.step(model, tape.grad(model, m -> {
                Path<B> path = m.filter(m.start(40), actions, seen, rng);
                return SequenceFreeEnergy.of(m, path, SQUARES, seen, new Balance(0.2, 0.8, 0.1)).total().mean();
            }));
        }
        for (Tensor leaf : Tree.leaves(model).values()) {
            float[] numbers = leaf.array().floats();
            ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(numbers);
            digest.update(bytes);
        }
    }

    /** At every vector width (the build reruns this), with any number of threads. */
    @Tag("bits")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void sameSeedSameBits(int threads) throws GeneralSecurityException {
        int before = Workers.threads();
        try {
            Workers.threads(threads);
            assertEquals("29e0496b1b484b51ace10671999c4e543570cf40d7c9df2f00f57f949ac021e7", trained(0));
        } finally {
            Workers.threads(before);
        }
    }

    @Test
    void anotherSeedIsAnotherModel() throws GeneralSecurityException {
        assertNotEquals(trained(1), trained(2));
    }
}
