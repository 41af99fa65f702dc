package surprisal.kernels;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static surprisal.kernels.DoubleLanes.D;
import static surprisal.kernels.DoubleLanes.W;

import jdk.incubator.vector.DoubleVector;

/** {@link Expectations} in vectors of its third axis, four rows of the first at a time. A stride is whole vectors. */
final class ExpectationsLanes {

    private ExpectationsLanes() {}

    /** Y at 0, Z at z and C at sum; Y and C are zero before. */
    static void pass(int I, int J, int n, double[] x, double[] a, double[] b, double[] s, int z, int sum) {
        int i = 0;
        for (; i <= I - 4; i += 4) {
            for (int k = 0; k < n; k += W) four(i, J, n, x, k, a, b, s, z + i * n + k, sum + k);
        }
        for (; i < I; i++) {
            for (int k = 0; k < n; k += W) one(i, J, n, x, k, a, b, s, z + i * n + k, sum + k);
        }
    }

    private static void four(int i, int J, int n, double[] x, int k, double[] a, double[] b, double[] s, int z, int sum) {
        DoubleVector a0 = broadcast(D, a[i]);
        DoubleVector a1 = broadcast(D, a[i + 1]);
        DoubleVector a2 = broadcast(D, a[i + 2]);
        DoubleVector a3 = broadcast(D, a[i + 3]);
        DoubleVector z0 = DoubleVector.zero(D), z1 = z0, z2 = z0, z3 = z0;
        int row = J * n;
        int at = i * row + k;
        for (int j = 0; j < J; j++, at += n, k += n) {
            DoubleVector w = broadcast(D, b[j]);
            DoubleVector x0 = fromArray(D, x, at);
            DoubleVector x1 = fromArray(D, x, at + row);
            DoubleVector x2 = fromArray(D, x, at + 2 * row);
            DoubleVector x3 = fromArray(D, x, at + 3 * row);
            a3.fma(x3, a2.fma(x2, a1.fma(x1, a0.fma(x0, fromArray(D, s, k))))).intoArray(s, k);
            z0 = w.fma(x0, z0);
            z1 = w.fma(x1, z1);
            z2 = w.fma(x2, z2);
            z3 = w.fma(x3, z3);
        }
        z0.intoArray(s, z);
        z1.intoArray(s, z + n);
        z2.intoArray(s, z + 2 * n);
        z3.intoArray(s, z + 3 * n);
        a3.fma(z3, a2.fma(z2, a1.fma(z1, a0.fma(z0, fromArray(D, s, sum))))).intoArray(s, sum);
    }

    private static void one(int i, int J, int n, double[] x, int k, double[] a, double[] b, double[] s, int z, int sum) {
        DoubleVector ai = broadcast(D, a[i]);
        DoubleVector zi = DoubleVector.zero(D);
        int at = i * J * n + k;
        for (int j = 0; j < J; j++, at += n, k += n) {
            DoubleVector v = fromArray(D, x, at);
            ai.fma(v, fromArray(D, s, k)).intoArray(s, k);
            zi = broadcast(D, b[j]).fma(v, zi);
        }
        zi.intoArray(s, z);
        ai.fma(zi, fromArray(D, s, sum)).intoArray(s, sum);
    }

    /** Adds to each element of y the dot of a row, n apart from row to row, with the weights at c. */
    static void dots(int rows, int n, double[] s, int row, int c, double[] y, int yo) {
        if (W == 8 && n == 8) {
            DoubleVector c0 = fromArray(D, s, c);
            for (int r = 0, at = row; r < rows; r++, at += 8) {
                DoubleVector v = fromArray(D, s, at).mul(c0);
                y[yo + r] += v.lane(0) + v.lane(4) + (v.lane(2) + v.lane(6)) + (v.lane(1) + v.lane(5) + (v.lane(3) + v.lane(7)));
            }
        } else if (W == 8 && n == 16) {
            DoubleVector c0 = fromArray(D, s, c);
            DoubleVector c1 = fromArray(D, s, c + 8);
            for (int r = 0, at = row; r < rows; r++, at += 16) {
                DoubleVector v = fromArray(D, s, at).mul(c0).add(fromArray(D, s, at + 8).mul(c1));
                y[yo + r] += v.lane(0) + v.lane(4) + (v.lane(2) + v.lane(6)) + (v.lane(1) + v.lane(5) + (v.lane(3) + v.lane(7)));
            }
        } else {
            for (int r = 0; r < rows; r++) y[yo + r] += SimplexLanes.dot(s, row + r * n, s, c, n);
        }
    }
}
