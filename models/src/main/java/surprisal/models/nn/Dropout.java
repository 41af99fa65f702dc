package surprisal.models.nn;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * y = m x, m = b / (1 − p) with b ~ Bernoulli(1 − p): each number is left out with probability p, and E[y] = x (Srivastava et
 * al. 2014). At test time the masks stay: each is a sample from a belief about the weights (Gal and Ghahramani 2016). Without
 * masks, leave the layer out.
 *
 * <p>A mask is a tensor that broadcasts with x. Drawn once and kept, it is one function, for a whole sequence or batch: [n]
 * for all rows, [samples, 1, n] for some functions side by side on each row of [batch, n].
 *
 * @param p how likely a number is left out, 0 ≤ p &lt; 1
 */
public record Dropout(double p) {

    /**
     * A dropout.
     *
     * @throws IllegalArgumentException unless 0 ≤ p &lt; 1
     */
    public Dropout {
        if (!(p >= 0 && p < 1)) {
            throw new IllegalArgumentException("dropout with p = " + p + ": it is the probability of leaving a number out, 0 ≤ p < 1");
        }
    }

    /**
     * A mask to keep.
     *
     * @param shape its shape
     * @param precision its precision
     * @param rng where the randomness comes from
     * @return 0 with probability p, else 1 / (1 − p)
     */
    public Tensor mask(Shape shape, Precision precision, Rng rng) {
        return Tensor.of(rng.bernoulli(Tensor.full(shape, 1 - p, precision).array())).div(1 - p);
    }

    /**
     * m x with a mask of its own for each number.
     *
     * @param x any shape
     * @param rng where the mask comes from
     * @return y, of the same shape; x itself if p = 0
     */
    public Tensor apply(Tensor x, Rng rng) {
        return p == 0 ? x : x.times(mask(x.shape(), x.precision(), rng));
    }

    /**
     * A mask for each hidden layer of a perceptron.
     *
     * @param net the perceptron
     * @param lead the axes in front of each mask: {@code Shape.scalar()} for one function, [batch] for one each row
     * @param rng where the randomness comes from
     * @return [lead.., n] for the output of each layer but the last
     */
    public List<Tensor> masks(Mlp net, Shape lead, Rng rng) {
        List<Tensor> masks = new ArrayList<>();
        for (Linear layer : net.layers().subList(0, net.layers().size() - 1)) {
            Tensor bias = layer.bias();
            masks.add(mask(Axes.with(lead, 0, bias.shape().last()), bias.precision(), rng));
        }
        return List.copyOf(masks);
    }

    /**
     * A perceptron some of whose hidden units are left out.
     *
     * @param net the perceptron
     * @param masks those of its hidden layers, see {@link #masks}
     * @param x [.., in]
     * @return [.., out], with the axes of the masks where they are more
     * @throws IllegalArgumentException unless there is a mask for each hidden layer
     */
    public static Tensor apply(Mlp net, List<Tensor> masks, Tensor x) {
        List<Linear> layers = net.layers();
        if (masks.size() != layers.size() - 1) {
            throw new IllegalArgumentException(masks.size() + " masks for a perceptron of " + (layers.size() - 1)
                    + " hidden layers: it takes one for each");
        }
        Tensor h = x;
        for (int i = 0; i < masks.size(); i++) {
            h = layers.get(i).apply(h, net.activation()).times(masks.get(i));
        }
        return layers.getLast().apply(h);
    }
}
