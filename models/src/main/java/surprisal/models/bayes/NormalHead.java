package surprisal.models.bayes;

import surprisal.autodiff.Tensor;
import surprisal.models.dist.Normal;

/**
 * p(y|h) = N(μ, (softplus(ρ) + least)²) with (μ, ρ) = h: a network's last layer as a mean and a spread for each coordinate.
 * Its cost is −log p(y|h), the normal's (Nix and Weigend 1994; Lakshminarayanan, Pritzel and Blundell 2017).
 *
 * @param least the least σ, so that no point is worth an infinite likelihood
 */
public record NormalHead(double least) {

    /**
     * A head.
     *
     * @throws IllegalArgumentException unless the least σ is > 0
     */
    public NormalHead {
        if (!(least > 0)) {
            throw new IllegalArgumentException("a head whose least σ is " + least + ": it is > 0");
        }
    }

    /**
     * p(y|h).
     *
     * @param h [.., 2n]: the means, then what becomes of the standard deviations
     * @return [.., n]
     * @throws IllegalArgumentException if the last axis is odd
     */
    public Normal apply(Tensor h) {
        return Normal.of(h, least);
    }
}
