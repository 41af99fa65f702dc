package surprisal.models.bayes;

import static surprisal.models.Kl.kl;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * y = x W + b with q(W, b) = N(μ, softplus(ρ)²), each weight for itself, and p(W, b) = N(0, s²): Bayes by backprop (Blundell
 * et al. 2015).
 *
 * @param mean μ, of W, [in, out], and of b, [out]
 * @param rho ρ, in the same shapes
 * @param weightPrior s of W
 * @param biasPrior s of b
 */
public record BayesLinear(Linear mean, Linear rho, double weightPrior, double biasPrior) {

    /** softplus(−3) = 0.049: small beside the weights that {@link Init} draws, so that signals pass at the start. */
    private static final double START = -3;

    /**
     * A layer.
     *
     * @throws IllegalArgumentException unless both priors' standard deviations are > 0
     */
    public BayesLinear {
        if (!(weightPrior > 0 && biasPrior > 0)) {
            throw new IllegalArgumentException("priors of weights with σ = " + weightPrior + " and of biases with σ = " + biasPrior
                    + ": both are > 0");
        }
    }

    /**
     * A layer whose means are drawn as a {@link Linear} is, and whose σ is 0.049.
     *
     * @param in length of its inputs
     * @param out length of its outputs
     * @param init how the means of W are drawn
     * @param weightPrior s of W
     * @param biasPrior s of b
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the layer
     */
    public static BayesLinear of(
            int in, int out, Init init, double weightPrior, double biasPrior, Precision precision, Rng rng) {
        Linear rho = new Linear(
                Tensor.full(Shape.of(in, out), START, precision), Tensor.full(Shape.of(out), START, precision));
        return new BayesLinear(Linear.of(in, out, init, precision, rng), rho, weightPrior, biasPrior);
    }

    /**
     * q(W).
     *
     * @return [in, out]
     */
    public Normal weight() {
        return new Normal(mean.weight(), rho.weight().softplus());
    }

    /**
     * q(b).
     *
     * @return [out]
     */
    public Normal bias() {
        return new Normal(mean.bias(), rho.bias().softplus());
    }

    /**
     * D_KL[q(W, b) ‖ p(W, b)], exact.
     *
     * @return a scalar
     */
    public Tensor complexity() {
        Precision precision = mean.bias().precision();
        int out = mean.bias().shape().last();
        Tensor zero = Tensor.zeros(Shape.of(out), precision);
        Tensor ofWeight = kl(weight(), new Normal(zero, Tensor.full(Shape.of(out), weightPrior, precision))).sum();
        return ofWeight.plus(kl(bias(), new Normal(zero, Tensor.full(Shape.of(out), biasPrior, precision))));
    }

    /**
     * W, b ~ q: one layer, the same for all that it is applied to.
     *
     * @param rng where the randomness comes from
     * @return a linear layer; gradients flow to μ and ρ
     */
    public Linear draw(Rng rng) {
        return new Linear(weight().sample(rng), bias().sample(rng));
    }

    /**
     * M draws side by side.
     *
     * @param members M
     * @param rng where the randomness comes from
     * @return M layers; gradients flow to μ and ρ
     */
    public Linears draws(int members, Rng rng) {
        Shape shape = mean.weight().shape();
        Tensor weight = mean.weight().expand(Shape.of(members, shape.dim(0), shape.dim(1)));
        Tensor bias = mean.bias().expand(Shape.of(members, shape.dim(1)));
        return new Linears(
                new Normal(weight, rho.weight().softplus()).sample(rng), new Normal(bias, rho.bias().softplus()).sample(rng));
    }

    /**
     * q(y|x) = N(x μ_W + μ_b, x² σ_W² + σ_b²): what q(W, b) makes of one input (Kingma, Salimans and Welling 2015). Its
     * draws differ from input to input, as if each had weights of its own, so that their errors are averaged over a batch; that
     * of one draw is common to all of it.
     *
     * @param x [.., in]
     * @return [.., out]
     */
    public Normal output(Tensor x) {
        Tensor variance = x.square().affine(rho.weight().softplus().square(), rho.bias().softplus().square());
        return new Normal(mean.apply(x), variance.sqrt());
    }
}
