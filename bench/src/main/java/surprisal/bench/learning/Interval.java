package surprisal.bench.learning;

import java.util.Arrays;

/**
 * x̄ ± t s / √n: the mean of independent values and the interval that covers what they are values of in 95 of 100 cases, if they are
 * normally distributed (Student 1908).
 *
 * @param mean x̄
 * @param low its lower end; NaN for a single value
 * @param high its upper end; NaN for a single value
 */
public record Interval(double mean, double low, double high) {
    private static final double COVERED = 0.95;

    /**
     * The interval of some values.
     *
     * @param values at least one
     * @return mean and interval
     * @throws IllegalArgumentException if there is none
     */
    public static Interval of(double... values) {
        int n = values.length;
        double mean = Arrays.stream(values).average().orElseThrow(() -> new IllegalArgumentException("the interval of no value"));
        if (n == 1) return new Interval(mean, Double.NaN, Double.NaN);
        double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
        double half = quantile(n - 1) * Math.sqrt(squares / (n - 1) / n);
        return new Interval(mean, mean - half, mean + half);
    }

    /** t with P(|T| ≤ t) = 0.95, by bisection. */
    static double quantile(int freedom) {
        double low = 0, high = 13; // above that of one degree of freedom, 12.7
        for (int i = 0; i < 60; i++) {
            double t = (low + high) / 2;
            if (within(t, freedom) < COVERED) low = t;
            else high = t;
        }
        return (low + high) / 2;
    }

    /** P(|T| ≤ t), a finite sum for whole degrees of freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). */
    private static double within(double t, int freedom) {
        double angle = StrictMath.atan(t / Math.sqrt(freedom)), sin = StrictMath.sin(angle), cos = StrictMath.cos(angle);
        boolean odd = freedom % 2 == 1;
        double term = odd ? cos : 1, sum = freedom == 1 ? 0 : term;
        for (int k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
            term *= cos * cos * (k - 1) / k;
            sum += term;
        }
        return odd ? 2 / Math.PI * (angle + sin * sum) : sin * sum;
    }
}
