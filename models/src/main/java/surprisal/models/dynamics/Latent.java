package surprisal.models.dynamics;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/** What kind of thing a learned state is: how the numbers that a network gives become a distribution over it. */
public sealed interface Latent {

    /**
     * The length of a state.
     *
     * @return n
     */
    int size();

    /**
     * How many numbers a network gives for one distribution.
     *
     * @return r
     */
    int raw();

    /**
     * The distribution.
     *
     * @param raw the numbers, [.., r]
     * @return of states [.., n]
     */
    Distribution of(Tensor raw);

    /**
     * N(μ, σ²) with σ = softplus(ρ) + least (Hafner et al. 2019).
     *
     * @param size n
     * @param least the least σ, so that no divergence grows without end
     */
    record Gaussian(int size, double least) implements Latent {

        /**
         * The kind.
         *
         * @throws IllegalArgumentException unless n ≥ 1 and least > 0
         */
        public Gaussian {
            if (size < 1 || !(least > 0)) {
                throw new IllegalArgumentException("a Gaussian state of " + size + " numbers with σ ≥ " + least
                        + ": it has at least one, and the least σ is positive");
            }
        }

        @Override
        public int raw() {
            return 2 * size;
        }

        /** From μ and ρ, one after the other. */
        @Override
        public Normal of(Tensor raw) {
            return Normal.of(raw, least);
        }
    }

    /**
     * One of several classes in each of several groups, p = (1 − u) σ(l) + u / classes (Hafner et al. 2021 and 2023): no class
     * is ever excluded, so no divergence is infinite. Gradients of samples go straight through.
     *
     * @param groups how many choices
     * @param classes among how many classes each
     * @param unimix u, the share of the uniform distribution
     */
    record OneHots(int groups, int classes, double unimix) implements Latent {

        /**
         * The kind.
         *
         * @throws IllegalArgumentException unless there is a group, of two classes at least, and 0 ≤ u &lt; 1
         */
        public OneHots {
            if (groups < 1 || classes < 2 || !(unimix >= 0 && unimix < 1)) {
                throw new IllegalArgumentException(groups + " choices among " + classes + " classes with a uniform share of "
                        + unimix + ": it takes at least 1 choice among 2, and a share from 0 to below 1");
            }
        }

        @Override
        public int size() {
            return groups * classes;
        }

        @Override
        public int raw() {
            return size();
        }

        /** From the log-odds l of all groups. */
        @Override
        public Categorical of(Tensor raw) {
            int[] dims = Arrays.copyOf(raw.shape().dims(), raw.shape().rank() + 1);
            dims[dims.length - 2] = groups;
            dims[dims.length - 1] = classes;
            Tensor logits = raw.reshape(dims);
            return unimix == 0 ? Categorical.ofLogits(logits) : new Categorical(logits.softmax()).unimix(unimix);
        }
    }
}
