package surprisal.models.dist;

import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/**
 * L with L Lᵀ = ½ (Σ + Σᵀ), lower triangular with a positive diagonal: [.., n, n] → the same. ∂Σ = ½ L⁻ᵀ (P + Pᵀ) L⁻¹,
 * where P is Lᵀ ∂L below the diagonal and half of it on the diagonal (Murray 2016). In double.
 */
record Cholesky() implements Op.Custom {

    static final Cholesky OP = new Cholesky();

    @Override
    public Shape shape(Shape... in) {
        if (in[0].rank() < 2 || in[0].dim(-2) != in[0].last()) {
            throw new IllegalArgumentException("Cholesky factor of " + in[0] + ": it takes square matrices [.., n, n]");
        }
        return in[0];
    }

    @Override
    public void forward(Array[] in, Array out) {
        int n = out.shape().last();
        out.fill(0);
        for (int at = 0; at < out.size(); at += n * n) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    double sum = 0.5 * (in[0].at(at + i * n + j) + in[0].at(at + j * n + i));
                    for (int k = 0; k < j; k++) {
                        sum -= out.at(at + i * n + k) * out.at(at + j * n + k);
                    }
                    if (i == j && !(sum > 0)) {
                        throw new IllegalArgumentException("covariance " + at / (n * n) + " of " + in[0].shape()
                                + " is not positive definite: what is left of its variance " + i + " is " + sum
                                + "; add a little to its diagonal");
                    }
                    out.set(at + i * n + j, i == j ? Math.sqrt(sum) : sum / out.at(at + j * n + j));
                }
            }
        }
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn) {
        if (gIn[0] == null) {
            return;
        }
        int n = out.shape().last();
        for (int at = 0; at < out.size(); at += n * n) {
            double[][] p = new double[n][n];
            for (int i = 0; i < n; i++) {
                for (int j = 0; j <= i; j++) {
                    for (int k = i; k < n; k++) {
                        p[i][j] += out.at(at + k * n + i) * gOut.at(at + k * n + j);
                    }
                    p[i][j] *= 0.5;
                    p[j][i] = p[i][j]; // ½ (P + Pᵀ), halved once more on the diagonal
                }
            }
            // L⁻ᵀ from the left, then by symmetry L⁻ᵀ from the left of the transpose
            double[][] s = solved(out, at, transposed(solved(out, at, p)));
            for (int i = 0; i < n * n; i++) {
                gIn[0].set(at + i, gIn[0].at(at + i) + s[i / n][i % n]);
            }
        }
    }

    /** L⁻ᵀ m. */
    private static double[][] solved(Array l, int at, double[][] m) {
        int n = m.length;
        double[][] x = new double[n][n];
        for (int c = 0; c < n; c++) {
            for (int i = n - 1; i >= 0; i--) {
                double sum = m[i][c];
                for (int j = i + 1; j < n; j++) {
                    sum -= l.at(at + j * n + i) * x[j][c];
                }
                x[i][c] = sum / l.at(at + i * n + i);
            }
        }
        return x;
    }

    private static double[][] transposed(double[][] m) {
        double[][] t = new double[m.length][m.length];
        for (int i = 0; i < m.length; i++) {
            for (int j = 0; j < m.length; j++) {
                t[i][j] = m[j][i];
            }
        }
        return t;
    }
}
