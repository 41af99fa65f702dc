package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Beliefs about the probabilities of n classes, by counts: p(x) ∝ Π xᵢ^(αᵢ − 1). The event, a probability vector, is
 * the last axis.
 *
 * @param alpha counts α > 0, [.., n]
 */
public record Dirichlet(Tensor alpha) implements Distribution {

    /** The least count that is drawn from: log u / α must not overflow. */
    private static final double LEAST = 1e-300;

    /**
     * α₀ = Σ α, the number of observations that the belief is worth.
     *
     * @return [..]
     */
    public Tensor total() {
        return alpha.sum(-1);
    }

    /**
     * E[x] = α / α₀.
     *
     * @return [.., n]
     */
    public Tensor mean() {
        return Categorical.ofWeights(alpha).probs();
    }

    /**
     * E[log x] = ψ(α) − ψ(α₀).
     *
     * @return [.., n]
     */
    public Tensor expectedLog() {
        return alpha.digamma().minus(wide(total().digamma()));
    }

    /**
     * log B(α) = Σ log Γ(α) − log Γ(α₀).
     *
     * @return [..]
     */
    public Tensor logBeta() {
        return alpha.lgamma().sum(-1).minus(total().lgamma());
    }

    /** log p(x) = Σ (α − 1) log x − log B(α). */
    @Override
    public Tensor logProb(Tensor x) {
        return alpha.minus(1).xlogy(x).sum(-1).minus(logBeta());
    }

    /** H = log B(α) − Σ (α − 1) (ψ(α) − ψ(α₀)). */
    @Override
    public Tensor entropy() {
        return logBeta().minus(alpha.minus(1).times(expectedLog()).sum(-1));
    }

    /**
     * Gamma draws, normalised; no gradient flows.
     *
     * @throws IllegalArgumentException if a count is not finite and > 0
     */
    @Override
    public Tensor sample(Rng rng) {
        Array a = alpha.array();
        Array x = Array.zeros(a.shape(), a.precision());
        int n = a.shape().last();
        for (int row = 0; row < a.size(); row += n) {
            double[] log = new double[n];
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                if (!(a.at(row + i) >= LEAST && a.at(row + i) < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("a draw from a Dirichlet of shape " + a.shape() + " whose count "
                            + (row + i) + " is " + a.at(row + i) + ": counts are finite and > 0");
                }
                log[i] = logGamma(a.at(row + i), rng);
                most = Math.max(most, log[i]);
            }
            double sum = 0;
            for (int i = 0; i < n; i++) {
                log[i] = StrictMath.exp(log[i] - most);
                sum += log[i];
            }
            for (int i = 0; i < n; i++) {
                x.set(row + i, log[i] / sum);
            }
        }
        return Tensor.of(x);
    }

    /**
     * The logarithm of a draw from Gamma(α, 1) by Marsaglia and Tsang (2000); for α < 1 by their boost, g(α) = g(α + 1)
     * u^(1/α). In logarithms, since draws for small α underflow.
     */
    private static double logGamma(double alpha, Rng rng) {
        if (alpha < 1) {
            return logGamma(alpha + 1, rng) + StrictMath.log(1 - rng.uniform()) / alpha;
        }
        double d = alpha - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double z = rng.normal(Shape.scalar(), Precision.FLOAT64).at(0);
            double cube = 1 + c * z;
            double v = cube * cube * cube;
            double u = 1 - rng.uniform();
            if (v > 0 && StrictMath.log(u) < 0.5 * z * z + d - d * v + d * StrictMath.log(v)) {
                return StrictMath.log(d * v);
            }
        }
    }

    private Tensor wide(Tensor perRow) {
        return perRow.reshape(alpha.shape().with(-1, 1));
    }
}
