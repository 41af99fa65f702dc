package surprisal.models.signal;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/** States and observations as rows, and what is computed of rows. */
final class Rows {

    /** The least square of a length, so that a vector without a direction has a gradient that is finite. */
    private static final double LEAST = 1e-12;

    private Rows() {}

    /** The axes before the last, which state and observation have in common. */
    static Shape of(Tensor state, Tensor observation) {
        if (state.shape().rank() == 0 || observation.shape().rank() == 0
                || !state.shape().dropLast().equals(observation.shape().dropLast())) {
            throw new IllegalArgumentException("states " + state.shape() + " and observations " + observation.shape()
                    + ": the axes before the last are the same, one observation for each state");
        }
        return state.shape().dropLast();
    }

    /** [.., n] → [N, n]. */
    static Tensor flat(Tensor x) {
        return x.reshape(x.shape().dropLast().size(), x.shape().last());
    }

    /** x/|x| over the last axis; shorter than 10⁻⁶ it is 10⁶ x. */
    static Tensor unit(Tensor x) {
        int[] wide = IntStream.range(0, x.shape().rank()).map(i -> i == x.shape().rank() - 1 ? 1 : x.shape().dim(i)).toArray();
        return x.times(x.square().sum(-1).atLeast(LEAST).rsqrt().reshape(wide));
    }

    /** |a/|a| − b/|b||² = 2 − 2 cos(a, b), which is 0 and no less where both point the same way: [.., n] → [..]. */
    static Tensor cosineDistance(Tensor a, Tensor b) {
        return unit(a).minus(unit(b)).square().sum(-1);
    }

    /** z − E[z] over rows, [N, n], counted from the first row: what never changes is 0, and not what a mean is off by. */
    static Tensor centred(Tensor z) {
        Tensor moved = z.minus(z.slice(0, 0, 1).stopGradient());
        return moved.minus(moved.mean(0));
    }

    /** E[a bᵀ] over rows, [N, n] and [N, m] → [n, m]. */
    static Tensor product(Tensor a, Tensor b) {
        return a.transpose().matmul(b).div(a.shape().dim(0));
    }

    /** I, [n, n], in x's precision. */
    static Tensor identity(int n, Tensor x) {
        return Tensor.oneHot(n, x.precision(), IntStream.range(0, n).toArray());
    }
}
