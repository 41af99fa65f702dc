package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * z_1 ~ N(0, I), z_t = α z_{t−1} + √(1 − α²) ε_t: a chain whose every part is N(0, I) by itself. The event is the parts
 * one after the other, [steps · n].
 *
 * @param alpha α, −1 &lt; α &lt; 1
 * @param steps how many parts, T
 * @param n length of a part
 * @param precision of its draws
 */
public record Ar1(double alpha, int steps, int n, Precision precision) implements Distribution {

    /**
     * The chain.
     *
     * @throws IllegalArgumentException unless −1 &lt; α &lt; 1, T ≥ 2 and n ≥ 1
     */
    public Ar1 {
        if (!(Math.abs(alpha) < 1) || steps < 2 || n < 1) {
            throw new IllegalArgumentException("a chain of " + steps + " parts of length " + n + " with α = " + alpha
                    + ": it takes at least 2 parts, of at least 1 number, and −1 < α < 1");
        }
    }

    /**
     * The chain over an event of this length.
     *
     * @param length of the event
     * @param alpha α
     * @param steps how many parts
     * @param precision of its draws
     * @return the chain
     * @throws IllegalArgumentException if the parts don't come out even
     */
    public static Ar1 over(int length, double alpha, int steps, Precision precision) {
        if (steps < 1 || length % steps != 0) {
            throw new IllegalArgumentException("a chain of " + steps + " parts over " + length
                    + " numbers: the length is a multiple of the number of parts");
        }
        return new Ar1(alpha, steps, length / steps, precision);
    }

    /**
     * min_q D_KL[q ‖ p] = n/2 ((T − 2) log(1 + α²) − log(1 − α²)) over all normals q with independent coordinates: the
     * rate that a belief of this kind can't go below (Razavi et al. 2019).
     *
     * @return nats
     */
    public double committedRate() {
        double square = alpha * alpha;
        return 0.5 * n * ((steps - 2) * StrictMath.log1p(square) - StrictMath.log1p(-square));
    }

    /**
     * The belief whose D_KL is the {@link #committedRate}: N(0, σ²) with σ_t² = (1 − α²)/(1 + α²) inside, and 1 − α² at
     * both ends.
     *
     * @return q, [steps · n]
     */
    public Normal nearest() {
        double end = 1 - alpha * alpha;
        Tensor variance = Tensor.full(Shape.of(steps, n), end / (1 + alpha * alpha), precision);
        for (int i = 0; i < n; i++) {
            variance.array().set(i, end);
            variance.array().set((steps - 1) * n + i, end);
        }
        return new Normal(Tensor.zeros(Shape.of(steps * n), precision), variance.reshape(-1).sqrt());
    }

    /** log p(z) = log N(z_1; 0, I) + Σ_t log N(z_t; α z_{t−1}, 1 − α²). */
    @Override
    public Tensor logProb(Tensor x) {
        Tensor first = Normal.standard(n, x.precision()).logProb(first(x));
        return first.plus(new Normal(before(x).times(alpha), spread(x.precision())).logProb(after(x)));
    }

    /** H = T n/2 log 2πe + (T − 1) n/2 log(1 − α²). */
    @Override
    public Tensor entropy() {
        double each = 0.5 * (StrictMath.log(2 * Math.PI) + 1);
        double conditional = 0.5 * StrictMath.log1p(-alpha * alpha);
        return Tensor.full(Shape.scalar(), n * (steps * each + (steps - 1) * conditional), precision);
    }

    /** One chain. */
    @Override
    public Tensor sample(Rng rng) {
        Tensor[] z = new Tensor[steps];
        for (int t = 0; t < steps; t++) {
            Tensor noise = Tensor.of(rng.normal(Shape.of(n), precision));
            z[t] = t == 0 ? noise : z[t - 1].times(alpha).plus(noise.times(Math.sqrt(1 - alpha * alpha)));
        }
        return Tensor.concat(-1, z);
    }

    /**
     * D_KL[q ‖ p] = D_KL[q_1 ‖ N(0, I)] + Σ_t D_KL[q_t ‖ N(α μ_{t−1}, 1 − α²)] + α² σ_{t−1}²/2(1 − α²) of a normal with
     * independent coordinates.
     *
     * @param q the belief, [.., steps · n]
     * @return [..]
     */
    public Tensor klFrom(Normal q) {
        Tensor mean = q.mean();
        Tensor std = q.std().expand(mean.shape().broadcast(q.std().shape(), "normal"));
        Tensor begins = Tensor.zeros(Shape.of(n), mean.precision());
        Tensor one = Tensor.full(Shape.of(n), 1, mean.precision());
        return Tensor.normalKl(first(mean), first(std), begins, one)
                .plus(Tensor.normalKl(after(mean), after(std), before(mean).times(alpha), spread(mean.precision())))
                .plus(before(std).square().sum(-1).times(alpha * alpha / (2 * (1 - alpha * alpha))));
    }

    private Tensor first(Tensor x) {
        return x.slice(0, n);
    }

    private Tensor before(Tensor x) {
        return x.slice(0, (steps - 1) * n);
    }

    private Tensor after(Tensor x) {
        return x.slice(n, steps * n);
    }

    private Tensor spread(Precision of) {
        return Tensor.full(Shape.scalar(), Math.sqrt(1 - alpha * alpha), of);
    }
}
