package surprisal.models.agent;

import java.util.Arrays;
import java.util.List;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;
import surprisal.models.pomdp.Variable;

/**
 * Backwards induction from intended states (Friston et al. 2023): I_0 = H, and I_{n+1}(s) = 1 where some action leads with
 * more than the threshold from s to a state with I_n = 1. A state that is on no way to the intended ones, at the step where
 * it should be, costs −ln ε.
 */
public final class Intentions {
    /** So many numbers are held at most. */
    private static final long MOST = 1 << 22;

    private final Table B;
    private final double threshold;
    private final double[][] reach; // [n][s]: 1 where the intended states are n steps away
    private final double cost;

    /**
     * The ways to the intended states of every factor.
     *
     * @param tables the model
     * @param H for each factor 1 for an intended state and else 0, or null for a factor without intentions
     * @param depth how many steps back, itself included
     * @param threshold what counts as possible
     * @param epsilon ε in (0, 1)
     * @return for each factor the ways to its states, or null
     * @throws IllegalArgumentException if something does not fit the model; the message names it
     */
    static Intentions[] of(Tables tables, List<double[]> H, int depth, double threshold, double epsilon) {
        List<Variable> factors = tables.structure().factors();
        if (H.size() != factors.size()) {
            throw new IllegalArgumentException("intentions for " + H.size() + " of " + factors.stream().map(Variable::name).toList()
                    + ": one for each, null where there is none");
        }
        Intentions[] all = new Intentions[H.size()];
        for (int f = 0; f < all.length; f++) {
            double[] wanted = H.get(f);
            if (wanted != null && wanted.length != factors.get(f).size()) {
                throw new IllegalArgumentException("intentions for " + wanted.length + " states of " + factors.get(f).name() + ": it has "
                        + factors.get(f).size());
            }
            if (wanted != null && !tables.structure().parentsB().get(f).equals(List.of(f))) {
                throw new IllegalArgumentException("intentions for " + factors.get(f).name()
                        + ", which depends on other factors: they are for factors that depend on themselves alone");
            }
            all[f] = wanted == null ? null : new Intentions(tables.B(f), wanted, depth, threshold, epsilon);
        }
        return all;
    }

    /**
     * The ways to some states.
     *
     * @param B P(s′|s, u) of a factor that depends on itself alone
     * @param intended H: 1 for an intended state, else 0
     * @param depth how many steps back, itself included
     * @param threshold what counts as possible
     * @param epsilon ε in (0, 1)
     * @throws IllegalArgumentException if a number is out of range, or depth times states are more than 4,194,304; the message
     *     names it
     */
    public Intentions(Table B, double[] intended, int depth, double threshold, double epsilon) {
        if (depth < 1 || !(threshold >= 0 && threshold < 1 && epsilon > 0 && epsilon < 1)) {
            throw new IllegalArgumentException("intentions with depth " + depth + ", threshold " + threshold + " and ε " + epsilon
                    + ": depth is at least 1, the threshold in [0, 1) and ε in (0, 1)");
        }
        if ((long) depth * intended.length > MOST) {
            throw new IllegalArgumentException(("intentions with depth %,d over %,d states are more than %,d numbers: no shortest way "
                    + "has more steps than there are states").formatted(depth, intended.length, MOST));
        }
        for (double h : intended) {
            if (h != 0 && h != 1) {
                throw new IllegalArgumentException("intended states " + Arrays.toString(intended)
                        + ": 1 for an intended state and 0 for any other");
            }
        }
        cost = -StrictMath.log(epsilon);
        this.B = B;
        this.threshold = threshold;
        reach = new double[depth][intended.length];
        reach[0] = intended.clone();
        changed();
    }

    /** Takes in B as it is now. */
    void changed() {
        int states = reach[0].length;
        for (int n = 1; n < reach.length; n++) {
            Arrays.fill(reach[n], 0);
            for (int u = 0; u < B.blocks(); u++) {
                for (int s = 0; s < states; s++) {
                    for (int to = 0, at = (u * states + s) * states; to < states; to++, at++) {
                        if (B.values()[at] > threshold && reach[n - 1][to] == 1) {
                            reach[n][s] = 1;
                        }
                    }
                }
            }
        }
    }

    /**
     * I_n(s): 1 where the intended states are n steps away.
     *
     * @return [n][s]: the arrays themselves
     */
    public double[][] reach() {
        return reach;
    }

    /**
     * What each next state costs, from a belief about the state now.
     *
     * @param q the belief, of which the likeliest state counts
     * @param out overwritten
     */
    public void costs(double[] q, double[] out) {
        int likely = 0;
        for (int s = 1; s < q.length; s++) {
            if (q[s] > q[likely]) {
                likely = s;
            }
        }
        int steps = -1;
        for (int n = reach.length - 1; n >= 0; n--) { // the least number of steps
            if (reach[n][likely] == 1) {
                steps = n;
            }
        }
        if (steps < 0) {
            Arrays.fill(out, 0);
            return;
        }
        double[] way = reach[Math.max(steps - 1, 0)];
        for (int s = 0; s < out.length; s++) {
            out[s] = (1 - way[s]) * cost;
        }
    }
}
