package surprisal.models.dynamics;

import java.util.List;

/**
 * Jointly normal numbers, each written as its mean and its weights on independent standard normals: what the filters are
 * compared with. Conditioning solves one system for all that was seen, in plain numbers.
 */
final class Joint {

    private static final int MOST = 96;

    private int noises;

    /** A mean (the last entry) without noise. */
    static double[] sure(double mean) {
        double[] x = new double[MOST + 1];
        x[MOST] = mean;
        return x;
    }

    /** Fresh noise, N(0, 1). */
    double[] fresh() {
        double[] x = sure(0);
        x[noises++] = 1;
        return x;
    }

    /** x + w y. */
    static double[] plus(double[] x, double w, double[] y) {
        double[] z = x.clone();
        for (int i = 0; i < z.length; i++) {
            z[i] += w * y[i];
        }
        return z;
    }

    static double mean(double[] x) {
        return x[MOST];
    }

    static double covariance(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < MOST; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** The mean and the covariance of some variables once others are seen, and −log of the density of those. */
    record Seen(double[] mean, double[][] covariance, double surprise) {}

    static Seen given(List<double[]> of, List<double[]> seen, double... values) {
        int n = of.size();
        int m = seen.size();
        double[][] rows = new double[m][m + n + 1]; // S | covariances with what is asked for | error
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                rows[i][j] = covariance(seen.get(i), seen.get(j));
            }
            for (int j = 0; j < n; j++) {
                rows[i][m + j] = covariance(seen.get(i), of.get(j));
            }
            rows[i][m + n] = values[i] - mean(seen.get(i));
        }
        double[][] before = new double[m][];
        for (int i = 0; i < m; i++) {
            before[i] = rows[i].clone();
        }
        double surprise = 0.5 * m * Math.log(2 * Math.PI);
        for (int i = 0; i < m; i++) { // Gauss and Jordan
            surprise += 0.5 * Math.log(rows[i][i]);
            double pivot = rows[i][i];
            for (int c = 0; c < rows[i].length; c++) {
                rows[i][c] /= pivot;
            }
            for (int r = 0; r < m; r++) {
                double w = r == i ? 0 : rows[r][i];
                for (int c = 0; c < rows[r].length; c++) {
                    rows[r][c] -= w * rows[i][c];
                }
            }
        }
        double[] mean = new double[n];
        double[][] covariance = new double[n][n];
        for (int i = 0; i < m; i++) {
            surprise += 0.5 * before[i][m + n] * rows[i][m + n];
        }
        for (int j = 0; j < n; j++) {
            mean[j] = mean(of.get(j));
            for (int i = 0; i < m; i++) {
                mean[j] += before[i][m + j] * rows[i][m + n];
            }
            for (int k = 0; k < n; k++) {
                covariance[j][k] = covariance(of.get(j), of.get(k));
                for (int i = 0; i < m; i++) {
                    covariance[j][k] -= before[i][m + j] * rows[i][m + k];
                }
            }
        }
        return new Seen(mean, covariance, surprise);
    }
}
