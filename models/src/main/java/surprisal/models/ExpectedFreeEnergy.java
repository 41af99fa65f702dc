package surprisal.models;

import static surprisal.models.Kl.kl;

import surprisal.autodiff.Tensor;
import surprisal.models.dist.Categorical;

/**
 * G(π) = D_KL[Q(o|π) ‖ P(o|C)] + E_Q(s|π)[H[P(o|s)]]: the expected free energy of one imagined step of a discrete
 * model, term by term, in nats and to be minimised (Friston et al. 2015; Mazzaglia et al. 2022, Eqs. 4–6).
 *
 * <p>Beliefs are {@code qs [.., S]}: the axes before the last are policies. {@code A [S, O]} is P(o|s), {@code C [O]} the
 * preferred outcomes P(o|C) as probabilities. The identities below hold with posteriors by exact Bayes; which of them
 * fail otherwise is in Champion et al. (2024).
 */
public final class ExpectedFreeEnergy {

    private ExpectedFreeEnergy() {}

    /**
     * Q(o|π) = Σ_s P(o|s) Q(s|π).
     *
     * @param qs Q(s|π), [.., S]
     * @param A P(o|s), [S, O]
     * @return [.., O]
     */
    public static Tensor outcomes(Tensor qs, Tensor A) {
        return qs.matmul(A);
    }

    /**
     * D_KL[Q(o|π) ‖ P(o|C)]: how far the expected outcomes are from the preferred ones.
     *
     * @param qs Q(s|π), [.., S]
     * @param A P(o|s), [S, O]
     * @param C P(o|C), [O]
     * @return [..], ≥ 0
     */
    public static Tensor risk(Tensor qs, Tensor A, Tensor C) {
        return kl(new Categorical(outcomes(qs, A)), new Categorical(C));
    }

    /**
     * E_Q(s|π)[H[P(o|s)]]: how little an outcome will tell about the state.
     *
     * @param qs Q(s|π), [.., S]
     * @param A P(o|s), [S, O]
     * @return [..], ≥ 0
     */
    public static Tensor ambiguity(Tensor qs, Tensor A) {
        return qs.times(new Categorical(A).entropy()).sum(-1);
    }

    /**
     * I[s; o|π] = H[Q(o|π)] − E_Q(s|π)[H[P(o|s)]]: the expected information gain about s, the epistemic value. It is 0
     * where the outcome does not depend on the state.
     *
     * @param qs Q(s|π), [.., S]
     * @param A P(o|s), [S, O]
     * @return [..], ≥ 0
     */
    public static Tensor epistemic(Tensor qs, Tensor A) {
        return new Categorical(outcomes(qs, A)).entropy().minus(ambiguity(qs, A));
    }

    /**
     * E_Q(o|π)[log P(o|C)]: the pragmatic (extrinsic) value. risk + ambiguity = −epistemic − pragmatic, always.
     *
     * @param qs Q(s|π), [.., S]
     * @param A P(o|s), [S, O]
     * @param C P(o|C), [O]
     * @return [..], ≤ 0
     */
    public static Tensor pragmatic(Tensor qs, Tensor A, Tensor C) {
        return outcomes(qs, A).xlogy(C).sum(-1);
    }

    /**
     * I[θ; o|s, π] = E_Q(s|π)[H[Σ_θ q(θ) P(o|s, θ)] − Σ_θ q(θ) H[P(o|s, θ)]]: the expected information gain about the
     * parameters, the novelty, for finitely many candidates θ. The ambiguity that goes with it is that of the mixture
     * Σ_θ q(θ) P(o|s, θ).
     *
     * @param qs Q(s|π), [.., S]
     * @param A P(o|s, θ), [K, S, O]
     * @param q q(θ), [K]
     * @return [..], ≥ 0
     */
    public static Tensor novelty(Tensor qs, Tensor A, Tensor q) {
        Tensor mixture = q.matmul(A.reshape(A.shape().dim(0), -1)).reshape(A.shape().without(0));
        Tensor gain = new Categorical(mixture).entropy().minus(q.matmul(new Categorical(A).entropy()));
        return qs.times(gain).sum(-1);
    }

    /**
     * D_KL[Q(s|π) ‖ P(s)]: the risk where states are preferred, not outcomes (Mazzaglia et al. 2022, Eq. 5). With
     * P(o) = Σ_s P(o|s) P(s) it exceeds the risk over outcomes by E_Q(o)[D_KL[Q(s|o) ‖ P(s|o)]].
     *
     * @param qs Q(s|π), [.., S]
     * @param preferred P(s), [S]
     * @return [..], ≥ 0
     */
    public static Tensor stateRisk(Tensor qs, Tensor preferred) {
        return kl(new Categorical(qs), new Categorical(preferred));
    }
}
