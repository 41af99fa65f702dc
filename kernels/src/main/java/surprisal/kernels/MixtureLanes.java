package surprisal.kernels;

import static jdk.incubator.vector.DoubleVector.broadcast;
import static jdk.incubator.vector.DoubleVector.fromArray;
import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Mixture} in vectors: four chains each, for two vectors of columns at a time. The last vector overlaps the one before
 * it, since each column is a sum of its own; fewer columns than a vector take the scalar twin. (Half vectors would be another
 * class: where C2 has seen two classes in a call, it may not inline it and puts all vectors on the heap. Masks cost more: near
 * the end of an array their bounds are checked lane by lane.)
 */
final class MixtureLanes {
    private static final VectorSpecies<Double> D = Lanes.D;
    private static final int W = D.length();

    private MixtureLanes() {}

    static boolean someZero(double[] w, int wo, int rows) {
        if (rows < W) {
            return Mixture.someZero(w, wo, rows);
        }
        int s = 0;
        for (; s < rows - W; s += W) {
            if (fromArray(D, w, wo + s).compare(EQ, 0.0).anyTrue()) {
                return true;
            }
        }
        return fromArray(D, w, wo + rows - W).compare(EQ, 0.0).anyTrue(); // overlaps
    }

    static void dense(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        if (n < W) {
            Mixture.dense(w, wo, rows, x, xo, n, y, yo);
            return;
        }
        if (rows == 4 || rows == 8) {
            if (rows == 4) {
                four(w, wo, x, xo, n, y, yo);
            } else {
                eight(w, wo, x, xo, n, y, yo);
            }
            if (n % W != 0) {
                one(w, wo, rows, x, xo + n - W, n, y, yo + n - W);
            }
            return;
        }
        int j = 0;
        for (; j <= n - 2 * W; j += 2 * W) {
            two(w, wo, rows, x, xo + j, n, y, yo + j);
        }
        if (j <= n - W) {
            one(w, wo, rows, x, xo + j, n, y, yo + j);
            j += W;
        }
        if (j < n) {
            one(w, wo, rows, x, xo + n - W, n, y, yo + n - W);
        }
    }

    /** Four rows, whole vectors of columns: the weights stay in registers. */
    private static void four(double[] w, int wo, double[] x, int xo, int n, double[] y, int yo) {
        DoubleVector w0 = broadcast(D, w[wo]);
        DoubleVector w1 = broadcast(D, w[wo + 1]);
        DoubleVector w2 = broadcast(D, w[wo + 2]);
        DoubleVector w3 = broadcast(D, w[wo + 3]);
        DoubleVector none = DoubleVector.zero(D);
        for (int j = 0; j <= n - W; j += W) {
            int at = xo + j;
            DoubleVector c0 = w0.fma(fromArray(D, x, at), none);
            DoubleVector c1 = w1.fma(fromArray(D, x, at + n), none);
            DoubleVector c2 = w2.fma(fromArray(D, x, at + 2 * n), none);
            DoubleVector c3 = w3.fma(fromArray(D, x, at + 3 * n), none);
            c0.add(c1).add(c2.add(c3)).intoArray(y, yo + j);
        }
    }

    /** Eight rows. */
    private static void eight(double[] w, int wo, double[] x, int xo, int n, double[] y, int yo) {
        DoubleVector w0 = broadcast(D, w[wo]);
        DoubleVector w1 = broadcast(D, w[wo + 1]);
        DoubleVector w2 = broadcast(D, w[wo + 2]);
        DoubleVector w3 = broadcast(D, w[wo + 3]);
        DoubleVector w4 = broadcast(D, w[wo + 4]);
        DoubleVector w5 = broadcast(D, w[wo + 5]);
        DoubleVector w6 = broadcast(D, w[wo + 6]);
        DoubleVector w7 = broadcast(D, w[wo + 7]);
        DoubleVector none = DoubleVector.zero(D);
        for (int j = 0; j <= n - W; j += W) {
            int at = xo + j;
            DoubleVector c0 = w0.fma(fromArray(D, x, at), none);
            c0 = w4.fma(fromArray(D, x, at + 4 * n), c0);
            DoubleVector c1 = w1.fma(fromArray(D, x, at + n), none);
            c1 = w5.fma(fromArray(D, x, at + 5 * n), c1);
            DoubleVector c2 = w2.fma(fromArray(D, x, at + 2 * n), none);
            c2 = w6.fma(fromArray(D, x, at + 6 * n), c2);
            DoubleVector c3 = w3.fma(fromArray(D, x, at + 3 * n), none);
            c3 = w7.fma(fromArray(D, x, at + 7 * n), c3);
            c0.add(c1).add(c2.add(c3)).intoArray(y, yo + j);
        }
    }

    private static void two(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        DoubleVector a0 = DoubleVector.zero(D);
        DoubleVector a1 = DoubleVector.zero(D);
        DoubleVector a2 = DoubleVector.zero(D);
        DoubleVector a3 = DoubleVector.zero(D);
        DoubleVector b0 = DoubleVector.zero(D);
        DoubleVector b1 = DoubleVector.zero(D);
        DoubleVector b2 = DoubleVector.zero(D);
        DoubleVector b3 = DoubleVector.zero(D);
        int s = 0;
        int at = xo;
        for (; s <= rows - 4; s += 4, at += 4 * n) {
            DoubleVector w0 = broadcast(D, w[wo + s]);
            a0 = w0.fma(fromArray(D, x, at), a0);
            b0 = w0.fma(fromArray(D, x, at + W), b0);
            DoubleVector w1 = broadcast(D, w[wo + s + 1]);
            a1 = w1.fma(fromArray(D, x, at + n), a1);
            b1 = w1.fma(fromArray(D, x, at + n + W), b1);
            DoubleVector w2 = broadcast(D, w[wo + s + 2]);
            a2 = w2.fma(fromArray(D, x, at + 2 * n), a2);
            b2 = w2.fma(fromArray(D, x, at + 2 * n + W), b2);
            DoubleVector w3 = broadcast(D, w[wo + s + 3]);
            a3 = w3.fma(fromArray(D, x, at + 3 * n), a3);
            b3 = w3.fma(fromArray(D, x, at + 3 * n + W), b3);
        }
        if (s < rows) {
            DoubleVector w0 = broadcast(D, w[wo + s]);
            a0 = w0.fma(fromArray(D, x, at), a0);
            b0 = w0.fma(fromArray(D, x, at + W), b0);
        }
        if (s + 1 < rows) {
            DoubleVector w1 = broadcast(D, w[wo + s + 1]);
            a1 = w1.fma(fromArray(D, x, at + n), a1);
            b1 = w1.fma(fromArray(D, x, at + n + W), b1);
        }
        if (s + 2 < rows) {
            DoubleVector w2 = broadcast(D, w[wo + s + 2]);
            a2 = w2.fma(fromArray(D, x, at + 2 * n), a2);
            b2 = w2.fma(fromArray(D, x, at + 2 * n + W), b2);
        }
        a0.add(a1).add(a2.add(a3)).intoArray(y, yo);
        b0.add(b1).add(b2.add(b3)).intoArray(y, yo + W);
    }

    private static void one(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        DoubleVector a0 = DoubleVector.zero(D);
        DoubleVector a1 = DoubleVector.zero(D);
        DoubleVector a2 = DoubleVector.zero(D);
        DoubleVector a3 = DoubleVector.zero(D);
        int s = 0;
        int at = xo;
        for (; s <= rows - 4; s += 4, at += 4 * n) {
            a0 = broadcast(D, w[wo + s]).fma(fromArray(D, x, at), a0);
            a1 = broadcast(D, w[wo + s + 1]).fma(fromArray(D, x, at + n), a1);
            a2 = broadcast(D, w[wo + s + 2]).fma(fromArray(D, x, at + 2 * n), a2);
            a3 = broadcast(D, w[wo + s + 3]).fma(fromArray(D, x, at + 3 * n), a3);
        }
        if (s < rows) {
            a0 = broadcast(D, w[wo + s]).fma(fromArray(D, x, at), a0);
        }
        if (s + 1 < rows) {
            a1 = broadcast(D, w[wo + s + 1]).fma(fromArray(D, x, at + n), a1);
        }
        if (s + 2 < rows) {
            a2 = broadcast(D, w[wo + s + 2]).fma(fromArray(D, x, at + 2 * n), a2);
        }
        a0.add(a1).add(a2.add(a3)).intoArray(y, yo);
    }
}
