package surprisal.models.latent;

import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Likelihood;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;

/**
 * −log p(x|z(x)) + β ½‖z‖² + λ ‖θ‖²: an autoencoder without noise and without a prior, kept smooth by penalties on its
 * codes and on its decoder's weights θ (Ghosh et al. 2020, RAE-L2). What the codes are distributed like is fitted
 * afterwards, by {@link #density}.
 *
 * @param encoder x → z, [.., n] → [.., latent]
 * @param decoder z → what the likelihood takes, [.., latent] → [.., m]
 * @param likelihood p(x|y) of what the decoder says
 */
public record DeterministicAutoencoder(Mlp encoder, Mlp decoder, Likelihood likelihood) {

    /**
     * A fresh model.
     *
     * @param n length of x
     * @param hidden widths of the encoder's hidden layers; the decoder has them the other way round
     * @param latent length of z
     * @param activation what stands between the layers
     * @param likelihood p(x|y) of what the decoder says
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     */
    public static DeterministicAutoencoder of(
            int n, int[] hidden, int latent, Unary activation, Likelihood likelihood, Precision precision, Rng rng) {
        return new DeterministicAutoencoder(
                Mlp.of(rng, precision, activation, DeepLatentGaussian.inwards(n, hidden, latent)),
                Mlp.of(rng, precision, activation, DeepLatentGaussian.outwards(latent, hidden, likelihood.width(n))),
                likelihood);
    }

    /**
     * z(x).
     *
     * @param x [.., n]
     * @return the codes, [.., latent]
     */
    public Tensor code(Tensor x) {
        return encoder.apply(x);
    }

    /**
     * p(x|z).
     *
     * @param z [.., latent]
     * @return the prediction, [.., n]
     */
    public Distribution p(Tensor z) {
        return likelihood.of(decoder.apply(z));
    }

    /**
     * −log p(x|z) + β ½‖z‖² + λ ‖θ‖², z = z(x).
     *
     * @param x what was seen, [.., n]
     * @param beta β ≥ 0, the price of a code's length
     * @param lambda λ ≥ 0, the price of the decoder's weights
     * @return one number for each x, [..]
     * @throws IllegalArgumentException unless β ≥ 0 and λ ≥ 0
     */
    public Tensor loss(Tensor x, double beta, double lambda) {
        if (!(beta >= 0 && lambda >= 0)) {
            throw new IllegalArgumentException("an autoencoder with β = " + beta + " and λ = " + lambda
                    + ": both take numbers ≥ 0");
        }
        Tensor z = code(x);
        Tensor weights = null;
        for (Tensor leaf : Tree.leaves(decoder).values()) {
            Tensor square = leaf.square().sum();
            weights = weights == null ? square : weights.plus(square);
        }
        return z.square().sum(-1).times(0.5 * beta).minus(p(z).logProb(x)).plus(weights.times(lambda));
    }

    /**
     * N(μ, σ²) with the mean and the spread of some codes: the density from which new ones are drawn, fitted when all
     * is learnt.
     *
     * @param codes z, [N, latent]
     * @return the density, [latent]
     * @throws IllegalArgumentException if there are fewer than two codes
     */
    public static Normal density(Tensor codes) {
        if (codes.shape().rank() != 2 || codes.shape().dim(0) < 2) {
            throw new IllegalArgumentException("a density of codes " + codes.shape() + ": it takes at least two, [N, latent]");
        }
        Tensor mean = codes.mean(0);
        return new Normal(mean, codes.minus(mean).square().mean(0).sqrt());
    }
}
