package surprisal.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of {@link Rows} and {@link Reduce} on vectors. Each does a first part of its n elements and returns how
 * many; the scalar loop in Rows does the others.
 */
final class RowsLanes {
    private static final VectorSpecies<Float> F = Lanes.F;
    private static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());
    private static final int L = F.length();

    private RowsLanes() {}

    // Sums: element i goes to virtual lane i mod 16, which is lane i mod L of accumulator a, b, c or d. With wider
    // vectors fewer accumulators are in use; the conditions on L are constants.

    /** The 16 lanes of Σ x, into s. */
    static int sums(float[] x, int xo, int n, float[] s) {
        FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a = a.add(FloatVector.fromArray(F, x, xo + i));
            if (L < 16) b = b.add(FloatVector.fromArray(F, x, xo + i + L));
            if (L < 8) c = c.add(FloatVector.fromArray(F, x, xo + i + 2 * L));
            if (L < 8) d = d.add(FloatVector.fromArray(F, x, xo + i + 3 * L));
        }
        a.intoArray(s, 0);
        if (L < 16) b.intoArray(s, L);
        if (L < 8) c.intoArray(s, 2 * L);
        if (L < 8) d.intoArray(s, 3 * L);
        return i;
    }

    /** The 16 lanes of Σ x y, into s. */
    static int dots(float[] x, int xo, float[] y, int yo, int n, float[] s) {
        FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a = a.add(product(x, xo + i, y, yo + i));
            if (L < 16) b = b.add(product(x, xo + i + L, y, yo + i + L));
            if (L < 8) c = c.add(product(x, xo + i + 2 * L, y, yo + i + 2 * L));
            if (L < 8) d = d.add(product(x, xo + i + 3 * L, y, yo + i + 3 * L));
        }
        a.intoArray(s, 0);
        if (L < 16) b.intoArray(s, L);
        if (L < 8) c.intoArray(s, 2 * L);
        if (L < 8) d.intoArray(s, 3 * L);
        return i;
    }

    private static FloatVector product(float[] x, int i, float[] y, int j) {
        return FloatVector.fromArray(F, x, i).mul(FloatVector.fromArray(F, y, j));
    }

    /** The 16 lanes of Σ exp(x − m), into s. */
    static int exps(float[] x, int xo, int n, float m, float[] s) {
        FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a = a.add(exp(x, xo + i, m));
            if (L < 16) b = b.add(exp(x, xo + i + L, m));
            if (L < 8) c = c.add(exp(x, xo + i + 2 * L, m));
            if (L < 8) d = d.add(exp(x, xo + i + 3 * L, m));
        }
        a.intoArray(s, 0);
        if (L < 16) b.intoArray(s, L);
        if (L < 8) c.intoArray(s, 2 * L);
        if (L < 8) d.intoArray(s, 3 * L);
        return i;
    }

    /** y = exp(x − m), and the 16 lanes of its sum, into s; of one vector or two. */
    static int exps(float[] x, int xo, int n, float m, float[] y, int yo, float[] s) {
        FloatVector a = FloatVector.zero(F), b = a;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            FloatVector e = exp(x, xo + i, m);
            e.intoArray(y, yo + i);
            a = a.add(e);
            if (L < 16) {
                e = exp(x, xo + i + L, m);
                e.intoArray(y, yo + i + L);
                b = b.add(e);
            }
        }
        a.intoArray(s, 0);
        if (L < 16) b.intoArray(s, L);
        return i;
    }

    private static FloatVector exp(float[] x, int i, float m) {
        return Lanes.exp(FloatVector.fromArray(F, x, i).sub(m));
    }

    /**
     * The maximum of x from 0 up to n − n mod L, n ≥ L, as its rank: see {@link Rows#ranked}. A maximum of floats that
     * heeds NaN and −0 is a chain of six instructions; of ranks it is one, so one accumulator does.
     */
    static int maximum(float[] x, int xo, int n) {
        IntVector a = IntVector.broadcast(I, Integer.MIN_VALUE);
        for (int i = 0; i <= n - L; i += L) a = a.max(rank(x, xo + i));
        return a.reduceLanes(MAX); // of integers: there is one answer
    }

    /** Integers in the order of the floats, −0 below 0 and NaN on top: {@link Rows#ranked}. */
    private static IntVector rank(float[] x, int i) {
        IntVector bits = FloatVector.fromArray(F, x, i).reinterpretAsInts();
        return bits.lanewise(ASHR, 31).and(0x7fffffff).lanewise(XOR, bits).sub(Rows.NANS);
    }

    /** y = exp(x − m) */
    static int exp(float[] x, int xo, int n, float m, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) exp(x, xo + i, m).intoArray(y, yo + i);
        return i;
    }

    /** y = y / c */
    static int quotient(float[] y, int yo, int n, float c) {
        int i = 0;
        for (; i <= n - L; i += L) FloatVector.fromArray(F, y, yo + i).div(c).intoArray(y, yo + i);
        return i;
    }

    /** y = (x − m) − c */
    static int shifted(float[] x, int xo, int n, float m, float c, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) FloatVector.fromArray(F, x, xo + i).sub(m).sub(c).intoArray(y, yo + i);
        return i;
    }

    /** y += c */
    static int plus(float c, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) FloatVector.fromArray(F, y, yo + i).add(c).intoArray(y, yo + i);
        return i;
    }

    /** y += x */
    static int plus(float[] x, int xo, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(F, y, yo + i).add(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
        return i;
    }

    /** y += x₀, y += x₁ … x₇, eight rows of x that are {@code step} apart */
    static int plusEight(float[] x, int xo, int step, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            int o = xo + i;
            FloatVector.fromArray(F, y, yo + i)
                    .add(FloatVector.fromArray(F, x, o))
                    .add(FloatVector.fromArray(F, x, o + step))
                    .add(FloatVector.fromArray(F, x, o + 2 * step))
                    .add(FloatVector.fromArray(F, x, o + 3 * step))
                    .add(FloatVector.fromArray(F, x, o + 4 * step))
                    .add(FloatVector.fromArray(F, x, o + 5 * step))
                    .add(FloatVector.fromArray(F, x, o + 6 * step))
                    .add(FloatVector.fromArray(F, x, o + 7 * step))
                    .intoArray(y, yo + i);
        }
        return i;
    }

    /** y = max(y, x) */
    static int max(float[] x, int xo, int n, float[] y, int yo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(F, y, yo + i).max(FloatVector.fromArray(F, x, xo + i)).intoArray(y, yo + i);
        }
        return i;
    }

    /** gx += g exp(x − m) */
    static int plusExp(float g, float[] x, int xo, int n, float m, float[] gx, int gxo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector.fromArray(F, gx, gxo + i).add(exp(x, xo + i, m).mul(g)).intoArray(gx, gxo + i);
        }
        return i;
    }

    /** gx += y (g − c) */
    static int plusCentred(float[] y, int yo, float[] g, int go, int n, float c, float[] gx, int gxo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector p = FloatVector.fromArray(F, g, go + i).sub(c).mul(FloatVector.fromArray(F, y, yo + i));
            FloatVector.fromArray(F, gx, gxo + i).add(p).intoArray(gx, gxo + i);
        }
        return i;
    }

    /** gx += g − exp(y) c */
    static int plusLessExp(float[] y, int yo, float[] g, int go, int n, float c, float[] gx, int gxo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector e = Lanes.exp(FloatVector.fromArray(F, y, yo + i)).mul(c);
            FloatVector p = FloatVector.fromArray(F, g, go + i).sub(e);
            FloatVector.fromArray(F, gx, gxo + i).add(p).intoArray(gx, gxo + i);
        }
        return i;
    }

    /** ties += 1 where x attains y, as {@link Rows#attains} has it */
    static int ties(float[] x, int xo, float[] y, int yo, int n, int[] ties) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector one = FloatVector.zero(F).blend(1, attains(x, xo + i, y, yo + i));
            IntVector.fromArray(I, ties, i).add(one.reinterpretAsInts().lanewise(LSHR, 29)).intoArray(ties, i); // 1f is 127 << 23
        }
        return i;
    }

    /** gx += g where x attains y */
    static int plusTied(float[] x, int xo, float[] y, int yo, float[] g, int n, float[] gx, int gxo) {
        int i = 0;
        for (; i <= n - L; i += L) {
            FloatVector old = FloatVector.fromArray(F, gx, gxo + i);
            old.blend(old.add(FloatVector.fromArray(F, g, i)), attains(x, xo + i, y, yo + i)).intoArray(gx, gxo + i);
        }
        return i;
    }

    private static VectorMask<Float> attains(float[] x, int i, float[] y, int j) {
        FloatVector v = FloatVector.fromArray(F, x, i);
        return v.compare(EQ, FloatVector.fromArray(F, y, j)).or(v.compare(NE, v));
    }
}
