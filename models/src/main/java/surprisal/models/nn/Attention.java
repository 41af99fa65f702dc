package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * y = [head_1 … head_h] W_o + b_o, head = softmax(Q Kᵀ/√d + M) V, with Q = x W_q + b_q, K = c W_k + b_k and V = c W_v + b_v in h
 * parts of length d (Vaswani et al. 2017, Eq. 1 and §3.2.2): places x look at places c. Order means nothing to it.
 *
 * <p>A mask M is added to how much each place looks at each other one: 0 where it may look, {@link #HIDDEN} where it may not.
 *
 * @param heads h
 * @param query W_q and b_q, n → n
 * @param key W_k and b_k, n → n
 * @param value W_v and b_v, n → n
 * @param output W_o and b_o, n → n
 */
public record Attention(int heads, Linear query, Linear key, Linear value, Linear output) {

    /**
     * The mask's number for what is not seen. It makes a weight exactly 0, as −∞ would, and stays finite: the search for the
     * op that made a loss NaN does not stop at it.
     */
    public static final double HIDDEN = -1e30;

    /**
     * A layer drawn by {@link Init#GLOROT}.
     *
     * @param n length of a place's vector
     * @param heads h, a divisor of n
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the layer
     * @throws IllegalArgumentException unless h divides n
     */
    public static Attention of(int n, int heads, Precision precision, Rng rng) {
        if (n < 1 || heads < 1 || n % heads != 0) {
            throw new IllegalArgumentException("attention of " + heads + " heads over vectors of " + n
                    + ": each head takes an equal part, so the heads divide the vector");
        }
        Linear[] w = new Linear[4];
        for (int i = 0; i < 4; i++) {
            w[i] = Linear.of(n, n, Init.GLOROT, precision, rng);
        }
        return new Attention(heads, w[0], w[1], w[2], w[3]);
    }

    /**
     * M with which place t looks at the places up to t.
     *
     * @param places how many
     * @param precision the precision
     * @return [places, places], 0 up to the diagonal and {@link #HIDDEN} above it
     */
    public static Tensor causal(int places, Precision precision) {
        return Axes.matrix(places, 0, 0, HIDDEN, precision);
    }

    /**
     * Each place looks at all.
     *
     * @param x [.., places, n]
     * @return [.., places, n]
     */
    public Tensor apply(Tensor x) {
        return output.apply(joined(scores(x, x).softmax().matmul(parts(value.apply(x))), x.shape()));
    }

    /**
     * Each place looks at those that the mask leaves.
     *
     * @param x [.., places, n]
     * @param mask M, [places, places]
     * @return [.., places, n]
     */
    public Tensor apply(Tensor x, Tensor mask) {
        return apply(x, x, mask);
    }

    /**
     * Each place looks at those places of a context that the mask leaves.
     *
     * @param x [.., places, n]
     * @param context c, [.., others, n]
     * @param mask M, [places, others]
     * @return [.., places, n]
     */
    public Tensor apply(Tensor x, Tensor context, Tensor mask) {
        Tensor weights = scores(x, context).plus(mask).softmax();
        return output.apply(joined(weights.matmul(parts(value.apply(context))), x.shape()));
    }

    /** Q Kᵀ/√d of each head, [batch, heads, places, others]. */
    private Tensor scores(Tensor x, Tensor context) {
        int d = query.bias().shape().last() / heads;
        return parts(query.apply(x).times(1 / Math.sqrt(d))).matmulTransposed(parts(key.apply(context)));
    }

    /** [.., places, n] → [batch, heads, places, d]. */
    private Tensor parts(Tensor x) {
        Shape s = x.shape();
        if (s.rank() < 2) {
            throw new IllegalArgumentException("attention over " + s + ": it takes [.., places, n]");
        }
        int n = s.last();
        return x.reshape(Axes.batch(s, 2), s.dim(-2), heads, n / heads).transpose(0, 2, 1, 3);
    }

    /** [batch, heads, places, d] → [.., places, n]. */
    private static Tensor joined(Tensor heads, Shape shape) {
        return heads.transpose(0, 2, 1, 3).reshape(shape);
    }
}
