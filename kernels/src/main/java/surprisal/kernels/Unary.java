package surprisal.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * The functions of one number. An op is its formula and its derivative: in double, which is the meaning, and in float,
 * one by one and in vectors, which is the speed.
 *
 * <p>The double formulas are made of {@link StrictMath}, save exp and log (0.9 and 0.8 ulp, {@link Doubles}), and give
 * the same bits on every machine. The float ones are polynomials of this package: scalar and vector code run the same
 * operations, so they give the same bits at every
 * vector width. The accuracy of float values is stated with each op, over all floats, in ulp: units in the last place
 * of the exact result. It holds where the CPU has a fused multiply-add (scalar code without it measures about the
 * same). Derivatives are within 3 ulp of the meaning, except where 1 − y or a root makes them small: there the error is
 * absolute, a few 2⁻²⁴, and the op says so.
 *
 * <p>Not-a-number stays not-a-number in every op and derivative that depends on its argument. At a kink the derivative
 * is a subgradient, stated with the op.
 */
// No constant calls a method of FloatVector: the verifier would load it, and then the enum could not be used where the
// module jdk.incubator.vector is absent. They call Lanes, which is loaded when a vector loop first runs.
public enum Unary {

    /** e^x: 1.05 ulp, gradual underflow. */
    EXP(-20, 20, 1.05, 1.05) {
        @Override
        public double f(double x) { return Doubles.exp(x); }

        @Override
        public double df(double x, double y) { return y; }

        @Override
        float f32(float x) { return Singles.exp(x); }

        @Override
        float df32(float x, float y) { return y; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.exp(x); }

        @Override
        DoubleVector lanes(DoubleVector x) { return DoubleLanes.exp(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return y; }
    },

    /** log x: 1 ulp. */
    LOG(0.01, 100, 1, 0.5) {
        @Override
        public double f(double x) { return Doubles.log(x); }

        @Override
        public double df(double x, double y) { return 1 / x; }

        @Override
        float f32(float x) { return Singles.log(x); }

        @Override
        float df32(float x, float y) { return 1f / x; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.log(x); }

        @Override
        DoubleVector lanes(DoubleVector x) { return DoubleLanes.log(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.div(Lanes.fill(1f), x); }
    },

    /** log(1 + x): 1.6 ulp. */
    LOG1P(-0.9, 100, 1.6, 1.5) {
        @Override
        public double f(double x) { return StrictMath.log1p(x); }

        @Override
        public double df(double x, double y) { return 1 / (1 + x); }

        @Override
        float f32(float x) { return Singles.log1p(x); }

        @Override
        float df32(float x, float y) { return 1f / (1f + x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.log1p(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) {
            return Lanes.div(Lanes.fill(1f), Lanes.plus(Lanes.fill(1f), x));
        }
    },

    /** e^x − 1: 1.6 ulp. */
    EXPM1(-20, 20, 1.6, 1.05) {
        @Override
        public double f(double x) { return StrictMath.expm1(x); }

        @Override
        public double df(double x, double y) { return StrictMath.exp(x); }

        @Override
        float f32(float x) { return Singles.expm1(x); }

        @Override
        float df32(float x, float y) { return Singles.exp(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.expm1(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.exp(x); }
    },

    /** √x: correctly rounded. */
    SQRT(0.01, 100, 0.5, 1.5) {
        @Override
        public double f(double x) { return Math.sqrt(x); }

        @Override
        public double df(double x, double y) { return 0.5 / y; }

        @Override
        float f32(float x) { return (float) Math.sqrt(x); }

        @Override
        float df32(float x, float y) { return 0.5f / y; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.sqrt(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.div(Lanes.fill(0.5f), y); }
    },

    /** 1/√x: 1.5 ulp. */
    RSQRT(0.01, 100, 1.5, 2.5) {
        @Override
        public double f(double x) { return 1 / Math.sqrt(x); }

        @Override
        public double df(double x, double y) { return -0.5 * y / x; }

        @Override
        float f32(float x) { return 1f / (float) Math.sqrt(x); }

        @Override
        float df32(float x, float y) { return -0.5f * y / x; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.div(Lanes.fill(1f), Lanes.sqrt(x)); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.div(Lanes.times(Lanes.fill(-0.5f), y), x); }
    },

    /** x²: correctly rounded. */
    SQUARE(-10, 10, 0.5, 0) {
        @Override
        public double f(double x) { return x * x; }

        @Override
        public double df(double x, double y) { return 2 * x; }

        @Override
        float f32(float x) { return x * x; }

        @Override
        float df32(float x, float y) { return 2f * x; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.times(x, x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.times(Lanes.fill(2f), x); }
    },

    /** |x|: exact. |0|′ = 0. */
    ABS(-10, 10, 0, 0) {
        @Override
        public double f(double x) { return Math.abs(x); }

        @Override
        public double df(double x, double y) { return Math.signum(x); }

        @Override
        float f32(float x) { return Math.abs(x); }

        @Override
        float df32(float x, float y) { return Singles.sign(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.abs(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.sign(x); }
    },

    /** −x: exact. */
    NEG(-10, 10, 0, 0) {
        @Override
        public double f(double x) { return -x; }

        @Override
        public double df(double x, double y) { return -1; }

        @Override
        float f32(float x) { return -x; }

        @Override
        float df32(float x, float y) { return -1f; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.neg(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.fill(-1f); }
    },

    /** 1/x: correctly rounded. */
    RECIPROCAL(0.1, 10, 0.5, 2) {
        @Override
        public double f(double x) { return 1 / x; }

        @Override
        public double df(double x, double y) { return -(y * y); }

        @Override
        float f32(float x) { return 1f / x; }

        @Override
        float df32(float x, float y) { return -(y * y); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.div(Lanes.fill(1f), x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.neg(Lanes.times(y, y)); }
    },

    /** sin x: 2 ulp, up to the largest float. */
    SIN(-20, 20, 2, 2) {
        @Override
        public double f(double x) { return StrictMath.sin(x); }

        @Override
        public double df(double x, double y) { return StrictMath.cos(x); }

        @Override
        float f32(float x) { return Singles.sin(x); }

        @Override
        float df32(float x, float y) { return Singles.cos(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.sin(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.cos(x); }
    },

    /** cos x: 2 ulp, up to the largest float. */
    COS(-20, 20, 2, 2) {
        @Override
        public double f(double x) { return StrictMath.cos(x); }

        @Override
        public double df(double x, double y) { return -StrictMath.sin(x); }

        @Override
        float f32(float x) { return Singles.cos(x); }

        @Override
        float df32(float x, float y) { return -Singles.sin(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.cos(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.neg(Lanes.sin(x)); }
    },

    /** tanh x: 1.5 ulp. The derivative (1 − y)(1 + y) has an absolute error of 2⁻²² where y → ±1. */
    TANH(-5, 5, 1.5, 2, 0x1p-23) {
        @Override
        public double f(double x) { return StrictMath.tanh(x); }

        @Override
        public double df(double x, double y) { return (1 - y) * (1 + y); }

        @Override
        float f32(float x) { return Singles.tanh(x); }

        @Override
        float df32(float x, float y) { return (1f - y) * (1f + y); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.tanh(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) {
            return Lanes.times(Lanes.minus(Lanes.fill(1f), y), Lanes.plus(Lanes.fill(1f), y));
        }
    },

    /** 1 / (1 + e^−x): 2 ulp. The derivative y (1 − y) has an absolute error of 2⁻²³ where y → 1. */
    SIGMOID(-10, 10, 2, 2, 0x1p-24) {
        @Override
        public double f(double x) { return logistic(x); }

        @Override
        public double df(double x, double y) { return y * (1 - y); }

        @Override
        float f32(float x) { return Singles.sigmoid(x); }

        @Override
        float df32(float x, float y) { return y * (1f - y); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.sigmoid(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.times(y, Lanes.minus(Lanes.fill(1f), y)); }
    },

    /** log(1 + e^x), the smooth max(0, x): 2 ulp. */
    SOFTPLUS(-20, 20, 2, 2) {
        @Override
        public double f(double x) { return softplus(x); }

        @Override
        public double df(double x, double y) { return logistic(x); }

        @Override
        float f32(float x) { return Singles.softplus(x); }

        @Override
        float df32(float x, float y) { return Singles.sigmoid(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.softplus(x); }

        @Override
        boolean staged() { return true; }

        @Override
        FloatVector stage(FloatVector x) { return Lanes.softplusStage(x); }

        @Override
        FloatVector lanes(FloatVector x, FloatVector stage) { return Lanes.softplus(x, stage); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.sigmoid(x); }
    },

    /** max(0, x): exact. Its derivative at 0 is 0. */
    RELU(-10, 10, 0, 0) {
        @Override
        public double f(double x) { return x <= 0 ? 0 : x; }

        @Override
        public double df(double x, double y) { return x > 0 ? 1 : x <= 0 ? 0 : x; }

        @Override
        float f32(float x) { return Singles.relu(x); }

        @Override
        float df32(float x, float y) { return Singles.step(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.relu(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.step(x); }
    },

    /** x where x > 0, else e^x − 1: 1.6 ulp. The derivative is 1 + y there, with an absolute error of 2⁻²⁴ where it is small. */
    ELU(-10, 10, 1.6, 2, 0x1p-24) {
        @Override
        public double f(double x) { return x > 0 ? x : StrictMath.expm1(x); }

        @Override
        public double df(double x, double y) { return y > 0 ? 1 : 1 + y; }

        @Override
        float f32(float x) { return Singles.elu(x); }

        @Override
        float df32(float x, float y) { return y > 0f ? 1f : 1f + y; }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.elu(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.eluSlope(y); }
    },

    /** x / (1 + e^−x): 2 ulp. The derivative has an absolute error of 2⁻²² near its root −1.278. */
    SILU(-10, 10, 2, 2, 0x1p-23) {
        @Override
        public double f(double x) { return silu(x); }

        @Override
        public double df(double x, double y) { return siluSlope(x, y); }

        @Override
        float f32(float x) { return Singles.silu(x); }

        @Override
        float df32(float x, float y) { return Singles.siluSlope(x, y); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.silu(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.siluSlope(x, y); }
    },

    /** x Φ(x): 3.5 ulp, in the tail too. The derivative has an absolute error of 2⁻²³ near its root −0.752. */
    GELU(-6, 6, 3.5, 1, 0x1p-23) {
        @Override
        public double f(double x) { return gelu(x); }

        @Override
        public double df(double x, double y) { return geluSlope(x); }

        @Override
        float f32(float x) { return Singles.gelu(x); }

        @Override
        float df32(float x, float y) { return Singles.geluSlope(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.gelu(x); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.geluSlope(x); }
    },

    /** erf x = 2/√π ∫₀ˣ e^(−t²) dt: 1 ulp. */
    ERF(-4, 4, 1, 2) {
        @Override
        public double f(double x) { return Doubles.erf(x); }

        @Override
        public double df(double x, double y) { return TWO_OVER_SQRT_PI * StrictMath.exp(-x * x); }

        @Override
        float f32(float x) { return Singles.erf(x); }

        @Override
        float df32(float x, float y) { return Singles.erfSlope(x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.erf(x); }

        @Override
        boolean staged() { return true; }

        @Override
        FloatVector stage(FloatVector x) { return Lanes.erfStage(x); }

        @Override
        FloatVector lanes(FloatVector x, FloatVector stage) { return Lanes.erf(x, stage); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.erfSlope(x); }
    },

    /** log(1 / (1 + e^−x)) = −softplus(−x): 2 ulp. */
    LOG_SIGMOID(-20, 20, 2, 2) {
        @Override
        public double f(double x) { return -softplus(-x); }

        @Override
        public double df(double x, double y) { return logistic(-x); }

        @Override
        float f32(float x) { return -Singles.softplus(-x); }

        @Override
        float df32(float x, float y) { return Singles.sigmoid(-x); }

        @Override
        FloatVector lanes(FloatVector x) { return Lanes.logSigmoid(x); }

        @Override
        boolean staged() { return true; }

        @Override
        FloatVector stage(FloatVector x) { return Lanes.softplusStage(x); }

        @Override
        FloatVector lanes(FloatVector x, FloatVector stage) { return Lanes.neg(Lanes.softplus(Lanes.neg(x), stage)); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { return Lanes.sigmoid(Lanes.neg(x)); }
    },

    /** log |Γ(x)|: 0.5 ulp of the double formula, which is exact to 1e-14. Not vectorised. */
    LGAMMA(0.1, 50, 0.5, 0.5) {
        @Override
        public double f(double x) { return Doubles.lgamma(x); }

        @Override
        public double df(double x, double y) { return Doubles.digamma(x); }

        @Override
        float f32(float x) { return (float) Doubles.lgamma(x); }

        @Override
        float df32(float x, float y) { return (float) Doubles.digamma(x); }

        @Override
        FloatVector lanes(FloatVector x) { throw notVectorised(); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { throw notVectorised(); }

        @Override
        boolean vectorised() { return false; }
    },

    /** ψ(x) = d log Γ(x) / dx: 0.5 ulp of the double formula, which is exact to 1e-14. Not vectorised. */
    DIGAMMA(0.1, 50, 0.5, 0.5) {
        @Override
        public double f(double x) { return Doubles.digamma(x); }

        @Override
        public double df(double x, double y) { return Doubles.trigamma(x); }

        @Override
        float f32(float x) { return (float) Doubles.digamma(x); }

        @Override
        float df32(float x, float y) { return (float) Doubles.trigamma(x); }

        @Override
        FloatVector lanes(FloatVector x) { throw notVectorised(); }

        @Override
        FloatVector dlanes(FloatVector x, FloatVector y) { throw notVectorised(); }

        @Override
        boolean vectorised() { return false; }
    };

    /**
     * An interval on which an op is smooth enough to be tested by differences, kinks excepted.
     *
     * @param lo the least number
     * @param hi the largest number
     */
    public record Domain(double lo, double hi) {}

    private static final double TWO_OVER_SQRT_PI = 0x1.20dd750429b6dp0;

    private final Domain domain;
    private final double ulps;
    private final double slopeUlps;
    private final double slopeFloor;

    Unary(double lo, double hi, double ulps, double slopeUlps) {
        this(lo, hi, ulps, slopeUlps, 0);
    }

    Unary(double lo, double hi, double ulps, double slopeUlps, double slopeFloor) {
        this.domain = new Domain(lo, hi);
        this.ulps = ulps;
        this.slopeUlps = slopeUlps;
        this.slopeFloor = slopeFloor;
    }

    /**
     * The op's formula.
     *
     * @param x a number
     * @return f(x)
     */
    public abstract double f(double x);

    /**
     * The derivative at x.
     *
     * @param x a number
     * @param y f(x)
     * @return f′(x)
     */
    public abstract double df(double x, double y);

    /**
     * Where to draw test points.
     *
     * @return an interval inside the op's domain
     */
    public Domain domain() {
        return domain;
    }

    /** f of one float: the same bits as {@link #lanes}. */
    abstract float f32(float x);

    /** f′ at one float: the same bits as {@link #dlanes}. */
    abstract float df32(float x, float y);

    /** f of a vector of floats. */
    abstract FloatVector lanes(FloatVector x);

    /** f of a vector of doubles, with the bits of f. */
    DoubleVector lanes(DoubleVector x) {
        throw notVectorised();
    }

    /** Whether there is a {@link #lanes(DoubleVector)}. */
    boolean vectorisedInDouble() {
        return this == EXP || this == LOG;
    }

    /** f′ at a vector of floats. */
    abstract FloatVector dlanes(FloatVector x, FloatVector y);

    /** Whether f is so long a chain of operations that two loops, one for its first {@link #stage}, are faster than one. */
    boolean staged() {
        return false;
    }

    /** What the second loop begins with. */
    FloatVector stage(FloatVector x) {
        return x;
    }

    /** f(x), from x and its first stage. */
    FloatVector lanes(FloatVector x, FloatVector stage) {
        return lanes(x);
    }

    /** Whether there is a {@link #lanes(FloatVector)}. */
    boolean vectorised() {
        return true;
    }

    /** How far {@link #f32} may be from f, in ulp of the exact result. */
    double ulps() {
        return ulps;
    }

    /**
     * How far {@link #df32} may be from f′, in ulp of the exact result or of {@link #slopeFloor}, whichever is larger.
     */
    double slopeUlps() {
        return slopeUlps;
    }

    /** The ulp below which the derivative's error is absolute. */
    double slopeFloor() {
        return slopeFloor;
    }

    private static double logistic(double x) {
        double e = StrictMath.exp(-Math.abs(x));
        return (x < 0 ? e : 1) / (1 + e);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    }

    // at −∞ the limits of silu and gelu are −0, and those of their derivatives 0 and 1

    private static double silu(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * logistic(x);
    }

    private static double siluSlope(double x, double y) {
        return logistic(x) + Math.min(y, 1024) * logistic(-x);
    }

    private static double gelu(double x) {
        return x == Double.NEGATIVE_INFINITY ? -0.0 : x * Doubles.normalCdf(x);
    }

    private static double geluSlope(double x) {
        double near = Math.max(-64, Math.min(x, 64));
        return Doubles.normalCdf(near) + near * Doubles.normalPdf(near);
    }

    UnsupportedOperationException notVectorised() {
        return new UnsupportedOperationException(
                name() + " has no vector form; loops use f32 where vectorised() is false");
    }
}
