package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/** The loops of {@link Gru} on vectors. Each does a first part of its n elements and returns how many. */
final class GruLanes {

    private static final int L = Lanes.W;

    private GruLanes() {}

    /** s = x + u */
    static int sum(float[] x, int xo, float[] u, int uo, int n, float[] s, int so) {
        int i = 0;
        for (; i <= n - L; i += L) {
            fromArray(Lanes.F, x, xo + i).add(fromArray(Lanes.F, u, uo + i)).intoArray(s, so + i);
        }
        return i;
    }

    /** s = x + r u */
    static int candidate(float[] x, int xo, float[] u, int uo, float[] r, int ro, int n, float[] s, int so) {
        int i = 0;
        for (; i <= n - L; i += L) {
            fromArray(Lanes.F, x, xo + i).add(fromArray(Lanes.F, r, ro + i).mul(fromArray(Lanes.F, u, uo + i))).intoArray(s, so + i);
        }
        return i;
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

    /** The slopes of one row: see Gru. */
    static int slopes(
            float[] gates, int ro, int all, float[] u, int uo, float[] h, int ho, float[] g, int gyo, int n,
            boolean reset, float[] d, int at, boolean add) {
        FloatVector one = FloatVector.broadcast(Lanes.F, 1f);
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector r = fromArray(Lanes.F, gates, ro + i);
            FloatVector z = fromArray(Lanes.F, gates, ro + all + i);
            FloatVector nu = fromArray(Lanes.F, gates, ro + 2 * all + i);
            FloatVector up = fromArray(Lanes.F, g, gyo + i);
            FloatVector dn = up.mul(one.sub(z)).mul(one.sub(nu.mul(nu)));
            FloatVector dr = dn.mul(fromArray(Lanes.F, u, uo + i)).mul(r.mul(one.sub(r)));
            FloatVector dz = up.mul(fromArray(Lanes.F, h, ho + i).sub(nu)).mul(z.mul(one.sub(z)));
            put(dr, d, at + i, add);
            put(dz, d, at + n + i, add);
            if (reset) {
                put(dn.mul(r), d, at + 2 * n + i, add);
            } else {
                put(dn, d, at + 2 * n + i, add);
            }
        }
        return i;
    }

    /** y = x u or y += x u */
    static int product(float[] x, int xo, float[] u, int uo, int n, float[] y, int yo, boolean add) {
        int i = 0;
        for (; i <= n - L; i += L) {
            put(fromArray(Lanes.F, u, uo + i).mul(fromArray(Lanes.F, x, xo + i)), y, yo + i, add);
        }
        return i;
    }

    private static void put(FloatVector x, float[] y, int o, boolean add) {
        if (add) { // two stores: a choice of vectors would be one of boxes
            fromArray(Lanes.F, y, o).add(x).intoArray(y, o);
        } else {
            x.intoArray(y, o);
        }
    }
}
