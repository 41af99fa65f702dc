package surprisal.bench.experiments;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Frames;
import surprisal.bench.report.Images;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.engine.Rng;
import surprisal.models.FreeEnergy;
import surprisal.models.latent.DeepLatentGaussian;
import surprisal.models.latent.Evaluation;

/**
 * What codes tell that commit to a rate, and one that does not.
 *
 * @param models in the order of {@link DeltaVae#NAMES}
 * @param committed δ, in nats
 * @param measured what the codes are worth
 * @param width of a picture, in pixels
 */
record DeltaVaePage(List<DeepLatentGaussian> models, double committed, Figures measured, int width) {
    private static final List<String> PAYS = List.of(
            "$D_{KL}[q ‖ p]$, plain", "$Σ_i max(E[D_{KL,i}], δ/n)$, free bits",
            "$max(E[D_{KL}], δ)$, free nats", "$D_{KL}[q ‖ chain]$, δ-VAE");
    private static final List<String> ROWS = List.of("plain", "free bits", "free nats", "δ-VAE");

    /** Adds the section: what was measured on the test pictures, and draws of some of them from their codes. */
    void add(Report report, Tensor test, Tensor some, Rng rng) {
        Table table = Table.of("Held-out digits, in nats; the last column is the share of digits that a line through the codes tells",
                "what the code pays", "its rate", "F", "what it is worth", "told");
        for (int i = 0; i < models.size(); i++) {
            String name = DeltaVae.NAMES.get(i);
            FreeEnergy f = new Evaluation(1).freeEnergy(models.get(i), test, rng.split());
            double rate = f.complexity().mean().item();
            table = table.row(PAYS.get(i), new Table.Bar(rate, 2 * committed, "%.2f"), rate - f.accuracy().mean().item(),
                    measured.at("worth_" + name), measured.at("told_" + name));
        }
        Images draws = Images.captioned("Digits, and what each model draws from their codes, pixel after pixel")
                .row("picture", width, Frames.of(some));
        for (int i = 0; i < models.size(); i++) {
            DeepLatentGaussian model = models.get(i);
            draws = draws.row(ROWS.get(i), width, Frames.of(model.p(model.q(some).mean()).sample(rng.split())));
        }
        report.section("What the codes are worth")
                .text(("The decoder sees the pixels above and to the left of the one that it predicts, and could do without a code."
                        + " Where a nat of code costs a nat, the code keeps what is worth more. The others are committed to %.3f nats:"
                        + " free bits and free nats cost nothing up to there, and no belief of independent numbers is nearer to the prior"
                        + " of the δ-VAE. A code's worth is $log p(x|z) − log p(x|z′)$, where $z′$ is another picture's.")
                        .formatted(committed))
                .formula("½ n ((T − 2) log(1 + α²) − log(1 − α²)) = %.3f".formatted(committed),
                        "the committed rate of T parts of n numbers, each α of the one before it")
                .add(table)
                .add(draws);
    }
}
