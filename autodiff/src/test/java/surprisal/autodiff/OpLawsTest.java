package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import surprisal.autodiff.op.Concat;
import surprisal.autodiff.op.Map;
import surprisal.autodiff.op.MatMul;
import surprisal.autodiff.op.StraightThrough;
import surprisal.autodiff.op.Zip;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Binary;
import surprisal.kernels.Workers;

/** What holds for every op. They are drawn from the list of those there are. */
class OpLawsTest {

    @Provide
    Arbitrary<OpCases> cases() {
        List<Op.Known> structured = OpCases.KINDS.stream()
                .filter(op -> !(op instanceof Map || op instanceof Zip)).toList();
        // half of them elementwise, though these are more: their formulas have tests of their own in kernels
        return Arbitraries.oneOf(Arbitraries.of(OpCases.KINDS), Arbitraries.of(structured))
                .flatMap(kind -> Arbitraries.integers().between(0, 1 << 20)
                .flatMap(seed -> OpCases.of(kind).map(c -> c.seeded(seed))));
    }

    @Example
    void everyOpIsDrawn() {
        Set<Class<?>> drawn = OpCases.KINDS.stream().map(Object::getClass).collect(Collectors.toSet());
        kinds(Op.Known.class).forEach(op -> assertTrue(drawn.contains(op), op + " is not among OpCases.KINDS: add one"));
    }

    private static Stream<Class<?>> kinds(Class<?> op) {
        return op.isSealed() ? Stream.of(op.getPermittedSubclasses()).flatMap(OpLawsTest::kinds) : Stream.of(op);
    }

    @Property(tries = 1500, shrinking = ShrinkingMode.BOUNDED)
    void gradientIsTheLimitOfDifferences(@ForAll("cases") OpCases c) {
        if (c.op() instanceof StraightThrough) {
            return; // is meant not to be, see below
        }
        Array[] in = c.inputs(Precision.FLOAT64);
        if (!finite(c.forward(in))) {
            return; // the largest of no numbers
        }
        if (c.constants().isEmpty()) {
            GradCheck.standard().op(c.op(), c.variables(in));
        } else {
            GradCheck.standard().function(c.formula(in), c.variables(in));
        }
    }

    @Property(tries = 100)
    void straightThroughIsTheIdentityBackwards(@ForAll int seed) {
        Tensor hard = Tensor.of(new Rng(seed).normal(Shape.of(3, 5), Precision.FLOAT64));
        Tensor soft = Tensor.of(new Rng(seed + 1).normal(Shape.of(3, 5), Precision.FLOAT64));
        Tensor v = Tensor.of(new Rng(seed + 2).normal(Shape.of(3, 5), Precision.FLOAT64));
        Grad<Tensor> grad = new Tape().grad(soft, x -> x.straightThrough(hard).times(v).sum());
        assertArrayEquals(v.array().doubles(), grad.gradient().array().doubles());
        assertEquals(hard.times(v).sum().item(), grad.loss());
    }

    /** ⟨v, J u⟩ = ⟨Jᵀ v, u⟩, with J u by a difference of the op itself; the tape has no part in it. */
    @Property(tries = 1500, shrinking = ShrinkingMode.BOUNDED)
    void backwardIsTheAdjointOfTheDerivative(@ForAll("cases") OpCases c) {
        if (c.op() instanceof StraightThrough) {
            return;
        }
        Array[] in = c.inputs(Precision.FLOAT64);
        Array out = c.forward(in);
        if (!finite(out)) {
            return; // the largest of no numbers
        }
        Array v = normal(1, out.shape());
        Array[] back = c.backward(in, out, v);
        Array[] high = new Array[in.length];
        Array[] low = new Array[in.length];
        double right = 0;
        double size = 1;
        double h = 1e-6;
        for (int k = 0; k < in.length; k++) {
            Array u = normal(2 + k, in[k].shape());
            u = c.constants().contains(k) ? Array.zeros(u.shape(), u.precision()) : u;
            high[k] = moved(in[k], h, u);
            low[k] = moved(in[k], -h, u);
            right += dot(back[k], u);
            for (int i = 0; i < u.size(); i++) {
                size += Math.abs(back[k].at(i) * u.at(i));
            }
        }
        double left = (dot(v, c.forward(high)) - dot(v, c.forward(low))) / (2 * h);
        // the differences themselves are good to |f| ε / h
        for (int i = 0; i < out.size(); i++) {
            size += Math.abs(v.at(i) * out.at(i)) * 1e-3;
        }
        assertEquals(right, left, 1e-6 * size, () -> c.toString());
    }

    @Property(tries = 1500)
    void backwardAccumulates(@ForAll("cases") OpCases c) {
        Array[] in = c.inputs(Precision.FLOAT64);
        Array out = c.forward(in);
        Array g = normal(1, out.shape());
        Array[] once = c.backward(in, out, g);
        Array[] more = new Array[in.length];
        for (int k = 0; k < in.length; k++) {
            more[k] = normal(2 + k, in[k].shape());
        }
        c.op().backward(in, out, g, more);
        for (int k = 0; k < in.length; k++) {
            close(normal(2 + k, in[k].shape()), 1, once[k], 1, more[k], 1e-12, c);
        }
    }

    /** Bit for bit, but that a gradient of −0 stays −0, which zero + −0 is not. */
    @Property(tries = 1500)
    void theFirstGradientOverwritesToWhatAddingToZeroGives(@ForAll("cases") OpCases c, @ForAll Precision precision) {
        Array[] in = c.inputs(precision);
        Array out = c.forward(in);
        Array g = normal(1, out.shape()).to(precision);
        Array[] added = c.backward(in, out, g);
        Array[] set = c.overwritten(in, out, g);
        for (int k = 0; k < in.length; k++) {
            Compute.linear(1, set[k], 0, set[k]);
            same(added[k], set[k], c);
        }
    }

    @Property(tries = 1500)
    void backwardIsLinear(@ForAll("cases") OpCases c) {
        Array[] in = c.inputs(Precision.FLOAT64);
        Array out = c.forward(in);
        Array g = normal(1, out.shape());
        Array h = normal(2, out.shape());
        Array[] ofG = c.backward(in, out, g);
        Array[] ofH = c.backward(in, out, h);
        Array[] ofBoth = c.backward(in, out, moved(g, -2.5, h));
        for (int k = 0; k < in.length; k++) {
            close(ofG[k], 1, ofH[k], -2.5, ofBoth[k], 1e-11, c);
        }
    }

    @Property(tries = 1500)
    void backwardSkipsWhatIsNotWanted(@ForAll("cases") OpCases c) {
        Array[] in = c.inputs(Precision.FLOAT32);
        Array out = c.forward(in);
        Array g = normal(1, out.shape()).to(Precision.FLOAT32);
        Array[] all = c.backward(in, out, g);
        for (int k = 0; k < in.length; k++) {
            Array[] one = new Array[in.length];
            one[k] = Array.zeros(in[k].shape(), Precision.FLOAT32);
            c.op().backward(in, out, g, one);
            same(all[k], one[k], c);
        }
    }

    @Property(tries = 1500)
    void opsOverwriteTheirOutputAndNothingElse(@ForAll("cases") OpCases c, @ForAll Precision precision) {
        Array[] in = c.inputs(precision);
        Array clean = Array.zeros(c.forward(in).shape(), precision);
        c.op().forward(in, clean);
        Array out = c.forward(in); // into NaN
        same(clean, out, c);
        Array g = normal(1, out.shape()).to(precision);
        c.backward(in, out, g);
        same(clean, out, c);
        same(normal(1, out.shape()).to(precision), g, c);
        Array[] before = c.inputs(precision);
        for (int k = 0; k < in.length; k++) {
            same(before[k], in[k], c);
        }
    }

    /** Within 1e-5 of the largest number of the result, or of 1: 2⁻²⁴ times the 80 terms of the longest sum, and room. */
    @Property(tries = 1500)
    void floatsAgreeWithDoubles(@ForAll("cases") OpCases c) {
        Array[] singles = c.inputs(Precision.FLOAT32);
        Array[] doubles = c.inputs(Precision.FLOAT64);
        Array y = c.forward(singles);
        Array exact = c.forward(doubles);
        if (!finite(exact)) {
            return; // the largest of no numbers
        }
        near(exact, y, c);
        Array g = normal(1, y.shape()).to(Precision.FLOAT32);
        Array[] gx = c.backward(singles, y, g);
        Array[] exactly = c.backward(doubles, exact, g.to(Precision.FLOAT64));
        for (int k = 0; k < gx.length; k++) {
            near(exactly[k], gx[k], c);
        }
    }

    /** Values bit for bit; gradients to rounding, since sums over repeated axes are made in another order. */
    @Property(tries = 2000)
    void broadcastingIsExplicitExpansion(
            @ForAll Binary f, @ForAll("pairs") List<Shape> shapes, @ForAll Precision precision, @ForAll int seed) {
        Tensor a = Tensor.of(new Rng(seed).uniform(shapes.get(0), precision)).plus(0.5);
        Tensor b = Tensor.of(new Rng(seed + 1L).uniform(shapes.get(1), precision)).plus(0.5);
        Shape common = a.shape().broadcast(b.shape(), "test");
        Tensor v = Tensor.of(new Rng(seed + 2L).normal(common, precision));
        same(a.expand(common).zip(f, b.expand(common)).array(), a.zip(f, b).array(), f);
        Grad<List<Tensor>> folded = new Tape().grad(List.of(a, b), x -> x.get(0).zip(f, x.get(1)).times(v).sum());
        Grad<List<Tensor>> spread = new Tape().grad(List.of(a, b), x -> x.get(0).expand(common)
                .zip(f, x.get(1).expand(common)).times(v).sum());
        for (int k = 0; k < 2; k++) {
            Array g = folded.gradient().get(k).array();
            Array h = spread.gradient().get(k).array();
            double allowed = (precision == Precision.FLOAT32 ? 1e-5 : 1e-13) * (1 + largest(h)) * (1 + common.size() / 10.);
            for (int i = 0; i < g.size(); i++) {
                assertEquals(h.at(i), g.at(i), allowed, () -> f + " " + shapes);
            }
        }
    }

    @Provide
    Arbitrary<List<Shape>> pairs() {
        return OpCases.pairs();
    }

    /** The gradient of f(x, x) is the sum of those in the first and in the second place. */
    @Property(tries = 500)
    void aTensorUsedTwiceGetsBothGradients(@ForAll("twice") Op op, @ForAll int seed) {
        Tensor x = Tensor.of(new Rng(seed).uniform(Shape.of(4, 4), Precision.FLOAT64)).plus(0.5);
        Tensor same = x.copy();
        Tensor v = Tensor.apply(op, x, x).noise(new Rng(seed + 1L));
        Tensor both = new Tape().grad(x, t -> Tensor.apply(op, t, t).times(v).sum()).gradient();
        Tensor first = new Tape().grad(x, t -> Tensor.apply(op, t, same).times(v).sum()).gradient();
        Tensor second = new Tape().grad(x, t -> Tensor.apply(op, same, t).times(v).sum()).gradient();
        assertArrayEquals(first.plus(second).array().doubles(), both.array().doubles(), 1e-12);
    }

    @Provide
    Arbitrary<Op> twice() {
        return Arbitraries.of(Stream.concat(
                Stream.of(Binary.values()).filter(f -> f != Binary.POW).map(Zip::of),
                Stream.of(MatMul.NN, MatMul.NT, new Concat(0), new Concat(1))).map(op -> (Op) op).toList());
    }

    @Example
    void threadsDoNotChangeABit() {
        int threads = Workers.threads();
        try {
            for (Op.Known kind : OpCases.KINDS) {
                OpCases c = OpCases.large(kind);
                for (Precision precision : Precision.values()) {
                    Array[] in = c.inputs(precision);
                    Workers.threads(1);
                    Array y = c.forward(in);
                    Array g = normal(1, y.shape()).to(precision);
                    Array[] gx = c.backward(in, y, g);
                    for (int n : new int[] {2, 3, 7}) {
                        Workers.threads(n);
                        same(y, c.forward(in), kind);
                        Array[] again = c.backward(in, y, g);
                        Array[] first = c.overwritten(in, y, g);
                        IntStream.range(0, in.length).forEach(k -> {
                            same(gx[k], again[k], kind);
                            Compute.linear(1, first[k], 0, first[k]);
                            same(gx[k], first[k], kind);
                        });
                    }
                }
            }
        } finally {
            Workers.threads(threads);
        }
    }

    private static Array normal(long seed, Shape shape) {
        return new Rng(seed).normal(shape, Precision.FLOAT64);
    }

    private static Array moved(Array x, double h, Array u) {
        Array y = x.copy();
        for (int i = 0; i < y.size(); i++) {
            y.set(i, x.at(i) + h * u.at(i));
        }
        return y;
    }

    private static double dot(Array a, Array b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.at(i) * b.at(i);
        }
        return sum;
    }

    private static boolean finite(Array x) {
        return IntStream.range(0, x.size()).allMatch(i -> Double.isFinite(x.at(i)));
    }

    private static double largest(Array x) {
        double most = 0;
        for (int i = 0; i < x.size(); i++) {
            most = Math.max(most, Math.abs(x.at(i)));
        }
        return most;
    }

    /** p a + q b = y. */
    private static void close(Array a, double p, Array b, double q, Array y, double tolerance, Object what) {
        for (int i = 0; i < y.size(); i++) {
            double allowed = tolerance * (1 + largest(a) + largest(b));
            assertEquals(p * a.at(i) + q * b.at(i), y.at(i), allowed, what::toString);
        }
    }

    private static void near(Array exact, Array y, Object what) {
        double allowed = 1e-5 * (1 + largest(exact));
        for (int i = 0; i < y.size(); i++) {
            assertEquals(exact.at(i), y.at(i), allowed, what::toString);
        }
    }

    private static void same(Array a, Array b, Object what) {
        assertEquals(a.shape(), b.shape(), what::toString);
        assertTrue(a.precision() == Precision.FLOAT32
                ? Arrays.equals(a.floats(), b.floats())
                : Arrays.equals(a.doubles(), b.doubles()), () -> what + ": " + a + " and " + b);
    }
}
