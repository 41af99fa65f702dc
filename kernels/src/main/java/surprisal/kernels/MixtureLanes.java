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
    static final int W = D.length();

    /** Rows that are pages apart share one place of the cache, which is not enough for more than a few. */
    private static final int PAGE = 4096 / Double.BYTES;

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

    /** {@link Mixture#each}: a vector of columns without a call for each. */
    static void each(int count, double[][] w, int first, int rows, double[] x, int[] xo, int n, double[] y, int yo) {
        if ((rows == 4 || rows == 8) && n == W) {
            vectors(count, w, first, rows == 8, x, xo, y, yo);
        } else {
            for (int t = 0; t < count; t++, yo += n) {
                if (xo[t] >= 0) dense(w[first + t], 0, rows, x, xo[t], n, y, yo);
            }
        }
    }

    /** A vector each, of four rows or eight. */
    private static void vectors(int count, double[][] w, int first, boolean eight, double[] x, int[] xo, double[] y, int yo) {
        DoubleVector none = DoubleVector.zero(D);
        for (int t = 0; t < count; t++, yo += W) {
            int at = xo[t];
            if (at >= 0) {
                double[] v = w[first + t];
                DoubleVector c0 = broadcast(D, v[0]).fma(fromArray(D, x, at), none);
                DoubleVector c1 = broadcast(D, v[1]).fma(fromArray(D, x, at + W), none);
                DoubleVector c2 = broadcast(D, v[2]).fma(fromArray(D, x, at + 2 * W), none);
                DoubleVector c3 = broadcast(D, v[3]).fma(fromArray(D, x, at + 3 * W), none);
                if (eight) {
                    c0 = broadcast(D, v[4]).fma(fromArray(D, x, at + 4 * W), c0);
                    c1 = broadcast(D, v[5]).fma(fromArray(D, x, at + 5 * W), c1);
                    c2 = broadcast(D, v[6]).fma(fromArray(D, x, at + 6 * W), c2);
                    c3 = broadcast(D, v[7]).fma(fromArray(D, x, at + 7 * W), c3);
                }
                c0.add(c1).add(c2.add(c3)).intoArray(y, yo);
            }
        }
    }

    /** One chain of each element, for rows of weights none of which is zero and whole vectors of columns. */
    static void chains(int count, double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        int fours = count & -4;
        int pairs = n & -2 * W;
        double[] near = n % PAGE == 0 && fours > 4 ? Scratch.doubles(rows * 2 * W) : null;
        for (int j = 0; j < pairs; j += 2 * W) {
            if (near != null) {
                bring(rows, x, xo + j, n, near);
            }
            for (int r = 0; r < fours; r += 4) {
                if (near != null) {
                    fours(w, wo + r * rows, rows, near, 0, 2 * W, n, y, yo + r * n + j);
                } else {
                    fours(w, wo + r * rows, rows, x, xo + j, n, n, y, yo + r * n + j);
                }
            }
        }
        for (int r = 0; r < count; r++) {
            int j = r < fours ? pairs : 0;
            for (; j <= n - 4 * W; j += 4 * W) {
                wide(w, wo + r * rows, rows, x, xo + j, n, y, yo + r * n + j);
            }
            for (; j < n; j += W) {
                narrow(w, wo + r * rows, rows, x, xo + j, n, y, yo + r * n + j);
            }
        }
    }

    /** Two vectors of each row, one after the other. */
    private static void bring(int rows, double[] x, int xo, int n, double[] near) {
        for (int s = 0, at = xo, to = 0; s < rows; s++, at += n, to += 2 * W) {
            DoubleVector u = fromArray(D, x, at);
            DoubleVector v = fromArray(D, x, at + W);
            u.intoArray(near, to);
            v.intoArray(near, to + W);
        }
    }

    /** Four rows of weights, two vectors of columns. */
    private static void fours(double[] w, int w0, int rows, double[] x, int xo, int step, int n, double[] y, int yo) {
        int w1 = w0 + rows;
        int w2 = w1 + rows;
        int w3 = w2 + rows;
        DoubleVector u = fromArray(D, x, xo);
        DoubleVector v = fromArray(D, x, xo + W);
        DoubleVector a0 = u.mul(w[w0]);
        DoubleVector a1 = v.mul(w[w0]);
        DoubleVector b0 = u.mul(w[w1]);
        DoubleVector b1 = v.mul(w[w1]);
        DoubleVector c0 = u.mul(w[w2]);
        DoubleVector c1 = v.mul(w[w2]);
        DoubleVector d0 = u.mul(w[w3]);
        DoubleVector d1 = v.mul(w[w3]);
        for (int s = 1, at = xo + step; s < rows; s++, at += step) {
            u = fromArray(D, x, at);
            v = fromArray(D, x, at + W);
            DoubleVector a = broadcast(D, w[w0 + s]);
            a0 = a.fma(u, a0);
            a1 = a.fma(v, a1);
            DoubleVector b = broadcast(D, w[w1 + s]);
            b0 = b.fma(u, b0);
            b1 = b.fma(v, b1);
            DoubleVector c = broadcast(D, w[w2 + s]);
            c0 = c.fma(u, c0);
            c1 = c.fma(v, c1);
            DoubleVector d = broadcast(D, w[w3 + s]);
            d0 = d.fma(u, d0);
            d1 = d.fma(v, d1);
        }
        a0.intoArray(y, yo);
        a1.intoArray(y, yo + W);
        b0.intoArray(y, yo + n);
        b1.intoArray(y, yo + n + W);
        c0.intoArray(y, yo + 2 * n);
        c1.intoArray(y, yo + 2 * n + W);
        d0.intoArray(y, yo + 3 * n);
        d1.intoArray(y, yo + 3 * n + W);
    }

    /** One row of weights, four vectors of columns. */
    private static void wide(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        DoubleVector v = broadcast(D, w[wo]);
        DoubleVector a = fromArray(D, x, xo).mul(v);
        DoubleVector b = fromArray(D, x, xo + W).mul(v);
        DoubleVector c = fromArray(D, x, xo + 2 * W).mul(v);
        DoubleVector d = fromArray(D, x, xo + 3 * W).mul(v);
        for (int s = 1, at = xo + n; s < rows; s++, at += n) {
            v = broadcast(D, w[wo + s]);
            a = v.fma(fromArray(D, x, at), a);
            b = v.fma(fromArray(D, x, at + W), b);
            c = v.fma(fromArray(D, x, at + 2 * W), c);
            d = v.fma(fromArray(D, x, at + 3 * W), d);
        }
        a.intoArray(y, yo);
        b.intoArray(y, yo + W);
        c.intoArray(y, yo + 2 * W);
        d.intoArray(y, yo + 3 * W);
    }

    private static void narrow(double[] w, int wo, int rows, double[] x, int xo, int n, double[] y, int yo) {
        DoubleVector a = fromArray(D, x, xo).mul(w[wo]);
        for (int s = 1, at = xo + n; s < rows; s++, at += n) {
            a = broadcast(D, w[wo + s]).fma(fromArray(D, x, at), a);
        }
        a.intoArray(y, yo);
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
