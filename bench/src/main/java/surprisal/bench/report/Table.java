package surprisal.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A table of words and numbers; a number may carry a bar, so that it can be seen as well as read.
 *
 * @param caption what it shows
 * @param heads the names of the columns
 * @param rows the rows, one cell for each column
 */
public record Table(String caption, List<String> heads, List<List<Cell>> rows) implements Block {

    /** One field of a table. */
    public sealed interface Cell {}

    /**
     * A field with words in it.
     *
     * @param text the words
     */
    public record Words(String text) implements Cell {}

    /**
     * A field with a number in it.
     *
     * @param value the number
     * @param format how it is written, as for {@link String#format}
     */
    public record Figure(double value, String format) implements Cell {}

    /**
     * A number and a bar as long as its share of {@code full}; negative numbers go to the left.
     *
     * @param value the number
     * @param full the number whose bar fills the field
     * @param format how it is written, as for {@link String#format}
     */
    public record Bar(double value, double full, String format) implements Cell {}

    /**
     * A table without rows.
     *
     * @param caption what it shows
     * @param heads the names of the columns
     * @return the table
     */
    public static Table of(String caption, String... heads) {
        return new Table(caption, List.of(heads), List.of());
    }

    /**
     * This table and one more row.
     *
     * @param cells a {@link Cell} each, or a string, or a number
     * @return the table
     */
    public Table row(Object... cells) {
        if (cells.length != heads.size())
            throw new IllegalArgumentException(
                    "table '%s' has %d columns, the row %d cells".formatted(caption, heads.size(), cells.length));
        List<Cell> row = new ArrayList<>();
        for (Object cell : cells)
            row.add(
                    switch (cell) {
                        case Cell ready -> ready;
                        case Integer whole -> new Figure(whole, "%.0f");
                        case Long whole -> new Figure(whole, "%.0f");
                        case Number number -> new Figure(number.doubleValue(), "%.3f");
                        default -> new Words(String.valueOf(cell));
                    });
        List<List<Cell>> all = new ArrayList<>(rows);
        all.add(List.copyOf(row));
        return new Table(caption, heads, List.copyOf(all));
    }

    @Override
    public void write(Html html) {
        html.open("figure", "class", "table").open("div", "class", "scroll").open("table");
        html.open("caption").prose(caption).close("caption");
        html.open("thead").open("tr");
        for (int i = 0; i < heads.size(); i++) {
            html.open("th", "scope", "col", "class", numeric(i) ? "num" : "word")
                    .prose(heads.get(i))
                    .close("th");
        }
        html.close("tr").close("thead").open("tbody");
        for (List<Cell> row : rows) {
            html.open("tr");
            for (Cell cell : row) cell(html, cell);
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").close("figure");
    }

    private boolean numeric(int column) {
        return !rows.isEmpty() && !(rows.getFirst().get(column) instanceof Words);
    }

    private static void cell(Html html, Cell cell) {
        switch (cell) {
            case Words(var text) -> html.open("td", "class", "word").prose(text).close("td");
            case Figure(var value, var format) -> html.element("td", shown(value, format), "class", "num");
            case Bar(var value, var full, var format) -> {
                double share = full == 0 ? 0 : Math.clamp(value / full, -1, 1);
                html.open(
                        "td",
                        "class",
                        share < 0 ? "num bar left" : "num bar",
                        "style",
                        String.format(Locale.ROOT, "--share:%.4f", Math.abs(share)));
                html.element("span", shown(value, format)).close("td");
            }
        }
    }

    private static String shown(double value, String format) {
        return String.format(Locale.ROOT, format, value).replace('-', '−');
    }
}
