package surprisal.bench.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import surprisal.bench.digits.Images;
import surprisal.bench.experiments.VaeReport;
import surprisal.bench.experiments.VaeRun;
import surprisal.bench.terminal.Progress;
import surprisal.bench.terminal.Talk;

/** Trains a variational autoencoder on images, with a checkpoint after every epoch. */
@Command(
        name = "vae",
        mixinStandardHelpOptions = true,
        description = "Train a variational autoencoder on images that are binarised anew in each epoch.",
        footer = {"", "An interrupted run goes on with --resume and ends with the same bits as one that was not."})
final class TrainVae implements Callable<Integer> {
    private static final long BYTES = 64 << 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Compute compute;

    @Mixin
    private Learning learning;

    @Option(
            names = "--hidden",
            paramLabel = "N,N…",
            converter = Ranges.LayersConverter.class,
            defaultValue = "200,200",
            description = "Units of the hidden layers. Default: ${DEFAULT-VALUE}.")
    private Ranges.Layers hidden;

    @Option(
            names = "--latent",
            paramLabel = "N",
            converter = Ranges.Units.class,
            defaultValue = "50",
            description = "Dimensions of z. Default: ${DEFAULT-VALUE}.")
    private int latent;

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "100",
            description = "Images in a step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "20",
            description = "How often each image is seen. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--lr",
            paramLabel = "RATE",
            converter = Ranges.Rate.class,
            defaultValue = "0.001",
            description = "Adam's step size. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/vae",
            description =
                    "Where checkpoint.safetensors, vae.safetensors and report.html go. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(names = "--resume", description = "Go on from the checkpoint in --out.")
    private boolean resume;

    @Option(names = "--json", description = "One JSON object a line for each epoch.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print no progress.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        compute.threads();
        Images images = Images.of(learning.data);
        OutputFolder.ready(out, BYTES);
        VaeRun run = new VaeRun(
                new VaeRun.Settings(hidden.units(), latent, batch, rate, 0, learning.seed, learning.precision),
                images);
        Path checkpoint = out.resolve("checkpoint.safetensors");
        if (resume) resume(run, checkpoint);
        Talk talk = Talk.to(spec.commandLine().getOut(), quiet || json);
        if (!resume && Files.exists(checkpoint))
            spec.commandLine()
                    .getErr()
                    .println("starts afresh: " + checkpoint
                            + " is replaced after the first epoch (--resume would go on from it)");
        talk.say("%,d images to learn from, %,d held out (%s)"
                .formatted(images.train().count(), images.test().count(), images.source()));
        talk.say(talk.screen().dim("epoch   F train   F held out = complexity − accuracy    seconds"));
        while (run.epochs().size() < epochs) tell(epoch(run, checkpoint, talk), talk);
        finish(run);
        talk.say("");
        talk.say("model       " + out.resolve("vae.safetensors"));
        talk.say("report      " + out.resolve("report.html"));
        talk.say("checkpoint  " + checkpoint);
        return 0;
    }

    private void resume(VaeRun run, Path checkpoint) throws IOException {
        if (!Files.exists(checkpoint))
            throw new Failure("there is no %s to resume from: leave --resume out, or name its folder with --out"
                    .formatted(checkpoint));
        run.resume(checkpoint);
        if (run.epochs().size() >= epochs)
            spec.commandLine()
                    .getErr()
                    .println("nothing to do: %s is of %d epochs, and --epochs is %d"
                            .formatted(checkpoint, run.epochs().size(), epochs));
    }

    /** One epoch, and the checkpoint after it. */
    private VaeRun.Epoch epoch(VaeRun run, Path checkpoint, Talk talk) throws IOException {
        int number = run.epochs().size() + 1;
        try (Progress bar = quiet
                ? Progress.silent()
                : Progress.on(talk.watched(), talk.progress(), "epoch " + number, run.steps(), 0)) {
            VaeRun.Epoch epoch = run.epoch(f -> bar.step(String.format(Locale.ROOT, "F = %.1f nats", f)));
            run.save(checkpoint);
            return epoch;
        } catch (ArithmeticException e) {
            String left = Files.exists(checkpoint) && number > 1
                    ? checkpoint + " is the state after epoch " + (number - 1)
                    : "there is no checkpoint of this run yet";
            throw new Failure(e.getMessage() + "; " + left, e);
        }
    }

    private void tell(VaeRun.Epoch e, Talk talk) {
        if (json)
            talk.result(String.format(
                    Locale.ROOT,
                    "{\"epoch\": %d, \"train_f\": %.4f, \"test_f\": %.4f, \"complexity\": %.4f, \"accuracy\": %.4f,"
                            + " \"seconds\": %.2f}",
                    e.number(),
                    e.train(),
                    e.test(),
                    e.complexity(),
                    e.accuracy(),
                    e.seconds()));
        else
            talk.say(String.format(
                            Locale.ROOT,
                            "%5d %9.2f %12.2f   %12.2f %10.2f %10.1f",
                            e.number(),
                            e.train(),
                            e.test(),
                            e.complexity(),
                            e.accuracy(),
                            e.seconds())
                    .replace('-', '−'));
    }

    private void finish(VaeRun run) throws IOException {
        run.export(out.resolve("vae.safetensors"));
        VaeReport.of(
                        run,
                        "surprisal "
                                + String.join(
                                        " ", spec.commandLine().getParseResult().originalArgs()))
                .write(out.resolve("report.html"));
    }
}
