package surprisal.models;

import static surprisal.models.Kl.kl;

import surprisal.autodiff.Tensor;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Distribution;

/**
 * F = D_KL[q(s) ‖ p(s)] − E_q(s)[log p(o|s)] = complexity − accuracy, in nats: the variational free energy, the
 * negative ELBO (Mazzaglia et al. 2022, Eq. 3). F ≥ −log p(o), with equality where q is the exact posterior.
 *
 * @param complexity D_KL[q(s) ‖ p(s)], [..]
 * @param accuracy E_q(s)[log p(o|s)], or an unbiased estimate of it, [..]
 */
public record FreeEnergy(Tensor complexity, Tensor accuracy) {

    /**
     * The free energy of a belief.
     *
     * @param q q(s), the belief
     * @param p p(s), the prior
     * @param accuracy E_q(s)[log p(o|s)]
     * @return both terms
     */
    public static FreeEnergy of(Distribution q, Distribution p, Tensor accuracy) {
        return new FreeEnergy(kl(q, p), accuracy);
    }

    /**
     * The free energy of a belief about a discrete state: complexity − accuracy, both exact.
     *
     * @param qs q(s), [.., S]
     * @param D p(s), [.., S]
     * @param A P(o|s), [S, O]
     * @param o the outcome, one-hot, [.., O]
     * @return both terms, [..]
     */
    public static FreeEnergy of(Tensor qs, Tensor D, Tensor A, Tensor o) {
        return of(new Categorical(qs), new Categorical(D), qs.xlogy(likelihood(A, o)).sum(-1));
    }

    /**
     * F = complexity − accuracy.
     *
     * @return [..]
     */
    public Tensor total() {
        return complexity.minus(accuracy);
    }

    /**
     * F_β = β · complexity − accuracy (Higgins et al. 2017). β = 1 is F; for β ≥ 1 it is a bound on −log p(o) too.
     *
     * @param beta β ≥ 0
     * @return [..]
     */
    public Tensor weighted(double beta) {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("β is " + beta + ": it takes a number ≥ 0");
        }
        return complexity.times(beta).minus(accuracy);
    }

    /**
     * F = −E_q[log p(o, s)] − H[q]: energy − entropy. The same number as {@link #total} by another way.
     *
     * @param qs q(s), [.., S]
     * @param D p(s), [.., S]
     * @param A P(o|s), [S, O]
     * @param o the outcome, one-hot, [.., O]
     * @return [..]
     */
    public static Tensor energyMinusEntropy(Tensor qs, Tensor D, Tensor A, Tensor o) {
        Tensor energy = qs.xlogy(D.times(likelihood(A, o))).sum(-1).neg();
        return energy.minus(new Categorical(qs).entropy());
    }

    /**
     * F = D_KL[q(s) ‖ p(s|o)] − log p(o): divergence − log evidence. The same number by a third way.
     *
     * @param qs q(s), [.., S]
     * @param D p(s), [.., S]
     * @param A P(o|s), [S, O]
     * @param o the outcome, one-hot, [.., O]
     * @return [..]
     */
    public static Tensor divergenceMinusLogEvidence(Tensor qs, Tensor D, Tensor A, Tensor o) {
        Tensor joint = D.times(likelihood(A, o));
        return kl(new Categorical(qs), Categorical.ofWeights(joint)).minus(joint.sum(-1).log());
    }

    /** P(o|s) for the outcome that came, [.., S]. */
    private static Tensor likelihood(Tensor A, Tensor o) {
        return o.matmulTransposed(A);
    }
}
