package surprisal.bench.timing;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Patterns of case names: {@code *} is anything (slashes too), {@code ?} one character, {@code [abc]} one of these;
 * several patterns are joined by commas. The same as in the peers' scripts.
 */
public final class Glob {
    private Glob() {}

    /**
     * Names that fit at least one of the patterns.
     *
     * @param patterns patterns, or several joined by commas
     * @return the test of a name
     */
    public static Predicate<String> any(List<String> patterns) {
        List<Pattern> compiled = patterns.stream()
                .flatMap(p -> Arrays.stream(p.split(",", -1)))
                .filter(p -> !p.isBlank())
                .map(p -> Pattern.compile(regex(p.strip())))
                .toList();
        return name -> compiled.stream().anyMatch(p -> p.matcher(name).matches());
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') regex.append(".*");
            else if (c == '?') regex.append('.');
            else if (close > 0) {
                regex.append('[').append(set(glob.substring(i + 1, close))).append(']');
                i = close;
            } else regex.append(Pattern.quote(String.valueOf(c)));
        }
        return regex.toString();
    }

    private static String set(String characters) {
        boolean not = characters.startsWith("!");
        String quoted = characters
                .substring(not ? 1 : 0)
                .chars()
                .mapToObj(c -> c == '-'
                        ? "-"
                        : c == '\\' || c == '^' || c == '[' || c == '&' ? "\\" + (char) c : "" + (char) c)
                .collect(Collectors.joining());
        return (not ? "^" : "") + quoted;
    }
}
