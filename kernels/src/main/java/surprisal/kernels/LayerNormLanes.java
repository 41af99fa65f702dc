package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/** The loops of {@link LayerNorm} on vectors. Each does a first part of its n elements and returns how many. */
final class LayerNormLanes {

    private static final int L = Lanes.W;

    private LayerNormLanes() {}

    /** y = x − m */
    static int shift(float[] x, int xo, float m, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            fromArray(Lanes.F, x, xo + i).sub(m).intoArray(y, yo + i);
        }
        return i;
    }

    /** y = y ρ γ + β */
    static int affine(float[] y, int yo, float scale, float[] gamma, float[] beta, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector scaled = fromArray(Lanes.F, y, yo + i).mul(scale).mul(fromArray(Lanes.F, gamma, i));
            scaled.add(fromArray(Lanes.F, beta, i)).intoArray(y, yo + i);
        }
        return i;
    }

    /** ȳ γ and x̂ into s, the second from index n. */
    static int terms(float[] x, int xo, float mean, float scale, float[] g, int go, float[] gamma, int n, float[] s) {
        int i = 0;
        for (; i <= n - L; i += L) {
            fromArray(Lanes.F, g, go + i).mul(fromArray(Lanes.F, gamma, i)).intoArray(s, i);
            fromArray(Lanes.F, x, xo + i).sub(mean).mul(scale).intoArray(s, n + i);
        }
        return i;
    }

    /** x̄ = ρ (ȳ γ − a − x̂ b), or added. */
    static int centred(float[] s, int n, float scale, float a, float b, float[] gx, int gxo, boolean add) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector d = fromArray(Lanes.F, s, i).sub(a).sub(fromArray(Lanes.F, s, n + i).mul(b)).mul(scale);
            if (add) { // two stores: a choice of vectors would be one of boxes
                fromArray(Lanes.F, gx, gxo + i).add(d).intoArray(gx, gxo + i);
            } else {
                d.intoArray(gx, gxo + i);
            }
        }
        return i;
    }

    /** γ̄ += ȳ x̂, for one row. */
    static int weigh(float[] x, int xo, float mean, float scale, float[] g, int go, int n, float[] to, int o) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector d = fromArray(Lanes.F, g, go + i).mul(fromArray(Lanes.F, x, xo + i).sub(mean).mul(scale));
            fromArray(Lanes.F, to, o + i).add(d).intoArray(to, o + i);
        }
        return i;
    }
}
