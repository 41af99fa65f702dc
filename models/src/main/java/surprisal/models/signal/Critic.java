package surprisal.models.signal;

import surprisal.autodiff.Tensor;

/** f(o, s): how well an observation goes with a state, by their embeddings h and g. */
public enum Critic {

    /** f = hᵀ g (van den Oord, Li and Vinyals 2018; with a linear g and a fixed h it is the bilinear critic of CURL). */
    DOT {
        @Override
        Tensor squashed(Tensor embedding) {
            return embedding;
        }
    },

    /** f = tanh(h)ᵀ tanh(g), which is bounded by d (Mazzaglia, Verbelen and Dhoedt 2021). */
    TANH {
        @Override
        Tensor squashed(Tensor embedding) {
            return embedding.tanh();
        }
    },

    /** f = cos(h, g), to go with a temperature below one (Chen et al. 2020). */
    COSINE {
        @Override
        Tensor squashed(Tensor embedding) {
            return Rows.unit(embedding);
        }
    };

    abstract Tensor squashed(Tensor embedding);

    /**
     * f(o_j, s_i).
     *
     * @param g embeddings of the states, [N, d]
     * @param h embeddings of the observations, [K, d]
     * @return rows are states, columns observations, [N, K]
     */
    public Tensor scores(Tensor g, Tensor h) {
        return squashed(g).matmulTransposed(squashed(h));
    }
}
