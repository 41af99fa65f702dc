package surprisal.bench.cases;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import surprisal.bench.timing.Case;

/** {@code cold/PROGRAM}: a fresh Java process, without the launcher and its archive, from its start to its end. */
final class ColdCases {
    private static final String MODULE = "surprisal.bench";
    private static final String MAIN = "surprisal.bench.cold.Cold";

    private ColdCases() {}

    static List<Case> all() {
        return List.of(program("vae-first-step"), program("tmaze-first-action"));
    }

    private static Case program(String name) {
        return new Case("cold/" + name, 0, 0, () -> {
            List<String> command = command(name);
            return () -> run(command);
        });
    }

    /** Java as it runs here, on the module path or on the class path. */
    private static List<String> command(String program) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        String modules = System.getProperty("jdk.module.path");
        command.addAll(
                modules != null
                        ? List.of("-p", modules, "-m", MODULE + "/" + MAIN)
                        : List.of("--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"), MAIN));
        command.add(program);
        return command;
    }

    private static void run(List<String> command) {
        try {
            int code = new ProcessBuilder(command)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0)
                throw new IllegalStateException("%s ended with exit code %d".formatted(String.join(" ", command), code));
        } catch (IOException e) {
            throw new IllegalStateException("can't start " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.getLast() + " ran", e);
        }
    }
}
