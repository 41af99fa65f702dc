package surprisal.bench.experiments;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import surprisal.autodiff.Update;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Setting;
import surprisal.bench.learning.Steps;
import surprisal.bench.report.Report;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.bayes.BayesMlp;
import surprisal.models.bayes.DropoutMlp;
import surprisal.models.bayes.Ensemble;
import surprisal.models.bayes.SampledMlp;
import surprisal.models.dist.Hamiltonian;
import surprisal.models.nn.Mlp;

/**
 * Var y = E_θ[Var(y|θ)] + Var_θ(E[y|θ]): the second term is to be large where nothing was seen, and only there, and I[θ; y] with it; the
 * first one, however large, is nothing to be curious about.
 */
public final class Gap implements Experiment {
    private static final int STEPS = 100;
    private static final int HELD_OUT = 200;

    /** After so many steps the rate is a half: members that jump at the end of learning would seem to disagree. */
    private static final double HALF = 300;

    /** The experiment. */
    public Gap() {}

    @Override
    public String name() {
        return "gap";
    }

    @Override
    public String summary() {
        return "What beliefs about parameters say of a curve in a gap of its data, and where it is noise that looks new for ever.";
    }

    @Override
    public int epochs() {
        return 20;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.choice("model", "ensemble", List.of("ensemble", "dropout", "masks", "bayes", "chains", "bumps", "head", "exact"),
                        "Members that began differently, masks drawn for each prediction or a few that are kept, independent weights of all"
                                + " layers, Markov chains of them, independent weights of radial bumps, the exact posterior of a net's last"
                                + " layer, or that of the bumps, told the noise."),
                Setting.choice("activation", "relu", List.of("relu", "tanh", "silu", "sin"), "What stands between the layers."),
                Setting.layers("hidden", "50,50", "Units of the hidden layers."),
                Setting.whole("points", 64, 1, 10_000, "Points on each side of the gap, and where it is noisy."),
                Setting.whole("members", 10, 2, 1000, "Members of the ensemble, masks that are kept, or chains."),
                Setting.whole("draws", 50, 2, 1000, "Draws that dropout and independent weights predict with."),
                Setting.number("drop", 0.1, 0, 0.99, "The rate of dropout."),
                Setting.number("scale", 1, 1e-3, 1000,
                        "The prior deviation: of functions with independent weights and chains, of weights with masks."),
                Setting.whole("climb", 300, 0, 1_000_000, "Steps that chains climb before they are moved."),
                Setting.number("leap", 0.002, 1e-6, 10, "How far a chain's leap goes."),
                Setting.whole("leaps", 30, 1, 10_000, "Leaps of a move."),
                Setting.rate(1e-2));
    }

    @Override
    public Run<?> begin(Given given) {
        IntStream hidden = IntStream.of(given.layers("hidden"));
        int[] sizes = IntStream.concat(IntStream.of(1), IntStream.concat(hidden, IntStream.of(2))).toArray();
        Unary f = Unary.valueOf(given.choice("activation").toUpperCase(Locale.ROOT));
        Precision precision = given.precision();
        Rng rng = given.weights();
        int draws = given.whole("draws");
        double scale = given.number("scale");
        return switch (given.choice("model")) {
            case "ensemble" -> run(given, new GapModel.Members(Ensemble.of(given.whole("members"), rng, precision, f, sizes)));
            case "dropout" -> run(given, new GapModel.Masked(
                    new DropoutMlp(Mlp.of(rng, precision, f, sizes), given.number("drop")), scale, draws));
            case "masks" -> {
                DropoutMlp net = new DropoutMlp(Mlp.of(rng, precision, f, sizes), given.number("drop"));
                yield run(given, new GapModel.Kept(net, net.masks(given.whole("members"), rng)));
            }
            case "chains" -> run(given, new GapModel.Sampled(
                    SampledMlp.of(given.whole("members"), rng, precision, f, scale, sizes),
                    new Hamiltonian(given.number("leap"), given.whole("leaps"), 1), given.whole("climb")));
            case "bayes" -> run(given, new GapModel.Weights(BayesMlp.of(rng, precision, f, scale, sizes), x -> x, draws));
            case "bumps" -> run(given, new GapModel.Weights(
                    BayesMlp.of(rng, precision, f, scale * Math.sqrt(GapModel.CENTRES), GapModel.CENTRES, 2), GapModel::bumps, draws));
            case "head" -> run(given, new GapModel.LastLayer(Mlp.of(rng, precision, f, sizes)));
            default -> run(given, new GapModel.Exact());
        };
    }

    private static <M> Run<M> run(Given given, GapModel<M> model) {
        return new Learning<>(given, model);
    }

    private static final class Learning<M> implements Run<M> {
        private final Given given;
        private final GapModel<M> model;
        private final GapData data;
        private final GapFigures figures;
        private final Update update;

        Learning(Given given, GapModel<M> model) {
            this.given = given;
            this.model = model;
            Rng rng = given.evaluation();
            int n = given.whole("points");
            data = GapData.quiet(n, given.precision(), rng).and(GapData.noisy(n, given.precision(), rng));
            figures = GapFigures.of(HELD_OUT, given.precision(), rng);
            double rate = given.rate();
            update = Update.chain(Update.clipByValue(1), Update.adam(step -> rate / (1 + step / HALF)));
        }

        @Override
        public Learner<M> learner() {
            return new Learner<>(model.model(), update, STEPS);
        }

        @Override
        public Figures epoch(Steps<M> steps) {
            for (int i = 0; i < STEPS; i++) model.step(steps, data);
            return Figures.of("test_nll", figures.surprise(model, data, given.evaluation()));
        }

        @Override
        public Figures result(Figures last) {
            return last.with(figures.measure(model, data, given.evaluation()));
        }

        @Override
        public Goal goal() {
            return Goal.atLeast("gap_ratio", "", 3);
        }

        @Override
        public Goal watched() {
            return Goal.atMost("test_nll", "nats", 0);
        }

        @Override
        public List<Curve> curves() {
            return List.of(Curve.of("Surprise at points that are held out", "nats", "test_nll"));
        }

        @Override
        public void report(Report report) {
            GapPage.write(report, model, data, given.evaluation());
        }
    }
}
