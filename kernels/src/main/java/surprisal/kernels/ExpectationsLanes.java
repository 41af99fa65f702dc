package surprisal.kernels;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static surprisal.kernels.DoubleLanes.D;
import static surprisal.kernels.DoubleLanes.W;

import java.util.stream.LongStream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** {@link Expectations} in vectors of its third axis, four rows of the first at a time. A stride is whole vectors. */
final class ExpectationsLanes {

    static final VectorShuffle<Double> XOR_1 = xor(1);
    static final VectorShuffle<Double> XOR_2 = xor(2);
    static final VectorShuffle<Double> XOR_4 = xor(4);
    private static final VectorMask<Double> LOW_1 = low(1);
    private static final VectorMask<Double> LOW_2 = low(2);
    private static final VectorMask<Double> LOW_4 = low(4);

    private ExpectationsLanes() {}

    /** Y at 0, Z at z, C at sum and zeros at none. The first rows begin Y with zeros, the others go on with it. */
    static void pass(int I, int J, int n, double[] x, double[] a, double[] b, double[] s, int z, int sum, int none) {
        for (int k = 0; k < n; k += W) DoubleVector.zero(D).intoArray(s, none + k);
        for (int k = 0; k < n; k += W) {
            int i = 0;
            for (; i <= I - 4; i += 4) {
                four(J, n, x, i * J * n + k, a, i, b, s, i == 0 ? none : k, i == 0 ? 0 : n, k, z + i * n + k);
            }
            for (; i < I; i++) {
                one(J, n, x, i * J * n + k, a[i], b, s, i == 0 ? none : k, i == 0 ? 0 : n, k, z + i * n + k);
            }
            chain(I, n, a, s, z + k, sum + k);
        }
    }

    // In its own method each: beyond some 50 operations C2 does not inline them and keeps the vectors on the heap.

    private static void four(int J, int n, double[] x, int at, double[] a, int i, double[] b,
            double[] s, int from, int step, int y, int z) {
        DoubleVector a0 = broadcast(D, a[i]);
        DoubleVector a1 = broadcast(D, a[i + 1]);
        DoubleVector a2 = broadcast(D, a[i + 2]);
        DoubleVector a3 = broadcast(D, a[i + 3]);
        DoubleVector z0 = DoubleVector.zero(D);
        DoubleVector z1 = DoubleVector.zero(D);
        DoubleVector z2 = DoubleVector.zero(D);
        DoubleVector z3 = DoubleVector.zero(D);
        int row = J * n;
        for (int j = 0; j < J; j++, at += n, from += step, y += n) {
            DoubleVector w = broadcast(D, b[j]);
            DoubleVector x0 = fromArray(D, x, at);
            DoubleVector x1 = fromArray(D, x, at + row);
            DoubleVector x2 = fromArray(D, x, at + 2 * row);
            DoubleVector x3 = fromArray(D, x, at + 3 * row);
            a3.fma(x3, a2.fma(x2, a1.fma(x1, a0.fma(x0, fromArray(D, s, from))))).intoArray(s, y);
            z0 = w.fma(x0, z0);
            z1 = w.fma(x1, z1);
            z2 = w.fma(x2, z2);
            z3 = w.fma(x3, z3);
        }
        z0.intoArray(s, z);
        z1.intoArray(s, z + n);
        z2.intoArray(s, z + 2 * n);
        z3.intoArray(s, z + 3 * n);
    }

    private static void one(int J, int n, double[] x, int at, double a, double[] b,
            double[] s, int from, int step, int y, int z) {
        DoubleVector ai = broadcast(D, a);
        DoubleVector zi = DoubleVector.zero(D);
        for (int j = 0; j < J; j++, at += n, from += step, y += n) {
            DoubleVector v = fromArray(D, x, at);
            ai.fma(v, fromArray(D, s, from)).intoArray(s, y);
            zi = broadcast(D, b[j]).fma(v, zi);
        }
        zi.intoArray(s, z);
    }

    private static void chain(int I, int n, double[] a, double[] s, int z, int sum) {
        DoubleVector c = DoubleVector.zero(D);
        for (int i = 0; i < I; i++, z += n) c = broadcast(D, a[i]).fma(fromArray(D, s, z), c);
        c.intoArray(s, sum);
    }

    /** Adds to each element of y the dot of a row, n apart from row to row, with c; the rows are overwritten. */
    static void dots(int rows, int n, double[] s, int row, double[] c, int co, double[] y, int yo) {
        if (W == 8 && n <= 16) {
            if (n == 8) products(rows, s, row, c, co);
            else pairs(rows, s, row, c, co);
            sums(rows, n, s, row, y, yo); // one place that asks for it: C2 would not inline a second
        } else {
            for (int r = 0; r < rows; r++) y[yo + r] += SimplexLanes.dot(s, row + r * n, c, co, n);
        }
    }

    // + 0, since that is what sums elsewhere begin with: −0 is 0 then

    private static void products(int rows, double[] s, int row, double[] c, int co) {
        DoubleVector c0 = fromArray(D, c, co);
        for (int r = 0, at = row; r < rows; r++, at += 8) fromArray(D, s, at).mul(c0).add(0).intoArray(s, at);
    }

    private static void pairs(int rows, double[] s, int row, double[] c, int co) {
        DoubleVector c0 = fromArray(D, c, co);
        DoubleVector c1 = fromArray(D, c, co + 8);
        for (int r = 0, at = row; r < rows; r++, at += 16) {
            fromArray(D, s, at).mul(c0).add(fromArray(D, s, at + 8).mul(c1)).add(0).intoArray(s, at);
        }
    }

    /** Adds to each element of y the sum of a row's first eight. */
    private static void sums(int rows, int n, double[] s, int row, double[] y, int yo) {
        int r = 0;
        for (; r <= rows - 8; r += 8) eight(n, s, row + r * n, y, yo + r);
        for (; r < rows; r++) y[yo + r] += sum(s, row + r * n);
    }

    /** Eight rows: of two vectors their halves make one, of two of those the quarters, and at last each lane is a row's sum. */
    private static void eight(int n, double[] s, int row, double[] y, int yo) {
        DoubleVector a = halves(s, row, row + 4 * n);
        DoubleVector b = halves(s, row + 2 * n, row + 6 * n);
        DoubleVector c = halves(s, row + n, row + 5 * n);
        DoubleVector d = halves(s, row + 3 * n, row + 7 * n);
        DoubleVector e = b.blend(a, LOW_2).add(a.blend(b, LOW_2).rearrange(XOR_2));
        DoubleVector f = d.blend(c, LOW_2).add(c.blend(d, LOW_2).rearrange(XOR_2));
        f.blend(e, LOW_1).add(e.blend(f, LOW_1).rearrange(XOR_1)).add(fromArray(D, y, yo)).intoArray(y, yo);
    }

    private static DoubleVector halves(double[] s, int one, int two) {
        DoubleVector a = fromArray(D, s, one);
        DoubleVector b = fromArray(D, s, two);
        return b.blend(a, LOW_4).add(a.blend(b, LOW_4).rearrange(XOR_4));
    }

    private static VectorShuffle<Double> xor(int bit) {
        return VectorShuffle.fromOp(D, l -> (l ^ bit) & (W - 1));
    }

    /** The lanes in whose number a bit is 0. */
    private static VectorMask<Double> low(int bit) {
        return VectorMask.fromLong(D, LongStream.range(0, W).filter(l -> (l & bit) == 0).map(l -> 1L << l).sum());
    }

    private static double sum(double[] s, int at) {
        return s[at] + s[at + 4] + (s[at + 2] + s[at + 6]) + (s[at + 1] + s[at + 5] + (s[at + 3] + s[at + 7]));
    }

    /** y += x. */
    static void add(int n, double[] x, int xo, double[] y, int yo) {
        int i = 0;
        for (; i <= n - W; i += W) fromArray(D, y, yo + i).add(fromArray(D, x, xo + i)).intoArray(y, yo + i);
        for (; i < n; i++) y[yo + i] += x[xo + i];
    }
}
