package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.stream.IntStream;
import surprisal.kernels.Expectations;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;

/**
 * Beliefs about a window of steps, Q(s_1 … s_T) = Π_t Π_f Q(s_tf), from its observations and the actions between them, by
 * messages from what is seen, from before and from after. All steps and factors are updated at once, from the old belief
 * and beginning with the uniform one, as in pymdp. The memory is made once.
 */
public final class MessagePassing {

    /** What the messages between steps are. */
    public enum Scheme {
        /**
         * Marginal message passing (Parr et al. 2019): ½ ln of the expected transition forwards and backwards, whole ones at
         * the last step.
         */
        MARGINAL,
        /** Variational message passing: the expected ln of the transition, so that a fixed point is a minimum of F. */
        VARIATIONAL
    }

    /** What a factor's next state says about one of its parents. */
    private record Link(int child, int axis) {}

    private final Tables tables;
    private final int steps;
    private final int[] states;
    private final Evidence[] evidence;
    private final Table[] logB;
    private final Link[][] children; // by factor: where it is a parent
    private final int[] strides; // by factor: from one step's or one row's elements to the next
    private final double[][][] onwards; // by scheme and factor of one parent: what a message forwards mixes, [blocks, s, s′]
    private final double[][][] back; // the same for a message back, [blocks, s′, s]
    private final double[][][] q; // [t][f]
    private final double[][][] of; // the same arrays, [f][t]
    private final double[][] forward; // by factor, [t, stride]
    private final double[][] backward;
    private final double[][] messages;
    private final double[][] sum; // what q becomes the softmax of
    private final int[] actions;
    private final int[][] onwardsAt; // by factor and step: where the rows of its action begin, or −1
    private final int[][] backAt;
    private final double[] scratch;
    private final double[] rowSums;
    private final double[] turned; // of a factor of several parents: what a message back multiplies, [s, s′]

    /**
     * Memory for a window.
     *
     * @param tables the model, whose numbers as they are now are taken in
     * @param steps T, how many observations
     * @throws IllegalArgumentException if there is no step
     */
    public MessagePassing(Tables tables, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("a window of " + steps + " steps: at least 1");
        }
        this.tables = tables;
        this.steps = steps;
        this.states = tables.states();
        Table[] logs = tables.logs();
        evidence = new Evidence[steps];
        Arrays.setAll(evidence, t -> t == 0 ? new Evidence(logs, states) : evidence[0].step());
        logB = IntStream.range(0, states.length).mapToObj(f -> tables.B(f).logs()).toArray(Table[]::new);
        children = IntStream.range(0, states.length)
                .mapToObj(f -> IntStream.range(0, states.length)
                        .boxed()
                        .flatMap(i -> IntStream.range(0, logB[i].parents().length)
                                .filter(axis -> logB[i].parents()[axis] == f)
                                .mapToObj(axis -> new Link(i, axis)))
                        .toArray(Link[]::new))
                .toArray(Link[][]::new);
        strides = Arrays.stream(states).map(Expectations::stride).toArray();
        onwards = new double[Scheme.values().length][states.length][];
        back = new double[Scheme.values().length][states.length][];
        for (Scheme scheme : Scheme.values()) {
            for (int f = 0; f < states.length; f++) {
                Table table = scheme == Scheme.MARGINAL ? tables.B(f) : logB[f];
                if (table.parents().length == 1) {
                    onwards[scheme.ordinal()][f] = table.mixes() ? apart(table, strides[f]) : null;
                    back[scheme.ordinal()][f] = turned(table, strides[table.parents()[0]], scheme);
                }
            }
        }
        q = memory();
        of = IntStream.range(0, states.length)
                .mapToObj(f -> Arrays.stream(q).map(qs -> qs[f]).toArray(double[][]::new))
                .toArray(double[][][]::new);
        forward = window();
        backward = window();
        messages = window();
        sum = window();
        actions = new int[steps];
        onwardsAt = new int[states.length][steps];
        backAt = new int[states.length][steps];
        int most = Arrays.stream(states).max().orElse(1);
        scratch = new double[most];
        rowSums = new double[most];
        turned = new double[most * most];
    }

    private double[][][] memory() {
        return IntStream.range(0, steps).mapToObj(t -> MeanField.arrays(states)).toArray(double[][][]::new);
    }

    private double[][] window() {
        return Arrays.stream(strides).mapToObj(n -> new double[steps * n]).toArray(double[][]::new);
    }

    /**
     * Takes in an observation.
     *
     * @param t the step, 0 … T − 1
     * @param outcomes for each modality its outcome, or a negative number where nothing was seen
     * @throws IllegalArgumentException if there is no such step or outcome
     */
    public void observe(int t, int... outcomes) {
        step(t, steps);
        evidence[t].observe(outcomes);
    }

    /**
     * Takes in a soft observation.
     *
     * @param t the step, 0 … T − 1
     * @param outcomes for each modality a distribution, or zeros where nothing was seen
     * @throws IllegalArgumentException if there is no such step, or not one for each modality
     */
    public void observe(int t, double[][] outcomes) {
        step(t, steps);
        evidence[t].observe(outcomes);
    }

    /**
     * Takes in an action.
     *
     * @param t the step that it was taken after, 0 … T − 2
     * @param joint the combination of actions, or −1 if it is not known: then every next state is equally likely
     * @throws IllegalArgumentException if there is no such step or combination
     */
    public void act(int t, int joint) {
        step(t, steps - 1);
        if (joint >= 0) {
            tables.checkAction(joint);
        }
        actions[t] = joint;
    }

    private static void step(int t, int count) {
        if (t < 0 || t >= count) {
            throw new IllegalArgumentException("step " + t + ": there are 0 to " + (count - 1));
        }
    }

    /**
     * Infers.
     *
     * @param scheme the messages between steps
     * @param sweeps how often all beliefs are updated, 16 in pymdp
     * @return Q(s_tf), [t][f][s]: the arrays themselves, which the next inference overwrites
     */
    public double[][][] infer(Scheme scheme, int sweeps) {
        for (int t = 0; t < steps; t++) {
            for (int f = 0; f < states.length; f++) {
                Arrays.fill(q[t][f], 1.0 / states[f]);
            }
        }
        for (int f = 0; f < states.length; f++) {
            begin(f);
        }
        for (int sweep = 0; sweep < sweeps; sweep++) {
            sweep(scheme, sweep);
        }
        return q;
    }

    /** Updates all beliefs once. */
    private void sweep(Scheme scheme, int sweep) {
        for (int f = 0; f < states.length; f++) {
            forwards(scheme, f);
        }
        for (int f = 0; f < states.length; f++) {
            backwards(scheme, f);
        }
        for (int f = 0; f < states.length; f++) {
            sum(scheme == Scheme.MARGINAL ? 0.5 : 1, forward[f], backward[f], (steps - 1) * strides[f], sum[f]);
        }
        for (int i = 0; i < steps; i++) { // to and fro: the last steps' tables are still near
            int t = sweep % 2 == 0 ? i : steps - 1 - i;
            evidence[t].addAll(q[t], sum, t);
        }
        for (int f = 0; f < states.length; f++) {
            Simplex.softmaxes(sum[f], 0, steps, states[f], strides[f], of[f]);
        }
    }

    /** What the sweeps have in common. */
    private void begin(int f) {
        Simplex.logs(tables.D()[f], 0, forward[f], 0, states[f]);
        Table table = logB[f];
        for (int t = 0; table.parents().length == 1 && t < steps - 1; t++) {
            int parent = table.parents()[0];
            int block = actions[t] < 0 ? 0 : tables.block(f, actions[t]);
            onwardsAt[f][t] = actions[t] < 0 ? -1 : block * states[parent] * strides[f];
            backAt[f][t] = actions[t] < 0 ? -1 : block * states[f] * strides[parent];
        }
    }

    /** x = weight · (forward + backward), and forward alone from some place on. */
    private static void sum(double weight, double[] forward, double[] backward, int last, double[] x) {
        for (int i = 0; i < last; i++) {
            x[i] = weight * (forward[i] + backward[i]);
        }
        System.arraycopy(forward, last, x, last, x.length - last);
    }

    /** The messages to a factor from the steps before. */
    private void forwards(Scheme scheme, int f) {
        int n = strides[f];
        double[] fw = forward[f];
        double[] mixed = onwards[scheme.ordinal()][f];
        Table table = scheme == Scheme.MARGINAL ? tables.B(f) : logB[f];
        if (mixed != null) {
            int parent = table.parents()[0];
            Mixture.each(steps - 1, of[parent], 0, states[parent], mixed, onwardsAt[f], n, fw, n);
        } else {
            for (int t = 1; t < steps; t++) {
                if (actions[t - 1] >= 0) {
                    table.expect(tables.block(f, actions[t - 1]), q[t - 1], scratch);
                    System.arraycopy(scratch, 0, fw, t * n, states[f]);
                }
            }
        }
        if (scheme == Scheme.MARGINAL) {
            Simplex.logs(fw, n, fw, n, (steps - 1) * n);
        }
        for (int t = 1; t < steps; t++) {
            if (actions[t - 1] < 0) {
                Arrays.fill(fw, t * n, (t + 1) * n, scheme == Scheme.MARGINAL ? -StrictMath.log(states[f]) : 0);
            }
        }
    }

    /** The messages to a factor from the steps after, where it is a parent. */
    private void backwards(Scheme scheme, int f) {
        double[] bw = backward[f];
        if (children[f].length == 0) {
            Arrays.fill(bw, 0);
        }
        for (int i = 0; i < children[f].length; i++) {
            double[] x = i == 0 ? bw : messages[f];
            backwards(scheme, f, children[f][i], x);
            for (int at = 0; i > 0 && at < bw.length; at++) {
                bw[at] += x[at];
            }
        }
    }

    /** The messages to a factor as a parent of another. */
    private void backwards(Scheme scheme, int f, Link link, double[] x) {
        int n = strides[f];
        Table table = scheme == Scheme.MARGINAL ? tables.B(link.child) : logB[link.child];
        double[] turned = back[scheme.ordinal()][link.child];
        if (turned != null) {
            Mixture.each(steps - 1, of[link.child], 1, states[link.child], turned, backAt[link.child], n, x, 0);
        } else {
            for (int t = 0; t < steps - 1; t++) {
                if (actions[t] >= 0) {
                    backwards(scheme, table, link, t, x, t * n);
                }
            }
        }
        if (scheme == Scheme.MARGINAL) {
            Simplex.logs(x, 0, x, 0, (steps - 1) * n);
        }
        for (int t = 0; t < steps - 1; t++) {
            if (actions[t] < 0) {
                Arrays.fill(x, t * n, (t + 1) * n, 0);
            }
        }
    }

    /** The message from a factor of several parents to one of them, before its logarithm is taken. */
    private void backwards(Scheme scheme, Table table, Link link, int t, double[] to, int o) {
        int n = table.events();
        int size = table.sizes()[link.axis];
        double[] after = q[t + 1][link.child];
        double[] x = turned; // [s_f, s′]
        Arrays.fill(x, 0, size * n, 0);
        coparents(table, link.axis, 0, tables.block(link.child, actions[t]) * table.rows(), 0, 1, q[t]);
        double[] y = after;
        if (scheme == Scheme.MARGINAL) {
            Arrays.fill(rowSums, 0, n, 0);
            for (int s = 0; s < size; s++) {
                Simplex.addScaled(1, x, s * n, rowSums, 0, n);
            }
            for (int s = 0; s < n; s++) {
                rowSums[s] = after[s] / Math.max(rowSums[s], Simplex.EPSILON);
            }
            y = rowSums;
        }
        for (int s = 0; s < size; s++) {
            to[o + s] = Simplex.dot(x, s * n, y, 0, n);
        }
    }

    /** [blocks, s, s′] with rows that are so far apart. */
    private static double[] apart(Table table, int stride) {
        int n = table.events();
        double[] y = new double[table.blocks() * table.rows() * stride];
        for (int row = 0; row < table.blocks() * table.rows(); row++) {
            System.arraycopy(table.values(), row * n, y, row * stride, n);
        }
        return y;
    }

    /** [blocks, s, s′] → [blocks, s′, s] with rows that are so far apart, each divided by its sum if it is to be a distribution. */
    private static double[] turned(Table table, int stride, Scheme scheme) {
        int rows = table.rows();
        int n = table.events();
        double[] x = table.values();
        double[] y = new double[table.blocks() * n * stride];
        for (int block = 0; block < table.blocks(); block++) {
            for (int to = 0; to < n; to++) {
                double sum = 0;
                for (int s = 0; s < rows; s++) {
                    sum += x[(block * rows + s) * n + to];
                }
                for (int s = 0; s < rows; s++) {
                    y[(block * n + to) * stride + s] =
                            x[(block * rows + s) * n + to] / (scheme == Scheme.MARGINAL ? Math.max(sum, Simplex.EPSILON) : 1);
                }
            }
        }
        return y;
    }

    /** turned[s_f, s′] += Π over the other parents of Q(s_d) times the table. */
    private void coparents(Table table, int kept, int axis, int row, int s, double weight, double[][] q) {
        int n = table.events();
        if (axis == table.sizes().length) {
            Simplex.addScaled(weight, table.values(), row * n, turned, s * n, n);
            return;
        }
        int stride = table.stride(axis);
        double[] p = q[table.parents()[axis]];
        for (int i = 0; i < p.length; i++) {
            if (axis == kept) {
                coparents(table, kept, axis + 1, row + i * stride, i, weight, q);
            } else if (p[i] != 0) {
                coparents(table, kept, axis + 1, row + i * stride, s, weight * p[i], q);
            }
        }
    }

    /**
     * F = Σ_t −H[Q(s_t)] − E_Q[ln P(o_t|s_t)] − E_Q[ln P(s_t|s_{t−1}, u)] of the last inference, with D at the first step.
     *
     * @return in nats
     */
    public double freeEnergy() {
        double F = 0;
        for (int t = 0; t < steps; t++) {
            F -= evidence[t].expected(q[t]);
            for (int f = 0; f < states.length; f++) {
                F -= Simplex.entropy(q[t][f], 0, states[f]);
                if (t == 0) {
                    Simplex.logs(tables.D()[f], 0, scratch, 0, states[f]);
                } else if (actions[t - 1] < 0) {
                    Arrays.fill(scratch, 0, states[f], -StrictMath.log(states[f]));
                } else {
                    logB[f].expect(tables.block(f, actions[t - 1]), q[t - 1], scratch);
                }
                F -= Simplex.dot(q[t][f], 0, scratch, 0, states[f]);
            }
        }
        return F;
    }
}
