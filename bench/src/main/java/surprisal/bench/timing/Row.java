package surprisal.bench.timing;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of results.
 *
 * @param name the case
 * @param peer who ran it
 * @param version its version
 * @param threads how many it was allowed
 * @param median ms for one call
 * @param min ms for one call
 * @param extra rates, counts, notes
 */
public record Row(
        String name, String peer, String version, int threads, double median, double min, Map<String, Object> extra) {

    /**
     * Measures a case.
     *
     * @param what the case
     * @param watch how long to measure
     * @param version our version
     * @param threads how many threads are set
     * @return the line
     */
    public static Row of(Case what, Stopwatch watch, String version, int threads) {
        Case.Call call = what.prepare().get();
        Stopwatch.Times times = watch.measure(call::run);
        Map<String, Object> extra = new LinkedHashMap<>();
        extra.put("samples", times.samples());
        extra.put("inner", times.inner());
        extra.put("first_s", times.first());
        if (what.flops() > 0) {
            extra.put("flops", (long) what.flops());
            extra.put("gflops", rounded(what.flops() / times.min() / 1e6, 2));
        }
        if (what.items() > 0) extra.put("gelem_s", rounded(what.items() / times.min() / 1e6, 3));
        extra.putAll(call.notes());
        return new Row(what.name(), "surprisal", version, threads, times.median(), times.min(), extra);
    }

    private static double rounded(double x, int digits) {
        double unit = Math.pow(10, digits);
        return Math.rint(x * unit) / unit;
    }

    /**
     * The line as JSON.
     *
     * @return one object, without a line break
     */
    public String json() {
        StringBuilder json = new StringBuilder("{");
        field(json, "case", name);
        field(json, "peer", peer);
        field(json, "version", version);
        field(json, "threads", threads);
        field(json, "ms_median", rounded(median, 6));
        field(json, "ms_min", rounded(min, 6));
        field(json, "extra", extra);
        return json.append('}').toString();
    }

    private static void field(StringBuilder json, String name, Object value) {
        if (json.charAt(json.length() - 1) != '{') json.append(", ");
        json.append(quoted(name)).append(": ").append(value(value));
    }

    private static String value(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                StringBuilder json = new StringBuilder("{");
                map.forEach((k, v) -> field(json, String.valueOf(k), v));
                yield json.append('}').toString();
            }
            case Double number -> Double.isFinite(number) ? decimal(number) : "null";
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> quoted(String.valueOf(value));
        };
    }

    private static String decimal(double x) {
        String plain = String.format(Locale.ROOT, "%.6f", x);
        return plain.replaceAll("0+$", "").replaceAll("\\.$", ".0");
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') json.append('\\').append(c);
            else if (c < ' ') json.append("\\u%04x".formatted((int) c));
            else json.append(c);
        }
        return json.append('"').toString();
    }
}
