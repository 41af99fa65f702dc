package surprisal.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import surprisal.bench.digits.Images;
import surprisal.bench.experiments.Demonstration;
import surprisal.bench.terminal.Talk;

/** The first thing to run: a model that learns to see, an agent that wants to know, and a page about both. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Learn handwritten digits by minimising F, solve T-mazes by minimising G, and write a report.",
        footer = {"", "The same seed gives the same bits in vae.safetensors, whatever the number of threads."})
final class Demo implements Callable<Integer> {
    private static final long BYTES = 16 << 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Compute compute;

    @Mixin
    private Learning learning;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "30",
            description = "How often each digit is seen. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/demo",
            description = "Where the results go. Default: ${DEFAULT-VALUE}.")
    private Path out;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but where the results are.")
    private boolean quiet;

    @Override
    public Integer call() throws IOException {
        compute.threads();
        Images images = Images.of(learning.data);
        OutputFolder.ready(out, BYTES);
        StringBuilder again = new StringBuilder("surprisal demo --seed %d --epochs %d --precision %s"
                .formatted(learning.seed, epochs, learning.precision.name().toLowerCase(Locale.ROOT)));
        if (learning.data != null) again.append(" --data ").append(learning.data);
        Talk talk = Talk.to(spec.commandLine().getOut(), quiet);
        new Demonstration(images.train(), images.test(), images.source(), epochs, learning.seed, learning.precision, out)
                .run(talk, again.toString());
        return 0;
    }
}
