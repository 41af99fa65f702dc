package surprisal.bench.experiments;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Frames;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Setting;
import surprisal.bench.learning.Steps;
import surprisal.bench.learning.Terms;
import surprisal.bench.report.Images;
import surprisal.bench.report.Report;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.data.Bars;
import surprisal.models.latent.Vae;

/**
 * E[F] ≥ H[x]: a variational autoencoder of pictures whose entropy is known comes close to it from above. What is left is the price of
 * a code that is normally distributed for pictures that are a few.
 */
public final class BarsVae implements Experiment {
    private static final int STEPS = 100;
    private static final int MEASURED = 2_000;
    private static final double NEAR = 2;

    /** The experiment. */
    public BarsVae() {}

    @Override
    public String name() {
        return "bars";
    }

    @Override
    public String summary() {
        return "A variational autoencoder of bars, whose free energy comes close to the entropy of its source from above.";
    }

    @Override
    public int epochs() {
        return 40;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.whole("size", 6, 2, 32, "The side of a picture."),
                Setting.layers("hidden", "64", "Units of the hidden layers."),
                Setting.whole("latent", 4, 1, 65_536, "Dimensions of z."),
                Setting.batch(64),
                Setting.rate(3e-3));
    }

    @Override
    public Run<Vae> begin(Given given) {
        return new Learning(given);
    }

    private static final class Learning implements Run<Vae> {
        private final Given given;
        private final Bars bars;
        private final Vae model;
        private final Update update;

        Learning(Given given) {
            this.given = given;
            bars = new Bars(given.whole("size"));
            int pixels = bars.size() * bars.size();
            model = Vae.of(
                    pixels, given.layers("hidden"), given.whole("latent"), Unary.TANH, given.precision(), given.weights());
            update = Update.chain(Update.clipByGlobalNorm(10), Update.adam(given.rate()));
        }

        @Override
        public Learner<Vae> learner() {
            return new Learner<>(model, update, STEPS);
        }

        @Override
        public Figures epoch(Steps<Vae> steps) {
            for (int i = 0; i < STEPS; i++) {
                Tensor x = batch(given.batch(), steps.rng());
                steps.step(given.batch(), m -> Terms.of(m.freeEnergy(x, steps.rng())));
            }
            Rng rng = given.evaluation();
            FreeEnergy f = model.freeEnergy(batch(MEASURED, rng), rng);
            double complexity = f.complexity().mean().item(), accuracy = f.accuracy().mean().item();
            return steps.means().with("test_f", complexity - accuracy).with("complexity", complexity).with("accuracy", accuracy);
        }

        private Tensor batch(int n, Rng rng) {
            Tensor x = bars.batch(n, rng);
            return given.precision() == Precision.FLOAT32 ? x : Tensor.of(x.array().to(given.precision()));
        }

        @Override
        public Goal goal() {
            return Goal.atMost("test_f", "nats", Math.rint(1000 * (bars.entropy() + NEAR)) / 1000);
        }

        @Override
        public List<Curve> curves() {
            return List.of(
                    Curve.of("Free energy", "nats", "train_loss", "test_f"),
                    Curve.of("Its terms", "nats", "complexity", "accuracy"));
        }

        @Override
        public void report(Report report) {
            Tensor x = batch(12, given.evaluation());
            report.section("What it has learnt")
                    .text("There are %d bars, all equally likely: their entropy is $log %d$ = %.3f nats, and no model's mean $F$ is lower."
                            .formatted(2 * bars.size(), 2 * bars.size(), bars.entropy()))
                    .add(Images.captioned("Bars and their reconstructions")
                            .row("picture", bars.size(), Frames.of(x))
                            .row("reconstruction", bars.size(), Frames.of(model.p(model.q(x).mean()).probs())));
        }
    }
}
