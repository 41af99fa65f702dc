package surprisal.models.bayes;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;

/**
 * N(μ, σ²/λ), λ = e^l: a precision that is learned, as one number, or one for each coordinate. Of a prior over states it is
 * the belief precision ω, and of a likelihood the sensory precision (Mazzaglia et al. 2022, §3.2). With a prior,
 *
 * <p>D_KL[N(μ_q, σ_q²) ‖ N(μ_p, σ_p²/ω)] = Σ ½ (log σ_p² − log ω − log σ_q²) + ω (σ_q² + (μ_q − μ_p)²)/2σ_p² − ½.
 *
 * @param log l = log λ, [] or [n]
 */
public record LearnedPrecision(Tensor log) {

    /**
     * λ = 1 to begin with, one number for all coordinates.
     *
     * @param precision of its floating-point number
     * @return the precision
     */
    public static LearnedPrecision one(Precision precision) {
        return new LearnedPrecision(Tensor.zeros(Shape.scalar(), precision));
    }

    /**
     * λ = e^l.
     *
     * @return [] or [n]
     */
    public Tensor value() {
        return log.exp();
    }

    /**
     * N(μ, σ²/λ).
     *
     * @param p N(μ, σ²), [.., n]
     * @return the same with the precision λ/σ²
     */
    public Normal scale(Normal p) {
        return new Normal(p.mean(), p.std().times(log.times(-0.5).exp()));
    }

    /**
     * N(μ, 1/λ): a likelihood whose noise is learned.
     *
     * @param mean μ, [.., n]
     * @return [.., n]
     */
    public Normal likelihood(Tensor mean) {
        return new Normal(mean, log.times(-0.5).exp());
    }

    /**
     * 1/ω* = mean[(σ_q² + (μ_q − μ_p)²)/σ_p²]: the belief precision under which D_KL[q ‖ N(μ_p, σ_p²/ω)] is least, summed over
     * all.
     *
     * @param q the beliefs, [.., n]
     * @param p their priors, [.., n]
     * @return ω*, one number for all, as a constant
     */
    public static LearnedPrecision optimum(Normal q, Normal p) {
        Tensor square = q.std().square().plus(q.mean().minus(p.mean()).square()).div(p.std().square());
        return new LearnedPrecision(square.stopGradient().mean().log().neg());
    }

    /**
     * λ* = 1/mean[(o − μ)²]: the sensory precision under which o is likeliest, the reciprocal of the mean squared error (Rybkin,
     * Daniilidis and Levine 2021).
     *
     * @param mean μ, [.., n]
     * @param observation o, [.., n]
     * @return λ*, one number for all, as a constant
     */
    public static LearnedPrecision optimum(Tensor mean, Tensor observation) {
        return new LearnedPrecision(observation.minus(mean).stopGradient().square().mean().log().neg());
    }
}
