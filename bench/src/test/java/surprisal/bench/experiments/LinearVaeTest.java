package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Trainer;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.MultivariateNormal;

class LinearVaeTest {
    private static final LinearVae EXPERIMENT = new LinearVae();
    private static final double[] SPREAD = {4, 2, 0.5, 0.25};

    private static Given given(int epochs) {
        Given usual = Given.usual(EXPERIMENT, 1);
        return new Given(usual.experiment(), usual.values(), 1, Precision.FLOAT64)
                .with("examples", 100).with("spread", List.of(4, 2, 0.5, 0.25)).with("latent", 2).with("epochs", epochs).with("fade", epochs);
    }

    /** With one number less than x's, z explains any covariance: the evidence is that of a normal fitted to the examples. */
    @Test
    void theEvidenceIsThatOfTheFittedNormal() {
        Tensor x = LinearVae.examples(100, new Rng(5), SPREAD);
        assertEquals(0, x.mean(0).square().sum().item(), 1e-25, "the mean of opposite numbers");
        Tensor covariance = x.transpose().matmul(x).div(100);
        MultivariateNormal fitted = MultivariateNormal.ofCovariance(Tensor.zeros(Shape.of(4), Precision.FLOAT64), covariance);
        double least = -fitted.logProb(x).mean().item();
        assertEquals(least, LinearVae.evidence(3, SPREAD), 1e-12);
        assertEquals(LinearVae.evidence(3, SPREAD), LinearVae.evidence(1, 4, 2, 2, 2) + LinearVae.evidence(3, SPREAD)
                - LinearVae.evidence(3, 4, 2, 2, 2), 1e-12, "equal eigenvalues leave nothing for more numbers to explain");
        assertTrue(LinearVae.evidence(2, SPREAD) > least && LinearVae.evidence(1, SPREAD) > LinearVae.evidence(2, SPREAD));
    }

    /** F never falls below the exact evidence, and in the end lies on it. */
    @Test
    void theFreeEnergyComesDownToTheEvidence() throws IOException {
        Trainer<?> trainer = Trainer.of(EXPERIMENT, given(25));
        double first = trainer.epoch(loss -> {}).figures().at("gap"), gap = first;
        for (int i = 1; i < 25; i++) {
            gap = trainer.epoch(loss -> {}).figures().at("gap");
            assertTrue(gap > 0, "F is an upper bound, gap " + gap);
        }
        assertTrue(first > 0.05 && gap < 1e-3, first + " → " + gap);
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        String said = assertThrows(IllegalArgumentException.class, () -> EXPERIMENT.begin(given(1).with("latent", 4))).getMessage();
        assertTrue(said.startsWith("--latent 4 and --examples 100 for x of length 4: z is shorter"), said);
        said = assertThrows(IllegalArgumentException.class,
                () -> EXPERIMENT.begin(given(1).with("spread", List.of(1.0, 2.0, 0.5, 0.25)))).getMessage();
        assertEquals("--spread has 1.0 before 2.0: eigenvalues are to fall", said);
    }
}
