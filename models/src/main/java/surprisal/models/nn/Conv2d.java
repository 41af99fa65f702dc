package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * y = K x + b, a convolution: [n, height, width, channels] → [n, outHeight, outWidth, filters], see {@link
 * Tensor#conv2d(Tensor, Tensor, int, int)}.
 *
 * @param weight K's kernel, [kernel, kernel, channels, filters]
 * @param bias b, [filters]
 * @param stride the step between windows
 * @param padding the zeros around the image
 */
public record Conv2d(Tensor weight, Tensor bias, int stride, int padding) {

    /**
     * A layer whose bias is zero. An output is a sum of kernel² · channels inputs, and an input goes to kernel² · filters /
     * stride² outputs; so are the weights drawn.
     *
     * @param channels of its inputs
     * @param filters channels of its outputs
     * @param kernel height and width of the window
     * @param stride the step between windows
     * @param padding the zeros around the image
     * @param init how the kernel is drawn
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the layer
     */
    public static Conv2d of(
            int channels, int filters, int kernel, int stride, int padding, Init init, Precision precision, Rng rng) {
        check("convolution", channels, filters, kernel, stride, padding);
        double window = (double) kernel * kernel;
        double fanOut = window * filters / (stride * stride);
        Tensor weight = init.draw(Shape.of(kernel, kernel, channels, filters), window * channels, fanOut, precision, rng);
        return new Conv2d(weight, Tensor.zeros(Shape.of(filters), precision), stride, padding);
    }

    static void check(String name, int in, int out, int kernel, int stride, int padding) {
        if (in < 1 || out < 1 || kernel < 1 || stride < 1 || padding < 0) {
            throw new IllegalArgumentException(("a %s %d → %d with a kernel of %d, a stride of %d and a padding of %d: "
                    + "sizes are at least 1, a padding at least 0").formatted(name, in, out, kernel, stride, padding));
        }
    }

    /**
     * K x + b.
     *
     * @param x [n, height, width, channels]
     * @return [n, outHeight, outWidth, filters]
     */
    public Tensor apply(Tensor x) {
        return x.conv2d(weight, bias, stride, padding);
    }
}
