package surprisal.bench.experiments;

import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tensor;
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
import surprisal.bench.learning.Terms;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Report;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dynamics.LinearGaussian;
import surprisal.models.dynamics.Moments;
import surprisal.models.dynamics.Path;
import surprisal.models.dynamics.SequenceFreeEnergy;

/**
 * F = −log p(o_1 … o_T) where the model is the source and its posterior is Kalman's: a linear model that learns both by gradients of F
 * reaches the exact evidence of a linear-Gaussian source, and its beliefs are the source's Kalman filter.
 */
public final class Kalman implements Experiment {
    private static final int STEPS = 100;
    private static final int TIME = 20;
    private static final int HELD = 500;

    /** The experiment. */
    public Kalman() {}

    @Override
    public String name() {
        return "kalman";
    }

    @Override
    public String summary() {
        return "A linear state-space model and its posterior, learnt by gradients of F: the exact evidence and Kalman's filter.";
    }

    @Override
    public int epochs() {
        return 30;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.whole("fade", 30, 1, 1_000_000, "Epochs in which the rate falls to zero along a cosine."),
                Setting.batch(64),
                Setting.rate(1e-2));
    }

    @Override
    public Run<LinearFilter> begin(Given given) {
        return new Learning(given);
    }

    /** What is done, [T, B, 1], and what is seen, [T, B, 2]. */
    private record Sequences(Tensor actions, Tensor seen) {}

    /**
     * A damped turn by 0.4 a step that is pushed and seen askew. As many numbers are seen as the state has: of fewer, more than one
     * covariance of the motion would give the same observations, and with it more than one P.
     */
    private static final class World {
        private static final double[] A = {0.875, 0.37, -0.37, 0.875};
        private static final double[] B = {0.3, -0.2};
        private static final double[] H = {1, 0.2, -0.3, 1};
        private static final double[] MOTION = {0.4, 0, 0.1, 0.3};
        private static final double[] NOISE = {0.5, 0, 0.2, 0.6};

        private final LinearGaussian source;
        private final double[] start;

        World(Precision precision) {
            Tensor motion = matrix(2, 2, MOTION), noise = matrix(2, 2, NOISE);
            LinearGaussian anywhere = new LinearGaussian(matrix(2, 2, A), matrix(1, 2, B), matrix(2, 2, H),
                    motion.matmulTransposed(motion), noise.matmulTransposed(noise),
                    new Moments(Tensor.of(0.0, 0.0), matrix(2, 2, 1, 0, 0, 1)));
            Moments now = anywhere.start(1);
            Tensor idle = Tensor.zeros(Shape.of(1, 1), Precision.FLOAT64), dark = Tensor.zeros(Shape.of(1, 2), Precision.FLOAT64);
            for (int t = 0; t < 500; t++) now = anywhere.update(anywhere.predict(now, idle), dark);
            Tensor P = now.covariance().reshape(2, 2);
            source = new LinearGaussian(anywhere.A().to(precision), anywhere.B().to(precision), anywhere.H().to(precision),
                    anywhere.Q().to(precision), anywhere.R().to(precision),
                    new Moments(Tensor.zeros(Shape.of(2), precision), P.to(precision)));
            double a = Math.sqrt(P.at(0)), b = P.at(2) / a;
            start = new double[] {a, 0, b, Math.sqrt(P.at(3) - b * b)};
        }

        private static Tensor matrix(int rows, int columns, double... x) {
            return Tensor.of(Shape.of(rows, columns), x);
        }

        /** Sequences from the covariance to which Kalman's filter settles. */
        Sequences batch(int n, Rng rng) {
            Precision precision = source.A().precision();
            Array actions = rng.normal(Shape.of(TIME, n, 1), precision);
            Array w = rng.normal(Shape.of(TIME + 1, n, 2), precision), seen = rng.normal(Shape.of(TIME, n, 2), precision);
            for (int b = 0; b < n; b++) {
                double[] s = times(start, w, 2 * b);
                for (int t = 0; t < TIME; t++) {
                    int row = t * n + b;
                    double u = actions.at(row);
                    double[] push = times(MOTION, w, 2 * (row + n)), blur = times(NOISE, seen, 2 * row);
                    double x = s[0] * A[0] + s[1] * A[2] + u * B[0] + push[0];
                    double y = s[0] * A[1] + s[1] * A[3] + u * B[1] + push[1];
                    s = new double[] {x, y};
                    seen.set(2 * row, x * H[0] + y * H[2] + blur[0]);
                    seen.set(2 * row + 1, x * H[1] + y * H[3] + blur[1]);
                }
            }
            return new Sequences(Tensor.of(actions), Tensor.of(seen));
        }

        /** L ε. */
        private static double[] times(double[] L, Array noise, int at) {
            double e = noise.at(at), f = noise.at(at + 1);
            return new double[] {L[0] * e + L[1] * f, L[2] * e + L[3] * f};
        }
    }

    private static final class Learning implements Run<LinearFilter> {
        private final Given given;
        private final World world;
        private final LinearFilter model;
        private final Update update;
        private final Sequences held;
        private final Path<Moments> kalman;
        private final Tensor evidence;

        Learning(Given given) {
            this.given = given;
            world = new World(given.precision());
            model = LinearFilter.of(2, 1, 2, given.precision(), given.weights());
            update = Update.chain(Update.clipByGlobalNorm(10),
                    Update.adam(Schedule.cosine(given.rate(), 0, (long) given.whole("fade") * STEPS)));
            held = world.batch(HELD, given.evaluation());
            kalman = world.source.filter(world.source.start(HELD), held.actions, held.seen, given.evaluation());
            evidence = world.source.surprise(kalman.prior(), held.seen).sum(0);
        }

        @Override
        public Learner<LinearFilter> learner() {
            return new Learner<>(model, update, STEPS);
        }

        @Override
        public Figures epoch(Steps<LinearFilter> steps) {
            for (int i = 0; i < STEPS; i++) {
                Sequences batch = world.batch(given.batch(), steps.rng());
                steps.step(given.batch(), m -> {
                    SequenceFreeEnergy f = m.F(batch.actions, batch.seen);
                    return Terms.of("complexity", f.complexity().sum(0).mean()).plus("cost", f.cost().sum(0).mean());
                });
            }
            Tensor f = model.F(held.actions, held.seen).total();
            LinearGaussian source = model.source();
            Path<Moments> exact = source.filter(source.start(HELD), held.actions, held.seen, given.evaluation());
            Path<Moments> path = turned();
            return steps.means()
                    .with("test_f", f.mean().item())
                    .with("surprise", evidence.mean().item())
                    .with("gap", f.minus(evidence).mean().item() / TIME)
                    .with("gap_posterior", f.minus(source.surprise(exact.prior(), held.seen).sum(0)).mean().item() / TIME)
                    .with("mean_error", largest(path.posterior().mean(), kalman.posterior().mean()))
                    .with("covariance_error", largest(path.posterior().covariance(), kalman.posterior().covariance()));
        }

        private static double largest(Tensor x, Tensor y) {
            return x.minus(y).abs().max().item();
        }

        /**
         * What the model believes, in the coordinates of the source: sG, where H of the model is G H of the source, since any other
         * coordinates of the state give the same observations.
         */
        private Path<Moments> turned() {
            Path<Moments> path = model.filter(held.actions, held.seen);
            double a = World.H[0], b = World.H[1], c = World.H[2], d = World.H[3], det = a * d - b * c;
            Tensor inverse = Tensor.of(Shape.of(2, 2), d / det, -b / det, -c / det, a / det).to(given.precision());
            Tensor G = model.H().matmul(inverse);
            return new Path<>(turned(path.prior(), G), turned(path.posterior(), G));
        }

        private static Moments turned(Moments x, Tensor G) {
            return new Moments(x.mean().matmul(G), x.covariance().matmul(G).transpose().matmul(G));
        }

        @Override
        public Goal goal() {
            return Goal.atMost("gap", "nats a step", 1e-3);
        }

        @Override
        public List<Curve> curves() {
            return List.of(
                    Curve.of("Free energy of a held-out sequence, and its surprise", "nats", "test_f", "surprise"),
                    Curve.of("F above the evidence: the source's, and the model's own", "nats a step", "gap", "gap_posterior"),
                    Curve.of("Largest difference from Kalman's filter", "", "mean_error", "covariance_error"));
        }

        @Override
        public void report(Report report) {
            Moments mine = turned().posterior(), exact = kalman.posterior();
            double[] x = IntStream.rangeClosed(1, TIME).asDoubleStream().toArray();
            Chart chart = Chart.of("The first coordinate of one sequence: mean", "step", "")
                    .line("Kalman", x, first(exact.mean()))
                    .points("the model, in the source's coordinates", x, first(mine.mean()));
            report.section("What it believes")
                    .text("The source is $s_t = s_{t−1}A + a_{t−1}B + w$, $o_t = s_tH + v$ with two numbers each. "
                            + "The model learns all matrices and the gain of its posterior from $F$ alone.")
                    .add(chart);
        }

        /** The first number of the first sequence, step by step. */
        private static double[] first(Tensor x) {
            int row = x.shape().size() / TIME;
            return IntStream.range(0, TIME).mapToDouble(t -> x.at(t * row)).toArray();
        }
    }
}
