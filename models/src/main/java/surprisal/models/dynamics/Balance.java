package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;

/**
 * max(free, D_KL[q ‖ p]), its gradient weighed apart for q and for p: what the complexity of a step counts as. The number is
 * the divergence whatever the weights; they say how fast q comes to p and p to q (KL balancing, Hafner et al. 2021). Below
 * the free nats nothing pulls (Kingma et al. 2016), at each step of each sequence by itself (Hafner et al. 2023); for a
 * threshold on the mean, as in Hafner et al. 2019, take {@code complexity().mean().atLeast(3)}.
 *
 * @param posterior the weight of the gradient in q
 * @param prior the weight of the gradient in p
 * @param freeNats free
 */
public record Balance(double posterior, double prior, double freeNats) {

    /** The divergence as it is. */
    public static final Balance NONE = new Balance(1, 1, 0);

    /**
     * A balance.
     *
     * @throws IllegalArgumentException unless all numbers are finite and ≥ 0
     */
    public Balance {
        if (!(posterior >= 0 && prior >= 0 && freeNats >= 0 && posterior + prior + freeNats < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a balance with weights " + posterior + " and " + prior + " and " + freeNats
                    + " free nats: they are finite numbers ≥ 0");
        }
    }

    /**
     * The complexity.
     *
     * @param model whose beliefs they are
     * @param q what is believed
     * @param p what was expected
     * @param <B> the type of a belief
     * @return nats, [..]
     */
    public <B> Tensor complexity(Dynamics<B> model, B q, B p) {
        Tensor nats = model.divergence(weighed(q, posterior), weighed(p, prior));
        return freeNats > 0 ? nats.atLeast(freeNats) : nats;
    }

    /** x̄ + w (x − x̄), where no gradient flows through x̄ = x. */
    private static <B> B weighed(B belief, double weight) {
        return weight == 1 ? belief : Tree.map(belief, x -> {
            Tensor still = x.stopGradient();
            return weight == 0 ? still : still.plus(x.minus(still).times(weight));
        });
    }
}
