package surprisal.kernels;

import jdk.incubator.vector.FloatVector;

/**
 * The functions of two numbers, with their derivatives in each: in double, which is the meaning, and in float, one by
 * one and in vectors, which is the speed. What {@link Unary} says of bits, accuracy and not-a-number holds here too.
 */
// as in Unary: no constant calls a method of FloatVector
public enum Binary {
    /** a + b: correctly rounded. */
    PLUS(0.5) {
        @Override
        public double f(double a, double b) { return a + b; }

        @Override
        public double da(double a, double b, double y) { return 1; }

        @Override
        public double db(double a, double b, double y) { return 1; }

        @Override
        float f32(float a, float b) { return a + b; }

        @Override
        float da32(float a, float b, float y) { return 1f; }

        @Override
        float db32(float a, float b, float y) { return 1f; }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.plus(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.fill(1f); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.fill(1f); }
    },

    /** a − b: correctly rounded. */
    MINUS(0.5) {
        @Override
        public double f(double a, double b) { return a - b; }

        @Override
        public double da(double a, double b, double y) { return 1; }

        @Override
        public double db(double a, double b, double y) { return -1; }

        @Override
        float f32(float a, float b) { return a - b; }

        @Override
        float da32(float a, float b, float y) { return 1f; }

        @Override
        float db32(float a, float b, float y) { return -1f; }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.minus(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.fill(1f); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.fill(-1f); }
    },

    /** a·b: correctly rounded. */
    TIMES(0.5) {
        @Override
        public double f(double a, double b) { return a * b; }

        @Override
        public double da(double a, double b, double y) { return b; }

        @Override
        public double db(double a, double b, double y) { return a; }

        @Override
        float f32(float a, float b) { return a * b; }

        @Override
        float da32(float a, float b, float y) { return b; }

        @Override
        float db32(float a, float b, float y) { return a; }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.times(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return b; }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return a; }
    },

    /** a / b: correctly rounded. */
    DIV(0.5) {
        @Override
        public double f(double a, double b) { return a / b; }

        @Override
        public double da(double a, double b, double y) { return 1 / b; }

        @Override
        public double db(double a, double b, double y) { return -y / b; }

        @Override
        float f32(float a, float b) { return a / b; }

        @Override
        float da32(float a, float b, float y) { return 1f / b; }

        @Override
        float db32(float a, float b, float y) { return -y / b; }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.div(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.div(Lanes.fill(1f), b); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.neg(Lanes.div(y, b)); }
    },

    /**
     * a^b: correctly rounded but for ties (computed in double). The derivative in b is 0 where a = 0 ≤ b, and NaN where
     * a is negative. Not vectorised.
     */
    POW(0.51) {
        @Override
        public double f(double a, double b) { return StrictMath.pow(a, b); }

        @Override
        public double da(double a, double b, double y) { return b == 0 ? 0 : b * StrictMath.pow(a, b - 1); }

        @Override
        public double db(double a, double b, double y) { return a == 0 && b >= 0 ? 0 : y * StrictMath.log(a); }

        @Override
        float f32(float a, float b) { return (float) f(a, b); }

        @Override
        float da32(float a, float b, float y) { return (float) da(a, b, y); }

        @Override
        float db32(float a, float b, float y) { return (float) db(a, b, f(a, b)); }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { throw notVectorised(); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { throw notVectorised(); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { throw notVectorised(); }

        @Override
        boolean vectorised() { return false; }
    },

    /**
     * The smaller of a and b: exact. The derivative is 1 in the smaller, 0 in the other, and ½ in each of two equal
     * ones.
     */
    MIN(0) {
        @Override
        public double f(double a, double b) { return Math.min(a, b); }

        @Override
        public double da(double a, double b, double y) { return above(b, a); }

        @Override
        public double db(double a, double b, double y) { return above(a, b); }

        @Override
        float f32(float a, float b) { return Math.min(a, b); }

        @Override
        float da32(float a, float b, float y) { return Singles.above(b, a); }

        @Override
        float db32(float a, float b, float y) { return Singles.above(a, b); }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.min(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.above(b, a); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.above(a, b); }
    },

    /**
     * The larger of a and b: exact. The derivative is 1 in the larger, 0 in the other, and ½ in each of two equal ones.
     */
    MAX(0) {
        @Override
        public double f(double a, double b) { return Math.max(a, b); }

        @Override
        public double da(double a, double b, double y) { return above(a, b); }

        @Override
        public double db(double a, double b, double y) { return above(b, a); }

        @Override
        float f32(float a, float b) { return Math.max(a, b); }

        @Override
        float da32(float a, float b, float y) { return Singles.above(a, b); }

        @Override
        float db32(float a, float b, float y) { return Singles.above(b, a); }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.max(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.above(a, b); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.above(b, a); }
    },

    /** a log b, and 0 where a = 0: 2.5 ulp. Where a = 0 the derivative in b is 0, and the one in a is 0 if b ≤ 0. */
    XLOGY(2.5) {
        @Override
        public double f(double a, double b) { return a == 0 && !Double.isNaN(b) ? 0 : a * StrictMath.log(b); }

        @Override
        public double da(double a, double b, double y) { return a == 0 && b <= 0 ? 0 : StrictMath.log(b); }

        @Override
        public double db(double a, double b, double y) { return a == 0 && !Double.isNaN(b) ? 0 : a / b; }

        @Override
        float f32(float a, float b) { return Singles.xlogy(a, b); }

        @Override
        float da32(float a, float b, float y) { return Singles.xlogySlopeA(a, b); }

        @Override
        float db32(float a, float b, float y) { return Singles.xlogySlopeB(a, b); }

        @Override
        FloatVector lanes(FloatVector a, FloatVector b) { return Lanes.xlogy(a, b); }

        @Override
        FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.xlogySlopeA(a, b); }

        @Override
        FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y) { return Lanes.xlogySlopeB(a, b); }
    };

    private final double ulps;

    Binary(double ulps) {
        this.ulps = ulps;
    }

    /**
     * The op's formula.
     *
     * @param a a number
     * @param b another
     * @return f(a, b)
     */
    public abstract double f(double a, double b);

    /**
     * The derivative in the first.
     *
     * @param a a number
     * @param b another
     * @param y f(a, b)
     * @return ∂f/∂a
     */
    public abstract double da(double a, double b, double y);

    /**
     * The derivative in the second.
     *
     * @param a a number
     * @param b another
     * @param y f(a, b)
     * @return ∂f/∂b
     */
    public abstract double db(double a, double b, double y);

    /** f of two floats: the same bits as {@link #lanes}. */
    abstract float f32(float a, float b);

    /** ∂f/∂a at two floats: the same bits as {@link #dalanes}. */
    abstract float da32(float a, float b, float y);

    /** ∂f/∂b at two floats: the same bits as {@link #dblanes}. */
    abstract float db32(float a, float b, float y);

    /** f of two vectors of floats. */
    abstract FloatVector lanes(FloatVector a, FloatVector b);

    /** ∂f/∂a at two vectors of floats. */
    abstract FloatVector dalanes(FloatVector a, FloatVector b, FloatVector y);

    /** ∂f/∂b at two vectors of floats. */
    abstract FloatVector dblanes(FloatVector a, FloatVector b, FloatVector y);

    /** Whether there is a {@link #lanes}. */
    boolean vectorised() {
        return true;
    }

    /** How far {@link #f32} may be from f, in ulp of the exact result. */
    double ulps() {
        return ulps;
    }

    /** 1 where a > b, 0 where a < b, ½ where they are equal, NaN where one is. */
    private static double above(double a, double b) {
        return a > b ? 1 : a < b ? 0 : a == b ? 0.5 : Double.NaN;
    }

    UnsupportedOperationException notVectorised() {
        return new UnsupportedOperationException(
                name() + " has no vector form; loops use f32 where vectorised() is false");
    }
}
