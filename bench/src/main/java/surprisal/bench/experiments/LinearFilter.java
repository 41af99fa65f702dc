package surprisal.bench.experiments;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dynamics.LinearGaussian;
import surprisal.models.dynamics.Moments;
import surprisal.models.dynamics.Path;
import surprisal.models.dynamics.SequenceFreeEnergy;

/**
 * A recurrent state-space model whose parts are linear, that of o_t = s_t H + v, s_t = s_{t−1} A + a_{t−1} B + w, and whose
 * posterior is amortised: q(s_t) = N(m⁻_t + (o_t − m⁻_t H) K, S), the same K and S at each step, where m⁻_t = m_{t−1} A + a_{t−1} B.
 * It begins at N(0, S), so that Kalman's K and P are as steady as they are. A covariance is L Lᵀ and a little.
 *
 * @param A [n, n]
 * @param B [k, n]
 * @param H [n, m]
 * @param motion L of w's covariance, [n, n]
 * @param noise L of v's covariance, [m, m]
 * @param K [m, n]
 * @param belief L of S, [n, n]
 */
record LinearFilter(Tensor A, Tensor B, Tensor H, Tensor motion, Tensor noise, Tensor K, Tensor belief) {
    private static final double LITTLE = 1e-6;

    /** A fresh one: all that is not on a diagonal is small. */
    static LinearFilter of(int n, int k, int m, Precision precision, Rng rng) {
        return new LinearFilter(
                near(0.8, n, n, precision, rng), near(0, k, n, precision, rng), near(1, n, m, precision, rng),
                near(0.5, n, n, precision, rng), near(0.5, m, m, precision, rng), near(0.3, m, n, precision, rng),
                near(0.5, n, n, precision, rng));
    }

    private static Tensor near(double diagonal, int rows, int columns, Precision precision, Rng rng) {
        Array x = rng.normal(Shape.of(rows, columns), precision);
        for (int i = 0; i < x.size(); i++) x.set(i, 0.1 * x.at(i) + (i / columns == i % columns ? diagonal : 0));
        return Tensor.of(x);
    }

    private static Tensor covariance(Tensor L) {
        Tensor little = Tensor.oneHot(L.shape().last(), L.precision(), rows(L)).times(LITTLE);
        return L.matmulTransposed(L).plus(little);
    }

    private static int[] rows(Tensor L) {
        int[] rows = new int[L.shape().last()];
        for (int i = 0; i < rows.length; i++) rows[i] = i;
        return rows;
    }

    /** What it says of the world, and Kalman's posteriors of it. */
    LinearGaussian source() {
        Tensor zero = Tensor.zeros(Shape.of(A.shape().last()), A.precision());
        return new LinearGaussian(A, B, H, covariance(motion), covariance(noise), new Moments(zero, covariance(belief)));
    }

    /** What it believes along sequences [T, B, ..], as whole distributions. */
    Path<Moments> filter(Tensor actions, Tensor seen) {
        LinearGaussian source = source();
        Moments now = source.start(seen.shape().dim(1));
        Tensor S = now.covariance();
        List<Moments> prior = new ArrayList<>(), posterior = new ArrayList<>();
        for (int t = 0; t < seen.shape().dim(0); t++) {
            Moments expected = source.predict(now, at(actions, t));
            now = new Moments(expected.mean().plus(at(seen, t).minus(expected.mean().matmul(H)).matmul(K)), S);
            prior.add(expected);
            posterior.add(now);
        }
        return new Path<>(stack(prior), stack(posterior));
    }

    private static Tensor at(Tensor x, int step) {
        return x.slice(0, step, step + 1).reshape(x.shape().without(0));
    }

    private static Moments stack(List<Moments> steps) {
        return new Moments(
                Tensor.stack(0, steps.stream().map(Moments::mean).toArray(Tensor[]::new)),
                Tensor.stack(0, steps.stream().map(Moments::covariance).toArray(Tensor[]::new)));
    }

    /** F of sequences, both of its terms exact. */
    SequenceFreeEnergy F(Tensor actions, Tensor seen) {
        return source().freeEnergy(filter(actions, seen), seen);
    }
}
