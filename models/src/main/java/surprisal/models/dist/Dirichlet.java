package surprisal.models.dist;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * Beliefs about the probabilities of n classes, by counts: p(x) ∝ Π xᵢ^(αᵢ − 1). The event, a probability vector, is
 * the last axis.
 *
 * @param alpha counts α > 0, [.., n]
 */
public record Dirichlet(Tensor alpha) implements Distribution {

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

    /** log p(x) = Σ (α − 1) log x − log B(α), −∞ where a number is negative; that they sum to one is taken for granted. */
    @Override
    public Tensor logProb(Tensor x) {
        return alpha.minus(1).xlogy(Support.POSITIVE.inside(x, 1)).plus(Support.POSITIVE.edge(x)).sum(-1).minus(logBeta());
    }

    /** H = log B(α) − Σ (α − 1) (ψ(α) − ψ(α₀)). */
    @Override
    public Tensor entropy() {
        return logBeta().minus(alpha.minus(1).times(expectedLog()).sum(-1));
    }

    /**
     * Gamma draws, normalised; the gradient flows to α through each of them, by implicit reparameterisation (Figurnov,
     * Mohamed and Mnih 2018).
     *
     * @throws IllegalArgumentException if a count is not finite and > 0
     */
    @Override
    public Tensor sample(Rng rng) {
        double[] log = GammaDraws.logs(alpha.array(), rng, "Dirichlet", "count", "counts");
        double[] shifted = new double[log.length];
        int n = alpha.shape().last();
        for (int row = 0; row < log.length; row += n) {
            double most = Arrays.stream(log, row, row + n).max().orElseThrow();
            for (int i = row; i < row + n; i++) {
                shifted[i] = log[i] - most; // in double, where the logarithms of small draws have digits to lose
            }
        }
        return GammaDraws.differentiable(alpha, log, shifted).softmax();
    }

    private Tensor wide(Tensor perRow) {
        return perRow.reshape(alpha.shape().with(-1, 1));
    }
}
