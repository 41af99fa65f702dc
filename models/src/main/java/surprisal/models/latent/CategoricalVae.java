package surprisal.models.latent;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.FreeEnergy;
import surprisal.models.dist.Choices;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Likelihood;
import surprisal.models.nn.Mlp;

/**
 * p(x, z) = p(x|z) p(z) of a discrete z: some choices side by side, uniform a priori. z is drawn as one-hot vectors
 * with the straight-through gradient ({@link #freeEnergy(Tensor, Rng)}) or {@link #relaxed} (Jang, Gu and Poole 2017).
 *
 * @param encoder x → the log-odds of q(z|x), [.., n] → [.., choices · classes]
 * @param decoder z → what the likelihood takes, [.., choices · classes] → [.., m]
 * @param classes of each choice
 * @param likelihood p(x|y) of what the decoder says
 */
public record CategoricalVae(Mlp encoder, Mlp decoder, int classes, Likelihood likelihood) implements LatentModel {

    /**
     * A fresh model.
     *
     * @param n length of x
     * @param hidden widths of the encoder's hidden layers; the decoder has them the other way round
     * @param choices how many choices z is
     * @param classes of each choice
     * @param activation what stands between the layers
     * @param likelihood p(x|y) of what the decoder says
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     */
    public static CategoricalVae of(
            int n, int[] hidden, int choices, int classes, Unary activation, Likelihood likelihood, Precision precision, Rng rng) {
        int latent = choices * classes;
        return new CategoricalVae(
                Mlp.of(rng, precision, activation, DeepLatentGaussian.inwards(n, hidden, latent)),
                Mlp.of(rng, precision, activation, DeepLatentGaussian.outwards(latent, hidden, likelihood.width(n))),
                classes, likelihood);
    }

    @Override
    public Choices q(Tensor x) {
        return new Choices(encoder.apply(x), classes);
    }

    @Override
    public Distribution p(Tensor z) {
        return likelihood.of(decoder.apply(z));
    }

    @Override
    public Choices prior() {
        Tensor first = decoder.layers().getFirst().weight();
        return new Choices(Tensor.zeros(Shape.of(first.shape().dim(0)), first.precision()), classes);
    }

    /**
     * F with z between one-hot vectors for the accuracy: its gradient varies less than the straight-through one's, and
     * its value is that of another model, the nearer to this one's the smaller τ is.
     *
     * @param x what was seen, [.., n]
     * @param temperature τ > 0
     * @param rng where z's noise comes from
     * @return complexity, exact, and accuracy of each x, [..]
     */
    public FreeEnergy relaxed(Tensor x, double temperature, Rng rng) {
        Choices q = q(x);
        Tensor z = q.relaxed(temperature, rng);
        return FreeEnergy.of(q, prior(), p(z).logProb(x));
    }
}
