package surprisal.models.data;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Square pictures of one bar, a whole row or a whole column, all equally likely: a source whose entropy is known, so
 * that no honest model's mean F can be lower.
 *
 * @param size the side of a picture; there are 2 · size pictures
 */
public record Bars(int size) {

    /**
     * The source.
     *
     * @throws IllegalArgumentException unless size ≥ 2
     */
    public Bars {
        if (size < 2) {
            throw new IllegalArgumentException("bars in pictures of side " + size + ": it takes at least 2");
        }
    }

    /**
     * H[x] = log(2 · size).
     *
     * @return the entropy in nats
     */
    public double entropy() {
        return StrictMath.log(2 * size);
    }

    /**
     * Independent draws.
     *
     * @param n how many
     * @param rng where the randomness comes from
     * @return zeros and ones in float32, [n, size · size]
     */
    public Tensor batch(int n, Rng rng) {
        Array x = Array.zeros(Shape.of(n, size * size), Precision.FLOAT32);
        for (int i = 0; i < n; i++) {
            int bar = rng.below(2 * size);
            for (int k = 0; k < size; k++) {
                int pixel = bar < size ? bar * size + k : k * size + bar - size;
                x.set(i * size * size + pixel, 1);
            }
        }
        return Tensor.of(x);
    }
}
