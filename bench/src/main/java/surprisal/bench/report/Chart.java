package surprisal.bench.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lines, points and levels over a common x axis. Charts are values: every method returns another chart.
 *
 * @param title what it shows
 * @param x the name of the x axis, with its unit
 * @param y the name of the y axis, with its unit
 * @param series what is drawn, in this order
 */
public record Chart(String title, String x, String y, List<Series> series) implements Block {

    /** Above this many rows the table behind a chart shows every n-th point. */
    private static final int TABLE_ROWS = 40;

    /** How a series is drawn. */
    public enum Form {
        /** Points joined by a line. */
        LINE,
        /** Loose points. */
        POINTS,
        /** A dashed horizontal line from end to end. */
        LEVEL
    }

    /**
     * One series of a chart.
     *
     * @param label its name in the legend
     * @param form how it is drawn
     * @param x abscissae
     * @param y ordinates, one for each abscissa; what isn't finite is a gap
     */
    @SuppressWarnings("ArrayRecordComponent") // thousands of numbers, never compared
    public record Series(String label, Form form, double[] x, double[] y) {
        /** Checks that x and y are of one length. */
        public Series {
            if (x.length != y.length)
                throw new IllegalArgumentException(
                        "series '%s': %d abscissae for %d ordinates".formatted(label, x.length, y.length));
        }
    }

    /**
     * An empty chart.
     *
     * @param title what it shows
     * @param x the name of the x axis, with its unit
     * @param y the name of the y axis, with its unit
     * @return the chart
     */
    public static Chart of(String title, String x, String y) {
        return new Chart(title, x, y, List.of());
    }

    /**
     * This chart and a line.
     *
     * @param label its name
     * @param xs abscissae
     * @param ys ordinates
     * @return the chart
     */
    public Chart line(String label, double[] xs, double[] ys) {
        return with(new Series(label, Form.LINE, xs, ys));
    }

    /**
     * This chart and a cloud of points.
     *
     * @param label its name
     * @param xs abscissae
     * @param ys ordinates
     * @return the chart
     */
    public Chart points(String label, double[] xs, double[] ys) {
        return with(new Series(label, Form.POINTS, xs, ys));
    }

    /**
     * This chart and a horizontal line to compare with.
     *
     * @param label its name
     * @param level where it is
     * @return the chart
     */
    public Chart level(String label, double level) {
        return with(new Series(label, Form.LEVEL, new double[] {0}, new double[] {level}));
    }

    private Chart with(Series added) {
        List<Series> all = new ArrayList<>(series);
        all.add(added);
        return new Chart(title, x, y, List.copyOf(all));
    }

    @Override
    public void write(Html html) {
        int id = html.nextChart();
        Aligned data = aligned();
        html.open("figure", "class", "chart").element("figcaption", title, "class", "title");
        html.open("div", "class", "plot", "id", "chart-" + id, "role", "img", "aria-label", summary())
                .close("div");
        table(html, data);
        html.close("figure");
        html.raw("<script type=\"application/json\" data-chart=\"chart-" + id + "\">")
                .raw(json(data))
                .raw("</script>");
    }

    /**
     * The series on one x axis, as the drawing library wants them: x ascending, a gap where a series has no value.
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Aligned(double[] xs, List<double[]> ys) {}

    private Aligned aligned() {
        Map<Double, Integer> column = new TreeMap<>();
        boolean cloud = series.stream().anyMatch(s -> s.form == Form.POINTS);
        if (cloud) return cloud();
        for (Series s : series) if (s.form != Form.LEVEL) for (double at : s.x) column.put(at, 0);
        double[] xs = column.keySet().stream().mapToDouble(d -> d).toArray();
        for (int i = 0; i < xs.length; i++) column.put(xs[i], i);
        List<double[]> ys = new ArrayList<>();
        for (Series s : series) {
            double[] y = new double[xs.length];
            Arrays.fill(y, s.form == Form.LEVEL ? s.y[0] : Double.NaN);
            if (s.form != Form.LEVEL) for (int i = 0; i < s.x.length; i++) y[column.get(s.x[i])] = s.y[i];
            ys.add(y);
        }
        return new Aligned(xs, ys);
    }

    /** A cloud may hold several points over one x: every point has a column of its own. */
    private Aligned cloud() {
        record Point(double x, double y, int series) {}
        List<Point> points = new ArrayList<>();
        for (int s = 0; s < series.size(); s++)
            if (series.get(s).form != Form.LEVEL)
                for (int i = 0; i < series.get(s).x.length; i++)
                    points.add(new Point(series.get(s).x[i], series.get(s).y[i], s));
        points.sort((a, b) -> Double.compare(a.x, b.x));
        List<double[]> ys = new ArrayList<>();
        for (int s = 0; s < series.size(); s++) {
            double[] y = new double[points.size()];
            Arrays.fill(y, series.get(s).form == Form.LEVEL ? series.get(s).y[0] : Double.NaN);
            for (int i = 0; i < y.length; i++) if (points.get(i).series == s) y[i] = points.get(i).y;
            ys.add(y);
        }
        return new Aligned(points.stream().mapToDouble(Point::x).toArray(), ys);
    }

    private String json(Aligned data) {
        List<String> columns = new ArrayList<>(List.of(Html.json(data.xs)));
        for (double[] y : data.ys) columns.add(Html.json(y));
        List<String> legend = new ArrayList<>();
        for (Series s : series)
            legend.add("{\"label\":" + Html.json(s.label) + ",\"form\":" + Html.json(s.form.name()) + "}");
        return "{\"x\":%s,\"y\":%s,\"series\":%s,\"data\":%s}"
                .formatted(Html.json(x), Html.json(y), Html.json(legend), Html.json(columns));
    }

    /** What the picture says, for who doesn't see it. */
    private String summary() {
        StringBuilder says = new StringBuilder("Chart: ").append(title).append(". ");
        for (Series s : series) {
            if (s.y.length == 0) continue;
            String range = s.form == Form.LEVEL ? "%s: %s. " : "%s: from %s to %s. ";
            says.append(range.formatted(s.label, shown(s.y[0]), shown(s.y[s.y.length - 1])));
        }
        return says.append("The numbers are in the table below it.").toString();
    }

    private void table(Html html, Aligned data) {
        int n = data.xs.length, every = Math.max(1, (n + TABLE_ROWS - 1) / TABLE_ROWS);
        html.open("details").element("summary", every == 1 ? "numbers" : "numbers (1 in %d)".formatted(every));
        html.open("div", "class", "scroll").open("table").open("thead").open("tr");
        html.element("th", x, "scope", "col");
        for (Series s : series) html.element("th", s.label, "scope", "col");
        html.close("tr").close("thead").open("tbody");
        for (int i = 0; i < n; i++) {
            if (i % every != 0 && i != n - 1) continue;
            html.open("tr").element("td", shown(data.xs[i]));
            for (double[] y : data.ys) html.element("td", shown(y[i]));
            html.close("tr");
        }
        html.close("tbody").close("table").close("div").close("details");
    }

    private static String shown(double x) {
        if (Double.isNaN(x)) return "";
        if (x == Math.rint(x) && Math.abs(x) < 1e9) return Long.toString((long) x);
        return Math.abs(x) >= 1e-3 && Math.abs(x) < 1e6
                ? String.format(Locale.ROOT, Math.abs(x) < 10 ? "%.3f" : "%.2f", x)
                : String.format(Locale.ROOT, "%.3g", x);
    }
}
