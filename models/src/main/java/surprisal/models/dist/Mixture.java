package surprisal.models.dist;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * p(x) = Σ_k w_k p_k(x): k components of one family along the last batch axis of their parameters.
 *
 * @param weights w, [.., k]; > 0 where a gradient is to flow to them
 * @param components p_k, with parameters [.., k, n], which make log-probabilities [.., k] of an event [.., 1, n]
 */
public record Mixture(Categorical weights, Distribution components) implements Distribution {

    /** log p(x) = log Σ_k e^(log w_k + log p_k(x)), [.., n] → [..]. */
    @Override
    public Tensor logProb(Tensor x) {
        return joint(x).logSumExp();
    }

    /**
     * p(k|x) ∝ w_k p_k(x), Bayes' rule.
     *
     * @param x events, [.., n]
     * @return the choice of the component that x came from, [.., k]
     */
    public Categorical responsibilities(Tensor x) {
        return Categorical.ofLogits(joint(x));
    }

    /** log w_k p_k(x). */
    private Tensor joint(Tensor x) {
        return weights.log().plus(components.logProb(Tensor.stack(-2, x)));
    }

    /**
     * Not in closed form.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Tensor entropy() {
        throw new UnsupportedOperationException("no closed form for the entropy of a Mixture; it lies from leastEntropy() to "
                + "mostEntropy(), and entropyEstimate(samples, rng) estimates it");
    }

    /**
     * Σ_k w_k H[p_k] ≤ H: the entropy if the component were known.
     *
     * @return [..]
     */
    public Tensor leastEntropy() {
        return weights.probs().times(components.entropy()).sum(-1);
    }

    /**
     * H ≤ Σ_k w_k H[p_k] + H[w]: the entropy of x and its component together.
     *
     * @return [..]
     */
    public Tensor mostEntropy() {
        return leastEntropy().plus(weights.entropy());
    }

    /**
     * A draw of a component drawn by w, for each of the batch that weights and components make together. The gradient flows
     * through the component as far as it lets it, none to w.
     */
    @Override
    public Tensor sample(Rng rng) {
        Tensor x = components.sample(rng);
        Shape own = x.shape().dropLast();
        Shape batch = weights.probs().shape().broadcast(own, "mixture");
        if (!batch.equals(own)) {
            x = apart(x, batch, rng);
        }
        Categorical each = new Categorical(weights.probs().expand(batch), weights.logProbs().map(log -> log.expand(batch)));
        return x.where(Tensor.stack(-1, each.sample(rng)), Tensor.zeros(x.shape(), x.precision())).sum(-2);
    }

    /** The first draws and as many more as a batch takes in which no two share one, [.., n] → [batch.., n]. */
    private Tensor apart(Tensor first, Shape batch, Rng rng) {
        Shape own = first.shape().dropLast();
        Tensor[] draws = new Tensor[batch.size() / own.size()];
        for (int i = 0; i < draws.length; i++) {
            draws[i] = i == 0 ? first : components.sample(rng);
        }
        Tensor whose = Tensor.of(own, IntStream.range(0, own.size()).asDoubleStream().toArray()).expand(batch);
        int[] taken = new int[own.size()];
        int[] index = IntStream.range(0, batch.size()).map(i -> {
            int component = (int) whose.at(i);
            return taken[component]++ * own.size() + component;
        }).toArray();
        int n = first.shape().last();
        int[] dims = IntStream.concat(IntStream.of(batch.dims()), IntStream.of(n)).toArray();
        return Tensor.stack(0, draws).reshape(own.size() * draws.length, n).gather(0, index).reshape(dims);
    }
}
