package surprisal.models.latent;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Likelihood;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * log-odds of each x_d given x_1 … x_{d−1} and a context, all in one pass: h = f(x (W ∘ M) + c V + b), where the masks
 * M cut every way from an x to itself and to those before it (Germain et al. 2015). As a likelihood it is a decoder
 * that may know all of x without z, the one on which a posterior collapses.
 *
 * @param layers from x on
 * @param activation what stands between them
 */
public record Made(List<Layer> layers, Unary activation) implements Likelihood {

    /**
     * x (W ∘ M) + c V + b.
     *
     * @param weight W, [in, out]
     * @param mask M, zeros and ones, [in, out]; it is not learnt
     * @param context V, [context, out], and b, [out]
     */
    public record Layer(Tensor weight, Array mask, Linear context) {

        private Tensor apply(Tensor x, Tensor c) {
            return x.matmul(weight.times(Tensor.of(mask))).plus(context.apply(c));
        }
    }

    /**
     * A fresh network. Hidden unit k sees x_1 … x_m, m running through 1 … n − 1 again and again.
     *
     * @param n length of x
     * @param hidden widths of the hidden layers
     * @param context length of the context
     * @param activation what stands between the layers
     * @param precision the precision
     * @param rng where the weights come from
     * @return the network
     * @throws IllegalArgumentException unless n ≥ 2, for one number has none before it
     */
    public static Made of(int n, int[] hidden, int context, Unary activation, Precision precision, Rng rng) {
        if (n < 2) {
            throw new IllegalArgumentException("a masked network over " + n + " numbers: it takes at least 2");
        }
        List<Layer> layers = new ArrayList<>();
        int in = n;
        for (int i = 0; i <= hidden.length; i++) {
            int out = i < hidden.length ? hidden[i] : n;
            Array mask = Array.zeros(Shape.of(in, out), precision);
            for (int from = 0; from < in; from++) {
                for (int to = 0; to < out; to++) {
                    int sees = i == 0 ? from + 1 : from % (n - 1) + 1;  // the last x that goes into it
                    int may = i < hidden.length ? to % (n - 1) + 1 : to; // the last x that may
                    mask.set(from * out + to, sees <= may ? 1 : 0);
                }
            }
            layers.add(new Layer(
                    Init.GLOROT.draw(in, out, precision, rng), mask, Linear.of(context, out, Init.GLOROT, precision, rng)));
            in = out;
        }
        return new Made(List.copyOf(layers), activation);
    }

    /**
     * The log-odds.
     *
     * @param x [.., n]
     * @param context [.., context]; the axes before the last broadcast
     * @return [.., n]
     */
    public Tensor apply(Tensor x, Tensor context) {
        Tensor h = x;
        for (int i = 0; i < layers.size() - 1; i++) {
            h = layers.get(i).apply(h, context).map(activation);
        }
        return layers.getLast().apply(h, context);
    }

    @Override
    public Autoregressive of(Tensor y) {
        return new Autoregressive(this, y);
    }

    /** The length of the context, whatever that of x. */
    @Override
    public int width(int n) {
        return layers.getFirst().context().weight().shape().dim(0);
    }
}
