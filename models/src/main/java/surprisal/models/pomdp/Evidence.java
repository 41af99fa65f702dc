package surprisal.models.pomdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;

/**
 * What one observation says about the hidden states, Σ_m ln P(o_m | s), and its expectations under a mean-field belief:
 * the messages E_Q(s_d, d ≠ f)[Σ_m ln P(o_m|s)] to each factor f. Modalities with the same parents share one table.
 * The memory is made once.
 */
public final class Evidence {

    /** The modalities of one set of parents. */
    private static final class Group {
        final int[] parents;
        final int[] sizes;
        final int[] modalities;
        final double[] table; // [S.., ] in the order of the parents
        final double[] turned; // the same with the axes in reverse: the message to the first parent sums over long rows
        final double[] left;
        final double[] right;

        Group(int[] parents, int[] sizes, int[] modalities) {
            this.parents = parents;
            this.sizes = sizes;
            this.modalities = modalities;
            int size = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
            table = new double[size];
            turned = sizes.length > 1 ? new double[size] : table;
            left = new double[size];
            right = new double[size];
        }

        void turn() {
            int last = sizes.length - 1;
            if (last == 1) {
                int n = sizes[1];
                for (int i = 0; i < sizes[0]; i++) {
                    for (int j = 0; j < n; j++) {
                        turned[j * sizes[0] + i] = table[i * n + j];
                    }
                }
            } else if (last > 1) {
                turn(0, 0, 0, 1);
            }
        }

        private void turn(int axis, int from, int to, int stride) {
            int n = sizes[axis];
            if (axis == sizes.length - 1) {
                for (int s = 0; s < n; s++) {
                    turned[to + s * stride] = table[from * n + s];
                }
                return;
            }
            for (int s = 0; s < n; s++) {
                turn(axis + 1, from * n + s, to + s * stride, stride * n);
            }
        }
    }

    private final Table[] logs;
    private final Group[] groups;
    private final double[][] messages;

    /**
     * Memory for the observations of a model.
     *
     * @param logs for each modality ln P(o_m|s), as {@link Table#logs} makes it
     * @param states the number of states of each factor
     */
    public Evidence(Table[] logs, int[] states) {
        this.logs = logs.clone();
        List<Group> groups = new ArrayList<>();
        boolean[] done = new boolean[logs.length];
        for (int m = 0; m < logs.length; m++) {
            if (!done[m] && logs[m].sizes().length > 0) {
                List<Integer> same = new ArrayList<>();
                for (int k = m; k < logs.length; k++) {
                    if (Arrays.equals(logs[k].parents(), logs[m].parents())) {
                        same.add(k);
                        done[k] = true;
                    }
                }
                groups.add(new Group(logs[m].parents(), logs[m].sizes(), same.stream().mapToInt(k -> k).toArray()));
            }
        }
        this.groups = groups.toArray(Group[]::new);
        this.messages = Arrays.stream(states).mapToObj(double[]::new).toArray(double[][]::new);
    }

    /**
     * Takes in an observation.
     *
     * @param outcomes for each modality its outcome, or a negative number where nothing was seen
     */
    public void observe(int[] outcomes) {
        for (Group group : groups) {
            Arrays.fill(group.table, 0);
            for (int m : group.modalities) {
                if (outcomes[m] >= 0) {
                    double[] log = logs[m].values();
                    for (int row = 0, i = outcomes[m], n = logs[m].events(); row < group.table.length; row++, i += n) {
                        group.table[row] += log[i];
                    }
                }
            }
            group.turn();
        }
    }

    /**
     * Takes in a soft observation, Σ_o o(o) ln P(o|s).
     *
     * @param o for each modality a distribution over its outcomes; all zeros where nothing was seen
     */
    public void observe(double[][] o) {
        for (Group group : groups) {
            Arrays.fill(group.table, 0);
            for (int m : group.modalities) {
                double[] log = logs[m].values();
                int n = logs[m].events();
                for (int row = 0; row < group.table.length; row++) {
                    group.table[row] += Simplex.dot(o[m], 0, log, row * n, n);
                }
            }
            group.turn();
        }
    }

    /**
     * The message to one factor: out[s_f] += E_Q(s_d, d ≠ f)[Σ_m ln P(o_m|s)].
     *
     * @param f the factor
     * @param q the belief in every factor
     * @param out added to
     */
    public void add(int f, double[][] q, double[] out) {
        for (Group group : groups) {
            for (int i = 0; i < group.parents.length; i++) {
                if (group.parents[i] == f) {
                    message(group, i, q, out);
                }
            }
        }
    }

    /**
     * The messages to all factors, from one and the same belief.
     *
     * @param q the belief in every factor
     * @param out for each factor, added to
     */
    public void addAll(double[][] q, double[][] out) {
        for (Group group : groups) {
            int[] parents = group.parents;
            int[] sizes = group.sizes;
            int k = parents.length;
            message(group, 0, q, out[parents[0]]);
            double[] x = group.table;
            int size = x.length;
            for (int i = 1; i < k; i++) { // x: the axes before i are summed over
                size /= sizes[i - 1];
                double[] y = x == group.left ? group.right : group.left;
                first(x, q[parents[i - 1]], sizes[i - 1], size, y);
                x = y;
                back(group, x, size, i, q, out[parents[i]]);
            }
        }
    }

    private void message(Group group, int i, double[][] q, double[] out) {
        int[] parents = group.parents;
        int[] sizes = group.sizes;
        if (i == 0) { // from the back, in the turned table where that is the front
            double[] x = group.turned;
            int size = x.length;
            for (int j = parents.length - 1; j > 0; j--) {
                size /= sizes[j];
                double[] y = x == group.left ? group.right : group.left;
                first(x, q[parents[j]], sizes[j], size, y);
                x = y;
            }
            sum(x, sizes[0], out);
            return;
        }
        double[] x = group.table;
        int size = x.length;
        for (int j = 0; j < i; j++) {
            size /= sizes[j];
            double[] y = x == group.left ? group.right : group.left;
            first(x, q[parents[j]], sizes[j], size, y);
            x = y;
        }
        back(group, x, size, i, q, out);
    }

    /** Sums the axes after i out of x [S_i, S_i+1 ..], into the belief's own memory, and adds what is left to out. */
    private void back(Group group, double[] x, int size, int i, double[][] q, double[] out) {
        int last = group.sizes.length - 1;
        if (i == last) {
            sum(x, size, out);
            return;
        }
        double[] from = x;
        double[] to = x == group.left ? group.right : group.left;
        int rows = size;
        for (int j = last; j > i; j--) {
            int n = group.sizes[j];
            rows /= n;
            double[] p = q[group.parents[j]];
            for (int row = 0; row < rows; row++) { // may be done in place: row ≤ row · n
                double sum = 0;
                for (int s = 0; s < n; s++) {
                    sum += from[row * n + s] * p[s];
                }
                to[row] = sum;
            }
            from = to;
        }
        sum(to, rows, out);
    }

    private static void sum(double[] x, int n, double[] out) {
        for (int s = 0; s < n; s++) {
            out[s] += x[s];
        }
    }

    /** y[rest] = Σ_i q[i] x[i, rest]. */
    private static void first(double[] x, double[] q, int n, int rest, double[] y) {
        Mixture.mix(q, 0, n, x, 0, rest, y, 0);
    }

    /**
     * E_Q(s)[Σ_m ln P(o_m|s)]: the accuracy.
     *
     * @param q the belief in every factor
     * @return in nats
     */
    public double expected(double[][] q) {
        double sum = 0;
        for (Group group : groups) {
            int f = group.parents[0];
            Arrays.fill(messages[f], 0);
            message(group, 0, q, messages[f]);
            for (int s = 0; s < messages[f].length; s++) {
                sum += q[f][s] * messages[f][s];
            }
        }
        return sum;
    }
}
