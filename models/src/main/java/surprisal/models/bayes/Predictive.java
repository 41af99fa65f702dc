package surprisal.models.bayes;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.dist.Normal;

/**
 * p(y|x) = 1/M Σ_m N(y; μ_m, σ_m²): what M members, or M draws of the parameters, predict together. The first axis is the
 * members', the last one the event.
 *
 * @param each what each of them predicts, [M, .., n]
 */
public record Predictive(Normal each) {

    /**
     * What the members predict.
     *
     * @param mean μ, [M, .., n]
     * @param std σ > 0, of a shape that broadcasts with μ's: one for all members, if they share their noise
     * @return their mixture
     * @throws IllegalArgumentException if there is no axis of members
     */
    public static Predictive of(Tensor mean, Tensor std) {
        if (mean.shape().rank() < 2 || mean.shape().dim(0) == 0) {
            throw new IllegalArgumentException("predictions of shape " + mean.shape() + ": they are [members, .., n], of at least one "
                    + "member; reshape(1, ..) those of one");
        }
        return new Predictive(new Normal(mean, std.expand(mean.shape())));
    }

    /**
     * What the members predict.
     *
     * @param each [M, .., n]
     * @return their mixture
     * @throws IllegalArgumentException if there is no axis of members
     */
    public static Predictive of(Normal each) {
        return of(each.mean(), each.std());
    }

    /**
     * How many members there are.
     *
     * @return M
     */
    public int members() {
        return each.mean().shape().dim(0);
    }

    /**
     * E[y] = 1/M Σ μ_m.
     *
     * @return [.., n]
     */
    public Tensor mean() {
        return each.mean().mean(0);
    }

    /**
     * E_θ[Var(y|θ)] = 1/M Σ σ_m²: the variance that no knowledge of the parameters would take away.
     *
     * @return [.., n]
     */
    public Tensor aleatoric() {
        return each.std().square().mean(0);
    }

    /**
     * Var_θ(E[y|θ]) = 1/M Σ (μ_m − E[y])²: the variance that is due to the parameters.
     *
     * @return [.., n]
     */
    public Tensor epistemic() {
        return each.mean().minus(mean()).square().mean(0);
    }

    /**
     * Var(y) = E_θ[Var(y|θ)] + Var_θ(E[y|θ]).
     *
     * @return [.., n]
     */
    public Tensor variance() {
        return aleatoric().plus(epistemic());
    }

    /**
     * N(E[y], Var(y)): the normal of the same mean and variance.
     *
     * @return [.., n]
     */
    public Normal normal() {
        return new Normal(mean(), variance().sqrt());
    }

    /**
     * log p(y) = log 1/M Σ_m N(y; μ_m, σ_m²).
     *
     * @param y [.., n]
     * @return [..]
     */
    public Tensor logProb(Tensor y) {
        return each.logProb(y).logSumExp(0).minus(StrictMath.log(members()));
    }

    /**
     * E_θ[H[p(y|θ)]] = 1/M Σ H[N(μ_m, σ_m²)]: what stays uncertain of y if the parameters are known.
     *
     * @return [..]
     */
    public Tensor expectedEntropy() {
        return each.entropy().mean(0);
    }

    /**
     * One draw from each member, μ_m + σ_m ε_m: together M draws from the mixture, no member twice. Gradients flow to both.
     *
     * @param rng where the randomness comes from
     * @return [M, .., n]
     */
    public Tensor sample(Rng rng) {
        return each.sample(rng);
    }
}
