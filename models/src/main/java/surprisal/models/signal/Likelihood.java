package surprisal.models.signal;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/**
 * p(o|h): which distribution the numbers of a decoder stand for. One that learns numbers of its own is a record of tensors,
 * the others are functions.
 */
@FunctionalInterface
public interface Likelihood {

    /** The least σ of {@link #normal()}, so that log σ stays finite. */
    double LEAST = 1e-4;

    /**
     * The prediction.
     *
     * @param h the decoder's numbers, [.., k]
     * @return p(o|h), whose events are [.., m]
     */
    Distribution of(Tensor h);

    /**
     * How many numbers a decoder has to give.
     *
     * @param m the length of an observation
     * @return k; m unless a likelihood says otherwise
     */
    default int width(int m) {
        return m;
    }

    /**
     * N(o; h, σ²) with a known σ: −log p = |o − h|²/2σ² + (m/2) log 2πσ², k = m.
     *
     * @param std σ
     * @return the likelihood
     * @throws IllegalArgumentException unless σ is positive and finite
     */
    static Likelihood normal(double std) {
        if (!(std > 0 && std < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a likelihood with σ = " + std + ": it takes a positive number");
        }
        return h -> new Normal(h, Tensor.full(Shape.of(1), std, h.precision()));
    }

    /**
     * N(o; μ, σ²) where the first half of h is μ and the other becomes σ = softplus + {@link #LEAST}: k = 2m.
     *
     * @return the likelihood
     */
    static Likelihood normal() {
        return new NormalHeads();
    }

    /**
     * N(o; h, σ²) with one σ for all states that is learned: k = m.
     *
     * @param m how many σ: the length of an observation, or 1 for one σ in all
     * @param precision the precision
     * @return the likelihood, at σ = 1
     */
    static Likelihood learnedNormal(int m, Precision precision) {
        return new LearnedNormal(Tensor.zeros(Shape.of(m), precision));
    }

    /**
     * Independent coins with log-odds h: k = m.
     *
     * @return the likelihood
     */
    static Likelihood bernoulli() {
        return Bernoulli::new;
    }

    /**
     * One of m classes with log-odds h: k = m.
     *
     * @return the likelihood
     */
    static Likelihood categorical() {
        return Categorical::ofLogits;
    }

    /** N(o; μ, σ²), both from the state. */
    record NormalHeads() implements Likelihood {

        @Override
        public Distribution of(Tensor h) {
            int m = h.shape().last() / 2;
            return new Normal(h.slice(0, m), h.slice(m, 2 * m).softplus().plus(LEAST));
        }

        @Override
        public int width(int m) {
            return 2 * m;
        }
    }

    /**
     * N(o; h, σ²) with a learned σ. Its optimum is the sensory precision 1/σ² = 1/mean (o − h)².
     *
     * @param logStd log σ, [m] or [1]
     */
    record LearnedNormal(Tensor logStd) implements Likelihood {

        @Override
        public Distribution of(Tensor h) {
            return new Normal(h, logStd.exp());
        }
    }
}
