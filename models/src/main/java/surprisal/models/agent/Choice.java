package surprisal.models.agent;

import surprisal.engine.Rng;
import surprisal.kernels.Simplex;

/** From q(π) to an action: q(π)^α over whole policies, or over each action by its marginal. */
public enum Choice {
    /** The first step of the most probable policy; of equals the first. */
    FULL {
        @Override
        int choose(Policies policies, double[] q, double alpha, double[][] marginals, double[] scratch, Rng rng) {
            return policies.joint(alpha == Double.POSITIVE_INFINITY ? best(q, q.length) : draw(q, q.length, alpha, scratch, rng), 0);
        }
    },
    /** For each action the value that is most probable by Σ_π q(π) [π takes it first]; of equals the first. Draws are independent. */
    MARGINAL {
        @Override
        int choose(Policies policies, double[] q, double alpha, double[][] marginals, double[] scratch, Rng rng) {
            marginals(policies, q, marginals);
            int joint = 0;
            for (double[] p : marginals) {
                int u = alpha == Double.POSITIVE_INFINITY ? best(p, p.length) : draw(p, p.length, alpha, scratch, rng);
                joint = joint * p.length + u;
            }
            return joint;
        }
    };

    /** An α that always takes the best. */
    public static final double DETERMINISTIC = Double.POSITIVE_INFINITY;

    abstract int choose(Policies policies, double[] q, double alpha, double[][] marginals, double[] scratch, Rng rng);

    /**
     * p_a(u) = Σ_π q(π) [π's first step has u_a = u].
     *
     * @param policies the policies
     * @param q their probabilities
     * @param marginals for each action, overwritten
     */
    public static void marginals(Policies policies, double[] q, double[][] marginals) {
        for (double[] p : marginals) {
            java.util.Arrays.fill(p, 0);
        }
        for (int i = 0; i < q.length; i++) {
            int rest = policies.joint(i, 0);
            for (int a = marginals.length - 1; a >= 0; a--) {
                marginals[a][rest % marginals[a].length] += q[i];
                rest /= marginals[a].length;
            }
        }
    }

    private static int best(double[] p, int n) {
        int best = 0;
        for (int i = 1; i < n; i++) {
            if (p[i] > p[best]) {
                best = i;
            }
        }
        return best;
    }

    /** One of n with probability ∝ p^α; what has probability 0 is never drawn, with α = 0 neither. */
    private static int draw(double[] p, int n, double alpha, double[] scratch, Rng rng) {
        if (rng == null) {
            throw new IllegalArgumentException("a choice of precision α = " + alpha + " draws: it takes an Rng; DETERMINISTIC takes none");
        }
        double[] w = scratch;
        if (alpha == 1) {
            System.arraycopy(p, 0, w, 0, n);
        } else {
            Simplex.logs(p, 0, w, 0, n);
            for (int i = 0; i < n; i++) { // the logs are stabilised: below ε they are not those of p
                w[i] = p[i] == 0 ? Double.NEGATIVE_INFINITY : alpha * (p[i] < Simplex.EPSILON ? StrictMath.log(p[i]) : w[i]);
            }
            Simplex.softmax(w, 0, w, 0, n);
        }
        double u = rng.uniform();
        int last = 0;
        for (int i = 0; i < n; i++) {
            if (w[i] > 0) {
                last = i;
                u -= w[i];
                if (u < 0) {
                    return i;
                }
            }
        }
        return last;
    }
}
