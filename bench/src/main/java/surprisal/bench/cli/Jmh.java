package surprisal.bench.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Runs the JMH benchmarks. JMH starts its forks on a class path, so that it runs in a process of its own with
 * everything of this one on the class path.
 */
@Command(
        name = "jmh",
        description = "Run the JMH benchmarks: kernels (UnaryBench, RowsBench, GemmBench …), StepBench and PlanBench.",
        footer = {
            "",
            "Examples:",
            "  surprisal jmh -l",
            "  surprisal jmh UnaryBench -p op=EXP,TANH -f 1",
            "  surprisal jmh -h    JMH's own options"
        })
final class Jmh implements Callable<Integer> {
    @SuppressWarnings("unused") // picocli asks the annotation
    @Option(names = "--help", usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Parameters(paramLabel = "JMH_ARGUMENT", description = "Passed to JMH as they are.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classPath(), "org.openjdk.jmh.Main"));
        command.addAll(arguments);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    /** Everything that this process has on its class path and on its module path; of a folder of jars, each jar. */
    private static String classPath() {
        return Arrays.stream(new String[] {"java.class.path", "jdk.module.path"})
                .flatMap(path -> Arrays.stream(System.getProperty(path, "").split(File.pathSeparator)))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> jars(entry).stream())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> jars(String entry) {
        Path folder = Path.of(entry);
        if (!Files.isDirectory(folder) || Files.exists(folder.resolve("module-info.class"))) return List.of(entry);
        try (var files = Files.list(folder)) {
            List<String> jars = files.map(Path::toString)
                    .filter(f -> f.endsWith(".jar"))
                    .sorted()
                    .toList();
            return jars.isEmpty() ? List.of(entry) : jars;
        } catch (IOException e) {
            return List.of(entry);
        }
    }
}
