package surprisal.models.signal;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * H[q_o, p_s] + H[q_s, p_o], p = σ(cos(z, C)/τ): each view is asked for the other's prototype, where the codes q are shared
 * out evenly among prototypes and no gradient flows to them (SwAV, Caron et al. 2020). H[q, p] = −Σ q log p.
 *
 * @param views z_s = g(s) and z_o = h(o)
 * @param prototypes C, [K, d], of which only the directions count
 * @param temperature τ
 * @param sinkhorn how the codes are shared out
 */
public record Prototypes(Views views, Tensor prototypes, double temperature, Sinkhorn sinkhorn) implements Signal {

    /**
     * A signal of these.
     *
     * @throws IllegalArgumentException unless the temperature is positive and finite
     */
    public Prototypes {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("prototypes at temperature " + temperature + ": it takes a positive number");
        }
    }

    /**
     * Prototypes in random directions with the published numbers: τ = 0.1, {@link Sinkhorn#standard()}.
     *
     * @param views g and h
     * @param count K
     * @param embedding d, the length of the embeddings
     * @param precision the precision
     * @param rng where the directions come from
     * @return the signal
     */
    public static Prototypes of(Views views, int count, int embedding, Precision precision, Rng rng) {
        Tensor directions = Rows.unit(Tensor.of(rng.normal(Shape.of(count, embedding), precision)));
        return new Prototypes(views, directions, 0.1, Sinkhorn.standard());
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Views.Pair pair = views.embed(state, observation);
        Tensor C = Rows.unit(prototypes);
        Tensor s = Rows.unit(pair.g()).matmulTransposed(C);
        Tensor o = Rows.unit(pair.h()).matmulTransposed(C);
        return pair.each(crossEntropy(o, s).plus(crossEntropy(s, o)));
    }

    /** H[q, p] of the codes of one view's scores and the other's prediction, [N, K] → [N]. */
    private Tensor crossEntropy(Tensor goal, Tensor prediction) {
        Tensor q = sinkhorn.codes(goal.stopGradient());
        return q.times(prediction.div(temperature).logSoftmax()).sum(-1).neg();
    }
}
