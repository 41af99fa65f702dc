package surprisal.engine.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Reads JSON (RFC 8259). Where the caller knows the structure, objects and arrays call back for each member, so nesting
 * is as deep as the caller's code and no deeper; {@link #value} makes a tree of a bounded depth. Strict: no comments, no
 * trailing commas, no bare control characters, no half surrogate pairs.
 */
final class JsonText {
    /** What to do with the value that follows a key. */
    interface Member {
        void read(String key) throws FormatException;
    }

    /** What to do with the next element. */
    interface Element {
        void read() throws FormatException;
    }

    private static final int EXACT_DIGITS = 15;
    private static final double[] TENS =
        {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14};

    private final Source in;
    private final String text;
    private final long start;
    private int at;

    /** @param start where the text starts in the file */
    JsonText(Source in, String text, long start) {
        this.in = in;
        this.text = text;
        this.start = start;
    }

    /** The one value that a source holds. */
    static Json read(Source in) throws IOException {
        if (in.left() > Json.MOST) {
            throw in.fault(0, "%,d bytes of JSON: at most %,d are read".formatted(in.left(), Json.MOST));
        }
        byte[] bytes = in.bytes((int) in.left(), "the JSON");
        String text = new String(bytes, StandardCharsets.UTF_8);
        int fault = Text.fault(bytes, text);
        if (fault >= 0) throw in.fault(fault, "the text is not UTF-8, as JSON is");
        return read(in, text);
    }

    /** The one value that a text holds. */
    static Json read(Source in, String text) throws FormatException {
        JsonText json = new JsonText(in, text, 0);
        Json value = json.value(Json.DEEPEST);
        json.end();
        return value;
    }

    /** Members {@code "key": value, …} in braces. */
    void object(Member member) throws FormatException {
        expect('{', "an object");
        if (next() == '}') {
            at++;
            return;
        }
        do {
            String key = string();
            expect(':', "a value");
            member.read(key);
        } while (more('}'));
    }

    /** Elements in brackets. */
    void array(Element element) throws FormatException {
        expect('[', "an array");
        if (next() == ']') {
            at++;
            return;
        }
        do element.read(); while (more(']'));
    }

    private boolean more(char close) throws FormatException {
        int c = next();
        if (c != ',' && c != close) throw fault("expected , or " + close + ", found " + found());
        at++;
        return c == ',';
    }

    String string() throws FormatException {
        expect('"', "a string");
        int from = at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\' && text.charAt(at) >= ' ') at++;
        if (at < text.length() && text.charAt(at) == '"') return text.substring(from, at++);
        StringBuilder value = new StringBuilder(text.substring(from, at));
        while (true) {
            if (at >= text.length()) throw fault("a string of " + (at - from) + " characters has no end");
            char c = text.charAt(at);
            if (c < ' ') throw fault("a control character stands in a string: " + found());
            if (c == '"') break;
            at++;
            if (c == '\\') escape(value);
            else value.append(c);
        }
        at++;
        return value.toString();
    }

    private void escape(StringBuilder value) throws FormatException {
        int c = at < text.length() ? text.charAt(at++) : -1;
        switch (c) {
            case '"', '\\', '/' -> value.append((char) c);
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'u' -> {
                char unit = unit();
                value.append(unit);
                if (Character.isLowSurrogate(unit)) throw fault("an escape \\u is half a surrogate pair");
                if (Character.isHighSurrogate(unit)) {
                    boolean escaped = text.startsWith("\\u", at);
                    if (escaped) at += 2;
                    char low = escaped ? unit() : 0;
                    if (!Character.isLowSurrogate(low)) throw fault("an escape \\u is half a surrogate pair");
                    value.append(low);
                }
            }
            default -> {
                at = Math.min(at, text.length() - 1);
                throw fault("a string has an unknown escape");
            }
        }
    }

    /** Four hexadecimal digits. */
    private char unit() throws FormatException {
        int value = 0;
        for (int i = 0; i < 4; i++, at++) {
            int digit = at < text.length() && text.charAt(at) < 128 ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) throw fault("expected four hexadecimal digits, found " + found());
            value = 16 * value + digit;
        }
        return (char) value;
    }

    /** A natural number, at most 2⁶³ − 1: digits only, no sign, no fraction, no leading zero. */
    long natural() throws FormatException {
        next();
        int from = at;
        long value = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            int digit = text.charAt(at) - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) throw fault("a number is above 2⁶³ − 1");
            value = 10 * value + digit;
            at++;
        }
        if (at == from) throw fault("expected a natural number, found " + found());
        if (text.charAt(from) == '0' && at > from + 1) throw fault("a number starts with 0");
        int c = at < text.length() ? text.charAt(at) : ' ';
        if (c == '.' || c == 'e' || c == 'E') throw fault("expected a natural number without fraction or exponent");
        return value;
    }

    /** A number as RFC 8259 writes it: the double nearest to it. */
    double number() throws FormatException {
        next();
        int from = at;
        boolean negative = skip('-');
        int whole = digits();
        if (whole == 0) throw fault(at == from ? "expected a number, found " + found() : "a number has no digits");
        if (whole > 1 && text.charAt(at - whole) == '0') throw fault("a number starts with 0");
        int fraction = 0;
        if (skip('.')) {
            fraction = digits();
            if (fraction == 0) throw fault("a number has no digits after its point");
        }
        boolean power = skip('e') || skip('E');
        if (power) {
            if (!skip('+')) skip('-');
            if (digits() == 0) throw fault("a number has no digits in its exponent");
        }
        if (!power && whole + fraction <= EXACT_DIGITS) return exact(negative, from, fraction);
        double value = Double.parseDouble(text.substring(from, at));
        if (Double.isInfinite(value)) throw fault(from, "the number " + brief(from) + " is beyond the largest double");
        return value;
    }

    /** Of so few digits that both the digits and their power of ten are doubles: one rounding, that of the division. */
    private double exact(boolean negative, int from, int fraction) {
        long digits = 0;
        for (int i = from; i < at; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') digits = 10 * digits + (c - '0');
        }
        double value = digits / TENS[fraction];
        return negative ? -value : value;
    }

    private String brief(int from) {
        return at - from <= 30 ? text.substring(from, at) : text.substring(from, from + 30) + "…";
    }

    private int digits() {
        int from = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
        return at - from;
    }

    private boolean skip(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        if (there) at++;
        return there;
    }

    /** The next value, whatever it is, with lists and objects in at most {@code deepest} others. */
    Json value(int deepest) throws FormatException {
        int c = next();
        if ((c == '{' || c == '[') && deepest == 0) throw fault("lists and objects are nested more than " + Json.DEEPEST
            + " deep");
        return switch (c) {
            case '{' -> {
                SequencedMap<String, Json> members = new LinkedHashMap<>();
                object(key -> {
                    if (members.containsKey(key)) throw fault("an object has " + quoted(key) + " twice");
                    members.put(key, value(deepest - 1));
                });
                yield new Json.Members(members);
            }
            case '[' -> {
                List<Json> elements = new ArrayList<>();
                array(() -> elements.add(value(deepest - 1)));
                yield new Json.Elements(elements);
            }
            case '"' -> new Json.Words(string());
            case 't' -> word("true", Json.Bool.TRUE);
            case 'f' -> word("false", Json.Bool.FALSE);
            case 'n' -> word("null", Json.Null.NULL);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
                if (text.startsWith("-Infinity", at)) throw notFinite("-Infinity");
                yield new Json.Num(number());
            }
            case 'N' -> throw text.startsWith("NaN", at) ? notFinite("NaN") : fault("expected a value, found N");
            case 'I' -> throw text.startsWith("Infinity", at) ? notFinite("Infinity") : fault("expected a value, found I");
            default -> throw fault("expected a value, found " + found());
        };
    }

    /** What Python writes for what JSON cannot hold. */
    private FormatException notFinite(String word) {
        return fault("found " + word + ": JSON has finite numbers only");
    }

    private Json word(String word, Json value) throws FormatException {
        if (!text.startsWith(word, at)) throw fault("expected a value, found " + found());
        at += word.length();
        return value;
    }

    /** Refuses anything but blanks. */
    void end() throws FormatException {
        if (next() >= 0) throw fault("expected nothing but blanks after the JSON, found " + found());
    }

    /** How many characters have been read. */
    int at() {
        return at;
    }

    FormatException fault(String sentence) {
        return fault(at, sentence);
    }

    /** A fault after so many characters. Only here are they counted as bytes, which takes a pass over the text. */
    FormatException fault(int after, String sentence) {
        return in.fault(start + text.substring(0, after).getBytes(StandardCharsets.UTF_8).length, sentence);
    }

    static String quoted(String name) {
        return '"' + (name.length() <= 60 ? name : name.substring(0, 60) + "…") + '"';
    }

    private void expect(char c, String what) throws FormatException {
        if (next() != c) throw fault("expected " + c + " of " + what + ", found " + found());
        at++;
    }

    /** The next character that is not blank, −1 at the end. */
    private int next() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) at++;
        return at < text.length() ? text.charAt(at) : -1;
    }

    private String found() {
        if (at >= text.length()) return "the end of the JSON";
        char c = text.charAt(at);
        return c >= ' ' && c < 127 ? String.valueOf(c) : "the character " + (int) c;
    }
}
