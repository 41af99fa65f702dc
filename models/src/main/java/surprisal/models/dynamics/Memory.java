package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.models.nn.Gru;

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
}
