package surprisal.bench.report;

/**
 * A formula on a line of its own, written as one would type it: {@code F = D_{KL}[q(z|x) ‖ p(z)] − E_q[log p(x|z)]}.
 * A single letter is a variable and set in italics, longer words are upright; {@code _x}, {@code _{…}}, {@code ^x}
 * and {@code ^{…}} are set below and above the line.
 *
 * @param formula the formula
 * @param says the same in words, for the line under it; may be empty
 */
public record Formula(String formula, String says) implements Block {
    @Override
    public void write(Html html) {
        html.open("figure", "class", "formula").open("div");
        typeset(formula, html);
        html.close("div");
        if (!says.isEmpty()) html.open("figcaption").prose(says).close("figcaption");
        html.close("figure");
    }

    static void typeset(String formula, Html html) {
        html.open("span", "class", "math");
        run(formula, html);
        html.close("span");
    }

    private static void run(String formula, Html html) {
        for (int i = 0; i < formula.length(); ) {
            char c = formula.charAt(i);
            if ((c == '_' || c == '^') && i + 1 < formula.length()) {
                String tag = c == '_' ? "sub" : "sup";
                int end = formula.charAt(i + 1) == '{' ? closing(formula, i + 1) : i + 1;
                boolean group = end > i + 1;
                html.open(tag);
                run(group ? formula.substring(i + 2, end) : formula.substring(i + 1, i + 2), html);
                html.close(tag);
                i = end + 1;
            } else if (Character.isLetter(c)) {
                int end = i;
                while (end < formula.length() && Character.isLetter(formula.charAt(end))) end++;
                String word = formula.substring(i, end);
                if (word.length() == 1) html.element("i", word);
                else html.text(word);
                i = end;
            } else {
                html.text(String.valueOf(c));
                i++;
            }
        }
    }

    /** Where the group that opens at {@code from} closes; {@code from} itself when it never does. */
    private static int closing(String formula, int from) {
        for (int i = from, depth = 0; i < formula.length(); i++) {
            if (formula.charAt(i) == '{') depth++;
            if (formula.charAt(i) == '}' && --depth == 0) return i;
        }
        return from;
    }
}
