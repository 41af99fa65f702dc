package surprisal.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Compares gradients with what they are the limit of, in FLOAT64: ∂⟨v, f⟩/∂xᵢ ≈ ⟨v, f(x + h eᵢ) − f(x − h eᵢ)⟩ / 2h,
 * for a fixed random v of f's output shape, h = step · max(1, |xᵢ|).
 *
 * <p>Three checks: every element of every input; one random direction u, where ⟨v, J u⟩ by differences is ⟨Jᵀ v, u⟩ by
 * the tape; and that a gradient is added to what is there, so that to compute f twice doubles it. The function must be
 * smooth at the point (not at the kink of relu), and give the same value each time: a function that draws makes its Rng
 * inside.
 *
 * <pre>{@code
 * GradCheck.standard().function(x -> x[0].matmul(x[1]).softmax(), a, b);
 * GradCheck.standard().op(new MyOp(), a);
 * GradCheck.standard().model(vae, m -> m.freeEnergy(images, new Rng(0)));
 * }</pre>
 *
 * @param step h at |x| ≤ 1
 * @param tolerance how much two derivatives may differ, in units of 1 + the larger one's absolute value
 */
public record GradCheck(double step, double tolerance) {

    /** A function of some tensors. */
    @FunctionalInterface
    public interface Formula {

        /**
         * The value.
         *
         * @param x the inputs
         * @return a tensor of any shape
         */
        Tensor of(Tensor... x);
    }

    /**
     * A check with these numbers.
     *
     * @throws IllegalArgumentException unless both are positive and finite
     */
    public GradCheck {
        if (!(step > 0 && step < Double.POSITIVE_INFINITY && tolerance > 0 && tolerance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("gradient check with step " + step + " and tolerance " + tolerance
                    + ": both are positive numbers");
        }
    }

    /**
     * Step 1e-5, where the error of a difference is least for functions of size one; tolerance 1e-6.
     *
     * @return the check
     */
    public static GradCheck standard() {
        return new GradCheck(1e-5, 1e-6);
    }

    /**
     * Checks a function of tensors. A tensor that is no input is a constant: let the lambda capture it.
     *
     * @param f the function
     * @param at its inputs, FLOAT64; not changed
     * @throws AssertionError if a gradient is wrong; the message says where and shows both numbers
     * @throws IllegalArgumentException if an input is not FLOAT64, or the function doesn't depend on any
     */
    public void function(Formula f, Tensor... at) {
        named("function of " + shapes(Stream.of(at)), f, at);
    }

    /**
     * Checks an op: its gradient; that {@code forward} overwrites all of its output; that neither method writes where
     * it should only read; and that {@code backward} adds, and skips a gradient that is null.
     *
     * @param op the op
     * @param at its inputs, FLOAT64; not changed
     * @throws AssertionError if a gradient is wrong or a promise of {@link Op} is broken
     * @throws IllegalArgumentException if an input is not FLOAT64 or they don't fit the op
     */
    public void op(Op op, Tensor... at) {
        String name = op.name() + " of " + shapes(Stream.of(at));
        doubles(List.of(at));
        promises(name, op, Stream.of(at).map(x -> x.array().copy()).toArray(Array[]::new));
        named(name, x -> Tensor.apply(op, x), at);
    }

    /**
     * Checks a function of a whole model: a record (of records, lists …) of tensors, see {@link Tree}.
     *
     * @param model the model, FLOAT64; not changed
     * @param f a function of the model that it is given
     * @param <M> the type of the model
     * @throws AssertionError if a gradient is wrong; the message names the tensor of the model
     * @throws IllegalArgumentException if a tensor is not FLOAT64, or the function doesn't depend on any
     */
    public <M> void model(M model, Function<? super M, Tensor> f) {
        check("function of " + model.getClass().getSimpleName(), model, f);
    }

    private void named(String name, Formula f, Tensor... at) {
        check(name, List.of(at), inputs -> f.of(inputs.toArray(Tensor[]::new)));
    }

    private <M> void check(String name, M model, Function<? super M, Tensor> f) {
        IdentityHashMap<Array, Tensor> copies = new IdentityHashMap<>(); // one copy of a tensor that occurs twice
        M x = Tree.map(model, leaf -> copies.computeIfAbsent(leaf.array(), array -> new Tensor(array.copy())));
        doubles(Tree.leaves(x).values());
        new At<>(this, name, x, f).check();
    }

    /** A function at a point: x's arrays are moved to take differences, and moved back. */
    private static final class At<M> {
        private final GradCheck by;
        private final String name;
        private final M x;
        private final Function<? super M, Tensor> f;
        private final Array value;
        private final Tensor v;
        private final List<String> names = new ArrayList<>();
        private final List<Array> at = new ArrayList<>();

        At(GradCheck by, String name, M x, Function<? super M, Tensor> f) {
            this.by = by;
            this.name = name;
            this.x = x;
            this.f = f;
            value = f.apply(x).array().copy();
            v = new Tensor(new Rng(1).normal(value.shape(), Precision.FLOAT64));
            Tree.leaves(x).forEach((leaf, tensor) -> {
                if (at.stream().noneMatch(seen -> seen == tensor.array())) {
                    names.add(leaf);
                    at.add(tensor.array());
                }
            });
        }

        void check() {
            if (!same(value, f.apply(x).array())) {
                throw new AssertionError("the " + name + " gave another value when it was computed again: "
                        + "a function that draws random numbers makes its Rng inside");
            }
            List<Array> gradient = gradient(m -> f.apply(m).times(v).sum());
            elements(gradient);
            direction(gradient);
            accumulation(gradient);
        }

        private List<Array> gradient(Function<? super M, Tensor> loss) {
            var leaves = Tree.leaves(new Tape().grad(x, loss).gradient());
            return names.stream().map(leaf -> leaves.get(leaf).array()).toList();
        }

        private void elements(List<Array> gradient) {
            for (int k = 0; k < at.size(); k++) {
                Array array = at.get(k);
                for (int i = 0; i < array.size(); i++) {
                    double centre = array.at(i);
                    double h = by.step * Math.max(1, Math.abs(centre));
                    array.set(i, centre + h);
                    double above = array.at(i);
                    Array high = f.apply(x).array().copy();
                    array.set(i, centre - h);
                    double numeric = slope(high, f.apply(x).array(), above - array.at(i));
                    array.set(i, centre);
                    by.compare("the " + name + ": the derivative in " + place(k, i) + " = " + centre,
                            gradient.get(k).at(i), "by backward", numeric, "by central differences", 0);
                }
            }
        }

        private void direction(List<Array> gradient) {
            Rng rng = new Rng(2);
            List<Array> centre = at.stream().map(Array::copy).toList();
            List<Array> u = at.stream().map(a -> rng.normal(a.shape(), Precision.FLOAT64)).toList();
            double analytic = 0;
            double size = 0;
            for (int k = 0; k < u.size(); k++) {
                for (int i = 0; i < u.get(k).size(); i++) {
                    double term = gradient.get(k).at(i) * u.get(k).at(i);
                    analytic += term;
                    size += Math.abs(term);
                }
            }
            move(centre, u, by.step);
            Array high = f.apply(x).array().copy();
            move(centre, u, -by.step);
            double numeric = slope(high, f.apply(x).array(), 2 * by.step);
            move(centre, u, 0);
            by.compare("the " + name + ": along a random direction u the derivative",
                    analytic, "as ⟨Jᵀv, u⟩", numeric, "as ⟨v, Ju⟩", size);
        }

        private void move(List<Array> centre, List<Array> u, double h) {
            for (int k = 0; k < at.size(); k++) {
                for (int i = 0; i < at.get(k).size(); i++) {
                    at.get(k).set(i, centre.get(k).at(i) + h * u.get(k).at(i));
                }
            }
        }

        private void accumulation(List<Array> gradient) {
            List<Array> twice = gradient(m -> f.apply(m).times(v).sum().plus(f.apply(m).times(v).sum()));
            for (int k = 0; k < at.size(); k++) {
                for (int i = 0; i < at.get(k).size(); i++) {
                    by.compare("the " + name + ", used twice: the derivative in " + place(k, i),
                            twice.get(k).at(i), "by backward", 2 * gradient.get(k).at(i), "as twice that of one use", 0);
                }
            }
        }

        /** ⟨v, high − low⟩ / distance. */
        private double slope(Array high, Array low, double distance) {
            double sum = 0;
            for (int i = 0; i < high.size(); i++) {
                double difference = high.at(i) - low.at(i);
                sum += difference == 0 ? 0 : v.at(i) * difference;
            }
            return sum / distance;
        }

        private String place(int k, int i) {
            String leaf = names.get(k);
            return (leaf.isEmpty() ? "it" : leaf.matches("\\d+") ? "input " + leaf : leaf)
                    + GradCheck.place(at.get(k).shape(), i);
        }
    }

    private void compare(String what, double a, String how, double b, String other, double size) {
        double allowed = tolerance * (1 + Math.max(size, Math.max(Math.abs(a), Math.abs(b))));
        if (!(Math.abs(a - b) <= allowed)) {
            throw new AssertionError(what + " is " + a + " " + how + ", but " + b + " " + other
                    + String.format(Locale.ROOT, " (they differ by %.3g, allowed is %.3g)", Math.abs(a - b), allowed));
        }
    }

    /** What {@link Op} asks of forward and backward besides the numbers. */
    private void promises(String name, Op op, Array[] in) {
        Array[] before = Stream.of(in).map(Array::copy).toArray(Array[]::new);
        Shape shape = op.shape(Stream.of(in).map(Array::shape).toArray(Shape[]::new));
        Array out = Array.zeros(shape, Precision.FLOAT64);
        op.forward(in, out);
        Array again = Array.zeros(shape, Precision.FLOAT64);
        again.fill(Double.NaN); // a tape's memory holds the numbers of the pass before
        op.forward(in, again);
        kept(name + ": forward left numbers in its output that were there before", out, again, shape);
        for (int k = 0; k < in.length; k++) {
            kept(name + ": forward changed its input " + k, before[k], in[k], in[k].shape());
        }
        Array g = new Rng(3).normal(shape, Precision.FLOAT64);
        Array gBefore = g.copy();
        List<Array> alone = new ArrayList<>();
        for (int k = 0; k < in.length; k++) {
            Array[] gIn = new Array[in.length];
            gIn[k] = Array.zeros(in[k].shape(), Precision.FLOAT64);
            alone.add(gIn[k]);
            op.backward(in, out, g, gIn);
            mine(name, alone, gIn, k);
        }
        Array[] gIn = Stream.of(in).map(x -> new Rng(4).normal(x.shape(), Precision.FLOAT64)).toArray(Array[]::new);
        Array[] start = Stream.of(gIn).map(Array::copy).toArray(Array[]::new);
        op.backward(in, out, g, gIn);
        kept(name + ": backward changed the output", again, out, shape);
        kept(name + ": backward changed the gradient of the output", gBefore, g, shape);
        for (int k = 0; k < in.length; k++) {
            kept(name + ": backward changed its input " + k, before[k], in[k], in[k].shape());
            for (int i = 0; i < in[k].size(); i++) {
                compare("the " + name + ": backward must add to the gradient of input " + k + "; at"
                        + place(in[k].shape(), i) + " what it added", gIn[k].at(i) - start[k].at(i),
                        "to a number", alone.get(k).at(i), "to zero", Math.abs(start[k].at(i)));
            }
        }
    }

    private static void mine(String name, List<Array> alone, Array[] gIn, int k) {
        for (int j = 0; j < gIn.length; j++) {
            if (gIn[j] != (j == k ? alone.get(k) : null)) {
                throw new AssertionError("the " + name + ": backward replaced gIn[" + j
                        + "]; it adds to the numbers of the array that is there, and skips null");
            }
        }
    }

    private static void kept(String what, Array was, Array is, Shape shape) {
        for (int i = 0; i < was.size(); i++) {
            if (Double.doubleToLongBits(was.at(i)) != Double.doubleToLongBits(is.at(i))) {
                throw new AssertionError("the " + what + ", at" + place(shape, i) + ": " + was.at(i) + " against "
                        + is.at(i));
            }
        }
    }

    private static boolean same(Array a, Array b) {
        return a.shape().equals(b.shape()) && Arrays.equals(a.doubles(), b.doubles());
    }

    private static void doubles(Iterable<Tensor> inputs) {
        for (Tensor x : inputs) {
            if (x.precision() != Precision.FLOAT64) {
                throw new IllegalArgumentException("a gradient check at " + x.precision() + " " + x.shape()
                        + ": differences of floats are too coarse; convert it with to(FLOAT64)");
            }
        }
    }

    private static String shapes(Stream<Tensor> inputs) {
        return inputs.map(x -> x.shape().toString()).collect(Collectors.joining(", "));
    }

    /** {@code [1, 2]}: where a flat index is. */
    private static String place(Shape shape, int flat) {
        int[] index = new int[shape.rank()];
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            index[axis] = flat % shape.dim(axis);
            flat /= shape.dim(axis);
        }
        return " " + Arrays.toString(index);
    }
}
