package surprisal.models.bayes;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * w[m, i]: how often example i counts for member m, a random whole number of mean 1. Each member's cost is Σ_i w[m, i] cost_i,
 * so that the members disagree as much as other data of the same size would have made them (Efron 1979).
 */
public final class Bootstrap {

    private Bootstrap() {}

    /**
     * w ~ Poisson(1), each for itself, as the number of draws of an example among very many (Oza and Russell 2001).
     *
     * @param members M
     * @param examples n
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return [M, n]
     * @throws IllegalArgumentException unless both numbers are at least 1
     */
    public static Tensor poisson(int members, int examples, Precision precision, Rng rng) {
        Array w = weights(members, examples, precision);
        Array u = rng.uniform(w.shape(), Precision.FLOAT64);
        for (int i = 0; i < w.size(); i++) { // the least k whose cumulated probability e⁻¹ Σ 1/j! is above u
            double term = StrictMath.exp(-1);
            double sum = term;
            int k = 0;
            while (sum <= u.at(i) && term > 0) {
                term /= ++k;
                sum += term;
            }
            w.set(i, k);
        }
        return Tensor.of(w);
    }

    /**
     * w[m] ~ Multinomial(n, 1/n): n draws with replacement for each member, so that Σ_i w[m, i] = n.
     *
     * @param members M
     * @param examples n
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return [M, n]
     * @throws IllegalArgumentException unless both numbers are at least 1
     */
    public static Tensor multinomial(int members, int examples, Precision precision, Rng rng) {
        Array w = weights(members, examples, precision);
        for (int m = 0; m < members; m++) {
            for (int i = 0; i < examples; i++) {
                int at = m * examples + rng.below(examples);
                w.set(at, w.at(at) + 1);
            }
        }
        return Tensor.of(w);
    }

    private static Array weights(int members, int examples, Precision precision) {
        if (members < 1 || examples < 1) {
            throw new IllegalArgumentException("a bootstrap of " + examples + " examples for " + members
                    + " members: both are at least 1");
        }
        return Array.zeros(Shape.of(members, examples), precision);
    }
}
