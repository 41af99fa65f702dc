package surprisal.models.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;

/**
 * A multi-layer perceptron: linear layers with an activation between them (none after the last), [.., in] → [.., out].
 *
 * @param layers the layers, from the input on
 * @param activation what stands between them
 */
public record Mlp(List<Linear> layers, Unary activation) implements UnaryOperator<Tensor> {

    /**
     * A perceptron of these widths with rectifiers, in float32.
     *
     * @param rng where the weights come from
     * @param sizes the widths, from the input to the output
     * @return the perceptron
     */
    public static Mlp of(Rng rng, int... sizes) {
        return of(rng, Unary.RELU, sizes);
    }

    /**
     * A perceptron of these widths, in float32.
     *
     * @param rng where the weights come from
     * @param activation what stands between the layers
     * @param sizes the widths, from the input to the output
     * @return the perceptron
     */
    public static Mlp of(Rng rng, Unary activation, int... sizes) {
        return of(rng, Precision.FLOAT32, activation, sizes);
    }

    /**
     * A perceptron of these widths. Hidden layers are drawn by {@link Init#HE} for rectifiers and by {@link Init#GLOROT} for the
     * others, the last layer by {@link Init#GLOROT}.
     *
     * @param rng where the weights come from
     * @param precision the precision
     * @param activation what stands between the layers
     * @param sizes the widths, from the input to the output
     * @return the perceptron
     * @throws IllegalArgumentException if there are fewer than two widths
     */
    public static Mlp of(Rng rng, Precision precision, Unary activation, int... sizes) {
        return of(rng, Init.before(activation), Init.GLOROT, precision, activation, sizes);
    }

    /**
     * A perceptron of these widths whose layers are all drawn in the same way.
     *
     * @param rng where the weights come from
     * @param init how they are drawn
     * @param precision the precision
     * @param activation what stands between the layers
     * @param sizes the widths, from the input to the output
     * @return the perceptron
     * @throws IllegalArgumentException if there are fewer than two widths
     */
    public static Mlp of(Rng rng, Init init, Precision precision, Unary activation, int... sizes) {
        return of(rng, init, init, precision, activation, sizes);
    }

    private static Mlp of(Rng rng, Init hidden, Init last, Precision precision, Unary activation, int... sizes) {
        if (sizes.length < 2) {
            throw new IllegalArgumentException("a perceptron of widths " + Arrays.toString(sizes)
                    + ": it takes at least an input and an output");
        }
        List<Linear> layers = new ArrayList<>();
        for (int i = 1; i < sizes.length; i++) {
            Init init = i < sizes.length - 1 ? hidden : last;
            layers.add(Linear.of(sizes[i - 1], sizes[i], init, precision, rng));
        }
        return new Mlp(List.copyOf(layers), activation);
    }

    /**
     * The last layer's output.
     *
     * @param x [.., in]
     * @return [.., out]
     */
    @Override
    public Tensor apply(Tensor x) {
        Tensor h = x;
        for (int i = 0; i < layers.size() - 1; i++) {
            h = layers.get(i).apply(h, activation);
        }
        return layers.getLast().apply(h);
    }
}
