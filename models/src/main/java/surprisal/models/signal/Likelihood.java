package surprisal.models.signal;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/**
 * p(o|h), where h is what a decoder says of o: {@code Categorical::ofLogits}, for example. One that learns is a record of
 * tensors, which become part of the model that holds it; the others are functions.
 */
@FunctionalInterface
public interface Likelihood {

    /**
     * p(o|h).
     *
     * @param h what the decoder says, [.., k]
     * @return the distribution of o, [.., m]
     */
    Distribution of(Tensor h);

    /**
     * How many numbers it takes from a decoder.
     *
     * @param m the length of an observation
     * @return k; m unless the likelihood says otherwise
     */
    default int width(int m) {
        return m;
    }

    /**
     * Independent coin flips: h are their log-odds.
     *
     * @return the likelihood
     */
    static Likelihood bernoulli() {
        return Bernoulli::new;
    }

    /**
     * N(h, σ²), one σ that stays: −log p = |o − h|²/2σ² + m/2 log 2πσ².
     *
     * @param std σ
     * @return the likelihood
     * @throws IllegalArgumentException unless σ is positive and finite
     */
    static Likelihood gaussian(double std) {
        positive("σ", std);
        return h -> new Normal(h, Tensor.full(Shape.scalar(), std, h.precision()));
    }

    private static void positive(String name, double std) {
        if (!(std > 0 && std < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + " of a likelihood is " + std + ": it takes a positive number");
        }
    }

    /**
     * N(h, σ²) with σ learned. Where F is least, its sensory precision is 1/σ² = 1/mean (o − h)².
     *
     * @param logStd log σ, [] for one in all, or [m]
     */
    record LearnedStd(Tensor logStd) implements Likelihood {

        /**
         * One σ in all.
         *
         * @param std the first σ
         * @param precision the precision
         * @return the likelihood
         * @throws IllegalArgumentException unless σ is positive and finite
         */
        public static LearnedStd of(double std, Precision precision) {
            positive("the first σ", std);
            return new LearnedStd(Tensor.full(Shape.scalar(), StrictMath.log(std), precision));
        }

        @Override
        public Distribution of(Tensor h) {
            return new Normal(h, logStd.exp());
        }
    }

    /**
     * N(μ, σ²), both from the state: h is μ and ρ one after the other, and σ = softplus(ρ) + least.
     *
     * @param least the least σ, without which a number that is always the same makes F fall for ever
     */
    record PredictedStd(double least) implements Likelihood {

        /**
         * A likelihood with this least σ.
         *
         * @throws IllegalArgumentException unless it is positive and finite
         */
        public PredictedStd {
            positive("the least σ", least);
        }

        @Override
        public Distribution of(Tensor h) {
            int m = h.shape().last() / 2;
            return new Normal(h.slice(0, m), h.slice(m, 2 * m).softplus().plus(least));
        }

        @Override
        public int width(int m) {
            return 2 * m;
        }
    }
}
