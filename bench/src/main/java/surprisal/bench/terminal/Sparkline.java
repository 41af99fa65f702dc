package surprisal.bench.terminal;

/** A curve in one line of text: ▇▅▃▂▁. */
public final class Sparkline {
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";
    private static final String LETTERS = "_.-~=+*#";

    private Sparkline() {}

    /**
     * Draws a curve; a long one is averaged down to {@code width} characters.
     *
     * @param screen where it is shown
     * @param width how many characters it may take
     * @param values the ordinates; what isn't finite is left blank
     * @return at most {@code width} characters
     */
    public static String of(Screen screen, int width, double... values) {
        int n = Math.min(width, values.length);
        double[] mean = new double[n];
        double low = Double.POSITIVE_INFINITY, high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            int from = (int) ((long) i * values.length / n), to = (int) ((i + 1L) * values.length / n);
            for (int j = from; j < to; j++) mean[i] += values[j] / (to - from);
            if (!Double.isFinite(mean[i])) continue;
            low = Math.min(low, mean[i]);
            high = Math.max(high, mean[i]);
        }
        String levels = screen.unicode() ? BLOCKS : LETTERS;
        StringBuilder line = new StringBuilder();
        for (double x : mean) {
            if (!Double.isFinite(x)) line.append(' ');
            else line.append(levels.charAt(high > low ? (int) Math.round((x - low) / (high - low) * 7) : 0));
        }
        return line.toString();
    }
}
