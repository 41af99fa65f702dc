package surprisal.models.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/**
 * y = f(K_n … f(K_1 x + b_1) … + b_n), images to features: [.., height, width, channels] → [.., features], with any axes in
 * front, such as [batch, time]. The features are the last convolution's pixels, row by row, with their filters.
 *
 * @param layers the convolutions, from the image on
 * @param activation f, after each of them
 * @param image [height, width, channels]
 */
public record ConvEncoder(List<Conv2d> layers, Unary activation, Shape image) {

    /**
     * An encoder in float32, see {@link #of(Rng, Precision, Unary, Shape, int...)}.
     *
     * @param rng where the weights come from
     * @param activation f
     * @param image [height, width, channels]
     * @param filters the channels of each layer, from the image on
     * @return the encoder
     * @throws IllegalArgumentException if a layer would halve an odd height or width
     */
    public static ConvEncoder of(Rng rng, Unary activation, Shape image, int... filters) {
        return of(rng, Precision.FLOAT32, activation, image, filters);
    }

    /**
     * An encoder whose layers halve height and width: kernels of 4, strides of 2 (Ha and Schmidhuber 2018; Hafner et al.
     * 2020) and paddings of 1, so that {@link ConvDecoder#of} can undo the sizes exactly.
     *
     * @param rng where the weights come from
     * @param precision the precision
     * @param activation f
     * @param image [height, width, channels]
     * @param filters the channels of each layer, from the image on
     * @return the encoder
     * @throws IllegalArgumentException if a layer would halve an odd height or width
     */
    public static ConvEncoder of(Rng rng, Precision precision, Unary activation, Shape image, int... filters) {
        check("encoder", image, filters);
        List<Conv2d> layers = new ArrayList<>();
        int channels = image.last();
        for (int n : filters) {
            layers.add(Conv2d.of(channels, n, 4, 2, 1, Init.before(activation), precision, rng));
            channels = n;
        }
        return new ConvEncoder(List.copyOf(layers), activation, image);
    }

    static void check(String name, Shape image, int... filters) {
        String said = "a convolutional " + name + " of images " + image + " with filters " + Arrays.toString(filters) + ": ";
        if (image.rank() != 3 || image.size() == 0 || filters.length == 0 || filters.length > 30) {
            throw new IllegalArgumentException(said + "an image is [height, width, channels], and there are 1 to 30 layers");
        }
        int whole = 1 << filters.length;
        if (image.dim(0) % whole != 0 || image.dim(1) % whole != 0) {
            throw new IllegalArgumentException(said + filters.length + " layers halve height and width, so both are multiples of "
                    + whole + "; pad the images or take fewer layers");
        }
    }

    /**
     * The number of features of an image.
     *
     * @return the length of y's last axis
     */
    public int features() {
        int height = image.dim(0);
        int width = image.dim(1);
        for (Conv2d layer : layers) {
            Shape kernel = layer.weight().shape();
            height = (height + 2 * layer.padding() - kernel.dim(0)) / layer.stride() + 1;
            width = (width + 2 * layer.padding() - kernel.dim(1)) / layer.stride() + 1;
        }
        return height * width * layers.getLast().weight().shape().last();
    }

    /**
     * The features.
     *
     * @param x [.., height, width, channels], or [.., height · width · channels] with the same numbers
     * @return [.., features]
     * @throws IllegalArgumentException if the images have another size
     */
    public Tensor apply(Tensor x) {
        int events = events(x.shape());
        Tensor y = x.reshape(Axes.batch(x.shape(), events), image.dim(0), image.dim(1), image.dim(2));
        for (Conv2d layer : layers) {
            y = layer.apply(y).map(activation);
        }
        return y.reshape(Axes.with(x.shape(), events, features()));
    }

    /** How many axes at the end are an image. */
    private int events(Shape x) {
        int rank = x.rank();
        if (rank >= 3 && Arrays.equals(Arrays.copyOfRange(x.dims(), rank - 3, rank), image.dims())) {
            return 3;
        }
        if (rank >= 1 && x.last() == image.size()) {
            return 1;
        }
        throw new IllegalArgumentException("images " + x + " for an encoder of " + image + ": the last axes are these, or one of "
                + image.size());
    }
}
