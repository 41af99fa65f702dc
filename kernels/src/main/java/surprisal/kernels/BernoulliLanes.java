package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link BernoulliRows} on vectors. Each does a first part of its n elements and returns how many; the scalar
 * loop in BernoulliRows does the others.
 */
final class BernoulliLanes {

    private BernoulliLanes() {}

    /** t = x l − t */
    static int terms(float[] l, int lo, float[] x, int xo, int n, float[] t, int to) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            fromArray(Lanes.F, x, xo + i).mul(fromArray(Lanes.F, l, lo + i)).sub(fromArray(Lanes.F, t, to + i)).intoArray(t, to + i);
        }
        return i;
    }

    /** gl = g (x − p) */
    static int slopes(float[] p, int po, float[] x, int xo, float g, int n, float[] gl, int glo) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            fromArray(Lanes.F, x, xo + i).sub(fromArray(Lanes.F, p, po + i)).mul(g).intoArray(gl, glo + i);
        }
        return i;
    }

    /** gl += g (x − p) */
    static int plusSlopes(float[] p, int po, float[] x, int xo, float g, int n, float[] gl, int glo) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector d = fromArray(Lanes.F, x, xo + i).sub(fromArray(Lanes.F, p, po + i)).mul(g);
            fromArray(Lanes.F, gl, glo + i).add(d).intoArray(gl, glo + i);
        }
        return i;
    }
}
