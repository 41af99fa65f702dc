package surprisal.bench.learning;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import surprisal.engine.io.Json;

/**
 * Numbers by name, in their order. The names are those of JSON: {@code test_f}, {@code train_complexity}.
 *
 * @param values names and numbers
 */
public record Figures(SequencedMap<String, Double> values) {

    /** No figures. */
    public static final Figures NONE = new Figures(new LinkedHashMap<>());

    /** Figures; the map is copied. */
    public Figures {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /**
     * One figure.
     *
     * @param name its name
     * @param value its value
     * @return it
     */
    public static Figures of(String name, double value) {
        return NONE.with(name, value);
    }

    /**
     * These figures and one more.
     *
     * @param name its name; a figure that has it already is replaced
     * @param value its value
     * @return the figures
     */
    public Figures with(String name, double value) {
        SequencedMap<String, Double> more = new LinkedHashMap<>(values);
        more.put(name, value);
        return new Figures(more);
    }

    /**
     * These figures and others.
     *
     * @param others come after these
     * @return the figures
     */
    public Figures with(Figures others) {
        SequencedMap<String, Double> more = new LinkedHashMap<>(values);
        more.putAll(others.values);
        return new Figures(more);
    }

    /**
     * A figure.
     *
     * @param name its name
     * @return its value
     * @throws IllegalArgumentException if there is none of this name
     */
    public double at(String name) {
        Double value = values.get(name);
        if (value == null) throw new IllegalArgumentException("there is no figure " + name + ": there are " + values.keySet());
        return value;
    }

    /** As members of a JSON object. */
    SequencedMap<String, Json> json() {
        SequencedMap<String, Json> members = new LinkedHashMap<>();
        values.forEach((name, value) -> members.put(name, Json.of(value)));
        return members;
    }

    /** From members of a JSON object. */
    static Figures of(Map<String, Json> members) {
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        members.forEach((name, value) -> values.put(name, ((Json.Num) value).value()));
        return new Figures(values);
    }
}
