package surprisal.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import surprisal.kernels.Gemm.Store;

/**
 * The loops over memory, written once: y = f(x), y = f(a, b), and what goes back through them. Float arrays run in
 * vectors where there are any, double arrays by the op's meaning.
 */
public final class Loop {

    /* A loop that is shared by several ops calls f through a table, boxes every vector and is 15 to 40 times slower than
     * a loop of its own (UnaryBench, after several ops have run). So each op has a private copy of the loop class: a
     * hidden class, made of the template's bytes, whose constant OP is the op. The compiler sees a constant and inlines
     * it. */

    /** From this many elements on the threads share the work. */
    static final int PARALLEL = 1 << 16;

    /** What a thread takes at a time. */
    static final int CHUNK = 1 << 14;

    /** How many terms of a sum are held at a time. */
    private static final int TERMS = 1024;

    private static final boolean VECTOR = Simd.bits() > 0;

    private static final Copies<Unary, MapLoop<float[]>> MAP_FLOAT = new Copies<>(
            Unary.values(), op -> VECTOR && op.vectorised()
                    ? new MapWarming<>(mapCopy("MapLanes", op), mapCopy("MapFloats", op))
                    : mapCopy("MapFloats", op));
    private static final Copies<Unary, MapLoop<double[]>> MAP_DOUBLE = new Copies<>(
            Unary.values(), op -> Simd.WIDE && op.vectorisedInDouble()
                    ? new MapWarming<>(mapCopy("MapDoubleLanes", op), mapCopy("MapDoubles", op))
                    : mapCopy("MapDoubles", op));
    private static final Copies<Binary, ZipLoop<float[]>> ZIP_FLOAT = new Copies<>(
            Binary.values(), op -> VECTOR && op.vectorised()
                    ? new ZipWarming(zipCopy("ZipLanes", op), zipCopy("ZipFloats", op))
                    : zipCopy("ZipFloats", op));
    private static final Copies<Binary, ZipLoop<double[]>> ZIP_DOUBLE = new Copies<>(
            Binary.values(), op -> zipCopy("ZipDoubles", op));

    private Loop() {}

    /**
     * y = f(x), element by element; x and y may be the same array at the same offset.
     *
     * @param op f
     * @param x inputs, from index {@code xo}
     * @param xo offset of x
     * @param y outputs, from index {@code yo}
     * @param yo offset of y
     * @param n how many
     */
    public static void map(Unary op, float[] x, int xo, float[] y, int yo, int n) {
        check(n, x.length, xo, y.length, yo);
        MapLoop<float[]> loop = MAP_FLOAT.of(op);
        if (n < PARALLEL) {
            loop.map(x, xo, y, yo, n);
        } else {
            Workers.run(chunks(n), c -> loop.map(x, xo + c * CHUNK, y, yo + c * CHUNK, length(c, n)));
        }
    }

    /** c = f(c + bias) for rows of n numbers that are {@code ld} apart. */
    static void finish(Unary op, float[] bias, int bo, float[] c, int co, int ld, int rows, int n) {
        MAP_FLOAT.of(op).finish(bias, bo, c, co, ld, rows, n);
    }

    /** The same in double precision. */
    static void finish(Unary op, double[] bias, int bo, double[] c, int co, int ld, int rows, int n) {
        MAP_DOUBLE.of(op).finish(bias, bo, c, co, ld, rows, n);
    }

    /**
     * gx += g · f′(x), element by element.
     *
     * @param op f
     * @param x inputs
     * @param xo offset of x
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param gx ∂loss/∂x, added to
     * @param gxo offset of gx
     * @param n how many
     */
    public static void mapGrad(
            Unary op, float[] x, int xo, float[] y, int yo, float[] g, int go, float[] gx, int gxo, int n) {
        check(n, x.length, xo, y.length, yo);
        check(n, g.length, go, gx.length, gxo);
        MapLoop<float[]> loop = MAP_FLOAT.of(op);
        if (n < PARALLEL) {
            loop.grad(x, xo, y, yo, g, go, gx, gxo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.grad(x, xo + o, y, yo + o, g, go + o, gx, gxo + o, length(c, n));
            });
        }
    }

    /**
     * gx = g · f′(x) or gx += g · f′(x), element by element; what is overwritten may be g.
     *
     * @param op f
     * @param x inputs
     * @param xo offset of x
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param gx ∂loss/∂x
     * @param gxo offset of gx
     * @param n how many
     * @param store whether gx is overwritten or added to
     */
    public static void mapGrad(
            Unary op, float[] x, int xo, float[] y, int yo, float[] g, int go, float[] gx, int gxo, int n, Store store) {
        if (store == Store.ADD) {
            mapGrad(op, x, xo, y, yo, g, go, gx, gxo, n);
            return;
        }
        check(n, x.length, xo, y.length, yo);
        check(n, g.length, go, gx.length, gxo);
        MapLoop<float[]> loop = MAP_FLOAT.of(op);
        if (n < PARALLEL) {
            loop.slope(x, xo, y, yo, g, go, gx, gxo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.slope(x, xo + o, y, yo + o, g, go + o, gx, gxo + o, length(c, n));
            });
        }
    }

    /**
     * y = f(a, b), element by element.
     *
     * @param op f
     * @param a first inputs, from index {@code ao}
     * @param ao offset of a
     * @param as stride of a: 1, or 0 for one number against all of b
     * @param b second inputs, from index {@code bo}
     * @param bo offset of b
     * @param bs stride of b: 1, or 0 for one number against all of a
     * @param y outputs, from index {@code yo}
     * @param yo offset of y
     * @param n how many
     */
    public static void zip(
            Binary op, float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, int n) {
        check(n, a.length, ao, as);
        check(n, b.length, bo, bs);
        check(n, y.length, yo, 1);
        ZipLoop<float[]> loop = ZIP_FLOAT.of(op);
        if (n < PARALLEL) {
            loop.zip(a, ao, as, b, bo, bs, y, yo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.zip(a, ao + o * as, as, b, bo + o * bs, bs, y, yo + o, length(c, n));
            });
        }
    }

    /**
     * ga += g · ∂f/∂a. Where a's stride is 0, its one number gets the sum of all n, added up in a fixed order.
     *
     * @param op f
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param ga ∂loss/∂a, added to
     * @param gao offset of ga
     * @param n how many
     */
    public static void zipGradA(
            Binary op, float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go,
            float[] ga, int gao, int n) {
        check(n, a.length, ao, as);
        check(n, b.length, bo, bs);
        check(n, y.length, yo, g.length, go);
        check(n, ga.length, gao, as);
        ZipLoop<float[]> loop = ZIP_FLOAT.of(op);
        if (as == 0) {
            float[] terms = Scratch.floats(Math.min(n, TERMS));
            for (int i = 0, count; i < n; i += count) {
                count = Math.min(TERMS, n - i);
                Arrays.fill(terms, 0, count, 0);
                loop.gradA(a, ao, 0, b, bo + i * bs, bs, y, yo + i, g, go + i, terms, 0, count);
                ga[gao] += Reduce.sum(terms, 0, count);
            }
        } else if (n < PARALLEL) {
            loop.gradA(a, ao, as, b, bo, bs, y, yo, g, go, ga, gao, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.gradA(a, ao + o, 1, b, bo + o * bs, bs, y, yo + o, g, go + o, ga, gao + o, length(c, n));
            });
        }
    }

    /**
     * gb += g · ∂f/∂b. Where b's stride is 0, its one number gets the sum of all n, added up in a fixed order.
     *
     * @param op f
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param gb ∂loss/∂b, added to
     * @param gbo offset of gb
     * @param n how many
     */
    public static void zipGradB(
            Binary op, float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go,
            float[] gb, int gbo, int n) {
        check(n, a.length, ao, as);
        check(n, b.length, bo, bs);
        check(n, y.length, yo, g.length, go);
        check(n, gb.length, gbo, bs);
        ZipLoop<float[]> loop = ZIP_FLOAT.of(op);
        if (bs == 0) {
            float[] terms = Scratch.floats(Math.min(n, TERMS));
            for (int i = 0, count; i < n; i += count) {
                count = Math.min(TERMS, n - i);
                Arrays.fill(terms, 0, count, 0);
                loop.gradB(a, ao + i * as, as, b, bo, 0, y, yo + i, g, go + i, terms, 0, count);
                gb[gbo] += Reduce.sum(terms, 0, count);
            }
        } else if (n < PARALLEL) {
            loop.gradB(a, ao, as, b, bo, bs, y, yo, g, go, gb, gbo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.gradB(a, ao + o * as, as, b, bo + o, 1, y, yo + o, g, go + o, gb, gbo + o, length(c, n));
            });
        }
    }

    /**
     * y = f(x), element by element; x and y may be the same array at the same offset.
     *
     * @param op f
     * @param x inputs, from index {@code xo}
     * @param xo offset of x
     * @param y outputs, from index {@code yo}
     * @param yo offset of y
     * @param n how many
     */
    public static void map(Unary op, double[] x, int xo, double[] y, int yo, int n) {
        check(n, x.length, xo, y.length, yo);
        MapLoop<double[]> loop = MAP_DOUBLE.of(op);
        if (n < PARALLEL) {
            loop.map(x, xo, y, yo, n);
        } else {
            Workers.run(chunks(n), c -> loop.map(x, xo + c * CHUNK, y, yo + c * CHUNK, length(c, n)));
        }
    }

    /**
     * gx += g · f′(x), element by element.
     *
     * @param op f
     * @param x inputs
     * @param xo offset of x
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param gx ∂loss/∂x, added to
     * @param gxo offset of gx
     * @param n how many
     */
    public static void mapGrad(
            Unary op, double[] x, int xo, double[] y, int yo, double[] g, int go, double[] gx, int gxo, int n) {
        check(n, x.length, xo, y.length, yo);
        check(n, g.length, go, gx.length, gxo);
        MapLoop<double[]> loop = MAP_DOUBLE.of(op);
        if (n < PARALLEL) {
            loop.grad(x, xo, y, yo, g, go, gx, gxo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.grad(x, xo + o, y, yo + o, g, go + o, gx, gxo + o, length(c, n));
            });
        }
    }

    /**
     * gx = g · f′(x) or gx += g · f′(x), element by element; what is overwritten may be g.
     *
     * @param op f
     * @param x inputs
     * @param xo offset of x
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param gx ∂loss/∂x
     * @param gxo offset of gx
     * @param n how many
     * @param store whether gx is overwritten or added to
     */
    public static void mapGrad(
            Unary op, double[] x, int xo, double[] y, int yo, double[] g, int go, double[] gx, int gxo, int n, Store store) {
        if (store == Store.ADD) {
            mapGrad(op, x, xo, y, yo, g, go, gx, gxo, n);
            return;
        }
        check(n, x.length, xo, y.length, yo);
        check(n, g.length, go, gx.length, gxo);
        MapLoop<double[]> loop = MAP_DOUBLE.of(op);
        if (n < PARALLEL) {
            loop.slope(x, xo, y, yo, g, go, gx, gxo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.slope(x, xo + o, y, yo + o, g, go + o, gx, gxo + o, length(c, n));
            });
        }
    }

    /**
     * y = f(a, b), element by element.
     *
     * @param op f
     * @param a first inputs, from index {@code ao}
     * @param ao offset of a
     * @param as stride of a: 1, or 0 for one number against all of b
     * @param b second inputs, from index {@code bo}
     * @param bo offset of b
     * @param bs stride of b: 1, or 0 for one number against all of a
     * @param y outputs, from index {@code yo}
     * @param yo offset of y
     * @param n how many
     */
    public static void zip(
            Binary op, double[] a, int ao, int as, double[] b, int bo, int bs, double[] y, int yo, int n) {
        check(n, a.length, ao, as);
        check(n, b.length, bo, bs);
        check(n, y.length, yo, 1);
        ZipLoop<double[]> loop = ZIP_DOUBLE.of(op);
        if (n < PARALLEL) {
            loop.zip(a, ao, as, b, bo, bs, y, yo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.zip(a, ao + o * as, as, b, bo + o * bs, bs, y, yo + o, length(c, n));
            });
        }
    }

    /**
     * ga += g · ∂f/∂a. Where a's stride is 0, its one number gets the sum of all n, added up in a fixed order.
     *
     * @param op f
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param ga ∂loss/∂a, added to
     * @param gao offset of ga
     * @param n how many
     */
    public static void zipGradA(
            Binary op, double[] a, int ao, int as, double[] b, int bo, int bs, double[] y, int yo, double[] g, int go,
            double[] ga, int gao, int n) {
        check(n, a.length, ao, as);
        check(n, b.length, bo, bs);
        check(n, y.length, yo, g.length, go);
        check(n, ga.length, gao, as);
        ZipLoop<double[]> loop = ZIP_DOUBLE.of(op);
        if (as == 0) {
            double[] terms = Scratch.doubles(Math.min(n, TERMS));
            for (int i = 0, count; i < n; i += count) {
                count = Math.min(TERMS, n - i);
                Arrays.fill(terms, 0, count, 0);
                loop.gradA(a, ao, 0, b, bo + i * bs, bs, y, yo + i, g, go + i, terms, 0, count);
                ga[gao] += Reduce.sum(terms, 0, count);
            }
        } else if (n < PARALLEL) {
            loop.gradA(a, ao, as, b, bo, bs, y, yo, g, go, ga, gao, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.gradA(a, ao + o, 1, b, bo + o * bs, bs, y, yo + o, g, go + o, ga, gao + o, length(c, n));
            });
        }
    }

    /**
     * gb += g · ∂f/∂b. Where b's stride is 0, its one number gets the sum of all n, added up in a fixed order.
     *
     * @param op f
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b
     * @param y outputs of f
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param go offset of g
     * @param gb ∂loss/∂b, added to
     * @param gbo offset of gb
     * @param n how many
     */
    public static void zipGradB(
            Binary op, double[] a, int ao, int as, double[] b, int bo, int bs, double[] y, int yo, double[] g, int go,
            double[] gb, int gbo, int n) {
        check(n, a.length, ao, as);
        check(n, b.length, bo, bs);
        check(n, y.length, yo, g.length, go);
        check(n, gb.length, gbo, bs);
        ZipLoop<double[]> loop = ZIP_DOUBLE.of(op);
        if (bs == 0) {
            double[] terms = Scratch.doubles(Math.min(n, TERMS));
            for (int i = 0, count; i < n; i += count) {
                count = Math.min(TERMS, n - i);
                Arrays.fill(terms, 0, count, 0);
                loop.gradB(a, ao + i * as, as, b, bo, 0, y, yo + i, g, go + i, terms, 0, count);
                gb[gbo] += Reduce.sum(terms, 0, count);
            }
        } else if (n < PARALLEL) {
            loop.gradB(a, ao, as, b, bo, bs, y, yo, g, go, gb, gbo, n);
        } else {
            Workers.run(chunks(n), c -> {
                int o = c * CHUNK;
                loop.gradB(a, ao + o * as, as, b, bo + o, 1, y, yo + o, g, go + o, gb, gbo + o, length(c, n));
            });
        }
    }

    /** The op that a copy was made for: called by the templates' static initialisers. */
    static <E> E op(Lookup copy, Class<E> type) {
        try {
            return MethodHandles.classData(copy, "_", type);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One copy of a template for each op, made when it is first wanted. */
    private static final class Copies<E extends Enum<E>, L> {
        private final Object[] copies;
        private final Function<E, L> make;

        Copies(E[] ops, Function<E, L> make) {
            this.copies = new Object[ops.length];
            this.make = make;
        }

        @SuppressWarnings("unchecked")
        L of(E op) {
            Object copy = copies[op.ordinal()]; // a race makes one copy too many and harms nothing
            return (L) (copy != null ? copy : (copies[op.ordinal()] = make.apply(op)));
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> MapLoop<T> mapCopy(String template, Unary op) {
        return (MapLoop<T>) copy(template, op);
    }

    @SuppressWarnings("unchecked")
    private static <T> ZipLoop<T> zipCopy(String template, Binary op) {
        return (ZipLoop<T>) copy(template, op);
    }

    private static Object copy(String template, Object op) {
        try (InputStream bytes = Loop.class.getResourceAsStream(template + ".class")) {
            Lookup copy = MethodHandles.lookup().defineHiddenClassWithClassData(bytes.readAllBytes(), op, true);
            return copy.findConstructor(copy.lookupClass(), MethodType.methodType(void.class)).invoke();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read the loop " + template + " from surprisal's jar", e);
        } catch (Throwable e) {
            throw new IllegalStateException("can't make a copy of the loop " + template + " for " + op, e);
        }
    }

    private static void check(int n, int x, int xo, int y, int yo) {
        Objects.checkFromIndexSize(xo, n, x);
        Objects.checkFromIndexSize(yo, n, y);
    }

    private static void check(int n, int x, int xo, int stride) {
        if (stride != 0 && stride != 1) {
            throw new IllegalArgumentException("stride is " + stride + ": it takes 0 or 1");
        }
        Objects.checkFromIndexSize(xo, stride == 0 ? Math.min(n, 1) : n, x);
    }

    private static int chunks(int n) {
        return Math.ceilDiv(n, CHUNK);
    }

    private static int length(int chunk, int n) {
        return Math.min(CHUNK, n - chunk * CHUNK);
    }
}
