package surprisal.engine.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON (RFC 8259) whose structure the caller knows: objects and arrays call back for each member, so nesting is
 * as deep as the caller's code and no deeper. Strict: no comments, no trailing commas, no bare control characters, no
 * half surrogate pairs.
 */
final class Json {
    /** What to do with the value that follows a key. */
    interface Member {
        void read(String key) throws IOException;
    }

    /** What to do with the next element. */
    interface Element {
        void read() throws IOException;
    }

    private final Source in;
    private final String text;
    private final long start;
    private int at;

    /** @param start where the text starts in the file */
    Json(Source in, String text, long start) {
        this.in = in;
        this.text = text;
        this.start = start;
    }

    /** Members {@code "key": value, …} in braces. */
    void object(Member member) throws IOException {
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
    void array(Element element) throws IOException {
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
