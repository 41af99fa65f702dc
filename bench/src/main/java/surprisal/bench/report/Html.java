package surprisal.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * HTML under construction: everything that isn't markup goes through {@link #text} or an attribute and is escaped.
 */
public final class Html {
    private final StringBuilder out = new StringBuilder();
    private int charts;

    Html() {}

    /** A start tag; attributes in pairs of name and value. */
    Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2)
            out.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(escape(attributes[i + 1]))
                    .append('"');
        out.append('>');
        return this;
    }

    Html close(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /** An element that holds nothing but text. */
    Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    /** Text with {@code `code`} and {@code $formulas$} in it. */
    Html prose(String text) {
        String[] parts = text.split("(?=[`$])|(?<=[`$])", -1);
        for (int i = 0; i < parts.length; i++) {
            boolean fenced = i + 2 < parts.length && parts[i].matches("[`$]") && parts[i + 2].equals(parts[i]);
            if (!fenced) text(parts[i]);
            else {
                if (parts[i].equals("`")) element("code", parts[i + 1]);
                else Formula.typeset(parts[i + 1], this);
                i += 2;
            }
        }
        return this;
    }

    /** Our own markup, style and scripts, as they are. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** A number that no other chart of this page has. */
    int nextChart() {
        return charts++;
    }

    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(c);
            }
        }
        return safe.toString();
    }

    /** A JSON string that is safe inside a script element too. */
    static String json(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') json.append('\\').append(c);
            else if (c < ' ' || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029')
                json.append("\\u%04x".formatted((int) c));
            else json.append(c);
        }
        return json.append('"').toString();
    }

    static String json(double[] numbers) {
        StringBuilder json = new StringBuilder("[");
        for (double x : numbers) json.append(json.length() > 1 ? "," : "").append(number(x));
        return json.append(']').toString();
    }

    static String json(List<String> items) {
        return "[" + String.join(",", items) + "]";
    }

    /** Six significant digits are more than a pixel shows; what JSON can't say is null. */
    static String number(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) return "null";
        if (x == Math.rint(x) && Math.abs(x) < 1e15) return Long.toString((long) x);
        return Double.toString(Double.parseDouble(String.format(Locale.ROOT, "%.6g", x)));
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
