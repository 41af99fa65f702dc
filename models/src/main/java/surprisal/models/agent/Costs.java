package surprisal.models.agent;

import java.util.Arrays;
import surprisal.kernels.Expectations;
import surprisal.kernels.Gemm;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;
import surprisal.models.pomdp.Sparse;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * What the outcomes of all modalities with the same parents cost at one imagined step. The expected outcomes
 * Σ_s Π_d Q(s_d) P(o|s) are summed out parent by parent, and what combinations of beliefs have in common is summed once.
 * Everything in G that is linear in Q(s) is one more column of the table.
 */
final class Costs {
    /** So many multiply-adds are one matrix product. */
    private static final int PRODUCT = 1 << 14;

    private final Tables tables;
    private final int[] modalities;
    private final int[] parents;
    private final int[] sizes;
    private final int outcomes;
    private final int columns; // the outcomes, pymdp's novelty of each where it counts, zeros to whole vectors, and the linear part
    private final double entropy; // the weight of −H[qo]
    private final double novelty; // the weight of pymdp's novelty
    private final double[] table;
    private final double[][] partial; // by depth: what is left after the first parents are summed out, [slots, rest · columns]
    private final int[] rest;
    private final int[] used;
    private final Pairs[] slots;
    private Sparse sparse; // where the table is not zero, by the states of the first parent
    private boolean finite;
    private double[] logs = new double[0];
    private double[] g = new double[8];

    Costs(Tables tables, int[] modalities, Efe efe) {
        this.tables = tables;
        this.modalities = modalities;
        Table first = tables.A(modalities[0]);
        parents = first.parents();
        sizes = first.sizes();
        outcomes = Arrays.stream(modalities).map(m -> tables.A(m).events()).sum();
        entropy = efe.weight(Term.RISK) + efe.weight(Term.STATE_GAIN);
        novelty = efe.weight(Term.PYMDP_NOVELTY_A);
        int needed = (entropy != 0 || novelty != 0 ? outcomes : 0) + (novelty != 0 ? outcomes : 0) + 1;
        columns = needed > 16 ? Expectations.stride(needed) : needed;
        table = new double[first.rows() * columns];
        partial = new double[parents.length + 1][];
        rest = new int[parents.length + 1];
        used = new int[parents.length + 1];
        slots = new Pairs[parents.length + 1];
        int left = first.rows();
        for (int d = 1; d <= parents.length; d++) {
            left /= sizes[d - 1];
            rest[d] = left * columns;
            partial[d] = new double[4 * rest[d]];
            slots[d] = new Pairs();
        }
    }

    int[] parents() {
        return parents;
    }

    /**
     * Takes in A, C and the counts as they are now.
     *
     * @param gain for each modality the information gain about A of each outcome, [S.., O], or null where there are no counts
     */
    void fill(Efe efe, int step, double[][] gain) {
        Arrays.fill(table, 0);
        double utility = efe.weight(Term.UTILITY);
        double risk = efe.weight(Term.RISK);
        double ambiguity = efe.weight(Term.AMBIGUITY) + efe.weight(Term.STATE_GAIN);
        double exact = efe.weight(Term.NOVELTY_A);
        int at = 0;
        for (int m : modalities) {
            Table A = tables.A(m);
            int n = A.events();
            double[] p = A.values();
            double[] C = tables.C(m, step);
            double norm = risk == 0 ? 0 : Simplex.logSumExp(C, 0, n);
            for (int row = 0; row < A.rows(); row++) {
                double linear = ambiguity == 0 ? 0 : ambiguity * Simplex.entropy(p, row * n, n);
                for (int o = 0; o < n; o++) {
                    double x = p[row * n + o];
                    if (columns > outcomes) {
                        table[row * columns + at + o] = x;
                    }
                    if (x != 0) {
                        if (utility != 0) {
                            linear -= utility * x * C[o];
                        }
                        if (risk != 0) {
                            linear -= risk * x * (C[o] - norm);
                        }
                        if (exact != 0) {
                            linear -= exact * x * gain[m][row * n + o];
                        }
                    }
                    if (novelty != 0) {
                        table[row * columns + outcomes + at + o] = gain[m][row * n + o];
                    }
                }
                table[(row + 1) * columns - 1] += linear;
            }
            at += n;
        }
        pattern();
    }

    private void pattern() {
        sparse = parents.length == 0 ? null : Sparse.of(table, sizes[0], rest[1]);
        finite = Arrays.stream(table).allMatch(Double::isFinite);
    }

    /** Forgets the last step; {@code bounds} says how many different beliefs about each factor there may be in this one. */
    void clear(long[] bounds) {
        Arrays.fill(used, 0);
        long before = parents.length == 0 ? 1 : bounds[parents[0]];
        for (int d = 2; d <= parents.length; d++) {
            long bound = bounds[parents[d - 1]];
            slots[d].clear(before, bound);
            before = Math.min(before * bound, Integer.MAX_VALUE);
        }
    }

    /**
     * Sums out the first parent, for all the beliefs about it at once; {@link #slot} goes on from there. Beliefs that are not
     * finite, or tables that are not, would make 0 · ∞ of a product: they are summed one by one.
     */
    void begin(Imagined[] imagined) {
        if (parents.length == 0) {
            return;
        }
        Imagined q = imagined[parents[0]];
        used[1] = q.count;
        if (q.count * rest[1] > partial[1].length) {
            partial[1] = new double[2 * q.count * rest[1]];
        }
        if (sparse == null && finite && (long) q.count * table.length >= PRODUCT) {
            Gemm.multiply(Gemm.Form.NN, q.count, rest[1], q.size, q.values, 0, table, 0, partial[1], 0, Gemm.Store.SET);
            return;
        }
        for (int id = 0; id < q.count; id++) {
            if (sparse != null) {
                sparse.mix(q.values, id * q.size, q.size, table, 0, partial[1], id * rest[1]);
            } else {
                Mixture.mix(q.values, id * q.size, q.size, table, 0, rest[1], partial[1], id * rest[1]);
            }
        }
    }

    /** The slot of a combination of beliefs: where its cost will be after {@link #finish}. */
    int slot(Imagined[] imagined, int[] ids, int offset) {
        if (parents.length == 0) {
            return 0;
        }
        int slot = ids[offset + parents[0]];
        for (int d = 2; d <= parents.length; d++) {
            int id = ids[offset + parents[d - 1]];
            int known = slots[d].get(slot, id);
            if (known < 0) {
                known = used[d]++;
                slots[d].put(slot, id, known);
                if (used[d] * rest[d] > partial[d].length) {
                    partial[d] = Arrays.copyOf(partial[d], 2 * partial[d].length);
                }
                Imagined q = imagined[parents[d - 1]];
                Mixture.mix(q.values, id * q.size, q.size, partial[d - 1], slot * rest[d - 1], rest[d], partial[d], known * rest[d]);
            }
            slot = known;
        }
        return slot;
    }

    /** Computes the cost of every slot. */
    void finish() {
        int count = parents.length == 0 ? 1 : used[parents.length];
        double[] x = parents.length == 0 ? table : partial[parents.length];
        if (g.length < count) {
            g = new double[2 * count];
        }
        if (entropy != 0) {
            if (logs.length < count * columns) {
                logs = new double[2 * count * columns];
            }
            Simplex.logs(x, 0, logs, 0, count * columns);
        }
        for (int i = 0, row = 0; i < count; i++, row += columns) {
            double sum = x[row + columns - 1];
            if (entropy != 0) {
                sum += entropy * Simplex.dot(x, row, logs, row, outcomes);
            }
            if (novelty != 0) {
                sum -= novelty * Simplex.dot(x, row, x, row + outcomes, outcomes);
            }
            g[i] = sum;
        }
    }

    double g(int slot) {
        return g[slot];
    }
}
