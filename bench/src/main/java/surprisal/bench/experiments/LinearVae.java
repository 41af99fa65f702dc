package surprisal.bench.experiments;

import java.util.List;
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
import surprisal.bench.report.Report;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Likelihood;
import surprisal.models.dist.Normal;
import surprisal.models.latent.DeepLatentGaussian;
import surprisal.models.latent.Prior;
import surprisal.models.nn.Init;

/**
 * min F = −max log p(x): a variational autoencoder without hidden layers reaches the exact evidence. The largest
 * likelihood that any x = W z + b + σ ε has is that of probabilistic principal components (Tipping and Bishop 1999, Eq.
 * 7 and 8), and a linear encoder's belief with independent numbers is exact at it (Lucas et al. 2019).
 *
 * <p>The data have a mean of 0 and a covariance whose eigenvalues are chosen, so that the evidence needs no more than
 * their logarithms.
 */
public final class LinearVae implements Experiment {
    private static final int STEPS = 100;

    /** The experiment. */
    public LinearVae() {}

    @Override
    public String name() {
        return "linear-vae";
    }

    @Override
    public String summary() {
        return "A variational autoencoder without hidden layers, whose free energy reaches the exact evidence (use --precision float64).";
    }

    @Override
    public int epochs() {
        return 60;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.whole("examples", 1000, 2, 1_000_000, "How many x; an odd number is rounded down."),
                Setting.numbers("spread", "9,5,3,2,0.6,0.5,0.4,0.3,0.2,0.1", 1e-3, 1e3, "Eigenvalues of x's covariance, falling."),
                Setting.whole("latent", 4, 1, 65_536, "Dimensions of z, fewer than those of x."),
                Setting.rate(2e-2),
                Setting.whole("fade", 60, 1, 1_000_000, "Epochs in which the rate falls to zero along a cosine."));
    }

    @Override
    public Run<DeepLatentGaussian> begin(Given given) {
        double[] spread = given.numbers("spread");
        for (int i = 1; i < spread.length; i++)
            if (spread[i] > spread[i - 1])
                throw new IllegalArgumentException(
                        "--spread has %s before %s: eigenvalues are to fall".formatted(spread[i - 1], spread[i]));
        if (given.whole("latent") >= spread.length || given.whole("examples") < 2 * spread.length)
            throw new IllegalArgumentException("--latent %d and --examples %d for x of length %d: z is shorter, and there are at least %d x"
                    .formatted(given.whole("latent"), given.whole("examples"), spread.length, 2 * spread.length));
        return new Learning(given, spread);
    }

    /**
     * The mean of −log p(x) where it is least: ½ (n log 2π + Σ_{i ≤ d} log λ_i + (n − d) log σ² + n), where σ² is the
     * mean of the other λ.
     *
     * @param latent d
     * @param spread λ_1 ≥ … ≥ λ_n, of the covariance of x
     * @return nats
     */
    static double evidence(int latent, double... spread) {
        int n = spread.length;
        double kept = 0, rest = 0;
        for (int i = 0; i < n; i++) {
            if (i < latent) kept += StrictMath.log(spread[i]);
            else rest += spread[i] / (n - latent);
        }
        return 0.5 * (n * StrictMath.log(2 * Math.PI) + kept + (n - latent) * StrictMath.log(rest) + n);
    }

    /**
     * Examples whose mean is 0 and whose covariance has exactly these eigenvalues: orthogonal columns and their
     * negatives, stretched and turned.
     */
    static Tensor examples(int count, Rng rng, double... spread) {
        int half = count / 2, n = spread.length;
        Tensor scale = Tensor.of(Shape.of(n), spread).sqrt().times(Math.sqrt(half));
        Tensor turn = Init.ORTHOGONAL.draw(n, n, Precision.FLOAT64, rng);
        Tensor x = Init.ORTHOGONAL.draw(half, n, Precision.FLOAT64, rng).times(scale).matmul(turn);
        return Tensor.concat(0, x, x.neg());
    }

    private static final class Learning implements Run<DeepLatentGaussian> {
        private final double evidence;
        private final Tensor x;
        private final DeepLatentGaussian model;
        private final Update update;

        Learning(Given given, double... spread) {
            int latent = given.whole("latent");
            evidence = evidence(latent, spread);
            x = examples(given.whole("examples"), given.evaluation(), spread).to(given.precision());
            model = DeepLatentGaussian.of(spread.length, new int[0], latent, Unary.TANH,
                    Likelihood.LearnedStd.of(1, given.precision()), Prior.standard(), given.precision(), given.weights());
            update = Update.adam(Schedule.cosine(given.rate(), 0, (long) given.whole("fade") * STEPS));
        }

        @Override
        public Learner<DeepLatentGaussian> learner() {
            return new Learner<>(model, update, STEPS);
        }

        @Override
        public Figures epoch(Steps<DeepLatentGaussian> steps) {
            for (int i = 0; i < STEPS; i++) steps.step(x.shape().dim(0), m -> Terms.of(m.freeEnergy(x, steps.rng())));
            double f = exactly().total().mean().item();
            return steps.means().with("f", f).with("gap", f - evidence);
        }

        /**
         * F without the error of drawing z: the mean over the 2d points μ ± √d σ e_i is the expectation of any square,
         * and log p(x|z) is one.
         */
        private FreeEnergy exactly() {
            Normal q = model.q(x);
            int d = q.mean().shape().last();
            Array points = Array.zeros(Shape.of(2 * d, 1, d), x.precision());
            for (int i = 0; i < 2 * d; i++) points.set(i * d + i / 2, i % 2 == 0 ? Math.sqrt(d) : -Math.sqrt(d));
            Tensor z = q.mean().plus(q.std().times(Tensor.of(points)));
            return FreeEnergy.of(q, model.prior(), model.p(z).logProb(x).mean(0));
        }

        @Override
        public Goal goal() {
            return Goal.atMost("gap", "nats", 1e-3);
        }

        @Override
        public List<Curve> curves() {
            return List.of(Curve.of("Free energy", "nats", "train_loss", "f"), Curve.of("Above the evidence", "nats", "gap"));
        }

        @Override
        public void report(Report report) {
            report.section("The exact evidence")
                    .text("No linear model of these data has a mean of $−log p(x)$ below %.6f nats, and no $F$ is lower."
                            .formatted(evidence));
        }
    }
}
