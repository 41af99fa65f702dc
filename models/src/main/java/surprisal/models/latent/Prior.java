package surprisal.models.latent;

import surprisal.engine.Precision;
import surprisal.models.dist.Ar1;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/** p(z), whatever the length of z. One that learns is a record of tensors. */
@FunctionalInterface
public interface Prior {

    /**
     * p(z).
     *
     * @param latent length of z
     * @param precision the precision
     * @return the prior, [latent]
     */
    Distribution of(int latent, Precision precision);

    /**
     * N(0, I).
     *
     * @return the prior
     */
    static Prior standard() {
        return Normal::standard;
    }

    /**
     * A chain over the parts of z, z_t = α z_{t−1} + √(1 − α²) ε_t: no independent normal belief is nearer to it than
     * {@link Ar1#committedRate} (Razavi et al. 2019, δ-VAE).
     *
     * @param alpha α, −1 &lt; α &lt; 1
     * @param steps how many parts z has
     * @return the prior; the length of z is to be a multiple of the steps
     */
    static Prior chain(double alpha, int steps) {
        return (latent, precision) -> Ar1.over(latent, alpha, steps, precision);
    }
}
