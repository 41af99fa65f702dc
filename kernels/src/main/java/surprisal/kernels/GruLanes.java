package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/** The loops of {@link Gru} on vectors. Where one returns a number, it has done so many elements, and leaves less than a vector. */
final class GruLanes {

    private static final int L = Lanes.W;

    private GruLanes() {}

    /* A row's last vector goes over numbers of the one before it again, instead of a tail one by one. */

    /** s = x + u, for n numbers, at least a vector. */
    static void sum(float[] x, int xo, float[] u, int uo, int n, float[] s, int so) {
        for (int i = 0; i < n - L; i += L) {
            fromArray(Lanes.F, x, xo + i).add(fromArray(Lanes.F, u, uo + i)).intoArray(s, so + i);
        }
        int end = n - L;
        fromArray(Lanes.F, x, xo + end).add(fromArray(Lanes.F, u, uo + end)).intoArray(s, so + end);
    }

    /** s = x + r u, for n numbers, at least a vector. */
    static void candidate(float[] x, int xo, float[] u, int uo, float[] r, int ro, int n, float[] s, int so) {
        for (int i = 0; i < n - L; i += L) {
            FloatVector part = fromArray(Lanes.F, r, ro + i).mul(fromArray(Lanes.F, u, uo + i));
            fromArray(Lanes.F, x, xo + i).add(part).intoArray(s, so + i);
        }
        int end = n - L;
        FloatVector part = fromArray(Lanes.F, r, ro + end).mul(fromArray(Lanes.F, u, uo + end));
        fromArray(Lanes.F, x, xo + end).add(part).intoArray(s, so + end);
    }

    /** y = ν + z (h − ν) */
    static int mix(float[] gates, int zo, int no, float[] h, int ho, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector nu = fromArray(Lanes.F, gates, no + i);
            nu.add(fromArray(Lanes.F, gates, zo + i).mul(fromArray(Lanes.F, h, ho + i).sub(nu))).intoArray(y, yo + i);
        }
        return i;
    }

    /**
     * The slopes of one row of n numbers, at least a vector: see Gru; either of x̄ and ū may be null. The last vector is
     * computed before others are stored, for ū may be u.
     */
    static void slopes(
            float[] gates, int ro, int all, float[] u, int uo, float[] h, int ho, float[] g, int go, int n,
            float[] gx, int gxo, float[] gu, int guo) {
        FloatVector one = FloatVector.broadcast(Lanes.F, 1f);
        int end = n - L;
        FloatVector lastR = fromArray(Lanes.F, gates, ro + end);
        FloatVector lastZ = fromArray(Lanes.F, gates, ro + all + end);
        FloatVector lastNu = fromArray(Lanes.F, gates, ro + 2 * all + end);
        FloatVector lastUp = fromArray(Lanes.F, g, go + end);
        FloatVector lastDn = lastUp.mul(one.sub(lastZ)).mul(one.sub(lastNu.mul(lastNu)));
        FloatVector lastDr = lastDn.mul(fromArray(Lanes.F, u, uo + end)).mul(lastR.mul(one.sub(lastR)));
        FloatVector lastDz = lastUp.mul(fromArray(Lanes.F, h, ho + end).sub(lastNu)).mul(lastZ.mul(one.sub(lastZ)));
        for (int i = 0; i < end; i += L) {
            FloatVector r = fromArray(Lanes.F, gates, ro + i);
            FloatVector z = fromArray(Lanes.F, gates, ro + all + i);
            FloatVector nu = fromArray(Lanes.F, gates, ro + 2 * all + i);
            FloatVector up = fromArray(Lanes.F, g, go + i);
            FloatVector dn = up.mul(one.sub(z)).mul(one.sub(nu.mul(nu)));
            FloatVector dr = dn.mul(fromArray(Lanes.F, u, uo + i)).mul(r.mul(one.sub(r)));
            FloatVector dz = up.mul(fromArray(Lanes.F, h, ho + i).sub(nu)).mul(z.mul(one.sub(z)));
            if (gx != null) {
                dr.intoArray(gx, gxo + i);
                dz.intoArray(gx, gxo + n + i);
                dn.intoArray(gx, gxo + 2 * n + i);
            }
            if (gu != null) {
                dr.intoArray(gu, guo + i);
                dz.intoArray(gu, guo + n + i);
                dn.mul(r).intoArray(gu, guo + 2 * n + i);
            }
        }
        if (gx != null) {
            lastDr.intoArray(gx, gxo + end);
            lastDz.intoArray(gx, gxo + n + end);
            lastDn.intoArray(gx, gxo + 2 * n + end);
        }
        if (gu != null) {
            lastDr.intoArray(gu, guo + end);
            lastDz.intoArray(gu, guo + n + end);
            lastDn.mul(lastR).intoArray(gu, guo + 2 * n + end);
        }
    }

    /** y = x u or y += x u */
    static int product(float[] x, int xo, float[] u, int uo, int n, float[] y, int yo, boolean add) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector product = fromArray(Lanes.F, u, uo + i).mul(fromArray(Lanes.F, x, xo + i));
            if (add) { // two stores: a choice of vectors would be one of boxes
                fromArray(Lanes.F, y, yo + i).add(product).intoArray(y, yo + i);
            } else {
                product.intoArray(y, yo + i);
            }
        }
        return i;
    }
}
