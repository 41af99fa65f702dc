package surprisal.bench.learning;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.DoubleConsumer;
import surprisal.autodiff.Checkpoint;
import surprisal.autodiff.Tape;
import surprisal.engine.Rng;
import surprisal.engine.io.Json;
import surprisal.engine.io.Safetensors;

/**
 * Trains one run, epoch by epoch, and saves all that it takes to go on.
 *
 * @param <M> the type of its model
 */
public final class Trainer<M> {
    private static final String EPOCHS = "epochs";

    /**
     * What an epoch came to.
     *
     * @param number 1 for the first
     * @param steps how many it took
     * @param figures what was measured
     * @param seconds how long it took
     */
    public record Epoch(int number, int steps, Figures figures, double seconds) {

        private String line() {
            SequencedMap<String, Json> members = new LinkedHashMap<>();
            members.put("epoch", Json.of(number));
            members.put("steps", Json.of(steps));
            members.put("seconds", Json.of(seconds));
            members.putAll(figures.json());
            return Json.of(members).text();
        }

        private static Epoch of(String line) throws IOException {
            Map<String, Json> members = new LinkedHashMap<>(((Json.Members) Json.parse(line, "epoch")).members());
            int number = (int) ((Json.Num) members.remove("epoch")).value();
            int steps = (int) ((Json.Num) members.remove("steps")).value();
            double seconds = ((Json.Num) members.remove("seconds")).value();
            return new Epoch(number, steps, Figures.of(members), seconds);
        }
    }

    private final Given given;
    private final Run<M> run;
    private final Learner<M> learner;
    private final Tape tape = new Tape();
    private final List<Epoch> epochs = new ArrayList<>();
    private Rng rng;

    private Trainer(Given given, Run<M> run) {
        this.given = given;
        this.run = run;
        learner = run.learner();
        rng = given.learning();
    }

    /**
     * A run that has not begun.
     *
     * @param experiment what is trained
     * @param given its settings
     * @return the trainer
     * @throws IOException if the data can't be read
     */
    public static Trainer<?> of(Experiment experiment, Given given) throws IOException {
        return new Trainer<>(given, experiment.begin(given));
    }

    /**
     * What is trained.
     *
     * @return the run
     */
    public Run<M> run() {
        return run;
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
     * Learns for one epoch.
     *
     * @param watch is told the loss after each step
     * @return what it came to
     * @throws ArithmeticException if a term of the loss or a figure is not finite; the message names it and the step
     */
    public Epoch epoch(DoubleConsumer watch) {
        long start = System.nanoTime(), before = taken();
        Steps<M> steps = new Steps<>(learner.model(), learner.update(), tape, rng, epochs.size() + 1, before, watch);
        Figures figures = run.epoch(steps);
        figures.values().forEach((name, value) -> {
            if (!Double.isFinite(value))
                throw steps.stopped(name + " is " + value + " after it: lower the learning rate, or clip the gradient", null);
        });
        if (!epochs.isEmpty() && !epochs.getLast().figures.values().keySet().equals(figures.values().keySet()))
            throw new IllegalArgumentException("the figures of epoch %d are %s, those of the epoch before %s".formatted(
                    epochs.size() + 1, figures.values().keySet(), epochs.getLast().figures.values().keySet()));
        Epoch epoch = new Epoch(epochs.size() + 1, steps.here(), figures, (System.nanoTime() - start) / 1e9);
        epochs.add(epoch);
        return epoch;
    }

    private long taken() {
        return epochs.stream().mapToLong(Epoch::steps).sum();
    }

    /**
     * The epoch with the best of the figure that the run watches; the first one of equals.
     *
     * @return its number, 0 if there is no epoch
     */
    public int best() {
        Goal goal = run.watched();
        int best = 0;
        for (Epoch e : epochs)
            if (best == 0 || goal.better(e.figures.at(goal.figure()), epochs.get(best - 1).figures.at(goal.figure())))
                best = e.number;
        return best;
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
        new Checkpoint(taken(), rng.state(), notes).write(file, learner.model(), learner.update());
    }

    /**
     * Goes on from where {@link #save} was called.
     *
     * @param file what it wrote
     * @throws IOException if it can't be read or is no checkpoint, or if it is of another model; the message lists the tensors that
     *     differ
     * @throws IllegalArgumentException if it is of a run with other settings or other data
     */
    public void resume(Path file) throws IOException {
        Map<String, String> there = Safetensors.read(file).metadata();
        if (there.containsKey("experiment")) Notes.agree(file, there, described());
        Checkpoint checkpoint = Checkpoint.restore(file, learner.model(), learner.update());
        rng = Rng.of(checkpoint.rng());
        epochs.clear();
        try {
            for (String line : checkpoint.notes().getOrDefault(EPOCHS, "").lines().toList()) epochs.add(Epoch.of(line));
        } catch (IOException | ClassCastException | NullPointerException e) {
            throw new IOException(file + " is damaged: its note of the epochs can't be read", e);
        }
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
        Checkpoint.writeModel(file, learner.model(), notes);
    }

    /**
     * The model as {@link #export} wrote it after the best epoch.
     *
     * @param file from where
     * @throws IOException if it can't be read or is another model
     * @throws IllegalArgumentException if it is of another epoch, or of a run with other settings or other data
     */
    public void take(Path file) throws IOException {
        isBest(file);
        Checkpoint.readModel(file, learner.model());
    }

    /** Refuses what {@link #take} can't take for the model of the best epoch. */
    void isBest(Path file) throws IOException {
        Map<String, String> there = Safetensors.read(file).metadata();
        Notes.agree(file, there, described());
        if (!Integer.toString(best()).equals(there.get(EPOCHS)))
            throw new IllegalArgumentException("%s is the model after epoch %s, the best is that after epoch %d, which was learnt "
                    .formatted(file, there.get(EPOCHS), best()) + "without --patience: leave --patience out, or start afresh");
    }

    private Map<String, String> described() {
        Map<String, String> named = new LinkedHashMap<>(given.described());
        named.putAll(run.notes());
        return named;
    }
}
