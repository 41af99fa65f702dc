package surprisal.models.dynamics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * s_t = s_{t−1} A + a_{t−1} B + w, o_t = s_t H + v with w ~ N(0, Q), v ~ N(0, R), s_0 ~ N(m_0, P_0), all of them rows: the model whose
 * posteriors are known (Kalman 1960). Beliefs are whole distributions, so nothing is drawn, F is exact, and gradients flow
 * to every matrix.
 *
 * <p>Covariances after an observation are Joseph's form, a sum of squares, so that they stay positive definite where
 * rounding would make a difference negative.
 *
 * @param A [n, n]
 * @param B [k, n]
 * @param H [n, m]
 * @param Q [n, n], symmetric, positive definite
 * @param R [m, m], symmetric, positive definite
 * @param origin m_0 and P_0, [n] and [n, n]
 */
public record LinearGaussian(Tensor A, Tensor B, Tensor H, Tensor Q, Tensor R, Moments origin)
        implements Dynamics<Moments> {

    private static final double HALF_LOG_2PI = 0.9189385332046727;

    @Override
    public Moments start(int batch) {
        int n = A.shape().dim(0);
        return new Moments(origin.mean().expand(Shape.of(batch, n)), origin.covariance().expand(Shape.of(batch, n, n)));
    }

    /** m A + a B and AᵀP A + Q. */
    @Override
    public Moments predict(Moments before, Tensor action) {
        return new Moments(
                before.mean().matmul(A).plus(action.matmul(B)), square(before.covariance(), A).plus(Q));
    }

    /** m + (o − m H) G and (I − H G)ᵀP (I − H G) + GᵀR G, with G = (HᵀP H + R)⁻¹HᵀP. */
    @Override
    public Moments update(Moments predicted, Tensor observation) {
        Tensor P = predicted.covariance();
        Whitened w = Whitened.of(square(P, H).plus(R), P.matmul(H).transpose());
        Tensor G = w.inverse().transpose().matmul(w.rows().getFirst());
        Tensor error = observation.minus(predicted.mean().matmul(H));
        return new Moments(predicted.mean().plus(times(error, G)), joseph(P, H, G, R));
    }

    /** The belief itself. */
    @Override
    public Moments draw(Moments belief, Rng rng) {
        return belief;
    }

    /** m. */
    @Override
    public Tensor state(Moments belief) {
        return belief.mean();
    }

    @Override
    public Tensor divergence(Moments q, Moments p) {
        return q.divergence(p);
    }

    /**
     * −log p(o_t | o_1 … o_{t−1}) = −log N(o; m H, HᵀP H + R).
     *
     * @param predicted what was expected of s_t
     * @param observation o_t, [.., m]
     * @return nats, [..]; summed over the steps of a path, −log p(o_1 … o_T)
     */
    public Tensor surprise(Moments predicted, Tensor observation) {
        Tensor error = Whitened.column(observation.minus(predicted.mean().matmul(H)));
        Whitened w = Whitened.of(square(predicted.covariance(), H).plus(R), error);
        return w.rows().getFirst().square().sum(-2, -1).times(0.5)
                .plus(w.halfLogDeterminant()).plus(HALF_LOG_2PI * R.shape().last());
    }

    /**
     * F of a path, both terms exact: D_KL[q ‖ p] of whole beliefs, and −E_q[log p(o|s)] = ½ |L⁻¹(o − m H)|² +
     * ½ tr(R⁻¹HᵀP H) + ½ log |2πR|, R = L Lᵀ. For the beliefs of {@link #filter} it is the surprise at each step.
     *
     * @param path what was expected and believed
     * @param observations o_1 … o_T, [T, B, m]
     * @return the terms
     */
    public SequenceFreeEnergy freeEnergy(Path<Moments> path, Tensor observations) {
        Moments q = path.posterior();
        Tensor error = observations.minus(q.mean().matmul(H));
        Whitened w = Whitened.of(R);
        Tensor spread = square(square(q.covariance(), H), w.inverse().transpose());
        Tensor trace = spread.times(Whitened.identity(R.shape().last(), R.precision())).sum(-2, -1);
        Tensor cost = error.matmul(w.inverse().transpose()).square().sum(-1).plus(trace).times(0.5)
                .plus(w.halfLogDeterminant()).plus(HALF_LOG_2PI * R.shape().last());
        return new SequenceFreeEnergy(divergence(q, path.prior()), cost);
    }

    /**
     * p(s_t | o_1 … o_T) for all t: m_t + (m^s_{t+1} − m⁻_{t+1}) C and (I − A C)ᵀP_t (I − A C) + Cᵀ(Q + P^s_{t+1}) C, with
     * C = (P⁻_{t+1})⁻¹AᵀP_t, from the last step back (Rauch, Tung and Striebel 1965).
     *
     * @param path a filtered path
     * @return the smoothed beliefs, [T, B, ..]
     */
    public Moments smooth(Path<Moments> path) {
        Deque<Moments> smoothed = new ArrayDeque<>();
        Moments later = path.at(path.steps() - 1);
        smoothed.push(later);
        for (int t = path.steps() - 2; t >= 0; t--) {
            int next = t + 1;
            Moments now = path.at(t);
            Moments expected = Tree.map(path.prior(), x -> Path.at(x, next));
            Tensor P = now.covariance();
            Whitened w = Whitened.of(expected.covariance(), P.matmul(A).transpose());
            Tensor C = w.inverse().transpose().matmul(w.rows().getFirst());
            later = new Moments(
                    now.mean().plus(times(later.mean().minus(expected.mean()), C)),
                    joseph(P, A, C, later.covariance().plus(Q)));
            smoothed.push(later);
        }
        return Path.stack(List.copyOf(smoothed));
    }

    /** (I − M G)ᵀP (I − M G) + GᵀN G. */
    private static Tensor joseph(Tensor P, Tensor M, Tensor G, Tensor N) {
        Tensor MG = G.transpose().matmulTransposed(M).transpose();
        Tensor kept = Whitened.identity(P.shape().last(), P.precision()).minus(MG);
        return square(P, kept).plus(square(N.expand(G.shape().with(-1, N.shape().last())), G));
    }

    /** MᵀP M, symmetric to the last bit. */
    private static Tensor square(Tensor P, Tensor M) {
        Tensor half = P.matmul(M).transpose();
        Tensor whole = half.matmul(M);
        return whole.plus(whole.transpose()).times(0.5);
    }

    /** Rows times a matrix each, [.., m] × [.., m, n] → [.., n]. */
    private static Tensor times(Tensor x, Tensor M) {
        return M.transpose().matmul(Whitened.column(x)).sum(-1);
    }
}
