package surprisal.models.plan;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/**
 * G(s, u) = g(s, u) + γ Σ_s′ P(s′|s, u) V(s′): expected free energy without an end, where the state is seen (Mazzaglia et al.
 * 2022, Eq. 10, with the expectation over s′; Millidge 2020). A state may be a belief, see
 * {@link surprisal.models.agent.Habit}.
 *
 * <p>Its fixed points are habits: with V = Σ_u π G it is G_π of a policy π, and with V = −(1/ζ) log Σ_u e^(−ζG) that of the best
 * one of finite precision, π = σ(−ζG). For ζ = ∞ that is min_u G.
 *
 * @param transition P(s′|s, u), [U, S, S′]
 * @param cost g(s, u) of a step, in nats, [S, U]
 * @param discount γ in [0, 1)
 */
public record Bellman(Tensor transition, Tensor cost, double discount) {

    /** What is further away than this counts nothing: the last bit of a double. */
    private static final double LAST = 0x1p-53;

    /**
     * The best habit.
     *
     * @param value V(s), [S]
     * @param G G(s, u), [S, U]
     * @param policy σ(−ζG), or the action of the least G, [S, U]
     * @param rounds how many policies were evaluated
     */
    public record Optimum(Tensor value, Tensor G, Tensor policy, int rounds) {}

    /**
     * A decision problem, checked. (The constructor itself does not check, since a gradient may have its type.)
     *
     * @param transition P(s′|s, u), [U, S, S′]; what a row lacks of 1 is an end that costs nothing more
     * @param cost g(s, u), [S, U]
     * @param discount γ in [0, 1)
     * @return the problem
     * @throws IllegalArgumentException if a shape does not fit, a row is no distribution, a cost is not finite, or γ is not in [0, 1)
     */
    public static Bellman of(Tensor transition, Tensor cost, double discount) {
        Shape p = transition.shape();
        if (p.rank() != 3 || p.dim(1) != p.dim(2) || !cost.shape().equals(Shape.of(p.dim(1), p.dim(0)))) {
            throw new IllegalArgumentException("transitions are " + p + " and costs " + cost.shape() + ": they are [U, S, S] and [S, U]");
        }
        if (!(discount >= 0 && discount < 1)) {
            throw new IllegalArgumentException("discount γ is " + discount + ": without an end it is in [0, 1)");
        }
        for (int row = 0; row < p.dim(0) * p.dim(1); row++) {
            double sum = 0;
            boolean negative = false;
            for (int i = row * p.last(); i < (row + 1) * p.last(); i++) {
                sum += transition.at(i);
                negative |= transition.at(i) < 0;
            }
            if (negative || !(sum <= 1 + 1e-5)) {
                throw new IllegalArgumentException("transitions by action " + row / p.last() + " from state " + row % p.last()
                        + " sum to " + sum + ": they are probabilities ≥ 0 that sum to 1");
            }
        }
        for (int i = 0; i < cost.shape().size(); i++) {
            if (!Double.isFinite(cost.at(i))) {
                throw new IllegalArgumentException("action " + i % p.dim(0) + " in state " + i / p.dim(0) + " costs " + cost.at(i)
                        + ": costs are finite; let C allow for every outcome (a small probability will do)");
            }
        }
        return new Bellman(transition, cost, discount);
    }

    /**
     * A decision problem whose step costs what the belief about the next state costs: g(s, u) = G[P(s′|s, u)].
     *
     * @param transition P(s′|s, u), [U, S, S′], as B of a {@link surprisal.models.pomdp.Pomdp}
     * @param G what a belief costs
     * @param discount γ in [0, 1)
     * @return the problem
     * @throws IllegalArgumentException as {@link #of(Tensor, Tensor, double)}
     */
    public static Bellman of(Tensor transition, Objective<Tensor> G, double discount) {
        int actions = transition.shape().dim(0);
        int states = transition.shape().last();
        Tensor costs = G.g(transition.reshape(-1, states));
        if (costs.shape().size() != actions * states) { // one number for all would broadcast: sum() for sum(-1)
            throw new IllegalArgumentException("the objective gave " + costs.shape() + " for " + actions * states
                    + " beliefs: it gives one number for each; reduce the last axis alone, with sum(-1)");
        }
        return of(transition, costs.reshape(actions, states).transpose(), discount);
    }

    /**
     * G(s, u) = g(s, u) + γ Σ_s′ P(s′|s, u) V(s′).
     *
     * @param value V(s), [S]
     * @return [S, U]
     */
    public Tensor ahead(Tensor value) {
        Tensor later = transition.reshape(-1, value.shape().last()).matmul(value.reshape(-1, 1));
        return cost.plus(later.reshape(transition.shape().dim(0), -1).transpose().times(discount));
    }

    /**
     * V(s) ← Σ_u π(u|s) G(s, u), one step of the evaluation of a policy: a contraction by γ.
     *
     * @param policy π(u|s), [S, U]
     * @param value V(s), [S]
     * @return [S]
     */
    public Tensor backup(Tensor policy, Tensor value) {
        return policy.times(ahead(value)).sum(-1);
    }

    /**
     * V(s) ← −(1/ζ) log Σ_u e^(−ζG(s, u)), one step towards the best habit: a contraction by γ.
     *
     * @param zeta ζ > 0; for ∞ it is min_u G(s, u)
     * @param value V(s), [S]
     * @return [S]
     * @throws IllegalArgumentException unless ζ > 0
     */
    public Tensor backup(double zeta, Tensor value) {
        Tensor G = ahead(value);
        return positive(zeta) == Double.POSITIVE_INFINITY ? G.neg().max(-1).neg() : G.times(-zeta).logSumExp().div(-zeta);
    }

    /**
     * Σ_τ γ^τ E_π[g(s_τ, u_τ)] over the first steps: what a policy costs before an end.
     *
     * @param policy π(u|s), [S, U]
     * @param horizon how many steps, at least 0
     * @return [S]
     */
    public Tensor unrolled(Tensor policy, int horizon) {
        Tensor value = Tensor.zeros(Shape.of(cost.shape().dim(0)), cost.precision());
        for (int step = 0; step < horizon; step++) {
            value = backup(policy, value);
        }
        return value;
    }

    /**
     * V_π = (I − γP_π)⁻¹ g_π: what a policy costs without an end.
     *
     * @param policy π(u|s), [S, U]
     * @return [S]
     */
    public Tensor value(Tensor policy) {
        return value(policy, Double.POSITIVE_INFINITY);
    }

    /**
     * V_π = (I − γP_π)⁻¹ (g_π − H[π]/ζ), by (I − M)⁻¹ = Π_k (I + M^(2^k)): each product sees twice as far.
     *
     * @param policy π(u|s), [S, U]
     * @param zeta what a nat of entropy is worth is 1/ζ, ζ > 0; for ∞ nothing
     * @return [S]
     * @throws IllegalArgumentException unless ζ > 0
     */
    public Tensor value(Tensor policy, double zeta) {
        int states = cost.shape().dim(0);
        Tensor step = policy.times(cost).sum(-1);
        if (positive(zeta) < Double.POSITIVE_INFINITY) {
            step = step.plus(policy.xlogy(policy).sum(-1).div(zeta));
        }
        Tensor value = step.reshape(states, 1);
        Tensor far = transition.times(policy.transpose().reshape(-1, states, 1)).sum(0).times(discount);
        for (double reach = discount; reach > LAST; reach *= reach) {
            value = value.plus(far.matmul(value));
            far = far.matmul(far);
        }
        return value.reshape(states);
    }

    /**
     * π = σ(−ζG), or the action of the least G, of equals the first.
     *
     * @param zeta ζ > 0, or ∞
     * @param value V(s) that G looks ahead to, [S]
     * @return [S, U]
     * @throws IllegalArgumentException unless ζ > 0
     */
    public Tensor policy(double zeta, Tensor value) {
        Tensor G = ahead(value);
        if (positive(zeta) < Double.POSITIVE_INFINITY) {
            return G.times(-zeta).softmax();
        }
        int actions = G.shape().last();
        int[] best = new int[G.shape().dim(0)];
        for (int i = 0; i < G.shape().size(); i++) {
            if (G.at(i) < G.at(i / actions * actions + best[i / actions])) {
                best[i / actions] = i % actions;
            }
        }
        return Tensor.oneHot(actions, G.precision(), best);
    }

    /**
     * The best habit by policy iteration: evaluate, improve, until V falls no more; it never rises on the way (Howard 1960). Its
     * gradient is that of its last evaluation, since the best policy has none of its own.
     *
     * @param zeta the precision ζ > 0 of the habit, or ∞
     * @return V, G and π
     * @throws IllegalArgumentException unless ζ > 0
     */
    public Optimum optimum(double zeta) {
        Bellman plain = new Bellman(transition.stopGradient(), cost.stopGradient(), discount);
        double slack = cost.precision() == Precision.FLOAT32 ? 1e-5 : 1e-12;
        int actions = cost.shape().last();
        Tensor policy = Tensor.full(cost.shape(), 1.0 / actions, cost.precision());
        Tensor value = plain.value(policy, zeta);
        int rounds = 1;
        for (boolean falls = true; falls; rounds++) {
            policy = plain.policy(zeta, value);
            Tensor next = plain.value(policy, zeta);
            falls = false;
            for (int s = 0; s < next.shape().size(); s++) {
                falls |= value.at(s) - next.at(s) > slack * (1 + Math.abs(next.at(s)));
            }
            value = next;
        }
        Tensor best = value(policy, zeta);
        return new Optimum(best, ahead(best), policy, rounds);
    }

    /**
     * G^λ_t = g_t + γ[(1 − λ) V(s_{t+1}) + λ G^λ_{t+1}], with G^λ = V after the last step: what a course of events says of the
     * value of its states (Sutton 1988). λ = 0 looks one step ahead, λ = 1 to the end.
     *
     * @param costs g_t, [.., T]
     * @param values V(s_{t+1}), what was expected after each step, [.., T]
     * @param discount γ
     * @param lambda λ in [0, 1]
     * @return [.., T]
     * @throws IllegalArgumentException if the shapes differ or λ is not in [0, 1]
     */
    public static Tensor returns(Tensor costs, Tensor values, double discount, double lambda) {
        if (costs.shape().rank() == 0 || !costs.shape().equals(values.shape()) || !(lambda >= 0 && lambda <= 1)) {
            throw new IllegalArgumentException("costs " + costs.shape() + ", values " + values.shape() + " and λ = " + lambda
                    + ": both are [.., T], one value after each step, and λ is in [0, 1]");
        }
        int steps = costs.shape().last();
        Tensor[] parts = new Tensor[steps];
        Tensor later = values.slice(steps - 1, steps);
        for (int t = steps - 1; t >= 0; t--) {
            Tensor mixed = values.slice(t, t + 1).times(1 - lambda).plus(later.times(lambda));
            later = costs.slice(t, t + 1).plus(mixed.times(discount));
            parts[t] = later;
        }
        return Tensor.concat(-1, parts);
    }

    private static double positive(double zeta) {
        if (!(zeta > 0)) {
            throw new IllegalArgumentException("precision ζ is " + zeta + ": it takes a number > 0, or ∞ for always the best");
        }
        return zeta;
    }
}
