package surprisal.bench.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import surprisal.bench.replay.Differences;
import surprisal.bench.replay.Replay;
import surprisal.bench.terminal.Columns;
import surprisal.bench.terminal.Screen;
import surprisal.engine.io.Json;

/** Recomputes pymdp's numbers from files, and says how far ours are from them. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Recompute what pymdp left in files, by its own updates, and print the largest difference of each quantity.",
        footer = {
            "",
            "Ends with exit code 1 if a difference is above the tolerance or a file cannot be read.",
            "Example:",
            "  surprisal replay goldens/pymdp/*.json goldens/traces/*.json --tol 1e-9"
        })
final class ReplayFiles implements Callable<Integer> {
    @ParentCommand
    private Surprisal surprisal;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "JSON files, or folders of them.")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = "--tol",
            paramLabel = "X",
            defaultValue = "1e-9",
            converter = Ranges.Tolerance.class,
            description = "The largest difference that is allowed. Default: ${DEFAULT-VALUE}.")
    private double tolerance;

    @Option(names = "--json", description = "One JSON object a line for each file.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut(), err = spec.commandLine().getErr();
        Screen screen = Screen.standardOutput();
        Differences all = new Differences();
        int bad = 0;
        List<Path> files = files();
        for (Path file : files) {
            try {
                Differences found = Replay.of(file);
                all.add(found);
                boolean fits = found.largest() <= tolerance;
                if (!fits) bad++;
                out.println(json ? line(file, found, fits) : line(file, found, fits, screen));
            } catch (IOException | IllegalArgumentException e) {
                bad++;
                surprisal.failed("", e, err);
            } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) { // of this file alone: the others may have answers
                bad++;
                surprisal.failed(file + ": ", e, err);
            }
            out.flush();
        }
        if (!json && !all.quantities().isEmpty()) {
            Columns table = new Columns(screen, "quantity", "numbers", "largest difference");
            all.quantities().forEach((name, largest) ->
                    table.row(name, "%,d".formatted(largest.numbers()), scientific(largest.largest())));
            out.println();
            table.lines().forEach(out::println);
            out.println();
            out.println(bad == 0
                    ? (files.size() == 1 ? "the file is" : "all " + files.size() + " files are") + " within " + scientific(tolerance)
                    : "%d of %d files are not within %s".formatted(bad, files.size(), scientific(tolerance)));
        }
        return bad == 0 ? 0 : 1;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inside = Files.list(path)) {
                    inside.filter(file -> file.toString().endsWith(".json")).sorted().forEach(files::add);
                }
            } else {
                files.add(path);
            }
        }
        if (files.isEmpty()) throw new Failure("no JSON file in " + paths + ": name files, or folders that have some");
        return files;
    }

    private static String line(Path file, Differences found, boolean fits, Screen screen) {
        String quantities = found.quantities().entrySet().stream()
                .map(e -> e.getKey() + " " + scientific(e.getValue().largest()))
                .collect(Collectors.joining("  "));
        return "%-28s %s  %s".formatted(file.getFileName(), fits ? "ok " : screen.bold("BAD"), quantities);
    }

    private static String line(Path file, Differences found, boolean fits) {
        Map<String, Json> quantities = new LinkedHashMap<>();
        found.quantities().forEach((name, largest) -> quantities.put(name,
                Double.isFinite(largest.largest()) ? Json.of(largest.largest()) : Json.Null.NULL));
        Map<String, Json> line = new LinkedHashMap<>();
        line.put("file", Json.of(file.toString()));
        line.put("ok", Json.of(fits));
        line.put("largest_difference", Json.of(quantities));
        return Json.of(line).text();
    }

    private static String scientific(double x) {
        return x == 0 ? "0" : String.format(Locale.ROOT, "%.1e", x);
    }
}
