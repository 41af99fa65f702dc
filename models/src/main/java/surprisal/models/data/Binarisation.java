package surprisal.models.data;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** x ~ Bernoulli(grey), pixel by pixel: how grey pictures become black and white ones. */
@FunctionalInterface
public interface Binarisation {

    /**
     * Black and white pictures.
     *
     * @param grey from 0 to 1, [n, ..]
     * @param index which examples these are
     * @return zeros and ones, [n, ..]
     * @throws IllegalArgumentException if a grey is not from 0 to 1, or there is not an index for each picture
     */
    Tensor of(Tensor grey, int... index);

    /**
     * Anew each time that a picture is seen (Salakhutdinov and Murray 2008).
     *
     * @param rng where the randomness comes from
     * @return the binarisation
     */
    static Binarisation dynamic(Rng rng) {
        return (grey, index) -> Tensor.of(rng.bernoulli(grey.array()));
    }

    /**
     * Once for all: a picture is the same whenever and in whatever company it is seen.
     *
     * @param seed what the choice depends on
     * @return the binarisation
     */
    static Binarisation fixed(long seed) {
        return (grey, index) -> {
            Shape shape = grey.shape();
            if (shape.rank() < 1 || shape.dim(0) != index.length) {
                throw new IllegalArgumentException("pictures of shape " + shape + " and " + index.length
                        + " indices: fixed binarisation takes one for each picture");
            }
            Array x = Array.zeros(shape, grey.precision());
            int run = index.length == 0 ? 0 : shape.size() / index.length;
            for (int i = 0; i < index.length; i++) {
                Array one = Array.zeros(Shape.of(run), grey.precision());
                Compute.copy(grey.array(), i * run, one, 0, run);
                Rng own = Rng.of(new Rng.State(seed, index[i], 0)); // a stream for each example
                Compute.copy(own.bernoulli(one), 0, x, i * run, run);
            }
            return Tensor.of(x);
        };
    }
}
