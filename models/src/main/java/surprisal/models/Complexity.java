package surprisal.models;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/**
 * What a belief pays for its distance from the prior: D_KL[q ‖ p] in F, or one of its variants. Values that combine:
 * {@code Complexity.balanced(0.8).freeNats(3)}; a warm-up of the KL is
 * {@code Complexity.kl().times(schedule.at(step))}.
 */
@FunctionalInterface
public interface Complexity {

    /**
     * The complexity of each belief, in nats.
     *
     * @param q the belief
     * @param p the prior; the shapes broadcast
     * @return one number for each pair of the batch, [..]
     */
    Tensor of(Distribution q, Distribution p);

    /**
     * D_KL[q ‖ p], that of F.
     *
     * @return the complexity
     */
    static Complexity kl() {
        return Kl::kl;
    }

    /**
     * β times this (Higgins et al. 2017).
     *
     * @param beta β ≥ 0
     * @return the complexity
     * @throws IllegalArgumentException unless β ≥ 0
     */
    default Complexity times(double beta) {
        notNegative("β", beta);
        return (q, p) -> of(q, p).times(beta);
    }

    /**
     * α D_KL[sg(q) ‖ p] + (1 − α) D_KL[q ‖ sg(p)], where no gradient flows through sg: the value of D_KL[q ‖ p], but
     * for α > ½ the prior learns faster than the belief (Hafner et al. 2021, Alg. 2).
     *
     * @param alpha α, the prior's share of the gradient
     * @return the complexity
     * @throws IllegalArgumentException unless 0 ≤ α ≤ 1
     */
    static Complexity balanced(double alpha) {
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("α of the balanced KL is " + alpha + ": it takes a share from 0 to 1");
        }
        return (q, p) -> Kl.kl(constant(q), p).times(alpha).plus(Kl.kl(q, constant(p)).times(1 - alpha));
    }

    /**
     * max(E[this], λ), the mean being over the batch: below λ nats the belief pays nothing for more, and no gradient
     * flows. λ = 0 changes nothing but that each is told the mean.
     *
     * @param nats λ ≥ 0
     * @return the complexity, the same number for each of the batch
     * @throws IllegalArgumentException unless λ ≥ 0
     */
    default Complexity freeNats(double nats) {
        notNegative("λ", nats);
        return (q, p) -> {
            Tensor each = of(q, p);
            return each.mean().atLeast(nats).expand(each.shape());
        };
    }

    /**
     * Σ_i max(E[D_KL[q(z_i) ‖ p(z_i)]], λ), the mean being over the batch: each dimension has its own λ nats free
     * (Kingma et al. 2016).
     *
     * @param nats λ ≥ 0, of each dimension
     * @return the complexity of normals or coin flips, the same number for each of the batch
     * @throws IllegalArgumentException unless λ ≥ 0
     */
    static Complexity freeBits(double nats) {
        notNegative("λ", nats);
        return (q, p) -> {
            Tensor each = Kl.kl(apart(q), apart(p));
            int n = each.shape().last();
            return each.reshape(-1, n).mean(0).atLeast(nats).sum().expand(each.shape().dropLast());
        };
    }

    /** The same numbers, through which no gradient flows. */
    private static Distribution constant(Distribution d) {
        if (!(d instanceof Record)) {
            throw new IllegalArgumentException("a " + d.getClass().getName()
                    + " is not a record: the balanced KL can't tell which of its tensors the gradient is to stop at");
        }
        return Tree.map(d, Tensor::stopGradient);
    }

    /** Independent coordinates as a batch of their own: [.., n] → [.., n, 1]. */
    private static Distribution apart(Distribution d) {
        if (!(d instanceof Normal || d instanceof Bernoulli)) {
            throw new UnsupportedOperationException("free bits for each dimension of a " + d.getClass().getSimpleName()
                    + ": they take independent coordinates, Normal or Bernoulli; freeNats is for the whole");
        }
        return Tree.map(d, x -> {
            int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
            dims[dims.length - 1] = 1;
            return x.reshape(dims);
        });
    }

    private static void notNegative(String name, double x) {
        if (!(x >= 0)) {
            throw new IllegalArgumentException(name + " is " + x + ": it takes a number ≥ 0");
        }
    }
}
