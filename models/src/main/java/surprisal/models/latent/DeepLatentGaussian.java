package surprisal.models.latent;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Likelihood;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;

/**
 * p(x, z) = p(x|z) p(z) with q(z|x) = N(μ(x), σ(x)²), for any likelihood and prior: a variational autoencoder (Kingma
 * and Welling 2014; Rezende, Mohamed and Wierstra 2014). With {@link Prior#chain} it is a δ-VAE.
 *
 * @param encoder x → the mean of q(z|x) and what becomes its standard deviation, [.., n] → [.., 2 · latent]
 * @param decoder z → what the likelihood takes, [.., latent] → [.., m]
 * @param likelihood p(x|y) of what the decoder says
 * @param p0 p(z)
 */
public record DeepLatentGaussian(Mlp encoder, Mlp decoder, Likelihood likelihood, Prior p0) implements LatentModel {

    /** The least σ of q(z|x), so that log σ stays finite. */
    static final double LEAST = 1e-4;

    /**
     * A fresh model.
     *
     * @param n length of x
     * @param hidden widths of the encoder's hidden layers; the decoder has them the other way round
     * @param latent length of z
     * @param activation what stands between the layers
     * @param likelihood p(x|y) of what the decoder says
     * @param p0 p(z)
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     */
    public static DeepLatentGaussian of(
            int n, int[] hidden, int latent, Unary activation, Likelihood likelihood, Prior p0, Precision precision, Rng rng) {
        return new DeepLatentGaussian(
                Mlp.of(rng, precision, activation, inwards(n, hidden, 2 * latent)),
                Mlp.of(rng, precision, activation, outwards(latent, hidden, likelihood.width(n))),
                likelihood, p0);
    }

    /** The widths from x to z. */
    static int[] inwards(int n, int[] hidden, int latent) {
        return IntStream.concat(IntStream.concat(IntStream.of(n), IntStream.of(hidden)), IntStream.of(latent)).toArray();
    }

    /** The widths from z to x, the hidden ones turned round. */
    static int[] outwards(int latent, int[] hidden, int n) {
        int last = hidden.length - 1;
        return inwards(latent, IntStream.rangeClosed(0, last).map(i -> hidden[last - i]).toArray(), n);
    }

    /** N(μ, σ²) with σ = softplus(ρ) + least, of (μ, ρ) side by side: [.., 2n] → [.., n]. */
    static Normal normal(Tensor h) {
        return Normal.of(h, LEAST);
    }

    @Override
    public Normal q(Tensor x) {
        return normal(encoder.apply(x));
    }

    @Override
    public Distribution p(Tensor z) {
        return likelihood.of(decoder.apply(z));
    }

    @Override
    public Distribution prior() {
        Tensor first = decoder.layers().getFirst().weight();
        return p0.of(first.shape().dim(0), first.precision());
    }
}
