package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * A {@link Categorical} whose draws carry the straight-through gradient: the discrete latent of DreamerV2 (Hafner et
 * al. 2021). Several choices side by side are {@code new Independent(OneHot…)}.
 *
 * @param choice p, [.., n]
 */
public record OneHot(Categorical choice) implements Distribution {

    /**
     * p = (1 − ε) σ(l) + ε/n.
     *
     * @param logits l, [.., n]
     * @param share ε, the share of the uniform choice: 0.01 in DreamerV3, 0 in DreamerV2
     * @return the choice
     * @throws IllegalArgumentException unless 0 ≤ ε ≤ 1
     */
    public static OneHot ofLogits(Tensor logits, double share) {
        return new OneHot(Categorical.ofLogits(logits).unimix(share));
    }

    /** log p(x) = Σ x log p. */
    @Override
    public Tensor logProb(Tensor x) {
        return choice.logProb(x);
    }

    /** H = −Σ p log p. */
    @Override
    public Tensor entropy() {
        return choice.entropy();
    }

    /** {@link Categorical#sampleStraightThrough}: one-hot, its gradient goes to p as it is. */
    @Override
    public Tensor sample(Rng rng) {
        return choice.sampleStraightThrough(rng);
    }
}
