package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;

/**
 * N(m, P) with all covariances: a belief that is computed with as a whole.
 *
 * @param mean m, [.., n]
 * @param covariance P, symmetric and positive definite, [.., n, n]
 */
public record Moments(Tensor mean, Tensor covariance) {

    /**
     * D_KL[this ‖ p] = ½ (tr P_p⁻¹P + δᵀP_p⁻¹δ − n + log |P_p| − log |P|), δ = m − m_p.
     *
     * @param p the other one
     * @return nats, [..]
     */
    public Tensor divergence(Moments p) {
        Whitened mine = Whitened.of(covariance);
        Whitened theirs = Whitened.of(p.covariance, covariance, Whitened.column(mean.minus(p.mean)));
        Tensor trace = theirs.inverse().times(theirs.rows().getFirst()).sum(-2, -1);
        Tensor distance = theirs.rows().getLast().square().sum(-2, -1);
        return trace.plus(distance).minus(mean.shape().last()).times(0.5)
                .plus(theirs.halfLogDeterminant()).minus(mine.halfLogDeterminant());
    }
}
