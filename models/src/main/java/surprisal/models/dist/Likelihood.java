package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * p(x|y), where y is what a decoder says of x. A function from a tensor to a distribution; one that learns is a record
 * of tensors, which become part of the model that holds it.
 */
@FunctionalInterface
public interface Likelihood {

    /**
     * p(x|y).
     *
     * @param y what the decoder says, [.., m]
     * @return the distribution of x, [.., n]
     */
    Distribution of(Tensor y);

    /**
     * How many numbers it takes from a decoder.
     *
     * @param n length of x
     * @return m; n unless the likelihood says otherwise
     */
    default int width(int n) {
        return n;
    }

    /**
     * Independent coin flips: y are their log-odds.
     *
     * @return the likelihood
     */
    static Likelihood bernoulli() {
        return Bernoulli::new;
    }

    /**
     * N(y, σ²), one σ that stays: −log p = ‖x − y‖²/2σ² + n/2 log 2πσ².
     *
     * @param std σ > 0
     * @return the likelihood
     * @throws IllegalArgumentException unless σ is finite and > 0
     */
    static Likelihood gaussian(double std) {
        if (!(std > 0 && std < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("σ of a likelihood is " + std + ": it takes a finite number > 0");
        }
        return y -> new Normal(y, Tensor.full(Shape.scalar(), std, y.precision()));
    }

    /**
     * Independent choices, for x that is one-hot vectors side by side: y are their log-odds.
     *
     * @param classes of each choice
     * @return the likelihood
     */
    static Likelihood categorical(int classes) {
        return y -> new Choices(y, classes);
    }

    /**
     * N(y, σ²), one σ that is learnt with the model: where F is least, σ² is the mean squared error.
     *
     * @param logStd log σ, []
     */
    record LearnedStd(Tensor logStd) implements Likelihood {

        /**
         * A likelihood that begins with some σ.
         *
         * @param std the first σ > 0
         * @param precision the precision
         * @return the likelihood
         * @throws IllegalArgumentException unless σ is finite and > 0
         */
        public static LearnedStd of(double std, Precision precision) {
            if (!(std > 0 && std < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the first σ of a likelihood is " + std + ": it takes a finite number > 0");
            }
            return new LearnedStd(Tensor.full(Shape.scalar(), StrictMath.log(std), precision));
        }

        @Override
        public Distribution of(Tensor y) {
            return new Normal(y, logStd.exp());
        }
    }

    /**
     * N(μ, σ²) with a σ for each number of x and each z: y is μ and ρ one after the other, and σ = softplus(ρ) + least.
     *
     * @param least the least σ > 0, without which a pixel that is always the same makes F fall for ever
     */
    record PredictedStd(double least) implements Likelihood {

        /**
         * The likelihood.
         *
         * @throws IllegalArgumentException unless the least σ is finite and > 0
         */
        public PredictedStd {
            if (!(least > 0 && least < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("the least σ of a likelihood is " + least + ": it takes a finite number > 0");
            }
        }

        @Override
        public Distribution of(Tensor y) {
            return Normal.of(y, least);
        }

        @Override
        public int width(int n) {
            return 2 * n;
        }
    }
}
