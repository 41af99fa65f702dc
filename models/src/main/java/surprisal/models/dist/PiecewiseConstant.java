package surprisal.models.dist;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * p(x) = p_j k/(b − a) in the j-th of k equal parts of [a, b], with independent coordinates: the product over the last
 * axis of the event (Serban et al. 2016).
 *
 * @param bins p_j, [.., n, k], for events [.., n]
 * @param from a
 * @param to b > a
 */
public record PiecewiseConstant(Categorical bins, double from, double to) implements Distribution {

    /**
     * A histogram on an interval.
     *
     * @throws IllegalArgumentException unless a and b are finite, a before b
     */
    public PiecewiseConstant {
        if (!(from < to && to - from < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the interval from " + from + " to " + to
                    + ": its ends are finite and in order");
        }
    }

    private interface Bin {
        int of(int coordinate);
    }

    /** log p(x) = Σ log p_j + log k/(b − a), −∞ outside [a, b]. The slope in x is 0. */
    @Override
    public Tensor logProb(Tensor x) {
        Shape shape = bins.probs().shape();
        Shape events = x.shape().broadcast(shape.dropLast(), "piecewise constant");
        Array wide = x.stopGradient().expand(events).array();
        int k = shape.last();
        Tensor j = hot(events, k, i -> (int) Math.clamp((wide.at(i) - from) / width(), 0, k - 1));
        return bins.logProb(j).minus(StrictMath.log(width())).plus(new Support(from, to).edge(x)).sum(-1);
    }

    /** H = Σ H[p_j] + log (b − a)/k. */
    @Override
    public Tensor entropy() {
        return bins.entropy().plus(StrictMath.log(width())).sum(-1);
    }

    /**
     * x = a + (b − a)/k (j + (u − Σ_{i &lt; j} p_i)/p_j), u uniform: the inverse of the distribution function,
     * continuous in p, so that gradients flow to p.
     */
    @Override
    public Tensor sample(Rng rng) {
        Tensor p = bins.probs();
        Shape shape = p.shape().dropLast();
        int k = p.shape().last();
        double[] u = new double[shape.size()];
        int[] bin = new int[u.length];
        Array uniform = Noise.of(shape, Precision.FLOAT64, rng, x -> x).array();
        for (int i = 0; i < u.length; i++) {
            u[i] = uniform.at(i);
            double rest = u[i];
            int last = k - 1;
            while (last > 0 && p.at(i * k + last) == 0) {
                last--; // rounding must not push a draw into a part that is impossible
            }
            while (bin[i] < last && rest >= p.at(i * k + bin[i])) {
                rest -= p.at(i * k + bin[i]++);
            }
        }
        Tensor hot = hot(shape, k, i -> bin[i]);
        Array below = Array.zeros(p.shape(), p.precision());
        Array start = Array.zeros(shape, p.precision());
        for (int i = 0; i < below.size(); i++) {
            below.set(i, i % k < bin[i / k] ? 1 : 0);
            start.set(i / k, bin[i / k]);
        }
        Tensor inside = Tensor.of(uniform.to(p.precision())).minus(p.times(Tensor.of(below)).sum(-1))
                .div(p.times(hot).sum(-1));
        return Tensor.of(start).plus(inside.clamp(0, 1)).times(width()).plus(from).clamp(from, to);
    }

    private double width() {
        return (to - from) / bins.probs().shape().last();
    }

    private Tensor hot(Shape shape, int k, Bin bin) {
        int[] j = new int[shape.size()];
        Arrays.setAll(j, bin::of);
        int[] dims = Arrays.copyOf(shape.dims(), shape.rank() + 1);
        dims[shape.rank()] = k;
        return Tensor.oneHot(k, bins.probs().precision(), j).reshape(dims);
    }
}
