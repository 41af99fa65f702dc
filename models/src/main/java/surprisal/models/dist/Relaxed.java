package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;

/**
 * x = softmax((l + g)/τ), g Gumbel noise: a choice made smooth, a density on the simplex (Maddison, Mnih and Teh 2017;
 * Jang, Gu and Poole 2017). As τ → 0 it becomes the one-hot choice with the odds eˡ. The event is the last axis.
 *
 * @param logits l, [.., n]
 * @param temperature τ > 0
 */
public record Relaxed(Tensor logits, double temperature) implements Distribution {

    /**
     * A relaxed choice.
     *
     * @throws IllegalArgumentException unless τ is finite and > 0
     */
    public Relaxed {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a relaxed choice of temperature " + temperature + ": it is finite and > 0");
        }
    }

    /**
     * log p(x) = log (n − 1)! + (n − 1) log τ + Σ (l − (τ + 1) log x) − n log Σ e^(l − τ log x) (Maddison et al. 2017).
     * A number of x that is 0 is taken for the least of its precision; {@link #draw} knows its logarithm.
     */
    @Override
    public Tensor logProb(Tensor x) {
        return logProbOf(x.atLeast(x.precision() == Precision.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL).log());
    }

    /** Of x = eʸ. */
    private Tensor logProbOf(Tensor y) {
        int n = logits.shape().last();
        double constant = (n - 1) * StrictMath.log(temperature);
        for (int i = 2; i < n; i++) {
            constant += StrictMath.log(i);
        }
        Tensor scores = logits.minus(y.times(temperature));
        return scores.minus(y).sum(-1).minus(scores.logSumExp().times(n)).plus(constant);
    }

    /**
     * Not in closed form.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Tensor entropy() {
        throw new UnsupportedOperationException("no closed form for the entropy of a Relaxed choice; estimate it with "
                + "entropyEstimate(samples, rng), or use that of Categorical.ofLogits(logits)");
    }

    /** Reparameterised, so that gradients flow to l. */
    @Override
    public Tensor sample(Rng rng) {
        return scores(rng).softmax();
    }

    /**
     * The one-hot vector of the largest number of a draw, a draw of the choice itself, with the gradient of the smooth
     * one (Jang, Gu and Poole 2017): biased, the less so the smaller τ.
     *
     * @param rng where the randomness comes from
     * @return [.., n]
     */
    public Tensor sampleStraightThrough(Rng rng) {
        Tensor x = sample(rng);
        int n = x.shape().last();
        int[] best = new int[x.shape().size() / n];
        for (int i = 0; i < x.shape().size(); i++) {
            if (x.at(i) > x.at(i / n * n + best[i / n])) {
                best[i / n] = i % n;
            }
        }
        return x.straightThrough(Tensor.oneHot(n, x.precision(), best).reshape(x.shape()));
    }

    @Override
    public Draw draw(Rng rng) {
        Tensor y = scores(rng).logSoftmax();
        return new Draw(y.exp(), logProbOf(y));
    }

    private Tensor scores(Rng rng) {
        return logits.plus(Noise.of(logits.shape(), logits.precision(), rng, Noise::gumbel)).div(temperature);
    }
}
