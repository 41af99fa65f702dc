package surprisal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Workers;

/** Copies and the like, of sizes that one thread does alone and of sizes that several share. */
class ComputeLawsTest {
    private final int threads = Workers.threads();

    @AfterProperty
    void restore() {
        Workers.threads(threads);
    }

    /** Each number goes where the formula says, and all others stay. */
    @Property(tries = 100)
    void rowsGoWhereTheyBelong(
            @ForAll long seed, @ForAll Precision precision, @ForAll Store store, @ForAll @IntRange(max = 3000) int rows,
            @ForAll @IntRange(max = 40) int n, @ForAll @IntRange(max = 9) int xGap, @ForAll @IntRange(max = 9) int yGap,
            @ForAll @IntRange(max = 5) int xo, @ForAll @IntRange(max = 5) int yo, @ForAll @IntRange(min = 1, max = 5) int threads) {
        Workers.threads(threads);
        Rng rng = new Rng(seed);
        int xStep = n + xGap;
        int yStep = n + yGap;
        Array x = rng.normal(Shape.of(xo + rows * xStep), precision);
        Array y = rng.normal(Shape.of(yo + rows * yStep), precision);
        double[] expected = numbers(y);
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                int at = yo + r * yStep + i;
                double old = store == Store.ADD ? expected[at] : 0;
                expected[at] = rounded(old + x.at(xo + r * xStep + i), precision);
            }
        }
        Compute.store(rows, n, x, xo, xStep, y, yo, yStep, store);
        same(expected, y);
    }

    @Property(tries = 100)
    void runsAreCopiedFilledAndScaled(
            @ForAll long seed, @ForAll Precision precision, @ForAll @IntRange(max = 60_000) int n,
            @ForAll @IntRange(max = 9) int from, @ForAll @IntRange(max = 9) int to, @ForAll @IntRange(min = 1, max = 5) int threads) {
        Workers.threads(threads);
        Rng rng = new Rng(seed);
        Array x = rng.normal(Shape.of(n + 9), precision);
        Array y = rng.normal(Shape.of(n + 9), precision);
        double[] copied = numbers(y);
        double[] filled = numbers(y);
        double[] linear = numbers(y);
        double[] added = numbers(y);
        for (int i = 0; i < n; i++) {
            copied[to + i] = x.at(from + i);
            filled[to + i] = 0.5;
        }
        for (int i = 0; i < n + 9; i++) {
            linear[i] = rounded(rounded(0.25 * x.at(i), precision) + 3, precision);
            added[i] = rounded(added[i] + rounded(0.25 * x.at(i), precision), precision);
        }
        Array z = copy(y);
        Compute.copy(x, from, z, to, n);
        same(copied, z);
        z = copy(y);
        Compute.fill(0.5, z, to, n);
        same(filled, z);
        z = copy(y);
        Compute.linear(0.25, x, 3, z);
        same(linear, z);
        z = copy(y);
        Compute.addScaled(0.25, x, z);
        same(added, z);
    }

    /** 64 numbers are drawn together; so a draw is the draws of its parts, if all but the last are of whole blocks. */
    @Property(tries = 60)
    void aLargeDrawIsSmallOnesOneAfterTheOther(
            @ForAll long seed, @ForAll Precision precision, @ForAll @IntRange(max = 700) int blocks,
            @ForAll @IntRange(max = 40_000) int rest, @ForAll @IntRange(min = 1, max = 5) int threads) {
        Workers.threads(threads);
        int first = 64 * blocks;
        Shape all = Shape.of(first + rest);
        Array uniform = new Rng(seed).uniform(all, precision);
        Array normal = new Rng(seed).normal(all, precision);
        Rng u = new Rng(seed);
        Rng g = new Rng(seed);
        for (int at = 0, piece; at < first + rest; at += piece) {
            piece = at < first ? Math.min(15 * 64, first - at) : rest;
            Array un = u.uniform(Shape.of(piece), precision);
            Array gn = g.normal(Shape.of(piece), precision);
            for (int i = 0; i < piece; i++) {
                assertEquals(un.at(i), uniform.at(at + i));
                assertEquals(gn.at(i), normal.at(at + i));
            }
        }
    }

    private static double rounded(double x, Precision precision) {
        return precision == Precision.FLOAT32 ? (float) x : x;
    }

    private static double[] numbers(Array x) {
        double[] d = new double[x.size()];
        for (int i = 0; i < d.length; i++) d[i] = x.at(i);
        return d;
    }

    private static Array copy(Array x) {
        Array y = Array.zeros(x.shape(), x.precision());
        for (int i = 0; i < x.size(); i++) y.set(i, x.at(i));
        return y;
    }

    private static void same(double[] expected, Array y) {
        for (int i = 0; i < expected.length; i++) assertEquals(expected[i], y.at(i), "at " + i);
    }
}
