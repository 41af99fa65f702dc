package surprisal.models.nn;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;

/**
 * y = norm(B_k … B_1 x), blocks of attention and perceptrons over places: [.., places, n] → [.., places, n]. Order means nothing
 * to it, unless {@link Positions} are added to x or places see only those before them.
 *
 * @param blocks B_1 … B_k
 * @param norm the last layer norm
 */
public record TransformerEncoder(List<Block> blocks, LayerNorm norm) {

    /**
     * u = x + attention(norm(x)), y = u + perceptron(norm(u)): a block whose norms come first, so that gradients pass straight
     * through it (Vaswani et al. 2017; Xiong et al. 2020, Table 1).
     *
     * @param first the norm before the attention
     * @param attention the attention
     * @param second the norm before the perceptron
     * @param perceptron applied to each place
     */
    public record Block(LayerNorm first, Attention attention, LayerNorm second, Mlp perceptron) {

        /**
         * Each place looks at all.
         *
         * @param x [.., places, n]
         * @return [.., places, n]
         */
        public Tensor apply(Tensor x) {
            return rest(x.plus(attention.apply(first.apply(x))));
        }

        /**
         * Each place looks at those that the mask leaves.
         *
         * @param x [.., places, n]
         * @param mask what it sees, see {@link Attention}
         * @return [.., places, n]
         */
        public Tensor apply(Tensor x, Tensor mask) {
            return rest(x.plus(attention.apply(first.apply(x), mask)));
        }

        private Tensor rest(Tensor u) {
            return u.plus(perceptron.apply(second.apply(u)));
        }
    }

    /**
     * An encoder whose perceptrons have one hidden layer of gelu units.
     *
     * @param n length of a place's vector
     * @param heads of each attention, a divisor of n
     * @param hidden width of the perceptrons' hidden layer, usually 4n
     * @param blocks how many
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the encoder
     * @throws IllegalArgumentException if there is no block, or the heads don't divide n
     */
    public static TransformerEncoder of(int n, int heads, int hidden, int blocks, Precision precision, Rng rng) {
        if (blocks < 1) {
            throw new IllegalArgumentException("a transformer of " + blocks + " blocks: it has at least one");
        }
        List<Block> all = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            all.add(new Block(
                    LayerNorm.of(n, precision), Attention.of(n, heads, precision, rng),
                    LayerNorm.of(n, precision), Mlp.of(rng, precision, Unary.GELU, n, hidden, n)));
        }
        return new TransformerEncoder(List.copyOf(all), LayerNorm.of(n, precision));
    }

    /**
     * Each place sees all.
     *
     * @param x [.., places, n]
     * @return [.., places, n]
     */
    public Tensor apply(Tensor x) {
        Tensor y = x;
        for (Block block : blocks) {
            y = block.apply(y);
        }
        return norm.apply(y);
    }

    /**
     * Each place sees itself and those before it: what it gives at t does not depend on what comes later.
     *
     * @param x [.., places, n]
     * @return [.., places, n]
     */
    public Tensor causal(Tensor x) {
        return apply(x, Attention.causal(x.shape().dim(-2), x.precision()));
    }

    /**
     * Each place sees those that the mask leaves.
     *
     * @param x [.., places, n]
     * @param mask what each sees in every block, see {@link Attention}
     * @return [.., places, n]
     */
    public Tensor apply(Tensor x, Tensor mask) {
        Tensor y = x;
        for (Block block : blocks) {
            y = block.apply(y, mask);
        }
        return norm.apply(y);
    }
}
