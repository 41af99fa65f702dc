package surprisal.bench.experiments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import surprisal.autodiff.Checkpoint;
import surprisal.autodiff.Grad;
import surprisal.autodiff.NonFiniteException;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.bench.digits.Digits;
import surprisal.bench.digits.Images;
import surprisal.bench.learning.Notes;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.io.Safetensors;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.latent.Vae;

/**
 * A variational autoencoder that learns images: each epoch sees every training image once, in a new order and
 * binarised anew (each pixel is ink with the probability of its grey), and then measures F on the held-out images.
 *
 * <p>A run is its settings, its data and its seed: the same bits whatever the number of threads, and whether or not
 * it was stopped and taken up again from a checkpoint in between.
 */
public final class VaeRun {
    private static final int EVALUATED_AT_ONCE = 250;
    private static final String EPOCHS = "epochs";

    /**
     * What defines a run, beside its data.
     *
     * @param hidden units of the hidden layers
     * @param latent dimensions of z
     * @param batch images in a step
     * @param rate Adam's step size
     * @param fade how many epochs the rate takes to fall to zero along a cosine; 0 for never
     * @param seed where the random numbers start
     * @param precision of all numbers
     */
    public record Settings(
            List<Integer> hidden, int latent, int batch, double rate, int fade, long seed, Precision precision) {

        /**
         * The settings as text by name, for a file's metadata.
         *
         * @return names and values
         */
        public Map<String, String> described() {
            Map<String, String> named = new LinkedHashMap<>();
            named.put(
                    "hidden",
                    String.join(",", hidden.stream().map(String::valueOf).toList()));
            named.put("latent", Integer.toString(latent));
            named.put("batch", Integer.toString(batch));
            named.put("lr", Double.toString(rate));
            if (fade > 0) named.put("fade", Integer.toString(fade));
            named.put("seed", Long.toString(seed));
            named.put("precision", precision.name());
            return named;
        }
    }

    /**
     * What an epoch came to, in nats for each image.
     *
     * @param number 1 for the first
     * @param train F of the training images while learning from them
     * @param complexity D_KL[q(z|x) ‖ p(z)] of the held-out images
     * @param accuracy E_q[log p(x|z)] of the held-out images
     * @param seconds how long it took
     */
    public record Epoch(int number, double train, double complexity, double accuracy, double seconds) {

        /**
         * F of the held-out images.
         *
         * @return complexity − accuracy
         */
        public double test() {
            return complexity - accuracy;
        }

        private String line() {
            return "%d %s %s %s %s".formatted(number, train, complexity, accuracy, seconds);
        }

        private static Epoch of(String line) {
            String[] parts = line.split(" ", -1);
            return new Epoch(
                    Integer.parseInt(parts[0]),
                    Double.parseDouble(parts[1]),
                    Double.parseDouble(parts[2]),
                    Double.parseDouble(parts[3]),
                    Double.parseDouble(parts[4]));
        }
    }

    /**
     * F of each image of a set, and what q(z|x) says of z.
     *
     * @param complexity of each image
     * @param accuracy of each image
     * @param means the mean of q(z|x) of each image
     * @param informed D_KL[q(z_i|x) ‖ p(z_i)] for each dimension i, averaged over the images
     */
    @SuppressWarnings("ArrayRecordComponent") // thousands of numbers, never compared
    public record Held(double[] complexity, double[] accuracy, double[][] means, double[] informed) {}

    private final Settings settings;
    private final Images images;
    private final Digits train;
    private final Digits test;
    private final Vae model;
    private final Update update;
    private final Tape tape = new Tape();
    private final Rng.State evaluation;
    private Rng rng;
    private final List<Epoch> epochs = new ArrayList<>();

    /**
     * A run that has not begun.
     *
     * @param settings what defines it
     * @param images what it learns from and what it is measured on
     */
    public VaeRun(Settings settings, Images images) {
        this.settings = settings;
        this.images = images;
        train = images.train();
        test = images.test();
        Rng root = new Rng(settings.seed);
        int[] hidden = settings.hidden.stream().mapToInt(i -> i).toArray();
        model = Vae.of(train.size(), hidden, settings.latent, Unary.RELU, settings.precision, root.split());
        evaluation = root.split().state();
        rng = root.split();
        update = Update.adam(
                settings.fade == 0
                        ? Schedule.constant(settings.rate)
                        : Schedule.cosine(settings.rate, 0, (long) settings.fade * steps()));
    }

    /**
     * Steps in an epoch.
     *
     * @return at least 1
     */
    public int steps() {
        return (train.count() + settings.batch - 1) / settings.batch;
    }

    /**
     * The epochs so far.
     *
     * @return in their order
     */
    public List<Epoch> epochs() {
        return List.copyOf(epochs);
    }

    /**
     * What the run has learnt.
     *
     * @return the model, which the next epoch changes
     */
    public Vae model() {
        return model;
    }

    /**
     * What the run is measured on.
     *
     * @return the images
     */
    public Digits test() {
        return test;
    }

    /**
     * What defines the run.
     *
     * @return its settings
     */
    public Settings settings() {
        return settings;
    }

    /**
     * Learns from every training image once.
     *
     * @param watch is told F after each step
     * @return what it came to
     * @throws ArithmeticException if F becomes NaN or infinite; the message names the step and the first operation that
     *     is not finite
     */
    public Epoch epoch(DoubleConsumer watch) {
        long start = System.nanoTime();
        int[] order = rng.permutation(train.count());
        double sum = 0;
        for (int from = 0; from < order.length; from += settings.batch) {
            int to = Math.min(order.length, from + settings.batch);
            Tensor x = Tensor.of(rng.bernoulli(train.batch(order, from, to, settings.precision)));
            Grad<Vae> grad;
            try {
                grad = tape.grad(model, m -> m.freeEnergy(x, rng).total().mean());
            } catch (NonFiniteException e) {
                throw stopped(from / settings.batch + 1, e.getMessage(), e);
            }
            update.step(model, grad);
            sum += grad.loss() * (to - from);
            watch.accept(grad.loss());
        }
        Held held = held();
        Epoch epoch = new Epoch(
                epochs.size() + 1,
                sum / order.length,
                mean(held.complexity),
                mean(held.accuracy),
                (System.nanoTime() - start) / 1e9);
        if (!Double.isFinite(epoch.test())) {
            throw stopped(steps(), "F of the held-out images is not finite after it; lower the learning rate", null);
        }
        epochs.add(epoch);
        return epoch;
    }

    private ArithmeticException stopped(int step, String why, Throwable cause) {
        ArithmeticException stop =
                new ArithmeticException("epoch %d, step %d: %s".formatted(epochs.size() + 1, step, why));
        stop.initCause(cause);
        return stop;
    }

    /**
     * F of the held-out images: always the same binarisation and the same noise, so that epochs compare.
     *
     * @return image by image
     */
    public Held held() {
        Rng same = Rng.of(evaluation);
        int n = test.count(), latent = settings.latent;
        double[] complexity = new double[n], accuracy = new double[n], informed = new double[latent];
        double[][] means = new double[n][latent];
        int[] order = IntStream.range(0, n).toArray();
        for (int from = 0; from < n; from += EVALUATED_AT_ONCE) {
            int to = Math.min(n, from + EVALUATED_AT_ONCE);
            Tensor x = Tensor.of(same.bernoulli(test.batch(order, from, to, settings.precision)));
            var q = model.q(x);
            Tensor z = q.sample(same);
            FreeEnergy f = FreeEnergy.of(q, model.prior(), model.p(z).logProb(x));
            for (int i = from; i < to; i++) {
                complexity[i] = f.complexity().at(i - from);
                accuracy[i] = f.accuracy().at(i - from);
                for (int k = 0; k < latent; k++) {
                    double m = q.mean().at((i - from) * latent + k), s = q.std().at((i - from) * latent + k);
                    means[i][k] = m;
                    informed[k] += ((s * s + m * m - 1) / 2 - StrictMath.log(s)) / n;
                }
            }
        }
        return new Held(complexity, accuracy, means, informed);
    }

    private static double mean(double[] x) {
        double sum = 0;
        for (double each : x) sum += each;
        return sum / x.length;
    }

    /**
     * Writes all that the run needs to go on, whole or not at all.
     *
     * @param file where to
     * @throws IOException if it can't be written
     */
    public void save(Path file) throws IOException {
        Map<String, String> notes = described();
        notes.put(EPOCHS, String.join("\n", epochs.stream().map(Epoch::line).toList()));
        new Checkpoint((long) epochs.size() * steps(), rng.state(), notes).write(file, model, update);
    }

    /**
     * Goes on from where {@link #save} was called.
     *
     * @param file what it wrote
     * @throws IOException if it can't be read or is no checkpoint
     * @throws IllegalArgumentException if it is of a run with other settings or other data
     */
    public void resume(Path file) throws IOException {
        Map<String, String> there = Safetensors.read(file).metadata();
        if (there.containsKey(EPOCHS)) Notes.agree(file, there, described());
        Checkpoint checkpoint = Checkpoint.restore(file, model, update);
        rng = Rng.of(checkpoint.rng());
        epochs.clear();
        try {
            checkpoint.notes().getOrDefault(EPOCHS, "").lines().map(Epoch::of).forEach(epochs::add);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new IOException(file + " is damaged: its note of the epochs can't be read", e);
        }
    }

    private Map<String, String> described() {
        Map<String, String> named = settings.described();
        named.putAll(images.notes("images"));
        return named;
    }

    /**
     * Writes the model alone: its weights, and in the metadata what it takes to rebuild it.
     *
     * @param file where to
     * @throws IOException if it can't be written
     */
    public void export(Path file) throws IOException {
        Map<String, String> notes = described();
        notes.put(EPOCHS, Integer.toString(epochs.size()));
        Checkpoint.writeModel(file, model, notes);
    }
}
