package surprisal.models.dynamics;

import static surprisal.models.Kl.kl;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/**
 * A belief about a state that goes on by samples: a distribution over it, and the point from which the next step sets out.
 *
 * @param memory what is known for sure of the past, [.., m]
 * @param distribution q(s) or p(s): a {@link Normal} [.., n], a {@link Categorical} [.., groups, classes] or
 *     {@link Transition.Anywhere}
 * @param state s, the mean or a sample, [.., n]; one-hot vectors lie one after the other
 */
public record Belief(Tensor memory, Distribution distribution, Tensor state) {

    /** At the mean. */
    static Belief of(Tensor memory, Distribution distribution) {
        return new Belief(memory, distribution, switch (distribution) {
            case Normal(var mean, var _) -> mean;
            case Categorical(var probs, var _) -> flat(probs);
            case Transition.Anywhere(var around) -> around;
            default -> throw unknown(distribution);
        });
    }

    /** Sure of a state. */
    static Belief known(Tensor memory, Tensor state) {
        return new Belief(memory, new Normal(state, state.times(0)), state);
    }

    /** At a sample: reparameterised or straight through. */
    Belief drawn(Rng rng) {
        return new Belief(memory, distribution, switch (distribution) {
            case Normal normal -> normal.sample(rng);
            case Categorical categorical -> flat(categorical.sampleStraightThrough(rng));
            default -> distribution.sample(rng);
        });
    }

    /** D_KL[this ‖ p]; the coordinates and the groups are independent. */
    Tensor divergence(Belief p) {
        if (p.distribution instanceof Transition.Anywhere) {
            Tensor entropy = distribution.entropy();
            return (distribution instanceof Categorical ? entropy.sum(-1) : entropy).neg();
        }
        Tensor nats = kl(distribution, p.distribution);
        return distribution instanceof Categorical ? nats.sum(-1) : nats;
    }

    private static Tensor flat(Tensor groups) {
        int[] dims = groups.shape().dims();
        int[] flat = Arrays.copyOf(dims, dims.length - 1);
        flat[flat.length - 1] = dims[dims.length - 2] * dims[dims.length - 1];
        return groups.reshape(flat);
    }

    private static IllegalArgumentException unknown(Distribution distribution) {
        return new IllegalArgumentException("a state distributed as " + distribution.getClass().getSimpleName()
                + ": it is Normal, Categorical or Anywhere");
    }
}
