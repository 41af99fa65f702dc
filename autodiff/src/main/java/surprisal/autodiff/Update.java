package surprisal.autodiff;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import surprisal.engine.Array;

/**
 * What is done with a gradient: clip it, or take a step with it. Updates are chained, and the last one changes the
 * parameters: {@code Update.chain(Update.clipByGlobalNorm(10), Update.adam(1e-3))}.
 *
 * <p>An update keeps what it must remember (moments, the number of steps) and so belongs to one model. Its
 * {@link #state} can be saved and restored exactly.
 */
public interface Update {

    /**
     * Changes gradients or parameters in place.
     *
     * @param g ∂loss/∂θ, one array for each parameter
     * @param p θ, in the same order every time
     * @throws ArithmeticException if a gradient is NaN or infinite where that is noticed; no parameter has changed then
     */
    void apply(List<Array> g, List<Array> p);

    /**
     * What the update remembers between steps, by name: live arrays. To restore a state, copy the saved numbers into
     * them.
     *
     * @param p the parameters, which say how large the memories are
     * @return the memories, in a fixed order; empty if there are none
     */
    default SequencedMap<String, Array> state(List<Array> p) {
        return Collections.emptySortedMap();
    }

    /**
     * Takes one step: changes the model's tensors in place. A tensor that occurs twice in the model is stepped once.
     *
     * @param model the model
     * @param grad its gradient, from {@link Tape#grad}
     * @param <M> the type of the model
     * @throws IllegalArgumentException if the gradient is of another model
     * @throws ArithmeticException if a gradient is NaN or infinite where that is noticed
     */
    default <M> void step(M model, Grad<M> grad) {
        Walk walk = Walk.begin(model, grad.gradient());
        try {
            apply(walk.g, walk.p);
        } finally {
            walk.end();
        }
    }

    /**
     * The parameters of a model as {@link #apply} and {@link #state} take them.
     *
     * @param model the model
     * @return its arrays in the model's order, each once
     */
    static List<Array> parameters(Object model) {
        Set<Array> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return Tree.leaves(model).values().stream().map(Tensor::array).filter(seen::add).toList();
    }

    /**
     * One after the other.
     *
     * @param updates what is done with the gradient, in this order
     * @return the chain
     */
    static Update chain(Update... updates) {
        List<Update> all = List.of(updates);
        return new Update() {
            @Override
            public void apply(List<Array> g, List<Array> p) {
                all.forEach(update -> update.apply(g, p));
            }

            @Override
            public SequencedMap<String, Array> state(List<Array> p) {
                SequencedMap<String, Array> state = new LinkedHashMap<>();
                for (int i = 0; i < all.size(); i++) {
                    String prefix = i + ".";
                    all.get(i).state(p).forEach((name, array) -> state.put(prefix + name, array));
                }
                return state;
            }
        };
    }

    /**
     * g ← g · min(1, c / ‖g‖), ‖g‖ over all parameters together (Pascanu, Mikolov and Bengio 2013).
     *
     * @param c the largest norm
     * @return the update; throws {@link ArithmeticException} if the norm is not finite
     */
    static Update clipByGlobalNorm(double c) {
        return new Clip.ByGlobalNorm(c);
    }

    /**
     * g ← min(max(g, −c), c), number by number.
     *
     * @param c the largest absolute value
     * @return the update
     */
    static Update clipByValue(double c) {
        return new Clip.ByValue(c);
    }

    /**
     * θ ← θ − η m with m ← μ m + g: gradient descent with momentum (Polyak 1964, as in Sutskever et al. 2013 without
     * the factor on g). Every 64 steps m ← 0 where it has faded, as in {@link #adam(Schedule, double, double, double)}.
     *
     * @param rate η
     * @param momentum μ; 0 is plain gradient descent
     * @return the update
     */
    static Update sgd(Schedule rate, double momentum) {
        return new Sgd(rate, momentum);
    }

    /**
     * Plain gradient descent, θ ← θ − η g.
     *
     * @param rate η
     * @return the update
     */
    static Update sgd(double rate) {
        return sgd(Schedule.constant(rate), 0);
    }

    /**
     * Adam (Kingma and Ba 2015, Algorithm 1) with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
     *
     * @param rate η
     * @return the update
     */
    static Update adam(double rate) {
        return adam(Schedule.constant(rate));
    }

    /**
     * Adam with a rate that changes.
     *
     * @param rate η by step
     * @return the update
     */
    static Update adam(Schedule rate) {
        return new Adam(rate, 0.9, 0.999, 1e-8, 0);
    }

    /**
     * Adam with all its numbers: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
     * θ ← θ − η m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
     *
     * <p>Every 64 steps m ← 0 where |m| ≤ 2⁻¹⁰¹, in double precision 2⁻⁹⁰¹, and v likewise if ε ≥ 2⁻⁴⁰. Moments fade where a
     * gradient stays 0; they would end below the normal numbers, with which processors take several times as long.
     *
     * @param rate η by step
     * @param beta1 β₁
     * @param beta2 β₂
     * @param epsilon ε
     * @return the update
     */
    static Update adam(Schedule rate, double beta1, double beta2, double epsilon) {
        return new Adam(rate, beta1, beta2, epsilon, 0);
    }

    /**
     * AdamW: Adam whose weight decay is apart from the gradient, θ ← θ − η (m̂ / (√v̂ + ε) + λ θ) (Loshchilov and
     * Hutter 2019, Algorithm 2).
     *
     * @param rate η by step
     * @param decay λ
     * @return the update
     */
    static Update adamW(Schedule rate, double decay) {
        return new Adam(rate, 0.9, 0.999, 1e-8, decay);
    }
}
