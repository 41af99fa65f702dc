package surprisal.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import surprisal.bench.experiments.Recovery;

/** Simulates people whose parameters are known, and finds these again. */
@Command(
        name = "recovery",
        mixinStandardHelpOptions = true,
        description = "Simulate people with random precision and preference in an epistemic bandit, fit each, and compare.",
        footer = {"", "The same seed gives the same numbers, whatever the number of threads."})
final class FitRecovery implements Callable<Integer> {
    private static final long BYTES = 1 << 20;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Compute compute;

    @Option(
            names = "--subjects",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "100",
            description = "How many people. Default: ${DEFAULT-VALUE}.")
    private int subjects;

    @Option(
            names = "--episodes",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "128",
            description = "How often each plays. Default: ${DEFAULT-VALUE}.")
    private int episodes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Ranges.Seed.class,
            defaultValue = "0",
            description = "Where the random numbers start. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--json", description = "Print the result as one JSON object.")
    private boolean json;

    @Option(names = "--out", paramLabel = "DIR", description = "Write a page with what was drawn against what was found there.")
    private Path out;

    @Override
    public Integer call() throws IOException {
        compute.threads();
        if (out != null) OutputFolder.ready(out, BYTES);
        PrintWriter print = spec.commandLine().getOut();
        Recovery recovery = new Recovery(subjects, episodes, seed);
        long start = System.nanoTime();
        List<Recovery.Found> found = recovery.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (json) {
            print.println(recovery.json(found, seconds).text());
        } else {
            for (Recovery.Found f : found)
                print.println(String.format(Locale.ROOT,
                        "%-11s correlation of true and fitted %.3f; %d of %d within 95 %% of the posterior",
                        f.name(), f.correlation(), f.inside(), subjects));
            print.println(String.format(Locale.ROOT, "%.1f s", seconds));
        }
        if (out != null) {
            Path page = out.resolve("recovery.html");
            recovery.report(
                    found, "surprisal fit recovery --subjects %d --episodes %d --seed %d".formatted(subjects, episodes, seed), page);
            if (!json) print.println("report  " + page);
        }
        return 0;
    }
}
