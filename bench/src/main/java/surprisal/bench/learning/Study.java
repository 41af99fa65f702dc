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
        /** At the first epoch, after which what an older study of these seeds left to go on from is removed. */
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
        if (start == Start.AFRESH) warn(warn);
        Trainer<?> first = begin(0, start);
        for (int i = 1; start == Start.RESUMED && i < seeds; i++) begin(i, start); // what is wrong is said before any learns
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < seeds; i++) outcomes.add(learn(i == 0 ? first : begin(i, start), i, form, talk));
        Result result = new Result(this, first.run().goal(), outcomes, (System.nanoTime() - begun) / 1e9);
        Files.writeString(out.resolve("result.json"), result.json().text() + "\n");
        StudyReport.of(result, first.run(), command).write(out.resolve("report.html"));
        if (form == Form.JSON) talk.result(result.json().text());
        else {
            talk.result(result.says());
            talk.say("report      " + out.resolve("report.html"));
            talk.say("model       " + (seeds == 1 ? out : out.resolve("seed-…")).resolve(MODEL));
        }
        return result.json();
    }

    private Path folder(int i) {
        return seeds == 1 ? out : out.resolve("seed-" + (given.seed() + i));
    }

    private void warn(PrintWriter warn) {
        for (int i = 0; i < seeds; i++) {
            Path checkpoint = folder(i).resolve(CHECKPOINT);
            if (Files.exists(checkpoint))
                warn.println("starts afresh: " + checkpoint + " is removed after the first epoch (--resume would go on from it)");
        }
    }

    /** What an older study left would be taken for this one's when it is resumed. */
    private void forget() throws IOException {
        for (int i = 0; i < seeds; i++) {
            Files.deleteIfExists(folder(i).resolve(CHECKPOINT));
            Files.deleteIfExists(folder(i).resolve(BEST));
        }
    }

    private Trainer<?> begin(int i, Start start) throws IOException {
        Trainer<?> trainer = Trainer.of(experiment, given.seed(given.seed() + i));
        Path checkpoint = folder(i).resolve(CHECKPOINT), best = folder(i).resolve(BEST);
        boolean there = Files.exists(checkpoint);
        if (start == Start.AFRESH || !there && i > 0) return trainer; // or stopped before this seed began
        if (!there)
            throw new IllegalArgumentException("there is no %s to resume from: leave --resume out, or name its folder with --out"
                    .formatted(checkpoint));
        trainer.resume(checkpoint);
        int epochs = trainer.epochs().size();
        if (epochs > given.epochs())
            throw new IllegalArgumentException("%s is of %d epochs, and --epochs is %d: allow as many, or start afresh"
                    .formatted(checkpoint, epochs, given.epochs()));
        if (patience == 0 || trainer.best() == epochs) return trainer;
        if (!Files.exists(best))
            throw new IllegalArgumentException("%s is of a run without --patience, which kept no best model: leave --patience out, "
                    .formatted(checkpoint) + "or start afresh");
        trainer.isBest(best);
        return trainer;
    }

    private Outcome learn(Trainer<?> trainer, int i, Form form, Talk talk) throws IOException {
        long seed = given.seed() + i;
        if (seeds > 1) talk.say(talk.screen().bold("seed " + seed));
        Path folder = Files.createDirectories(folder(i)), checkpoint = folder.resolve(CHECKPOINT);
        double now = System.currentTimeMillis() / 1e3;
        EventFile events = EventFile.in(folder, now);
        double time = now;
        long steps = 0;
        for (Trainer.Epoch e : trainer.epochs()) events.add(time += e.seconds(), steps += e.steps(), e.figures());
        if (!trainer.epochs().isEmpty()) keep(trainer, folder);
        boolean headed = false;
        while (trainer.epochs().size() < given.epochs() && !spent(trainer)) {
            Trainer.Epoch epoch = epoch(trainer, checkpoint, talk);
            if (i == 0 && epoch.number() == 1) forget();
            trainer.save(checkpoint);
            keep(trainer, folder);
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

    /** After the checkpoint: if the program is stopped between the two, the best model is the one in the checkpoint. */
    private void keep(Trainer<?> trainer, Path folder) throws IOException {
        if (patience > 0 && trainer.best() == trainer.epochs().size()) trainer.export(folder.resolve(BEST));
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
