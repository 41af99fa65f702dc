package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * P(x) = σ((x + w/2 − μ)/s) − σ((x − w/2 − μ)/s): a logistic distribution rounded to the levels 0, w, 2w … 1 with w =
 * 1/(levels − 1), where the first level has all that lies below it and the last one all that lies above (Salimans et
 * al. 2017). The product over the last axis. For pixels in [−1, 1], as in that paper, halve s and take (μ + 1)/2 for μ.
 *
 * @param mean μ, [.., n]
 * @param scale s > 0, [.., n] or of a shape that broadcasts with μ's
 * @param levels how many levels there are, 256 for bytes
 */
public record DiscretisedLogistic(Tensor mean, Tensor scale, int levels) implements Distribution {

    /**
     * A rounded logistic distribution.
     *
     * @throws IllegalArgumentException if there are fewer than two levels
     */
    public DiscretisedLogistic {
        if (levels < 2) {
            throw new IllegalArgumentException("a logistic distribution rounded to " + levels + " levels: it takes at least 2");
        }
    }

    /**
     * Pixels of 256 levels, a byte over 255.
     *
     * @param mean μ, [.., n]
     * @param scale s > 0, [.., n] or of a shape that broadcasts with μ's
     */
    public DiscretisedLogistic(Tensor mean, Tensor scale) {
        this(mean, scale, 256);
    }

    /** log P(x) = Σ log(σ(a) − σ(b)), a and b = (x ± w/2 − μ)/s, of levels x. */
    @Override
    public Tensor logProb(Tensor x) {
        return logProbs(x).sum(-1);
    }

    /**
     * σ(a) − σ(b) = σ(a) σ(−b) (1 − e^(b − a)), whose factors keep their digits in both tails; at the ends one or two
     * are 1.
     */
    private Tensor logProbs(Tensor x) {
        double half = 0.5 / (levels - 1);
        Tensor notFirst = where(x, half, Double.POSITIVE_INFINITY);
        Tensor notLast = where(x, Double.NEGATIVE_INFINITY, 1 - half);
        Tensor d = x.minus(mean);
        Tensor a = d.plus(half).div(scale);
        Tensor b = d.minus(half).div(scale);
        Tensor share = scale.reciprocal().times(-2 * half).expm1().neg().log();
        return a.logSigmoid().times(notLast)
                .plus(b.neg().logSigmoid().times(notFirst))
                .plus(share.times(notFirst.times(notLast)));
    }

    /** 1 strictly between the two, else 0. */
    private static Tensor where(Tensor x, double from, double to) {
        Array is = Array.zeros(x.shape(), x.precision());
        for (int i = 0; i < is.size(); i++) {
            is.set(i, x.at(i) > from && x.at(i) < to ? 1 : 0);
        }
        return Tensor.of(is);
    }

    /** H = −Σ P log P over all levels: as much work as {@code levels} log-probabilities. */
    @Override
    public Tensor entropy() {
        Shape shape = shape();
        Tensor sum = null;
        for (int level = 0; level < levels; level++) {
            Tensor log = logProbs(Tensor.full(shape, level / (levels - 1.0), mean.precision()));
            Tensor term = log.exp().times(log).sum(-1);
            sum = sum == null ? term : sum.plus(term);
        }
        return sum.neg();
    }

    /** μ + s ε, ε of the standard logistic distribution, rounded to a level; no gradient flows. */
    @Override
    public Tensor sample(Rng rng) {
        Shape shape = shape();
        Array m = mean.stopGradient().expand(shape).array();
        Array s = scale.stopGradient().expand(shape).array();
        Array noise = Noise.of(shape, Precision.FLOAT64, rng, Noise::logistic).array();
        Array x = Array.zeros(shape, mean.precision());
        for (int i = 0; i < x.size(); i++) {
            double level = Math.rint((m.at(i) + s.at(i) * noise.at(i)) * (levels - 1));
            x.set(i, Math.clamp(level, 0, levels - 1) / (levels - 1));
        }
        return Tensor.of(x);
    }

    private Shape shape() {
        return mean.shape().broadcast(scale.shape(), "discretised logistic");
    }
}
