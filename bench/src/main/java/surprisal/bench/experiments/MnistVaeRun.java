package surprisal.bench.experiments;

import java.io.IOException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.digits.Digits;
import surprisal.bench.digits.Images;
import surprisal.bench.learning.Curve;
import surprisal.bench.learning.Figures;
import surprisal.bench.learning.Frames;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Goal;
import surprisal.bench.learning.Latents;
import surprisal.bench.learning.Learner;
import surprisal.bench.learning.Run;
import surprisal.bench.learning.Steps;
import surprisal.bench.learning.Terms;
import surprisal.bench.report.Report;
import surprisal.engine.Array;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.data.Batches;
import surprisal.models.data.Prefetch;
import surprisal.models.latent.Evaluation;
import surprisal.models.latent.Iwae;
import surprisal.models.latent.Vae;
import surprisal.models.nn.Init;

/** One run of {@link MnistVae}. */
final class MnistVaeRun implements Run<Vae> {
    private static final int AHEAD = 4;
    private static final double LEAST = 1e-3;
    private static final int ROWS = 5_000;
    private static final int CHECKED = 100;
    private static final int SHOWN = 10;
    private static final int MAPPED = 1_000;
    private static final double REACH = 3;

    private final Given given;
    private final Images images;
    private final Iwae bound;
    private final Vae model;
    private final Update update;
    private final Tensor test;

    MnistVaeRun(Given given, Images images) throws IOException {
        this.given = given;
        this.images = images;
        bound = new Iwae(given.whole("samples"));
        Unary f = Unary.valueOf(given.choice("activation").toUpperCase(Locale.ROOT));
        model = Vae.of(images.train().size(), given.layers("hidden"), given.whole("latent"), f, Init.TORCH, given.precision(),
                given.weights());
        beginAtTheMeans();
        given.begin(model);
        update = Update.adam(given.whole("fade") == 0
                ? Schedule.constant(given.rate())
                : Schedule.cosine(given.rate(), 0, (long) given.whole("fade") * steps()));
        test = binary(images.test(), given.evaluation(), IntStream.range(0, images.test().count()).toArray());
    }

    /** The decoder's last bias begins at the log-odds of each pixel's mean grey, as Burda, Grosse and Salakhutdinov's. */
    private void beginAtTheMeans() {
        Digits train = images.train();
        Array bias = model.decoder().layers().getLast().bias().array();
        double[] ink = new double[train.size()];
        for (int i = 0; i < train.count(); i++) {
            float[] image = train.image(i);
            for (int j = 0; j < ink.length; j++) ink[j] += image[j] / train.count();
        }
        for (int j = 0; j < ink.length; j++) {
            double p = Math.clamp(ink[j], LEAST, 1 - LEAST);
            bias.set(j, StrictMath.log(p / (1 - p)));
        }
    }

    private Tensor binary(Digits digits, Rng rng, int... index) {
        return Tensor.of(rng.bernoulli(digits.batch(index, 0, index.length, given.precision())));
    }

    @Override
    public Learner<Vae> learner() {
        return new Learner<>(model, update, steps());
    }

    private int steps() {
        return Math.ceilDiv(images.train().count(), given.batch());
    }

    @Override
    public Figures epoch(Steps<Vae> steps) {
        Rng order = steps.rng().split(), ink = steps.rng().split();
        Iterator<Tensor> fresh = Batches.epoch(images.train().count(), given.batch(), order).stream()
                .map(index -> binary(images.train(), ink, index))
                .iterator();
        try (Prefetch<Tensor> batches = new Prefetch<>(AHEAD, fresh)) {
            while (batches.hasNext()) {
                Tensor x = batches.next();
                double warmth = warmth(steps.taken());
                steps.step(x.shape().dim(0), m -> loss(m, x, warmth, steps.rng()));
            }
        }
        FreeEnergy f = new Evaluation(ROWS).freeEnergy(model, test, noise());
        double complexity = f.complexity().mean().item(), accuracy = f.accuracy().mean().item();
        return steps.means().with("test_f", complexity - accuracy).with("complexity", complexity).with("accuracy", accuracy);
    }

    private Terms loss(Vae m, Tensor x, double warmth, Rng rng) {
        if (bound.samples() > 1) return Terms.of("bound", bound.loss(m, x, rng).mean());
        FreeEnergy f = m.freeEnergy(x, rng);
        return new Terms(List.of(new Terms.Term("complexity", warmth, f.complexity().mean())))
                .minus("accuracy", f.accuracy().mean());
    }

    /** The weight of the complexity: from 0 to 1 in a straight line (Sønderby et al. 2016). */
    private double warmth(long step) {
        return given.whole("warm-up") == 0 ? 1 : Math.min(1, (double) step / ((long) given.whole("warm-up") * steps()));
    }

    /** Where the noise comes from that the model is measured with: not where the pixels come from. */
    private Rng noise() {
        return given.evaluation().split();
    }

    @Override
    public Figures result(Figures last) {
        int samples = given.whole("weighed"), n = Math.min(given.whole("images"), images.test().count());
        if (samples == 0) return last;
        Tensor log = new Evaluation(ROWS).logLikelihood(model, test.slice(0, 0, n), samples, noise());
        double mean = log.mean().item(), spread = n > 1 ? log.minus(mean).square().sum().item() / (n - 1) : 0;
        return last.with("nll", -mean).with("nll_standard_error", Math.sqrt(spread / n)).with("nll_images", n);
    }

    @Override
    public Goal goal() {
        return MnistVae.goal(given);
    }

    @Override
    public Goal watched() {
        return Goal.atMost("test_f", "nats", goal().bound());
    }

    @Override
    public Map<String, String> notes() {
        return images.notes("digits");
    }

    @Override
    public SequencedMap<String, Array> check() {
        Tensor x = test.slice(0, 0, Math.min(CHECKED, images.test().count()));
        SequencedMap<String, Array> check = new LinkedHashMap<>();
        check.put("x", x.array());
        check.put("eps", noise().normal(Shape.of(x.shape().dim(0), model.latent()), given.precision()));
        check.put("free_energy", model.freeEnergy(x, noise()).total().array());
        return check;
    }

    @Override
    public List<Curve> curves() {
        return List.of(
                Curve.of("Free energy", "nats", "train_loss", "test_f"),
                Curve.of("Its terms, of held-out digits", "nats", "complexity", "accuracy"));
    }

    @Override
    public void report(Report report) {
        int width = images.test().columns();
        Tensor x = test.slice(0, 0, Math.min(SHOWN, images.test().count())), codes = model.q(x).mean();
        Tensor z = Tensor.of(noise().normal(Shape.of(SHOWN, model.latent()), given.precision()));
        int[] told = told();
        report.section("What it has learnt")
                .text("%,d digits to learn from, %,d held out (%s).".formatted(
                        images.train().count(), images.test().count(), images.source()))
                .add(surprisal.bench.report.Images.captioned("Held-out digits, their reconstructions, and digits that it makes up")
                        .row("$x$", width, Frames.of(x))
                        .row("$p(x|z)$", width, Frames.of(model.p(codes).probs()))
                        .row("$z ~ p(z)$", width, Frames.of(model.p(z).probs())))
                .add(Latents.traversals("The numbers of $z$ that say most, each varied in the code of one digit",
                        codes.slice(0, 0, 1).reshape(model.latent()), told, REACH, SHOWN + 1, width, y -> model.p(y).probs()));
        Tensor seen = test.slice(0, 0, Math.min(MAPPED, images.test().count()));
        report.section("Where it puts them")
                .add(Latents.map("Held-out digits in the plane of the two numbers that say most", model.q(seen).mean(), told[0],
                        told[Math.min(1, told.length - 1)],
                        IntStream.range(0, seen.shape().dim(0)).map(images.test()::label).toArray()));
    }

    /** The numbers of z whose mean varies most from digit to digit, the first first. */
    private int[] told() {
        Tensor means = model.q(test.slice(0, 0, Math.min(MAPPED, images.test().count()))).mean();
        Tensor spread = means.minus(means.mean(0)).square().mean(0);
        return IntStream.range(0, model.latent()).boxed()
                .sorted(Comparator.comparingDouble(i -> -spread.at(i)))
                .limit(SHOWN)
                .mapToInt(i -> i)
                .toArray();
    }
}
