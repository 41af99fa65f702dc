package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** How the weights of a layer are drawn: so that signals and gradients keep their size from layer to layer. */
public enum Init {
    /** Uniform on ±√(6 / (in + out)) (Glorot and Bengio 2010, Eq. 16): for tanh and for outputs. */
    GLOROT,
    /** Normal with variance 2 / in (He et al. 2015, Eq. 10): for relu and its kin. */
    HE,
    /** Normal with variance 1 / in (LeCun et al. 1998): for units that keep the scale. */
    LECUN,
    /** Zeros. */
    ZERO;

    /**
     * A matrix of weights.
     *
     * @param in number of inputs
     * @param out number of outputs
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return [in, out]
     */
    public Tensor draw(int in, int out, Precision precision, Rng rng) {
        return draw(Shape.of(in, out), in, out, precision, rng);
    }

    /**
     * Weights in any shape.
     *
     * @param shape the shape
     * @param in the number of inputs that an output is a sum of
     * @param out the number of outputs that an input goes to
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the weights
     */
    public Tensor draw(Shape shape, double in, double out, Precision precision, Rng rng) {
        return switch (this) {
            case GLOROT -> {
                double bound = Math.sqrt(6.0 / (in + out));
                yield scaled(2 * bound, rng.uniform(shape, precision), -bound);
            }
            case HE -> scaled(Math.sqrt(2.0 / in), rng.normal(shape, precision), 0);
            case LECUN -> scaled(Math.sqrt(1.0 / in), rng.normal(shape, precision), 0);
            case ZERO -> Tensor.zeros(shape, precision);
        };
    }

    private static Tensor scaled(double scale, Array x, double shift) {
        Compute.linear(scale, x, shift, x);
        return Tensor.of(x);
    }
}
