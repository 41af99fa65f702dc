package surprisal.models.dist;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * N(x; μ, L Lᵀ), with any covariance. The event is the last axis.
 *
 * @param mean μ, [.., n]
 * @param factor L, [.., n, n], with a positive diagonal; what stands above the diagonal is not read. Its batch axes
 *     broadcast with the mean's
 */
public record MultivariateNormal(Tensor mean, Tensor factor) implements Distribution {

    private static final double HALF_LOG_2PI = 0.9189385332046727;

    /**
     * N(μ, Σ), with Σ = L Lᵀ (Cholesky). The gradient flows to Σ.
     *
     * @param mean μ, [.., n]
     * @param covariance Σ, [.., n, n], symmetric
     * @return the normal
     * @throws IllegalArgumentException if Σ is not positive definite
     */
    public static MultivariateNormal ofCovariance(Tensor mean, Tensor covariance) {
        return new MultivariateNormal(mean, Tensor.apply(Cholesky.OP, covariance));
    }

    /**
     * The same distribution with L = diag(σ).
     *
     * @param diagonal independent coordinates
     * @return the normal
     */
    public static MultivariateNormal of(Normal diagonal) {
        Shape shape = diagonal.mean().shape().broadcast(diagonal.std().shape(), "normal");
        Tensor std = Tensor.stack(-2, diagonal.std().expand(shape));
        return new MultivariateNormal(diagonal.mean(), std.times(mask(shape.last(), 0, std.precision())));
    }

    /**
     * Σ = L Lᵀ.
     *
     * @return [.., n, n]
     */
    public Tensor covariance() {
        return lower().matmul(lower().transpose());
    }

    /**
     * log |L| = Σ log Lᵢᵢ = ½ log |Σ|.
     *
     * @return [..]
     */
    public Tensor logDet() {
        return factor.times(mask(n(), 0, factor.precision())).sum(-1).log().sum(-1);
    }

    /**
     * L⁻¹ (x − μ), which is N(0, I) where x is one of this.
     *
     * @param x events, [.., n]
     * @return [.., n]
     */
    public Tensor whitened(Tensor x) {
        Tensor d = x.minus(mean);
        return solve(d, d.shape().dropLast());
    }

    /**
     * tr(Σ₀⁻¹ Σ) = ‖L₀⁻¹ L‖².
     *
     * @param p the normal with Σ₀ = L₀ L₀ᵀ
     * @return [..], n if the covariances are equal
     */
    public Tensor traceUnder(MultivariateNormal p) {
        Tensor columns = lower().transpose();
        return p.solve(columns, columns.shape().dropLast().dropLast()).square().sum(-2, -1);
    }

    /** log p(x) = −½ ‖L⁻¹ (x − μ)‖² − log |L| − n/2 log 2π. */
    @Override
    public Tensor logProb(Tensor x) {
        return whitened(x).square().sum(-1).times(-0.5).minus(logDet()).minus(n() * HALF_LOG_2PI);
    }

    /** H = log |L| + n/2 log 2πe. */
    @Override
    public Tensor entropy() {
        return logDet().plus(n() * (HALF_LOG_2PI + 0.5)).expand(shape().dropLast());
    }

    /** x = μ + L ε, ε ~ N(0, I): reparameterised, so that gradients flow to μ and L. */
    @Override
    public Tensor sample(Rng rng) {
        Tensor wide = mean.expand(shape());
        return wide.plus(lower().times(Tensor.stack(-2, wide.noise(rng))).sum(-1));
    }

    /** L⁻¹ v for vectors [batch.., k.., n]. */
    private Tensor solve(Tensor v, Shape batch) {
        if (factor.shape().rank() == 2) {
            return Tensor.apply(TriangularSolve.OP, factor, v);
        }
        Shape common = batch.broadcast(factor.shape().dropLast().dropLast(), "multivariate normal");
        int[] inner = v.shape().dims();
        int kept = inner.length - batch.rank();
        int[] wide = Arrays.copyOf(common.dims(), common.rank() + kept);
        System.arraycopy(inner, batch.rank(), wide, common.rank(), kept);
        int[] square = Arrays.copyOf(common.dims(), common.rank() + 2);
        square[common.rank()] = n();
        square[common.rank() + 1] = n();
        return Tensor.apply(TriangularSolve.OP, factor.expand(Shape.of(square)), v.expand(Shape.of(wide)));
    }

    private Tensor lower() {
        return factor.times(mask(n(), n(), factor.precision()));
    }

    /** Ones on the diagonal and on so many others below it. */
    private static Tensor mask(int n, int below, Precision precision) {
        Array mask = Array.zeros(Shape.of(n, n), precision);
        for (int i = 0; i < n; i++) {
            for (int j = Math.max(0, i - below); j <= i; j++) {
                mask.set(i * n + j, 1);
            }
        }
        return Tensor.of(mask);
    }

    private int n() {
        return factor.shape().last();
    }

    private Shape shape() {
        return mean.shape().broadcast(factor.shape().dropLast(), "multivariate normal");
    }
}
