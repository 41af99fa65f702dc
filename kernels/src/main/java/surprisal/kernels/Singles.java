package surprisal.kernels;

import static surprisal.kernels.Fma.cancel;
import static surprisal.kernels.Fma.fma;
import static surprisal.kernels.Fma.lost;

/**
 * The elementary functions of one float: the same operations in the same order as {@link Lanes}, so the same bits.
 *
 * <p>Every function reduces its argument to a small interval and evaluates a polynomial there, whose coefficients come
 * from {@code tools/minimax.py}. Nothing depends on the neighbours of an element: the same x gives the same bits
 * wherever it stands.
 */
final class Singles {

    /** Added to |t| < 2²², it leaves t rounded to an integer in the low bits (and, taken off again, as a float). */
    static final float ROUND = 0x1.8p23f;

    static final int ONE_BITS = 0x3f800000;
    static final int SIGN_BIT = 0x80000000;
    static final float INF = Float.POSITIVE_INFINITY;

    static final float LOG2_E = 0x1.715476p0f;
    /** log 2 in two parts; the first has 15 bits, so that its product with an exponent is exact. */
    static final float LN2_HI = 0x1.62e4p-1f;

    static final float LN2_LO = 0x1.7f7d1cp-20f;

    /** (e^r − 1 − r) / r², |r| ≤ ½ log 2. */
    static final float EXP_0 = 0x1.fffffep-2f;

    static final float EXP_1 = 0x1.5554b4p-3f;
    static final float EXP_2 = 0x1.5556f2p-5f;
    static final float EXP_3 = 0x1.12253cp-7f;
    static final float EXP_4 = 0x1.6b9d4ap-10f;

    /** (log(1+f) − f + f²/2) / f³, |f| ≤ ⅓. */
    static final float LOG_0 = 0x1.555506p-2f;

    static final float LOG_1 = -0x1.fffefcp-3f;
    static final float LOG_2 = 0x1.99d05ap-3f;
    static final float LOG_3 = -0x1.559bd2p-3f;
    static final float LOG_4 = 0x1.1ed488p-3f;
    static final float LOG_5 = -0x1.f346ep-4f;
    static final float LOG_6 = 0x1.1e7146p-3f;
    static final float LOG_7 = -0x1.0791eep-3f;

    /** Bits of ⅔: the least m of log x = k log 2 + log m. */
    static final int TWO_THIRDS_BITS = 0x3f2aaaab;

    static final int EXPONENT_BITS = 0xff800000;
    static final int FOUR_BITS = 0x40800000;

    /** Beyond it, 2/π has to be known to more bits than three floats hold. */
    static final float TURNS = 65536;

    static final float TWO_OVER_PI = 0x1.45f306p-1f;
    /** π/2 in three parts. */
    static final float HALF_PI_0 = 0x1.921fb6p0f;

    static final float HALF_PI_1 = -0x1.777a5cp-25f;
    static final float HALF_PI_2 = -0x1.ee59dap-50f;
    /** 2/π = 0.A2F9836E…, after a word of zeros. */
    private static final int[] TWO_OVER_PI_BITS = {
        0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab
    };

    /** (sin r / r − 1) / r² in r², |r| ≤ π/4. */
    static final float SIN_0 = -0x1.555546p-3f;

    static final float SIN_1 = 0x1.110778p-7f;
    static final float SIN_2 = -0x1.9953f4p-13f;

    /** (cos r − 1 + r²/2) / r⁴ in r², |r| ≤ π/4. */
    static final float COS_0 = 0x1.55554ap-5f;

    static final float COS_1 = -0x1.6c0c2ap-10f;
    static final float COS_2 = 0x1.99e90cp-16f;

    /** (tanh a / a − 1) / a² in a², a ≤ 0.6. */
    static final float TANH_0 = -0x1.55553ep-2f;

    static final float TANH_1 = 0x1.1109bep-3f;
    static final float TANH_2 = -0x1.b89ab8p-5f;
    static final float TANH_3 = 0x1.54c3a6p-6f;
    static final float TANH_4 = -0x1.8286b2p-8f;

    /** erf a / a − 1 in a², a ≤ 0.9. */
    static final float ERF_0 = 0x1.06eba8p-3f;

    static final float ERF_1 = -0x1.812742p-2f;
    static final float ERF_2 = 0x1.ce2dfep-4f;
    static final float ERF_3 = -0x1.b80f66p-6f;
    static final float ERF_4 = 0x1.54db2p-8f;
    static final float ERF_5 = -0x1.ab3124p-11f;
    static final float ERF_6 = 0x1.60b22p-14f;

    /** log erfc a, 0.9 ≤ a ≤ 3.95. */
    static final float ERFC_0 = 0x1.62fdeep-13f;

    static final float ERFC_1 = -0x1.21262cp0f;
    static final float ERFC_2 = -0x1.444d0cp-1f;
    static final float ERFC_3 = -0x1.bb45ccp-4f;
    static final float ERFC_4 = 0x1.9aecaep-6f;
    static final float ERFC_5 = -0x1.10634p-8f;
    static final float ERFC_6 = 0x1.c45a2ap-12f;
    static final float ERFC_7 = -0x1.5d709ap-16f;

    /** (a + K) Φ(−a) e^(a²/2) in q = a / (a + K) − MID, 0 ≤ a ≤ 13.2: beyond it the product is subnormal. Four are moved by a few ulp. */
    static final float MILLS_K = 2.625f;

    static final float MILLS_MID = 0.265625f;
    static final float MILLS_0 = 0x1.ebb8aap-1f;

    static final float MILLS_1 = -0x1.31db5cp0f;
    static final float MILLS_2 = 0x1.1e575p-1f;
    static final float MILLS_3 = 0x1.ae6aa2p-3f;
    static final float MILLS_4 = -0x1.881f06p-3f;
    static final float MILLS_5 = -0x1.130a64p-3f;
    static final float MILLS_6 = 0x1.284c76p-5f;
    static final float MILLS_7 = 0x1.82aac4p-4f;
    static final float MILLS_8 = 0x1.2b8bcep-5f;
    static final float MILLS_9 = -0x1.14cc94p-4f;

    /** (e^(−r/2) − 1) / r, |r| ≤ log 2. */
    static final float BELL_0 = -0x1.0p-1f;

    static final float BELL_1 = 0x1.fffffcp-4f;
    static final float BELL_2 = -0x1.555492p-6f;
    static final float BELL_3 = 0x1.5558bp-9f;
    static final float BELL_4 = -0x1.12397ap-12f;
    static final float BELL_5 = 0x1.6a4b5ep-16f;

    /** A tail is held 2⁹⁶ times too large, so that it is rounded once where it underflows. */
    static final float LARGE = 0x1p96f;

    static final float SMALL = 0x1p-96f;

    /** 1/√(2π). */
    static final float PHI_0 = 0x1.988454p-2f;

    /** 2/√π. */
    static final float TWO_OVER_SQRT_PI = 0x1.20dd76p0f;

    private Singles() {}

    // ---- exp and its family: x = n log 2 + r, e^x = 2ⁿ e^r

    /** n = round(x / log 2), in the low bits of t. */
    static float powerOfTwo(float x) {
        return fma(x, LOG2_E, ROUND);
    }

    /** r = x − n log 2. */
    static float rest(float x, float t) {
        float n = t - ROUND;
        return fma(n, -LN2_LO, fma(n, -LN2_HI, x));
    }

    /** e^r − 1. */
    static float expm1Rest(float r) {
        float q = fma(fma(fma(fma(EXP_4, r, EXP_3), r, EXP_2), r, EXP_1), r, EXP_0);
        return fma(r * r, q, r);
    }

    /** e^r, to be scaled by 2ⁿ. */
    static float expRest(float x, float t) {
        return expm1Rest(rest(x, t)) + 1f;
    }

    /** 2^⌊n/2⌋: results that underflow are scaled in two steps, of which only the second rounds. */
    static float scaleDown(float t) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(t) >> 1 << 23) + ONE_BITS);
    }

    /** 2^⌈n/2⌉. */
    static float scaleUp(float t) {
        int n = Float.floatToRawIntBits(t);
        return Float.intBitsToFloat((n - (n >> 1) << 23) + ONE_BITS);
    }

    /** 2^−⌈n/2⌉. */
    static float scaleBack(float t) {
        int n = Float.floatToRawIntBits(t);
        return Float.intBitsToFloat(ONE_BITS - (n - (n >> 1) << 23));
    }

    /** 2ⁿ, |n| ≤ 126. */
    static float scale(float t) {
        return Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + ONE_BITS);
    }

    static float exp(float x) {
        float t = powerOfTwo(x);
        float y = expRest(x, t) * scaleDown(t) * scaleUp(t);
        y = x > 89f ? INF : y;
        return x < -104f ? 0f : y;
    }

    static float expm1(float x) {
        float t = powerOfTwo(x);
        float p = expm1Rest(rest(x, t));
        // 2ⁿ⁻¹, for 2¹²⁸ is no float
        float s = Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + (ONE_BITS - 0x00800000));
        float y = fma(s, p, s - 0.5f);
        y = y + y;
        y = Math.abs(x) < 0.34f ? p : y; // n = 0, where p keeps subnormals
        y = x > 89f ? INF : y;
        y = x < -18f ? -1f : y;
        return withSign(y, x);
    }

    /** y, negative if x is: for odd functions, and to keep −0. */
    static float withSign(float y, float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | Float.floatToRawIntBits(x) & SIGN_BIT);
    }

    // ---- log and its family: x = 2ᵏ (1 + f), log x = k log 2 + log(1 + f)

    /** k log 2 + log(1 + f), |f| ≤ ⅓. */
    static float logOf(float f, float k) {
        float q = fma(fma(fma(fma(LOG_7, f, LOG_6), f, LOG_5), f, LOG_4), f, LOG_3);
        q = fma(fma(fma(q, f, LOG_2), f, LOG_1), f, LOG_0);
        float w = fma(f * f, fma(f, q, -0.5f), k * LN2_LO);
        return fma(k, LN2_HI, f + w);
    }

    /** The exponent k that is in the exponent bits of i. */
    static float exponent(int i) {
        return Float.intBitsToFloat((i >> 23) + Float.floatToRawIntBits(ROUND)) - ROUND;
    }

    static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float z = tiny ? x * 0x1p23f : x;
        int bits = Float.floatToRawIntBits(z);
        int i = bits - TWO_THIRDS_BITS & EXPONENT_BITS;
        float k = exponent(i);
        k = tiny ? k - 23f : k;
        float y = logOf(Float.intBitsToFloat(bits - i) - 1f, k);
        y = x < INF ? y : x;
        y = x < 0f ? Float.NaN : y;
        return x == 0f ? -INF : y;
    }

    static float log1p(float x) {
        float u = 1f + x;
        int i = Float.floatToRawIntBits(u) - TWO_THIRDS_BITS & EXPONENT_BITS;
        // 1 + f = 2⁻ᵏ + 2⁻ᵏ x, without the rounding of 1 + x; 4 · 2⁻ᵏ is a normal float for every k
        float s = Float.intBitsToFloat(FOUR_BITS - i);
        float z = Float.intBitsToFloat(Float.floatToRawIntBits(x) - i);
        float y = logOf(z + fma(0.25f, s, -1f), exponent(i));
        y = x < INF ? y : x;
        y = x < -1f ? Float.NaN : y;
        y = x == -1f ? -INF : y;
        return withSign(y, x);
    }

    // ---- sin and cos: |x| = n π/2 + r

    static float sin(float x) {
        return turn(x, 0, Float.floatToRawIntBits(x));
    }

    static float cos(float x) {
        return turn(x, 1, 0);
    }

    /** sin(|x| + quadrants · π/2), with the sign bit of sign. */
    private static float turn(float x, int quadrants, int sign) {
        float a = Math.abs(x);
        if (a >= TURNS) {
            return turnFar(a, quadrants, sign);
        }
        float t = fma(a, TWO_OVER_PI, ROUND);
        float n = t - ROUND;
        float r = cancel(n, -HALF_PI_2, cancel(n, -HALF_PI_1, cancel(n, -HALF_PI_0, a)));
        return quadrant(r, Float.floatToRawIntBits(t) + quadrants, sign);
    }

    /** ± sin r or cos r, as the two low bits of q say. */
    private static float quadrant(float r, int q, int sign) {
        float y = (q & 1) == 0 ? sinRest(r) : cosRest(r);
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) ^ (sign ^ q << 30) & SIGN_BIT);
    }

    static float sinRest(float r) {
        float u = r * r;
        return fma(r * u, fma(fma(SIN_2, u, SIN_1), u, SIN_0), r);
    }

    static float cosRest(float r) {
        float u = r * r;
        return fma(fma(fma(fma(COS_2, u, COS_1), u, COS_0), u, -0.5f), u, 1f);
    }

    /** Payne and Hanek 1983: of the product a · 2/π, only the bits that matter modulo 4. */
    private static float turnFar(float a, int quadrants, int sign) {
        if (a == INF) {
            return Float.NaN;
        }
        int bits = Float.floatToRawIntBits(a);
        long mantissa = bits & 0x007fffff | 0x00800000;
        int from = (bits >> 23) - 150 - 2 + 32; // the first bit of 2/π that is not a multiple of 4 turns
        int w = from >> 5;
        int shift = from & 31;
        long first = word(w) << 32 | word(w + 1);
        long second = word(w + 2) << 32 | word(w + 3);
        long high = shift == 0 ? first : first << shift | second >>> 64 - shift;
        long low = second << shift >>> 32;
        long turns = mantissa * high + (mantissa * low >>> 32); // in units of 2⁻⁶² quadrants, modulo 4
        long q = turns + (1L << 61) >>> 62;
        double r = (turns - (q << 62)) * (Math.PI / 2 * 0x1p-62);
        return quadrant((float) r, (int) q + quadrants, sign);
    }

    private static long word(int i) {
        return TWO_OVER_PI_BITS[i] & 0xffffffffL;
    }

    // ---- what is made of them

    static float tanh(float x) {
        float a = Math.abs(x);
        float u = a * a;
        float p = fma(fma(fma(fma(TANH_4, u, TANH_3), u, TANH_2), u, TANH_1), u, TANH_0);
        float near = fma(a * u, p, a);
        float b = a > 10f ? 10f : a;
        b = b + b;
        float t = powerOfTwo(b);
        float s = scale(t);
        float far = 1f - 2f / fma(expm1Rest(rest(b, t)), s, s + 1f);
        return withSign(a < 0.55f ? near : far, x);
    }

    /**
     * num / (1 + e^−x): with e^−x = (1 + p) 2ⁿ it is num / (p 2^⌊n/2⌋ + 2^−⌈n/2⌉ + 2^⌊n/2⌋) · 2^−⌈n/2⌉, which never
     * overflows.
     */
    static float logistic(float num, float x) {
        float z = x > 110f ? -110f : -x;
        z = x < -110f ? 110f : z;
        float t = powerOfTwo(z);
        float back = scaleBack(t);
        float down = scaleDown(t);
        return num / (fma(expm1Rest(rest(z, t)), down, back) + down) * back;
    }

    static float sigmoid(float x) {
        return logistic(1f, x);
    }

    static float silu(float x) {
        return logistic(x < -110f ? -0f : x, x);
    }

    /** s + y (1 − s), where s = 1 / (1 + e^−x) and the smaller of s and 1 − s is computed first. */
    static float siluSlope(float x, float y) {
        float q = logistic(1f, -Math.abs(x));
        float p = 1f - q;
        float s = x > 0f ? p : q;
        float c = x > 0f ? q : p;
        return fma(y > 128f ? 128f : y, c, s);
    }

    static float softplus(float x) {
        float a = -Math.abs(x);
        float t = powerOfTwo(a);
        float e = expRest(a, t) * scaleDown(t) * scaleUp(t);
        e = a < -104f ? 0f : e;
        boolean big = e > 1f / 3;
        float f = big ? (e - 1f) * 0.5f : e;
        float k = big ? 1f : 0f;
        return relu(x) + logOf(f, k);
    }

    static float relu(float x) {
        return x <= 0f ? 0f : x;
    }

    static float elu(float x) {
        return x > 0f ? x : expm1(x);
    }

    static float erf(float x) {
        float a = Math.abs(x);
        float u = a * a;
        float p = fma(fma(fma(ERF_6, u, ERF_5), u, ERF_4), u, ERF_3);
        p = fma(fma(fma(p, u, ERF_2), u, ERF_1), u, ERF_0);
        float near = fma(a, p, a);
        float b = a > 3.95f ? 3.95f : a;
        float g = fma(fma(fma(fma(ERFC_7, b, ERFC_6), b, ERFC_5), b, ERFC_4), b, ERFC_3);
        g = fma(fma(fma(g, b, ERFC_2), b, ERFC_1), b, ERFC_0);
        float t = powerOfTwo(g);
        float s = scale(t);
        float far = fma(-s, expm1Rest(rest(g, t)), 1f - s);
        return withSign(a < 0.9f ? near : far, x);
    }

    /** (a + K) Φ(−a) e^(a²/2). */
    private static float mills(float q) {
        float p = fma(fma(fma(fma(MILLS_9, q, MILLS_8), q, MILLS_7), q, MILLS_6), q, MILLS_5);
        p = fma(fma(fma(p, q, MILLS_4), q, MILLS_3), q, MILLS_2);
        return fma(fma(p, q, MILLS_1), q, MILLS_0);
    }

    /** c e^(−a²/2): a² is never rounded, since 2n log 2 comes off in the same step. */
    private static float bell(float c, float a) {
        float t = fma(a * a, LOG2_E / 2, ROUND);
        float n = t - ROUND;
        float r = fma(n, -2 * LN2_LO, cancel(a, a, n * (-2 * LN2_HI)));
        float p = fma(fma(fma(fma(fma(BELL_5, r, BELL_4), r, BELL_3), r, BELL_2), r, BELL_1), r, BELL_0);
        int y = Float.floatToRawIntBits(fma(c, p * r, c));
        return Float.intBitsToFloat(y - (Float.floatToRawIntBits(t) << 23));
    }

    /** x Φ(x) = max(x, 0) − |x| Φ(−|x|). */
    static float gelu(float x) {
        float a = Math.abs(x);
        a = a > 15f ? 15f : a;
        float w = a / (a + MILLS_K);
        float tail = bell(mills(w - MILLS_MID) * LARGE * w, a);
        return fma(tail, -SMALL, x < 0f ? -0f : x);
    }

    /** Φ(x) + x φ(x) = T or 1 − T, where T = Φ(−|x|) − |x| φ(x). */
    static float geluSlope(float x) {
        float a = Math.abs(x);
        a = a > 15f ? 15f : a;
        float w = 1f / (a + MILLS_K);
        float tail = bell(fma(a, -PHI_0 * LARGE, mills(fma(w, -MILLS_K, 1f - MILLS_MID)) * LARGE * w), a) * SMALL;
        return x > 0f ? 1f - tail : tail;
    }

    /** 2/√π e^(−x²); what a² loses by rounding comes back as a factor 1 − lost. */
    static float erfSlope(float x) {
        float a = Math.abs(x);
        a = a > 11f ? 11f : a;
        float h = a * a;
        float t = powerOfTwo(-h);
        float m = expm1Rest(rest(-h, t));
        m = fma(m + 1f, -lost(a, a, h), m);
        return fma(TWO_OVER_SQRT_PI, m, TWO_OVER_SQRT_PI) * scaleDown(t) * scaleUp(t);
    }

    /** 1 where x > 0, 0 where x ≤ 0. */
    static float step(float x) {
        float y = x > 0f ? 1f : x;
        return x <= 0f ? 0f : y;
    }

    /** ±1, and x itself where it is ±0 or NaN. */
    static float sign(float x) {
        float y = x > 0f ? 1f : x;
        return x < 0f ? -1f : y;
    }

    // ---- of two numbers

    /** 1 where a > b, 0 where a < b, ½ where they are equal, NaN where one is: the slope of max in a. */
    static float above(float a, float b) {
        float y = a > b ? 1f : a - b;
        y = a < b ? 0f : y;
        return a == b ? 0.5f : y;
    }

    static float xlogy(float a, float b) {
        float y = a * log(b);
        return a == 0f && !Float.isNaN(b) ? 0f : y;
    }

    /** log b, and 0 where a = 0 and b ≤ 0. */
    static float xlogySlopeA(float a, float b) {
        float y = log(b);
        return a == 0f && b <= 0f ? 0f : y;
    }

    /** a / b, and 0 where a = 0. */
    static float xlogySlopeB(float a, float b) {
        float y = a / b;
        return a == 0f && !Float.isNaN(b) ? 0f : y;
    }
}
