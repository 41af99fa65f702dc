package surprisal.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Discrete agents: what is done with them is the subcommand. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "Let a discrete agent act in a small world.",
        subcommands = AgentRunCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n")
final class AgentCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing what the agent is to do: run");
    }
}
