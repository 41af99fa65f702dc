package surprisal.engine.io;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * The contents of a {@code .safetensors} file: a length, a JSON header, and the numbers without gap or overlap.
 *
 * <p>F32, F16 and BF16 become FLOAT32; F64, I64, I32, U8 and BOOL become FLOAT64, and an integer beyond ±2⁵³ is
 * refused. Equal contents are written as equal bytes, in the order that the reference implementation has: widest type
 * first, then by name.
 *
 * @param tensors arrays by name, in the order of the header
 * @param metadata free text by name
 */
public record Safetensors(SequencedMap<String, Array> tensors, Map<String, String> metadata) {
    private static final int LONGEST_HEADER = 100_000_000;   // as in the reference implementation
    private static final String METADATA = "__metadata__";

    /** What the header says of a tensor, and what was read. */
    private static final class Entry {
        private final String name;
        private final int at;
        private Dtype dtype;
        private Shape shape;
        private long begin = -1, end;
        private Array array;

        private Entry(String name, int at) {
            this.name = name;
            this.at = at;
        }

        private long begin() {
            return begin;
        }

        private long end() {
            return end;
        }
    }

    /**
     * Reads all tensors.
     *
     * @param path a {@code .safetensors} file
     * @return its tensors and metadata
     * @throws FormatException if it is not such a file, is damaged, or holds what an {@link Array} cannot
     * @throws IOException if it cannot be read
     */
    public static Safetensors read(Path path) throws IOException {
        try (Source in = Source.open(path)) {
            return read(in);
        }
    }

    static Safetensors read(Source in) throws IOException {
        long length = in.take(8, "the length of the header").getLong();
        if (length < 2 || length > LONGEST_HEADER) {
            throw in.fault(0, "the header claims " + Long.toUnsignedString(length) + " bytes; from 2 to "
                + LONGEST_HEADER + " are possible. Is it a .safetensors file?");
        }
        if (length > in.left()) {
            throw in.fault(0, "the header claims " + length + " bytes, the file has " + in.left()
                + " more; it is truncated");
        }
        byte[] header = in.bytes((int) length, "the header");
        if (header[0] != '{') throw in.fault(8, "the header starts with the byte " + header[0] + ", not with {");
        String text = new String(header, StandardCharsets.UTF_8);
        int fault = Text.fault(header, text);
        if (fault >= 0) throw in.fault(8 + fault, "the header is not UTF-8");
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        JsonText json = new JsonText(in, text, 8);
        header(json, entries, metadata);
        return new Safetensors(arrays(in, json, entries), metadata);
    }

    private static void header(JsonText json, Map<String, Entry> entries, Map<String, String> metadata) throws FormatException {
        boolean[] seen = {false};
        json.object(name -> {
            if (!name.equals(METADATA)) {
                Entry e = new Entry(name, json.at());
                if (entries.put(name, e) != null) throw json.fault("the header names the tensor " + JsonText.quoted(name)
                    + " twice");
                entry(json, e);
                return;
            }
            if (seen[0]) throw json.fault("the header has " + METADATA + " twice");
            seen[0] = true;
            json.object(key -> {
                if (metadata.put(key, json.string()) != null) throw json.fault("the metadata has " + JsonText.quoted(key)
                    + " twice");
            });
        });
        json.end();
    }

    private static void entry(JsonText json, Entry e) throws FormatException {
        json.object(key -> {
            boolean twice = switch (key) {
                case "dtype" -> e.dtype != null;
                case "shape" -> e.shape != null;
                case "data_offsets" -> e.begin >= 0;
                default -> throw json.fault("the tensor " + JsonText.quoted(e.name) + " has a field " + JsonText.quoted(key)
                    + "; expected dtype, shape and data_offsets");
            };
            if (twice) throw json.fault("the tensor " + JsonText.quoted(e.name) + " has " + key + " twice");
            switch (key) {
                case "dtype" -> e.dtype = dtype(json, e.name);
                case "shape" -> e.shape = shape(json, e.name);
                default -> {
                    long[] offsets = naturals(json, 2);
                    if (offsets.length != 2 || offsets[0] > offsets[1]) {
                        throw json.fault("data_offsets of " + JsonText.quoted(e.name) + " are " + Arrays.toString(offsets)
                            + "; expected where its bytes begin and end");
                    }
                    e.begin = offsets[0];
                    e.end = offsets[1];
                }
            }
        });
        String missing = e.dtype == null ? "dtype" : e.shape == null ? "shape" : e.begin < 0 ? "data_offsets" : null;
        if (missing != null) throw json.fault("the tensor " + JsonText.quoted(e.name) + " has no " + missing);
        long bytes = (long) e.shape.size() * e.dtype.bytes;
        if (e.end - e.begin != bytes) {
            throw json.fault("the tensor " + JsonText.quoted(e.name) + ", " + e.dtype + " " + e.shape + ", needs " + bytes
                + " bytes, its data_offsets [" + e.begin + ", " + e.end + "] span " + (e.end - e.begin));
        }
    }

    private static Dtype dtype(JsonText json, String tensor) throws FormatException {
        String name = json.string();
        return switch (name) {
            case "F64" -> Dtype.F64;
            case "F32" -> Dtype.F32;
            case "F16" -> Dtype.F16;
            case "BF16" -> Dtype.BF16;
            case "I64" -> Dtype.I64;
            case "I32" -> Dtype.I32;
            case "U8" -> Dtype.U8;
            case "BOOL" -> Dtype.BOOL;
            default -> throw json.fault("the tensor " + JsonText.quoted(tensor) + " has dtype " + JsonText.quoted(name)
                + "; F64, F32, F16, BF16, I64, I32, U8 and BOOL are read");
        };
    }

    private static Shape shape(JsonText json, String tensor) throws FormatException {
        long[] lengths = naturals(json, Integer.MAX_VALUE);
        int[] dims = new int[lengths.length];
        for (int k = 0; k < dims.length; k++) {
            if (lengths[k] > Integer.MAX_VALUE) {
                throw json.fault("the tensor " + JsonText.quoted(tensor) + " has an axis of " + lengths[k]
                    + "; an array holds at most 2147483647");
            }
            dims[k] = (int) lengths[k];
        }
        if (!Source.fits(dims)) throw json.fault(Source.tooLarge(dims));
        return Shape.of(dims);
    }

    private static long[] naturals(JsonText json, int most) throws FormatException {
        var list = new Object() {
            private long[] values = new long[4];
            private int n;
        };
        json.array(() -> {
            if (list.n == most) throw json.fault("expected " + most + " numbers, there are more");
            if (list.n == list.values.length) list.values = Arrays.copyOf(list.values, 2 * list.n);
            list.values[list.n++] = json.natural();
        });
        return Arrays.copyOf(list.values, list.n);
    }

    private static SequencedMap<String, Array> arrays(Source in, JsonText json, Map<String, Entry> entries)
        throws IOException {
        List<Entry> byPlace = new ArrayList<>(entries.values());
        byPlace.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long buffer = in.left(), at = 0;
        for (Entry e : byPlace) {
            if (e.begin != at) {
                throw json.fault(e.at, "the tensor " + JsonText.quoted(e.name) + " begins at data byte " + e.begin
                    + ", expected " + at
                    + (e.begin < at ? ": it overlaps the one before it" : ": there is a hole before it"));
            }
            at = e.end;
        }
        if (at != buffer) {
            throw in.fault(in.offset(), "the header says " + at + " bytes of data, the file has " + buffer
                + (at > buffer ? "; it is truncated" : ""));
        }
        for (Entry e : byPlace) e.array = e.dtype.read(in, e.shape, ByteOrder.LITTLE_ENDIAN);
        in.end();
        SequencedMap<String, Array> arrays = new LinkedHashMap<>();
        for (Entry e : entries.values()) arrays.put(e.name, e.array);
        return arrays;
    }

    /**
     * Writes tensors: the file is whole in the end, or what was there before is untouched.
     *
     * @param path where to
     * @param tensors the arrays by name; FLOAT32 is written as F32, FLOAT64 as F64
     * @param metadata free text by name
     * @throws IllegalArgumentException if a tensor is named {@code __metadata__}, or a name or text is no text
     * @throws IOException if it cannot be written
     */
    public static void write(Path path, Map<String, Array> tensors, Map<String, String> metadata) throws IOException {
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException("a tensor cannot be named " + METADATA + ": the format keeps that name");
        }
        List<Map.Entry<String, Array>> sorted = new ArrayList<>(tensors.entrySet());
        Comparator<Map.Entry<String, Array>> wide = Comparator.comparingInt(e -> -e.getValue().precision().bytes());
        sorted.sort(wide.thenComparing(e -> Text.utf8(e.getKey()), Arrays::compareUnsigned));
        byte[] header = header(sorted, metadata);
        long size = 8L + header.length;
        for (Map.Entry<String, Array> e : sorted) size += Npy.bytes(e.getValue());
        Sink.write(path, size, out -> {
            out.room(8).putLong(header.length);
            out.put(header);
            for (Map.Entry<String, Array> e : sorted) out.put(e.getValue());
        });
    }

    private static byte[] header(List<Map.Entry<String, Array>> sorted, Map<String, String> metadata) {
        StringBuilder text = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            text.append('"').append(METADATA).append("\":{");
            new TreeMap<>(metadata).forEach((key, value) -> {
                string(text, key);
                text.append(':');
                string(text, value);
                text.append(',');
            });
            text.setCharAt(text.length() - 1, '}');
            text.append(',');
        }
        long at = 0;
        for (Map.Entry<String, Array> e : sorted) {
            Array a = e.getValue();
            string(text, e.getKey());
            text.append(a.precision() == Precision.FLOAT32 ? ":{\"dtype\":\"F32\"" : ":{\"dtype\":\"F64\"");
            text.append(",\"shape\":").append(a.shape().toString().replace(" ", ""));
            text.append(",\"data_offsets\":[").append(at).append(',').append(at + Npy.bytes(a)).append("]},");
            at += Npy.bytes(a);
        }
        if (text.length() > 1) text.setLength(text.length() - 1);
        byte[] bytes = Text.utf8(text.append('}').toString());
        byte[] padded = Arrays.copyOf(bytes, (bytes.length + 7) / 8 * 8);
        Arrays.fill(padded, bytes.length, padded.length, (byte) ' ');
        if (padded.length > LONGEST_HEADER) {
            throw new IllegalArgumentException("the header would have " + padded.length + " bytes, more than "
                + LONGEST_HEADER + ": shorten the metadata");
        }
        return padded;
    }

    private static void string(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') text.append("\\u00").append(Character.forDigit(c >> 4, 16))
                        .append(Character.forDigit(c & 15, 16));
                    else text.append(c);
                }
            }
        }
        text.append('"');
    }
}
