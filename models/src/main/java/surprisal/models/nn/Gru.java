package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;

/**
 * A gated recurrent unit (Cho et al. 2014), in the form where the reset gate meets the product: with x = W i + b and
 * u = U h + c, each in three parts,
 *
 * <p>r = σ(x_r + u_r), z = σ(x_z + u_z), ν = tanh(x_n + r u_n), h′ = (1 − z) ν + z h.
 *
 * @param input W, [in, 3n], and b, [3n]: the parts r, z, n one after the other
 * @param state U, [n, 3n], and c, [3n]
 */
public record Gru(Linear input, Linear state) {

    /**
     * A unit whose biases are zero and whose weights are drawn by {@link Init#GLOROT}.
     *
     * @param in length of the input
     * @param n length of the state
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the unit
     */
    public static Gru of(int in, int n, Precision precision, Rng rng) {
        return new Gru(
                Linear.of(in, 3 * n, Init.GLOROT, precision, rng), Linear.of(n, 3 * n, Init.GLOROT, precision, rng));
    }

    /**
     * h′.
     *
     * @param i the input, [.., in]
     * @param h the state, [.., n]
     * @return the next state, [.., n]
     */
    public Tensor apply(Tensor i, Tensor h) {
        return h.gru(input.apply(i), state.apply(h));
    }
}
