package surprisal.bench.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import surprisal.kernels.Simd;

/** The {@code surprisal} command: hands over to its subcommands. */
@Command(
        name = "surprisal",
        description = "Free energy and expected free energy on the JVM: experiments, training, measurements.",
        mixinStandardHelpOptions = true,
        versionProvider = Surprisal.Version.class,
        subcommands = {
            Demo.class, Train.class, AgentCommand.class, ReplayFiles.class, FitCommand.class, Info.class, Bench.class, Jmh.class
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "Start with: surprisal demo"})
public final class Surprisal implements Runnable {
    private static final int WRONG_USE = 2;
    private static final int WRONG = 1;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "When something goes wrong, print the stack trace too.")
    private boolean debug;

    /** Made by {@link #main}. */
    public Surprisal() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        // Without a locale Java writes '?' for what isn't ASCII; whatever reads us speaks UTF-8.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.setOut(out);
        System.setErr(err);
        int code = run(
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                new PrintWriter(err, true, StandardCharsets.UTF_8),
                args);
        System.exit(out.checkError() && code == 0 ? WRONG : code);
    }

    /**
     * Runs a command in this process.
     *
     * @param out where its results go
     * @param err where everything else goes
     * @param args the command line
     * @return the exit code: 0, 1 for a failure, 2 for wrong options
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        Surprisal surprisal = new Surprisal();
        CommandLine command = new CommandLine(surprisal);
        TrainExperiment.addTo(command.getSubcommands().get("train"));
        command.setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                .setUsageHelpAutoWidth(true)
                .setParameterExceptionHandler((problem, given) -> wrongUse(problem, err))
                .setExecutionExceptionHandler((problem, where, given) -> surprisal.failed("", problem, err));
        command.getSubcommands().get("jmh").setUnmatchedOptionsArePositionalParams(true);
        int code;
        try {
            code = command.execute(args);
        } catch (Throwable problem) { // an Error: out of memory, say
            code = surprisal.failed("", problem, err);
        }
        out.flush();
        err.flush();
        return code;
    }

    private static int wrongUse(ParameterException problem, PrintWriter err) {
        String name = problem.getCommandLine().getCommandSpec().qualifiedName();
        err.println("surprisal: " + problem.getMessage().strip().replaceAll("\\s*\\R\\s*", " "));
        UnmatchedArgumentException.printSuggestions(problem, err);
        err.println("Try '" + name + " --help'.");
        return WRONG_USE;
    }

    /** Says what went wrong, after the words that say where. */
    int failed(String where, Throwable problem, PrintWriter err) {
        err.println("surprisal: " + where + Sentence.of(problem));
        if (debug) problem.printStackTrace(err);
        err.flush();
        return WRONG;
    }

    /** Without a subcommand there is nothing to do but to say what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The version of this build, of Java and of the kernels' provider. */
    static final class Version implements IVersionProvider {
        private static final String POM = "/META-INF/maven/org.surprisal/surprisal-bench/pom.properties";

        @Override
        public String[] getVersion() {
            return new String[] {
                "surprisal " + number(),
                "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name"),
                Simd.describe()
            };
        }

        /** As the build wrote it into the jar. */
        static String number() {
            try (InputStream in = Surprisal.class.getResourceAsStream(POM)) {
                if (in == null) return "(not from a jar)";
                Properties properties = new Properties();
                properties.load(in);
                return properties.getProperty("version", "(unknown)");
            } catch (IOException e) {
                return "(unknown)";
            }
        }
    }
}
