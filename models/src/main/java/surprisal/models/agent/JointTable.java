package surprisal.models.agent;

import java.util.Arrays;
import surprisal.kernels.Mixture;
import surprisal.kernels.Simplex;
import surprisal.models.pomdp.Sparse;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * I[s; o] = H[Q(o)] − E_Q(s)[Σ_m H[P(o_m|s)]] from a table of P(o|s) = Π_m P(o_m|s) over joint outcomes. It is summed out
 * factor by factor, and what the last belief has in common with this one from the first factor on is not summed again.
 */
final class JointTable implements JointGain.Part {

    /** So many entries a table has at most: 16 MB. */
    static final int MOST = 1 << 21;

    private final Tables tables;
    private final int[] factors;
    private final int[] modalities;
    private final int outcomes;
    private final double[] table; // [S.., O + 1]: the last column is the entropy
    private final int[] rest; // by depth: what is left after the first factors are summed out
    private final double[][] partial;
    private final double[][] known; // by depth: the belief that was summed out
    private boolean fresh;
    private Sparse sparse;

    JointTable(Tables tables, int[] factors, int[] modalities) {
        this.tables = tables;
        this.factors = factors;
        this.modalities = modalities;
        outcomes = Arrays.stream(modalities).map(m -> tables.A(m).events()).reduce(1, (a, b) -> a * b);
        int size = Arrays.stream(factors).map(f -> tables.states()[f]).reduce(1, (a, b) -> a * b) * (outcomes + 1);
        table = new double[size];
        rest = new int[factors.length];
        partial = new double[factors.length][];
        known = new double[factors.length][];
        for (int d = 0; d < factors.length; d++) {
            size /= tables.states()[factors[d]];
            rest[d] = size;
            partial[d] = new double[size];
            known[d] = new double[tables.states()[factors[d]]];
        }
        changed();
    }

    @Override
    public void changed() {
        int[] state = new int[tables.states().length];
        for (int at = 0; at < table.length; at += outcomes + 1) {
            for (int d = factors.length - 1, i = at / (outcomes + 1); d >= 0; d--) {
                state[factors[d]] = i % tables.states()[factors[d]];
                i /= tables.states()[factors[d]];
            }
            table[at] = 1;
            table[at + outcomes] = 0;
            for (int m = 0, width = 1; m < modalities.length; m++) {
                Table A = tables.A(modalities[m]);
                int row = 0;
                for (int d = 0; d < A.parents().length; d++) {
                    row = row * A.sizes()[d] + state[A.parents()[d]];
                }
                int n = A.events();
                double entropy = Simplex.entropy(A.values(), row * n, n);
                for (int i = width - 1; i >= 0; i--) { // from the back, in place
                    double p = table[at + i];
                    for (int o = 0; o < n; o++) {
                        table[at + i * n + o] = p * A.values()[row * n + o];
                    }
                }
                width *= n;
                table[at + outcomes] += entropy;
            }
        }
        sparse = factors.length == 0 ? null : Sparse.of(table, table.length / rest[0], rest[0]);
        fresh = true;
    }

    @Override
    public double of(double[][] q) {
        double[] x = table;
        boolean same = !fresh;
        for (int d = 0; d < factors.length; d++) {
            double[] p = q[factors[d]];
            same &= Arrays.equals(p, known[d]);
            if (!same) {
                System.arraycopy(p, 0, known[d], 0, p.length);
                if (d == 0 && sparse != null) {
                    sparse.mix(p, 0, p.length, x, 0, partial[d], 0);
                } else {
                    Mixture.mix(p, 0, p.length, x, 0, rest[d], partial[d], 0);
                }
            }
            x = partial[d];
        }
        fresh = false;
        return Simplex.entropy(x, 0, outcomes) - x[outcomes];
    }
}
