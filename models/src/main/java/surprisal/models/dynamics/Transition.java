package surprisal.models.dynamics;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;

/** p(s_t | s_{t−1}, a_{t−1}) of a state without a memory: learned, fixed, known or none (Mazzaglia et al. 2022, §3.1). */
@FunctionalInterface
public interface Transition {

    /**
     * The prior.
     *
     * @param state s_{t−1}, [.., n]
     * @param action a_{t−1}, [.., k]
     * @return the distribution of s_t; its tensors have the axes of the states in front
     */
    Distribution p(Tensor state, Tensor action);

    /**
     * What a network makes of s_{t−1} and a_{t−1}, one after the other.
     *
     * @param network [.., n + k] → [.., r]
     * @param latent the kind of state
     */
    record Learned(Mlp network, Latent latent) implements Transition {
        @Override
        public Distribution p(Tensor state, Tensor action) {
            return latent.of(network.apply(Tensor.concat(-1, state, action)));
        }
    }

    /**
     * Always the same, whatever went before: N(0, I) or the uniform distribution, as in a VAE of each step by itself.
     *
     * @param distribution p(s), of one state
     */
    record Fixed(Distribution distribution) implements Transition {
        @Override
        public Distribution p(Tensor state, Tensor action) {
            int[] batch = state.shape().dropLast().dims();
            return Tree.map(distribution, x -> x.expand(batched(batch, x.shape())));
        }

        private static Shape batched(int[] batch, Shape event) {
            int[] dims = Arrays.copyOf(batch, batch.length + event.rank());
            System.arraycopy(event.dims(), 0, dims, batch.length, event.rank());
            return Shape.of(dims);
        }
    }

    /**
     * N(f(s_{t−1}, a_{t−1}), σ²) around a law of motion.
     *
     * @param motion f
     * @param std σ > 0, [n]
     */
    record Known(Motion motion, Tensor std) implements Transition {
        @Override
        public Distribution p(Tensor state, Tensor action) {
            Tensor mean = motion.step(state, action);
            return new Normal(mean, std.expand(mean.shape()));
        }
    }

    /** No prior: every state is as good as any other, D_KL[q ‖ p] is −H[q]. What is imagined stays where it is. */
    record None() implements Transition {
        @Override
        public Distribution p(Tensor state, Tensor action) {
            return new Anywhere(state);
        }
    }

    /**
     * The density 1 over all states, which is not that of a distribution: F is known up to a constant.
     *
     * @param around the state to go on from, [.., n]
     */
    record Anywhere(Tensor around) implements Distribution {

        /** log 1 = 0. */
        @Override
        public Tensor logProb(Tensor x) {
            return x.times(0).sum(-1);
        }

        /** Nothing: it is infinite. */
        @Override
        public Tensor entropy() {
            throw new UnsupportedOperationException("the entropy of a density of 1 everywhere is infinite");
        }

        /** Nothing. */
        @Override
        public Tensor sample(Rng rng) {
            throw new UnsupportedOperationException("no state can be drawn without a prior: give the dynamics a Transition "
                    + "that is learned, fixed or known");
        }
    }
}
