package surprisal.models.latent;

import static surprisal.models.latent.DeepLatentGaussian.inwards;
import static surprisal.models.latent.DeepLatentGaussian.normal;
import static surprisal.models.latent.DeepLatentGaussian.outwards;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Mlp;

/**
 * p(x, z) = p(x|z) p(z), and the q(z|x) that inverts it: a variational autoencoder of binary pictures (Kingma and
 * Welling 2014; Rezende, Mohamed and Wierstra 2014).
 *
 * @param encoder x → the mean of q(z|x) and what becomes its standard deviation, [.., pixels] → [.., 2 · latent]
 * @param decoder z → the log-odds of each pixel, [.., latent] → [.., pixels]
 */
public record Vae(Mlp encoder, Mlp decoder) implements LatentModel {

    /**
     * A fresh model in float32.
     *
     * @param pixels length of x
     * @param hidden widths of the encoder's hidden layers; the decoder has them the other way round
     * @param latent length of z
     * @param activation what stands between the layers
     * @param rng where the weights come from
     * @return the model
     */
    public static Vae of(int pixels, int[] hidden, int latent, Unary activation, Rng rng) {
        return of(pixels, hidden, latent, activation, Precision.FLOAT32, rng);
    }

    /**
     * A fresh model.
     *
     * @param pixels length of x
     * @param hidden widths of the encoder's hidden layers; the decoder has them the other way round
     * @param latent length of z
     * @param activation what stands between the layers
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     */
    public static Vae of(int pixels, int[] hidden, int latent, Unary activation, Precision precision, Rng rng) {
        return new Vae(
                Mlp.of(rng, precision, activation, inwards(pixels, hidden, 2 * latent)),
                Mlp.of(rng, precision, activation, outwards(latent, hidden, pixels)));
    }

    /**
     * A fresh model whose layers are all drawn in the same way.
     *
     * @param pixels length of x
     * @param hidden widths of the encoder's hidden layers; the decoder has them the other way round
     * @param latent length of z
     * @param activation what stands between the layers
     * @param init how the weights are drawn
     * @param precision the precision
     * @param rng where they come from
     * @return the model
     */
    public static Vae of(int pixels, int[] hidden, int latent, Unary activation, Init init, Precision precision, Rng rng) {
        return new Vae(
                Mlp.of(rng, init, precision, activation, inwards(pixels, hidden, 2 * latent)),
                Mlp.of(rng, init, precision, activation, outwards(latent, hidden, pixels)));
    }

    /**
     * The length of z.
     *
     * @return latent
     */
    public int latent() {
        return decoder.layers().getFirst().weight().shape().dim(0);
    }

    /**
     * q(z|x) = N(μ(x), σ(x)²).
     *
     * @param x [.., pixels]
     * @return the belief about z, [.., latent]
     */
    @Override
    public Normal q(Tensor x) {
        return normal(encoder.apply(x));
    }

    /**
     * p(x|z), independent pixels.
     *
     * @param z [.., latent]
     * @return the prediction, [.., pixels]
     */
    @Override
    public Bernoulli p(Tensor z) {
        return new Bernoulli(decoder.apply(z));
    }

    /**
     * p(z) = N(0, I).
     *
     * @return the prior
     */
    @Override
    public Normal prior() {
        return Normal.standard(latent(), decoder.layers().getFirst().weight().precision());
    }
}
