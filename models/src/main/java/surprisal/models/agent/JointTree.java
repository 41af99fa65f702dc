package surprisal.models.agent;

import java.util.Arrays;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * I[s; o] = H[Q(o_1 … o_M)] − Σ_m E_Q(s)[H[P(o_m|s)]] of some modalities together, by enumerating the states and outcomes
 * that have weight.
 */
final class JointTree implements JointGain.Part {
    private final Tables tables;
    private final int[] factors;
    private final int[] modalities;
    private final int[] state;
    private int[][] rows = new int[16][]; // by joint state with weight: the row of each modality
    private double[][] weights; // by depth: the weight of each joint state, given the outcomes so far
    private int count;

    JointTree(Tables tables, int[] factors, int[] modalities) {
        this.tables = tables;
        this.factors = factors;
        this.modalities = modalities;
        state = new int[tables.states().length];
        weights = new double[modalities.length + 1][16];
    }

    @Override
    public void changed() {
        // nothing of the model is kept
    }

    @Override
    public double of(double[][] q) {
        count = 0;
        states(0, 1, q);
        double gain = entropy(0);
        for (int m = 0; m < modalities.length; m++) {
            Table A = tables.A(modalities[m]);
            for (int i = 0; i < count; i++) {
                double h = 0;
                for (int o = 0, at = rows[i][m] * A.events(); o < A.events(); o++, at++) {
                    h -= plogp(A.values()[at]);
                }
                gain -= weights[0][i] * h;
            }
        }
        return gain;
    }

    private void states(int depth, double weight, double[][] q) {
        if (depth == factors.length) {
            if (count == rows.length) {
                rows = Arrays.copyOf(rows, 2 * count);
                for (int d = 0; d <= modalities.length; d++) {
                    weights[d] = Arrays.copyOf(weights[d], 2 * count);
                }
            }
            if (rows[count] == null) {
                rows[count] = new int[modalities.length];
            }
            for (int m = 0; m < modalities.length; m++) {
                Table A = tables.A(modalities[m]);
                int row = 0;
                for (int d = 0; d < A.parents().length; d++) {
                    row = row * A.sizes()[d] + state[A.parents()[d]];
                }
                rows[count][m] = row;
            }
            weights[0][count++] = weight;
            return;
        }
        int f = factors[depth];
        for (int s = 0; s < q[f].length; s++) {
            if (q[f][s] != 0) {
                state[f] = s;
                states(depth + 1, weight * q[f][s], q);
            }
        }
    }

    /** The part of H[Q(o)] that goes on from outcomes of the first m modalities, −Σ p log p over the leaves. */
    private double entropy(int m) {
        double[] w = weights[m];
        if (m == modalities.length) {
            double p = 0;
            for (int i = 0; i < count; i++) {
                p += w[i];
            }
            return -plogp(p);
        }
        Table A = tables.A(modalities[m]);
        double[] v = weights[m + 1];
        double sum = 0;
        for (int o = 0; o < A.events(); o++) {
            boolean possible = false;
            for (int i = 0; i < count; i++) {
                v[i] = w[i] == 0 ? 0 : w[i] * A.values()[rows[i][m] * A.events() + o];
                possible |= v[i] != 0;
            }
            if (possible) {
                sum += entropy(m + 1);
            }
        }
        return sum;
    }

    private static double plogp(double p) {
        return p == 0 ? 0 : p * StrictMath.log(p);
    }
}
