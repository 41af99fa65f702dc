package surprisal.models.latent;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.Complexity;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Distribution;

/** p(x, z) = p(x|z) p(z), and the q(z|x) that inverts it, each a distribution: three formulas make a model. */
public interface LatentModel extends Generative {

    /**
     * q(z|x).
     *
     * @param x [.., n]
     * @return the belief about z, whose draws let the gradient through, [.., latent]
     */
    Distribution q(Tensor x);

    /**
     * p(x|z).
     *
     * @param z [.., latent]
     * @return the prediction, [.., n]
     */
    Distribution p(Tensor z);

    /**
     * p(z).
     *
     * @return the prior, [latent]
     */
    Distribution prior();

    @Override
    default FreeEnergy freeEnergy(Tensor x, Complexity complexity, Rng rng) {
        Distribution q = q(x);
        Tensor z = q.sample(rng);
        Distribution prior = prior();
        Tensor accuracy = p(z).logProb(x);
        return new FreeEnergy(complexity.of(q, prior), accuracy);
    }

    @Override
    default Tensor logWeights(Tensor x, int samples, Rng rng) {
        Distribution q = q(x);
        Tensor z = draws(q, samples, rng);
        return logJoint(x, z).minus(q.logProb(z));
    }

    /**
     * log p(x, z) = log p(x|z) + log p(z).
     *
     * @param x [.., n]
     * @param z [.., latent]; the axes before the last broadcast with those of x
     * @return [..]
     */
    default Tensor logJoint(Tensor x, Tensor z) {
        return p(z).logProb(x).plus(prior().logProb(z));
    }

    /**
     * Draws from each distribution of a batch, one after the other.
     *
     * @param q the distributions
     * @param samples how many draws, k
     * @param rng where the randomness comes from
     * @return [k, .., latent]
     * @throws IllegalArgumentException unless k ≥ 1
     */
    static Tensor draws(Distribution q, int samples, Rng rng) {
        if (samples < 1) {
            throw new IllegalArgumentException(samples + " samples of z: it takes at least 1");
        }
        Tensor[] z = new Tensor[samples];
        for (int i = 0; i < samples; i++) {
            z[i] = q.sample(rng);
        }
        return Tensor.stack(0, z);
    }
}
