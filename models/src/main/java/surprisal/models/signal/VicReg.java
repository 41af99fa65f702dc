package surprisal.models.signal;

import surprisal.autodiff.Tensor;

/**
 * λ |g(s) − h(o)|²/d + μ (v(g) + v(h)) + ν (c(g) + c(h)), where v is how far the deviations of the d numbers over all states
 * fall short of one, v(z) = (1/d) Σᵢ max(0, 1 − √(Var zᵢ + ε)), and c their covariances, c(z) = (1/d) Σ_{i≠j} Cov(zᵢ, zⱼ)²
 * (Bardes, Ponce and LeCun 2022). The first term is each state's own, the others each state bears.
 *
 * @param views g and h
 * @param invariance λ
 * @param variance μ
 * @param covariance ν
 */
public record VicReg(Views views, double invariance, double variance, double covariance) implements Signal {

    /** ε. */
    private static final double EPSILON = 1e-4;

    /**
     * A signal of these.
     *
     * @throws IllegalArgumentException unless the weights are finite and ≥ 0
     */
    public VicReg {
        for (double weight : new double[] {invariance, variance, covariance}) {
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("weights λ = " + invariance + ", μ = " + variance + ", ν = " + covariance
                        + ": they are numbers ≥ 0");
            }
        }
    }

    /**
     * The signal with the published weights, 25, 25 and 1.
     *
     * @param views g and h
     * @return the signal
     */
    public static VicReg of(Views views) {
        return new VicReg(views, 25, 25, 1);
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Views.Pair pair = views.embed(state, observation);
        if (pair.rows() < 2) {
            throw new IllegalArgumentException("variances of views " + pair.g().shape() + ": they take at least two rows");
        }
        Tensor apart = pair.g().minus(pair.h()).square().mean(-1).times(invariance);
        return pair.each(apart.plus(spread(pair.g())).plus(spread(pair.h())));
    }

    /** μ v(z) + ν c(z), with the unbiased covariance. */
    private Tensor spread(Tensor z) {
        int rows = z.shape().dim(0);
        int d = z.shape().dim(1);
        Tensor centred = Rows.centred(z);
        Tensor I = Rows.identity(d, z);
        Tensor C = Rows.product(centred, centred).times((double) rows / (rows - 1));
        Tensor shortfall = C.times(I).sum(-1).plus(EPSILON).sqrt().neg().plus(1).relu();
        Tensor shared = C.times(I.neg().plus(1)).square().sum();
        return shortfall.mean().times(variance).plus(shared.times(covariance / d));
    }
}
