package surprisal.models.dynamics;

import java.util.Arrays;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.models.nn.Gru;
import surprisal.models.nn.Lstm;
import surprisal.models.nn.Positions;
import surprisal.models.nn.TransformerEncoder;

/** h′ = f(x, h): what a dynamics carries along for sure, a record of tensors so that it is learned. */
public interface Memory {

    /**
     * The length of h. A unit that carries two vectors, as an LSTM does, has them one after the other.
     *
     * @return m
     */
    int size();

    /**
     * How many of its first numbers prior, posterior and decoder see; the others are for the next step alone.
     *
     * @return all of them, unless a unit says otherwise
     */
    default int seen() {
        return size();
    }

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

    /**
     * The last inputs themselves, and what a transformer makes of them at the newest one (Chen, Wu, Yoon and Ahn 2022, with a
     * context that ends): y_t = encoder(x_{t−W+1} + P_1, … , x_t + P_W)_W, zeros standing for what was before the start. It carries
     * y_t, which is seen, and then the window, from the oldest input to the newest.
     *
     * @param encoder over W places, each of which looks at all: none of them is later than t
     * @param positions P, of W places
     */
    record Attentive(TransformerEncoder encoder, Positions positions) implements Memory {

        /**
         * A fresh one, whose positions begin as sines and cosines: as large as an input, so that the norms of a window that is
         * still empty are not steep.
         *
         * @param in length of x, and of what is seen
         * @param window W, how many inputs it remembers
         * @param heads of each attention, a divisor of the length
         * @param blocks of the encoder, whose perceptrons are 4 times as wide
         * @param precision the precision
         * @param rng where the weights come from
         * @return the memory
         * @throws IllegalArgumentException if there is no place or no block, or the heads don't divide the length
         */
        public static Attentive of(int in, int window, int heads, int blocks, Precision precision, Rng rng) {
            if (window < 1) {
                throw new IllegalArgumentException("a window of " + window + " inputs: it takes at least 1, the newest");
            }
            return new Attentive(
                    TransformerEncoder.of(in, heads, 4 * in, blocks, precision, rng),
                    new Positions(Positions.sinusoidal(window, in, precision)));
        }

        @Override
        public int size() {
            return seen() + positions.table().shape().size();
        }

        @Override
        public int seen() {
            return positions.table().shape().last();
        }

        @Override
        public Tensor next(Tensor x, Tensor h) {
            int n = seen();
            int places = positions.table().shape().dim(0);
            Tensor window = Tensor.concat(-1, h.slice(2 * n, size()), x);
            int[] dims = Arrays.copyOf(h.shape().dims(), h.shape().rank() + 1);
            dims[dims.length - 2] = places;
            dims[dims.length - 1] = n;
            Tensor y = encoder.apply(positions.apply(window.reshape(dims))).slice(-2, places - 1, places);
            return Tensor.concat(-1, y.reshape(x.shape()), window);
        }
    }
}
