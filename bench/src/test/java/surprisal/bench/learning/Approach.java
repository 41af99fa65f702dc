package surprisal.bench.learning;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.report.Report;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/** Learns one number from noisy sights of 3: small enough for the loop around it to be seen. */
record Approach(double step) implements Experiment {
    private static final int STEPS = 4;

    /** What learns. */
    record Guess(Tensor w) {}

    @Override
    public String name() {
        return "approach";
    }

    @Override
    public String summary() {
        return "Finds three.";
    }

    @Override
    public int epochs() {
        return 6;
    }

    @Override
    public List<Setting> settings() {
        return List.of(Setting.rate(step), Setting.whole("units", 2, 1, 9, "Guesses."), Setting.number("power", 1, 0, 50, "Loss."));
    }

    @Override
    public Run<Guess> begin(Given given) {
        Guess model = new Guess(Tensor.of(given.weights().normal(Shape.of(given.whole("units")), Precision.FLOAT32)));
        return new Run<>() {
            private final Update update = Update.sgd(surprisal.autodiff.Schedule.constant(given.rate()), 0.5);

            @Override
            public Learner<Guess> learner() {
                return new Learner<>(model, update, STEPS);
            }

            @Override
            public Figures epoch(Steps<Guess> steps) {
                for (int i = 0; i < STEPS; i++) {
                    Array noise = steps.rng().normal(model.w.shape(), Precision.FLOAT32);
                    steps.step(1, m -> Terms.of("square", m.w.minus(3).plus(Tensor.of(noise)).square().mean())
                            .plus("growth", given.number("power") - 1, m.w.exp().mean()));
                }
                return steps.means().with("distance", Math.abs(model.w.at(0) - 3));
            }

            @Override
            public Goal goal() {
                return Goal.atMost("distance", "", 1);
            }

            @Override
            public void report(Report report) {
                report.section("Guess").text("It guesses " + model.w.at(0));
            }
        };
    }
}
