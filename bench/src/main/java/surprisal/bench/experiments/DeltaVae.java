package surprisal.bench.experiments;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.digits.Digits;
import surprisal.bench.digits.Images;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Probe;
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
import surprisal.models.Complexity;
import surprisal.models.FreeEnergy;
import surprisal.models.data.Batches;
import surprisal.models.dist.Ar1;
import surprisal.models.latent.DeepLatentGaussian;
import surprisal.models.latent.Evaluation;
import surprisal.models.latent.Made;
import surprisal.models.latent.Prior;

/**
 * D_KL[q(z|x) ‖ p(z)] ≥ δ: a decoder that sees the pixels before the one that it predicts can do without most of a code, and drops what
 * costs more than it is worth. Three ways commit the code to a rate: free bits of each number, free nats of all (Kingma et al. 2016), and
 * a prior that no belief of independent numbers can come near (Razavi et al. 2019, δ-VAE). All are told the same rate, and learn
 * beside each other and a plain one from the same pictures.
 */
public final class DeltaVae implements Experiment {
    /** A model that pays D_KL, one with free bits, one with free nats, and one with the prior of a chain. */
    static final List<String> NAMES = List.of("plain", "bits", "nats", "delta");

    private static final int CLASSES = 10;
    private static final int PROBED = 6_000;
    private static final double RIDGE = 1e-4;

    /** The experiment. */
    public DeltaVae() {}

    @Override
    public String name() {
        return "delta-vae";
    }

    @Override
    public String summary() {
        return "Autoencoders of digits whose decoder could do without a code: the plain one's code withers,"
                + " not those that commit to a rate.";
    }

    @Override
    public int epochs() {
        return 20;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.data(),
                Setting.layers("hidden", "200", "Units of the hidden layers of the encoder, and of the decoder before the pixels."),
                Setting.whole("masked", 0, 0, 65_536,
                        "Units of a hidden layer over the pixels before; with 0 each pixel is a logistic regression on those before it."),
                Setting.whole("context", 64, 1, 65_536, "What the pixels are told of z, in numbers."),
                Setting.whole("latent", 32, 2, 65_536, "Dimensions of z."),
                Setting.whole("parts", 8, 2, 65_536,
                        "Parts of z, each of which follows the one before it under the prior of the last model."),
                Setting.number("alpha", 0.8, 0, 0.999, "How near a part is to the one before it: with the parts, the committed rate."),
                Setting.batch(100),
                Setting.rate(3e-3));
    }

    @Override
    public Run<Models> begin(Given given) throws IOException {
        return new Learning(given);
    }

    /**
     * What learns.
     *
     * @param each in the order of the names
     */
    public record Models(List<DeepLatentGaussian> each) {}

    private static final class Learning implements Run<Models> {
        private final Given given;
        private final Images images;
        private final double committed;
        private final List<Complexity> paid;
        private final Models models;
        private final Update update;
        private final Tensor test;

        Learning(Given given) throws IOException {
            this.given = given;
            images = given.digits();
            int latent = given.whole("latent");
            committed = Ar1.over(latent, given.number("alpha"), given.whole("parts"), given.precision()).committedRate();
            paid = List.of(
                    Complexity.kl(), Complexity.freeBits(committed / latent), Complexity.kl().freeNats(committed), Complexity.kl());
            Rng rng = given.weights();
            List<DeepLatentGaussian> each = new ArrayList<>();
            for (String name : NAMES) {
                boolean chain = name.equals("delta");
                each.add(fresh(chain ? Prior.chain(given.number("alpha"), given.whole("parts")) : Prior.standard(), rng));
            }
            models = new Models(List.copyOf(each));
            update = Update.adam(given.rate());
            test = black(images.test(), images.test().count(), given.evaluation().split());
        }

        private DeepLatentGaussian fresh(Prior prior, Rng rng) {
            int pixels = images.train().size(), units = given.whole("masked");
            Made made = Made.of(
                    pixels, units == 0 ? new int[0] : new int[] {units}, given.whole("context"), Unary.RELU, given.precision(), rng);
            return DeepLatentGaussian.of(
                    pixels, given.layers("hidden"), given.whole("latent"), Unary.RELU, made, prior, given.precision(), rng);
        }

        private Tensor black(Digits digits, int count, Rng rng) {
            return black(digits, rng, IntStream.range(0, count).toArray());
        }

        private Tensor black(Digits digits, Rng rng, int... index) {
            return Tensor.of(rng.bernoulli(digits.batch(index, 0, index.length, given.precision())));
        }

        /** Noise that is the same at each call, and none of that of the test pictures. */
        private Rng noise() {
            Rng rng = given.evaluation();
            rng.split();
            return rng;
        }

        @Override
        public Learner<Models> learner() {
            return new Learner<>(models, update, Math.ceilDiv(images.train().count(), given.batch()));
        }

        @Override
        public Map<String, String> notes() {
            return images.notes("images");
        }

        @Override
        public Figures epoch(Steps<Models> steps) {
            for (int[] index : Batches.epoch(images.train().count(), given.batch(), steps.rng())) {
                Tensor x = black(images.train(), steps.rng(), index);
                steps.step(index.length, m -> {
                    Terms terms = new Terms(List.of());
                    for (int i = 0; i < NAMES.size(); i++) {
                        FreeEnergy f = m.each.get(i).freeEnergy(x, paid.get(i), steps.rng());
                        terms = terms.plus("paid_" + NAMES.get(i), f.complexity().mean())
                                .minus("accuracy_" + NAMES.get(i), f.accuracy().mean());
                    }
                    return terms;
                });
            }
            Figures figures = steps.means();
            for (int i = 0; i < NAMES.size(); i++) {
                FreeEnergy f = new Evaluation(1).freeEnergy(models.each.get(i), test, noise());
                double rate = f.complexity().mean().item();
                figures = figures.with("rate_" + NAMES.get(i), rate)
                        .with("f_" + NAMES.get(i), rate - f.accuracy().mean().item());
            }
            return figures;
        }

        /**
         * And what the codes are worth: nats by which the pixels are likelier than with another picture's code, and digits that a
         * line tells.
         */
        @Override
        public Figures result(Figures last) {
            Figures figures = last;
            int known = Math.min(PROBED, images.train().count());
            Tensor seen = black(images.train(), known, noise().split());
            for (int i = 0; i < NAMES.size(); i++) {
                DeepLatentGaussian model = models.each.get(i);
                Probe probe = Probe.fit(model.q(seen).mean(), classes(images.train(), known), RIDGE);
                figures = figures.with("worth_" + NAMES.get(i), worth(model))
                        .with("told_" + NAMES.get(i), told(probe, model.q(test).mean()));
            }
            return figures;
        }

        private double worth(DeepLatentGaussian model) {
            int n = test.shape().dim(0);
            Tensor z = model.q(test).sample(noise());
            Tensor other = Tensor.concat(0, z.slice(0, 1, n), z.slice(0, 0, 1));
            return model.p(z).logProb(test).minus(model.p(other).logProb(test)).mean().item();
        }

        private static Tensor classes(Digits digits, int count) {
            Array y = Array.zeros(Shape.of(count, CLASSES), Precision.FLOAT64);
            for (int i = 0; i < count; i++) y.set(i * CLASSES + digits.label(i) % CLASSES, 1);
            return Tensor.of(y);
        }

        /** The share of test pictures whose class is the one that the probe says most of. */
        private double told(Probe probe, Tensor z) {
            int n = images.test().count(), right = 0;
            for (int r = 0; r < n; r++) {
                double[] says = probe.offset().clone();
                for (int i = 0; i < probe.weight().length; i++)
                    for (int k = 0; k < CLASSES; k++) says[k] += z.at(r * probe.weight().length + i) * probe.weight()[i][k];
                int most = IntStream.range(0, CLASSES).reduce(0, (a, b) -> says[b] > says[a] ? b : a);
                if (most == images.test().label(r) % CLASSES) right++;
            }
            return (double) right / n;
        }

        @Override
        public Goal goal() {
            return Goal.atLeast("rate_delta", "nats", Math.floor(1000 * committed) / 1000);
        }

        @Override
        public List<Curve> curves() {
            return List.of(
                    Curve.of("Rate of held-out digits", "nats", all("rate_")), Curve.of("F of held-out digits", "nats", all("f_")));
        }

        private static String[] all(String figure) {
            return NAMES.stream().map(name -> figure + name).toArray(String[]::new);
        }

        @Override
        public void report(Report report) {
            Digits digits = images.test();
            int[] shown = IntStream.range(0, CLASSES)
                    .flatMap(c -> IntStream.range(0, digits.count()).filter(i -> digits.label(i) == c).limit(1))
                    .toArray();
            Tensor x = Tensor.concat(0, Arrays.stream(shown).mapToObj(i -> test.slice(0, i, i + 1)).toArray(Tensor[]::new));
            new DeltaVaePage(models.each, committed, result(Figures.NONE), digits.columns()).add(report, test, x, noise());
        }
    }
}
