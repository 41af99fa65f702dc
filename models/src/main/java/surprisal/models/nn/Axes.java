package surprisal.models.nn;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/** Other events behind the same batch. */
final class Axes {

    private Axes() {}

    /** {@code [.., x]} with the last {@code events} axes replaced: {@code [.., to]}. */
    static Shape with(Shape x, int events, int... to) {
        int lead = x.rank() - events;
        int[] dims = Arrays.copyOf(x.dims(), lead + to.length);
        System.arraycopy(to, 0, dims, lead, to.length);
        return Shape.of(dims);
    }

    /** How many events of so many axes there are. */
    static int batch(Shape x, int events) {
        int n = 1;
        for (int i = 0; i < x.rank() - events; i++) {
            n *= x.dim(i);
        }
        return n;
    }

    /** [n, n]: a number below the diagonal, one on it and one above it. */
    static Tensor matrix(int n, double below, double on, double above, Precision precision) {
        double[] x = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                x[i * n + j] = j < i ? below : j == i ? on : above;
            }
        }
        return Tensor.of(Shape.of(n, n), x).to(precision);
    }
}
