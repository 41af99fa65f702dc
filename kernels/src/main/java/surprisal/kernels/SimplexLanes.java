package surprisal.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static surprisal.kernels.DoubleLanes.D;
import static surprisal.kernels.DoubleLanes.W;
import static surprisal.kernels.Doubles.INF;
import static surprisal.kernels.ExpectationsLanes.XOR_1;
import static surprisal.kernels.ExpectationsLanes.XOR_2;
import static surprisal.kernels.ExpectationsLanes.XOR_4;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;

/**
 * The loops of {@link Simplex} on vectors, all under a mask: most of these vectors are shorter than one of the machine's,
 * or than two, and for them a mask is twice as fast as the scalar twin.
 *
 * <p>Sums: element i goes to virtual lane i mod 16, which is a lane of one of 16 / W accumulators (a, b; with 256 bits
 * also c, d). They take turns: the
 * first in the queue gets the next vector of terms and goes to the queue's end. Where the queue stands after the last
 * does not matter, since the tree is symmetric under such turns; and lanes that the mask excludes add +0, which changes no
 * bit of a sum that began with +0.
 *
 * <p>After exp or log no method of ours may follow in a loop, as {@link Lanes} says: hence the trees written out.
 */
final class SimplexLanes {

    private SimplexLanes() {}

    /** y = softmax(x), n ≤ W: in registers. Whether the largest of x is finite; if not, y is as it was. */
    static boolean softmax(double[] x, int xo, double[] y, int yo, int n) {
        VectorMask<Double> in = D.indexInRange(0, n);
        DoubleVector v = DoubleVector.broadcast(D, -INF).blend(DoubleVector.fromArray(D, x, xo, in), in);
        double m = v.reduceLanes(MAX);
        if (!Double.isFinite(m)) return false;
        DoubleVector a = DoubleLanes.exp(v.sub(m));
        double z = W == 8
                ? a.lane(0) + a.lane(4) + (a.lane(2) + a.lane(6)) + (a.lane(1) + a.lane(5) + (a.lane(3) + a.lane(7)))
                : a.lane(0) + a.lane(2) + (a.lane(1) + a.lane(3));
        a.div(z).intoArray(y, yo, in);
        return true;
    }

    /**
     * y_r = softmax(x_r), n ≤ 2 W, the stride whole vectors; x is overwritten. Each pass runs over all rows, so that no row
     * waits for another, and has one exp at most: a second one C2 would not inline. Where the largest is not finite, x − m has
     * a NaN, and so have the sum and all quotients.
     */
    static void softmaxes(double[] x, int xo, int rows, int n, int stride, double[][] y) {
        for (int r = 0, at = xo; r < rows; r++, at += stride) {
            if (n <= W) shiftOne(x, at, n);
            else shiftTwo(x, at, n);
        }
        for (int i = xo, end = xo + (rows - 1) * stride + (n <= W ? W : 2 * W); i < end; i += W) {
            DoubleLanes.exp(DoubleVector.fromArray(D, x, i)).intoArray(x, i);
        }
        for (int r = 0, at = xo; r < rows; r++, at += stride) {
            boolean whole = n % W == 0;
            if (n <= W) shareOne(x, at, whole ? y[r] : x, whole ? 0 : at);
            else shareTwo(x, at, whole ? y[r] : x, whole ? 0 : at);
            if (!whole) System.arraycopy(x, at, y[r], 0, n);
        }
    }

    private static void shiftOne(double[] x, int xo, int n) {
        DoubleVector v = DoubleVector.broadcast(D, -INF).blend(DoubleVector.fromArray(D, x, xo), D.indexInRange(0, n));
        v.sub(greatest(v)).intoArray(x, xo);
    }

    private static void shiftTwo(double[] x, int xo, int n) {
        DoubleVector v = DoubleVector.fromArray(D, x, xo);
        DoubleVector w = DoubleVector.broadcast(D, -INF).blend(DoubleVector.fromArray(D, x, xo + W), D.indexInRange(W, n));
        DoubleVector m = greatest(v.blend(w, w.compare(GT, v)));
        v.sub(m).intoArray(x, xo);
        w.sub(m).intoArray(x, xo + W);
    }

    private static void shareOne(double[] x, int xo, double[] y, int yo) {
        DoubleVector a = DoubleVector.fromArray(D, x, xo);
        a.div(total(a)).intoArray(y, yo);
    }

    private static void shareTwo(double[] x, int xo, double[] y, int yo) {
        DoubleVector v = DoubleVector.fromArray(D, x, xo);
        DoubleVector w = DoubleVector.fromArray(D, x, xo + W);
        DoubleVector z = total(v.add(w));
        v.div(z).intoArray(y, yo);
        w.div(z).intoArray(y, yo + W);
    }

    /** The sum of all lanes, in each. */
    private static DoubleVector total(DoubleVector a) {
        if (W == 8) a = a.add(a.rearrange(XOR_4));
        a = a.add(a.rearrange(XOR_2));
        return a.add(a.rearrange(XOR_1));
    }

    /** The largest lane, in each. Beside a NaN they may differ: x − m has that NaN in any case. */
    private static DoubleVector greatest(DoubleVector a) {
        DoubleVector b = a.rearrange(XOR_1);
        a = a.blend(b, b.compare(GT, a));
        b = a.rearrange(XOR_2);
        a = a.blend(b, b.compare(GT, a));
        if (W == 4) return a;
        b = a.rearrange(XOR_4);
        return a.blend(b, b.compare(GT, a));
    }

    /** The largest of x that are not NaN; −∞ if there is none. */
    static double max(double[] x, int xo, int n) {
        DoubleVector m = DoubleVector.broadcast(D, -INF);
        for (int i = 0; i < n; i += W) {
            VectorMask<Double> in = D.indexInRange(i, n);
            DoubleVector v = DoubleVector.fromArray(D, x, xo + i, in);
            m = m.blend(v, v.compare(GT, m).and(in));
        }
        return m.reduceLanes(MAX); // exact, so in any order
    }

    /** Σ_i exp(x_i − m), i < n; and y_i = exp(x_i − m), i < stored. */
    static double exps(double[] x, int xo, double m, int n, double[] y, int yo, int stored) {
        DoubleVector a = DoubleVector.zero(D), b = a, c = a, d = a;
        for (int i = 0; i < n; i += W) {
            VectorMask<Double> in = D.indexInRange(i, n);
            DoubleVector v = DoubleVector.broadcast(D, -INF).blend(DoubleVector.fromArray(D, x, xo + i, in), in);
            v = DoubleLanes.exp(v.sub(m));
            // nothing stored is an empty mask: after a branch C2 would keep v on the heap
            v.intoArray(y, yo + i, D.indexInRange(i, stored));
            DoubleVector s = v.add(a);
            a = b;
            if (W == 8) b = s;
            if (W == 4) {
                b = c;
                c = d;
                d = s;
            }
        }
        if (W == 4) {
            a = a.add(c);
            b = b.add(d);
        }
        a = a.add(b);
        return W == 8
                ? a.lane(0) + a.lane(4) + (a.lane(2) + a.lane(6)) + (a.lane(1) + a.lane(5) + (a.lane(3) + a.lane(7)))
                : a.lane(0) + a.lane(2) + (a.lane(1) + a.lane(3));
    }

    /** Σ p ln max(p, ε). */
    static double plogs(double[] p, int po, int n) {
        DoubleVector a = DoubleVector.zero(D), b = a, c = a, d = a;
        for (int i = 0; i < n; i += W) {
            DoubleVector v = DoubleVector.fromArray(D, p, po + i, D.indexInRange(i, n));
            // lanes outside the mask are 0, and so is their term
            DoubleVector s = DoubleLanes.logOfNormal(v.blend(Simplex.EPSILON, v.compare(LT, Simplex.EPSILON))).mul(v).add(a);
            a = b;
            if (W == 8) b = s;
            if (W == 4) {
                b = c;
                c = d;
                d = s;
            }
        }
        if (W == 4) {
            a = a.add(c);
            b = b.add(d);
        }
        a = a.add(b);
        return W == 8
                ? a.lane(0) + a.lane(4) + (a.lane(2) + a.lane(6)) + (a.lane(1) + a.lane(5) + (a.lane(3) + a.lane(7)))
                : a.lane(0) + a.lane(2) + (a.lane(1) + a.lane(3));
    }

    /** h = −Σ p ln max(p, ε) of each row, the stride a multiple of 8; p is overwritten. In passes over all rows, as {@link #softmaxes}. */
    static void entropies(double[] p, int po, int rows, int n, int stride, double[] h, int ho) {
        for (int i = po, end = po + rows * stride; i < end; i += W) {
            DoubleVector v = DoubleVector.fromArray(D, p, i);
            DoubleLanes.logOfNormal(v.blend(Simplex.EPSILON, v.compare(LT, Simplex.EPSILON))).mul(v).intoArray(p, i);
        }
        for (int r = 0, at = po; r < rows; r++, at += stride) lanes(p, at, n);
        for (int r = 0, at = po; r < rows; r++, at += stride) {
            double sum = W == 8
                    ? p[at] + p[at + 4] + (p[at + 2] + p[at + 6]) + (p[at + 1] + p[at + 5] + (p[at + 3] + p[at + 7]))
                    : p[at] + p[at + 2] + (p[at + 1] + p[at + 3]);
            h[ho + r] = 0 - sum;
        }
    }

    /** The lanes of a row's sum, in its place; the last vector under a mask. */
    private static void lanes(double[] x, int xo, int n) {
        DoubleVector a = DoubleVector.zero(D), b = a, c = a, d = a;
        int i = 0;
        for (; i < n - W; i += W) {
            DoubleVector s = a.add(DoubleVector.fromArray(D, x, xo + i));
            a = b;
            if (W == 8) b = s;
            if (W == 4) {
                b = c;
                c = d;
                d = s;
            }
        }
        a = a.add(DoubleVector.fromArray(D, x, xo + i), D.indexInRange(i, n));
        if (W == 4) {
            a = a.add(c);
            b = b.add(d);
        }
        a.add(b).intoArray(x, xo);
    }

    /** Σ x y. */
    static double dot(double[] x, int xo, double[] y, int yo, int n) {
        DoubleVector a = DoubleVector.zero(D), b = a, c = a, d = a;
        for (int i = 0; i < n; i += W) {
            VectorMask<Double> in = D.indexInRange(i, n);
            DoubleVector v = DoubleVector.fromArray(D, x, xo + i, in);
            DoubleVector s = v.mul(DoubleVector.fromArray(D, y, yo + i, in)).add(a);
            a = b;
            if (W == 8) b = s;
            if (W == 4) {
                b = c;
                c = d;
                d = s;
            }
        }
        if (W == 4) {
            a = a.add(c);
            b = b.add(d);
        }
        a = a.add(b);
        return W == 8
                ? a.lane(0) + a.lane(4) + (a.lane(2) + a.lane(6)) + (a.lane(1) + a.lane(5) + (a.lane(3) + a.lane(7)))
                : a.lane(0) + a.lane(2) + (a.lane(1) + a.lane(3));
    }

    /** y = ln max(p, ε). */
    static void logs(double[] p, int po, double[] y, int yo, int n) {
        if (n % W == 0) {
            wholeLogs(p, po, y, yo, n);
            return;
        }
        for (int i = 0; i < n; i += W) {
            VectorMask<Double> in = D.indexInRange(i, n);
            DoubleVector v = DoubleVector.fromArray(D, p, po + i, in);
            DoubleLanes.logOfNormal(v.blend(Simplex.EPSILON, v.compare(LT, Simplex.EPSILON))).intoArray(y, yo + i, in);
        }
    }

    /** The same without masks. */
    private static void wholeLogs(double[] p, int po, double[] y, int yo, int n) {
        for (int i = 0; i < n; i += W) {
            DoubleVector v = DoubleVector.fromArray(D, p, po + i);
            DoubleLanes.logOfNormal(v.blend(Simplex.EPSILON, v.compare(LT, Simplex.EPSILON))).intoArray(y, yo + i);
        }
    }

    /** y = y / z. */
    static void quotient(double[] y, int yo, int n, double z) {
        for (int i = 0; i < n; i += W) {
            VectorMask<Double> in = D.indexInRange(i, n);
            DoubleVector.fromArray(D, y, yo + i, in).div(z).intoArray(y, yo + i, in);
        }
    }
}
