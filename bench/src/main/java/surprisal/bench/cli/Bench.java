package surprisal.bench.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import surprisal.bench.cases.Cases;
import surprisal.bench.terminal.Screen;
import surprisal.bench.timing.Case;
import surprisal.bench.timing.Cores;
import surprisal.bench.timing.Glob;
import surprisal.bench.timing.Row;
import surprisal.bench.timing.Stopwatch;

/** Measures cases that have the names and the work of the peers' scripts. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure cases by the same rule as the peers' scripts.",
        footer = {"", "Example:", "  surprisal bench 'gemm/NN/*' 'vae*' --threads 1 --json"})
final class Bench implements Runnable {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Compute compute;

    @Parameters(
            paramLabel = "CASES",
            description = "Patterns of case names ('gemm*'), or several joined by commas. Default: all.")
    private List<String> patterns = new ArrayList<>();

    @Option(names = "--json", description = "One JSON object a line, as the peers' scripts print it.")
    private boolean json;

    @Option(names = "--quick", description = "Short runs, to see that it works: not a measurement.")
    private boolean quick;

    @Option(names = "--list", description = "Print the names of the cases and measure nothing.")
    private boolean list;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut(), err = spec.commandLine().getErr();
        Predicate<String> wanted = Glob.any(patterns.isEmpty() ? List.of("*") : patterns);
        List<Case> cases =
                Cases.all().stream().filter(c -> wanted.test(c.name())).toList();
        if (cases.isEmpty())
            throw new Failure("no case fits %s; there are %s (all of them: surprisal bench --list)"
                    .formatted(String.join(" ", patterns), String.join(", ", Cases.families())));
        if (list) {
            cases.forEach(c -> out.println(c.name()));
            return;
        }
        int threads = compute.threads();
        Cores.pin(threads).ifPresent(why -> err.println("warning: " + why));
        if (!json)
            out.println(Screen.standardOutput()
                    .dim("%-34s %12s %12s %10s".formatted("case", "median ms", "min ms", "rate")));
        for (Case c : cases) {
            Row row = Row.of(c, quick ? Stopwatch.QUICK : Stopwatch.FULL, Surprisal.Version.number(), threads);
            out.println(json ? row.json() : line(row));
            out.flush();
        }
    }

    private static String line(Row row) {
        Object gflops = row.extra().get("gflops"), rate = row.extra().get("gelem_s");
        String speed = gflops != null ? gflops + " GFLOP/s" : rate != null ? rate + " Gelem/s" : "";
        return String.format(Locale.ROOT, "%-34s %12.5g %12.5g  %s", row.name(), row.median(), row.min(), speed);
    }
}
