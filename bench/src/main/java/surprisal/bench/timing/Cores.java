package surprisal.bench.timing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pins this process to so many cores, as the peers' scripts pin theirs: one thread means one core for everybody, the
 * compiler's and the collector's threads included. Linux only, by {@code taskset}.
 */
public final class Cores {
    private Cores() {}

    /**
     * Pins every thread of this process.
     *
     * @param count to how many cores
     * @return why that was not possible; empty if it was
     */
    public static Optional<String> pin(int count) {
        try {
            List<Integer> allowed = allowed();
            if (allowed.size() < count)
                return Optional.of("%d threads but only %d cores are allowed: the times mean little"
                        .formatted(count, allowed.size()));
            if (allowed.size() == count) return Optional.empty();
            List<String> cores =
                    allowed.subList(0, count).stream().map(String::valueOf).toList();
            Process taskset = new ProcessBuilder(
                            "taskset",
                            "-acp",
                            String.join(",", cores),
                            String.valueOf(ProcessHandle.current().pid()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (taskset.waitFor() == 0) return Optional.empty();
        } catch (IOException e) {
            // no /proc or no taskset
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.of("this process could not be pinned to %d cores (needs Linux and taskset)".formatted(count));
    }

    private static List<Integer> allowed() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status")))
            if (line.startsWith("Cpus_allowed_list:")) {
                List<Integer> cores = new ArrayList<>();
                for (String range :
                        line.substring(line.indexOf(':') + 1).strip().split(",", -1)) {
                    String[] ends = range.split("-", -1);
                    for (int c = Integer.parseInt(ends[0]); c <= Integer.parseInt(ends[ends.length - 1]); c++)
                        cores.add(c);
                }
                return cores;
            }
        throw new IOException("no Cpus_allowed_list in /proc/self/status");
    }
}
