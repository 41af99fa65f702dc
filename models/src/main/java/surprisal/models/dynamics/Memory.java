package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.models.nn.Gru;
import surprisal.models.nn.Lstm;

/** h′ = f(x, h): what a dynamics carries along for sure, a record of tensors so that it is learned. */
public interface Memory {

    /**
     * The length of h. A unit that carries two vectors, as an LSTM does, has them one after the other.
     *
     * @return m
     */
    int size();

    /**
     * h′.
     *
     * @param x what comes in, [.., k]
     * @param h the memory, [.., m]
     * @return the next memory, [.., m]
     */
    Tensor next(Tensor x, Tensor h);

    /**
     * A gated recurrent unit.
     *
     * @param unit the unit
     */
    record Gated(Gru unit) implements Memory {

        /**
         * A fresh one.
         *
         * @param in length of x
         * @param size length of h
         * @param precision the precision
         * @param rng where the weights come from
         * @return the memory
         */
        public static Gated of(int in, int size, Precision precision, Rng rng) {
            return new Gated(Gru.of(in, size, precision, rng));
        }

        @Override
        public int size() {
            return unit.state().weight().shape().dim(0);
        }

        @Override
        public Tensor next(Tensor x, Tensor h) {
            return unit.apply(x, h);
        }
    }

    /**
     * Long short-term memory; what it carries is its output and its cell, one after the other.
     *
     * @param unit the unit
     */
    record LongShort(Lstm unit) implements Memory {

        /**
         * A fresh one, which remembers at first.
         *
         * @param in length of x
         * @param size of output and cell together
         * @param precision the precision
         * @param rng where the weights come from
         * @return the memory
         * @throws IllegalArgumentException unless the size is even and at least 2
         */
        public static LongShort of(int in, int size, Precision precision, Rng rng) {
            if (size < 2 || size % 2 != 0) {
                throw new IllegalArgumentException("an LSTM that carries " + size
                        + " numbers: it carries an output and a cell of the same length, so it takes an even number from 2 on");
            }
            return new LongShort(Lstm.of(in, size / 2, precision, rng));
        }

        @Override
        public int size() {
            return 2 * unit.state().weight().shape().dim(0);
        }

        @Override
        public Tensor next(Tensor x, Tensor h) {
            int n = size() / 2;
            Lstm.State now = unit.apply(x, new Lstm.State(h.slice(0, n), h.slice(n, 2 * n)));
            return Tensor.concat(-1, now.h(), now.c());
        }
    }
}
