package surprisal.bench.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import surprisal.kernels.Simd;
import surprisal.kernels.Workers;

/** Says what computes here, and why. */
@Command(
        name = "info",
        mixinStandardHelpOptions = true,
        description = "Say what computes here: version, Java, vector width, threads.")
final class Info implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("surprisal  " + Surprisal.Version.number());
        out.println("java       " + Runtime.version() + ", " + System.getProperty("java.vm.name"));
        out.println("system     " + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + System.getProperty("os.arch"));
        out.println("kernels    " + Simd.describe());
        out.println("threads    " + Workers.threads());
        out.println("heap       up to %,d MB".formatted(Runtime.getRuntime().maxMemory() >> 20));
    }
}
