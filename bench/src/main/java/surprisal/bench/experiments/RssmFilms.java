package surprisal.bench.experiments;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Frames;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Probe;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Setting;
import surprisal.bench.learning.Steps;
import surprisal.bench.learning.Terms;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Filmstrip;
import surprisal.bench.report.Report;
import surprisal.engine.Rng;
import surprisal.models.data.BouncingBall;
import surprisal.models.data.Films;
import surprisal.models.data.Pendulum;
import surprisal.models.dynamics.Balance;
import surprisal.models.dynamics.Path;
import surprisal.models.dynamics.SequenceFreeEnergy;

/**
 * A world model learns rendered films whose true state it never sees (Hafner et al. 2019): after some pictures it imagines what
 * comes, next to the last picture seen standing still, and a straight line reads the true state off its own.
 */
public final class RssmFilms implements Experiment {
    private static final int SIDE = 32;
    private static final int STEPS = 200;
    private static final int HELD = 512;
    private static final int SEEN = 10;
    private static final int HORIZON = 30;
    private static final double RIDGE = 1e-4;

    /** The experiment. */
    public RssmFilms() {}

    @Override
    public String name() {
        return "rssm";
    }

    @Override
    public String summary() {
        return "A world model of a rendered pendulum or ball, whose state a straight line can read and which imagines what comes.";
    }

    @Override
    public int epochs() {
        return 40;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.choice("data", "pendulum", List.of("pendulum", "ball"), "What the films show."),
                Setting.choice("model", "lstm", FilmModel.KINDS, "The dynamics; gaussian is the one with a gated unit."),
                Setting.whole("units", 384, 2, 65_536, "Numbers of the memory."),
                Setting.whole("state", 16, 1, 65_536, "Numbers of the random state, or choices among 8 classes."),
                Setting.whole("layer", 128, 1, 65_536, "Units of the dynamics' layers; a transformer's width."),
                Setting.whole("hidden", 200, 1, 65_536, "Units of each of the decoder's two layers."),
                Setting.whole("length", SEEN + HORIZON, 2, 10_000, "Pictures of a film to learn from."),
                Setting.whole("held", HELD, 2, 5_000, "Films to measure with."),
                Setting.whole("steps", STEPS, 1, 1_000_000, "Steps of an epoch."),
                Setting.number("balance", 0.8, 0, 1, "The prior's share of the pull of the complexity."),
                Setting.number("free", 0, 0, 1e6, "Nats of complexity a picture that pull at nothing."),
                Setting.whole("fade", 40, 0, 1_000_000, "Epochs in which the rate falls to zero along a cosine; 0 for never."),
                Setting.batch(12),
                Setting.rate(2e-3));
    }

    @Override
    public Run<?> begin(Given given) {
        Films one = films(given, 1, 2, given.evaluation());
        FilmModel.Sizes sizes = new FilmModel.Sizes(one.frames().shape().last(), one.actions().shape().last(),
                given.whole("units"), given.whole("state"), given.whole("layer"), given.whole("hidden"));
        return new Learning<>(given, FilmModel.of(given.choice("model"), sizes, given.precision(), given.weights()));
    }

    private static Films films(Given given, int batch, int time, Rng rng) {
        return given.choice("data").equals("ball")
                ? BouncingBall.small().films(batch, time, rng)
                : Pendulum.small().films(batch, time, rng);
    }

    /** The numbers of a true state, in the order of the films. */
    private static List<String> coordinates(Given given) {
        return given.choice("data").equals("ball") ? List.of("x", "y", "vx", "vy") : List.of("cos", "sin", "speed");
    }

    private static final class Learning<B> implements Run<FilmModel<B>> {
        private final Given given;
        private final FilmModel<B> model;
        private final Update update;
        private final Balance balance;
        private final Clips held;

        Learning(Given given, FilmModel<B> model) {
            this.given = given;
            this.model = model;
            double prior = given.number("balance");
            balance = new Balance(2 * (1 - prior), 2 * prior, given.number("free"));
            long fade = (long) given.whole("fade") * given.whole("steps");
            Schedule rate = fade == 0 ? Schedule.constant(given.rate()) : Schedule.cosine(given.rate(), 0, fade);
            update = Update.chain(Update.clipByGlobalNorm(100), Update.adam(rate));
            held = Clips.of(films(given, given.whole("held"), SEEN + HORIZON, given.evaluation()), given.precision());
        }

        @Override
        public Learner<FilmModel<B>> learner() {
            return new Learner<>(model, update, given.whole("steps"));
        }

        @Override
        public Figures epoch(Steps<FilmModel<B>> steps) {
            for (int i = 0; i < given.whole("steps"); i++) {
                Clips clips = Clips.of(films(given, given.batch(), given.whole("length"), steps.rng()), given.precision());
                steps.step(given.batch(), m -> {
                    SequenceFreeEnergy f = m.F(clips, balance, steps.rng());
                    return Terms.of("complexity", f.complexity().sum(0).mean()).plus("cost", f.cost().sum(0).mean());
                });
            }
            return steps.means().with(measured());
        }

        /** What it makes of the held-out films: F a film, what it imagines, what can be read off its state. */
        private Figures measured() {
            Rng rng = given.evaluation().split();
            Path<B> path = model.filter(held, rng);
            SequenceFreeEnergy f = model.F(held, path, Balance.NONE);
            double complexity = f.complexity().sum(0).mean().item(), cost = f.cost().sum(0).mean().item();
            Tensor truth = held.frames().slice(0, SEEN, SEEN + HORIZON);
            double model = mean(psnr(this.model.imagined(held, path, SEEN, rng), truth)), copy = mean(psnr(still(), truth));
            Figures figures = Figures.of("test_f", complexity + cost).with("complexity", complexity).with("cost", cost)
                    .with("psnr", model).with("psnr_copy", copy).with("psnr_gain", model - copy);
            double[] r2 = read(path);
            for (int i = 0; i < r2.length; i++) figures = figures.with("r2_" + coordinates(given).get(i), r2[i]);
            return figures.with("r2_least", Arrays.stream(r2).min().orElseThrow());
        }

        /** R² of each true coordinate from the filtered state after the first few pictures, on the films it was not fitted to. */
        private double[] read(Path<B> path) {
            Tensor states = model.states(path).slice(0, SEEN - 1, SEEN + HORIZON);
            Tensor truth = held.states().slice(0, SEEN - 1, SEEN + HORIZON);
            int half = held.batch() / 2;
            return Probe.fit(states.slice(1, 0, half), truth.slice(1, 0, half), RIDGE)
                    .r2(states.slice(1, half, held.batch()), truth.slice(1, half, held.batch()));
        }

        /** The last picture seen, again and again. */
        private Tensor still() {
            return held.frames().slice(0, SEEN - 1, SEEN).expand(held.frames().shape().with(0, HORIZON));
        }

        /** −10 log₁₀ of the mean squared error, of each step over all films. */
        private static double[] psnr(Tensor x, Tensor truth) {
            Tensor mse = x.minus(truth).square().mean(-2, -1);
            return IntStream.range(0, HORIZON).mapToDouble(t -> -10 * StrictMath.log10(mse.at(t))).toArray();
        }

        private static double mean(double... x) {
            return Arrays.stream(x).sum() / x.length;
        }

        @Override
        public Goal goal() {
            return Goal.atLeast("r2_least", "", 0.95);
        }

        @Override
        public List<Curve> curves() {
            String[] r2 = coordinates(given).stream().map(name -> "r2_" + name).toArray(String[]::new);
            return List.of(
                    Curve.of("Free energy of a held-out film", "nats", "test_f"),
                    Curve.of("Its complexity", "nats", "complexity"),
                    Curve.of("Its cost", "nats", "cost"),
                    Curve.of("Imagined pictures, and the last one seen", "dB", "psnr", "psnr_copy"),
                    Curve.of("What a straight line reads off the state", "R²", r2));
        }

        @Override
        public void report(Report report) {
            Rng rng = given.evaluation().split();
            Path<B> path = model.filter(held, rng);
            Tensor imagined = model.imagined(held, path, SEEN, rng), truth = held.frames().slice(0, SEEN, SEEN + HORIZON);
            double[] x = IntStream.rangeClosed(1, HORIZON).asDoubleStream().toArray();
            double[] dream = psnr(imagined, truth), still = psnr(still(), truth);
            Report.Section section = report.section("What it imagines")
                    .text(String.format(Locale.ROOT,
                            "It sees %d pictures and then imagines %d more, given what is done. Next to what happens "
                            + "its pictures have a signal-to-noise ratio of %.1f dB, the last picture seen one of %.1f dB.",
                            SEEN, HORIZON, mean(dream), mean(still)))
                    .add(Chart.of("Pictures ahead", "pictures ahead", "dB").line("imagined", x, dream).line("the last one seen", x, still));
            Tensor seen = model.pictures(model.states(path).slice(0, 0, SEEN));
            for (int film = 0; film < Math.min(3, held.batch()); film++)
                section.add(Filmstrip.of("Film " + (film + 1) + ": from picture " + (SEEN + 1) + " on it sees no more", SIDE,
                                Filmstrip.times(SEEN + HORIZON, 14))
                        .film("happened", film(held.frames(), film))
                        .film("imagined", film(Tensor.concat(0, seen, imagined), film)));
        }

        private static List<float[]> film(Tensor frames, int film) {
            return Frames.of(frames.slice(1, film, film + 1));
        }
    }
}
