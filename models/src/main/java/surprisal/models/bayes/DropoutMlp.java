package surprisal.models.bayes;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.nn.Dropout;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/**
 * h_i = z_i ∘ f(h_{i−1} W_i + b_i) with z = 0 at the rate r, else 1/(1 − r): a perceptron whose hidden units are dropped at
 * random, when it predicts too. Each set of masks is one function, a draw from q(θ) (Gal and Ghahramani 2016).
 *
 * @param net the perceptron
 * @param rate r, in [0, 1)
 */
public record DropoutMlp(Mlp net, double rate) {

    /**
     * A perceptron with dropout.
     *
     * @throws IllegalArgumentException unless 0 ≤ r &lt; 1
     */
    public DropoutMlp {
        new Dropout(rate);
    }

    /**
     * Masks of M functions, kept for as many inputs as are wanted.
     *
     * @param members M
     * @param rng where the randomness comes from
     * @return for each hidden layer its mask, [M, 1, width]
     */
    public List<Tensor> masks(int members, Rng rng) {
        return dropout().masks(net, Shape.of(members, 1), rng);
    }

    private Dropout dropout() {
        return new Dropout(rate);
    }

    /**
     * The outputs under these masks.
     *
     * @param x [.., in], that broadcasts with the masks: [n, in] for [M, 1, width]
     * @param masks for each hidden layer its mask
     * @return [.., out]: [M, n, out] for masks of M functions
     * @throws IllegalArgumentException if there is not one mask for each hidden layer
     */
    public Tensor apply(Tensor x, List<Tensor> masks) {
        return Dropout.apply(net, masks, x);
    }

    /**
     * The outputs with masks of its own for each input: to train with.
     *
     * @param x [.., in]
     * @param rng where the masks come from
     * @return [.., out]
     */
    public Tensor apply(Tensor x, Rng rng) {
        return apply(x, dropout().masks(net, x.shape().dropLast(), rng));
    }

    /**
     * Σ ‖W‖²/2s²(1 − r) + ‖b‖²/2s², without 1 − r where the inputs are never dropped: D_KL[q(θ) ‖ p(θ)] with p = N(0, s²) up to
     * a constant, what weight decay stands for. The weights behind a kept unit are W/(1 − r), with probability 1 − r (Gal and
     * Ghahramani 2016; Gal, Hron and Kendall 2017).
     *
     * @param prior s > 0
     * @return a scalar
     */
    public Tensor complexity(double prior) {
        if (!(prior > 0)) {
            throw new IllegalArgumentException("a prior of weights with σ = " + prior + ": it is > 0");
        }
        Tensor sum = Tensor.zeros(Shape.scalar(), net.layers().getFirst().bias().precision());
        double kept = 1;
        for (Linear layer : net.layers()) {
            sum = sum.plus(layer.weight().square().sum().div(kept)).plus(layer.bias().square().sum());
            kept = 1 - rate;
        }
        return sum.div(2 * prior * prior);
    }
}
