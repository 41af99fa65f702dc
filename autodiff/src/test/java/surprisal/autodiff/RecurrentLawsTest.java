package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/**
 * An op that is done in one pass is the same function as the formula, composed of smaller ops: value and gradients. In
 * float64 to 1e-12, in float32 to 4e-6, of 1 + the largest number of the result: rounding of a few operations, and of sums
 * over at most 7 rows or 70 columns.
 */
class RecurrentLawsTest {

    @Property(tries = 300)
    void gru(
            @ForAll @IntRange(min = 1, max = 7) int rows,
            @ForAll @IntRange(min = 1, max = 70) int n,
            @ForAll Precision precision,
            @ForAll int seed) {
        Shape gates = Shape.of(rows, 3 * n);
        equal(precision, seed, List.of(gates, gates, Shape.of(rows, n)),
                in -> in.get(2).gru(in.get(0), in.get(1)),
                in -> {
                    Tensor x = in.get(0);
                    Tensor u = in.get(1);
                    Tensor h = in.get(2);
                    Tensor r = x.slice(0, n).plus(u.slice(0, n)).sigmoid();
                    Tensor z = x.slice(n, 2 * n).plus(u.slice(n, 2 * n)).sigmoid();
                    Tensor nu = x.slice(2 * n, 3 * n).plus(r.times(u.slice(2 * n, 3 * n))).tanh();
                    return z.neg().plus(1).times(nu).plus(z.times(h));
                });
    }

    @Property(tries = 300)
    void layerNorm(
            @ForAll @IntRange(min = 1, max = 7) int rows,
            @ForAll @IntRange(min = 2, max = 70) int n,
            @ForAll Precision precision,
            @ForAll int seed) {
        equal(precision, seed, List.of(Shape.of(rows, n), Shape.of(n), Shape.of(n)),
                in -> in.get(0).layerNorm(in.get(1), in.get(2), 0.01),
                in -> {
                    Tensor x = in.get(0);
                    Tensor centred = x.minus(x.mean(-1).reshape(rows, 1));
                    Tensor variance = centred.square().mean(-1).reshape(rows, 1);
                    return centred.div(variance.plus(0.01).sqrt()).times(in.get(1)).plus(in.get(2));
                });
    }

    /** Through three steps and their adjoints, to twice that: the errors of one step are those of the next one's input. */
    @Property(tries = 200)
    void filter(
            @ForAll @IntRange(min = 1, max = 37) int rows,
            @ForAll @IntRange(min = 1, max = 20) int n,
            @ForAll @IntRange(min = 1, max = 9) int m,
            @ForAll Precision precision,
            @ForAll int seed) {
        int steps = 3;
        int k = n + 2;
        int l = 2 * n + 1;
        List<Shape> shapes = List.of(
                Shape.of(steps, rows, k), Shape.of(steps, rows, l), Shape.of(steps, rows, m), Shape.of(rows, n),
                Shape.of(rows, m), Shape.of(m, k), Shape.of(k, 3 * n), Shape.of(3 * n), Shape.of(n, 3 * n), Shape.of(3 * n),
                Shape.of(n, l), Shape.of(l, 2 * m), Shape.of(2 * m));
        equal(precision, seed, shapes, in -> Tensor.filter(Unary.ELU, 0.1, in.toArray(Tensor[]::new)), in -> {
            Tensor h = in.get(3);
            Tensor s = in.get(4);
            Tensor[] all = new Tensor[steps];
            for (int t = 0; t < steps; t++) {
                Tensor x = s.matmul(in.get(5)).plus(in.get(0).slice(0, t, t + 1).reshape(rows, k)).elu();
                h = h.gru(x.matmul(in.get(6)).plus(in.get(7)), h.matmul(in.get(8)).plus(in.get(9)));
                Tensor q = h.matmul(in.get(10)).plus(in.get(1).slice(0, t, t + 1).reshape(rows, l)).elu();
                Tensor raw = q.matmul(in.get(11)).plus(in.get(12));
                Tensor mean = raw.slice(0, m);
                Tensor std = raw.slice(m, 2 * m).softplus().plus(0.1);
                s = mean.plus(std.times(in.get(2).slice(0, t, t + 1).reshape(rows, m)));
                all[t] = Tensor.concat(1, h, s, mean, std);
            }
            return Tensor.stack(0, all);
        });
    }

    private static void equal(
            Precision precision, int seed, List<Shape> shapes, Function<List<Tensor>, Tensor> fused,
            Function<List<Tensor>, Tensor> composed) {
        // weights shrink with their rows, so that nothing saturates
        List<Tensor> in = IntStream.range(0, shapes.size())
                .mapToObj(k -> Tensor.of(new Rng(seed + (long) k).normal(shapes.get(k), precision))
                        .div(shapes.get(k).rank() == 2 ? Math.sqrt(shapes.get(k).dim(0)) : 1)).toList();
        Tensor y = composed.apply(in);
        close(y.array(), fused.apply(in).array(), precision, "the value");
        Tensor v = y.noise(new Rng(seed - 1L));
        Grad<List<Tensor>> one = new Tape().grad(in, x -> fused.apply(x).times(v).sum());
        Grad<List<Tensor>> other = new Tape().grad(in, x -> composed.apply(x).times(v).sum());
        for (int k = 0; k < in.size(); k++) {
            close(other.gradient().get(k).array(), one.gradient().get(k).array(), precision, "the gradient in input " + k);
        }
    }

    private static void close(Array expected, Array actual, Precision precision, String what) {
        double largest = 1 + IntStream.range(0, expected.size()).mapToDouble(i -> Math.abs(expected.at(i))).max().orElse(0);
        double allowed = (precision == Precision.FLOAT64 ? 1e-12 : 4e-6) * largest;
        assertEquals(expected.shape(), actual.shape(), what);
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), allowed, what + " at " + i);
        }
    }

    /** The way back has the values of the activation alone: where they don't tell its slope, there is no way back. */
    @Example
    void anActivationThatCouldNotGoBackIsRefusedBeforeItGoesForth() {
        for (Unary f : List.of(Unary.SILU, Unary.GELU, Unary.SIN, Unary.SQUARE)) {
            assertEquals("filter with " + f + ": its derivative is not one of its value; take RELU, ELU, TANH, SIGMOID or EXP, "
                            + "or go step by step",
                    assertThrows(IllegalArgumentException.class, () -> Tensor.filter(f, 0.1)).getMessage());
        }
    }
}
