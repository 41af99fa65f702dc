package surprisal.models.dynamics;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Array;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * 1/D Σ_{d=1}^{D} D_KL[q(s_t) ‖ p_d(s_t | s_{t−d}, a_{t−d} … a_{t−1})]: latent overshooting, which teaches the prior to be right
 * after several steps on its own (Hafner et al. 2019, Eq. 7, with β_d = 1). For d > 1 the prior learns from the posterior and
 * not the other way round. The t-th step has only distances d ≤ t, and its mean is over those.
 *
 * @param distance D
 */
public record Overshooting(int distance) {

    /**
     * The option.
     *
     * @throws IllegalArgumentException unless D ≥ 1
     */
    public Overshooting {
        if (distance < 1) {
            throw new IllegalArgumentException("overshooting by " + distance + " steps: it takes at least 1");
        }
    }

    /**
     * The complexity of each step, to stand in a {@link SequenceFreeEnergy} for that of one step. All starts are
     * imagined at once.
     *
     * @param model the dynamics
     * @param path its path
     * @param actions a_0 … a_{T−1}, [T, B, k]
     * @param balance what the divergence of one step counts as; its free nats are those of the others too
     * @param rng where the noise of what is imagined comes from
     * @param <B> the type of a belief
     * @return nats, [T, B]
     * @throws IllegalArgumentException if the sequences are shorter than D
     */
    public <B> Tensor complexity(Dynamics<B> model, Path<B> path, Tensor actions, Balance balance, Rng rng) {
        int steps = path.steps();
        if (distance > steps) {
            throw new IllegalArgumentException("overshooting by " + distance + " steps in sequences of " + steps
                    + ": no step has another so far before it; shorten the distance");
        }
        Tensor sum = balance.complexity(model, path.posterior(), path.prior());
        Balance taught = new Balance(0, balance.prior(), balance.freeNats());
        B expected = path.prior(); // of steps d − 1 … T − 1, by d steps
        for (int d = 2; d <= distance; d++) {
            int first = d - 1;
            int known = steps - first;
            B before = model.draw(Tree.map(expected, x -> x.slice(0, 0, known)), rng);
            expected = model.predict(before, actions.slice(0, first, steps));
            B believed = Tree.map(path.posterior(), x -> x.slice(0, first, steps));
            Tensor none = sum.slice(0, 0, first).times(0);
            sum = sum.plus(Tensor.concat(0, none, taught.complexity(model, believed, expected)));
        }
        return sum.times(shares(steps, sum));
    }

    /** One over the number of distances of each step, [T, 1]. */
    private Tensor shares(int steps, Tensor like) {
        double[] share = new double[steps];
        Arrays.setAll(share, t -> 1.0 / Math.min(distance, t + 1));
        return Tensor.of(Array.of(Shape.of(steps, 1), share).to(like.precision()));
    }
}
