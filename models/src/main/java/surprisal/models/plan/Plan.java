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
     * q(π) = σ(−γ G(π)): softmax over the policies (Mazzaglia et al. 2022, Eq. 8). γ → ∞ is the best policy, γ = 0 is
     * chance.
     *
     * @param gamma precision γ ≥ 0
     * @return the probability of each policy, [P]
     * @throws IllegalArgumentException unless γ is finite and ≥ 0
     * @throws ArithmeticException if G is infinite for all policies
     */
    public Tensor posterior(double gamma) {
        return softmax(cost(gamma).neg());
    }

    /**
     * q(π) = σ(ln E(π) − γ G(π)), with a habit E.
     *
     * @param gamma precision γ ≥ 0
     * @param E the habit, a probability for each policy, [P]
     * @return the probability of each policy, [P]
     * @throws IllegalArgumentException unless γ is finite and ≥ 0
     * @throws ArithmeticException if no policy has a finite G and a habit
     */
    public Tensor posterior(double gamma, Tensor E) {
        return softmax(E.log().minus(cost(gamma)));
    }

    /**
     * γ G, and ∞ where G is ∞ for γ = 0 too: what can't be is not left to chance.
     *
     * @param gamma precision γ ≥ 0, finite
     * @param G G(π) of one policy
     * @return what it adds to the cost of a policy
     */
    public static double cost(double gamma, double G) {
        return Double.isInfinite(G) ? G : gamma * G;
    }

    /** γ G of every policy. */
    private Tensor cost(double gamma) {
        if (!(gamma >= 0) || Double.isInfinite(gamma)) {
            throw new IllegalArgumentException("precision γ is " + gamma + ": it takes a finite number ≥ 0");
        }
        if (gamma > 0) {
            return G.times(gamma);
        }
        Tensor zero = Tensor.zeros(G.shape(), G.precision());
        for (int i = 0; i < policies.length; i++) {
            zero.array().set(i, cost(gamma, G.at(i)));
        }
        return zero;
    }

    private static Tensor softmax(Tensor scores) {
        for (int i = 0; i < scores.shape().size(); i++) {
            if (scores.at(i) > Double.NEGATIVE_INFINITY) {
                return scores.softmax();
            }
        }
        throw new ArithmeticException("G is infinite, or the habit zero, for every policy: none is left to choose; "
                + "let C allow for every outcome (a small probability will do)");
    }
}
