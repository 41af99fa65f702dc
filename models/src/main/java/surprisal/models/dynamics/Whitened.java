package surprisal.models.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * L⁻¹ and L⁻¹X for S = L Lᵀ, of a batch of symmetric matrices: Cholesky's elimination, a row at a time, without pivots since
 * those of a positive definite matrix are positive. It is for few rows: each is some ops of the whole batch.
 *
 * @param inverse L⁻¹, [.., m, m]
 * @param rows L⁻¹X for each X, [.., m, r]
 * @param halfLogDeterminant ½ log |S| = Σ log L_ii, [..]
 */
record Whitened(Tensor inverse, List<Tensor> rows, Tensor halfLogDeterminant) {

    /** S is [.., m, m], each X [.., m, r]. */
    static Whitened of(Tensor S, Tensor... X) {
        int m = S.shape().last();
        Tensor[] parts = new Tensor[X.length + 2];
        parts[0] = S;
        System.arraycopy(X, 0, parts, 1, X.length);
        parts[X.length + 1] = identity(m, S.precision()).expand(S.shape());
        Tensor rest = Tensor.concat(-1, parts);
        Tensor[] done = new Tensor[m];
        Tensor logs = null;
        for (int i = 0; i < m; i++) { // the first i columns and rows are gone
            int left = m - i;
            int width = rest.shape().last();
            Tensor row = rest.slice(-2, 0, 1);
            Tensor pivot = row.slice(0, 1);
            Tensor scaled = row.times(pivot.rsqrt());
            Tensor log = pivot.log().sum(-2, -1);
            logs = logs == null ? log : logs.plus(log);
            done[i] = scaled.slice(left, width);
            if (left > 1) {
                Tensor tail = scaled.slice(1, width);
                rest = rest.slice(-2, 1, left).slice(1, width).minus(tail.slice(0, left - 1).transpose().matmul(tail));
            }
        }
        Tensor all = Tensor.concat(-2, done);
        List<Tensor> rows = new ArrayList<>();
        int at = 0;
        for (Tensor x : X) {
            rows.add(all.slice(at, at + x.shape().last()));
            at += x.shape().last();
        }
        return new Whitened(all.slice(at, at + m), List.copyOf(rows), logs.times(0.5));
    }

    static Tensor identity(int m, Precision precision) {
        double[] one = new double[m * m];
        for (int i = 0; i < m; i++) {
            one[i * m + i] = 1;
        }
        return Tensor.of(Array.of(Shape.of(m, m), one).to(precision));
    }

    /** [.., m] as [.., m, 1]. */
    static Tensor column(Tensor x) {
        int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
        dims[dims.length - 1] = 1;
        return x.reshape(dims);
    }
}
