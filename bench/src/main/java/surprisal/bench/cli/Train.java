package surprisal.bench.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a model: which one is the subcommand. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Train a model on your data.",
        subcommands = TrainVae.class,
        synopsisSubcommandLabel = "MODEL",
        commandListHeading = "%nModels:%n")
final class Train implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing the model to train: " + String.join(", ", spec.subcommands().keySet()));
    }
}
