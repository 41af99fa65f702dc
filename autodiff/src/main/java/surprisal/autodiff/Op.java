package surprisal.autodiff;

import java.util.Arrays;
import surprisal.autodiff.op.Affine;
import surprisal.autodiff.op.BernoulliLogProb;
import surprisal.autodiff.op.Concat;
import surprisal.autodiff.op.Conv2d;
import surprisal.autodiff.op.ConvTranspose2d;
import surprisal.autodiff.op.Expand;
import surprisal.autodiff.op.Gather;
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
