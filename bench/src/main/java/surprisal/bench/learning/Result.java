package surprisal.bench.learning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import surprisal.engine.io.Json;

/**
 * What a study came to.
 *
 * @param study the study
 * @param goal what it is judged by
 * @param outcomes of its seeds
 * @param seconds how long it took
 */
record Result(Study study, Goal goal, List<Study.Outcome> outcomes, double seconds) {

    /** The mean over the seeds of one of the results, with its interval. */
    Interval of(String figure) {
        return Interval.of(outcomes.stream().mapToDouble(o -> o.result().at(figure)).toArray());
    }

    /** The figure as JSON: mean, interval and whether the mean is where it should be; every seed's values. */
    Json json() {
        Interval interval = of(goal.figure());
        SequencedMap<String, Json> json = new LinkedHashMap<>();
        json.put("experiment", Json.of(study.experiment().name()));
        json.put("figure", Json.of(goal.figure()));
        json.put("unit", Json.of(goal.unit()));
        json.put("mean", Json.of(interval.mean()));
        if (outcomes.size() > 1) json.put("interval", Json.of(interval.low(), interval.high()));
        json.put("target", Json.of(goal.says()));
        json.put("met", Json.of(goal.met(interval.mean())));
        json.put("epochs", Json.of(study.given().epochs()));
        json.put("seconds", Json.of(seconds));
        json.put("seeds", Json.of(outcomes.stream().map(Result::json).toList()));
        return Json.of(json);
    }

    private static Json json(Study.Outcome outcome) {
        SequencedMap<String, Json> json = new LinkedHashMap<>();
        json.put("seed", Json.of(outcome.seed()));
        json.put("epoch", Json.of(outcome.chosen()));
        json.putAll(outcome.result().json());
        return Json.of(json);
    }

    /** The figure in words. */
    String says() {
        Interval interval = of(goal.figure());
        String range = outcomes.size() == 1
                ? ""
                : " [%s, %s] (95 %% interval, %d seeds)".formatted(number(interval.low()), number(interval.high()), outcomes.size());
        return "%s = %s%s%s, target %s: %s".formatted(
                goal.figure(),
                number(interval.mean()),
                goal.unit().isEmpty() ? "" : " " + goal.unit(),
                range,
                goal.says(),
                goal.met(interval.mean()) ? "reached" : "missed");
    }

    /** A number as it is shown: three decimals, or three digits where it is small. */
    static String number(double x) {
        if (Double.isNaN(x)) return "";
        boolean small = x != 0 && Math.abs(x) < 0.01 || Math.abs(x) >= 1e6;
        return String.format(Locale.ROOT, small ? "%.2e" : "%.3f", x).replace('-', '−');
    }
}
