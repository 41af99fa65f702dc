package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;

/**
 * In a linear-Gaussian model F − surprise is D_KL[q ‖ posterior], in closed form: the gap that an encoder leaves is
 * known.
 */
class PerDatumTest {

    private final LinearGaussian world = LinearGaussian.orthogonal(5);
    private final LatentModel model = world.linear(0, 1);
    private final Tensor x = world.draw(20, new Rng(1));
    private final Normal posterior = (Normal) model.q(x);
    private final Normal encoder = world.linear(0.4, 1.5).q(x);

    @Test
    void beginsWithTheEncodersBeliefs() {
        Normal q = PerDatum.of(encoder).q();
        for (int i = 0; i < 40; i++) {
            assertEquals(encoder.mean().at(i), q.mean().at(i));
            assertEquals(encoder.std().at(i), q.std().at(i), 1e-14);
        }
    }

    /** σ from the least to where e^σ is no float: what comes back is what went in. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void beginsWithAnyWidth(Precision precision) {
        Tensor std = Tensor.of(Shape.of(1, 5), 1.1e-4, 0.5, 20, 200, 1e6).to(precision);
        Tensor back = PerDatum.of(new Normal(std.times(0), std)).q().std();
        for (int i = 0; i < 5; i++) {
            assertEquals(1, back.at(i) / std.at(i), precision == Precision.FLOAT64 ? 1e-11 : 1e-6); // σ − 1e-4 loses a digit
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-4, 1e-5, 0, Double.NaN, Double.POSITIVE_INFINITY})
    void widthsThatItCannotHoldAreSaid(double std) {
        Normal q = new Normal(Tensor.of(Shape.of(2, 2), 0.0, 0, 0, 0), Tensor.of(Shape.of(2, 2), 1, 1, std, 1));
        assertEquals("σ at 2 of [2, 2] is " + std + ": beliefs begin with finite ones above 1.0E-4",
                assertThrows(IllegalArgumentException.class, () -> PerDatum.of(q)).getMessage());
    }

    /**
     * 400 steps of Adam with a falling rate, 8 draws each: the mean KL from the posterior falls from 0.7 nats to below
     * 0.01.
     */
    @Test
    void refiningReachesTheEvidence() {
        PerDatum beliefs = PerDatum.of(encoder);
        double before = kl(encoder, posterior).mean().item();
        beliefs.refine(model, x, 8, 400, Update.adam(Schedule.cosine(0.05, 0, 400)), new Rng(2));
        double after = kl(beliefs.q(), posterior).mean().item();
        assertTrue(before > 0.3 && after < 0.01, before + " → " + after);
        double surprise = 0;
        for (double log : world.evidences(x)) {
            surprise -= log / 20;
        }
        double F = beliefs.freeEnergy(model, x, 2000, new Rng(3)).total().mean().item();
        assertEquals(surprise + after, F, 0.02); // 40,000 draws of an accuracy that spreads over about a nat: 4 standard errors
    }

    /**
     * Beside the posterior, an encoder's gap is its D_KL, and so ≥ 0: 5 standard errors of 20 x with 4,000 draws each.
     */
    @Test
    void theGapIsWhatTheEncoderLacks() {
        PerDatum best = PerDatum.of(posterior);
        Tensor gap = best.gap(encoder, model, x, 4000, new Rng(4));
        Tensor exact = kl(encoder, posterior);
        for (int i = 0; i < 20; i++) {
            assertTrue(gap.at(i) >= 0, "the gap of " + i);
            assertEquals(exact.at(i), gap.at(i), 0.1 * (1 + exact.at(i)));
        }
        assertEquals(exact.mean().item(), gap.mean().item(), 0.03);
        assertEquals(0, best.gap(posterior, model, x, 10, new Rng(4)).abs().max().item(), 1e-12);
    }
}
