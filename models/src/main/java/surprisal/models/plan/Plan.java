package surprisal.models.plan;

import java.util.Arrays;
import surprisal.autodiff.Tensor;

/**
 * The policies that a planner compared, each with its G.
 *
 * @param policies sequences of actions, {@code policies[i][τ]}
 * @param G G(π) in nats, summed over the steps, [P]
 */
public record Plan(int[][] policies, Tensor G) {

    /**
     * A plan.
     *
     * @throws IllegalArgumentException if there is no policy, or not one G for each
     * @throws ArithmeticException if a G is NaN
     */
    public Plan {
        if (policies.length == 0 || G.shape().size() != policies.length) {
            throw new IllegalArgumentException(
                    "a plan of " + policies.length + " policies with G of shape " + G.shape() + ": one G for each policy");
        }
        for (int i = 0; i < policies.length; i++) {
            if (Double.isNaN(G.at(i))) {
                throw new ArithmeticException("G of policy " + Arrays.toString(policies[i])
                        + " is NaN: look for an impossible preference or a belief that does not sum to one");
            }
        }
    }

    /**
     * The policy of the lowest G; of equals the first.
     *
     * @return its actions
     */
    public int[] best() {
        int best = 0;
        for (int i = 1; i < policies.length; i++) {
            if (G.at(i) < G.at(best)) {
                best = i;
            }
        }
        return policies[best].clone();
    }

    /**
     * q(π) = σ(−γ G(π)): softmax over the policies (Mazzaglia et al. 2022, Eq. 8). γ → ∞ is the best policy, γ = 0 is chance.
     *
     * @param gamma precision γ ≥ 0
     * @return the probability of each policy, [P]
     */
    public Tensor posterior(double gamma) {
        return G.times(-checked(gamma)).softmax();
    }

    /**
     * q(π) = σ(ln E(π) − γ G(π)), with a habit E.
     *
     * @param gamma precision γ ≥ 0
     * @param E the habit, a probability for each policy, [P]
     * @return the probability of each policy, [P]
     */
    public Tensor posterior(double gamma, Tensor E) {
        return E.log().minus(G.times(checked(gamma))).softmax();
    }

    private static double checked(double gamma) {
        if (!(gamma >= 0) || Double.isInfinite(gamma)) {
            throw new IllegalArgumentException("precision γ is " + gamma + ": it takes a finite number ≥ 0");
        }
        return gamma;
    }
}
