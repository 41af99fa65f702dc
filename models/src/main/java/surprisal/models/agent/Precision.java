package surprisal.models.agent;

import java.util.Arrays;
import surprisal.kernels.Simplex;
import surprisal.models.plan.Plan;

/**
 * q(π) = σ(ln E(π) − F(π) − γ G(π)): the belief about policies, and how its precision γ is inferred with it.
 */
public final class Precision {

    private Precision() {}

    /**
     * q(π) = σ(ln E(π) − γ G(π)), and 0 where G is ∞, for γ = 0 too; NaN where nothing is left to choose.
     *
     * @param G expected free energy of each policy
     * @param gamma γ ≥ 0
     * @param logE ln E(π), or null for no habit
     * @param q overwritten
     */
    public static void posterior(double[] G, double gamma, double[] logE, double[] q) {
        posterior(G, null, gamma, logE, q);
    }

    /**
     * q(π) = σ(ln E(π) − F(π) − γ G(π)), and 0 where G is ∞, for γ = 0 too; NaN where nothing is left to choose.
     *
     * @param G expected free energy of each policy
     * @param F free energy of each policy up to now, or null where all policies agree about the past
     * @param gamma γ ≥ 0
     * @param logE ln E(π), or null for no habit
     * @param q overwritten
     */
    public static void posterior(double[] G, double[] F, double gamma, double[] logE, double[] q) {
        for (int p = 0; p < q.length; p++) {
            q[p] = -Plan.cost(gamma, G[p]);
        }
        if (logE != null) {
            for (int p = 0; p < q.length; p++) {
                q[p] += logE[p];
            }
        }
        if (F != null) {
            for (int p = 0; p < q.length; p++) {
                q[p] -= F[p];
            }
        }
        Simplex.softmax(q, 0, q, 0, q.length);
    }

    /** Checks a habit, if there is one: a probability for each policy. */
    static double[] checked(double[] E) {
        double sum = 0;
        for (int p = 0; E != null && p < E.length; p++) {
            if (!(E[p] >= 0)) {
                throw new IllegalArgumentException("the habit has the entry " + E[p] + " at policy " + p + ": probabilities are ≥ 0");
            }
            sum += E[p];
        }
        if (E != null && !(Math.abs(sum - 1) <= 1e-5)) {
            throw new IllegalArgumentException("the habit sums to " + sum + ": it is a distribution over policies and sums to 1");
        }
        return E;
    }

    /**
     * Infers γ = 1/β with q(π) by SPM's iteration (Friston et al. 2017): π₀ = σ(ln E − γG), π = σ(ln E − F − γG),
     * β_π ← β_π − ½ (β_π − β − (π − π₀)·G), sixteen times.
     *
     * @param G expected free energy of each policy
     * @param F free energy of each policy up to now, or null where all policies agree about the past
     * @param logE ln E(π), or null for no habit
     * @param beta the prior β > 0: γ is about 1/β
     * @param q the posterior, overwritten
     * @return γ
     * @throws IllegalArgumentException unless β is finite and positive
     * @throws ArithmeticException if G is infinite for every policy, or β comes to be negative: G differs by more than the prior
     *     allows for
     */
    public static double infer(double[] G, double[] F, double[] logE, double beta, double[] q) {
        if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the prior β of the precision is " + beta + ": it takes a finite number > 0");
        }
        if (Arrays.stream(G).allMatch(g -> g == Double.POSITIVE_INFINITY)) {
            throw new ArithmeticException("G is infinite for every policy: none is left to choose; let C allow for every outcome "
                    + "(−30 will do)");
        }
        double[] prior = new double[q.length];
        double b = beta;
        for (int i = 0; i < 16; i++) {
            posterior(G, 1 / b, logE, prior);
            posterior(G, F, 1 / b, logE, q);
            double error = b - beta;
            for (int p = 0; p < q.length; p++) {
                error -= q[p] == 0 && prior[p] == 0 ? 0 : (q[p] - prior[p]) * G[p]; // 0 · ∞ is none
            }
            b -= error / 2;
            if (!(b > 0)) {
                throw new ArithmeticException("β came to " + b + " from a prior of " + beta + ": raise the prior, or scale G down");
            }
        }
        return 1 / b;
    }

    /**
     * Occam's window: policies whose probability is less than a share of the largest are dropped, and the rest renormalised.
     *
     * @param q the posterior, changed
     * @param share the threshold in [0, 1], 1/16 for example; 0 drops nothing
     * @return the probability that was dropped
     */
    public static double window(double[] q, double share) {
        double most = Arrays.stream(q).max().orElse(0);
        double dropped = 0;
        for (int p = 0; p < q.length; p++) {
            if (q[p] < share * most) {
                dropped += q[p];
                q[p] = 0;
            }
        }
        if (dropped > 0) {
            double sum = Arrays.stream(q).sum();
            for (int p = 0; p < q.length; p++) {
                q[p] /= sum;
            }
        }
        return dropped;
    }
}
