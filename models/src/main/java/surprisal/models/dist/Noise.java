package surprisal.models.dist;

import java.util.function.DoubleUnaryOperator;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** Draws x = Q(u), u uniform on (0, 1), with the quantile function Q: constants that no gradient flows to. */
final class Noise {

    /** The uniform number 0 stands for what lies below 2⁻⁵³. */
    private static final double LEAST = 0x1p-54;

    private Noise() {}

    /** Fresh draws; both precisions draw the same numbers, rounded. */
    static Tensor of(Shape shape, Precision precision, Rng rng, DoubleUnaryOperator quantile) {
        Array u = rng.uniform(shape, Precision.FLOAT64);
        Array x = Array.zeros(shape, precision);
        for (int i = 0; i < x.size(); i++) {
            x.set(i, quantile.applyAsDouble(Math.max(u.at(i), LEAST)));
        }
        return Tensor.of(x);
    }

    /** −log(−log u) (Gumbel 1954). */
    static double gumbel(double u) {
        return -StrictMath.log(-StrictMath.log(u));
    }

    /** log u/(1 − u). */
    static double logistic(double u) {
        return StrictMath.log(u) - StrictMath.log1p(-u);
    }

    /** log 2u for u ≤ ½, else −log 2(1 − u). */
    static double laplace(double u) {
        return u <= 0.5 ? StrictMath.log(2 * u) : -StrictMath.log(2 * (1 - u));
    }
}
