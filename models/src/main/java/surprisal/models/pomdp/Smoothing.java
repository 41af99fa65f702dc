package surprisal.models.pomdp;

import java.util.stream.IntStream;

/**
 * What the whole of an episode says about each of its steps, from filtered beliefs backwards, factor by factor:
 * Q(s_t, s_{t+1}) = Q(s_{t+1}) P(s_{t+1}|s_t, u) Q_filter(s_t) / Σ_s. With one factor this is exact (Rauch, Tung and
 * Striebel's form of forward–backward); with several it smooths each by itself, as pymdp's {@code smoothing_ovf}.
 */
public final class Smoothing {

    /**
     * Smoothed beliefs.
     *
     * @param qs Q(s_t,f) from all observations, [t][f][s]
     * @param joints Q(s_t,f, s_{t+1},f), [t][f] and in it [s, s′]
     */
    public record Smoothed(double[][][] qs, double[][][] joints) {}

    private Smoothing() {}

    /**
     * Smooths.
     *
     * @param tables the model; a factor's transition may depend on that factor alone
     * @param filtered Q(s_t,f) from the observations up to t, [t][f][s]
     * @param actions the combination of actions after each step but the last; −1 if it is not known: then nothing moved
     * @return the smoothed beliefs
     * @throws IllegalArgumentException if a factor's next state depends on another factor
     */
    public static Smoothed smooth(Tables tables, double[][][] filtered, int[] actions) {
        int steps = filtered.length;
        int factors = tables.states().length;
        for (int f = 0; f < factors; f++) {
            int[] parents = tables.B(f).parents();
            if (parents.length != 1 || parents[0] != f) {
                throw new IllegalArgumentException("factor " + tables.structure().factors().get(f).name()
                        + " depends on others: smoothing takes factors that depend on themselves alone; join them, or pass messages");
            }
        }
        double[][][] qs = IntStream.range(0, steps).mapToObj(t -> MeanField.arrays(tables.states())).toArray(double[][][]::new);
        double[][][] joints = new double[Math.max(0, steps - 1)][factors][];
        for (int f = 0; f < factors; f++) {
            int n = tables.states()[f];
            System.arraycopy(filtered[steps - 1][f], 0, qs[steps - 1][f], 0, n);
            for (int t = steps - 2; t >= 0; t--) {
                joints[t][f] = step(tables.B(f), actions[t] < 0 ? -1 : tables.block(f, actions[t]), filtered[t][f], qs[t + 1][f], qs[t][f]);
            }
        }
        return new Smoothed(qs, joints);
    }

    private static double[] step(Table B, int block, double[] filtered, double[] after, double[] smoothed) {
        int n = filtered.length;
        double[] joint = new double[n * n];
        for (int s = 0; s < n; s++) {
            for (int to = 0; to < n; to++) {
                double p = block < 0 ? (s == to ? 1 : 0) : B.values()[(block * n + s) * n + to];
                joint[s * n + to] = p * filtered[s];
            }
        }
        for (int to = 0; to < n; to++) {
            double sum = 0;
            for (int s = 0; s < n; s++) {
                sum += joint[s * n + to];
            }
            double weight = after[to] / (sum == 0 ? surprisal.kernels.Simplex.EPSILON : sum);
            for (int s = 0; s < n; s++) {
                joint[s * n + to] *= weight;
            }
        }
        for (int s = 0; s < n; s++) {
            for (int to = 0; to < n; to++) {
                smoothed[s] += joint[s * n + to];
            }
        }
        return joint;
    }
}
