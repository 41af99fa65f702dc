package surprisal.bench.learning;

import java.util.Locale;

/**
 * A figure, which way is better, and what it should reach.
 *
 * @param figure the name of the figure
 * @param unit its unit; may be empty
 * @param sense which way is better
 * @param bound what it should reach
 */
public record Goal(String figure, String unit, Sense sense, double bound) {

    /** Which way is better. */
    public enum Sense {
        /** Small is good. */
        AT_MOST("at most"),
        /** Large is good. */
        AT_LEAST("at least");

        private final String words;

        Sense(String words) {
            this.words = words;
        }
    }

    /**
     * A figure that should be small.
     *
     * @param figure its name
     * @param unit its unit; may be empty
     * @param bound what it should not exceed
     * @return the goal
     */
    public static Goal atMost(String figure, String unit, double bound) {
        return new Goal(figure, unit, Sense.AT_MOST, bound);
    }

    /**
     * A figure that should be large.
     *
     * @param figure its name
     * @param unit its unit; may be empty
     * @param bound what it should reach
     * @return the goal
     */
    public static Goal atLeast(String figure, String unit, double bound) {
        return new Goal(figure, unit, Sense.AT_LEAST, bound);
    }

    /**
     * Whether a value reaches the bound.
     *
     * @param value of the figure
     * @return the bound itself does
     */
    public boolean met(double value) {
        return sense == Sense.AT_MOST ? value <= bound : value >= bound;
    }

    /**
     * Whether one value is better than another.
     *
     * @param value of the figure
     * @param other of the figure
     * @return not if they are equal
     */
    public boolean better(double value, double other) {
        return sense == Sense.AT_MOST ? value < other : value > other;
    }

    /**
     * The goal in words.
     *
     * @return {@code at most 102 nats}
     */
    public String says() {
        String number = String.format(Locale.ROOT, "%.6g", bound);
        if (number.contains(".") && !number.contains("e")) number = number.replaceAll("0+$", "").replaceAll("\\.$", "");
        return (sense.words + " " + number.replace('-', '−') + " " + unit).strip();
    }
}
