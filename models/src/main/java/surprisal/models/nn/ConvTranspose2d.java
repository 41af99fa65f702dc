package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * x = Kᵀ y + b, a transposed convolution: [n, height, width, filters] → [n, outHeight, outWidth, channels], see {@link
 * Tensor#convTranspose2d(Tensor, Tensor, int, int)}.
 *
 * @param weight the kernel of K, [kernel, kernel, channels, filters]
 * @param bias b, [channels]
 * @param stride the step between windows of the result
 * @param padding what is cut off around the result
 */
public record ConvTranspose2d(Tensor weight, Tensor bias, int stride, int padding) {

    /**
     * A layer whose bias is zero. An output is, on average, a sum of kernel² · filters / stride² inputs, and an input goes
     * to kernel² · channels outputs; so are the weights drawn.
     *
     * @param filters channels of its inputs
     * @param channels of its outputs
     * @param kernel height and width of the window
     * @param stride the step between windows of the result
     * @param padding what is cut off around the result
     * @param init how the kernel is drawn
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the layer
     */
    public static ConvTranspose2d of(
            int filters, int channels, int kernel, int stride, int padding, Init init, Precision precision, Rng rng) {
        Conv2d.check("transposed convolution", filters, channels, kernel, stride, padding);
        double window = (double) kernel * kernel;
        double fanIn = window * filters / (stride * stride);
        Tensor weight = init.draw(Shape.of(kernel, kernel, channels, filters), fanIn, window * channels, precision, rng);
        return new ConvTranspose2d(weight, Tensor.zeros(Shape.of(channels), precision), stride, padding);
    }

    /**
     * Kᵀ y + b.
     *
     * @param y [n, height, width, filters]
     * @return [n, outHeight, outWidth, channels]
     */
    public Tensor apply(Tensor y) {
        return y.convTranspose2d(weight, bias, stride, padding);
    }
}
