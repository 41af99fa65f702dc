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

    /** The modalities of one set of parents, and their ln P(o_m|s) by outcome: what was observed is a row. */
    private static final class Logs {
        final int[] parents;
        final int[] sizes;
        final int size;
        final int[] modalities;
        final Table[] of;
        final double[][] plain; // by modality [O, S..]
        final double[][] turned; // the same with the axes of S in reverse

        Logs(Table[] all, int[] modalities) {
            this.modalities = modalities;
            of = Arrays.stream(modalities).mapToObj(m -> all[m]).toArray(Table[]::new);
            parents = of[0].parents();
            sizes = of[0].sizes();
            size = of[0].rows();
            plain = Arrays.stream(of).map(table -> new double[table.values().length]).toArray(double[][]::new);
            turned = sizes.length > 1
                    ? Arrays.stream(of).map(table -> new double[table.values().length]).toArray(double[][]::new)
                    : plain;
            fill();
        }

        void fill() {
            for (int i = 0; i < of.length; i++) {
                double[] log = of[i].values();
                int n = of[i].events();
                for (int o = 0; o < n; o++) {
                    for (int row = 0; row < size; row++) {
                        plain[i][o * size + row] = log[row * n + o];
                    }
                    if (sizes.length > 1) {
                        turn(plain[i], turned[i], o * size, 0, 0, 0, 1);
                    }
                }
            }
        }

        private void turn(double[] x, double[] y, int at, int axis, int from, int to, int stride) {
            int n = sizes[axis];
            for (int s = 0; s < n; s++) {
                if (axis == sizes.length - 1) {
                    y[at + to + s * stride] = x[at + from * n + s];
                } else {
                    turn(x, y, at, axis + 1, from * n + s, to + s * stride, stride * n);
                }
            }
        }
    }

    /** What one observation says about one set of parents. */
    private static final class Group {
        final Logs logs;
        final int[] parents;
        final int[] sizes;
        final double[] table; // [S..] in the order of the parents
        final double[] turned; // the same with the axes in reverse: the message to the first parent is a sum of its rows
        final double[] left;
        final double[] right;

        Group(Logs logs) {
            this.logs = logs;
            parents = logs.parents;
            sizes = logs.sizes;
            table = new double[logs.size];
            turned = sizes.length > 1 ? new double[logs.size] : table;
            left = new double[logs.size];
            right = new double[logs.size];
        }

        /** The log-likelihoods of one outcome of the i-th modality, as the first or added to the others. */
        void put(int i, int outcome, double weight, boolean first) {
            put(logs.plain[i], outcome, weight, first, table);
            if (turned != table) {
                put(logs.turned[i], outcome, weight, first, turned);
            }
        }

        private void put(double[] log, int outcome, double weight, boolean first, double[] to) {
            if (first && weight == 1) {
                System.arraycopy(log, outcome * logs.size, to, 0, logs.size);
                return;
            }
            if (first) {
                Arrays.fill(to, 0);
            }
            Simplex.addScaled(weight, log, outcome * logs.size, to, 0, logs.size);
        }

        void clear() {
            Arrays.fill(table, 0);
            Arrays.fill(turned, 0);
        }
    }

    private final Group[] groups;
    private final int[] states;
    private final double[][] messages;
    private final Seen seen;

    /**
     * Memory for the observations of a model.
     *
     * @param logs for each modality ln P(o_m|s), as {@link Table#logs} makes it; {@link #changed} takes in new numbers of theirs
     * @param states the number of states of each factor
     */
    public Evidence(Table[] logs, int[] states) {
        List<Logs> groups = new ArrayList<>();
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
                groups.add(new Logs(logs, same.stream().mapToInt(k -> k).toArray()));
            }
        }
        this.groups = groups.stream().map(Group::new).toArray(Group[]::new);
        this.states = states;
        this.messages = MeanField.arrays(states);
        this.seen = new Seen(logs.clone(), states.length);
    }

    private Evidence(Evidence of) {
        groups = Arrays.stream(of.groups).map(group -> new Group(group.logs)).toArray(Group[]::new);
        states = of.states;
        messages = MeanField.arrays(states);
        seen = of.seen.beside();
    }

    /**
     * Memory for another observation of the same model, side by side with this one.
     *
     * @return with the same log-likelihoods
     */
    public Evidence beside() {
        return new Evidence(this);
    }

    /** Takes in the log-likelihoods as they are now. */
    public void changed() {
        for (Group group : groups) {
            group.logs.fill();
        }
    }

    /**
     * Takes in an observation.
     *
     * @param outcomes for each modality its outcome, or a negative number where nothing was seen
     */
    public void observe(int[] outcomes) {
        seen.observe(outcomes);
        for (Group group : groups) {
            boolean none = true;
            for (int i = 0; i < group.logs.modalities.length; i++) {
                int outcome = outcomes[group.logs.modalities[i]];
                if (outcome >= 0) {
                    group.put(i, outcome, 1, none);
                    none = false;
                }
            }
            if (none) {
                group.clear();
            }
        }
    }

    /**
     * Takes in a soft observation, Σ_o o(o) ln P(o|s).
     *
     * @param o for each modality a distribution over its outcomes; all zeros where nothing was seen
     */
    public void observe(double[][] o) {
        seen.observe(o);
        for (Group group : groups) {
            boolean none = true;
            for (int i = 0; i < group.logs.modalities.length; i++) {
                double[] weights = o[group.logs.modalities[i]];
                for (int outcome = 0; outcome < group.logs.of[i].events(); outcome++) {
                    if (weights[outcome] != 0) {
                        group.put(i, outcome, weights[outcome], none);
                        none = false;
                    }
                }
            }
            if (none) {
                group.clear();
            }
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
                    message(group, i, q, out, 0);
                }
            }
        }
    }

    /**
     * The messages to all factors, from one and the same belief.
     *
     * @param q the belief in every factor
     * @param out for each factor, [step, state], added to
     * @param t which step
     */
    public void addAll(double[][] q, double[][] out, int t) {
        for (Group group : groups) {
            int[] parents = group.parents;
            int[] sizes = group.sizes;
            int k = parents.length;
            message(group, 0, q, out[parents[0]], t);
            double[] x = group.table;
            int size = x.length;
            for (int i = 1; i < k; i++) { // x: the axes before i are summed over
                size /= sizes[i - 1];
                double[] y = x == group.left ? group.right : group.left;
                first(x, q[parents[i - 1]], sizes[i - 1], size, y);
                x = y;
                back(group, x, size, i, q, out[parents[i]], t);
            }
        }
    }

    private void message(Group group, int i, double[][] q, double[] out, int t) {
        int[] parents = group.parents;
        int[] sizes = group.sizes;
        if (i == 0) { // the rows of the turned table, weighted by the joint belief in the others
            if (parents.length == 1) {
                sum(group.table, sizes[0], out, t);
                return;
            }
            int rows = sizes[parents.length - 1];
            double[] w = q[parents[parents.length - 1]];
            for (int j = parents.length - 2; j > 0; j--) {
                double[] wider = w == group.left ? group.right : group.left;
                double[] p = q[parents[j]];
                for (int a = 0, at = 0; a < rows; a++) {
                    for (int b = 0; b < sizes[j]; b++) {
                        wider[at++] = w[a] * p[b];
                    }
                }
                w = wider;
                rows *= sizes[j];
            }
            double[] y = w == group.left ? group.right : group.left;
            Mixture.mix(w, 0, rows, group.turned, 0, sizes[0], y, 0);
            sum(y, sizes[0], out, t);
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
        back(group, x, size, i, q, out, t);
    }

    /** Sums the axes after i out of x [S_i, S_i+1 ..], into the belief's own memory, and adds what is left to out. */
    private void back(Group group, double[] x, int size, int i, double[][] q, double[] out, int t) {
        int last = group.sizes.length - 1;
        if (i == last) {
            sum(x, size, out, t);
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
        sum(to, rows, out, t);
    }

    private static void sum(double[] x, int n, double[] out, int t) {
        for (int s = 0, at = t * n; s < n; s++) {
            out[at + s] += x[s];
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
        double sum = seen.alone();
        for (Group group : groups) {
            int f = group.parents[0];
            Arrays.fill(messages[f], 0);
            message(group, 0, q, messages[f], 0);
            for (int s = 0; s < messages[f].length; s++) {
                sum += q[f][s] * messages[f][s];
            }
        }
        return sum;
    }

    /**
     * Whether Π_f P(s_f) Π_m P(o_m|s) > 0 for some state. A million beginnings of states are looked at; if that is not all, the
     * observation is taken for possible.
     *
     * @param prior for each factor P(s_f)
     * @return false if what was observed can't come from any state that the prior allows
     */
    public boolean possible(double[][] prior) {
        return seen.possible(prior);
    }

    /** The marginals of Bayes' rule on the joint, see {@link MeanField#exact}. */
    double posterior(double[][] prior, double[][] q) {
        return seen.posterior(prior, q);
    }
}
