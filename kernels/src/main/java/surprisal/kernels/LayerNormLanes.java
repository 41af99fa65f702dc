package surprisal.kernels;

import jdk.incubator.vector.FloatVector;

/** The loops of {@link LayerNorm} on vectors. Each does a first part of its n elements and returns how many. */
final class LayerNormLanes {

    private static final int L = Lanes.W;

    private LayerNormLanes() {}

    /** y = x − m */
    static int shift(float[] x, int xo, float m, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            load(x, xo + i).sub(m).intoArray(y, yo + i);
        }
        return i;
    }

    /** y = y ρ γ + β */
    static int affine(float[] y, int yo, float scale, float[] gamma, float[] beta, int n) {
        int i = 0;
        for (; i <= n - L; i += L) {
            load(y, yo + i).mul(scale).mul(load(gamma, i)).add(load(beta, i)).intoArray(y, yo + i);
        }
        return i;
    }

    /** ȳ γ and x̂ into s, the second from index n. */
    static int terms(float[] x, int xo, float mean, float scale, float[] g, int go, float[] gamma, int n, float[] s) {
        int i = 0;
        for (; i <= n - L; i += L) {
            load(g, go + i).mul(load(gamma, i)).intoArray(s, i);
            load(x, xo + i).sub(mean).mul(scale).intoArray(s, n + i);
        }
        return i;
    }

    /** x̄ = ρ (ȳ γ − a − x̂ b), or added. */
    static int centred(float[] s, int n, float scale, float a, float b, float[] gx, int gxo, boolean add) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector d = load(s, i).sub(a).sub(load(s, n + i).mul(b)).mul(scale);
            if (add) { // two stores: a choice of vectors would be one of boxes
                load(gx, gxo + i).add(d).intoArray(gx, gxo + i);
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
            FloatVector d = load(g, go + i).mul(load(x, xo + i).sub(mean).mul(scale));
            load(to, o + i).add(d).intoArray(to, o + i);
        }
        return i;
    }

    private static FloatVector load(float[] x, int o) {
        return FloatVector.fromArray(Lanes.F, x, o);
    }
}
