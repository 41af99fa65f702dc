package surprisal.bench.experiments;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Report;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** The curve as it is believed, and what an outcome would tell about the parameters. */
final class GapPage {
    private static final int POINTS = 161;
    private static final double BEYOND = 0.3;

    private GapPage() {}

    static void write(Report report, GapModel<?> model, GapData data, Rng rng) {
        Tensor x = grid(data.x().precision());
        GapModel.Said said = model.says(new GapData(x, GapData.curve(x)), data, rng);
        double[] at = numbers(x);
        Chart belief = Chart.of("E[y], and the 95 % of it and of y", "x", "y")
                .line("E[y]", at, numbers(said.mean()))
                .line("E[y] + epistemic", at, edge(said.mean(), said.epistemic(), 1))
                .line("E[y] − epistemic", at, edge(said.mean(), said.epistemic(), -1))
                .line("y, above", at, edge(said.mean(), said.total(), 1))
                .line("y, below", at, edge(said.mean(), said.total(), -1))
                .line("sin 2x", at, numbers(GapData.curve(x)))
                .points("data", numbers(data.x()), numbers(data.y()));
        Chart gain = Chart.of("Parameter information gain", "x", "I[θ; y], nats")
                .line("I[θ; y]", at, numbers(model.gain(x, data, rng)));
        Chart deviations = Chart.of("Standard deviations", "x", "y")
                .line("epistemic", at, numbers(said.epistemic()))
                .line("of y in all", at, numbers(said.total()))
                .line("of the noise that there is", at, numbers(GapData.noise(x)));
        report.section("What it believes")
                .text("Nothing was seen between −0.8 and 0.8. From 2 on the noise has five times the deviation, for ever.")
                .add(belief)
                .row(deviations, gain);
    }

    private static double[] edge(Tensor mean, Tensor std, int sign) {
        return numbers(mean.plus(std.times(sign * GapFigures.WITHIN)));
    }

    private static double[] numbers(Tensor x) {
        return IntStream.range(0, x.shape().size()).mapToDouble(x::at).toArray();
    }

    private static Tensor grid(Precision precision) {
        Tensor x = Tensor.zeros(Shape.of(POINTS, 1), precision);
        double from = GapData.FROM - BEYOND;
        double to = GapData.TO + BEYOND;
        for (int i = 0; i < POINTS; i++) x.array().set(i, from + (to - from) * i / (POINTS - 1));
        return x;
    }
}
