package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/**
 * p(x) = Π_i p_i(x_i) over the last batch axis of some distributions, which becomes part of the event: pixels that are
 * each a choice of a level, groups of classes, coordinates that are each a mixture.
 *
 * @param parts p_i, with events [.., m, n] and log-probabilities [.., m]
 */
public record Independent(Distribution parts) implements Distribution {

    /** log p(x) = Σ_i log p_i(x_i), [.., m, n] → [..]. */
    @Override
    public Tensor logProb(Tensor x) {
        return parts.logProb(x).sum(-1);
    }

    /** H = Σ_i H[p_i]. */
    @Override
    public Tensor entropy() {
        return parts.entropy().sum(-1);
    }

    /** A draw of each part, with its gradient; [.., m, n]. */
    @Override
    public Tensor sample(Rng rng) {
        return parts.sample(rng);
    }

    @Override
    public Draw draw(Rng rng) {
        Draw draw = parts.draw(rng);
        return new Draw(draw.x(), draw.logProb().sum(-1));
    }
}
