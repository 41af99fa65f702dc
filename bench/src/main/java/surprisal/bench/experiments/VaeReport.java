package surprisal.bench.experiments;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import surprisal.bench.report.Report;
import surprisal.kernels.Simd;
import surprisal.kernels.Workers;

/** The page about a run of a variational autoencoder. */
public final class VaeReport {
    private VaeReport() {}

    /**
     * The page.
     *
     * @param run a run that has ended
     * @param command the command line that made it
     * @return a report, ready to be written
     */
    public static Report of(VaeRun run, String command) {
        VaeRun.Epoch last = run.epochs().getLast();
        Report report = Report.titled("A variational autoencoder after %d epochs".formatted(last.number()))
                .figure(nats(last.test()), "nats", "free energy of a held-out image")
                .figure(nats(last.complexity()), "nats", "complexity")
                .figure(nats(-last.accuracy()), "nats", "− accuracy")
                .figure(nats(last.train()), "nats", "free energy while learning");
        new VaePages(run, List.of()).add(report, "What it has learnt");
        report.made("made by", "`" + command + "`");
        for (Map.Entry<String, String> setting : run.settings().described().entrySet())
            report.made(setting.getKey(), setting.getValue());
        double seconds =
                run.epochs().stream().mapToDouble(VaeRun.Epoch::seconds).sum();
        return report.made(
                        "machine", Simd.describe() + "; " + Workers.threads() + " threads; Java " + Runtime.version())
                .made("time", String.format(Locale.ROOT, "%.1f s", seconds));
    }

    private static String nats(double x) {
        return String.format(Locale.ROOT, "%.1f", x).replace('-', '−');
    }
}
