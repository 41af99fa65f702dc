package surprisal.bench.experiments;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.bench.digits.Digits;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Images;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.bench.terminal.Columns;
import surprisal.bench.terminal.Pictures;
import surprisal.bench.terminal.Sparkline;
import surprisal.bench.terminal.Talk;
import surprisal.engine.Array;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.latent.Vae;

/** What a run of a variational autoencoder looks like: curves, reconstructions, samples, traversals, surprises. */
final class VaePages {
    private static final int SHOWN = 12;
    private static final int DIRECTIONS = 5;
    private static final int STOPS = 9;
    private static final double REACH = 2.5;

    private final VaeRun run;
    private final List<Double> steps;
    private final VaeRun.Held held;
    private final int[] widest;

    /**
     * The pages of a run.
     *
     * @param run the run, which has ended
     * @param steps F of each step, as far as it is known
     */
    VaePages(VaeRun run, List<Double> steps) {
        this.run = run;
        this.steps = steps;
        held = run.held();
        widest = IntStream.range(0, held.informed().length)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -held.informed()[k]))
                .limit(DIRECTIONS)
                .mapToInt(k -> k)
                .toArray();
    }

    /** Prints the epochs and some pictures. */
    void print(Talk talk) {
        Columns table = new Columns(talk.screen(), "epoch", "F train", "F held out", "= complexity", "− accuracy");
        List<VaeRun.Epoch> epochs = run.epochs();
        for (int i = 0; i < epochs.size(); i++) {
            VaeRun.Epoch e = epochs.get(i);
            boolean shown = i == epochs.size() - 1 || i == 0 || (i + 1) % Math.max(1, (epochs.size() + 4) / 5) == 0;
            if (shown)
                table.row(
                        number("%d", e.number()),
                        nats(e.train()),
                        nats(e.test()),
                        nats(e.complexity()),
                        nats(e.accuracy()));
        }
        talk.block(table.lines());
        double[] curve = epochs.stream().mapToDouble(VaeRun.Epoch::test).toArray();
        talk.say("");
        talk.say("  held-out F  " + Sparkline.of(talk.screen(), 40, curve) + "  nats");
        pictures(talk, "held-out digits", originals(firsts()));
        pictures(talk, "what the model makes of them", reconstructions(firsts()));
        pictures(talk, "digits it imagines, z ~ N(0, I)", samples(SHOWN));
        pictures(
                talk,
                "one number of a digit's code, from −2.5 to 2.5",
                traversal(widest[0], Pictures.perLine(talk.screen(), columns())));
    }

    private void pictures(Talk talk, String caption, List<float[]> pictures) {
        talk.say("");
        talk.say("  " + talk.screen().dim(caption));
        talk.block(Pictures.draw(talk.screen().narrower(2), columns(), pictures));
    }

    /** Adds the section to a report. */
    void add(Report report, String heading) {
        VaeRun.Settings s = run.settings();
        Report.Section section = report.section(heading);
        section.text(("The model explains an image $x$ by a code $z$ of %d numbers: $p(x, z) = p(x|z) p(z)$. An"
            + " encoder guesses the code, $q(z|x)$, and a decoder draws the image from it, $p(x|z)$; both are networks"
            + " with hidden layers of %s units. Learning is nothing but making the free energy small, an upper bound"
            + " on the surprise $−log p(x)$:")
                        .formatted(
                                s.latent(),
                                String.join(
                                        " and ",
                                        s.hidden().stream().map(String::valueOf).toList())))
                .formula(
                        "F = D_{KL}[q(z|x) ‖ p(z)] − E_{q(z|x)}[log p(x|z)] ≥ −log p(x)",
                        "complexity − accuracy, in nats for each image: how much the code says, and how much of the"
                                + " image it leaves unexplained");
        curves(section);
        section.text("Held-out images that the model never learnt from, and what it makes of them: the mean of"
                        + " $p(x|z)$ at the mean of $q(z|x)$.")
                .add(Images.captioned("Held-out images and their reconstructions")
                        .row("image", columns(), originals(firsts()))
                        .row("reconstruction", columns(), reconstructions(firsts())))
                .text("Without an image, $z$ is drawn from the prior $p(z) = N(0, I)$, and the decoder imagines."
                        + " Varying one number of an image's code at a time shows what that number stands for.")
                .row(samplesFigure(), traversalFigure());
        section.row(map(), directions());
        surprises(section);
    }

    private void curves(Report.Section section) {
        List<VaeRun.Epoch> epochs = run.epochs();
        double[] at = epochs.stream().mapToDouble(VaeRun.Epoch::number).toArray();
        Chart held = Chart.of("Free energy of held-out images", "epoch", "nats for each image")
                .line("F", at, epochs.stream().mapToDouble(VaeRun.Epoch::test).toArray())
                .line(
                        "complexity",
                        at,
                        epochs.stream().mapToDouble(VaeRun.Epoch::complexity).toArray())
                .line(
                        "− accuracy",
                        at,
                        epochs.stream().mapToDouble(e -> -e.accuracy()).toArray());
        Chart learning;
        if (steps.isEmpty())
            learning = Chart.of("Learnt and held-out images", "epoch", "F in nats")
                    .line(
                            "learnt",
                            at,
                            epochs.stream().mapToDouble(VaeRun.Epoch::train).toArray())
                    .line(
                            "held out",
                            at,
                            epochs.stream().mapToDouble(VaeRun.Epoch::test).toArray());
        else
            learning = Chart.of("Free energy while learning", "step", "F in nats")
                    .line(
                            "one batch",
                            IntStream.rangeClosed(1, steps.size())
                                    .asDoubleStream()
                                    .toArray(),
                            steps.stream().mapToDouble(f -> f).toArray());
        section.row(learning, held);
    }

    private Images samplesFigure() {
        List<float[]> samples = samples(4 * 9);
        Images figure = Images.captioned("Imagined: $z$ drawn from $N(0, I)$, decoded");
        for (int i = 0; i < samples.size(); i += 9) figure = figure.row("", columns(), samples.subList(i, i + 9));
        return figure;
    }

    private Images traversalFigure() {
        List<String> stops = IntStream.range(0, STOPS)
                .mapToObj(i -> number("%.1f", stop(i, STOPS)).replace("0.0", "0"))
                .toList();
        Images figure = Images.captioned(
                        "The numbers of $z$ that say most, each varied in the code of one held-out image")
                .over(stops);
        for (int k : widest) figure = figure.row("$z_{%d}$".formatted(k + 1), columns(), traversal(k, STOPS));
        return figure;
    }

    private Chart map() {
        String x = "z" + subscript(widest[0] + 1), y = widest.length > 1 ? "z" + subscript(widest[1] + 1) : "z";
        Chart map = Chart.of("Held-out images where the encoder puts them, coloured by their label", x, y);
        int second = widest.length > 1 ? widest[1] : widest[0];
        List<Integer> labels = IntStream.range(0, run.test().count())
                .map(run.test()::label)
                .distinct()
                .sorted()
                .boxed()
                .toList();
        for (int label : labels) {
            int[] of = IntStream.range(0, Math.min(1000, run.test().count()))
                    .filter(i -> run.test().label(i) == label)
                    .toArray();
            map = map.points(
                    Integer.toString(label),
                    IntStream.of(of)
                            .mapToDouble(i -> held.means()[i][widest[0]])
                            .toArray(),
                    IntStream.of(of).mapToDouble(i -> held.means()[i][second]).toArray());
        }
        return map;
    }

    private Table directions() {
        Table table = Table.of(
                "How much each number of the code says about an image: $D_{KL}[q(z_i|x) ‖ p(z_i)]$, mean over the"
                        + " held-out images. Near 0, the number is not used.",
                "number",
                "nats");
        double most = held.informed()[widest[0]];
        int[] order = IntStream.range(0, held.informed().length)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -held.informed()[k]))
                .limit(9)
                .mapToInt(k -> k)
                .toArray();
        for (int k : order)
            table = table.row("$z_{%d}$".formatted(k + 1), new Table.Bar(held.informed()[k], most, "%.2f"));
        double rest = IntStream.range(0, held.informed().length)
                .filter(k -> IntStream.of(order).noneMatch(o -> o == k))
                .mapToDouble(k -> held.informed()[k])
                .average()
                .orElse(0);
        int left = held.informed().length - order.length;
        return left == 0 ? table : table.row("mean of the other " + left, new Table.Bar(rest, most, "%.2f"));
    }

    private void surprises(Report.Section section) {
        List<Integer> order = IntStream.range(0, run.test().count())
                .boxed()
                .sorted(Comparator.comparingDouble(i -> held.accuracy()[i] - held.complexity()[i]))
                .toList();
        List<Integer> most = order.subList(0, Math.min(SHOWN, order.size()));
        List<Integer> least = order.reversed().subList(0, Math.min(SHOWN, order.size()));
        section.text("Free energy is a measure of surprise, image by image. These are the held-out images that"
                        + " surprise the model most and least, with their $F$ in nats.")
                .row(surprise("most surprising", most), surprise("least surprising", least));
    }

    private Images surprise(String label, List<Integer> which) {
        List<Integer> shown = which.subList(0, Math.min(8, which.size()));
        List<String> nats = shown.stream()
                .map(i -> number("%.0f", held.complexity()[i] - held.accuracy()[i]))
                .toList();
        int[] index = shown.stream().mapToInt(i -> i).toArray();
        return Images.captioned("The " + label + " held-out images and what the model makes of them")
                .over(nats)
                .row("", columns(), originals(index))
                .row("", columns(), reconstructions(index));
    }

    /** One image of each class, then others, in the order of the set. */
    private int[] firsts() {
        Digits test = run.test();
        List<Integer> chosen = new ArrayList<>();
        IntStream.range(0, test.count())
                .filter(i -> IntStream.range(0, i).noneMatch(j -> test.label(j) == test.label(i)))
                .boxed()
                .sorted(Comparator.comparingInt(test::label))
                .limit(SHOWN)
                .forEach(chosen::add);
        for (int i = 0; i < test.count() && chosen.size() < SHOWN; i++) if (!chosen.contains(i)) chosen.add(i);
        return chosen.stream().mapToInt(i -> i).toArray();
    }

    private int columns() {
        return run.test().columns();
    }

    private List<float[]> originals(int[] which) {
        return IntStream.of(which).mapToObj(run.test()::image).toList();
    }

    private List<float[]> reconstructions(int[] which) {
        Vae model = run.model();
        Tensor x = Tensor.of(
                run.test().batch(which, 0, which.length, run.settings().precision()));
        return pictures(model.p(model.q(x).mean()).probs());
    }

    private List<float[]> samples(int count) {
        Shape shape = Shape.of(count, run.settings().latent());
        Rng rng = new Rng(run.settings().seed()).split();
        return pictures(run.model()
                .p(Tensor.of(rng.normal(shape, run.settings().precision())))
                .probs());
    }

    private List<float[]> traversal(int direction, int stops) {
        int latent = run.settings().latent();
        double[] code = held.means()[0];
        Array z = Array.zeros(Shape.of(stops, latent), run.settings().precision());
        for (int i = 0; i < stops; i++)
            for (int k = 0; k < latent; k++) z.set(i * latent + k, k == direction ? stop(i, stops) : code[k]);
        return pictures(run.model().p(Tensor.of(z)).probs());
    }

    private static double stop(int i, int stops) {
        return stops == 1 ? 0 : -REACH + 2 * REACH * i / (stops - 1);
    }

    private List<float[]> pictures(Tensor probabilities) {
        int size = run.test().size();
        List<float[]> pictures = new ArrayList<>();
        for (int i = 0; i < probabilities.shape().size(); i += size) {
            float[] picture = new float[size];
            for (int j = 0; j < size; j++) picture[j] = (float) probabilities.at(i + j);
            pictures.add(picture);
        }
        return pictures;
    }

    private static String subscript(int n) {
        return Integer.toString(n)
                .chars()
                .mapToObj(c -> String.valueOf((char) ('₀' + c - '0')))
                .reduce("", String::concat);
    }

    private static String nats(double x) {
        return number("%.2f", x);
    }

    private static String number(String format, Object x) {
        return String.format(Locale.ROOT, format, x).replace('-', '−');
    }
}
