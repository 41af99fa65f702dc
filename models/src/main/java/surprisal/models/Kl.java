package surprisal.models;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.dist.Ar1;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Beta;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Choices;
import surprisal.models.dist.Dirichlet;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Distribution.Draw;
import surprisal.models.dist.Gamma;
import surprisal.models.dist.Independent;
import surprisal.models.dist.Laplace;
import surprisal.models.dist.MultivariateNormal;
import surprisal.models.dist.Normal;
import surprisal.models.dist.OneHot;
import surprisal.models.dist.PiecewiseConstant;
import surprisal.models.dist.TanhNormal;

/** D_KL[q ‖ p] = E_q[log q − log p] in nats: the table of closed forms. */
public final class Kl {

    private Kl() {}

    private record Pair(Distribution q, Distribution p) {}

    /**
     * D_KL[q ‖ p] in closed form: [.., n] → [..]. It is ≥ 0, and 0 only if q = p.
     *
     * @param q the one that the expectation is over
     * @param p the one that it is compared with; the shapes broadcast
     * @return one number for each pair of the batch; +∞ where q has what p lacks
     * @throws UnsupportedOperationException if there is no closed form for the pair
     */
    public static Tensor kl(Distribution q, Distribution p) {
        return switch (new Pair(q, p)) {
            // Σ log σ₀/σ + ½ (σ/σ₀)² + ½ ((μ − μ₀)/σ₀)² − ½, in ratios: the square of a small σ₀ is 0 in float32
            case Pair(Normal(var m, var s), Normal(var m0, var s0)) ->
                Tensor.normalKl(m, s, m0, s0);
            // Σ p (l − l₀) − log(1 + eˡ) + log(1 + eˡ⁰), p = σ(l)
            case Pair(Bernoulli a, Bernoulli b) ->
                a.probs().times(a.logits().minus(b.logits()))
                        .minus(a.logits().softplus())
                        .plus(b.logits().softplus())
                        .sum(-1);
            // Σ a (log a − log b)
            case Pair(Categorical a, Categorical b) ->
                a.expectedLog(a.probs()).minus(b.expectedLog(a.probs()));
            // log B(β) − log B(α) + Σ (α − β) E[log x]
            case Pair(Dirichlet a, Dirichlet b) ->
                b.logBeta().minus(a.logBeta())
                        .plus(a.alpha().minus(b.alpha()).times(a.expectedLog()).sum(-1));
            // log |L₀|/|L| + ½ (tr(Σ₀⁻¹ Σ) + ‖L₀⁻¹ (μ − μ₀)‖² − n)
            case Pair(MultivariateNormal a, MultivariateNormal b) ->
                a.traceUnder(b).plus(b.whitened(a.mean()).square().sum(-1)).minus(a.mean().shape().last()).times(0.5)
                        .plus(b.logDet())
                        .minus(a.logDet());
            case Pair(MultivariateNormal a, Normal b) ->
                kl(a, MultivariateNormal.of(b));
            case Pair(Normal a, MultivariateNormal b) ->
                kl(MultivariateNormal.of(a), b);
            // what both are mapped by, one to one, changes nothing
            case Pair(TanhNormal(var a), TanhNormal(var b)) ->
                kl(a, b);
            // Σ log b₀/b + d/b₀ + b/b₀ e^(−d/b) − 1, d = |μ − μ₀|
            case Pair(Laplace(var m, var b), Laplace(var m0, var b0)) -> {
                Tensor d = m.minus(m0).abs();
                Tensor ratio = b.div(b0);
                yield d.div(b0).minus(ratio.log()).plus(ratio.times(d.div(b).neg().exp())).minus(1).sum(-1);
            }
            // Σ (α − α₀) ψ(α) − log Γ(α) + log Γ(α₀) + α₀ log β/β₀ + α (β₀ − β)/β
            case Pair(Gamma(var a, var b), Gamma(var a0, var b0)) ->
                a.minus(a0).times(a.digamma())
                        .minus(a.lgamma())
                        .plus(a0.lgamma())
                        .plus(a0.times(b.div(b0).log()))
                        .plus(a.times(b0.div(b).minus(1)))
                        .sum(-1);
            case Pair(Beta a, Beta b) ->
                kl(a.pairs(), b.pairs()).sum(-1);
            case Pair(OneHot(var a), OneHot(var b)) ->
                kl(a, b);
            case Pair(OneHot(var a), Categorical b) ->
                kl(a, b);
            case Pair(Categorical a, OneHot(var b)) ->
                kl(a, b);
            case Pair(PiecewiseConstant a, PiecewiseConstant b)
                    when a.from() == b.from() && a.to() == b.to()
                            && a.bins().probs().shape().last() == b.bins().probs().shape().last() ->
                kl(a.bins(), b.bins()).sum(-1);
            case Pair(Independent(var a), Independent(var b)) ->
                kl(a, b).sum(-1);
            // of a chain of normals, and of choices side by side
            case Pair(Normal a, Ar1 b) -> b.klFrom(a);
            case Pair(Choices a, Choices b) -> kl(a.each(), b.each()).sum(-1);
            default -> throw new UnsupportedOperationException("no closed form for KL[" + name(q) + " ‖ " + name(p)
                    + "]; estimate it with Kl.estimate(q, p, samples, rng)");
        };
    }

    /**
     * The mean of log q(x) − log p(x) over draws x ~ q: unbiased for D_KL[q ‖ p] where both know the same events. Its
     * gradient is unbiased where the draws carry one.
     *
     * @param q the one that the draws come from
     * @param p the one that it is compared with
     * @param samples how many draws for each distribution of the batch
     * @param rng where they come from
     * @return [..]
     */
    public static Tensor estimate(Distribution q, Distribution p, int samples, Rng rng) {
        if (samples < 1) {
            throw new IllegalArgumentException("an estimate from " + samples + " samples: it takes at least 1");
        }
        Tensor sum = null;
        for (int i = 0; i < samples; i++) {
            Draw draw = q.draw(rng);
            Tensor difference = draw.logProb().minus(p.logProb(draw.x()));
            sum = sum == null ? difference : sum.plus(difference);
        }
        return sum.div(samples);
    }

    private static String name(Distribution d) {
        return d.getClass().getSimpleName();
    }
}
