package surprisal.engine.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/**
 * A JSON value (RFC 8259): objects keep the order of their members, numbers are doubles and come back bit for bit.
 *
 * <p>Strict in reading: no comments, no trailing commas, no key twice, no NaN, at most {@link #DEEPEST} lists and objects
 * in each other and {@link #MOST} bytes. {@link JsonPlace} takes a tree apart with sentences about what is wrong where.
 */
public sealed interface Json {
    /** So many lists and objects may be nested. */
    int DEEPEST = 100;

    /** So many bytes are read at most. */
    int MOST = 1 << 28;

    /**
     * An object.
     *
     * @param members its values by their names, in order
     */
    record Members(SequencedMap<String, Json> members) implements Json {
        /** An object; the map is copied. */
        public Members {
            members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * A list.
     *
     * @param elements its values
     */
    record Elements(List<Json> elements) implements Json {
        /** A list; it is copied. */
        public Elements {
            elements = List.copyOf(elements);
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * A number.
     *
     * @param value finite
     */
    record Num(double value) implements Json {
        /**
         * A number.
         *
         * @throws IllegalArgumentException if it is not finite
         */
        public Num {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("JSON has no " + value + ": its numbers are finite");
            }
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * A string.
     *
     * @param value its characters
     */
    record Words(String value) implements Json {
        @Override
        public String toString() {
            return text();
        }
    }

    /** True or false. */
    enum Bool implements Json {
        /** false. */
        FALSE,
        /** true. */
        TRUE
    }

    /** Nothing. */
    enum Null implements Json {
        /** null. */
        NULL
    }

    /**
     * Reads a file.
     *
     * @param path a file of one JSON value in UTF-8
     * @return the value
     * @throws FormatException if it is not JSON, or more of it than is read
     * @throws IOException if it cannot be read
     */
    static Json read(Path path) throws IOException {
        try (Source in = Source.open(path)) {
            return JsonText.read(in);
        }
    }

    /**
     * Reads a stream, such as a resource in a jar.
     *
     * @param in its bytes, read to the end and not closed
     * @param name what to call it in messages
     * @return the value
     * @throws FormatException if it is not JSON, or more of it than is read
     * @throws IOException if it cannot be read
     */
    static Json read(InputStream in, String name) throws IOException {
        return JsonText.read(Source.of(in.readNBytes(MOST + 1), name));
    }

    /**
     * Reads a text.
     *
     * @param text JSON
     * @param name what to call it in messages
     * @return the value
     * @throws FormatException if it is not JSON, or more of it than is read
     */
    static Json parse(String text, String name) throws FormatException {
        return JsonText.read(Source.of(new byte[0], name), text);
    }

    /**
     * A number.
     *
     * @param value finite
     * @return the number
     * @throws IllegalArgumentException if it is not finite
     */
    static Json of(double value) {
        return new Num(value);
    }

    /**
     * A string.
     *
     * @param value its characters
     * @return the string
     */
    static Json of(String value) {
        return new Words(value);
    }

    /**
     * True or false.
     *
     * @param value which
     * @return the value
     */
    static Json of(boolean value) {
        return value ? Bool.TRUE : Bool.FALSE;
    }

    /**
     * A list.
     *
     * @param elements its values
     * @return the list
     */
    static Json of(List<? extends Json> elements) {
        return new Elements(List.copyOf(elements));
    }

    /**
     * An object.
     *
     * @param members its values by their names, in the order of the map
     * @return the object
     */
    static Json of(Map<String, ? extends Json> members) {
        return new Members(new LinkedHashMap<>(members));
    }

    /**
     * A list of numbers.
     *
     * @param values finite
     * @return the list
     * @throws IllegalArgumentException if one is not finite
     */
    static Json of(double... values) {
        List<Json> list = new ArrayList<>(values.length);
        for (double value : values) list.add(new Num(value));
        return new Elements(list);
    }

    /**
     * A list of whole numbers.
     *
     * @param values the numbers
     * @return the list
     */
    static Json of(int... values) {
        List<Json> list = new ArrayList<>(values.length);
        for (int value : values) list.add(new Num(value));
        return new Elements(list);
    }

    /**
     * An array as lists in lists, one level for each axis.
     *
     * @param array its elements are finite
     * @return the outermost list, or a number for an array without axes
     * @throws IllegalArgumentException if an element is not finite
     */
    static Json of(Array array) {
        return nested(array, 0, 0, array.size());
    }

    private static Json nested(Array array, int axis, int from, int to) {
        Shape shape = array.shape();
        if (axis == shape.rank()) return new Num(array.at(from));
        int n = shape.dim(axis), each = n == 0 ? 0 : (to - from) / n;
        return of(IntStream.range(0, n)
            .mapToObj(i -> nested(array, axis + 1, from + i * each, from + (i + 1) * each)).toList());
    }

    /**
     * The value as text, without blanks, each number in the fewest digits that read back as the same double.
     *
     * @return JSON
     */
    default String text() {
        StringBuilder out = new StringBuilder();
        append(out);
        return out.toString();
    }

    /**
     * Writes the value to a file that appears whole or not at all, ended by a line break.
     *
     * @param path where
     * @throws IOException if it cannot be written; what was there before is untouched then
     */
    default void write(Path path) throws IOException {
        byte[] bytes = Text.utf8(text() + "\n");
        Sink.write(path, bytes.length, out -> out.put(bytes));
    }

    private void append(StringBuilder out) {
        switch (this) {
            case Members(SequencedMap<String, Json> members) -> {
                char before = '{';
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    quote(member.getKey(), out.append(before)).append(':');
                    member.getValue().append(out);
                    before = ',';
                }
                out.append(members.isEmpty() ? "{}" : "}");
            }
            case Elements(List<Json> elements) -> {
                char before = '[';
                for (Json element : elements) {
                    element.append(out.append(before));
                    before = ',';
                }
                out.append(elements.isEmpty() ? "[]" : "]");
            }
            case Num(double value) -> {
                String digits = Double.toString(value);
                out.append(digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits);
            }
            case Words(String value) -> quote(value, out);
            case Bool.TRUE -> out.append("true");
            case Bool.FALSE -> out.append("false");
            case Null.NULL -> out.append("null");
        }
    }

    private static StringBuilder quote(String value, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') out.append("\\u%04x".formatted((int) c));
                    else out.append(c);
                }
            }
        }
        return out.append('"');
    }
}
