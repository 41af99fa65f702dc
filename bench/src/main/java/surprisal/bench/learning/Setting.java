package surprisal.bench.learning;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Something that an experiment lets its user choose: an option of its command, and a note in its checkpoint.
 *
 * @param name of the option, without the hyphens
 * @param label what stands for its value in the help
 * @param usual the value if none is given; null for none
 * @param kind which values there are
 * @param says what it is, for the help
 */
public record Setting(String name, String label, String usual, Kind kind, String says) {

    /** Which values there are. */
    public sealed interface Kind {

        /**
         * The value of a text.
         *
         * @param text as it is given
         * @return the value
         * @throws IllegalArgumentException if it is none of these; the message says what would be
         */
        Object value(String text);
    }

    private record Whole(int low, int high) implements Kind {
        @Override
        public Object value(String text) {
            try {
                int number = Integer.parseInt(text.strip());
                if (number >= low && number <= high) return number;
            } catch (NumberFormatException e) {
                // said below
            }
            throw wrong(text, "a whole number from %,d to %,d".formatted(low, high));
        }
    }

    private record Real(double low, double high, String range) implements Kind {
        @Override
        public Object value(String text) {
            try {
                double number = Double.parseDouble(text.strip());
                if (number >= low && number <= high) return number;
            } catch (NumberFormatException e) {
                // said below
            }
            throw wrong(text, "a number " + range);
        }
    }

    private record Several(Kind kind) implements Kind {
        @Override
        public Object value(String text) {
            return Arrays.stream(text.split(",", -1)).map(kind::value).toList();
        }
    }

    private record Choice(List<String> names) implements Kind {
        @Override
        public Object value(String text) {
            if (names.contains(text)) return text;
            throw wrong(text, "one of " + String.join(", ", names));
        }
    }

    private record Folder() implements Kind {
        @Override
        public Object value(String text) {
            return Path.of(text);
        }
    }

    private static IllegalArgumentException wrong(String text, String expected) {
        return new IllegalArgumentException("'" + text + "' is not " + expected);
    }

    /**
     * A whole number.
     *
     * @param name of the option
     * @param usual its value if none is given
     * @param low the least
     * @param high the largest
     * @param says what it is
     * @return the setting
     */
    public static Setting whole(String name, int usual, int low, int high, String says) {
        return new Setting(name, "N", Integer.toString(usual), new Whole(low, high), says);
    }

    /**
     * A number.
     *
     * @param name of the option
     * @param usual its value if none is given
     * @param low the least
     * @param high the largest
     * @param says what it is
     * @return the setting
     */
    public static Setting number(String name, double usual, double low, double high, String says) {
        return new Setting(name, "X", shown(usual), new Real(low, high, "from " + shown(low) + " to " + shown(high)), says);
    }

    private static String shown(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e9 ? Long.toString((long) x) : Double.toString(x);
    }

    /**
     * Some numbers, joined by commas.
     *
     * @param name of the option
     * @param usual their values if none are given, joined by commas
     * @param low the least
     * @param high the largest
     * @param says what they are
     * @return the setting
     */
    public static Setting numbers(String name, String usual, double low, double high, String says) {
        Kind each = new Real(low, high, "from " + shown(low) + " to " + shown(high));
        return new Setting(name, "X,X…", usual, new Several(each), says);
    }

    /**
     * The units of some layers, joined by commas.
     *
     * @param name of the option
     * @param usual their units if none are given, joined by commas
     * @param says what they are
     * @return the setting
     */
    public static Setting layers(String name, String usual, String says) {
        return new Setting(name, "N,N…", usual, new Several(new Whole(1, 65_536)), says);
    }

    /**
     * One of some names.
     *
     * @param name of the option
     * @param usual the name if none is given
     * @param names the names
     * @param says what it is
     * @return the setting
     */
    public static Setting choice(String name, String usual, List<String> names, String says) {
        return new Setting(name, "NAME", usual, new Choice(List.copyOf(names)), says + " One of " + String.join(", ", names) + ".");
    }

    /**
     * Some of some names, joined by commas.
     *
     * @param name of the option
     * @param usual those that are taken if none are given, joined by commas
     * @param names the names
     * @param says what they are
     * @return the setting
     */
    public static Setting choices(String name, String usual, List<String> names, String says) {
        Kind each = new Choice(List.copyOf(names));
        return new Setting(name, "NAME,NAME…", usual, new Several(each), says + " Of " + String.join(", ", names) + ".");
    }

    /**
     * How many examples make a step: {@code --batch}.
     *
     * @param usual its value if none is given
     * @return the setting
     */
    public static Setting batch(int usual) {
        return whole("batch", usual, 1, 1_000_000, "Examples in a step.");
    }

    /**
     * The update's step size: {@code --lr}.
     *
     * @param usual its value if none is given
     * @return the setting
     */
    public static Setting rate(double usual) {
        Kind kind = new Real(Double.MIN_VALUE, 1, "above 0 and at most 1");
        return new Setting("lr", "RATE", Double.toString(usual), kind, "The update's step size.");
    }

    /**
     * Where images are: {@code --data}, for {@link Given#digits}.
     *
     * @return the setting, which need not be given
     */
    public static Setting data() {
        return new Setting("data", "DIR", null, new Folder(),
                "A folder with the four files of MNIST. Default: 6,000 + 1,000 embedded digits.");
    }

    /**
     * Which run's weights to begin with: {@code --from}, for {@link Given#begin}.
     *
     * @return the setting, which need not be given
     */
    public static Setting from() {
        return new Setting("from", "DIR", null, new Folder(),
                "The folder of a run (its --out) with whose weights to begin. Default: fresh ones.");
    }
}
