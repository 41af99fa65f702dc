package surprisal.bench.terminal;

import java.util.ArrayList;
import java.util.List;

/** A table of text with aligned columns: the first to the left, the others to the right. */
public final class Columns {
    private final Screen screen;
    private final List<String[]> rows = new ArrayList<>();

    /**
     * A table with its heads.
     *
     * @param screen where it is shown
     * @param heads the names of the columns
     */
    public Columns(Screen screen, String... heads) {
        this.screen = screen;
        rows.add(heads);
    }

    /**
     * Adds a row.
     *
     * @param cells one for each column
     * @return this table
     */
    public Columns row(String... cells) {
        if (cells.length != rows.getFirst().length)
            throw new IllegalArgumentException(
                    "%d cells in a table of %d columns".formatted(cells.length, rows.getFirst().length));
        rows.add(cells);
        return this;
    }

    /**
     * The table as text.
     *
     * @return lines, the heads first
     */
    public List<String> lines() {
        int[] width = new int[rows.getFirst().length];
        for (String[] row : rows) for (int i = 0; i < width.length; i++) width[i] = Math.max(width[i], length(row[i]));
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < width.length; i++) {
                if (i > 0) line.append("  ");
                int pad = width[i] - length(row[i]);
                if (i == 0) line.append(row[i]).repeat(' ', pad);
                else line.repeat(' ', pad).append(row[i]);
            }
            String text = line.toString().stripTrailing();
            lines.add(lines.isEmpty() ? screen.dim(text) : text);
        }
        return lines;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
