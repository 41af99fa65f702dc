package surprisal.models.pomdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import surprisal.kernels.Expectations;
import surprisal.kernels.Simplex;

/**
 * What one observation says about the hidden states, Σ_m ln P(o_m | s), and its expectations under a mean-field belief:
 * the messages E_Q(s_d, d ≠ f)[Σ_m ln P(o_m|s)] to each factor f. Modalities with the same parents share one table.
 * The memory is made once.
 */
public final class Evidence {

    /** The modalities of one set of parents, and their ln P(o_m|s) by outcome: what was observed is a table of messages. */
    private static final class Logs {
        final int[] parents; // the one of the most states last
        final int[] sizes;
        final int rows; // of the parents but the last
        final int stride;
        final int[] modalities;
        final Table[] of;
        final double[][] tables; // by modality [O, S.., stride]

        Logs(Table[] all, int[] modalities) {
            this.modalities = modalities;
            of = Arrays.stream(modalities).mapToObj(m -> all[m]).toArray(Table[]::new);
            int[] axes = axes();
            parents = Arrays.stream(axes).map(axis -> of[0].parents()[axis]).toArray();
            sizes = Arrays.stream(axes).map(axis -> of[0].sizes()[axis]).toArray();
            rows = Arrays.stream(sizes, 0, sizes.length - 1).reduce(1, Math::multiplyExact);
            stride = Expectations.stride(sizes[sizes.length - 1]);
            tables = Arrays.stream(of).map(table -> new double[table.events() * rows * stride]).toArray(double[][]::new);
            fill();
        }

        private int[] axes() {
            return IntStream.range(0, of[0].sizes().length).boxed()
                    .sorted(Comparator.comparingInt(axis -> of[0].sizes()[axis])).mapToInt(axis -> axis).toArray();
        }

        void fill() {
            int[] strides = Arrays.stream(axes()).map(axis -> of[0].stride(axis)).toArray();
            for (int i = 0; i < of.length; i++) {
                for (int o = 0; o < of[i].events(); o++) {
                    fill(i, o, strides, 0, 0, 0);
                }
            }
        }

        private void fill(int i, int o, int[] strides, int axis, int from, int to) {
            for (int s = 0; s < sizes[axis]; s++) {
                int row = from + s * strides[axis];
                if (axis == sizes.length - 1) {
                    tables[i][(o * rows + to) * stride + s] = of[i].values()[row * of[i].events() + o];
                } else {
                    fill(i, o, strides, axis + 1, row, to * sizes[axis] + s);
                }
            }
        }
    }

    /** What one observation says about one set of parents. */
    private static final class Group {
        final Logs logs;
        final Messages messages;
        final int[] seen; // which modalities

        Group(Logs logs, Messages messages) {
            this.logs = logs;
            this.messages = messages;
            seen = new int[logs.modalities.length];
        }

        /** What was seen, each outcome with the weight 1: of three modalities in one pass. */
        void put(int[] outcomes) {
            double[] to = messages.table;
            int n = to.length;
            int count = 0;
            for (int i = 0; i < logs.modalities.length; i++) {
                if (outcomes[logs.modalities[i]] >= 0) {
                    seen[count++] = i;
                }
            }
            if (count == 0) {
                Arrays.fill(to, 0);
                return;
            }
            int next = Math.min(count, 3);
            double[] x = logs.tables[seen[0]];
            int xo = from(0, outcomes);
            if (next < 3) {
                System.arraycopy(x, xo, to, 0, n);
                next = 1;
            } else {
                double[] y = logs.tables[seen[1]];
                double[] z = logs.tables[seen[2]];
                int yo = from(1, outcomes);
                int zo = from(2, outcomes);
                for (int j = 0; j < n; j++) {
                    to[j] = x[xo + j] + y[yo + j] + z[zo + j];
                }
            }
            for (; next < count; next++) {
                Simplex.addScaled(1, logs.tables[seen[next]], from(next, outcomes), to, 0, n);
            }
        }

        private int from(int i, int[] outcomes) {
            return outcomes[logs.modalities[seen[i]]] * messages.table.length;
        }

        /** The log-likelihoods of one outcome of the i-th modality, as the first or added to the others. */
        void put(int i, int outcome, double weight, boolean first) {
            double[] to = messages.table;
            if (first) {
                Arrays.fill(to, 0);
            }
            Simplex.addScaled(weight, logs.tables[i], outcome * to.length, to, 0, to.length);
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
        this.groups = groups.stream().map(same -> new Group(same, new Messages(same.parents, same.sizes))).toArray(Group[]::new);
        this.states = states;
        this.messages = MeanField.arrays(states);
        this.seen = new Seen(logs.clone(), states.length);
    }

    private Evidence(Evidence of, UnaryOperator<Messages> other) {
        groups = Arrays.stream(of.groups).map(group -> new Group(group.logs, other.apply(group.messages))).toArray(Group[]::new);
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
        return new Evidence(this, Messages::twin);
    }

    /** Memory for another step, side by side with this one and for the same thread. */
    Evidence step() {
        return new Evidence(this, Messages::step);
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
            group.put(outcomes);
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
                Arrays.fill(group.messages.table, 0);
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
            group.messages.add(f, q, out);
        }
    }

    /**
     * The messages to all factors, from one and the same belief.
     *
     * @param q the belief in every factor
     * @param out for each factor, [step, {@link Expectations#stride}], added to
     * @param t which step
     */
    public void addAll(double[][] q, double[][] out, int t) {
        for (Group group : groups) {
            group.messages.addAll(q, out, t);
        }
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
            int f = group.logs.parents[0];
            Arrays.fill(messages[f], 0);
            group.messages.add(f, q, messages[f]);
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
