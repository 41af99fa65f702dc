package surprisal.models.dist;

import java.util.Arrays;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/**
 * y = L⁻¹ b by forward substitution, for (L, b): [m.., n, n] and [m.., k.., n] → [m.., k.., n], one matrix for all the
 * k vectors. What stands above the diagonal is not read. ∂b = L⁻ᵀ ∂y, ∂L = −∂b yᵀ on and below the diagonal. In double.
 */
record TriangularSolve() implements Op.Custom {

    static final TriangularSolve OP = new TriangularSolve();

    @Override
    public Shape shape(Shape... in) {
        int[] l = in[0].dims();
        int[] b = in[1].dims();
        int m = l.length - 2;
        boolean fit = m >= 0 && b.length > m && l[m] == l[m + 1] && b[b.length - 1] == l[m]
                && Arrays.equals(l, 0, m, b, 0, m);
        if (!fit) {
            throw new IllegalArgumentException("triangular solve of " + in[1] + " by " + in[0]
                    + ": it takes square matrices [.., n, n], and vectors [.., n] whose first axes are theirs");
        }
        return in[1];
    }

    @Override
    public void forward(Array[] in, Array out) {
        int n = out.shape().last();
        int matrices = in[0].size() / (n * n);
        int vectors = out.size() / n;
        for (int v = 0; v < vectors; v++) {
            int at = v * n;
            int l = v / (vectors / matrices) * n * n;
            for (int i = 0; i < n; i++) {
                double sum = in[1].at(at + i);
                for (int j = 0; j < i; j++) {
                    sum -= in[0].at(l + i * n + j) * out.at(at + j);
                }
                out.set(at + i, sum / in[0].at(l + i * n + i));
            }
        }
    }

    @Override
    public void backward(Array[] in, Array out, Array gOut, Array[] gIn) {
        int n = out.shape().last();
        int matrices = in[0].size() / (n * n);
        int vectors = out.size() / n;
        double[] g = new double[n];
        for (int v = 0; v < vectors; v++) {
            int at = v * n;
            int l = v / (vectors / matrices) * n * n;
            for (int i = n - 1; i >= 0; i--) {
                double sum = gOut.at(at + i);
                for (int j = i + 1; j < n; j++) {
                    sum -= in[0].at(l + j * n + i) * g[j];
                }
                g[i] = sum / in[0].at(l + i * n + i);
            }
            for (int i = 0; i < n; i++) {
                if (gIn[1] != null) {
                    gIn[1].set(at + i, gIn[1].at(at + i) + g[i]);
                }
                for (int j = 0; gIn[0] != null && j <= i; j++) {
                    gIn[0].set(l + i * n + j, gIn[0].at(l + i * n + j) - g[i] * out.at(at + j));
                }
            }
        }
    }
}
