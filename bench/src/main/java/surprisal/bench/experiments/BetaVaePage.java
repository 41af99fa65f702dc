package surprisal.bench.experiments;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.bench.learning.InformationGap;
import surprisal.bench.learning.Latents;
import surprisal.bench.report.Block;
import surprisal.bench.report.Chart;
import surprisal.bench.report.Report;
import surprisal.bench.report.Table;
import surprisal.engine.Rng;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Normal;
import surprisal.models.latent.Evaluation;
import surprisal.models.latent.Vae;

/**
 * How codes come apart as β rises.
 *
 * @param betas β of each model
 * @param models one for each β
 * @param gaps what their codes tell of the factors
 * @param x the pictures, [n, pixels]
 * @param side of a picture, in pixels
 */
record BetaVaePage(double[] betas, List<Vae> models, List<InformationGap> gaps, Tensor x, int side) {
    private static final int SHOWN = 6;
    private static final int STOPS = 9;
    private static final double REACH = 2;

    /** Adds the sections: the curve over β, its numbers, traversals of the codes, and what each number of the last one tells. */
    void add(Report report, Rng rng) {
        double[] mean = gaps.stream().mapToDouble(InformationGap::mean).toArray();
        Chart curve = Chart.of("Mutual information gap over β, of this seed", "β", "gap").line("mean", betas, mean);
        Table table = Table.of("Nats of pictures that the models have seen", "β", "rate", "−accuracy", "F", "gap");
        for (int k = 0; k < BetaVae.FACTORS.size(); k++) {
            int factor = k;
            curve = curve.line(BetaVae.FACTORS.get(k), betas, gaps.stream().mapToDouble(gap -> gap.of(factor)).toArray());
        }
        for (int i = 0; i < betas.length; i++) {
            FreeEnergy f = new Evaluation(1).freeEnergy(models.get(i), x, rng.split());
            double rate = f.complexity().mean().item(), accuracy = f.accuracy().mean().item();
            table = table.row(BetaVae.shown(betas[i]), rate, -accuracy, rate - accuracy, new Table.Bar(mean[i], 1, "%.3f"));
        }
        report.section("Codes that come apart")
                .text("The dearer a nat of the code, the fewer numbers of it are used, and the more each keeps to one factor."
                        + " The gap of a factor is by how much the number that tells most about it tells more than the next,"
                        + " as a share of the factor's entropy.")
                .formula("MIG = 1/K Σ_k (I(z_j; v_k) − I(z_i; v_k)) / H(v_k)",
                        "for each factor, the number of the code that tells most about it, and the next")
                .add(curve)
                .add(table);
        report.section("What a number of the code stands for")
                .text("A picture's code, one number varied at a time: the %d numbers that cost most nats.".formatted(SHOWN))
                .row(traversals(0), traversals(betas.length - 1))
                .add(told(gaps.size() - 1));
    }

    private Block traversals(int model) {
        Vae vae = models.get(model);
        Tensor code = vae.q(x.slice(0, x.shape().dim(0) / 2, x.shape().dim(0) / 2 + 1)).mean();
        return Latents.traversals("β = " + BetaVae.shown(betas[model]), code, used(model), REACH, STOPS, side, z -> vae.p(z).probs());
    }

    /** The numbers of the code with the largest mean D_KL[q(z_i|x) ‖ p(z_i)], the largest first. */
    private int[] used(int model) {
        Normal q = models.get(model).q(x);
        Tensor rate = q.mean().square().plus(q.std().square()).minus(1).times(0.5).minus(q.std().log()).mean(0);
        return IntStream.range(0, rate.shape().size()).boxed()
                .sorted(Comparator.comparingDouble(i -> -rate.at(i)))
                .limit(SHOWN)
                .mapToInt(i -> i)
                .toArray();
    }

    private Table told(int model) {
        Table table = Table.of(
                "Which share of each factor's entropy the numbers of the code with β = " + BetaVae.shown(betas[model]) + " tell",
                IntStream.rangeClosed(0, BetaVae.FACTORS.size())
                        .mapToObj(k -> k == 0 ? "number" : BetaVae.FACTORS.get(k - 1))
                        .toArray(String[]::new));
        for (int j : used(model)) {
            double[] shares = gaps.get(model).shares()[j];
            table = table.row(IntStream.rangeClosed(0, shares.length)
                    .mapToObj(k -> k == 0 ? "$z_{%d}$".formatted(j + 1) : new Table.Bar(shares[k - 1], 1, "%.2f"))
                    .toArray());
        }
        return table;
    }
}
