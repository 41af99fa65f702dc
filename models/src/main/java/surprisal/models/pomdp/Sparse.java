package surprisal.models.pomdp;

import java.util.Arrays;

/**
 * Where the rows of a table are not zero. A table most of whose entries are zero (places and where they lead, outcomes
 * that tell the state) is summed over these alone.
 */
public final class Sparse {

    /** With more than this share of entries the whole rows are faster, in vectors. */
    private static final double MOST = 0.25;

    private final int n;
    private final int[] start; // [rows + 1]
    private final int[] column;

    private Sparse(int n, int[] start, int[] column) {
        this.n = n;
        this.start = start;
        this.column = column;
    }

    /**
     * The pattern of some rows.
     *
     * @param x the rows, one after the other
     * @param rows how many
     * @param n elements of a row
     * @return the pattern, or null if it would not pay
     */
    public static Sparse of(double[] x, int rows, int n) {
        int entries = 0;
        for (int i = 0; i < rows * n; i++) {
            entries += x[i] == 0 ? 0 : 1;
        }
        if (entries > MOST * rows * n) {
            return null;
        }
        int[] start = new int[rows + 1];
        int[] column = new int[entries];
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < n; j++) {
                if (x[row * n + j] != 0) {
                    column[at++] = j;
                }
            }
            start[row + 1] = at;
        }
        return new Sparse(n, start, column);
    }

    /**
     * y = Σ_s w_s x_s.
     *
     * @param w weights
     * @param wo offset of the weights
     * @param rows how many
     * @param x the rows that the pattern is of, as they are now
     * @param first which row the first weight is for
     * @param y overwritten
     * @param yo offset of y
     */
    public void mix(double[] w, int wo, int rows, double[] x, int first, double[] y, int yo) {
        Arrays.fill(y, yo, yo + n, 0);
        for (int s = 0; s < rows; s++) {
            double weight = w[wo + s];
            if (weight != 0) {
                int row = first + s;
                for (int e = start[row], end = start[row + 1]; e < end; e++) {
                    y[yo + column[e]] += weight * x[row * n + column[e]];
                }
            }
        }
    }
}
