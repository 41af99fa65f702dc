package surprisal.models.signal;

import surprisal.autodiff.Tensor;

/**
 * Σᵢ (1 − Cᵢᵢ)² + λ Σ_{i≠j} Cᵢⱼ², C the correlations of g(s) with h(o) over all states: each number of one view goes with
 * the same number of the other, and tells nothing of the rest (Barlow Twins, Zbontar et al. 2021). It is 0 where C =
 * I alone. One number for all states, which each of them bears.
 *
 * @param views g and h
 * @param redundancy λ
 */
public record RedundancyReduction(Views views, double redundancy) implements Signal {

    /** The least variance, so that a number that never changes goes with nothing. */
    private static final double LEAST = 1e-12;

    /**
     * A signal of these.
     *
     * @throws IllegalArgumentException unless λ is finite and ≥ 0
     */
    public RedundancyReduction {
        if (!(redundancy >= 0 && redundancy < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("redundancy reduction with λ = " + redundancy + ": it takes a number ≥ 0");
        }
    }

    /**
     * The signal with the published λ = 0.005.
     *
     * @param views g and h
     * @return the signal
     */
    public static RedundancyReduction of(Views views) {
        return new RedundancyReduction(views, 0.005);
    }

    /**
     * Cᵢⱼ = E[(aᵢ − E aᵢ)(bⱼ − E bⱼ)]/σ(aᵢ)σ(bⱼ) over rows.
     *
     * @param a [N, n]
     * @param b [N, m]
     * @return C, in [−1, 1], [n, m]
     * @throws IllegalArgumentException if there are fewer than two rows
     */
    public static Tensor correlations(Tensor a, Tensor b) {
        if (a.shape().dim(0) < 2) {
            throw new IllegalArgumentException("correlations of " + a.shape() + " with " + b.shape()
                    + ": they take at least two rows");
        }
        return Rows.product(standardised(a), standardised(b));
    }

    private static Tensor standardised(Tensor z) {
        Tensor centred = Rows.centred(z);
        return centred.times(centred.square().mean(0).atLeast(LEAST).rsqrt());
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Views.Pair pair = views.embed(state, observation);
        Tensor C = correlations(pair.g(), pair.h());
        Tensor I = Rows.identity(pair.width(), C);
        Tensor weights = I.times(1 - redundancy).plus(redundancy);
        return pair.each(C.minus(I).square().times(weights).sum());
    }
}
