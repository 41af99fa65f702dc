package surprisal.autodiff;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Rng;
import surprisal.engine.io.Safetensors;

/**
 * All that a training run is at a step, in one safetensors file: the model as {@code model.<leaf>} (see {@link Tree#leaves}),
 * what the update remembers as {@code update.<state>}, and the random numbers' state, the step and free text in the
 * metadata. A run that is resumed from it goes on bit for bit as if it had never stopped.
 *
 * <p>A file appears whole or not at all: one that was there before is good until the new one is complete.
 *
 * @param step how many steps were taken
 * @param rng where the random numbers are; {@code Rng.of(rng)} goes on from there
 * @param notes free text by name
 */
public record Checkpoint(long step, Rng.State rng, Map<String, String> notes) {

    private static final int VERSION = 1;
    private static final String OURS = "surprisal.";
    private static final String FORMAT = OURS + "checkpoint";
    private static final String STEP = OURS + "step";
    private static final String KEY = OURS + "rng.key";
    private static final String STREAM = OURS + "rng.stream";
    private static final String POSITION = OURS + "rng.position";

    private static final String MODEL = "model";
    private static final String UPDATE = "update";

    /** How many differences a message lists. */
    private static final int LISTED = 5;

    /**
     * A checkpoint.
     *
     * @throws IllegalArgumentException if the step is negative or a note's name begins with {@code surprisal.}
     */
    public Checkpoint {
        notes = Map.copyOf(notes);
        if (step < 0) {
            throw new IllegalArgumentException("a checkpoint at step " + step + ": it takes a step ≥ 0");
        }
        for (String name : notes.keySet()) {
            if (name.startsWith(OURS)) {
                throw new IllegalArgumentException("a note named " + name + ": names that begin with " + OURS
                        + " are the checkpoint's own");
            }
        }
    }

    /**
     * Writes a checkpoint.
     *
     * @param path where to
     * @param model the model
     * @param update what trains it
     * @throws IOException if it can't be written; a file that was there before is untouched then
     */
    public void write(Path path, Object model, Update update) throws IOException {
        Map<String, String> metadata = new TreeMap<>(notes);
        metadata.put(FORMAT, Integer.toString(VERSION));
        metadata.put(STEP, Long.toString(step));
        metadata.put(KEY, Long.toString(rng.key()));
        metadata.put(STREAM, Long.toString(rng.stream()));
        metadata.put(POSITION, Long.toString(rng.position()));
        SequencedMap<String, Array> tensors = model(model);
        tensors.putAll(update(model, update));
        Safetensors.write(path, tensors, metadata);
    }

    /**
     * Brings a model and its update back to where they were: their arrays get the numbers of the file. If anything does
     * not fit, nothing changes.
     *
     * @param path a file from {@link #write}
     * @param model a model of the same shapes
     * @param update an update of the same kind
     * @return the step, the random numbers' state and the notes
     * @throws IOException if the file can't be read or is not a checkpoint of this model and this update; the message
     *     lists the tensors that differ
     */
    public static Checkpoint restore(Path path, Object model, Update update) throws IOException {
        Safetensors file = Safetensors.read(path);
        Map<String, String> metadata = file.metadata();
        version(path, metadata);
        Checkpoint checkpoint = of(path, metadata);
        SequencedMap<String, Array> to = model(model);
        to.putAll(update(model, update));
        fill(path, file.tensors(), to);
        return checkpoint;
    }

    /**
     * Writes a model alone.
     *
     * @param path where to
     * @param model the model
     * @param notes free text by name
     * @throws IOException if it can't be written; a file that was there before is untouched then
     */
    public static void writeModel(Path path, Object model, Map<String, String> notes) throws IOException {
        Safetensors.write(path, model(model), notes);
    }

    /**
     * Fills a model with the numbers of a file: one from {@link #write} or {@link #writeModel}. If anything does not
     * fit, nothing changes.
     *
     * @param path the file
     * @param model a model of the same shapes
     * @return the notes of the file
     * @throws IOException if the file can't be read or does not hold this model; the message lists the tensors that
     *     differ
     */
    public static Map<String, String> readModel(Path path, Object model) throws IOException {
        Safetensors file = Safetensors.read(path);
        if (file.metadata().containsKey(FORMAT)) {
            version(path, file.metadata());
        }
        SequencedMap<String, Array> from = new LinkedHashMap<>(file.tensors());
        from.keySet().removeIf(name -> name.startsWith(UPDATE + "."));
        fill(path, from, model(model));
        return notes(file.metadata());
    }

    private static SequencedMap<String, Array> model(Object model) {
        SequencedMap<String, Array> tensors = new LinkedHashMap<>();
        Tree.leaves(model).forEach((name, leaf) -> tensors.put(name.isEmpty() ? MODEL : MODEL + "." + name, leaf.array()));
        return tensors;
    }

    private static SequencedMap<String, Array> update(Object model, Update update) {
        SequencedMap<String, Array> tensors = new LinkedHashMap<>();
        update.state(Update.parameters(model)).forEach((name, array) -> tensors.put(UPDATE + "." + name, array));
        return tensors;
    }

    private static void version(Path path, Map<String, String> metadata) throws IOException {
        if (!metadata.containsKey(FORMAT)) {
            throw new IOException(path + " is not a checkpoint: its metadata has no " + FORMAT
                    + "; a model alone is read with readModel");
        }
        long version = number(path, metadata, FORMAT);
        if (version != VERSION) {
            throw new IOException(path + " is a checkpoint of format " + version + ", this program reads format " + VERSION
                    + ": use the version of surprisal that wrote it, or a later one");
        }
    }

    private static Checkpoint of(Path path, Map<String, String> metadata) throws IOException {
        long step = number(path, metadata, STEP);
        long key = number(path, metadata, KEY);
        long stream = number(path, metadata, STREAM);
        long position = number(path, metadata, POSITION);
        try {
            return new Checkpoint(step, new Rng.State(key, stream, position), notes(metadata));
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " is a damaged checkpoint: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> notes(Map<String, String> metadata) {
        Map<String, String> notes = new TreeMap<>(metadata);
        notes.keySet().removeIf(name -> name.startsWith(OURS));
        return notes;
    }

    private static long number(Path path, Map<String, String> metadata, String name) throws IOException {
        String text = metadata.get(name);
        try {
            return Long.parseLong(text); // null is no number either
        } catch (NumberFormatException e) {
            throw new IOException(path + " is a damaged checkpoint: its " + name + " is "
                    + (text == null ? "missing" : "'" + text + "'") + ", expected a whole number", e);
        }
    }

    private static void fill(Path path, Map<String, Array> from, Map<String, Array> to) throws IOException {
        List<String> differ = new ArrayList<>();
        to.forEach((name, array) -> {
            Array there = from.get(name);
            if (there == null) {
                differ.add(name + " is missing");
            } else if (!there.shape().equals(array.shape()) || there.precision() != array.precision()) {
                differ.add(name + " is " + there.precision() + " " + there.shape() + " in the file, " + array.precision()
                        + " " + array.shape() + " here");
            }
        });
        from.forEach((name, array) -> {
            if (!to.containsKey(name)) {
                differ.add(name + " " + array.shape() + " is unknown here");
            }
        });
        if (!differ.isEmpty()) {
            throw new IOException(path + " is of another model or update; " + differ.size()
                    + (differ.size() == 1 ? " tensor differs: " : " tensors differ: ")
                    + String.join("; ", differ.subList(0, Math.min(LISTED, differ.size())))
                    + (differ.size() > LISTED ? "; and " + (differ.size() - LISTED) + " more" : ""));
        }
        to.forEach((name, array) -> Compute.copy(from.get(name), 0, array, 0, array.size()));
    }
}
