package surprisal.models.bayes;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Dirichlet;
import surprisal.models.dist.Normal;

/**
 * I[θ; y] = H[p(y)] − E_θ[H[p(y|θ)]]: how much an outcome y is expected to tell about the parameters, in nats. Members that
 * agree can't learn which of them is right, however noisy the outcome is. In closed form where there is one, else bounded or
 * estimated; a planner subtracts it, see {@link Curiosity}.
 */
public final class InformationGain {

    private static final double LOG_2PI = 1.8378770664093453;
    private static final double LOG_2 = 0.6931471805599453;

    private InformationGain() {}

    /**
     * H[1/M Σ p_m] − 1/M Σ H[p_m], exact, for outcomes of K classes.
     *
     * @param probs what each member predicts, [M, .., K]
     * @return [..], in [0, log min(M, K)]
     */
    public static Tensor of(Categorical probs) {
        Tensor p = probs.probs();
        return new Categorical(p.mean(0)).entropy().minus(probs.entropy().mean(0));
    }

    /**
     * Σ_k p_k (−log p_k + ψ(α_k + 1) − ψ(α₀ + 1)), p = α/α₀, exact: what one more event of K classes tells about their
     * probabilities.
     *
     * @param belief the counts α, [.., K]
     * @return [..], > 0
     */
    public static Tensor of(Dirichlet belief) {
        Tensor p = belief.mean();
        Tensor expected = p.times(belief.alpha().plus(1).digamma()).sum(-1).minus(belief.total().plus(1).digamma());
        return new Categorical(p).entropy().plus(expected);
    }

    /**
     * min(log M, Σ ½ log Var(y) − E_θ[Σ log σ]) ≥ I: there are only M members to tell apart, and no distribution of this
     * variance has more entropy than the normal. With equal σ and one coordinate it is ½ log(1 + D/σ²), D the variance of the
     * means.
     *
     * @param p what the members predict, [M, .., n]
     * @return [..]
     */
    public static Tensor bound(Predictive p) {
        return p.normal().entropy().minus(p.expectedEntropy()).atMost(StrictMath.log(p.members()));
    }

    /**
     * The mean of log N(y; μ_m, σ_m²) − log 1/M Σ_j N(y; μ_j, σ_j²) over draws from each member: unbiased, and no draw is above
     * log M. Gradients flow through the draws.
     *
     * @param p what the members predict, [M, .., n]
     * @param draws how many for each member; M² densities each
     * @param rng where they come from
     * @return [..]
     */
    public static Tensor monteCarlo(Predictive p, int draws, Rng rng) {
        if (draws < 1) {
            throw tooFew(draws);
        }
        Normal all = new Normal(others(p.each().mean()), others(p.each().std()));
        Tensor sum = null;
        for (int i = 0; i < draws; i++) {
            Tensor y = p.sample(rng);
            Tensor mixture = all.logProb(y).logSumExp(0).minus(StrictMath.log(p.members())); // [M, M, ..] → [M, ..]
            Tensor ratio = p.each().logProb(y).minus(mixture).mean(0);
            sum = sum == null ? ratio : sum.plus(ratio);
        }
        return sum.div(draws);
    }

    private static IllegalArgumentException tooFew(int draws) {
        return new IllegalArgumentException("an estimate from " + draws + " draws of each member: it takes at least 1");
    }

    /** [M, .., n] → [M, 1, .., n]. */
    private static Tensor others(Tensor x) {
        int[] dims = x.shape().dims();
        return x.reshape(IntStream.concat(IntStream.of(dims[0], 1), IntStream.of(dims).skip(1)).toArray());
    }

    /**
     * Ĥ[y] − E_θ[H[p(y|θ)]], Ĥ from the distances between draws of the mixture (Tschantz et al. 2020; see {@link
     * NearestNeighbours}): consistent, but with few draws neither ≥ 0 nor ≤ log M.
     *
     * @param p what the members predict, [M, .., n]
     * @param entropy the estimator of H[p(y)]
     * @param draws how many for each member
     * @param rng where they come from
     * @return [..]
     * @throws IllegalArgumentException if there are no more draws in all than neighbours
     */
    public static Tensor nearestNeighbours(Predictive p, NearestNeighbours entropy, int draws, Rng rng) {
        if (draws < 1) {
            throw tooFew(draws);
        }
        Tensor[] y = IntStream.range(0, draws).mapToObj(i -> p.sample(rng)).toArray(Tensor[]::new);
        Tensor all = Tensor.concat(0, y); // [draws · M, .., n]
        int rank = all.shape().rank();
        int[] axes = IntStream.range(0, rank).map(i -> i < rank - 2 ? i + 1 : i == rank - 2 ? 0 : i).toArray();
        return entropy.entropy(all.transpose(axes)).minus(p.expectedEntropy());
    }

    /**
     * H₂[1/M Σ N_m] − 1/M Σ H₂[N_m] with Rényi's entropy of order 2, H₂[p] = −log ∫ p²: the Jensen–Rényi divergence, in closed
     * form since ∫ N_i N_j = N(μ_i − μ_j; 0, σ_i² + σ_j²) (Shyam, Jaśkowski and Gomez 2019; Wang et al. 2009). A stand-in for I:
     * with equal σ it is in [0, min(log M, D/2σ²)], D the variance of the means, 0 only for equal members, and it is I in the
     * first order of D/σ². With unequal σ it can be negative, since H₂ is not concave.
     *
     * @param p what the members predict, [M, .., n]; M² pairs are compared
     * @return [..]
     */
    public static Tensor jensenRenyi(Predictive p) {
        Tensor mean = p.each().mean();
        Tensor std = p.each().std();
        int n = mean.shape().last();
        Tensor variance = std.square();
        Tensor pair = others(variance).plus(variance); // [M, M, .., n]
        Tensor distance = others(mean).minus(mean).square().div(pair);
        Tensor overlap = distance.plus(pair.log()).plus(LOG_2PI).sum(-1).times(-0.5); // log ∫ N_i N_j
        Tensor of = overlap.logSumExp(0).logSumExp(0).minus(2 * StrictMath.log(p.members())).neg();
        Tensor each = std.log().sum(-1).plus(0.5 * n * (LOG_2PI + LOG_2)).mean(0);
        return of.minus(each);
    }

    /**
     * Σ Var_m(μ_m) over the event: how far the members' means are apart (Pathak, Gandhi and Gupta 2019). Not in nats:
     * it does not know how noisy the outcome is, and ranks as I does only if that is the same everywhere.
     *
     * @param p what the members predict, [M, .., n]
     * @return [..], ≥ 0
     */
    public static Tensor disagreement(Predictive p) {
        return p.epistemic().sum(-1);
    }
}
