package surprisal.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static surprisal.kernels.DoubleLanes.D;
import static surprisal.kernels.DoubleLanes.W;
import static surprisal.kernels.Doubles.INF;

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

    /** y = softmax(x), 8 = W < n ≤ 16, where the largest of x is finite; else y is as it was. */
    static boolean softmaxOfTwo(double[] x, int xo, double[] y, int yo, int n) {
        VectorMask<Double> in = D.indexInRange(W, n);
        DoubleVector v = DoubleVector.fromArray(D, x, xo);
        DoubleVector w = DoubleVector.broadcast(D, -INF).blend(DoubleVector.fromArray(D, x, xo + W, in), in);
        double m = v.max(w).reduceLanes(MAX);
        if (!Double.isFinite(m)) return false;
        v = DoubleLanes.exp(v.sub(m));
        w = DoubleLanes.exp(w.sub(m));
        DoubleVector a = v.add(w);
        double z = a.lane(0) + a.lane(4) + (a.lane(2) + a.lane(6)) + (a.lane(1) + a.lane(5) + (a.lane(3) + a.lane(7)));
        v.div(z).intoArray(y, yo);
        w.div(z).intoArray(y, yo + W, in);
        return true;
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
        for (int i = 0; i < n; i += W) {
            VectorMask<Double> in = D.indexInRange(i, n);
            DoubleVector v = DoubleVector.fromArray(D, p, po + i, in);
            DoubleLanes.logOfNormal(v.blend(Simplex.EPSILON, v.compare(LT, Simplex.EPSILON))).intoArray(y, yo + i, in);
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
