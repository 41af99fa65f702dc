package surprisal.models.signal;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.dist.Distribution;

/**
 * −log p(o|s), p(o|s) = likelihood(decoder(s)): the state is asked to give back what was seen, as in the sequential VAE
 * (Mazzaglia et al. 2022, Eq. 7). Observations that are pictures are flattened to the last axis, and so is a picture that
 * the decoder gives.
 *
 * @param decoder [.., n] → [.., k] or a picture of k numbers; a record of tensors such as an Mlp, since a lambda hides what
 *     it would learn
 * @param likelihood what its numbers stand for
 */
public record Reconstruction(UnaryOperator<Tensor> decoder, Likelihood likelihood) implements Signal {

    /**
     * p(o|s).
     *
     * @param state s, [.., n]
     * @return what the state expects to see, [.., m]
     */
    public Distribution p(Tensor state) {
        return likelihood.of(decoded(state));
    }

    /** The decoder's numbers, with all axes behind the state's in one. */
    private Tensor decoded(Tensor state) {
        Tensor h = decoder.apply(state);
        int[] flat = state.shape().dims();
        if (h.shape().rank() <= flat.length) {
            return h;
        }
        flat[flat.length - 1] = -1;
        return h.reshape(flat);
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Rows.of(state, observation);
        Shape wanted = state.shape().with(-1, likelihood.width(observation.shape().last()));
        Tensor h = decoded(state);
        if (!h.shape().equals(wanted)) {
            throw new IllegalArgumentException("a decoder that turns states " + state.shape() + " into " + h.shape()
                    + ": the likelihood of observations " + observation.shape() + " takes " + wanted);
        }
        return likelihood.of(h).logProb(observation).neg();
    }
}
