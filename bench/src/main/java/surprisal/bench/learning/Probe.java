package surprisal.bench.learning;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * y ≈ x W + b with W = (XᵀX + N λ I)⁻¹ XᵀY over N centred rows (ridge regression, Hoerl and Kennard 1970): what can be read off a
 * representation by a straight line. In double, whatever the precision of the rows.
 *
 * @param weight W, [n][m]
 * @param offset b, [m]
 */
@SuppressWarnings("ArrayRecordComponent") // some thousand numbers, never compared
public record Probe(double[][] weight, double[] offset) {

    /**
     * The best line for some rows.
     *
     * @param x what is known, [.., n]
     * @param y what is asked for, [.., m]
     * @param ridge λ > 0, next to which the variance of a number of x is large
     * @return the probe
     * @throws IllegalArgumentException if there are not as many rows of the one as of the other, at least one, or λ is not
     *     positive
     */
    public static Probe fit(Tensor x, Tensor y, double ridge) {
        if (!(ridge > 0)) throw new IllegalArgumentException("a ridge of " + ridge + ": it takes a number > 0");
        double[][] X = rows(x, y), Y = rows(y, x);
        double[] centre = means(X), offset = means(Y);
        int n = centre.length, m = offset.length;
        double[][] gram = new double[n][n], weight = new double[n][m];
        for (int r = 0; r < X.length; r++) {
            double[] row = X[r];
            for (int i = 0; i < n; i++) row[i] -= centre[i];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) gram[i][j] += row[i] * row[j];
                for (int k = 0; k < m; k++) weight[i][k] += row[i] * (Y[r][k] - offset[k]);
            }
        }
        for (int i = 0; i < n; i++) gram[i][i] += X.length * ridge;
        solve(gram, weight);
        for (int k = 0; k < m; k++) for (int i = 0; i < n; i++) offset[k] -= centre[i] * weight[i][k];
        return new Probe(weight, offset);
    }

    /**
     * How much of what is asked for a line tells: 1 − Σ (y − ŷ)² / Σ (y − ȳ)², over rows it was not fitted to.
     *
     * @param x what is known, [.., n]
     * @param y what is asked for, [.., m]
     * @return R² of each number of y: 1 if all is told, 0 for the mean alone, and below for less than that
     * @throws IllegalArgumentException if the rows are not as many or not of the lengths of the probe
     */
    public double[] r2(Tensor x, Tensor y) {
        double[][] X = rows(x, y), Y = rows(y, x);
        if (X[0].length != weight.length || Y[0].length != offset.length)
            throw new IllegalArgumentException("a probe from %d numbers to %d on rows %s and %s"
                    .formatted(weight.length, offset.length, x.shape(), y.shape()));
        double[] mean = means(Y), r2 = new double[mean.length];
        for (int k = 0; k < r2.length; k++) {
            double left = 0, all = 0;
            for (int r = 0; r < X.length; r++) {
                double told = offset[k];
                for (int i = 0; i < weight.length; i++) told += X[r][i] * weight[i][k];
                left += (Y[r][k] - told) * (Y[r][k] - told);
                all += (Y[r][k] - mean[k]) * (Y[r][k] - mean[k]);
            }
            r2[k] = 1 - left / all;
        }
        return r2;
    }

    /**
     * x W + b.
     *
     * @param x what is known, [.., n]
     * @return what the line tells, in float64, [.., m]
     */
    public Tensor tells(Tensor x) {
        int n = weight.length, m = offset.length;
        double[] all = Arrays.stream(weight).flatMapToDouble(Arrays::stream).toArray();
        return x.to(Precision.FLOAT64).affine(Tensor.of(Shape.of(n, m), all), Tensor.of(offset));
    }

    private static double[][] rows(Tensor x, Tensor other) {
        if (x.shape().rank() == 0 || x.shape().size() == 0 || !x.shape().dropLast().equals(other.shape().dropLast()))
            throw new IllegalArgumentException("a probe of rows " + x.shape() + " and " + other.shape()
                    + ": it takes [.., n] and [.., m] with the same axes in front, and at least one row");
        int n = x.shape().last();
        double[][] rows = new double[x.shape().size() / n][n];
        for (int i = 0; i < x.shape().size(); i++) rows[i / n][i % n] = x.at(i);
        return rows;
    }

    private static double[] means(double[][] rows) {
        double[] sums = new double[rows[0].length];
        for (double[] row : rows) for (int i = 0; i < row.length; i++) sums[i] += row[i];
        return Arrays.stream(sums).map(sum -> sum / rows.length).toArray();
    }

    /** L Lᵀ X = B in the place of B; L comes in the place of the lower triangle of A (Cholesky). */
    private static void solve(double[][] a, double[][] b) {
        int n = a.length, m = b[0].length;
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) sum -= a[i][k] * a[j][k];
                a[i][j] = i == j ? Math.sqrt(sum) : sum / a[j][j];
            }
        for (int c = 0; c < m; c++) {
            for (int i = 0; i < n; i++) {
                for (int k = 0; k < i; k++) b[i][c] -= a[i][k] * b[k][c];
                b[i][c] /= a[i][i];
            }
            for (int i = n - 1; i >= 0; i--) {
                for (int k = i + 1; k < n; k++) b[i][c] -= a[k][i] * b[k][c];
                b[i][c] /= a[i][i];
            }
        }
    }
}
