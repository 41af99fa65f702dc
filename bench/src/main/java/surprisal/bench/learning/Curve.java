package surprisal.bench.learning;

import java.util.List;

/**
 * A chart of some of the epochs' figures.
 *
 * @param title what it shows
 * @param unit the unit of its ordinate
 * @param figures names of figures
 */
public record Curve(String title, String unit, List<String> figures) {

    /**
     * A chart.
     *
     * @param title what it shows
     * @param unit the unit of its ordinate
     * @param figures names of figures
     * @return the chart
     */
    public static Curve of(String title, String unit, String... figures) {
        return new Curve(title, unit, List.of(figures));
    }
}
