package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; with the forget gate of Gers, Schmidhuber and Cummins 2000): with
 * a = W x + b + U h + d in four parts,
 *
 * <p>i = σ(a_i), f = σ(a_f), g = tanh(a_g), o = σ(a_o), c′ = f c + i g, h′ = o tanh(c′).
 *
 * @param input W, [in, 4n], and b, [4n]: the parts i, f, g, o one after the other, as PyTorch has them
 * @param state U, [n, 4n], and d, [4n]
 */
public record Lstm(Linear input, Linear state) {

    /**
     * What the unit carries from step to step.
     *
     * @param h its output, [.., n]
     * @param c its cell, [.., n]
     */
    public record State(Tensor h, Tensor c) {}

    /**
     * A unit that remembers at first: its forget gate has a bias of 1 (Gers et al. 2000; Jozefowicz, Zaremba and Sutskever
     * 2015), see {@link #of(int, int, double, Precision, Rng)}.
     *
     * @param in length of x
     * @param n length of h and c
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the unit
     */
    public static Lstm of(int in, int n, Precision precision, Rng rng) {
        return of(in, n, 1, precision, rng);
    }

    /**
     * A unit whose W is drawn by {@link Init#GLOROT} and each part of U by {@link Init#ORTHOGONAL}; the biases are zero, but
     * the forget gate's.
     *
     * @param in length of x
     * @param n length of h and c
     * @param forget the forget gate's bias
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the unit
     * @throws IllegalArgumentException if a length is less than 1
     */
    public static Lstm of(int in, int n, double forget, Precision precision, Rng rng) {
        if (in < 1 || n < 1) {
            throw new IllegalArgumentException("an lstm " + in + " → " + n + ": both sizes are at least 1");
        }
        Linear input = Linear.of(in, 4 * n, Init.GLOROT, precision, rng);
        for (int k = n; k < 2 * n; k++) {
            input.bias().array().set(k, forget);
        }
        Tensor[] parts = new Tensor[4];
        for (int gate = 0; gate < 4; gate++) {
            parts[gate] = Init.ORTHOGONAL.draw(n, n, precision, rng);
        }
        return new Lstm(input, new Linear(Tensor.concat(1, parts), Tensor.zeros(Shape.of(4 * n), precision)));
    }

    /**
     * h = c = 0.
     *
     * @param batch the axes in front
     * @return zeros, [batch.., n]
     */
    public State start(int... batch) {
        Shape shape = Axes.with(Shape.of(batch), 0, state.weight().shape().dim(0));
        Precision precision = state.weight().precision();
        return new State(Tensor.zeros(shape, precision), Tensor.zeros(shape, precision));
    }

    /**
     * One step.
     *
     * @param x the input, [.., in]
     * @param s h and c, [.., n]
     * @return h′ and c′, [.., n]
     */
    public State apply(Tensor x, State s) {
        return step(input.apply(x), s);
    }

    /**
     * Step after step through a sequence; the inputs go through W in one product.
     *
     * @param x the inputs, [time, .., in], of at least one step
     * @param s where it begins, [.., n]
     * @return h and c after each step, [time, .., n]
     * @throws IllegalArgumentException if there is no step
     */
    public State sequence(Tensor x, State s) {
        Shape shape = x.shape();
        if (shape.rank() < 2 || shape.dim(0) == 0) {
            throw new IllegalArgumentException("an lstm over a sequence " + shape + ": it takes [time, .., in] with at least one step");
        }
        Tensor a = input.apply(x);
        Shape step = a.shape().without(0);
        Tensor[] h = new Tensor[shape.dim(0)];
        Tensor[] c = new Tensor[h.length];
        State now = s;
        for (int t = 0; t < h.length; t++) {
            now = step(a.slice(0, t, t + 1).reshape(step), now);
            h[t] = now.h;
            c[t] = now.c;
        }
        return new State(Tensor.stack(0, h), Tensor.stack(0, c));
    }

    private State step(Tensor wx, State s) {
        Tensor a = wx.plus(state.apply(s.h));
        int n = a.shape().last() / 4;
        Tensor i = a.slice(0, n).sigmoid();
        Tensor f = a.slice(n, 2 * n).sigmoid();
        Tensor g = a.slice(2 * n, 3 * n).tanh();
        Tensor o = a.slice(3 * n, 4 * n).sigmoid();
        Tensor c = f.times(s.c).plusTimes(i, g);
        return new State(o.times(c.tanh()), c);
    }
}
