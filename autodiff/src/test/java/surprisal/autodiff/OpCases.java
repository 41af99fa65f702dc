package surprisal.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
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
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Binary;
import surprisal.kernels.Gemm;
import surprisal.kernels.Unary;

/**
 * An op with shapes that fit it, and numbers from its domain: all different, none at a kink.
 *
 * @param op the op
 * @param shapes the shapes of its inputs
 * @param lo the least number of each input
 * @param hi the greatest
 * @param constants the inputs that have no derivative
 * @param seed which numbers
 */
record OpCases(
        Op.Known op, List<Shape> shapes, List<Double> lo, List<Double> hi, Set<Integer> constants, int seed) {

    /** At least one op of every kind. */
    static final List<Op.Known> KINDS = Stream.of(
                    Stream.of(Unary.values()).map(Map::of),
                    Stream.of(Binary.values()).map(Zip::of),
                    Stream.of(Unary.values()).filter(Affine::fuses).map(Affine::of),
                    Stream.of(
                            Affine.of(null),
                            new BernoulliLogProb(),
                            new NormalKl(),
                            new PlusTimes(),
                            MatMul.NN,
                            MatMul.NT,
                            Conv2d.of(1, 0),
                            ConvTranspose2d.of(1, 0),
                            new Linear(2, 3),
                            new Sum(0, 1),
                            new Max(0, 1),
                            new LogSumExp(),
                            new Filter(Unary.ELU, 0.1),
                            Gru.STEP,
                            new LayerNorm(1e-3),
                            new Softmax(),
                            new LogSoftmax(),
                            new Slice(0, 0, 0),
                            new Concat(0),
                            Gather.of(0, 0),
                            new Reshape(Shape.scalar()),
                            new Expand(Shape.scalar()),
                            new Transpose(List.of()),
                            new Where(),
                            new StraightThrough()))
            .flatMap(kinds -> kinds.map(kind -> (Op.Known) kind))
            .toList();

    /** Every kind of op on shapes of its own. A new op is drawn as soon as it says here on which. */
    static Arbitrary<OpCases> of(Op.Known kind) {
        return switch (kind) {
            case Map map -> shapes(0, 4).map(x -> of(map, map.f().domain().lo(), map.f().domain().hi(), x));
            case Zip zip -> pairs().map(ab -> ofZip(zip, ab));
            case MatMul matmul -> products(matmul.form()).map(ab -> of(matmul, -3, 3, ab.get(0), ab.get(1)));
            case Affine affine -> affines(affine);
            case BernoulliLogProb op -> Combinators.combine(shapes(1, 4), Arbitraries.integers().between(0, 3)).as((x, lacks) -> {
                int[] dims = x.dims();
                Shape last = Shape.of(Arrays.copyOfRange(dims, Math.min(lacks, dims.length - 1), dims.length));
                return new OpCases(op, List.of(x, last), List.of(-4., 0.), List.of(4., 1.), Set.of(), 0);
            });
            case NormalKl op -> Combinators.combine(shapes(1, 4), Arbitraries.integers().between(0, 15)).as(OpCases::ofKl);
            case PlusTimes op -> shapes(0, 4).map(x -> of(op, -3, 3, x, x, x));
            case Conv2d any -> windows((x, w, s, p, q) -> {
                Shape image = Shape.of(x[0], Math.max(1, w[0] + x[1] - 2 * p), Math.max(1, w[1] + x[2] - 2 * q), w[2]);
                Shape kernel = Shape.of(w[0], w[1], w[2], w[3]);
                Conv2d op = new Conv2d(s, 3 - s, p, q);
                return x[3] == 0 ? of(op, -3, 3, image, kernel) : of(op, -3, 3, image, kernel, Shape.of(w[3]));
            });
            case ConvTranspose2d any -> windows((x, w, s, p, q) -> {
                int t = 4 - s; // 3 and 2
                Shape image = Shape.of(x[0], 1 + x[1] / 2 + p, 1 + x[2] / 2 + q, w[3]); // the padding leaves some
                Shape kernel = Shape.of(w[0] + p, w[1] + q, w[2], w[3]);
                ConvTranspose2d op = new ConvTranspose2d(s, t, p, q, x[1] % s, x[2] % t);
                return x[3] == 0 ? of(op, -3, 3, image, kernel) : of(op, -3, 3, image, kernel, Shape.of(w[2]));
            });
            case Linear any -> Combinators.combine(Arbitraries.doubles().between(-3, 3),
                    Arbitraries.integers().between(-2, 2), shapes(0, 4)).as((scale, shift, x) -> of(new Linear(scale, shift), -3, 3, x));
            case Sum any -> blocks((axis, count, x) -> of(new Sum(axis, count), -3, 3, x));
            case Max any -> blocks((axis, count, x) -> of(new Max(axis, count), -3, 3, x));
            case LogSumExp op -> shapes(1, 4).map(x -> of(op, -4, 4, x));
            case Softmax op -> shapes(1, 4).map(x -> of(op, -4, 4, x));
            case Filter op -> sizes(0, 3, 0, 3, 1, 3, 1, 3, 1, 3, 0, 3).map(d -> of(op, -1, 1, filter(d)));
            case Gru op -> shapes(1, 3).map(h -> of(op, -3, 3, h.with(-1, 3 * h.last()), h.with(-1, 3 * h.last()), h));
            case LayerNorm op -> shapes(1, 4).map(x -> of(op, -3, 3, x, Shape.of(x.last()), Shape.of(x.last())));
            case LogSoftmax op -> shapes(1, 4).map(x -> of(op, -4, 4, x));
            case Slice any -> onAxis((axis, x, a, b) -> of(
                    new Slice(axis, a % (x.dim(axis) + 1), x.dim(axis) - b % (x.dim(axis) + 1 - a % (x.dim(axis) + 1))),
                    -3, 3, x));
            case Concat any -> onAxis((axis, x, a, b) -> of(
                    new Concat(axis), -3, 3, x, x.with(axis, a % 4), x.with(axis, b % 3)));
            case Gather any -> onAxis((axis, x, a, b) -> of(
                    Gather.of(axis, IntStream.range(0, x.dim(axis) == 0 ? 0 : a % 9)
                            .map(i -> (i * i + b) % x.dim(axis)).toArray()), -3, 3, x));
            case Reshape any -> Combinators.combine(shapes(0, 4), Arbitraries.integers().between(0, 2)).as((x, how) -> of(
                    new Reshape(how == 0 ? Shape.of(x.size()) : how == 1 ? reversed(x) : Shape.of(1, x.size(), 1)),
                    -3, 3, x));
            case Expand any -> pairs().map(ab -> of(new Expand(ab.get(0).broadcast(ab.get(1), "test")), -3, 3, ab.get(0)));
            case Transpose any -> Combinators.combine(shapes(0, 4), Arbitraries.integers()).as((x, seed) -> of(
                    Transpose.of(x, new Rng(seed).permutation(x.rank())), -3, 3, x));
            case Where op -> shapes(0, 4).map(x -> new OpCases(
                    op, List.of(x, x, x), List.of(0., -3., -3.), List.of(1., 3., 3.), Set.of(0), 0));
            case StraightThrough op -> shapes(0, 4).map(x -> new OpCases(
                    op, List.of(x, x), List.of(-3., -3.), List.of(3., 3.), Set.of(0), 0));
        };
    }

    /** Sizes at which threads share the work, or would if the op had any use for them. */
    static OpCases large(Op.Known kind) {
        Shape x = Shape.of(301, 307);
        return switch (kind) {
            case Map map -> of(map, map.f().domain().lo(), map.f().domain().hi(), Shape.of(70_001));
            case Zip zip -> ofZip(zip, List.of(Shape.of(70_001), Shape.of(70_001)));
            case MatMul matmul -> matmul.form() == Gemm.Form.NN
                    ? of(matmul, -3, 3, Shape.of(131, 300), Shape.of(300, 77))
                    : of(matmul, -3, 3, Shape.of(9, 40, 33), Shape.of(9, 31, 33));
            case Affine op -> op.activation() == null || op.activation() == Unary.TANH
                    ? of(op, -1, 1, Shape.of(9, 131, 30), Shape.of(9, 30, 307), Shape.of(9, 307))
                    : of(op, -1, 1, Shape.of(131, 30), Shape.of(30, 307), Shape.of(307));
            case BernoulliLogProb op -> of(op, -3, 3, x, x);
            case NormalKl op -> ofKl(x, 4);
            case PlusTimes op -> of(op, -3, 3, x, x, x);
            case Conv2d any -> of(Conv2d.of(2, 1), -3, 3, Shape.of(9, 60, 60, 8), Shape.of(4, 4, 8, 5), Shape.of(5));
            case ConvTranspose2d any -> of(
                    ConvTranspose2d.of(2, 1), -3, 3, Shape.of(9, 30, 30, 5), Shape.of(4, 4, 8, 5), Shape.of(8));
            case Linear op -> of(op, -3, 3, x);
            case Sum any -> of(new Sum(0, 2), -3, 3, x);
            case Max any -> of(new Max(1, 1), -3, 3, x);
            case LogSumExp op -> of(op, -4, 4, x);
            case Softmax op -> of(op, -4, 4, x);
            case Filter op -> of(op, -1, 1, filter(3, 70, 9, 40, 35, 5));
            case Gru op -> of(op, -3, 3, x.with(-1, 921), x.with(-1, 921), x);
            case LayerNorm op -> of(op, -3, 3, x, Shape.of(307), Shape.of(307));
            case LogSoftmax op -> of(op, -4, 4, x);
            case Slice any -> of(new Slice(1, 3, 300), -3, 3, x);
            case Concat any -> of(new Concat(1), -3, 3, x, x);
            case Gather any -> of(Gather.of(0, 5, 3, 5), -3, 3, x);
            case Reshape any -> of(new Reshape(Shape.of(x.size())), -3, 3, x);
            case Expand any -> of(new Expand(x), -3, 3, Shape.of(301, 1));
            case Transpose any -> of(Transpose.of(x, 1, 0), -3, 3, x);
            case Where op -> new OpCases(
                    op, List.of(x, x, x), List.of(0., -3., -3.), List.of(1., 3., 3.), Set.of(0), 0);
            case StraightThrough op -> of(op, -3, 3, x, x);
        };
    }

    /** Steps, rows and the lengths n, k, l, m of state, input, hidden layer and draw: shapes that fit. */
    private static Shape[] filter(int... d) {
        int steps = d[0];
        int rows = d[1];
        int n = d[2];
        int k = d[3];
        int l = d[4];
        int m = d[5];
        return new Shape[] {
            Shape.of(steps, rows, k), Shape.of(steps, rows, l), Shape.of(steps, rows, m), Shape.of(rows, n), Shape.of(rows, m),
            Shape.of(m, k), Shape.of(k, 3 * n), Shape.of(3 * n), Shape.of(n, 3 * n), Shape.of(3 * n), Shape.of(n, l),
            Shape.of(l, 2 * m), Shape.of(2 * m)
        };
    }

    /** So many sizes, from so much to so much each. */
    private static Arbitrary<int[]> sizes(int... bounds) {
        List<Arbitrary<Integer>> each = IntStream.range(0, bounds.length / 2).<Arbitrary<Integer>>mapToObj(
                i -> Arbitraries.integers().between(bounds[2 * i], bounds[2 * i + 1])).toList();
        return Combinators.combine(each).as(d -> d.stream().mapToInt(i -> i).toArray());
    }

    private static OpCases of(Op.Known op, double lo, double hi, Shape... shapes) {
        List<Double> least = Stream.of(shapes).map(shape -> lo).toList();
        List<Double> greatest = Stream.of(shapes).map(shape -> hi).toList();
        return new OpCases(op, List.of(shapes), least, greatest, Set.of(), 0);
    }

    private static OpCases ofZip(Zip zip, List<Shape> ab) {
        double[] range = switch (zip.f()) { // lo and hi of a, lo and hi of b
            case PLUS, MINUS, TIMES, MIN, MAX -> new double[] {-5, 5, -5, 5};
            case DIV -> new double[] {-5, 5, 0.5, 3};
            case POW -> new double[] {0.2, 3, -2, 3};
            case XLOGY -> new double[] {0.1, 3, 0.1, 5};
        };
        return new OpCases(zip, ab, List.of(range[0], range[2]), List.of(range[1], range[3]), Set.of(), 0);
    }

    /** The four of them whole or a row, by the bits of {@code rows}; one at least is whole. */
    private static OpCases ofKl(Shape x, int rows) {
        List<Shape> shapes = IntStream.range(0, 4)
                .mapToObj(k -> rows < 15 && (rows >> k & 1) == 1 ? Shape.of(x.last()) : x).toList();
        return new OpCases(
                new NormalKl(), shapes, List.of(-2., 0.3, -2., 0.5), List.of(2., 2., 2., 2.), Set.of(), 0);
    }

    /** Pre-activations of rectifiers stay away from the kink: their products are of one sign, and so is the bias. */
    private static Arbitrary<OpCases> affines(Affine op) {
        Arbitrary<Integer> size = Arbitraries.integers().between(0, 7);
        return Combinators.combine(size, size, size, Arbitraries.integers().between(0, 7), Arbitraries.of(-1., 1.))
                .as((m, n, k, how, sign) -> {
                    int members = how % 3;
                    List<Shape> shapes = switch (how) {
                        case 0 -> List.of(Shape.of(k), Shape.of(k, n), Shape.of(n));
                        case 1 -> List.of(Shape.of(m, k), Shape.of(k, n), Shape.of(n));
                        case 2 -> List.of(Shape.of(2, m, k), Shape.of(k, n), Shape.of(n));
                        case 3 -> List.of(Shape.of(m, 1, 3, k), Shape.of(k, n), Shape.of(n));
                        case 4, 5, 6 -> List.of(Shape.of(members, m, k), Shape.of(members, k, n), Shape.of(members, n));
                        default -> List.of(Shape.of(m, k), Shape.of(3, k, n), Shape.of(3, n));
                    };
                    return op.activation() != Unary.RELU
                            ? new OpCases(op, shapes, List.of(-1., -1., -1.), List.of(1., 1., 1.), Set.of(), 0)
                            : new OpCases(op, shapes, List.of(.1, Math.min(.1 * sign, sign), Math.min(.1 * sign, sign)),
                                    List.of(1., Math.max(.1 * sign, sign), Math.max(.1 * sign, sign)), Set.of(), 0);
                });
    }

    private static Shape reversed(Shape x) {
        return Shape.of(IntStream.range(0, x.rank()).map(i -> x.dim(-1 - i)).toArray());
    }

    /** Of some rank, axes of 0 to 7, and vectors of lengths around the lanes; at most 80 numbers. */
    static Arbitrary<Shape> shapes(int least, int most) {
        Arbitrary<Shape> boxes = Arbitraries.integers().between(least, most).flatMap(rank -> Arbitraries.integers()
                .between(0, 15).array(int[].class).ofSize(rank).map(OpCases::box));
        return least > 1 ? boxes : Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(5, boxes),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 65).map(Shape::of)));
    }

    private static Shape box(int... draws) {
        int[] dims = IntStream.of(draws).map(d -> d == 15 ? 0 : d < 3 ? 1 : d % 7 + 1).toArray(); // zeros are rarer
        while (Arrays.stream(dims).reduce(1, (a, b) -> a * b) > 80) {
            int longest = IntStream.range(0, dims.length).reduce(0, (i, j) -> dims[j] > dims[i] ? j : i);
            dims[longest]--;
        }
        return Shape.of(dims);
    }

    /** Two shapes that broadcast: a common one with some axes shortened to 1 and leading ones left out. */
    static Arbitrary<List<Shape>> pairs() {
        Arbitrary<Integer> how = Arbitraries.integers().between(0, 255);
        return Combinators.combine(shapes(0, 4), how, how)
                .as((y, a, b) -> List.of(shortened(y, a), shortened(y, b)));
    }

    private static Shape shortened(Shape y, int how) {
        int from = Math.min(y.rank(), Math.max(0, (how >> 4) - 11)); // mostly none
        return Shape.of(IntStream.range(from, y.rank()).map(i -> (how >> i & 1) == 1 ? 1 : y.dim(i)).toArray());
    }

    private static Arbitrary<List<Shape>> products(Gemm.Form form) {
        Arbitrary<Integer> size = Arbitraries.integers().between(0, 7);
        Arbitrary<Integer> ranks = Arbitraries.integers().between(0, 7);
        return Combinators.combine(size, size, size, Arbitraries.integers().between(0, 3), Arbitraries.of(1, 2), ranks)
                .as((m, n, k, batch, more, how) -> {
                    Shape b = form == Gemm.Form.NN ? Shape.of(k, n) : Shape.of(n, k);
                    return switch (how) {
                        case 0 -> List.of(Shape.of(k), Shape.of(k));
                        case 1 -> List.of(Shape.of(k), b);
                        case 2 -> List.of(Shape.of(m, k), Shape.of(k));
                        case 3 -> List.of(Shape.of(m, k), b);
                        case 4 -> List.of(Shape.of(batch, m, k), b);
                        case 5 -> List.of(Shape.of(m, k), Shape.of(batch, b.dim(0), b.dim(1)));
                        case 6 -> List.of(Shape.of(k), Shape.of(more, batch, b.dim(0), b.dim(1)));
                        default -> List.of(Shape.of(more, batch, m, k), Shape.of(more, batch, b.dim(0), b.dim(1)));
                    };
                });
    }

    private interface OnWindow {
        OpCases of(int[] x, int[] w, int stride, int padHeight, int padWidth);
    }

    /** A batch, two lengths and whether there is a bias; a kernel; a stride of 1 or 2 and paddings of 0 or 1. */
    private static Arbitrary<OpCases> windows(OnWindow make) {
        Arbitrary<Integer> small = Arbitraries.integers().between(0, 2);
        return Combinators.combine(small.array(int[].class).ofSize(4), small.array(int[].class).ofSize(4),
                        Arbitraries.of(1, 2), Arbitraries.of(0, 1), Arbitraries.of(0, 1))
                .as((x, k, s, p, q) -> make.of(x, IntStream.of(k).map(d -> d + 1).toArray(), s, p, q));
    }

    private interface OnBlock {
        OpCases of(int axis, int count, Shape x);
    }

    private static Arbitrary<OpCases> blocks(OnBlock make) {
        Arbitrary<Integer> small = Arbitraries.integers().between(0, 99);
        return Combinators.combine(shapes(1, 4), small, small)
                .as((x, a, b) -> make.of(a % x.rank(), 1 + b % (x.rank() - a % x.rank()), x));
    }

    private interface OnAxis {
        OpCases of(int axis, Shape x, int a, int b);
    }

    private static Arbitrary<OpCases> onAxis(OnAxis make) {
        Arbitrary<Integer> small = Arbitraries.integers().between(0, 99);
        return Combinators.combine(shapes(1, 4), small, small, small)
                .as((x, axis, a, b) -> make.of(axis % x.rank(), x, a, b));
    }

    OpCases seeded(int seed) {
        return new OpCases(op, shapes, lo, hi, constants, seed);
    }

    /** The inputs: the points of a grid on each range, shuffled. All differ; no grid meets 0 or another grid's points. */
    Array[] inputs(Precision precision) {
        Rng rng = new Rng(seed);
        int count = shapes.stream().mapToInt(Shape::size).sum();
        int[] order = rng.permutation(count);
        List<Array> inputs = new ArrayList<>();
        int next = 0;
        for (int k = 0; k < shapes.size(); k++) {
            Array x = Array.zeros(shapes.get(k), precision);
            for (int i = 0; i < x.size(); i++) {
                double p = (order[next++] + 0.37) / count;
                double number = lo.get(k) + (hi.get(k) - lo.get(k)) * p;
                x.set(i, op instanceof Where && k == 0 ? Math.round(number) : (float) number);
            }
            inputs.add(x);
        }
        return inputs.toArray(Array[]::new);
    }

    /** The op as a function of the inputs that have a derivative, the others being constants. */
    GradCheck.Formula formula(Array[] in) {
        return x -> {
            Tensor[] all = new Tensor[in.length];
            for (int k = 0, free = 0; k < in.length; k++) {
                all[k] = constants.contains(k) ? Tensor.of(in[k]) : x[free++];
            }
            return Tensor.apply(op, all);
        };
    }

    /** The inputs that have a derivative. */
    Tensor[] variables(Array[] in) {
        return IntStream.range(0, in.length).filter(k -> !constants.contains(k)).mapToObj(k -> Tensor.of(in[k]))
                .toArray(Tensor[]::new);
    }

    Array[] zeros(Array[] like) {
        return Stream.of(like).map(x -> Array.zeros(x.shape(), x.precision())).toArray(Array[]::new);
    }

    Array forward(Array[] in) {
        Array out = Array.zeros(op.shape(Stream.of(in).map(Array::shape).toArray(Shape[]::new)), in[0].precision());
        out.fill(Double.NaN); // as dirty as a tape's memory
        op.forward(in, out);
        return out;
    }

    /** Jᵀ g for every input. */
    Array[] backward(Array[] in, Array out, Array g) {
        Array[] gIn = zeros(in);
        op.backward(in, out, g, gIn);
        return gIn;
    }

    /** Jᵀ g where it is the first gradient: what was there does not matter. */
    Array[] overwritten(Array[] in, Array out, Array g) {
        Array[] gIn = zeros(in);
        Stream.of(gIn).forEach(x -> x.fill(Double.NaN));
        op.backward(in, out, g.copy(), gIn, Stream.of(in).map(x -> Gemm.Store.SET).toArray(Gemm.Store[]::new));
        return gIn;
    }
}
