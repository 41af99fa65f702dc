package surprisal.models.agent;

import java.util.Arrays;
import surprisal.kernels.Expectations;
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
    private final Tables tables;
    private final int[] modalities;
    private final Combinations parents; // of the beliefs about them
    private final int[] sizes;
    private final int outcomes;
    private final int columns; // the outcomes, pymdp's novelty of each where it counts, zeros to whole vectors, and the linear part
    private final double entropy; // the weight of −H[qo]
    private final double novelty; // the weight of pymdp's novelty
    private final double[] table;
    private final double[][] partial; // by depth: what is left after the first parents are summed out, [slots, rest · columns]
    private final int[] rest;
    private Sparse sparse; // where the table is not zero, by the states of the first parent
    private double[] g = new double[8];
    private double[] H = new double[8];

    Costs(Tables tables, int[] modalities, Efe efe) {
        this.tables = tables;
        this.modalities = modalities;
        Table first = tables.A(modalities[0]);
        parents = new Combinations(first.parents());
        sizes = first.sizes();
        outcomes = Arrays.stream(modalities).map(m -> tables.A(m).events()).sum();
        entropy = efe.weight(Term.RISK) + efe.weight(Term.STATE_GAIN);
        novelty = efe.weight(Term.PYMDP_NOVELTY_A);
        int needed = (entropy != 0 || novelty != 0 ? outcomes : 0) + (novelty != 0 ? outcomes : 0) + 1;
        columns = needed > 16 ? Expectations.stride(needed) : needed;
        table = new double[first.rows() * columns];
        partial = new double[parents.depth() + 1][];
        rest = new int[parents.depth() + 1];
        partial[0] = new double[columns];
        int left = first.rows();
        for (int d = 1; d <= parents.depth(); d++) {
            left /= sizes[d - 1];
            rest[d] = left * columns;
            partial[d] = new double[4 * rest[d]];
        }
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
        sparse = parents.depth() == 0 ? null : Sparse.of(table, sizes[0], rest[1]);
    }

    /**
     * Adds the cost of each node.
     *
     * @param imagined by factor the beliefs
     * @param ids by factor and node which belief
     * @param nodes how many nodes
     * @param to added to
     */
    void add(Imagined[] imagined, int[][] ids, int nodes, double[] to) {
        int[] numbers = parents.number(imagined, ids, nodes);
        double[] x = table;
        if (parents.depth() == 0) {
            x = partial[0];
            System.arraycopy(table, 0, x, 0, columns);
        }
        for (int d = 1; d <= parents.depth(); d++) {
            x = expect(d, imagined[parents.factor(d)], x);
        }
        costs(x, parents.count(parents.depth()));
        for (int i = 0; i < nodes; i++) {
            to[i] += g[numbers[i]];
        }
    }

    /** Sums out a parent: [combinations of beliefs about those before, states, rest] → [combinations, rest]. */
    private double[] expect(int d, Imagined q, double[] x) {
        int count = parents.count(d);
        if (count * rest[d] > partial[d].length) {
            partial[d] = new double[2 * count * rest[d]];
        }
        double[] y = partial[d];
        int block = q.size * rest[d];
        if (d == 1 && sparse != null) {
            for (int id = 0; id < count; id++) {
                sparse.mix(q.values, id * q.size, q.size, x, 0, y, id * rest[d]);
            }
        } else if (parents.every(d)) {
            Mixture.chains(parents.count(d - 1), q.count, q.values, 0, q.size, x, 0, rest[d], y, 0);
        } else {
            for (int k = 0; k < count; k++) {
                int id = parents.belief(d, k);
                Mixture.chains(1, 1, q.values, id * q.size, q.size, x, parents.before(d, k) * block, rest[d], y, k * rest[d]);
            }
        }
        return y;
    }

    /** The linear part, less pymdp's novelty and the entropy of all outcomes. */
    private void costs(double[] x, int count) {
        if (g.length < count) {
            g = new double[2 * count];
            H = new double[2 * count];
        }
        for (int i = 0, row = 0; i < count; i++, row += columns) {
            g[i] = x[row + columns - 1];
            if (novelty != 0) {
                g[i] -= novelty * Simplex.dot(x, row, x, row + outcomes, outcomes);
            }
        }
        if (entropy != 0) {
            Simplex.entropies(x, 0, count, outcomes, columns, H, 0);
            for (int i = 0; i < count; i++) {
                g[i] -= entropy * H[i];
            }
        }
    }
}
