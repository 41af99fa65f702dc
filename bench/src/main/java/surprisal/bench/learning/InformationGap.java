package surprisal.bench.learning;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;

/**
 * MIG = 1/K Σ_k (I(z_j; v_k) − I(z_i; v_k)) / H(v_k), where z_j is the number of a code that tells most about the factor v_k and z_i
 * the one that tells most but for it (Chen et al. 2018, Eq. 6): 1 if each factor has a number of its own, 0 if no factor has one that
 * tells more about it than another. I is of counts; a number of the code falls into one of some bins that hold about as many
 * draws each, so that a monotone map changes nothing. Draws z ~ q(z|x) rather than means: a number that is noise would else tell
 * all, if only it were read finely enough.
 *
 * @param shares I(z_j; v_k) / H(v_k), a row for each number of the code and a column for each factor
 */
public record InformationGap(double[][] shares) {

    /**
     * The information of some codes about some factors.
     *
     * @param codes a draw for each example, [n, latent]
     * @param factors of each example, its values from 0 on, [n][K]
     * @param bins of a number of the code; where a factor has more values, no number can tell all of it
     * @return the shares
     * @throws IllegalArgumentException if there are not as many codes as examples or fewer than 2 bins, or if a factor is always the same
     */
    public static InformationGap of(Tensor codes, int[][] factors, int bins) {
        int n = factors.length, latent = codes.shape().last();
        if (n < 2 || codes.shape().size() != n * latent || bins < 2)
            throw new IllegalArgumentException("the information of codes %s about the factors of %d examples, in %d bins: "
                            .formatted(codes.shape(), n, bins)
                    + "it takes a code for each of at least 2 examples, and at least 2 bins");
        double[][] shares = new double[latent][factors[0].length];
        for (int j = 0; j < latent; j++) {
            int at = j;
            int[] bin = binned(IntStream.range(0, n).mapToDouble(i -> codes.at(i * latent + at)).toArray(), bins);
            for (int k = 0; k < factors[0].length; k++) {
                int factor = k;
                int[] value = Arrays.stream(factors).mapToInt(v -> v[factor]).toArray();
                double entropy = information(value, value);
                if (entropy == 0)
                    throw new IllegalArgumentException("factor %d is %d in all %d examples: there is nothing to tell about it"
                            .formatted(k, value[0], n));
                shares[j][k] = information(bin, value) / entropy;
            }
        }
        return new InformationGap(shares);
    }

    /** The bin of each number by its rank; equal numbers share the rank in their middle. */
    private static int[] binned(double[] z, int bins) {
        int n = z.length;
        Integer[] order = IntStream.range(0, n).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> z[i]));
        int[] bin = new int[n];
        for (int from = 0, to; from < n; from = to) {
            to = from + 1;
            while (to < n && z[order[to]] == z[order[from]]) to++;
            for (int i = from; i < to; i++) bin[order[i]] = (int) ((long) bins * (from + to) / (2L * n));
        }
        return bin;
    }

    /** I(a; b) = Σ p(a, b) log p(a, b) / p(a) p(b) of the counts; H(a) if b is a. */
    private static double information(int[] a, int[] b) {
        int n = a.length, rows = Arrays.stream(a).max().getAsInt() + 1, columns = Arrays.stream(b).max().getAsInt() + 1;
        long[] row = new long[rows], column = new long[columns], both = new long[rows * columns];
        for (int i = 0; i < n; i++) {
            row[a[i]]++;
            column[b[i]]++;
            both[a[i] * columns + b[i]]++;
        }
        double sum = 0;
        for (int i = 0; i < both.length; i++)
            if (both[i] > 0)
                sum += (double) both[i] / n * StrictMath.log((double) both[i] * n / ((double) row[i / columns] * column[i % columns]));
        return sum;
    }

    /**
     * The gap of one factor.
     *
     * @param k which factor
     * @return from 0 to 1
     */
    public double of(int k) {
        double most = 0, next = 0;
        for (double[] row : shares) {
            next = Math.max(next, Math.min(most, row[k]));
            most = Math.max(most, row[k]);
        }
        return most - next;
    }

    /**
     * The number of the code that tells most about a factor.
     *
     * @param k which factor
     * @return the first of equals
     */
    public int best(int k) {
        int best = 0;
        for (int j = 1; j < shares.length; j++) if (shares[j][k] > shares[best][k]) best = j;
        return best;
    }

    /**
     * MIG.
     *
     * @return from 0 to 1
     */
    public double mean() {
        return IntStream.range(0, shares[0].length).mapToDouble(this::of).average().orElseThrow();
    }
}
