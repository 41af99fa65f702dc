package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/** Draws g ~ Gamma(α, 1), in logarithms, since those for small α underflow; and how a draw changes with α. */
final class GammaDraws {

    /* Implicit reparameterisation (Figurnov, Mohamed and Mnih 2018): a draw keeps its quantile while α changes, so
     * ∂g/∂α = −∂P(α, g)/∂α / p(g) = −∫₀ᵍ p(t)/p(g) (log t − ψ(α)) dt = ∫_g^∞ p(t)/p(g) (log t − ψ(α)) dt. The first
     * integral is summed below the mean, the second above it, where all that is added has one sign and nothing
     * cancels. */

    /** The least count that is drawn from: log u / α must not overflow. */
    private static final double LEAST = 1e-300;

    /** From here on two terms of the expansion of Cornish and Fisher are exact to 1e-12. */
    private static final double LARGE = 1e8;

    private GammaDraws() {}

    /**
     * log g of each α.
     *
     * @param alpha shape parameters
     * @param rng where the randomness comes from
     * @param who whose draw it is, what α is called there and what such numbers are called together, for the message
     * @return one number for each α, in row-major order
     */
    static double[] logs(Array alpha, Rng rng, String... who) {
        double[] log = new double[alpha.size()];
        for (int i = 0; i < log.length; i++) {
            double a = alpha.at(i);
            if (!(a >= LEAST && a < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("a draw from a " + who[0] + " of shape " + alpha.shape() + " whose "
                        + who[1] + " " + i + " is " + a + ": " + who[2] + " are finite and > 0");
            }
            log[i] = log(a, rng);
        }
        return log;
    }

    /** Numbers log g + c in α's shape, with the gradient ∂log g/∂α. */
    static Tensor differentiable(Tensor alpha, double[] log, double[] shifted) {
        Array slope = Array.zeros(alpha.shape(), alpha.precision());
        Array value = Array.zeros(alpha.shape(), alpha.precision());
        for (int i = 0; i < log.length; i++) {
            slope.set(i, slope(alpha.at(i), log[i]));
            value.set(i, shifted[i]);
        }
        return alpha.times(Tensor.of(slope)).straightThrough(Tensor.of(value));
    }

    /** Marsaglia and Tsang (2000); for α < 1 by their boost, g(α) = g(α + 1) u^(1/α). */
    private static double log(double alpha, Rng rng) {
        if (alpha < 1) {
            return log(alpha + 1, rng) + StrictMath.log(1 - rng.uniform()) / alpha;
        }
        double d = alpha - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double z = rng.normal(Shape.scalar(), Precision.FLOAT64).at(0);
            double cube = 1 + c * z;
            double v = cube * cube * cube;
            double u = 1 - rng.uniform();
            if (v > 0 && StrictMath.log(u) < 0.5 * z * z + d - d * v + d * StrictMath.log(v)) {
                return StrictMath.log(d * v);
            }
        }
    }

    /** ∂log g/∂α of a draw that keeps its quantile. */
    static double slope(double alpha, double log) {
        double g = StrictMath.exp(log);
        if (alpha > LARGE) {
            double root = Math.sqrt(alpha);
            double z = (g - alpha) / root;
            return (1 + (z - (z * z - 1) / (3 * root)) / (2 * root)) / g;
        }
        return g < alpha + 1 ? lower(alpha, g, log) : upper(alpha, g, log);
    }

    /** Σ_k gᵏ/(α (α + 1) … (α + k)) (ψ(α + k + 1) − log g). */
    private static double lower(double alpha, double g, double log) {
        double term = 1 / alpha;
        double bracket = Unary.DIGAMMA.f(alpha + 1) - log;
        double sum = term * bracket;
        for (double k = alpha + 1; term * Math.abs(bracket) > 1e-17 * sum; k++) {
            term *= g / k;
            bracket += 1 / k;
            sum += term * bracket;
        }
        return sum;
    }

    /**
     * h (log g − ψ(α)) + ∂h/∂α, where h = 1/(g + 1 − α − 1 (1 − α)/(g + 3 − α − 2 (2 − α)/(g + 5 − α − …))) is the
     * integral of p(t)/p(g) over t > g, divided by g (Lentz 1976). Names that begin with d are derivatives by α.
     */
    private static double upper(double alpha, double g, double log) {
        double b = g + 1 - alpha;
        double inverse = 1 / b;
        double dInverse = inverse * inverse;
        double h = inverse;
        double dh = dInverse;
        double c = Double.POSITIVE_INFINITY;
        double dc = 0;
        double error = 1;
        double most = 1000 + 30 * Math.sqrt(alpha); // rounding may keep the factors from coming as near to 1 as wanted
        for (double i = 1; error > 1e-16 && i < most; i++) {
            double a = -i * (i - alpha);
            b += 2;
            double down = b + a * inverse;
            double dDown = -1 + i * inverse + a * dInverse;
            dc = -1 + i / c - a * dc / c / c;
            c = b + a / c;
            inverse = 1 / down;
            dInverse = -dDown * inverse * inverse;
            double factor = inverse * c;
            double dFactor = dInverse * c + inverse * dc;
            dh = dh * factor + h * dFactor;
            h *= factor;
            error = Math.abs(factor - 1) + Math.abs(dFactor);
        }
        return h * (log - Unary.DIGAMMA.f(alpha)) + dh;
    }
}
