package surprisal.models.dynamics;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/**
 * A recurrent state-space model (Hafner et al. 2019, Eq. 4; with one-hot states, Hafner et al. 2021):
 *
 * <p>h_t = f(φ(s_{t−1} A + action(a_{t−1})), h_{t−1}), p(s_t | h_t) from prior(h_t), q(s_t | h_t, o_t) from
 * posterior(φ(h_t P + embed(o_t))).
 *
 * <p>What does not depend on the state is computed for all steps at once. A gated unit with Gaussian states and φ one of
 * relu, elu, tanh and sigmoid goes through a whole sequence as one op, {@link Tensor#filter}.
 *
 * @param latent the kind of s
 * @param action from a to its part of the unit's input, k → w
 * @param state A, the part of s in it, [n, w]
 * @param memory f
 * @param embed from an observation, or what an encoder made of it, to its part of the posterior's hidden layer, e → l
 * @param belief P, the part of h in it, as far as it is seen, [m, l]
 * @param posterior from there to the numbers of q
 * @param prior from h to the numbers of p
 * @param activation φ
 */
public record Rssm(
        Latent latent, Linear action, Tensor state, Memory memory, Linear embed, Tensor belief, Linear posterior, Mlp prior,
        Unary activation) implements Dynamics<Belief> {

    /**
     * The lengths of what a model is made of.
     *
     * @param action of an action
     * @param observation of an observation, as the model is given it
     * @param memory of h
     * @param hidden of the hidden layers
     */
    public record Sizes(int action, int observation, int memory, int hidden) {}

    /**
     * A fresh model with a gated unit.
     *
     * @param latent the kind of s
     * @param sizes the lengths
     * @param activation φ
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     */
    public static Rssm of(Latent latent, Sizes sizes, Unary activation, Precision precision, Rng rng) {
        Memory memory = Memory.Gated.of(sizes.hidden, sizes.memory, precision, rng);
        return of(latent, sizes, memory, activation, precision, rng);
    }

    /**
     * A fresh model around another unit.
     *
     * @param latent the kind of s
     * @param sizes the lengths; that of the memory is the one that the unit shows
     * @param memory the unit, whose input is a hidden layer
     * @param activation φ
     * @param precision the precision
     * @param rng where the weights come from
     * @return the model
     * @throws IllegalArgumentException if the memory is of another length
     */
    public static Rssm of(Latent latent, Sizes sizes, Memory memory, Unary activation, Precision precision, Rng rng) {
        if (memory.seen() != sizes.memory) {
            throw new IllegalArgumentException("a unit with a memory of " + memory.seen() + " in a model with one of "
                    + sizes.memory + ": they are the same");
        }
        return new Rssm(latent,
                layer(sizes.action, sizes.hidden, precision, rng),
                layer(latent.size(), sizes.hidden, precision, rng).weight(),
                memory,
                layer(sizes.observation, sizes.hidden, precision, rng),
                layer(sizes.memory, sizes.hidden, precision, rng).weight(),
                layer(sizes.hidden, latent.raw(), precision, rng),
                Mlp.of(rng, precision, activation, sizes.memory, sizes.hidden, latent.raw()),
                activation);
    }

    private static Linear layer(int in, int out, Precision precision, Rng rng) {
        return Linear.of(in, out, Init.GLOROT, precision, rng);
    }

    /** h_0 = 0 and s_0 = 0. */
    @Override
    public Belief start(int batch) {
        Precision precision = posterior.weight().precision();
        return Belief.known(
                Tensor.zeros(Shape.of(batch, memory.size()), precision),
                Tensor.zeros(Shape.of(batch, latent.size()), precision));
    }

    @Override
    public Belief predict(Belief before, Tensor action) {
        return expected(next(before, this.action.apply(action)));
    }

    @Override
    public Belief update(Belief predicted, Tensor observation) {
        return believed(predicted.memory(), embed.apply(observation));
    }

    /** h_t. */
    private Tensor next(Belief before, Tensor x) {
        return memory.next(before.state().matmul(state).plus(x).map(activation), before.memory());
    }

    /** What there is of h for all but the unit itself. */
    private Tensor seen(Tensor h) {
        return memory.seen() == memory.size() ? h : h.slice(0, memory.seen());
    }

    /** p(s_t | h_t). */
    private Belief expected(Tensor h) {
        return Belief.of(h, latent.of(prior.apply(seen(h))));
    }

    /** q(s_t | h_t, o_t). */
    private Belief believed(Tensor h, Tensor e) {
        return Belief.of(h, latent.of(posterior.apply(seen(h).matmul(belief).plus(e).map(activation))));
    }

    @Override
    public Belief draw(Belief belief, Rng rng) {
        return belief.drawn(rng);
    }

    /** What is seen of h, and s, one after the other. */
    @Override
    public Tensor state(Belief belief) {
        return Tensor.concat(-1, seen(belief.memory()), belief.state());
    }

    @Override
    public Tensor divergence(Belief q, Belief p) {
        return q.divergence(p);
    }

    @Override
    public Path<Belief> filter(Belief before, Tensor actions, Tensor observations, Rng rng) {
        int steps = Path.steps(actions, observations);
        Tensor x = action.apply(actions);
        Tensor e = embed.apply(observations);
        Belief posterior = memory instanceof Memory.Gated gated && latent instanceof Latent.Gaussian gaussian && fuses()
                ? fused(gated, gaussian, before, x, e, rng)
                : stepped(steps, before, x, e, rng);
        return new Path<>(expected(posterior.memory()), posterior);
    }

    private Belief stepped(int steps, Belief before, Tensor x, Tensor e, Rng rng) {
        List<Belief> beliefs = new ArrayList<>(steps);
        Belief now = before;
        for (int t = 0; t < steps; t++) {
            now = believed(next(now, Path.at(x, t)), Path.at(e, t)).drawn(rng);
            beliefs.add(now);
        }
        return Path.stack(beliefs);
    }

    /** The same numbers up to rounding, and the same noise: that of a step is drawn by itself. */
    private Belief fused(
            Memory.Gated gated, Latent.Gaussian gaussian, Belief before, Tensor x, Tensor e, Rng rng) {
        Tensor[] noise = new Tensor[x.shape().dim(0)];
        for (int t = 0; t < noise.length; t++) {
            noise[t] = before.state().noise(rng);
        }
        Linear input = gated.unit().input();
        Linear own = gated.unit().state();
        Tensor all = Tensor.filter(
                activation, gaussian.least(), x, e, Tensor.stack(0, noise), before.memory(), before.state(), state,
                input.weight(), input.bias(), own.weight(), own.bias(), belief, posterior.weight(), posterior.bias());
        int m = memory.size();
        int n = latent.size();
        Normal q = new Normal(all.slice(m + n, m + 2 * n), all.slice(m + 2 * n, m + 3 * n));
        return new Belief(all.slice(0, m), q, all.slice(m, m + n));
    }

    /** Whether φ′ is a function of φ alone, as the op for whole sequences asks. */
    private boolean fuses() {
        return switch (activation) {
            case RELU, ELU, TANH, SIGMOID -> true;
            default -> false;
        };
    }
}
