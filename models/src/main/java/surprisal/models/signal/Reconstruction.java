package surprisal.models.signal;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.dist.Distribution;

/**
 * −log p(o|s), p(o|s) = likelihood(decoder(s)): the state is asked to give back what was seen, as in the sequential VAE
 * (Mazzaglia et al. 2022, Eq. 7). Pictures are flattened to the last axis.
 *
 * @param decoder [.., n] → [.., k]; a record of tensors such as an Mlp, since a lambda hides what it would learn
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
        return likelihood.of(decoder.apply(state));
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Rows.of(state, observation);
        Shape wanted = state.shape().with(-1, likelihood.width(observation.shape().last()));
        Tensor h = decoder.apply(state);
        if (!h.shape().equals(wanted)) {
            throw new IllegalArgumentException("a decoder that turns states " + state.shape() + " into " + h.shape()
                    + ": the likelihood of observations " + observation.shape() + " takes " + wanted);
        }
        return likelihood.of(h).logProb(observation).neg();
    }
}
