package surprisal.bench.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import surprisal.bench.report.Block;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.kernels.Simd;
import surprisal.kernels.Workers;

/** The page about a study: its figure, its curves, its seeds, and the sections of its first run. */
final class StudyReport {
    private StudyReport() {}

    static Report of(Result result, Run<?> run, String command) {
        Study study = result.study();
        Goal goal = result.goal();
        Interval figure = result.of(goal.figure());
        Report report = Report.titled(study.experiment().name())
                .lead(study.experiment().summary())
                .figure(Result.number(figure.mean()), goal.unit(), goal.figure() + ", target " + goal.says());
        if (result.outcomes().size() > 1)
            report.figure(Result.number(figure.low()) + " … " + Result.number(figure.high()), goal.unit(),
                    "95 % interval of " + result.outcomes().size() + " seeds");
        run.report(report);
        Report.Section section = report.section("How it was learnt");
        curves(section, result, run);
        section.add(seeds(result));
        report.made("made by", "`" + command + "`");
        study.given().described().forEach(report::made);
        return report.made("machine", Simd.describe() + "; " + Workers.threads() + " threads; Java " + Runtime.version())
                .made("time", String.format(Locale.ROOT, "%.1f s", result.seconds()));
    }

    /** Two charts beside each other. */
    private static void curves(Report.Section section, Result result, Run<?> run) {
        List<Curve> curves = run.curves();
        if (curves.isEmpty())
            curves = result.outcomes().getFirst().epochs().getFirst().figures().values().keySet().stream()
                    .map(name -> Curve.of(name, "", name))
                    .toList();
        for (int i = 0; i < curves.size(); i += 2) {
            List<Block> beside = new ArrayList<>();
            for (Curve curve : curves.subList(i, Math.min(curves.size(), i + 2))) beside.add(chart(curve, result));
            section.row(beside.toArray(Block[]::new));
        }
    }

    private static Chart chart(Curve curve, Result result) {
        Chart chart = Chart.of(curve.title(), "epoch", curve.unit());
        for (String name : curve.figures())
            for (Study.Outcome outcome : result.outcomes()) {
                String label = result.outcomes().size() == 1 ? name : name + ", seed " + outcome.seed();
                List<Trainer.Epoch> epochs = outcome.epochs();
                chart = chart.line(
                        label,
                        epochs.stream().mapToDouble(Trainer.Epoch::number).toArray(),
                        epochs.stream().mapToDouble(e -> e.figures().at(name)).toArray());
            }
        return chart;
    }

    private static Table seeds(Result result) {
        List<String> names = List.copyOf(result.outcomes().getFirst().result().values().keySet());
        List<String> heads = new ArrayList<>(List.of("figure"));
        for (Study.Outcome outcome : result.outcomes()) heads.add("seed " + outcome.seed());
        if (result.outcomes().size() > 1) heads.addAll(List.of("mean", "95 % from", "to"));
        Table table = Table.of("What each seed came to, with the model of the epoch that was taken", heads.toArray(String[]::new));
        for (String name : names) {
            List<Object> row = new ArrayList<>(List.of(name));
            for (Study.Outcome outcome : result.outcomes()) row.add(Result.number(outcome.result().at(name)));
            Interval interval = result.of(name);
            if (result.outcomes().size() > 1)
                row.addAll(List.of(Result.number(interval.mean()), Result.number(interval.low()), Result.number(interval.high())));
            table = table.row(row.toArray());
        }
        List<Object> epochs = new ArrayList<>(List.of("epoch"));
        for (Study.Outcome outcome : result.outcomes()) epochs.add(Integer.toString(outcome.chosen()));
        while (epochs.size() < heads.size()) epochs.add("");
        return table.row(epochs.toArray());
    }
}
