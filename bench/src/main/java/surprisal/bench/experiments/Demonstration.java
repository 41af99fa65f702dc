package surprisal.bench.experiments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import surprisal.bench.digits.Digits;
import surprisal.bench.digits.Images;
import surprisal.bench.report.Report;
import surprisal.bench.terminal.Progress;
import surprisal.bench.terminal.Talk;
import surprisal.engine.Precision;
import surprisal.kernels.Simd;
import surprisal.kernels.Workers;

/**
 * A model that learns to see by minimising F, an agent that wants to know by minimising G, and one page about both.
 *
 * @param train the images to learn from
 * @param test the images that are held out
 * @param source where they are from, in words
 * @param epochs how often each image is seen
 * @param seed where the random numbers start
 * @param precision of all numbers
 * @param out a folder that can be written to
 */
public record Demonstration(
        Digits train, Digits test, String source, int epochs, long seed, Precision precision, Path out) {
    private static final int MAZES = 200;
    private static final List<Integer> HIDDEN = List.of(256, 256);
    private static final int LATENT = 16;
    private static final int BATCH = 100;
    private static final double RATE = 2e-3;

    /**
     * Runs it.
     *
     * @param talk where it tells about itself
     * @param command the command line that runs it again, for the report
     * @throws IOException if the results can't be written
     */
    public void run(Talk talk, String command) throws IOException {
        long start = System.nanoTime();
        VaeRun.Settings settings = new VaeRun.Settings(HIDDEN, LATENT, BATCH, RATE, epochs, seed, precision);
        VaeRun digits = new VaeRun(settings, new Images(train, test, source));
        talk.say(talk.screen().bold("1  A model learns to see by minimising F = complexity − accuracy"));
        talk.say("   %,d images to learn from, %,d held out (%s); %d epochs, %s"
                .formatted(
                        train.count(),
                        test.count(),
                        source,
                        epochs,
                        precision.name().toLowerCase(Locale.ROOT)));
        talk.say("");
        List<Double> steps = learn(digits, talk);
        VaePages seen = new VaePages(digits, steps);
        seen.print(talk);

        talk.say("");
        talk.say(talk.screen().bold("2  An agent finds the prize by minimising G = risk + ambiguity"));
        talk.say("   a T-maze: the prize is in the left or the right arm, both are traps, a cue tells which");
        talk.say("");
        MazePages walked = new MazePages(new MazeRun(seed, MAZES));
        walked.print(talk);

        Path model = out.resolve("vae.safetensors"), page = out.resolve("report.html");
        digits.export(model);
        double seconds = (System.nanoTime() - start) / 1e9;
        report(digits, seen, walked, command, model, seconds).write(page);
        talk.say("");
        talk.result("report  " + page);
        talk.result("model   " + model + "  sha256 " + sha256(model));
        talk.say(String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - start) / 1e9));
    }

    private List<Double> learn(VaeRun digits, Talk talk) {
        List<Double> steps = new ArrayList<>();
        try (Progress bar = talk.progress("learning", (long) epochs * digits.steps(), 0)) {
            for (int i = 0; i < epochs; i++)
                digits.epoch(f -> {
                    steps.add(f);
                    bar.step("F = " + nats(f) + " nats");
                });
        }
        return steps;
    }

    private Report report(VaeRun digits, VaePages seen, MazePages walked, String command, Path model, double seconds)
            throws IOException {
        VaeRun.Epoch last = digits.epochs().getLast();
        Report report = Report.titled("To see and to know: what minimising free energy does")
                .lead("A model learns handwritten digits by making the free energy $F$ small. An agent finds a"
                        + " hidden prize by making the expected free energy $G$ small. The same principle, and"
                        + " nothing else.")
                .figure(nats(last.test()), "nats", "free energy $F$ of a held-out digit".replace("$", ""))
                .figure(nats(last.complexity()), "nats", "of these: complexity")
                .figure(
                        share(walked.success(MazeRun.Agent.EXPECTED_FREE_ENERGY)),
                        "%",
                        "prizes found by expected free energy")
                .figure(share(walked.success(MazeRun.Agent.REWARD_ALONE)), "%", "prizes found by reward alone");
        seen.add(report, "A model that learns to see");
        walked.add(report, "An agent that wants to know");
        return report.made("made by", "`" + command + "`")
                .made("images", source)
                .made(
                        "model",
                        "`" + model.getFileName() + "`, sha256 `" + sha256(model)
                                + "`: the same for this seed with any number of threads and at any vector width")
                .made("machine", Simd.describe() + "; " + Workers.threads() + " threads; Java " + Runtime.version())
                .made("time", String.format(Locale.ROOT, "%.1f s", seconds));
    }

    private static String share(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String nats(double x) {
        return String.format(Locale.ROOT, "%.1f", x);
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
