package surprisal.autodiff;

import java.util.Arrays;
import surprisal.autodiff.op.Affine;
import surprisal.autodiff.op.BernoulliLogProb;
import surprisal.autodiff.op.Concat;
import surprisal.autodiff.op.Conv2d;
import surprisal.autodiff.op.ConvTranspose2d;
import surprisal.autodiff.op.Expand;
import surprisal.autodiff.op.Filter;
import surprisal.autodiff.op.Gather;
import surprisal.autodiff.op.Gru;
import surprisal.autodiff.op.LayerNorm;
import surprisal.autodiff.op.Linear;
import surprisal.autodiff.op.LogSoftmax;
import surprisal.autodiff.op.LogSumExp;
import surprisal.autodiff.op.Map;
import surprisal.autodiff.op.MatMul;
import surprisal.autodiff.op.Max;
import surprisal.autodiff.op.NormalKl;
import surprisal.autodiff.op.PlusTimes;
import surprisal.autodiff.op.Reshape;
import surprisal.autodiff.op.Slice;
import surprisal.autodiff.op.Softmax;
import surprisal.autodiff.op.StraightThrough;
import surprisal.autodiff.op.Sum;
import surprisal.autodiff.op.Transpose;
import surprisal.autodiff.op.Where;
import surprisal.autodiff.op.Zip;
import surprisal.engine.Array;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Store;

/**
 * What can be computed and differentiated. An op owns its shape, its value and its derivative, and keeps no state: two
 * equal ops do the same, so ops are records.
 *
 * <p>The list is closed, so that every switch over ops, the tests' among them, is checked by the compiler; a program
 * brings its own op as a {@link Custom}.
 */
public sealed interface Op {

    /** The ops of the library. */
    sealed interface Known extends Op
            permits Affine,
                    BernoulliLogProb,
                    Concat,
                    Conv2d,
                    ConvTranspose2d,
                    Expand,
                    Gather,
                    Keeping,
                    Linear,
                    LogSoftmax,
                    LogSumExp,
                    Map,
                    MatMul,
                    Max,
                    NormalKl,
                    PlusTimes,
                    Reshape,
                    Slice,
                    Softmax,
                    StraightThrough,
                    Sum,
                    Transpose,
                    Where,
                    Zip {

        /**
         * Stores the gradient: gIn[i] = gOut · ∂out/∂in[i] where it is the first that arrives, gIn[i] += … where there
         * is one already. The inputs are served in their order, since the second of two that are one tensor adds to what
         * the first has stored.
         *
         * @param in the inputs of {@link #forward}
         * @param out its output
         * @param gOut ∂loss/∂out, which is the op's to spend: nobody reads it afterwards
         * @param gIn ∂loss/∂in[i]; null where no gradient is wanted. Two entries are the same array where one tensor is
         *     two inputs
         * @param stores for each input, whether every element is overwritten, whatever it holds, or added to
         */
        void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores);

        @Override
        default void backward(Array[] in, Array out, Array gOut, Array[] gIn) {
            Store[] stores = new Store[in.length];
            Arrays.fill(stores, Store.ADD);
            backward(in, out, gOut.copy(), gIn, stores);
        }
    }

    /**
     * An op whose adjoint needs more than its output: what forward keeps, the tape hands to backward. Without a tape the
     * numbers are made anew.
     */
    sealed interface Keeping extends Known permits Filter, Gru, LayerNorm {

        /**
         * How many numbers are kept.
         *
         * @param in the shapes of the inputs
         * @return the length of the array that forward fills
         */
        int kept(Shape... in);

        /**
         * Computes the value, and keeps what the adjoint needs.
         *
         * @param in the inputs
         * @param out the output; every element is overwritten
         * @param kept [{@link #kept}], of the inputs' precision, for this op to use as it likes
         */
        void forward(Array[] in, Array out, Array kept);

        /**
         * Stores the gradient, as {@link Known#backward} does. It may use up what was kept.
         *
         * @param in the inputs
         * @param out the output
         * @param kept what forward kept
         * @param gOut ∂loss/∂out
         * @param gIn ∂loss/∂in[i]; null where no gradient is wanted
         * @param stores for each input, whether it is overwritten or added to
         */
        void backward(Array[] in, Array out, Array kept, Array gOut, Array[] gIn, Store[] stores);

        @Override
        default void forward(Array[] in, Array out) {
            forward(in, out, room(in));
        }

        @Override
        default void backward(Array[] in, Array out, Array gOut, Array[] gIn, Store[] stores) {
            Array kept = room(in);
            forward(in, out.copy(), kept);
            backward(in, out, kept, gOut, gIn, stores);
        }

        private Array room(Array[] in) {
            Shape[] shapes = Arrays.stream(in).map(Array::shape).toArray(Shape[]::new);
            return Array.zeros(Shape.of(kept(shapes)), in[0].precision());
        }
    }

    /**
     * An op that a program brings: {@link Tensor#apply} applies it and {@link GradCheck} tests it. Make it a record,
     * since equal ops are taken to do the same.
     */
    non-sealed interface Custom extends Op {}

    /**
     * The shape of the result.
     *
     * @param in the shapes of the inputs
     * @return the shape of the output
     * @throws IllegalArgumentException if the inputs don't fit; the message names the op and the shapes
     */
    Shape shape(Shape... in);

    /**
     * Computes the value: out = f(in).
     *
     * @param in the inputs, all of one precision; not changed
     * @param out the output, of the shape that {@link #shape} gave; every element is overwritten
     */
    void forward(Array[] in, Array out);

    /**
     * Adds the gradient: gIn[i] += gOut · ∂out/∂in[i].
     *
     * @param in the inputs of {@link #forward}
     * @param out its output
     * @param gOut ∂loss/∂out
     * @param gIn ∂loss/∂in[i], added to; null where no gradient is wanted. Two entries are the same array where one
     *     tensor is two inputs
     */
    void backward(Array[] in, Array out, Array gOut, Array[] gIn);

    /**
     * What the op is called in messages.
     *
     * @return the name of its class in lower case, unless the op knows better
     */
    default String name() {
        String name = getClass().getSimpleName();
        return name.substring(0, 1).toLowerCase(java.util.Locale.ROOT) + name.substring(1);
    }
}
