import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Adds up what `Laws` wrote: how many properties the build has tried, and how often. Java 17 does. */
final class LawCount {
    private LawCount() {}

    public static void main(String[] folders) throws IOException {
        Map<String, Long> tries = new TreeMap<>();
        for (String folder : folders) {
            Path laws = Path.of(folder, "target", "laws");
            if (!Files.isDirectory(laws)) continue;
            try (Stream<Path> runs = Files.list(laws)) {
                for (Path run : runs.toList())
                    for (String line : Files.readAllLines(run)) {
                        int space = line.lastIndexOf(' ');
                        tries.merge(line.substring(0, space), Long.parseLong(line.substring(space + 1)), Long::sum);
                    }
            }
        }
        long sum = tries.values().stream().mapToLong(Long::longValue).sum();
        System.out.println(String.format(Locale.ROOT, "Laws: %,d properties, %,d tries", tries.size(), sum));
    }
}
