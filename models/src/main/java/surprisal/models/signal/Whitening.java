package surprisal.models.signal;

import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/**
 * 2 − 2 cos(w(g(s)), w(h(o))), where w whitens a view over all states: w(z) = L⁻¹(z − E z) with L Lᵀ = Cov z (W-MSE, Ermolov
 * et al. 2021). What is white can't collapse, so that agreement is all that is asked for.
 *
 * @param views g and h
 * @param epsilon what is added to the variances before they are whitened away; 0 makes it exact, and with more a view that
 *     is one point has no direction, and costs nothing
 */
public record Whitening(Views views, double epsilon) implements Signal {

    /**
     * A signal of these.
     *
     * @throws IllegalArgumentException unless ε is finite and ≥ 0
     */
    public Whitening {
        nonNegative(epsilon);
    }

    private static void nonNegative(double epsilon) {
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("whitening with ε = " + epsilon + ": it takes a number ≥ 0");
        }
    }

    /**
     * w(z) = L⁻¹(z − E z), L Lᵀ = E[(z − E z)(z − E z)ᵀ] + ε I over rows. With ε = 0 its covariance is I.
     *
     * @param z [N, n]
     * @param epsilon ε
     * @return [N, n]
     * @throws IllegalArgumentException if the covariance has no inverse: if ε = 0 and there are n rows or fewer, or a number
     *     that never changes or hangs on others
     */
    public static Tensor whitened(Tensor z, double epsilon) {
        nonNegative(epsilon);
        int n = z.shape().last();
        if (epsilon == 0 && z.shape().dim(0) <= n) {
            throw new IllegalArgumentException("whitening of " + z.shape() + ": the covariance of " + z.shape().dim(0)
                    + " rows in " + n + " dimensions has no inverse; take more than " + n + " rows, or ε > 0");
        }
        Tensor centred = Rows.centred(z);
        Tensor covariance = Rows.product(centred, centred).plus(Rows.identity(n, z).times(epsilon));
        return centred.matmulTransposed(inverseFactor(covariance, 0, z.shape()));
    }

    /** L⁻¹ of A = L Lᵀ, by halves: with A = (A₁₁ Bᵀ; B A₂₂), K = B L₁₁⁻ᵀ and L₂₂ L₂₂ᵀ = A₂₂ − K Kᵀ. A is from a number on. */
    private static Tensor inverseFactor(Tensor A, int from, Shape of) {
        int n = A.shape().last();
        if (n == 1) {
            if (!(A.item() > 0)) {
                throw new IllegalArgumentException("whitening of " + of + ": of the variance of number " + from + " " + A.item()
                        + " is left beside those before it, so that the covariance has no inverse; take ε > 0, or more of it");
            }
            return A.rsqrt();
        }
        int half = n / 2;
        Tensor below = A.slice(0, half, n);
        Tensor first = inverseFactor(A.slice(0, 0, half).slice(0, half), from, of);
        Tensor K = below.slice(0, half).matmulTransposed(first);
        Tensor second = inverseFactor(below.slice(half, n).minus(K.matmulTransposed(K)), from + half, of);
        Tensor corner = second.matmul(K.matmul(first)).neg();
        Tensor zeros = Tensor.zeros(Shape.of(half, n - half), A.precision());
        return Tensor.concat(0, Tensor.concat(1, first, zeros), Tensor.concat(1, corner, second));
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Views.Pair pair = views.embed(state, observation);
        if (pair.rows() < 2) {
            throw new IllegalArgumentException("whitening of views " + pair.g().shape() + ": it takes at least two rows");
        }
        return pair.each(Rows.cosineDistance(whitened(pair.g(), epsilon), whitened(pair.h(), epsilon)));
    }
}
