package surprisal.models.fit;

/**
 * A normal posterior of parameters before their scales.
 *
 * @param mean μ
 * @param covariance Σ
 * @param logEvidence what is known of ln p(y), in nats
 */
@SuppressWarnings("ArrayRecordComponent") // equal only if the same
public record Gaussian(double[] mean, double[][] covariance, double logEvidence) {

    /**
     * How uncertain a parameter is.
     *
     * @param i which, in the row of all parameters
     * @return √Σ_ii
     */
    public double std(int i) {
        return Math.sqrt(covariance[i][i]);
    }

    /** L with L Lᵀ = A. */
    static double[][] cholesky(double[][] A) {
        int n = A.length;
        double[][] L = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = A[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= L[i][k] * L[j][k];
                }
                if (i == j && !(sum > 0)) {
                    throw new ArithmeticException("the curvature of −ln p(y, θ) along parameter " + i + " is " + sum + " where the search "
                            + "ended: it is no peak; give a narrower prior, or fewer free parameters");
                }
                L[i][j] = i == j ? Math.sqrt(sum) : sum / L[j][j];
            }
        }
        return L;
    }

    /** (L Lᵀ)⁻¹. */
    static double[][] inverse(double[][] L) {
        int n = L.length;
        double[][] M = new double[n][n]; // L⁻¹
        for (int j = 0; j < n; j++) {
            M[j][j] = 1 / L[j][j];
            for (int i = j + 1; i < n; i++) {
                double sum = 0;
                for (int k = j; k < i; k++) {
                    sum -= L[i][k] * M[k][j];
                }
                M[i][j] = sum / L[i][i];
            }
        }
        double[][] inverse = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = Math.max(i, j); k < n; k++) {
                    inverse[i][j] += M[k][i] * M[k][j];
                }
            }
        }
        return inverse;
    }
}
