package surprisal.bench.cli;

import picocli.CommandLine.Option;
import surprisal.kernels.Workers;

/** Options of commands that compute. */
final class Compute {
    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = Ranges.Threads.class,
            description = "Threads to use; the results are the same for every N. Default: all cores.")
    private Integer threads;

    /** Sets the threads and tells how many there are. */
    int threads() {
        if (threads != null) Workers.threads(threads);
        return Workers.threads();
    }
}
