package surprisal.bench.experiments;

import surprisal.autodiff.Tensor;
import surprisal.bench.learning.Figures;
import surprisal.engine.Precision;
import surprisal.engine.Rng;

/**
 * What is measured of a belief at points that are held out: its epistemic deviation √Var_θ(E[y|θ]), how many outcomes lie within 1.96 of
 * its deviations in all, −log p(y), its error and I[θ; y].
 *
 * @param quiet points on both sides of the gap
 * @param gap points in it
 * @param noisy points where it is noisy
 */
record GapFigures(GapData quiet, GapData gap, GapData noisy) {

    /** Half of the width of a normal's 95 %. */
    static final double WITHIN = 1.959963984540054;

    /** Draws n points in the gap, and as many where it is noisy and on both sides of the gap together. */
    static GapFigures of(int n, Precision precision, Rng rng) {
        return new GapFigures(GapData.quiet(n / 2, precision, rng), GapData.gap(n, precision, rng), GapData.noisy(n, precision, rng));
    }

    /** The mean of −log p(y) where data are, quiet or noisy. */
    double surprise(GapModel<?> model, GapData data, Rng rng) {
        return -model.says(quiet.and(noisy), data, rng).logProb().mean().item();
    }

    /** All of them, by region. */
    Figures measure(GapModel<?> model, GapData data, Rng rng) {
        Figures all = of("quiet", quiet, model, data, rng)
                .with(of("gap", gap, model, data, rng))
                .with(of("noisy", noisy, model, data, rng));
        GapData seen = quiet.and(noisy);
        return Figures.of("gap_ratio", all.at("epistemic_gap") / all.at("epistemic_quiet"))
                .with("noisy_gain_ratio", all.at("gain_noisy") / all.at("gain_quiet"))
                .with("gain_noise_correlation", correlation(model.gain(seen.x(), data, rng), GapData.noise(seen.x())))
                .with(all);
    }

    private static Figures of(String region, GapData at, GapModel<?> model, GapData data, Rng rng) {
        GapModel.Said said = model.says(at, data, rng);
        Tensor error = at.y().to(said.mean().precision()).minus(said.mean());
        double within = 0;
        for (int i = 0; i < at.size(); i++) if (Math.abs(error.at(i)) <= WITHIN * said.total().at(i)) within++;
        return Figures.of("epistemic_" + region, said.epistemic().mean().item())
                .with("coverage_" + region, within / at.size())
                .with("nll_" + region, -said.logProb().mean().item())
                .with("error_" + region, Math.sqrt(error.square().mean().item()))
                .with("gain_" + region, model.gain(at.x(), data, rng).mean().item());
    }

    /** Pearson's. */
    private static double correlation(Tensor a, Tensor b) {
        Tensor x = a.to(Precision.FLOAT64).reshape(-1);
        Tensor y = b.to(Precision.FLOAT64).reshape(-1);
        x = x.minus(x.mean());
        y = y.minus(y.mean());
        return x.times(y).sum().item() / Math.sqrt(x.square().sum().item() * y.square().sum().item());
    }
}
