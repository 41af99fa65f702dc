package surprisal.models.signal;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.nn.Mlp;

/**
 * g(s) and h(o): two views of one moment, embedded in one space so that they can be compared.
 *
 * @param state g, [N, n] → [N, d]; a record of tensors, since a lambda hides what it would learn
 * @param observation h, [N, m] → [N, d]
 */
public record Views(UnaryOperator<Tensor> state, UnaryOperator<Tensor> observation) {

    /** Both views of N moments, [N, d], and the axes that the moments came in. */
    record Pair(Tensor g, Tensor h, Shape states) {

        /** One number for each row, [N] or [], as one for each state, [..]. */
        Tensor each(Tensor cost) {
            return cost.shape().rank() == 0 ? cost.expand(states) : cost.reshape(states);
        }

        int rows() {
            return g.shape().dim(0);
        }

        int width() {
            return g.shape().dim(1);
        }
    }

    /**
     * Two perceptrons with one hidden layer each, and rectifiers.
     *
     * @param state n, length of a state
     * @param observation m, length of an observation
     * @param hidden the width of both hidden layers
     * @param embedding d, the length of an embedding
     * @param precision the precision
     * @param rng where the weights come from
     * @return the views
     */
    public static Views of(int state, int observation, int hidden, int embedding, Precision precision, Rng rng) {
        return new Views(
                Mlp.of(rng, precision, Unary.RELU, state, hidden, embedding),
                Mlp.of(rng, precision, Unary.RELU, observation, hidden, embedding));
    }

    Pair embed(Tensor s, Tensor o) {
        Shape states = Rows.of(s, o);
        Tensor g = state.apply(Rows.flat(s));
        Tensor h = observation.apply(Rows.flat(o));
        if (!g.shape().equals(h.shape()) || g.shape().rank() != 2 || g.shape().dim(0) != states.size()) {
            throw new IllegalArgumentException("views " + g.shape() + " of states " + s.shape() + " and " + h.shape()
                    + " of observations " + o.shape() + ": both are [" + states.size() + ", d] with one d");
        }
        return new Pair(g, h, states);
    }
}
