package surprisal.kernels;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static surprisal.kernels.DoubleLanes.D;
import static surprisal.kernels.DoubleLanes.W;

import jdk.incubator.vector.DoubleVector;

/** {@link Expectations} in vectors of its third axis, four rows of the first at a time. A stride is whole vectors. */
final class ExpectationsLanes {

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
        if (W == 8 && n == 8) {
            DoubleVector c0 = fromArray(D, c, co);
            for (int r = 0, at = row; r < rows; r++, at += 8) fromArray(D, s, at).mul(c0).intoArray(s, at);
            for (int r = 0, at = row; r < rows; r++, at += 8) y[yo + r] += sum(s, at);
        } else if (W == 8 && n == 16) {
            DoubleVector c0 = fromArray(D, c, co);
            DoubleVector c1 = fromArray(D, c, co + 8);
            for (int r = 0, at = row; r < rows; r++, at += 16) {
                fromArray(D, s, at).mul(c0).add(fromArray(D, s, at + 8).mul(c1)).intoArray(s, at);
            }
            for (int r = 0, at = row; r < rows; r++, at += 16) y[yo + r] += sum(s, at);
        } else {
            for (int r = 0; r < rows; r++) y[yo + r] += SimplexLanes.dot(s, row + r * n, c, co, n);
        }
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
