package surprisal.models.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Examples in batches.
 *
 * @param examples one example along the first axis after the other, [n, ..]
 * @param size how many make a batch
 */
public record Batches(Array examples, int size) {

    /**
     * The batches.
     *
     * @throws IllegalArgumentException if there are no examples or size &lt; 1
     */
    public Batches {
        if (examples.shape().rank() < 1 || examples.shape().dim(0) < 1 || size < 1) {
            throw new IllegalArgumentException("batches of " + size + " from examples of shape " + examples.shape()
                    + ": it takes at least one example and a size ≥ 1");
        }
    }

    /**
     * All examples once, in random order; the last batch has what is left.
     *
     * @param rng where the order comes from
     * @return the indices of each batch
     */
    public List<int[]> epoch(Rng rng) {
        return epoch(examples.shape().dim(0), size, rng);
    }

    /**
     * All examples once, in random order, for examples that are elsewhere; the last batch has what is left.
     *
     * @param count how many examples there are
     * @param size how many make a batch
     * @param rng where the order comes from
     * @return the indices of each batch
     * @throws IllegalArgumentException if count or size &lt; 1
     */
    public static List<int[]> epoch(int count, int size, Rng rng) {
        if (count < 1 || size < 1) {
            throw new IllegalArgumentException("batches of " + size + " from " + count + " examples: it takes at least one of each");
        }
        return cut(size, rng.permutation(count));
    }

    /**
     * All examples once, in their own order; the last batch has what is left.
     *
     * @return the indices of each batch
     */
    public List<int[]> inOrder() {
        return cut(size, IntStream.range(0, examples.shape().dim(0)).toArray());
    }

    private static List<int[]> cut(int size, int... order) {
        return IntStream.iterate(0, i -> i < order.length, i -> i + size)
                .mapToObj(i -> Arrays.copyOfRange(order, i, Math.min(order.length, i + size)))
                .toList();
    }

    /**
     * Some examples.
     *
     * @param index which
     * @return a copy, [index.length, ..]
     * @throws IllegalArgumentException if there is no such example
     */
    public Tensor take(int... index) {
        Shape shape = examples.shape().with(0, index.length);
        Array batch = Array.zeros(shape, examples.precision());
        int run = index.length == 0 ? 0 : shape.size() / index.length;
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= examples.shape().dim(0)) {
                throw new IllegalArgumentException("example " + index[i] + " of examples of shape " + examples.shape()
                        + ": there are 0 to " + (examples.shape().dim(0) - 1));
            }
            Compute.copy(examples, index[i] * run, batch, i * run, run);
        }
        return Tensor.of(batch);
    }
}
