package surprisal.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import surprisal.bench.experiments.Experiments;
import surprisal.bench.learning.Experiment;
import surprisal.bench.learning.Given;
import surprisal.bench.learning.Setting;
import surprisal.bench.learning.Study;
import surprisal.bench.terminal.Screen;
import surprisal.bench.terminal.Talk;
import surprisal.engine.Precision;

/** Trains an experiment for some seeds and tells its figure. */
@Command(
        mixinStandardHelpOptions = true,
        footer = {"", "An interrupted run goes on with --resume and ends with the same bits as one that was not."})
final class TrainExperiment implements Callable<Integer> {
    private static final long BYTES = 64 << 20;

    private final Experiment experiment;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Compute compute;

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Ranges.Seed.class,
            defaultValue = "0",
            description = "Where the random numbers start. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            converter = Ranges.Count.class,
            defaultValue = "1",
            description = "So many runs, with --seed and the numbers after it. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "float32",
            description = "float32 or float64. Default: ${DEFAULT-VALUE}.")
    private Precision precision;

    @Option(
            names = "--patience",
            paramLabel = "N",
            converter = Ranges.Count.class,
            description = "Stop after N epochs without a better figure, and take the best model. Default: learn for all epochs.")
    private Integer patience;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the results go. Default: out/ and the model's name.")
    private Path out;

    @Option(names = "--resume", description = "Go on from the checkpoints in --out.")
    private boolean resume;

    @Option(names = "--json", description = "One JSON object a line: each epoch, and at last the figure.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print no progress.")
    private boolean quiet;

    private TrainExperiment(Experiment experiment) {
        this.experiment = experiment;
    }

    /** A subcommand for each experiment, with an option for each of its settings. */
    static void addTo(CommandLine train) {
        for (Experiment experiment : Experiments.ALL) {
            CommandLine command = new CommandLine(new TrainExperiment(experiment));
            command.getCommandSpec().usageMessage().description(experiment.summary());
            for (Setting setting : Given.settings(experiment)) command.getCommandSpec().addOption(option(setting));
            train.addSubcommand(experiment.name(), command);
        }
    }

    private static OptionSpec option(Setting setting) {
        ITypeConverter<Object> converter = text -> {
            try {
                return setting.kind().value(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
        return OptionSpec.builder("--" + setting.name())
                .paramLabel(setting.label())
                .type(Object.class)
                .converters(converter)
                .defaultValue(setting.usual())
                .description(setting.says() + (setting.usual() == null ? "" : " Default: ${DEFAULT-VALUE}."))
                .build();
    }

    @Override
    public Integer call() throws IOException {
        compute.threads();
        Given given = new Given(experiment.name(), new LinkedHashMap<>(), seed, precision);
        for (Setting setting : Given.settings(experiment)) {
            Object value = spec.findOption("--" + setting.name()).getValue();
            if (value != null) given = given.with(setting.name(), value);
        }
        Path folder = out == null ? Path.of("out", experiment.name()) : out;
        experiment.begin(given); // what is wrong with the data is said before anything is written
        OutputFolder.ready(folder, BYTES);
        Talk talk = Talk.to(spec.commandLine().getOut(), quiet || json);
        if (quiet) talk = new Talk(talk.out(), talk.screen(), talk.progress(), Screen.PLAIN, true);
        String command =
                "surprisal " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
        new Study(experiment, given, seeds, patience == null ? 0 : patience, folder)
                .run(
                        resume ? Study.Start.RESUMED : Study.Start.AFRESH,
                        json ? Study.Form.JSON : Study.Form.TEXT,
                        talk,
                        spec.commandLine().getErr(),
                        command);
        return 0;
    }
}
