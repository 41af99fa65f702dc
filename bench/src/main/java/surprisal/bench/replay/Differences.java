package surprisal.bench.replay;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import surprisal.engine.io.JsonPlace;

/** The largest difference between given and recomputed numbers, quantity by quantity. */
public final class Differences {

    /**
     * How far the numbers of one quantity are apart.
     *
     * @param numbers how many were compared
     * @param largest |given − recomputed|, infinite where one is not a number
     */
    public record Largest(long numbers, double largest) {
        Largest and(Largest that) {
            return new Largest(numbers + that.numbers, Math.max(largest, that.largest));
        }
    }

    private final SequencedMap<String, Largest> quantities = new LinkedHashMap<>();

    /** Nothing compared yet. */
    public Differences() {}

    /** Compares one number. */
    void number(String quantity, double given, double found) {
        double difference = Math.abs(given - found);
        add(quantity, new Largest(1, Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference));
    }

    private void add(String quantity, Largest more) {
        quantities.merge(quantity, more, Largest::and);
    }

    /**
     * Compares numbers in lists.
     *
     * @param given a number or lists in lists of them
     * @param found a double, or arrays in arrays of doubles
     * @throws IllegalArgumentException if their shapes differ
     */
    void compare(String quantity, JsonPlace given, Object found) {
        switch (found) {
            case Double number -> number(quantity, given.number(), number);
            case double[] numbers -> {
                List<JsonPlace> elements = given.elements(numbers.length);
                for (int i = 0; i < numbers.length; i++) {
                    number(quantity, elements.get(i).number(), numbers[i]);
                }
            }
            case Object[] arrays -> {
                List<JsonPlace> elements = given.elements(arrays.length);
                for (int i = 0; i < arrays.length; i++) {
                    compare(quantity, elements.get(i), arrays[i]);
                }
            }
            default -> throw new AssertionError(found.getClass());
        }
    }

    /**
     * Adds the differences of another file.
     *
     * @param that its differences
     */
    public void add(Differences that) {
        that.quantities.forEach(this::add);
    }

    /**
     * What was compared.
     *
     * @return by quantity, in order
     */
    public SequencedMap<String, Largest> quantities() {
        return Collections.unmodifiableSequencedMap(quantities);
    }

    /**
     * The largest difference of all.
     *
     * @return 0 if all numbers are the same
     */
    public double largest() {
        return quantities.values().stream().mapToDouble(Largest::largest).max().orElse(0);
    }
}
