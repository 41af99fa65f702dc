package surprisal.models.latent;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.Complexity;
import surprisal.models.FreeEnergy;

/** p(x, z), and the q(z|x) that inverts it: what is fitted by its free energy, and weighed by {@link Iwae}. */
public interface Generative {

    /**
     * F = complexity − E_q[log p(x|z)], with one sample of z for the expectation (Mazzaglia et al. 2022, Eq. 7).
     *
     * @param x what was seen, [.., n]
     * @param complexity what q(z|x) pays for its distance from the prior
     * @param rng where z's noise comes from
     * @return complexity and accuracy of each x, [..]
     */
    FreeEnergy freeEnergy(Tensor x, Complexity complexity, Rng rng);

    /**
     * F = D_KL[q(z|x) ‖ p(z)] − E_q[log p(x|z)], with one sample of z for the expectation (Mazzaglia et al. 2022, Eq.
     * 7).
     *
     * @param x what was seen, [.., n]
     * @param rng where z's noise comes from
     * @return complexity and accuracy of each x, [..]
     */
    default FreeEnergy freeEnergy(Tensor x, Rng rng) {
        return freeEnergy(x, Complexity.kl(), rng);
    }

    /**
     * log w = log p(x, z) − log q(z|x) for draws z ~ q(z|x), so that E[w] = p(x). The draws come one after the other: k
     * of them are the k that k calls for one would give.
     *
     * @param x what was seen, [.., n]
     * @param samples how many draws for each x, k
     * @param rng where z's noise comes from
     * @return [k, ..]
     */
    Tensor logWeights(Tensor x, int samples, Rng rng);
}
