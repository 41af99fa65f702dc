package surprisal.models.pomdp;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/** Checks that rows of an array are distributions. */
final class Rows {

    private Rows() {}

    /** @throws IllegalArgumentException naming the row, if one has a negative entry or does not sum to 1 within slack */
    static void check(String name, Tensor x, double slack) {
        int n = x.shape().last();
        for (int row = 0; row < x.shape().size(); row += n) {
            double sum = 0;
            for (int i = row; i < row + n; i++) {
                if (!(x.at(i) >= 0)) {
                    throw new IllegalArgumentException(place(name, x.shape(), row / n) + " has the entry " + x.at(i)
                            + " at " + (i - row) + ": probabilities are ≥ 0");
                }
                sum += x.at(i);
            }
            if (!(Math.abs(sum - 1) <= slack)) {
                throw new IllegalArgumentException(place(name, x.shape(), row / n) + " sums to " + sum
                        + ": it is a distribution over the last axis and sums to 1 (Pomdp.fromSpm, and "
                        + "Pymdp.of(…).model(…) for factors, take columns)");
            }
        }
    }

    /** @throws IllegalArgumentException unless these are probabilities that sum to 1 within 10⁻⁵ */
    static void check(String name, double[] p) {
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            if (!(p[i] >= 0)) {
                throw new IllegalArgumentException(name + " has the entry " + p[i] + " at " + i + ": probabilities are ≥ 0");
            }
            sum += p[i];
        }
        if (!(Math.abs(sum - 1) <= 1e-5)) {
            throw new IllegalArgumentException(name + " sums to " + sum + ": it is a distribution and sums to 1");
        }
    }

    /** For example {@code B[2, 0]}: the row by its indices. */
    private static String place(String name, Shape shape, int row) {
        int[] index = new int[shape.rank() - 1];
        for (int axis = index.length - 1, rest = row; axis >= 0; axis--) {
            index[axis] = rest % shape.dim(axis);
            rest /= shape.dim(axis);
        }
        return index.length == 0 ? name : name + ", row " + Arrays.toString(index);
    }
}
