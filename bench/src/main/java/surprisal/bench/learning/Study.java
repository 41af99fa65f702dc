package surprisal.bench.learning;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import surprisal.bench.terminal.Progress;
import surprisal.bench.terminal.Talk;
import surprisal.engine.Array;
import surprisal.engine.io.Json;
import surprisal.engine.io.Npz;

/**
 * An experiment for some seeds, one after the other: after each epoch a checkpoint, a line and a point for TensorBoard; at the end the
 * mean of its figure with its interval, and a page.
 *
 * <p>One seed's files are in the folder itself, those of several in {@code seed-N} in it: {@code checkpoint.safetensors}, to go on
 * from, {@code model.safetensors}, what was learnt, {@code best.safetensors}, the best so far where patience is limited,
 * {@code check.npz}, what {@link Run#check} gives, and an event file.
 *
 * @param experiment what is trained
 * @param given its settings, with the first seed; the others follow it
 * @param seeds how many
 * @param patience stop after so many epochs without a better figure and take the best model; 0 to learn for all epochs
 * @param out a folder that can be written to
 */
public record Study(Experiment experiment, Given given, int seeds, int patience, Path out) {
    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final String BEST = "best.safetensors";
    static final String MODEL = "model.safetensors";
    private static final String CHECK = "check.npz";

    /** Where a study begins. */
    public enum Start {
        /** At the first epoch. */
        AFRESH,
        /** At the checkpoints in its folder. */
        RESUMED
    }

    /** How a study tells of an epoch and of its figure. */
    public enum Form {
        /** As lines of a table. */
        TEXT,
        /** As a JSON object a line. */
        JSON
    }

    /**
     * What a seed came to.
     *
     * @param seed the seed
     * @param epochs its epochs
     * @param chosen the epoch whose model was taken
     * @param result what was measured at the end
     */
    record Outcome(long seed, List<Trainer.Epoch> epochs, int chosen, Figures result) {}

    /**
     * Trains, measures and reports.
     *
     * @param start where it begins
     * @param form how it tells
     * @param talk where it tells
     * @param warn where it tells what its user may not have meant
     * @param command the command line that runs it again, for the page
     * @return the figure: its values, mean and interval, and whether it is where it should be
     * @throws IOException if the data can't be read or the results can't be written
     * @throws ArithmeticException if a loss is not finite: the message names the term, the step and the checkpoint that is left
     */
    public Json run(Start start, Form form, Talk talk, PrintWriter warn, String command) throws IOException {
        long begun = System.nanoTime();
        List<Outcome> outcomes = new ArrayList<>();
        Run<?> first = null;
        for (int i = 0; i < seeds; i++) {
            Trainer<?> trainer = Trainer.of(experiment, given.seed(given.seed() + i));
            Path folder = seeds == 1 ? out : Files.createDirectories(out.resolve("seed-" + (given.seed() + i)));
            begin(trainer, folder, start, warn);
            outcomes.add(learn(trainer, given.seed() + i, folder, form, talk));
            if (first == null) first = trainer.run();
        }
        Result result = new Result(this, first.goal(), outcomes, (System.nanoTime() - begun) / 1e9);
        Files.writeString(out.resolve("result.json"), result.json().text() + "\n");
        StudyReport.of(result, first, command).write(out.resolve("report.html"));
        if (form == Form.JSON) talk.result(result.json().text());
        else {
            talk.result(result.says());
            talk.say("report      " + out.resolve("report.html"));
            talk.say("model       " + (seeds == 1 ? out : out.resolve("seed-…")).resolve(MODEL));
        }
        return result.json();
    }

    private void begin(Trainer<?> trainer, Path folder, Start start, PrintWriter warn) throws IOException {
        Path checkpoint = folder.resolve(CHECKPOINT);
        boolean there = Files.exists(checkpoint), another = seeds > 1 && !folder.endsWith("seed-" + given.seed());
        if (start == Start.AFRESH) {
            if (there)
                warn.println("starts afresh: " + checkpoint + " is replaced after the first epoch (--resume would go on from it)");
            return;
        }
        if (!there && another) return; // stopped before this seed began
        if (!there)
            throw new IllegalArgumentException("there is no %s to resume from: leave --resume out, or name its folder with --out"
                    .formatted(checkpoint));
        trainer.resume(checkpoint);
        if (patience > 0 && trainer.best() > 0 && !Files.exists(folder.resolve(BEST)))
            throw new IllegalArgumentException("%s is of a run without --patience, which kept no best model: leave --patience out, "
                    .formatted(checkpoint) + "or start afresh");
    }

    private Outcome learn(Trainer<?> trainer, long seed, Path folder, Form form, Talk talk) throws IOException {
        if (seeds > 1) talk.say(talk.screen().bold("seed " + seed));
        Path checkpoint = folder.resolve(CHECKPOINT);
        double now = System.currentTimeMillis() / 1e3;
        EventFile events = EventFile.in(folder, now);
        double time = now;
        long steps = 0;
        for (Trainer.Epoch e : trainer.epochs()) events.add(time += e.seconds(), steps += e.steps(), e.figures());
        boolean headed = false;
        while (trainer.epochs().size() < given.epochs() && !spent(trainer)) {
            Trainer.Epoch epoch = epoch(trainer, checkpoint, talk);
            if (patience > 0 && trainer.best() == epoch.number()) trainer.export(folder.resolve(BEST));
            trainer.save(checkpoint);
            events.add(time += epoch.seconds(), steps += epoch.steps(), epoch.figures());
            if (form == Form.JSON) talk.result(json(seed, epoch).text());
            else {
                if (!headed) talk.say(talk.screen().dim(heads(epoch.figures())));
                talk.say(line(epoch));
            }
            headed = true;
        }
        int chosen = patience > 0 ? trainer.best() : trainer.epochs().size();
        if (patience > 0) trainer.take(folder.resolve(BEST));
        trainer.export(folder.resolve(MODEL));
        SequencedMap<String, Array> check = trainer.run().check();
        if (!check.isEmpty()) Npz.write(folder.resolve(CHECK), check);
        Figures result = trainer.run().result(trainer.epochs().get(chosen - 1).figures());
        return new Outcome(seed, trainer.epochs(), chosen, result);
    }

    private boolean spent(Trainer<?> trainer) {
        return patience > 0 && trainer.epochs().size() - trainer.best() >= patience;
    }

    private static Trainer.Epoch epoch(Trainer<?> trainer, Path checkpoint, Talk talk) {
        int number = trainer.epochs().size() + 1;
        try (Progress bar = Progress.on(talk.watched(), talk.progress(), "epoch " + number, trainer.run().learner().steps(), 0)) {
            return trainer.epoch(loss -> bar.step(String.format(Locale.ROOT, "loss = %.4g", loss)));
        } catch (ArithmeticException e) {
            String left = number > 1 && Files.exists(checkpoint)
                    ? checkpoint + " is the state after epoch " + (number - 1)
                    : "there is no checkpoint of this run yet";
            ArithmeticException stop = new ArithmeticException(e.getMessage() + "; " + left);
            stop.initCause(e);
            throw stop;
        }
    }

    private static Json json(long seed, Trainer.Epoch epoch) {
        SequencedMap<String, Json> line = new LinkedHashMap<>();
        line.put("seed", Json.of(seed));
        line.put("epoch", Json.of(epoch.number()));
        line.putAll(epoch.figures().json());
        line.put("seconds", Json.of(epoch.seconds()));
        return Json.of(line);
    }

    private static String heads(Figures figures) {
        StringBuilder line = new StringBuilder("epoch");
        figures.values().keySet().forEach(name -> line.append("  ").repeat(' ', Math.max(0, 9 - name.length())).append(name));
        return line.append("  seconds").toString();
    }

    private static String line(Trainer.Epoch epoch) {
        StringBuilder line = new StringBuilder("%5d".formatted(epoch.number()));
        epoch.figures().values().forEach((name, value) ->
                line.append("  ").append(("%" + Math.max(9, name.length()) + "s").formatted(Result.number(value))));
        return line.append(String.format(Locale.ROOT, "  %7.1f", epoch.seconds())).toString();
    }
}
