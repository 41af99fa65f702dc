package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * y_t = x_t + P_t, with a vector P_t that is learned for each place (Gehring et al. 2017). One that is not learned is that of
 * {@link #sinusoidal}.
 *
 * @param table P, [most places, n]
 */
public record Positions(Tensor table) {

    /** The deviation that GPT and BERT draw with: small beside a place's vector. */
    private static final double STD = 0.02;

    /**
     * P ~ N(0, 0.02²).
     *
     * @param places how many there are at most
     * @param n length of a place's vector
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the positions
     */
    public static Positions of(int places, int n, Precision precision, Rng rng) {
        if (places < 1 || n < 1) {
            throw new IllegalArgumentException(places + " positions of length " + n + ": both are at least 1");
        }
        return new Positions(Tensor.of(rng.normal(Shape.of(places, n), precision)).times(STD));
    }

    /**
     * P_t,2i = sin(t / 10000^(2i/n)), P_t,2i+1 = cos(t / 10000^(2i/n)) (Vaswani et al. 2017, §3.5).
     *
     * @param places how many
     * @param n length of a place's vector
     * @param precision the precision
     * @return P, [places, n]: a constant, to be added
     */
    public static Tensor sinusoidal(int places, int n, Precision precision) {
        double[] p = new double[places * n];
        for (int t = 0; t < places; t++) {
            for (int k = 0; k < n; k++) {
                double angle = t / StrictMath.pow(10_000, (k - k % 2) / (double) n);
                p[t * n + k] = k % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
            }
        }
        return Tensor.of(Shape.of(places, n), p).to(precision);
    }

    /**
     * x + P, the first places of P.
     *
     * @param x [.., places, n]
     * @return [.., places, n]
     * @throws IllegalArgumentException if x has more places than P
     */
    public Tensor apply(Tensor x) {
        int places = x.shape().dim(-2);
        if (places > table.shape().dim(0)) {
            throw new IllegalArgumentException("positions of " + x.shape() + ": " + places + " places, but only "
                    + table.shape().dim(0) + " have been learned; make a longer table");
        }
        return x.plus(table.slice(0, 0, places));
    }
}
