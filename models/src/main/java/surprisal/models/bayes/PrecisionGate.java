package surprisal.models.bayes;

import surprisal.autodiff.Tensor;

/**
 * ω(D) = a (1 − 1/(1 + e^(−(D − b)/c))) + d: a belief precision that falls from a + d to d as D = D_KL[Q(π|s) ‖ P(π)] grows,
 * so that transitions are learned with the most attention where the habit already does what the planner says (Fountas et al.
 * 2020).
 *
 * @param a how much it falls
 * @param b D where half of that has gone
 * @param c > 0, over how many nats it falls
 * @param d what stays
 */
public record PrecisionGate(double a, double b, double c, double d) {

    /**
     * A gate.
     *
     * @throws IllegalArgumentException unless a ≥ 0, c > 0 and d > 0
     */
    public PrecisionGate {
        if (!(a >= 0 && c > 0 && d > 0)) {
            throw new IllegalArgumentException("a precision that falls by a = %s over c = %s nats to d = %s: a ≥ 0, c > 0 and d > 0"
                    .formatted(a, c, d));
        }
    }

    /**
     * ω(D).
     *
     * @param divergence D, [..]
     * @return [..], in (d, a + d)
     */
    public Tensor omega(Tensor divergence) {
        return divergence.minus(b).div(-c).sigmoid().times(a).plus(d);
    }
}
