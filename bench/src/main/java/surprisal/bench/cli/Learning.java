package surprisal.bench.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import surprisal.engine.Precision;

/** Options of commands that learn from images. */
final class Learning {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "A folder with the four files of MNIST. Default: 6,000 + 1,000 embedded digits.")
    Path data;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Ranges.Seed.class,
            defaultValue = "0",
            description = "Where the random numbers start. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "float32",
            description = "float32 or float64. Default: ${DEFAULT-VALUE}.")
    Precision precision;
}
