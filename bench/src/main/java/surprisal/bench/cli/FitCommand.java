package surprisal.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Fits agents to behaviour: what is the subcommand. */
@Command(
        name = "fit",
        mixinStandardHelpOptions = true,
        description = "Fit agents to what somebody saw and did.",
        subcommands = FitRecovery.class,
        synopsisSubcommandLabel = "WHAT",
        commandListHeading = "%nCommands:%n")
final class FitCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing what to fit: recovery");
    }
}
