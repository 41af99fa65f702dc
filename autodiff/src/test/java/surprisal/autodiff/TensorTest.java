package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import surprisal.autodiff.op.Max;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** What the operations give, by hand; what they say when shapes don't fit. */
class TensorTest {

    /** 0, 1, 2, … in a shape. */
    private static Tensor range(int... dims) {
        Shape shape = Shape.of(dims);
        return Tensor.of(shape, IntStream.range(0, shape.size()).asDoubleStream().toArray());
    }

    private static Tensor zeros(int... dims) {
        return Tensor.zeros(Shape.of(dims), Precision.FLOAT64);
    }

    private static void is(String text, Tensor x) {
        assertEquals(text, x.toString());
    }

    private static void says(String sentence, Executable run) {
        RuntimeException error = assertThrows(RuntimeException.class, run);
        assertTrue(error instanceof IllegalArgumentException || error instanceof IndexOutOfBoundsException
                || error instanceof IllegalStateException, error.toString());
        assertEquals(sentence, error.getMessage());
    }

    @Test
    void elementsAndNumbers() {
        is("[2, 4, 6]", Tensor.of(1.0, 2.0, 3.0).plus(Tensor.of(1.0, 2.0, 3.0)));
        is("[[0, 2, 4], [3, 5, 7]]", range(2, 3).plus(range(3)));
        is("[[0, 0, 0], [1, 1, 1]]", range(2, 1).expand(Shape.of(2, 3)));
        is("[[0, 1], [1, 2], [2, 3]]", range(3, 1).plus(range(2)));
        is("[1, 1, 2]", range(3).clamp(1, 5));
        is("[1, 1, 2]", range(3).atLeast(1));
        is("[0, 1, 1]", range(3).atMost(1));
        is("[-1, 0, 1]", range(3).minus(1));
        is("[0, 0.5, 1]", range(3).div(2));
        is("[0, 1, 4]", range(3).pow(2));
        is("[0, -1, -2]", range(3).unaryMinus().plus(0));
        is("[0, 0, 1.38629]", range(3).xlogy(range(3)));
        says("clamp to [2.0, 1.0]: the bounds are not in order", () -> range(3).clamp(2, 1));
        says("cannot broadcast [7] with [1, 3] in plus: axis -1 has 7 against 3", () -> zeros(7).plus(zeros(1, 3)));
        says("expand of [2, 3] to [3]: only axes of length 1 stretch", () -> zeros(2, 3).expand(Shape.of(3)));
        says("cannot broadcast [2] with [3] in expand: axis -1 has 2 against 3", () -> zeros(2).expand(Shape.of(3)));
    }

    @Test
    void products() {
        is("[[5], [14]]", range(2, 3).matmul(Tensor.of(Shape.of(3, 1), 0., 1., 2.)));
        is("[5, 14]", range(2, 3).matmul(range(3)));
        is("[3, 4, 5]", range(2).matmul(range(2, 3)));
        is("5", range(3).matmul(range(3)));
        is("[[5, 14], [14, 50]]", range(2, 3).matmulTransposed(range(2, 3)));
        is("[[[2], [2]], [[2], [2]]]", range(2, 2, 2).times(0).plus(1)
                .matmul(Tensor.full(Shape.of(2, 1), 1, Precision.FLOAT64)));
        // one left factor for a batch of right ones
        is("[[[1], [3]], [[3], [13]]]", range(2, 2).matmul(range(2, 2, 1)));
        is("[[1], [3]]", range(2).matmul(range(2, 2, 1)));
        is("[[1], [3]]", range(2).matmulTransposed(range(2, 1, 2)));
        is("[] of shape [0, 3]", zeros(0, 2).matmul(zeros(2, 3)));
        is("[[0, 0], [0, 0]]", zeros(2, 0).matmul(zeros(0, 2)));
        says("matmul [32, 784] × [400, 20]: inner sizes differ (784 ≠ 400)", () -> zeros(32, 784).matmul(zeros(400, 20)));
        says("matmul [2, 3] × [4, 5]ᵀ: inner sizes differ (3 ≠ 5)", () -> zeros(2, 3).matmulTransposed(zeros(4, 5)));
        says("matmul [3, 1, 2] × [2, 2, 1]: batches differ ([3] ≠ [2])", () -> zeros(3, 1, 2).matmul(zeros(2, 2, 1)));
        says("matmul [] × [2]: a scalar is not a matrix; use times()", () -> zeros().matmul(zeros(2)));
    }

    @Test
    void reductions() {
        Tensor x = range(2, 3, 2);
        is("66", x.sum());
        is("5.5", x.mean());
        is("11", x.max());
        is("[[1, 5, 9], [13, 17, 21]]", x.sum(2));
        is("[6, 9, 24, 27]", x.sum(1).reshape(4));
        is("[15, 51]", x.sum(-1, -2));
        is("[14, 22, 30]", x.sum(0, 2));
        is("[3.5, 5.5, 7.5]", x.mean(2, 0));
        is("[7, 9, 11]", x.max(0, 2));
        is("66", x.sum(0, 1, 2));
        assertSame(x, x.sum(new int[0]));
        is("[0, 0]", zeros(2, 0).sum(1));
        is("[] of shape [0]", zeros(2, 0).sum(0));
        is("[-Infinity, -Infinity]", zeros(2, 0).max(1));
        is("[-Infinity, -Infinity]", zeros(2, 0).logSumExp());
        is("NaN", zeros(0).mean());
        is("[0.5, 0.5]", zeros(2).softmax());
        is("[[0.5, 0.5], [0.5, 0.5]]", zeros(2, 2).softmax(0));
        is("[0.693147, 0.693147, 0.693147]", zeros(2, 3).logSumExp(0));
        is("[-0.693147, -0.693147]", zeros(2).logSoftmax(0));
        says("axes [0, -3] name axis 0 of [2, 3, 2] twice", () -> x.sum(0, -3));
        says("shape [2, 3, 2] has no axis 3: axes are -3 to 2", () -> x.sum(3));
        says("softmax of a scalar: it takes at least one axis", () -> zeros().softmax());
        says("logSoftmax of a scalar: it takes at least one axis", () -> zeros().logSoftmax());
        says("logSumExp of a scalar: it takes at least one axis", () -> zeros().logSumExp());
    }

    /** An axis in the middle is moved to the end and back: the same as row by row. */
    @Test
    void softmaxAlongAnyAxis() {
        Tensor x = Tensor.of(new Rng(0).normal(Shape.of(3, 4, 5), Precision.FLOAT64));
        for (int axis = -3; axis < 3; axis++) {
            Tensor e = x.exp();
            int[] wide = x.shape().with(axis, 1).dims();
            Tensor sum = e.sum(axis).reshape(wide);
            assertArrayEquals(e.div(sum).array().doubles(), x.softmax(axis).array().doubles(), 1e-14);
            assertArrayEquals(x.minus(sum.log()).array().doubles(), x.logSoftmax(axis).array().doubles(), 1e-14);
            assertArrayEquals(sum.log().array().doubles(), x.logSumExp(axis).array().doubles(), 1e-14);
        }
    }

    @Test
    void places() {
        Tensor x = range(2, 3);
        is("[[0, 3], [1, 4], [2, 5]]", x.transpose());
        is("[[[0, 6], [2, 8], [4, 10]], [[1, 7], [3, 9], [5, 11]]]", range(2, 3, 2).transpose(2, 1, 0));
        is("[[1, 2], [4, 5]]", x.slice(1, 3));
        is("[[3, 4, 5]]", x.slice(0, 1, 2));
        is("[] of shape [2, 0]", x.slice(2, 2));
        is("[[2, 0, 2], [5, 3, 5]]", x.gather(1, 2, 0, 2));
        is("[[3, 4, 5]]", x.gather(-2, 1));
        is("[] of shape [0, 3]", x.gather(0));
        is("[[0, 1, 2, 0], [3, 4, 5, 1]]", Tensor.concat(-1, x, range(2, 1)));
        is("[[0, 1, 2], [3, 4, 5], [0, 1, 2]]", Tensor.concat(0, x, range(1, 3)));
        is("[[0, 1], [0, 1]]", Tensor.stack(0, range(2), range(2)));
        is("[[0, 0], [1, 1]]", Tensor.stack(-1, range(2), range(2)));
        is("[0, 1]", Tensor.stack(0, Tensor.of(Shape.scalar(), 0.0), Tensor.of(Shape.scalar(), 1.0)));
        is("[[0, 1], [2, 3], [4, 5]]", x.reshape(-1, 2));
        is("0", Tensor.of(0.0).reshape());
        is("[[1, 0, 0], [0, 0, 1]]", Tensor.oneHot(3, Precision.FLOAT64, 0, 2));
        is("[10, 1, 12]", range(3).plus(10).where(Tensor.of(1.0, 0.0, -1.0), range(3)));
        is("[[0, 7], [0, 7]]", zeros(2, 1).where(Tensor.of(1.0, 0.0), Tensor.of(7.0)));
        assertSame(x, x.reshape(2, 3));
    }

    @Test
    void placesThatAreNot() {
        Tensor x = range(2, 3);
        says("slice 1 … 4 of axis 1 of [2, 3]: it takes 0 ≤ from ≤ to ≤ 3", () -> x.slice(1, 4));
        says("slice 2 … 1 of axis 1 of [2, 3]: it takes 0 ≤ from ≤ to ≤ 3", () -> x.slice(2, 1));
        says("gather from axis 1 of [2, 3]: index 3 at position 1 is not in 0 … 2", () -> x.gather(1, 0, 3));
        says("gather from axis 1 of [2, 3]: index -1 at position 0 is not in 0 … 2", () -> x.gather(1, -1));
        says("concat of [2, 3] and [3, 3] (part 1) along axis 1: all other axes must be equal",
                () -> Tensor.concat(1, x, zeros(3, 3)));
        says("concat of no tensors: it takes at least one", () -> Tensor.concat(0));
        says("stack of no tensors: it takes at least one", () -> Tensor.stack(0));
        says("stack of [2, 3] and [3, 2] (part 1): the shapes must be equal", () -> Tensor.stack(0, x, zeros(3, 2)));
        says("stack of [2, 3] at axis 3: the result has axes -3 to 2", () -> Tensor.stack(3, x));
        says("reshape of [2, 3] to [4, -1]: 6 numbers don't fit", () -> x.reshape(4, -1));
        says("reshape of [2, 3] to [-1, -1]: 6 numbers don't fit", () -> x.reshape(-1, -1));
        says("reshape of [2, 3] to [7]: 6 numbers don't fit", () -> x.reshape(7));
        says("reshape of [2, 3] to [7]: 6 numbers don't fit", () -> x.reshape(Shape.of(7)));
        says("transpose of [3]: it takes at least two axes", () -> zeros(3).transpose());
        says("transpose of [2, 3] to axes [0, 0]: each of its 2 axes is named once", () -> x.transpose(0, -2));
        says("one-hot of 3 at position 1: there are classes 0 to 2", () -> Tensor.oneHot(3, Precision.FLOAT32, 0, 3));
        says("straight-through of [3] for [2, 3]: the shapes must be equal", () -> x.straightThrough(zeros(3)));
        says("a tensor of shape [2, 3] is not one number: reduce it, or use at(i)", x::item);
        says("max of nothing: an op takes at least one tensor", () -> Tensor.apply(new Max(0, 1)));
    }

    /** Axes that gradients stumble over: of length 1 and 0, in odd places. */
    @Test
    void oddAxesHaveGradients() {
        GradCheck check = GradCheck.standard();
        check.function(x -> x[0].plus(x[1]).times(x[2]), range(1, 3, 1), range(2, 1, 4), range(4).plus(1));
        check.function(x -> x[0].times(x[1]), range(1), range(1, 1, 1));
        check.function(x -> x[0].times(x[1]).plus(x[2].sum()), zeros(0, 3), zeros(1), range(2));
        check.function(x -> x[0].div(x[1]), range(2, 1, 2, 1), range(1, 3, 1, 2).plus(1));
        check.function(x -> x[0].matmul(x[1]), range(2, 2), range(3, 2, 2));
        check.function(x -> x[0].matmul(x[1]), range(2), range(3, 2, 2));
        check.function(x -> x[0].matmulTransposed(x[1]), range(3, 2, 2), range(4, 2));
        check.function(x -> x[0].matmulTransposed(x[1]), range(4, 2), range(3, 2, 2));
        check.function(x -> x[0].matmulTransposed(x[1]), range(2), range(2));
        check.function(x -> x[0].sum(0, 2).plus(x[0].max(2, 0)), range(2, 3, 2, 3));
        check.function(x -> x[0].matmul(x[1]).sum().plus(x[0].sum()), range(2, 3), zeros(3, 0));
        check.function(x -> Tensor.stack(1, x[0], x[0].sin()).softmax(0), range(3));
    }

    @Test
    void equalsShareTheGradientOfAMaximum() {
        Tensor x = Tensor.of(Shape.of(2, 3), 1.0, 5, 5, 2, 5, 0);
        Tensor all = new Tape().grad(x, t -> t.max()).gradient();
        assertArrayEquals(new double[] {0, 1 / 3., 1 / 3., 0, 1 / 3., 0}, all.array().doubles());
        Tensor rows = new Tape().grad(x, t -> t.max(1).sum()).gradient();
        assertArrayEquals(new double[] {0, 0.5, 0.5, 0, 1, 0}, rows.array().doubles());
    }

    @Test
    void memoryIsOnesOwn() {
        float[] numbers = {1, 2};
        Tensor x = Tensor.of(numbers);
        Tensor copy = x.copy();
        Tensor shaped = x.reshape(1, 2);
        numbers[0] = 9;
        assertEquals(9, x.at(0));
        assertEquals(1, copy.at(0));
        assertEquals(1, shaped.at(0));
        assertSame(x.array(), Tensor.of(x.array()).array());
        assertSame(x, x.stopGradient());
        assertSame(x, x.to(Precision.FLOAT32));
        Array doubles = x.to(Precision.FLOAT64).array();
        assertEquals(9, doubles.at(0));
    }

    /** Σ 0.1 over 3 · 2²⁰ floats: a float for each lane would add 0.1 to 2·10⁴ and be off by a percent. */
    @Test
    void largeSumsAreAccurate() {
        int n = 1 << 20;
        Tensor x = Tensor.full(Shape.of(3, n), 0.1f, Precision.FLOAT32);
        assertEquals(3 * n * (double) 0.1f, x.sum().item(), 3e-5 * 3 * n * 0.1);
        assertEquals(0.1f, x.mean().item(), 3e-6);
        for (double row : x.sum(-1).array().to(Precision.FLOAT64).doubles()) {
            assertEquals(n * (double) 0.1f, row, 3e-5 * n * 0.1);
        }
    }
}
