package surprisal.models.dist;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;

/**
 * x = m z + (1 − m)(z eˢ + t), (s, t) = c(m z): what the mask keeps decides how the rest is scaled and shifted (Dinh,
 * Sohl-Dickstein and Bengio 2017). log |∂x/∂z| = Σ (1 − m) s.
 *
 * <p>The conditioner is a function of the model that a tape tracks: make the coupling where it is used, inside the
 * loss, as {@code new AffineCoupling(mask, model.net()::apply)}.
 *
 * @param mask m, [n], 1 for what is kept and 0 for the rest
 * @param conditioner c, [.., n] → [.., 2n]: s and t one after the other. Bound s (for example with tanh) if it must not
 *     explode
 */
public record AffineCoupling(Tensor mask, UnaryOperator<Tensor> conditioner) implements Bijection {

    @Override
    public Image forward(Tensor z) {
        Tensor kept = z.times(mask);
        Tensor st = scaleAndShift(kept);
        Tensor s = scale(st);
        return new Image(kept.plus(z.times(s.exp()).plus(shift(st)).times(rest())), s.sum(-1));
    }

    @Override
    public Image inverse(Tensor x) {
        Tensor kept = x.times(mask);
        Tensor st = scaleAndShift(kept);
        Tensor s = scale(st);
        return new Image(kept.plus(x.minus(shift(st)).times(s.neg().exp()).times(rest())), s.sum(-1).neg());
    }

    private Tensor scaleAndShift(Tensor kept) {
        Tensor st = conditioner.apply(kept);
        if (!st.shape().equals(kept.shape().with(-1, 2 * kept.shape().last()))) {
            throw new IllegalArgumentException("the conditioner of a coupling made " + st.shape() + " of " + kept.shape()
                    + ": its last axis is scales and shifts, twice as long");
        }
        return st;
    }

    /** s where the mask is 0, else 0. */
    private Tensor scale(Tensor st) {
        return st.slice(0, mask.shape().last()).times(rest());
    }

    private Tensor shift(Tensor st) {
        return st.slice(mask.shape().last(), 2 * mask.shape().last());
    }

    private Tensor rest() {
        return mask.neg().plus(1);
    }
}
