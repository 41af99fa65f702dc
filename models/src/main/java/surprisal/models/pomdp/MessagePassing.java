package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.stream.IntStream;
import surprisal.kernels.Loop;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;
import surprisal.kernels.Unary;

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
    private final double[][] marginal; // by factor of one parent: what a message back multiplies, [blocks, s′, s]
    private final double[][] variational;
    private final double[][][] q; // [t][f]
    private final double[][][] sum; // what q becomes the softmax of
    private final double[][][] forward;
    private final double[][][] backward;
    private final int[] actions;
    private final double[] flat; // of all steps and factors
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
        Arrays.setAll(evidence, t -> t == 0 ? new Evidence(logs, states) : evidence[0].beside());
        logB = IntStream.range(0, states.length).mapToObj(f -> tables.B(f).logs()).toArray(Table[]::new);
        children = IntStream.range(0, states.length)
                .mapToObj(f -> IntStream.range(0, states.length)
                        .boxed()
                        .flatMap(i -> IntStream.range(0, logB[i].parents().length)
                                .filter(axis -> logB[i].parents()[axis] == f)
                                .mapToObj(axis -> new Link(i, axis)))
                        .toArray(Link[]::new))
                .toArray(Link[][]::new);
        marginal = new double[states.length][];
        variational = new double[states.length][];
        for (int f = 0; f < states.length; f++) {
            if (logB[f].parents().length == 1) {
                marginal[f] = turned(tables.B(f), Scheme.MARGINAL);
                variational[f] = turned(logB[f], Scheme.VARIATIONAL);
            }
        }
        q = memory();
        sum = memory();
        forward = memory();
        backward = memory();
        actions = new int[steps];
        int most = Arrays.stream(states).max().orElse(1);
        flat = new double[steps * Arrays.stream(states).sum()];
        scratch = new double[most];
        rowSums = new double[most];
        turned = new double[most * most];
    }

    private double[][][] memory() {
        return IntStream.range(0, steps).mapToObj(t -> MeanField.arrays(states)).toArray(double[][][]::new);
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
        for (int sweep = 0; sweep < sweeps; sweep++) {
            for (int t = 0; t < steps; t++) {
                messages(scheme, t);
            }
            for (int t = 0; t < steps; t++) {
                double weight = scheme == Scheme.MARGINAL && t < steps - 1 ? 0.5 : 1;
                for (int f = 0; f < states.length; f++) {
                    double[] x = sum[t][f];
                    double[] fw = forward[t][f];
                    double[] bw = backward[t][f];
                    for (int s = 0; s < x.length; s++) {
                        x[s] = weight * fw[s] + bw[s];
                    }
                }
                evidence[t].addAll(q[t], sum[t]);
            }
            softmax();
        }
        return q;
    }

    /** q = σ(sum), all steps and factors in one flight of exponentials. */
    private void softmax() {
        int at = 0;
        for (int t = 0; t < steps; t++) {
            for (double[] x : sum[t]) {
                double most = x[0];
                for (int s = 1; s < x.length; s++) {
                    most = Math.max(most, x[s]);
                }
                for (int s = 0; s < x.length; s++) {
                    flat[at++] = x[s] - most;
                }
            }
        }
        Loop.map(Unary.EXP, flat, 0, flat, 0, at);
        at = 0;
        for (int t = 0; t < steps; t++) {
            for (double[] p : q[t]) {
                double total = 0;
                for (int s = 0; s < p.length; s++) {
                    total += flat[at + s];
                }
                for (int s = 0; s < p.length; s++) {
                    p[s] = flat[at + s] / total;
                }
                at += p.length;
            }
        }
    }

    /** The messages to step t: from the step before into forward, from the step after into backward. */
    private void messages(Scheme scheme, int t) {
        for (int f = 0; f < states.length; f++) {
            double[] fw = forward[t][f];
            if (t == 0) {
                Simplex.logs(tables.D()[f], 0, fw, 0, states[f]);
            } else if (actions[t - 1] < 0) {
                Arrays.fill(fw, scheme == Scheme.MARGINAL ? -StrictMath.log(states[f]) : 0);
            } else if (scheme == Scheme.MARGINAL) {
                tables.B(f).expect(tables.block(f, actions[t - 1]), q[t - 1], scratch);
                Simplex.logs(scratch, 0, fw, 0, states[f]);
            } else {
                logB[f].expect(tables.block(f, actions[t - 1]), q[t - 1], fw);
            }
            double[] bw = backward[t][f];
            Arrays.fill(bw, 0);
            if (t < steps - 1 && actions[t] >= 0) {
                for (Link link : children[f]) {
                    backwards(scheme, link, t, f, bw);
                }
            }
        }
    }

    private void backwards(Scheme scheme, Link link, int t, int f, double[] bw) {
        int i = link.child;
        int n = states[i];
        int block = tables.block(i, actions[t]);
        double[] after = q[t + 1][i];
        Table table = scheme == Scheme.MARGINAL ? tables.B(i) : logB[i];
        if (table.parents().length == 1) {
            double[] back = scheme == Scheme.MARGINAL ? marginal[i] : variational[i];
            Mixture.mix(after, 0, n, back, block * n * states[f], states[f], scratch, 0);
            receive(scheme, f, bw);
            return;
        }
        double[] x = turned; // [s_f, s′]
        int at = 0;
        Arrays.fill(turned, 0, states[f] * n, 0);
        coparents(table, link.axis, 0, block * table.rows(), 0, 1, q[t]);
        if (scheme == Scheme.VARIATIONAL) {
            for (int s = 0; s < states[f]; s++) {
                bw[s] += Simplex.dot(x, at + s * n, after, 0, n);
            }
            return;
        }
        Arrays.fill(rowSums, 0, n, 0);
        for (int s = 0; s < states[f]; s++) {
            Simplex.addScaled(1, x, at + s * n, rowSums, 0, n);
        }
        for (int to = 0; to < n; to++) {
            rowSums[to] = after[to] / Math.max(rowSums[to], Simplex.EPSILON);
        }
        for (int s = 0; s < states[f]; s++) {
            scratch[s] = Simplex.dot(x, at + s * n, rowSums, 0, n);
        }
        receive(scheme, f, bw);
    }

    /** Adds the message in {@link #scratch}. */
    private void receive(Scheme scheme, int f, double[] bw) {
        double weight = 1;
        if (scheme == Scheme.MARGINAL) {
            Simplex.logs(scratch, 0, scratch, 0, states[f]);
            weight = 0.5;
        }
        for (int s = 0; s < states[f]; s++) {
            bw[s] += weight * scratch[s];
        }
    }

    /** [blocks, s, s′] → [blocks, s′, s], each row s′ divided by its sum if it is to be a distribution. */
    private static double[] turned(Table table, Scheme scheme) {
        int rows = table.rows();
        int n = table.events();
        double[] x = table.values();
        double[] y = new double[x.length];
        for (int block = 0; block < table.blocks(); block++) {
            for (int to = 0; to < n; to++) {
                double sum = 0;
                for (int s = 0; s < rows; s++) {
                    sum += x[(block * rows + s) * n + to];
                }
                for (int s = 0; s < rows; s++) {
                    y[(block * n + to) * rows + s] =
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
