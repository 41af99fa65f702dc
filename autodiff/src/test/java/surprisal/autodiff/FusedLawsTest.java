package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.kernels.Workers;

/** A fused op against the same formula composed of small ones: values and gradients. */
class FusedLawsTest {

    private static final double HALF = 0.5;

    /** Both forms of a function of tensors. */
    private record Forms(Function<List<Tensor>, Tensor> fused, Function<List<Tensor>, Tensor> composed) {}

    @Provide
    Arbitrary<Unary> activations() {
        return Arbitraries.of(null, Unary.RELU, Unary.TANH, Unary.SIGMOID, Unary.EXP, Unary.ELU, Unary.SOFTPLUS, Unary.SILU);
    }

    /** Bit for bit: the same products, additions and derivatives in the same order; but one column is summed in lanes. */
    @Property(tries = 400)
    void affineIsTheProductTheBiasAndTheActivation(
            @ForAll("activations") Unary f, @ForAll Precision precision, @ForAll int seed,
            @ForAll @IntRange(min = 1, max = 40) int m, @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll @IntRange(min = 1, max = 40) int k) {
        Forms forms = new Forms(
                t -> f == null ? t.get(0).affine(t.get(1), t.get(2)) : t.get(0).affine(t.get(1), t.get(2), f),
                t -> {
                    Tensor z = t.get(0).matmul(t.get(1)).plus(t.get(2));
                    return f == null ? z : z.map(f);
                });
        List<Tensor> in = List.of(normal(seed, precision, m, k), normal(seed + 1, precision, k, n).times(0.3).copy(),
                normal(seed + 2, precision, n));
        compare(forms, in, n > 1 ? 0 : precision == Precision.FLOAT32 ? 1e-5 : 1e-13);
    }

    /** With inputs that are shared or their own: to rounding, for a broadcast's gradient is summed in another order. */
    @Property(tries = 300)
    void affineOfMembersIsTheirProductsBiasesAndActivations(
            @ForAll("activations") Unary f, @ForAll Precision precision, @ForAll int seed, @ForAll boolean shared,
            @ForAll @IntRange(min = 1, max = 5) int M, @ForAll @IntRange(min = 1, max = 30) int m,
            @ForAll @IntRange(min = 1, max = 80) int n, @ForAll @IntRange(min = 1, max = 40) int k) {
        Forms forms = new Forms(
                t -> f == null ? t.get(0).affine(t.get(1), t.get(2)) : t.get(0).affine(t.get(1), t.get(2), f),
                t -> {
                    Tensor z = t.get(0).matmul(t.get(1)).plus(t.get(2).reshape(M, 1, n));
                    return f == null ? z : z.map(f);
                });
        Tensor x = shared ? normal(seed, precision, m, k) : normal(seed, precision, M, m, k);
        List<Tensor> in = List.of(x, normal(seed + 1, precision, M, k, n).times(0.3).copy(), normal(seed + 2, precision, M, n));
        compare(forms, in, precision == Precision.FLOAT32 ? 1e-5 : 1e-13);
    }

    /** Members side by side have the bits that each has alone, forward and back, on any number of threads. */
    @Example
    void affineOfMembersIsThatOfEach() {
        int before = Workers.threads();
        try {
            for (Precision precision : Precision.values()) {
                for (int[] size : new int[][] {{3, 5, 7, 4}, {4, 64, 100, 70}, {2, 200, 20, 700}, {40, 3, 1, 50}}) {
                    for (int threads = 1; threads <= 3; threads += 2) {
                        Workers.threads(threads);
                        eachAlone(size[0], List.of(normal(1, precision, size[0], size[1], size[2]),
                                normal(2, precision, size[0], size[2], size[3]).times(0.1).copy(),
                                normal(3, precision, size[0], size[3])));
                    }
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    private static void eachAlone(int members, List<Tensor> in) {
        Tensor v = in.get(0).affine(in.get(1), in.get(2)).noise(new Rng(7));
        Grad<List<Tensor>> all = new Tape().grad(in, t -> t.get(0).affine(t.get(1), t.get(2), Unary.TANH).times(v).sum());
        for (int i = 0; i < members; i++) {
            int at = i;
            List<Tensor> one = in.stream().map(t -> member(t, at)).toList();
            same(member(in.get(0).affine(in.get(1), in.get(2), Unary.TANH), i).array(),
                    one.get(0).affine(one.get(1), one.get(2), Unary.TANH).array(), 0, "member " + i);
            Grad<List<Tensor>> alone = new Tape().grad(one, t ->
                    t.get(0).affine(t.get(1), t.get(2), Unary.TANH).times(member(v, at)).sum());
            for (int k = 0; k < 3; k++) {
                same(alone.gradient().get(k).array(), member(all.gradient().get(k), i).array(), 0, "its gradient of input " + k);
            }
        }
    }

    private static Tensor member(Tensor x, int i) {
        return x.slice(0, i, i + 1).reshape(x.shape().without(0)).copy();
    }

    @Example
    void affineOfABatchIsThatOfItsRows() {
        for (Precision precision : Precision.values()) {
            Tensor x = normal(1, precision, 3, 5, 7);
            Tensor w = normal(2, precision, 7, 4);
            Tensor b = normal(3, precision, 4);
            Tensor rows = x.reshape(15, 7).affine(w, b, Unary.TANH);
            same(rows.reshape(3, 5, 4).array(), x.affine(w, b, Unary.TANH).array(), 0, "a batch");
            Tensor one = x.reshape(15, 7).slice(0, 4, 5).reshape(7).affine(w, b, Unary.TANH);
            same(rows.slice(0, 4, 5).reshape(4).array(), one.array(), 0, "a row");
        }
    }

    @Example
    void affineSaysWhatDoesNotFit() {
        Tensor x = Tensor.zeros(Shape.of(32, 784), Precision.FLOAT32);
        Tensor w = Tensor.zeros(Shape.of(400, 20), Precision.FLOAT32);
        Tensor b = Tensor.zeros(Shape.of(20), Precision.FLOAT32);
        assertEquals("affine [32, 784] × [400, 20] + [20]: inner sizes differ (784 ≠ 400)",
                assertThrows(IllegalArgumentException.class, () -> x.affine(w, b)).getMessage());
        assertEquals("affine [400] × [400, 20] + [32]: the bias is not one number a column (32 ≠ 20)",
                assertThrows(IllegalArgumentException.class, () -> x.reshape(-1).slice(0, 400)
                        .affine(w, x.reshape(-1).slice(0, 32))).getMessage());
        Tensor many = Tensor.zeros(Shape.of(3, 784, 20), Precision.FLOAT32);
        Tensor biases = Tensor.zeros(Shape.of(3, 20), Precision.FLOAT32);
        assertEquals("affine [32, 784] × [3, 784, 20] + [2, 20]: members differ (3 of the weights, 2 of the biases)",
                assertThrows(IllegalArgumentException.class, () -> x.affine(many, biases.slice(0, 0, 2))).getMessage());
        assertEquals("affine [2, 16, 784] × [3, 784, 20] + [3, 20]: members differ (2 of the inputs, 3 of the weights)",
                assertThrows(IllegalArgumentException.class, () -> x.reshape(2, 16, 784).affine(many, biases)).getMessage());
        assertEquals("affine [32, 784] × [3, 784, 20] + [20]: it takes [.., k] × [k, n] + [n], or of M members [m, k] or [M, m, k]"
                        + " × [M, k, n] + [M, n]",
                assertThrows(IllegalArgumentException.class, () -> x.affine(many, b)).getMessage());
    }

    /** To 1e-12 in double; in float to 2e-6 of the size of the terms, for the gradient is rounded in another order. */
    @Property(tries = 400)
    void bernoulliLogProbIsItsFormula(
            @ForAll Precision precision, @ForAll int seed,
            @ForAll @IntRange(min = 1, max = 30) int m, @ForAll @IntRange(min = 1, max = 90) int n) {
        Forms forms = new Forms(
                t -> t.get(0).bernoulliLogProb(t.get(1)),
                t -> t.get(1).times(t.get(0)).minus(t.get(0).softplus()).sum(-1));
        Tensor l = normal(seed, precision, m, n).times(4).copy();
        Tensor x = Tensor.of(new Rng(seed + 1L).uniform(Shape.of(m, n), precision));
        compare(forms, List.of(l, x), precision == Precision.FLOAT32 ? 2e-6 : 1e-12);
    }

    /** The same events under k guesses have the numbers that they have when they are repeated in memory, bit for bit. */
    @Property(tries = 200)
    void repeatedEventsAreThoseOfMemory(
            @ForAll Precision precision, @ForAll int seed, @ForAll @IntRange(min = 1, max = 9) int k,
            @ForAll @IntRange(min = 1, max = 12) int m, @ForAll @IntRange(min = 1, max = 900) int n) {
        Tensor l = normal(seed, precision, k, m, n).times(4).copy();
        Tensor x = Tensor.of(new Rng(seed + 1L).uniform(Shape.of(m, n), precision));
        Tensor memory = x.expand(Shape.of(k, m, n));
        Tensor v = normal(~seed, precision, k, m);
        same(l.bernoulliLogProb(memory).array(), l.bernoulliLogProb(x).array(), 0, "log p");
        Tape tape = new Tape();
        Tensor g = tape.grad(l, t -> t.bernoulliLogProb(x).times(v).sum()).gradient().copy();
        same(tape.grad(l, t -> t.bernoulliLogProb(memory).times(v).sum()).gradient().array(), g.array(), 0, "gradient");
    }

    /** To 1e-12 in double and 1e-5 in float, of the largest number: ratios are squared and divided in another order. */
    @Property(tries = 400)
    void normalKlIsItsFormula(
            @ForAll Precision precision, @ForAll int seed, @ForAll @IntRange(min = 0, max = 15) int rows,
            @ForAll @IntRange(min = 1, max = 30) int m, @ForAll @IntRange(min = 1, max = 90) int n) {
        Forms forms = new Forms(
                t -> Tensor.normalKl(t.get(0), t.get(1), t.get(2), t.get(3)),
                t -> {
                    Tensor ratio = t.get(1).div(t.get(3));
                    Tensor shift = t.get(0).minus(t.get(2)).div(t.get(3));
                    return t.get(3).log().minus(t.get(1).log())
                            .plus(ratio.square().plus(shift.square()).times(HALF))
                            .minus(HALF)
                            .sum(-1);
                });
        List<Tensor> in = IntStream.range(0, 4).mapToObj(k -> {
            Shape shape = (rows >> k & 1) == 1 ? Shape.of(n) : Shape.of(m, n);
            Rng rng = new Rng(seed + k);
            Array x = k % 2 == 0 ? rng.normal(shape, precision) : rng.uniform(shape, precision);
            return k % 2 == 0 ? Tensor.of(x) : Tensor.of(x).plus(0.5).copy();
        }).toList();
        compare(forms, in, precision == Precision.FLOAT32 ? 1e-5 : 1e-12);
    }

    /** One tensor in two places, and shapes that are expanded first. */
    @Example
    void normalKlOfEqualsIsZeroAndSoIsItsGradient() {
        Tensor m = normal(1, Precision.FLOAT64, 3, 5);
        Tensor s = Tensor.of(0.5, 2.0, 1.5).reshape(3, 1).copy();
        Grad<List<Tensor>> grad = new Tape().grad(List.of(m, s), t -> Tensor.normalKl(t.get(0), t.get(1), t.get(0), t.get(1))
                .sum());
        assertEquals(0, grad.loss(), 1e-15);
        assertArrayEquals(new double[15], grad.gradient().get(0).array().doubles());
        assertArrayEquals(new double[3], grad.gradient().get(1).array().doubles(), 1e-14);
    }

    /** Bit for bit. */
    @Property(tries = 200)
    void plusTimesIsItsFormula(@ForAll Precision precision, @ForAll int seed, @ForAll @IntRange(min = 1, max = 90) int n) {
        Forms forms = new Forms(
                t -> t.get(0).plusTimes(t.get(1), t.get(2)),
                t -> t.get(0).plus(t.get(1).times(t.get(2))));
        compare(forms, List.of(normal(seed, precision, 3, n), normal(seed + 1, precision, n), normal(seed + 2, precision, 3, 1)),
                precision == Precision.FLOAT32 ? 1e-5 : 1e-12);
        List<Tensor> equal = List.of(normal(seed, precision, n), normal(seed + 1, precision, n), normal(seed + 2, precision, n));
        compare(forms, equal, 0);
    }

    /** The value, the gradient of Σ v y with random v, and the gradient where each input comes twice. */
    private static void compare(Forms forms, List<Tensor> in, double tolerance) {
        Tensor fused = forms.fused().apply(in);
        same(forms.composed().apply(in).array(), fused.array(), tolerance, "the value");
        Tensor v = fused.noise(new Rng(7));
        for (boolean twice : new boolean[] {false, true}) {
            Grad<List<Tensor>> a = new Tape().grad(in, t -> loss(forms.composed(), t, v, twice));
            Grad<List<Tensor>> b = new Tape().grad(in, t -> loss(forms.fused(), t, v, twice));
            for (int k = 0; k < in.size(); k++) {
                same(a.gradient().get(k).array(), b.gradient().get(k).array(), tolerance, "the gradient of input " + k);
            }
        }
    }

    private static Tensor loss(Function<List<Tensor>, Tensor> f, List<Tensor> in, Tensor v, boolean twice) {
        Tensor once = f.apply(in).times(v).sum();
        return twice ? once.plus(f.apply(in).times(v.times(2)).sum()) : once;
    }

    /** Within the tolerance, times one more than the largest number; −0 is 0. */
    private static void same(Array expected, Array found, double tolerance, String what) {
        assertEquals(expected.shape(), found.shape());
        double size = 1;
        for (int i = 0; i < expected.size(); i++) {
            size = Math.max(size, 1 + Math.abs(expected.at(i)));
        }
        for (int i = 0; i < expected.size(); i++) {
            double a = expected.at(i);
            double b = found.at(i);
            assertTrue(tolerance == 0 ? a == b : Math.abs(a - b) <= tolerance * size, what + ": " + b + " for " + a);
        }
    }

    private static Tensor normal(long seed, Precision precision, int... dims) {
        return Tensor.of(new Rng(seed).normal(Shape.of(dims), precision));
    }
}
