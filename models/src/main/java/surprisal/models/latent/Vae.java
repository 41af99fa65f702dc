package surprisal.models.latent;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;

/**
 * p(x, z) = p(x|z) p(z), and the q(z|x) that inverts it: a variational autoencoder of binary pictures (Kingma and
 * Welling 2014; Rezende, Mohamed and Wierstra 2014).
 *
 * @param encoder x → the mean of q(z|x) and what becomes its standard deviation, [.., pixels] → [.., 2 · latent]
 * @param decoder z → the log-odds of each pixel, [.., latent] → [.., pixels]
 */
public record Vae(Mlp encoder, Mlp decoder) {

    /** The least σ of q(z|x), so that log σ stays finite. */
    private static final double LEAST = 1e-4;

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
        int n = hidden.length;
        IntStream in = IntStream.concat(IntStream.of(pixels), IntStream.of(hidden));
        IntStream back = IntStream.range(0, n).map(i -> hidden[n - 1 - i]);
        return new Vae(
                Mlp.of(rng, precision, activation, IntStream.concat(in, IntStream.of(2 * latent)).toArray()),
                Mlp.of(rng, precision, activation,
                        IntStream.concat(IntStream.concat(IntStream.of(latent), back), IntStream.of(pixels)).toArray()));
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
    public Normal q(Tensor x) {
        Tensor h = encoder.apply(x);
        int latent = latent();
        return new Normal(h.slice(0, latent), h.slice(latent, 2 * latent).softplus().plus(LEAST));
    }

    /**
     * p(x|z), independent pixels.
     *
     * @param z [.., latent]
     * @return the prediction, [.., pixels]
     */
    public Bernoulli p(Tensor z) {
        return new Bernoulli(decoder.apply(z));
    }

    /**
     * p(z) = N(0, I).
     *
     * @return the prior
     */
    public Normal prior() {
        return Normal.standard(latent(), decoder.layers().getFirst().weight().precision());
    }

    /**
     * F = D_KL[q(z|x) ‖ p(z)] − E_q[log p(x|z)], with one sample of z for the expectation (Mazzaglia et al. 2022, Eq.
     * 7).
     *
     * @param x [.., pixels], zeros and ones
     * @param rng where z's noise comes from
     * @return complexity and accuracy of each picture, [..]
     */
    public FreeEnergy freeEnergy(Tensor x, Rng rng) {
        Normal q = q(x);
        Tensor z = q.sample(rng);
        return FreeEnergy.of(q, prior(), p(z).logProb(x));
    }
}
