package surprisal.models.pomdp;

import java.util.Arrays;
import surprisal.kernels.Expectations;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;

/**
 * The messages of a table x[s_1 … s_k] to its factors, E_Q(s_d, d ≠ f)[x] for each f. The table has three axes at most: the
 * first factor, those between together, and the last. What those between are told together is a table of its own.
 */
final class Messages {
    private static final double[] ONE = {1};

    final double[] table; // [I, J, stride]
    private final int[] parents;
    private final int[] sizes;
    private final int first; // how many factors the axis I is
    private final int I;
    private final int J;
    private final int K;
    private final int stride;
    private final double[] joint;
    private final double[] wider;
    private final double[] told; // what those between are told
    private final double[] none;
    private final double[] scratch;
    private final Messages between;

    /**
     * Memory.
     *
     * @param parents the factors, in the order of the axes
     * @param sizes how many states they have
     */
    Messages(int[] parents, int[] sizes) {
        int k = parents.length;
        this.parents = parents;
        this.sizes = sizes;
        first = k > 2 ? 1 : 0;
        I = k > 2 ? sizes[0] : 1;
        K = sizes[k - 1];
        J = Arrays.stream(sizes, first, k - 1).reduce(1, Math::multiplyExact);
        stride = Expectations.stride(K);
        table = new double[I * J * stride];
        joint = new double[I * J];
        wider = new double[I * J];
        told = new double[J];
        none = new double[1];
        scratch = new double[Expectations.memory(I, J, K)];
        between = k > 3 ? new Messages(Arrays.copyOfRange(parents, 1, k - 1), Arrays.copyOfRange(sizes, 1, k - 1)) : null;
    }

    private Messages(Messages of) {
        parents = of.parents;
        sizes = of.sizes;
        first = of.first;
        I = of.I;
        J = of.J;
        K = of.K;
        stride = of.stride;
        table = new double[of.table.length];
        joint = of.joint;
        wider = of.wider;
        told = of.told;
        none = of.none;
        scratch = of.scratch;
        between = of.between;
    }

    /** Another table of the same factors, which works in the same memory: for the same thread. */
    Messages step() {
        return new Messages(this);
    }

    /** Another table of the same factors, for another thread. */
    Messages twin() {
        return new Messages(parents, sizes);
    }

    /** Adds the message to each factor, to its row of step t; rows are {@link Expectations#stride} apart. */
    void addAll(double[][] q, double[][] out, int t) {
        int last = parents[parents.length - 1];
        if (parents.length == 1) {
            add(K, table, out[last], t * stride);
            return;
        }
        double[] c = q[last];
        double[] toC = out[last];
        int co = t * stride;
        double[] a = first == 0 ? ONE : q[parents[0]];
        double[] toA = first == 0 ? none : out[parents[0]];
        int ao = first == 0 ? 0 : t * Expectations.stride(I);
        if (between == null) {
            int middle = parents[first];
            Expectations.add(I, J, K, table, a, q[middle], c, toA, ao, out[middle], t * Expectations.stride(J), toC, co, scratch);
        } else {
            Arrays.fill(told, 0);
            Expectations.add(I, J, K, table, a, joint(q, 1, parents.length - 1), c, toA, ao, told, 0, toC, co, scratch);
            between.take(told);
            between.addAll(q, out, t);
        }
    }

    /** Adds the message to one factor, if it is one of these. */
    void add(int f, double[][] q, double[] out) {
        int last = parents.length - 1;
        int axis = 0;
        while (axis <= last && parents[axis] != f) {
            axis++;
        }
        if (axis > last) {
            return;
        }
        double[] c = q[parents[last]];
        if (last == 0) {
            add(K, table, out, 0);
        } else if (axis == last) {
            Mixture.mix(joint(q, 0, last), 0, I * J, table, 0, stride, scratch, 0);
            add(K, scratch, out, 0);
        } else if (axis < first) {
            double[] b = joint(q, 1, last);
            for (int i = 0; i < I; i++) {
                Mixture.mix(b, 0, J, table, i * J * stride, stride, scratch, 0);
                out[i] += Simplex.dot(scratch, 0, c, 0, K);
            }
        } else {
            Mixture.mix(first == 0 ? ONE : q[parents[0]], 0, I, table, 0, J * stride, scratch, 0);
            for (int j = 0; j < J; j++) {
                told[j] = Simplex.dot(scratch, j * stride, c, 0, K);
            }
            if (between == null) {
                add(J, told, out, 0);
            } else {
                between.take(told);
                between.add(f, q, out);
            }
        }
    }

    /** Takes in rows without gaps. */
    private void take(double[] x) {
        for (int row = 0; row < I * J; row++) {
            System.arraycopy(x, row * K, table, row * stride, K);
        }
    }

    /** Π_d Q(s_d) of the factors on some axes. */
    private double[] joint(double[][] q, int from, int to) {
        double[] w = q[parents[from]];
        int n = w.length;
        for (int axis = from + 1; axis < to; axis++) {
            double[] p = q[parents[axis]];
            double[] y = w == joint ? wider : joint;
            for (int i = 0, at = 0; i < n; i++) {
                for (double v : p) {
                    y[at++] = w[i] * v;
                }
            }
            w = y;
            n *= p.length;
        }
        return w;
    }

    private static void add(int n, double[] x, double[] out, int o) {
        for (int s = 0; s < n; s++) {
            out[o + s] += x[s];
        }
    }
}
