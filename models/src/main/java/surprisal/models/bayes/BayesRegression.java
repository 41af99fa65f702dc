package surprisal.models.bayes;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;

/**
 * q(w|D) = N(w; μ, Σ) of y = xᵀw + σε in closed form, for inputs x or a network's features of them: Σ⁻¹ = Σ₀⁻¹ + XᵀX/σ² and
 * μ = Σ Xᵀy/σ² (Bishop 2006, ch. 3). Outputs have weights of their own and share Σ. Each observation changes it by one rank
 * (Sherman and Morrison 1950); their order does not matter. Rounding loses (s/σ)² ulps of Σ, s the prior's deviation: a percent
 * in float32 for a prior of a hundred times the noise.
 *
 * @param mean μ, [d, out]
 * @param covariance Σ of the weights of an output, [d, d]
 * @param noise σ > 0, of an observation
 * @param logEvidence log p(D), [], of all that was observed
 */
public record BayesRegression(Tensor mean, Tensor covariance, double noise, Tensor logEvidence) {

    /**
     * A belief.
     *
     * @throws IllegalArgumentException unless σ > 0
     */
    public BayesRegression {
        if (!(noise > 0)) {
            throw new IllegalArgumentException("observations with noise σ = " + noise + ": it is > 0");
        }
    }

    /**
     * p(w) = N(0, s² I): before any observation.
     *
     * @param inputs d
     * @param outputs how many numbers an observation has
     * @param scale s > 0
     * @param noise σ > 0
     * @param precision the precision
     * @return the prior
     */
    public static BayesRegression prior(int inputs, int outputs, double scale, double noise, Precision precision) {
        if (inputs < 1 || outputs < 1 || !(scale > 0)) {
            throw new IllegalArgumentException("a regression of " + inputs + " → " + outputs + " with a prior of σ = " + scale
                    + ": sizes are at least 1, σ is > 0");
        }
        Tensor covariance = Tensor.zeros(Shape.of(inputs, inputs), precision);
        for (int i = 0; i < inputs; i++) {
            covariance.array().set(i * inputs + i, scale * scale);
        }
        return new BayesRegression(Tensor.zeros(Shape.of(inputs, outputs), precision), covariance, noise,
                Tensor.zeros(Shape.scalar(), precision));
    }

    /**
     * The same belief about weights, for observations of another noise.
     *
     * @param noise σ > 0
     * @return the belief
     */
    public BayesRegression withNoise(double noise) {
        return new BayesRegression(mean, covariance, noise, logEvidence);
    }

    /**
     * xᵀΣx: the variance of xᵀw, the epistemic part of an observation's.
     *
     * @param x [.., d]
     * @return [..]
     */
    public Tensor spread(Tensor x) {
        return x.matmul(covariance).times(x).sum(-1);
    }

    /**
     * p(y|x, D) = N(xᵀμ, xᵀΣx + σ²).
     *
     * @param x [.., d]
     * @return [.., out]
     */
    public Normal predict(Tensor x) {
        Tensor mean = x.matmul(this.mean);
        Tensor std = spread(x).plus(noise * noise).sqrt();
        return new Normal(mean, std.reshape(mean.shape().with(-1, 1)));
    }

    /**
     * I[w; y|x] = ½ log(1 + xᵀΣx/σ²) for each output: what an observation at x will tell about the weights, whatever it is. It is
     * ½ log |Σ|/|Σ′|.
     *
     * @param x [.., d]
     * @return [..], for all outputs together
     */
    public Tensor gain(Tensor x) {
        return spread(x).div(noise * noise).log1p().times(0.5 * mean.shape().last());
    }

    /**
     * Σ′ = Σ − Σx xᵀΣ/(xᵀΣx + σ²), μ′ = μ + Σx (y − xᵀμ)/(xᵀΣx + σ²): the belief after some observations.
     *
     * @param x [d] or [n, d]
     * @param y [out] or [n, out]
     * @return the belief
     * @throws IllegalArgumentException if the shapes don't fit
     */
    public BayesRegression update(Tensor x, Tensor y) {
        int d = mean.shape().dim(0);
        int out = mean.shape().dim(1);
        Shape of = x.shape();
        boolean fits = of.rank() >= 1 && of.rank() <= 2 && of.last() == d && y.shape().equals(of.with(-1, out));
        if (!fits) {
            throw new IllegalArgumentException("observations " + of + " → " + y.shape() + " of a regression " + d + " → " + out
                    + ": they are [" + d + "] → [" + out + "], or n of them, [n, " + d + "] → [n, " + out + "]");
        }
        BayesRegression belief = this;
        for (int i = 0, n = of.size() / d; i < n; i++) {
            belief = belief.observed(x.reshape(-1, d).slice(0, i, i + 1), y.reshape(-1, out).slice(0, i, i + 1));
        }
        return belief;
    }

    /** x [1, d], y [1, out]. */
    private BayesRegression observed(Tensor x, Tensor y) {
        Tensor row = x.matmul(covariance); // xᵀΣ, [1, d]
        Tensor column = row.reshape(-1, 1);
        Tensor total = row.times(x).sum(-1).plus(noise * noise).reshape(1, 1);
        Tensor error = y.minus(x.matmul(mean));
        return new BayesRegression(
                mean.plus(column.div(total).times(error)),
                covariance.minus(column.times(row).div(total)),
                noise,
                logEvidence.plus(predict(x).logProb(y).sum()));
    }
}
