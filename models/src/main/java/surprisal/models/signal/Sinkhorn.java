package surprisal.models.signal;

import surprisal.autodiff.Tensor;

/**
 * argmax_Q ⟨Q, S⟩ + ε H[Q] over tables whose rows sum to one and whose columns all sum to the same: N rows are shared out
 * among K prototypes, none of which is left out (Sinkhorn and Knopp 1967; Cuturi 2013; Caron et al. 2020). Columns and
 * rows of e^{S/ε} are normalised in turns, in logs, so that no ε is too small.
 *
 * @param epsilon ε, in the units of the scores
 * @param iterations how often; the rows, which come last, are exact after any number, the columns in the limit
 */
public record Sinkhorn(double epsilon, int iterations) {

    /**
     * The assignment with these numbers.
     *
     * @throws IllegalArgumentException unless ε is positive and finite, and there is an iteration
     */
    public Sinkhorn {
        if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY) || iterations < 1) {
            throw new IllegalArgumentException("codes with ε = " + epsilon + " in " + iterations
                    + " iterations: it takes a positive ε and at least 1 iteration");
        }
    }

    /**
     * ε = 0.05 and 3 iterations, as published for scores that are cosines.
     *
     * @return the assignment
     */
    public static Sinkhorn standard() {
        return new Sinkhorn(0.05, 3);
    }

    /**
     * Q, whose rows sum to one and whose columns sum to N/K.
     *
     * @param scores S, [N, K]
     * @return the codes, [N, K]
     */
    public Tensor codes(Tensor scores) {
        Tensor q = scores.div(epsilon);
        for (int i = 0; i < iterations; i++) {
            q = q.logSoftmax(0).logSoftmax(1);
        }
        return q.exp();
    }
}
