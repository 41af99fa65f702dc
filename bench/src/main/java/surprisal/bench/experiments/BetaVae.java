package surprisal.bench.experiments;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.InformationGap;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Setting;
import surprisal.bench.learning.Steps;
import surprisal.bench.learning.Terms;
import surprisal.bench.report.Report;
import surprisal.engine.Array;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.data.Batches;
import surprisal.models.data.Sprites;
import surprisal.models.latent.Vae;

/**
 * β D_KL[q(z|x) ‖ p(z)] − E_q[log p(x|z)] (Higgins et al. 2017): the dearer a nat of the code, the more each number of it keeps to one of
 * the factors that the pictures are made of. Models of several β learn beside each other from the same pictures.
 */
public final class BetaVae implements Experiment {
    /** The factors of a sprite, in their order. */
    static final List<String> FACTORS = List.of("figure", "size", "angle", "x", "y");
    private static final int BINS = 20;
    private static final double RISE = 0.1;

    /** The experiment. */
    public BetaVae() {}

    @Override
    public String name() {
        return "beta-vae";
    }

    @Override
    public String summary() {
        return "Variational autoencoders of sprites, whose codes come apart into the factors of the pictures as β rises.";
    }

    @Override
    public int epochs() {
        return 30;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.numbers("betas", "1,2,4,8,16", 0, 1000, "A model for each β, the least first."),
                Setting.layers("hidden", "256,128", "Units of the hidden layers."),
                Setting.whole("latent", 10, 2, 1000, "Dimensions of z."),
                Setting.whole("positions", 8, 2, 64, "Places of a figure along each axis."),
                Setting.batch(64),
                Setting.rate(3e-3));
    }

    @Override
    public Run<Models> begin(Given given) {
        return new Learning(given);
    }

    /**
     * What learns.
     *
     * @param each the model of each β
     */
    public record Models(List<Vae> each) {}

    /** β as it is written: without a fraction that is 0. */
    static String shown(double beta) {
        return beta == Math.rint(beta) ? Long.toString((long) beta) : Double.toString(beta);
    }

    private static final class Learning implements Run<Models> {
        private final Given given;
        private final double[] betas;
        private final Sprites sprites;
        private final Batches pictures;
        private final Models models;
        private final Update update;

        Learning(Given given) {
            this.given = given;
            betas = given.numbers("betas");
            for (int i = 0; i < betas.length; i++)
                if (betas.length < 2 || i > 0 && betas[i] <= betas[i - 1])
                    throw new IllegalArgumentException("the betas are %s: it takes at least two, each larger than the one before"
                            .formatted(Arrays.toString(betas)));
            sprites = new Sprites(32, 4, 8, given.whole("positions"));
            Array all = sprites.pictures(IntStream.range(0, sprites.count()).toArray()).array().to(given.precision());
            pictures = new Batches(all, given.batch());
            Rng rng = given.weights();
            List<Vae> each = new ArrayList<>();
            for (int i = 0; i < betas.length; i++)
                each.add(Vae.of(all.shape().last(), given.layers("hidden"), given.whole("latent"), Unary.RELU, given.precision(), rng));
            models = new Models(List.copyOf(each));
            update = Update.adam(given.rate());
        }

        @Override
        public Learner<Models> learner() {
            return new Learner<>(models, update, Math.ceilDiv(sprites.count(), given.batch()));
        }

        @Override
        public Figures epoch(Steps<Models> steps) {
            for (int[] index : pictures.epoch(steps.rng())) {
                Tensor x = pictures.take(index);
                steps.step(index.length, m -> {
                    Terms terms = new Terms(List.of());
                    for (int i = 0; i < betas.length; i++) {
                        FreeEnergy f = m.each.get(i).freeEnergy(x, steps.rng());
                        terms = terms.plus(named("complexity", i), betas[i], f.complexity().mean())
                                .minus(named("accuracy", i), f.accuracy().mean());
                    }
                    return terms;
                });
            }
            Figures figures = steps.means();
            double[] migs = IntStream.range(0, betas.length).mapToDouble(i -> gap(i).mean()).toArray();
            for (int i = 0; i < betas.length; i++) figures = figures.with(named("mig", i), migs[i]);
            return figures.with("rise", migs[migs.length - 1] - migs[0]).with("spearman", spearman(migs));
        }

        /** ρ = 1 − 6 Σ (i − rank of x_i)² / n (n² − 1): 1 if the numbers rise, −1 if they fall (Spearman 1904). */
        private static double spearman(double... x) {
            double sum = 0, n = x.length;
            for (int i = 0; i < n; i++) {
                double own = x[i];
                double off = i - Arrays.stream(x).filter(other -> other < own).count();
                sum += off * off;
            }
            return 1 - 6 * sum / (n * (n * n - 1));
        }

        /** The gap of each factor is for the end. */
        @Override
        public Figures result(Figures last) {
            Figures figures = last;
            for (int i = 0; i < betas.length; i++) {
                InformationGap gap = gap(i);
                for (int k = 0; k < FACTORS.size(); k++) figures = figures.with(named("mig_" + FACTORS.get(k), i), gap.of(k));
            }
            return figures;
        }

        private String named(String figure, int model) {
            return figure + "_" + shown(betas[model]);
        }

        private InformationGap gap(int model) {
            Tensor z = models.each.get(model).q(Tensor.of(pictures.examples())).sample(given.evaluation());
            int[][] factors = IntStream.range(0, sprites.count()).mapToObj(sprites::factors).toArray(int[][]::new);
            return InformationGap.of(z, factors, BINS);
        }

        @Override
        public Goal goal() {
            return Goal.atLeast("rise", "", RISE);
        }

        @Override
        public List<Curve> curves() {
            int last = betas.length - 1;
            return List.of(
                    Curve.of("Mutual information gap", "", named("mig", 0), named("mig", last)),
                    Curve.of("Rate", "nats", named("train_complexity", 0), named("train_complexity", last)));
        }

        @Override
        public void report(Report report) {
            List<InformationGap> gaps = IntStream.range(0, betas.length).mapToObj(this::gap).toList();
            new BetaVaePage(betas, models.each, gaps, Tensor.of(pictures.examples()), sprites.side()).add(report, given.evaluation());
        }
    }
}
