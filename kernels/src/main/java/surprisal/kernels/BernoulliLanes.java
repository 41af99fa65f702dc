package surprisal.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * The loops of {@link BernoulliRows} on vectors. Each does a first part of its n elements and returns how many; the scalar
 * loop in BernoulliRows does the others.
 */
final class BernoulliLanes {

    private BernoulliLanes() {}

    /** t = x l − log(1 + e^l) */
    static int terms(float[] l, int lo, float[] x, int xo, int n, float[] t, int to) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector odds = load(l, lo + i);
            FloatVector term = load(x, xo + i).mul(odds);
            term.sub(Lanes.softplus(odds)).intoArray(t, to + i);
        }
        return i;
    }

    /** gl = g (x − σ(l)) */
    static int slopes(float[] l, int lo, float[] x, int xo, float g, int n, float[] gl, int glo) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector event = load(x, xo + i);
            event.sub(Lanes.sigmoid(load(l, lo + i))).mul(g).intoArray(gl, glo + i);
        }
        return i;
    }

    /** gl += g (x − σ(l)) */
    static int plusSlopes(float[] l, int lo, float[] x, int xo, float g, int n, float[] gl, int glo) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector sum = load(gl, glo + i);
            FloatVector event = load(x, xo + i);
            sum.add(event.sub(Lanes.sigmoid(load(l, lo + i))).mul(g)).intoArray(gl, glo + i);
        }
        return i;
    }

    private static FloatVector load(float[] x, int o) {
        return FloatVector.fromArray(Lanes.F, x, o);
    }
}
