package surprisal.bench.learning;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import surprisal.autodiff.Checkpoint;
import surprisal.bench.digits.Images;
import surprisal.engine.Precision;
import surprisal.engine.Rng;

/**
 * What a run begins with.
 *
 * @param experiment the name of the experiment
 * @param values of its settings, by their names, and of {@code epochs}
 * @param seed where the random numbers start
 * @param precision of all numbers
 */
public record Given(String experiment, SequencedMap<String, Object> values, long seed, Precision precision) {

    /** The setting that every experiment has: how long it learns. */
    static final String EPOCHS = "epochs";

    /** What a run begins with; the map is copied. */
    public Given {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /**
     * The usual settings of an experiment, in float32.
     *
     * @param experiment the experiment
     * @param seed where the random numbers start
     * @return what it begins with
     */
    public static Given usual(Experiment experiment, long seed) {
        SequencedMap<String, Object> values = new LinkedHashMap<>();
        for (Setting setting : settings(experiment))
            if (setting.usual() != null) values.put(setting.name(), setting.kind().value(setting.usual()));
        return new Given(experiment.name(), values, seed, Precision.FLOAT32);
    }

    /**
     * All settings of an experiment.
     *
     * @param experiment the experiment
     * @return its own, and the number of its epochs
     */
    public static List<Setting> settings(Experiment experiment) {
        List<Setting> all = new ArrayList<>();
        all.add(Setting.whole(EPOCHS, experiment.epochs(), 1, 1_000_000, "How long it learns."));
        all.addAll(experiment.settings());
        return all;
    }

    /**
     * The same with another value.
     *
     * @param name of a setting
     * @param value its value: an integer, a number, a list, a name or a path
     * @return what to begin with
     */
    public Given with(String name, Object value) {
        SequencedMap<String, Object> other = new LinkedHashMap<>(values);
        other.put(name, value);
        return new Given(experiment, other, seed, precision);
    }

    /**
     * The same with another seed.
     *
     * @param other where the random numbers start
     * @return what to begin with
     */
    public Given seed(long other) {
        return new Given(experiment, values, other, precision);
    }

    private <T> T at(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value))
            throw new IllegalArgumentException("%s has no setting %s that is of %s: its settings are %s"
                    .formatted(experiment, name, type.getSimpleName(), values));
        return type.cast(value);
    }

    private List<?> several(String name) {
        return at(name, List.class);
    }

    /**
     * How long it learns.
     *
     * @return the number of epochs
     */
    public int epochs() {
        return whole(EPOCHS);
    }

    /**
     * A whole number.
     *
     * @param name of the setting
     * @return its value
     */
    public int whole(String name) {
        return at(name, Integer.class);
    }

    /**
     * A number.
     *
     * @param name of the setting
     * @return its value
     */
    public double number(String name) {
        return at(name, Double.class);
    }

    /**
     * Some numbers.
     *
     * @param name of the setting
     * @return their values
     */
    public double[] numbers(String name) {
        return several(name).stream().mapToDouble(x -> ((Number) x).doubleValue()).toArray();
    }

    /**
     * The units of some layers.
     *
     * @param name of the setting
     * @return the units of each
     */
    public int[] layers(String name) {
        return several(name).stream().mapToInt(x -> ((Number) x).intValue()).toArray();
    }

    /**
     * One of some names.
     *
     * @param name of the setting
     * @return its value
     */
    public String choice(String name) {
        return at(name, String.class);
    }

    /**
     * Some of some names.
     *
     * @param name of the setting
     * @return its values, in the order in which they are given
     */
    public List<String> choices(String name) {
        return several(name).stream().map(String.class::cast).toList();
    }

    /**
     * The images of {@link Setting#data}.
     *
     * @return those in the folder that is given, or the embedded ones
     * @throws IOException if the folder does not hold them
     */
    public Images digits() throws IOException {
        return Images.of((Path) values.get("data"));
    }

    /**
     * Whether {@link Setting#from} is given: the weights are those of another run.
     *
     * @return whether a model begins with them
     */
    public boolean goesOn() {
        return values.get("from") != null;
    }

    /**
     * Copies the weights of {@link Setting#from}, if it is given, into a fresh model.
     *
     * @param model of the same shapes
     * @throws IOException if there are none or they are another model's; the message lists the tensors that differ
     */
    public void begin(Object model) throws IOException {
        if (goesOn()) Checkpoint.readModel(((Path) values.get("from")).resolve(Study.MODEL), model);
    }

    /**
     * How many examples make a step.
     *
     * @return the value of {@link Setting#batch}
     */
    public int batch() {
        return whole("batch");
    }

    /**
     * The update's step size.
     *
     * @return the value of {@link Setting#rate}
     */
    public double rate() {
        return number("lr");
    }

    /**
     * Random numbers for the weights.
     *
     * @return the same at each call
     */
    public Rng weights() {
        return stream(0);
    }

    /**
     * Random numbers for what the run is measured on, and for measuring.
     *
     * @return the same at each call, so that epochs compare
     */
    public Rng evaluation() {
        return stream(1);
    }

    /** Random numbers for learning. */
    Rng learning() {
        return stream(2);
    }

    private Rng stream(int number) {
        Rng root = new Rng(seed), stream = root.split();
        for (int i = 0; i < number; i++) stream = root.split();
        return stream;
    }

    /** What a checkpoint must agree on: not how long the run learns, nor where its data lie. */
    Map<String, String> described() {
        Map<String, String> named = new LinkedHashMap<>();
        named.put("experiment", experiment);
        values.forEach((name, value) -> {
            if (!name.equals(EPOCHS) && !(value instanceof Path)) named.put(name, shown(value));
        });
        named.put("seed", Long.toString(seed));
        named.put("precision", precision.name());
        return named;
    }

    private static String shown(Object value) {
        return value instanceof List<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(value);
    }
}
