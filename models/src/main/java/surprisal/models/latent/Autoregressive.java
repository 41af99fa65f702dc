package surprisal.models.latent;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Rng;
import surprisal.models.dist.Distribution;

/**
 * p(x) = Π_d p(x_d|x_1 … x_{d−1}) of coin flips, by a masked network.
 *
 * @param net the log-odds of each flip given those before it
 * @param context what else they depend on, [.., context]
 */
public record Autoregressive(Made net, Tensor context) implements Distribution {

    /** log p(x) = Σ_d log p(x_d|x_1 … x_{d−1}). */
    @Override
    public Tensor logProb(Tensor x) {
        return net.apply(x, context).bernoulliLogProb(x);
    }

    /**
     * There is no closed form.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Tensor entropy() {
        throw new UnsupportedOperationException("no closed form for the entropy of an autoregressive distribution: "
                + "take the mean of −logProb(sample(rng))");
    }

    /** One number after the other, each in a pass of its own; no gradient flows. */
    @Override
    public Tensor sample(Rng rng) {
        int n = net.layers().getLast().weight().shape().last();
        int rank = context.shape().rank();
        Array x = Array.zeros(context.shape().with(rank - 1, n), context.precision());
        for (int d = 0; d < n; d++) {
            Array drawn = rng.bernoulli(net.apply(Tensor.of(x), context).slice(d, d + 1).sigmoid().array());
            for (int i = 0; i < drawn.size(); i++) {
                x.set(i * n + d, drawn.at(i));
            }
        }
        return Tensor.of(x);
    }
}
