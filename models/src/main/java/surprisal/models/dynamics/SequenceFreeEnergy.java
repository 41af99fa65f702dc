package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.signal.Signal;

/**
 * F = Σ_t D_KL[q(s_t | s_{t−1}, a_{t−1}, o_t) ‖ p(s_t | s_{t−1}, a_{t−1})] + c(s_t, o_t), with one sample of each s_t (Mazzaglia
 * et al. 2022, Eq. 7). Where the cost c is −log p(o_t|s_t), E[F] ≥ −log p(o_1 … o_T), with equality where each factor of q
 * is the smoothing one, p(s_t | s_{t−1}, a, o_t … o_T).
 *
 * @param complexity the divergence of each step, [T, B]
 * @param cost what stands for −log p(o_t|s_t), [T, B]
 */
public record SequenceFreeEnergy(Tensor complexity, Tensor cost) {

    /**
     * The terms.
     *
     * @throws IllegalArgumentException unless both are [T, B]
     * @throws ArithmeticException if a number is not finite; the message names its term, step and sequence
     */
    public SequenceFreeEnergy {
        if (complexity.shape().rank() != 2 || !complexity.shape().equals(cost.shape())) {
            throw new IllegalArgumentException("a complexity " + complexity.shape() + " and a cost " + cost.shape()
                    + ": both are [T, B], one number for each step of each sequence");
        }
        finite("complexity D_KL[q ‖ p]", complexity);
        finite("cost", cost);
    }

    /**
     * F of a path.
     *
     * @param model the dynamics
     * @param path what it expected and believed
     * @param signal the cost of its states
     * @param observations o_1 … o_T as the signal knows them, [T, B, ..]
     * @param <B> the type of a belief
     * @return the terms
     */
    public static <B> SequenceFreeEnergy of(Dynamics<B> model, Path<B> path, Signal signal, Tensor observations) {
        return of(model, path, signal, observations, Balance.NONE);
    }

    /**
     * The same with a complexity of another kind.
     *
     * @param model the dynamics
     * @param path what it expected and believed
     * @param signal the cost of its states
     * @param observations o_1 … o_T as the signal knows them, [T, B, ..]
     * @param balance what a divergence counts as
     * @param <B> the type of a belief
     * @return the terms
     */
    public static <B> SequenceFreeEnergy of(
            Dynamics<B> model, Path<B> path, Signal signal, Tensor observations, Balance balance) {
        return new SequenceFreeEnergy(
                balance.complexity(model, path.posterior(), path.prior()),
                signal.cost(model.state(path.posterior()), observations));
    }

    /**
     * F of the steps after a burn-in, which carries the state and does not count.
     *
     * @param burnIn how many steps do not count
     * @return the terms of the others, [T − burnIn, B]
     * @throws IllegalArgumentException if there is no other step
     */
    public SequenceFreeEnergy after(int burnIn) {
        int steps = cost.shape().dim(0);
        if (burnIn < 0 || burnIn >= steps) {
            throw new IllegalArgumentException("a burn-in of " + burnIn + " steps in sequences of " + steps
                    + ": it is at least 0, and leaves a step that counts");
        }
        return new SequenceFreeEnergy(complexity.slice(0, burnIn, steps), cost.slice(0, burnIn, steps));
    }

    /**
     * F = Σ_t complexity + cost.
     *
     * @return nats of each sequence, [B]
     */
    public Tensor total() {
        return weighted(1);
    }

    /**
     * F_β = Σ_t β · complexity + cost.
     *
     * @param beta β ≥ 0
     * @return [B]
     */
    public Tensor weighted(double beta) {
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("β is " + beta + ": it takes a number ≥ 0");
        }
        return (beta == 1 ? complexity : complexity.times(beta)).plus(cost).sum(0);
    }

    private static void finite(String term, Tensor x) {
        Shape shape = x.shape();
        for (int i = 0; i < shape.size(); i++) {
            if (!Double.isFinite(x.at(i))) {
                throw new ArithmeticException("the " + term + " of step " + i / shape.last() + " in sequence " + i % shape.last()
                        + " is " + x.at(i) + ": lower the learning rate, clip the gradient, or raise the least σ or the "
                        + "uniform share");
            }
        }
    }
}
