package surprisal.models.nn;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/**
 * y = x W + b: [.., in] → [.., out].
 *
 * @param weight W, [in, out]
 * @param bias b, [out]
 */
public record Linear(Tensor weight, Tensor bias) implements UnaryOperator<Tensor> {

    /**
     * A layer whose bias is zero.
     *
     * @param in length of its inputs
     * @param out length of its outputs
     * @param init how W is drawn
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the layer
     */
    public static Linear of(int in, int out, Init init, Precision precision, Rng rng) {
        if (in < 1 || out < 1) {
            throw new IllegalArgumentException("a linear layer " + in + " → " + out + ": both sizes are at least 1");
        }
        return new Linear(init.draw(in, out, precision, rng), Tensor.zeros(Shape.of(out), precision));
    }

    /**
     * x W + b.
     *
     * @param x [.., in]
     * @return [.., out]
     */
    @Override
    public Tensor apply(Tensor x) {
        return x.affine(weight, bias);
    }

    /**
     * f(x W + b).
     *
     * @param x [.., in]
     * @param f the activation
     * @return [.., out]
     */
    public Tensor apply(Tensor x, Unary f) {
        return x.affine(weight, bias, f);
    }
}
