package surprisal.models.dist;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.dist.Bijection.Image;

/**
 * x = f_K(… f_1(z)), z ~ p: a distribution carried along by layers that are one to one (Rezende and Mohamed 2015).
 *
 * @param base p(z), [.., n]
 * @param layers f_1 … f_K, the first one first
 */
public record Flow(Distribution base, List<Bijection> layers) implements Distribution {

    /** The flow, its layers copied. */
    public Flow {
        layers = List.copyOf(layers);
    }

    /** log p(x) = log p(z) + Σ_k log |∂f_k⁻¹|, z = f_1⁻¹(… f_K⁻¹(x)). */
    @Override
    public Tensor logProb(Tensor x) {
        Tensor z = x;
        Tensor sum = null;
        for (Bijection layer : layers.reversed()) {
            Image image = layer.inverse(z);
            z = image.point();
            sum = sum == null ? image.logDet() : sum.plus(image.logDet());
        }
        return sum == null ? base.logProb(z) : base.logProb(z).plus(sum);
    }

    /**
     * Not in closed form.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Tensor entropy() {
        throw new UnsupportedOperationException("no closed form for the entropy of a Flow; estimate it with "
                + "entropyEstimate(samples, rng)");
    }

    /** Gradients flow to the layers, and to the base as far as its draws carry them. */
    @Override
    public Tensor sample(Rng rng) {
        Tensor x = base.sample(rng);
        for (Bijection layer : layers) {
            x = layer.forward(x).point();
        }
        return x;
    }

    /** log p(x) = log p(z) − Σ_k log |∂f_k|: no layer is inverted. */
    @Override
    public Draw draw(Rng rng) {
        Draw draw = base.draw(rng);
        Tensor x = draw.x();
        Tensor log = draw.logProb();
        for (Bijection layer : layers) {
            Image image = layer.forward(x);
            x = image.point();
            log = log.minus(image.logDet());
        }
        return new Draw(x, log);
    }
}
