package surprisal.models.nn;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/**
 * x = K_1ᵀ f(K_2ᵀ … f(W z + b) …) + b_1, a latent state to an image: [.., latent] → [.., height, width, channels], with any
 * axes in front. The result is not squashed: means, or log-odds.
 *
 * @param dense W and b, to the small image
 * @param layers the transposed convolutions, from the small image on
 * @param activation f, before each of them
 * @param small the small image, [height, width, filters]
 */
public record ConvDecoder(Linear dense, List<ConvTranspose2d> layers, Unary activation, Shape small) {

    /**
     * A decoder in float32, see {@link #of(Rng, Precision, Unary, int, Shape, int...)}.
     *
     * @param rng where the weights come from
     * @param activation f
     * @param latent length of z
     * @param image [height, width, channels]
     * @param filters those of the encoder, from the image on: they are gone through the other way round
     * @return the decoder
     * @throws IllegalArgumentException if the image can't be halved as often as there are filters
     */
    public static ConvDecoder of(Rng rng, Unary activation, int latent, Shape image, int... filters) {
        return of(rng, Precision.FLOAT32, activation, latent, image, filters);
    }

    /**
     * A decoder with the sizes of {@link ConvEncoder#of(Rng, Precision, Unary, Shape, int...)}, the other way round: each layer
     * doubles height and width.
     *
     * @param rng where the weights come from
     * @param precision the precision
     * @param activation f
     * @param latent length of z
     * @param image [height, width, channels]
     * @param filters those of the encoder, from the image on: they are gone through the other way round
     * @return the decoder
     * @throws IllegalArgumentException if the image can't be halved as often as there are filters
     */
    public static ConvDecoder of(Rng rng, Precision precision, Unary activation, int latent, Shape image, int... filters) {
        ConvEncoder.check("decoder", image, filters);
        int n = filters.length;
        Shape small = Shape.of(image.dim(0) >> n, image.dim(1) >> n, filters[n - 1]);
        Init hidden = Init.before(activation);
        Linear dense = Linear.of(latent, small.size(), hidden, precision, rng);
        List<ConvTranspose2d> layers = new ArrayList<>();
        for (int i = n - 1; i >= 0; i--) {
            int channels = i > 0 ? filters[i - 1] : image.last();
            layers.add(ConvTranspose2d.of(filters[i], channels, 4, 2, 1, i > 0 ? hidden : Init.GLOROT, precision, rng));
        }
        return new ConvDecoder(dense, List.copyOf(layers), activation, small);
    }

    /**
     * The image.
     *
     * @param z [.., latent]
     * @return means or log-odds, [.., height, width, channels]
     */
    public Tensor apply(Tensor z) {
        Tensor x = images(z);
        Shape image = x.shape();
        return x.reshape(Axes.with(z.shape(), 1, image.dim(1), image.dim(2), image.dim(3)));
    }

    /**
     * The image as one event, as a likelihood of independent pixels takes it.
     *
     * @param z [.., latent]
     * @return means or log-odds, [.., height · width · channels]
     */
    public Tensor flat(Tensor z) {
        Tensor x = images(z);
        Shape image = x.shape();
        return x.reshape(Axes.with(z.shape(), 1, image.dim(1) * image.dim(2) * image.dim(3)));
    }

    private Tensor images(Tensor z) {
        Tensor x = dense.apply(z).reshape(Axes.batch(z.shape(), 1), small.dim(0), small.dim(1), small.dim(2));
        for (ConvTranspose2d layer : layers) {
            x = layer.apply(x.map(activation));
        }
        return x;
    }
}
