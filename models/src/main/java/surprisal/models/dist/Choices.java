package surprisal.models.dist;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Independent choices side by side, each one of some classes: p(x) = Π_i p_i(x_i). The event is their one-hot vectors
 * one after the other, [n · classes].
 *
 * @param logits l, [.., n · classes]; each choice is σ(l), the softmax of its own
 * @param classes of each choice
 */
public record Choices(Tensor logits, int classes) implements Distribution {

    /** Half the least uniform number above 0 in float32: −log of it is finite. */
    private static final double LEAST = 0x1p-25;

    /**
     * The choices.
     *
     * @throws IllegalArgumentException unless the last axis is a multiple of the number of classes
     */
    public Choices {
        if (classes < 1 || logits.shape().rank() == 0 || logits.shape().last() % classes != 0) {
            throw new IllegalArgumentException("choices among " + classes + " classes from log-odds " + logits.shape()
                    + ": the last axis is a multiple of the number of classes");
        }
    }

    /**
     * The choices as a batch.
     *
     * @return [.., n, classes]
     */
    public Categorical each() {
        return Categorical.ofLogits(apart(logits));
    }

    /** log p(x) = Σ_i x_i · log p_i. */
    @Override
    public Tensor logProb(Tensor x) {
        return each().logProb(apart(x)).sum(-1);
    }

    /** H = Σ_i H[p_i]. */
    @Override
    public Tensor entropy() {
        return each().entropy().sum(-1);
    }

    /**
     * One-hot vectors, whose gradient goes to the probabilities as it is: {@link Categorical#sampleStraightThrough}.
     */
    @Override
    public Tensor sample(Rng rng) {
        return each().sampleStraightThrough(rng).reshape(logits.shape());
    }

    /**
     * σ((l + g)/τ) with g = −log(−log u), u uniform: draws between one-hot vectors, nearer to them the smaller τ is,
     * through which the gradient flows (Jang, Gu and Poole 2017; Maddison, Mnih and Teh 2017).
     *
     * @param temperature τ > 0
     * @param rng where the randomness comes from
     * @return [.., n · classes]
     * @throws IllegalArgumentException unless τ is finite and > 0
     */
    public Tensor relaxed(double temperature, Rng rng) {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a relaxed draw at temperature " + temperature + ": it takes a finite number > 0");
        }
        Tensor u = Tensor.of(rng.uniform(logits.shape(), logits.precision())).atLeast(LEAST);
        Tensor gumbel = u.log().neg().log().neg();
        return apart(logits.plus(gumbel).div(temperature)).softmax().reshape(logits.shape());
    }

    private Tensor apart(Tensor x) {
        int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
        dims[dims.length - 2] = x.shape().last() / classes;
        dims[dims.length - 1] = classes;
        return x.reshape(Shape.of(dims));
    }
}
