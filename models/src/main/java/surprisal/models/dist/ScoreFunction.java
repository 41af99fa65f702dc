package surprisal.models.dist;

import surprisal.autodiff.Tensor;

/**
 * ∇E_p[f] = E_p[∇f + (f − b) ∇log p]: the gradient of an expectation whose draws carry none (Williams 1992, REINFORCE).
 * Any b that does not depend on the draw leaves the mean as it is; a good one takes the variance away.
 */
public final class ScoreFunction {

    private ScoreFunction() {}

    /**
     * f + (f − b) log p, in value f alone: its gradient is the one above, draw by draw. Take the mean over the draws.
     *
     * @param cost f(x) of each draw, [..]
     * @param logProb log p(x), of the draws as constants, [..]
     * @param baseline b, that broadcasts: a number, {@link #leaveOneOut}, or what a network predicts without having
     *     seen the draw; no gradient flows to it
     * @return f, [..]
     */
    public static Tensor surrogate(Tensor cost, Tensor logProb, Tensor baseline) {
        Tensor advantage = cost.minus(baseline).stopGradient();
        return cost.plus(advantage.times(logProb.minus(logProb.stopGradient())));
    }

    /**
     * The same with one number for a baseline, 0 for none.
     *
     * @param cost f(x) of each draw, [..]
     * @param logProb log p(x), of the draws as constants, [..]
     * @param baseline b
     * @return f, [..]
     */
    public static Tensor surrogate(Tensor cost, Tensor logProb, double baseline) {
        return surrogate(cost, logProb, Tensor.full(cost.shape(), baseline, cost.precision()));
    }

    /**
     * b_i = Σ_{j≠i} f_j/(k − 1), the mean of the other draws (Mnih and Rezende 2016; Kool, van Hoof and Welling 2019).
     *
     * @param cost f of k independent draws along the first axis, [k, ..]
     * @return a baseline for each, [k, ..]
     * @throws IllegalArgumentException if there are fewer than two draws
     */
    public static Tensor leaveOneOut(Tensor cost) {
        int k = cost.shape().rank() == 0 ? 1 : cost.shape().dim(0);
        if (k < 2) {
            throw new IllegalArgumentException("a baseline from the other draws of a cost " + cost.shape()
                    + ": its first axis is the draws, at least two");
        }
        return cost.sum(0).minus(cost).div(k - 1);
    }
}
