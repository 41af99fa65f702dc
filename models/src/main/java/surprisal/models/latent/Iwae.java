package surprisal.models.latent;

import surprisal.autodiff.Op;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Choices;
import surprisal.models.dist.DiscretisedLogistic;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Flow;
import surprisal.models.dist.Independent;
import surprisal.models.dist.Mixture;
import surprisal.models.dist.OneHot;
import surprisal.models.dist.PiecewiseConstant;

/**
 * L_k = E[log (1/k) Σ_i w_i], w_i = p(x, z_i)/q(z_i|x), z_i ~ q(z|x): a bound on log p(x) that rises with k, from the
 * negative free energy at k = 1 (Burda, Grosse and Salakhutdinov 2016). The k samples of a batch go through the decoder
 * as one batch, the encoder sees each x once.
 *
 * @param samples k
 */
public record Iwae(int samples) {

    /**
     * The bound.
     *
     * @throws IllegalArgumentException unless k ≥ 1
     */
    public Iwae {
        if (samples < 1) {
            throw new IllegalArgumentException("a bound of " + samples + " samples: it takes at least 1");
        }
    }

    /**
     * log (1/k) Σ_i w_i, whose mean is L_k; its gradient is that of the reparameterised weights, Σ_i w̃_i ∇ log w_i
     * with w̃ = w / Σ w.
     *
     * @param model the model
     * @param x what was seen, [.., n]
     * @param rng where the noise comes from
     * @return one number for each x, in nats, [..]
     */
    public Tensor bound(Generative model, Tensor x, Rng rng) {
        return logMean(model.logWeights(x, samples, rng));
    }

    /**
     * −log (1/k) Σ_i w_i: what is minimised, an upper bound on −log p(x) as F is.
     *
     * @param model the model
     * @param x what was seen, [.., n]
     * @param rng where the noise comes from
     * @return one number for each x, in nats, [..]
     */
    public Tensor loss(Generative model, Tensor x, Rng rng) {
        return bound(model, x, rng).neg();
    }

    /**
     * The same number as {@link #loss} on the same draws, with the doubly reparameterised gradient (Tucker et al.
     * 2019): Σ_i w̃_i ∇_θ log w_i for the model, Σ_i w̃_i² (∂ log w_i/∂z_i) ∇_φ z_i for the belief. Both gradients have
     * the same mean; this one's spread does not outgrow it for large k, and vanishes where q is the posterior. k = 1 is
     * the path derivative of Roeder, Wu and Duvenaud (2017). The encoder and the decoder are to share no weights, and
     * draws from q and its density are to be smooth: of choices the two gradients would differ in their mean.
     *
     * @param model the model
     * @param x what was seen, [.., n]
     * @param rng where the noise comes from
     * @return one number for each x, in nats, [..]
     * @throws IllegalArgumentException if q is no record, or its draws jump, as those of choices do
     */
    public Tensor doublyReparameterised(LatentModel model, Tensor x, Rng rng) {
        Distribution q = model.q(x);
        if (!(q instanceof Record)) {
            throw new IllegalArgumentException("q(z|x) is a " + q.getClass().getName()
                    + ", not a record: the doubly reparameterised gradient can't tell which of its tensors to hold");
        }
        if (!smooth(q)) {
            throw new IllegalArgumentException("q(z|x) is a " + q.getClass().getSimpleName() + ", whose draws are no smooth function "
                    + "of its parameters: the doubly reparameterised gradient has another mean than the bound's; use loss");
        }
        Tensor drawn = LatentModel.draws(q, samples, rng);
        Array weights = Array.zeros(drawn.shape().dropLast(), drawn.precision());
        Tensor z = Tensor.apply(new Weighted(weights), drawn);
        Tensor log = model.logJoint(x, z).minus(Tree.map(q, Tensor::stopGradient).logProb(z));
        Compute.copy(log.copy().softmax(0).array(), 0, weights, 0, weights.size());
        return logMean(log).neg();
    }

    /** Whether a draw and its density follow the parameters without a jump. */
    private static boolean smooth(Distribution q) {
        return switch (q) {
            case Categorical _, OneHot _, Choices _, Bernoulli _, DiscretisedLogistic _, PiecewiseConstant _, Mixture _ -> false;
            case Independent(var parts) -> smooth(parts);
            case Flow(var base, var _) -> smooth(base);
            default -> true;
        };
    }

    private Tensor logMean(Tensor log) {
        return log.logSumExp(0).minus(StrictMath.log(samples));
    }

    /**
     * y = x, ∂x = w ∂y with one w for each row: [.., n] → [.., n]. The weights depend on what is computed from y, so
     * they are filled in after it and before the gradient comes back.
     */
    private record Weighted(Array weights) implements Op.Custom {

        @Override
        public Shape shape(Shape... in) {
            return in[0];
        }

        @Override
        public void forward(Array[] in, Array out) {
            Compute.copy(in[0], 0, out, 0, out.size());
        }

        @Override
        public void backward(Array[] in, Array out, Array gOut, Array[] gIn) {
            Compute.rowsScaled(gOut, weights, weights.size(), out.shape().last(), gIn[0], Store.ADD);
        }
    }
}
