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

    /** e^(−a²/2) = 2^(−n/8) e^(λa²) e^(−r (½ + λ)), a² = n STEP + r: n STEP is exact, and λ = ¼ log 2 / STEP − ½ = 2.3e-5. */
    static final float BELL_STEP = 0x1.62ep-3f;

    static final float BELL_STEPS = 0x1.7158d2p2f;

    /** (e^(−r (½ + λ)) − 1) / r, |r| ≤ STEP / 2. */
    static final float BELL_0 = -0x1.000306p-1f;

    static final float BELL_1 = 0x1.000e8ap-3f;
    static final float BELL_2 = -0x1.555652p-6f;

    /** The bits of −2²⁴ K 2^(−j/8), j = 0 … 7, and j 2²⁰. By K all eight are nearly floats; by 2²⁴ what underflows is rounded once. */
    static final int[] BELL_POWERS = bellPowers(
            -0x1.098746p24f, -0x1.e6fb34p23f, -0x1.be9054p23f, -0x1.998034p23f,
            -0x1.77838ep23f, -0x1.585906p23f, -0x1.3bc4aep23f, -0x1.218f9p23f);

    /** From here on |x| Φ(−|x|) rounds to 0. */
    static final float GELU_END = 14.41f;

    /** The last three bits of (a + SHIFT) >> 22, of its exponent and of its mantissa's first bit, are the interval of a. */
    static final float GELU_SHIFT = 1.078125f;

    /** For each interval the c of q = a − c, and c₀ … c₆ of a Φ(−a) e^((½ + λ) a²) / K = 2²⁴ (c₀ + c₁ q + …). */
    static final float[] GELU = scaled(
            0x1.6babp0f, 0x1.36108p1f, 0x1.f6578p1f, 0x1.7b07p2f,
            0x1.1db6p3f, 0x1.9564d2p3f, 0f, 0x1.581d8p-1f,
            0x1.2afda2p-2f, 0x1.5ab5aap-2f, 0x1.74423p-2f, 0x1.7fc896p-2f,
            0x1.85cebp-2f, 0x1.88e5f8p-2f, 0f, 0x1.a11accp-3f,
            0x1.2ecc84p-4f, 0x1.cd3ea2p-6f, 0x1.336dcp-7f, 0x1.ae431ep-9f,
            0x1.315b4ap-10f, 0x1.357162p-11f, 0x1.eda084p-2f, 0x1.7384fep-3f,
            -0x1.48f41p-5f, -0x1.8a44bap-7f, -0x1.812ec6p-9f, -0x1.7a70ccp-11f,
            -0x1.3fd19ep-13f, -0x1.1697f4p-15f, -0x1.89dacep-2f, -0x1.eb814ep-4f,
            0x1.25940cp-6f, 0x1.1bcf46p-8f, 0x1.a2a674p-11f, 0x1.329e7p-13f,
            0x1.7cc3e8p-16f, 0x1.215f6ep-18f, 0x1.ed7c4ep-3f, 0x1.055d18p-4f,
            -0x1.cb71aap-8f, -0x1.6c36a4p-10f, -0x1.9c15fcp-13f, -0x1.c3658cp-16f,
            -0x1.8db37ap-19f, -0x1.b851eap-22f, -0x1.04d5aep-3f, -0x1.dfa586p-6f,
            0x1.54b21ap-9f, 0x1.bb0bcap-12f, 0x1.9ae21cp-15f, 0x1.487666p-18f,
            0x1.b6e3ecp-22f, 0x1.4da3ep-25f, 0x1.cba2ap-5f, 0x1.8f7218p-7f,
            -0x1.c36e2ap-11f, -0x1.eac6f6p-14f, -0x1.6b603p-17f, -0x1.b78f44p-21f,
            -0x1.aefffcp-25f, -0x1.d7196p-29f, -0x1.05741cp-6f, -0x1.2e0736p-8f);

    /** The same of (a φ(0) − Φ(−a) e^(a²/2)) e^(λa²) / K. */
    static final float[] GELU_SLOPE = scaled(
            0x1.6babp0f, 0x1.36108p1f, 0x1.f6578p1f, 0x1.7b07p2f,
            0x1.1db6p3f, 0x1.9564d2p3f, 0f, 0x1.581d8p-1f,
            0x1.5d0f5ap-2f, 0x1.958956p-1f, 0x1.6ad9fap0f, 0x1.1bb404p1f,
            0x1.b2eb32p1f, 0x1.371146p2f, -0x1.eda084p-2f, -0x1.6cae82p-5f,
            0x1.e8c89ep-2f, 0x1.b933c4p-2f, 0x1.9fff96p-2f, 0x1.95300ep-2f,
            0x1.90c9a6p-2f, 0x1.90a432p-2f, 0x1.89db58p-1f, 0x1.2195a8p-1f,
            -0x1.2e6814p-5f, -0x1.ca7a32p-7f, -0x1.2a4d64p-8f, -0x1.7747b4p-10f,
            -0x1.15e986p-12f, 0x1.4ab1b8p-13f, -0x1.ed9648p-3f, -0x1.736fep-4f,
            0x1.b6cf9ap-7f, 0x1.079de8p-8f, 0x1.03b6bcp-10f, 0x1.089c9cp-12f,
            0x1.06da78p-14f, 0x1.8491c6p-16f, 0x1.05f1fp-3f, 0x1.47c8e2p-5f,
            -0x1.2510dp-8f, -0x1.19b878p-10f, -0x1.a33328p-13f, -0x1.29a388p-15f,
            -0x1.7b74aep-18f, -0x1.0ce1acp-19f, -0x1.e03aep-5f, -0x1.05b72ap-6f,
            0x1.7d3bf2p-10f, 0x1.28af18p-12f, 0x1.5c6d92p-15f, 0x1.787a08p-18f,
            0x1.579464p-21f, 0x1.000a54p-24f, 0x1.5dcc52p-6f, 0x1.822a6ap-8f,
            -0x1.dc6204p-12f, -0x1.7d839p-14f, -0x1.10be3cp-17f, -0x1.9591a6p-20f,
            -0x1.2e5ec2p-24f, 0x1.954066p-23f, -0x1.1a6a24p-8f, -0x1.dbd914p-10f);

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

    private static int[] bellPowers(float... powers) {
        int[] bits = new int[powers.length];
        for (int j = 0; j < powers.length; j++) {
            bits[j] = Float.floatToRawIntBits(powers[j]) + (j << 20);
        }
        return bits;
    }

    /** The coefficients, which begin after eight points, times 2⁻²⁴. */
    private static float[] scaled(float... table) {
        for (int i = 8; i < table.length; i++) {
            table[i] *= 0x1p-24f;
        }
        return table;
    }

    /** −2²⁴ K e^(−(½ + λ) a²); a² is never rounded, since n STEP comes off in the same step. */
    private static float bell(float a) {
        float t = fma(a * a, BELL_STEPS, ROUND);
        float r = cancel(a, a, (t - ROUND) * -BELL_STEP);
        int n = Float.floatToRawIntBits(t);
        float s = Float.intBitsToFloat(BELL_POWERS[n & 7] - (n << 20));
        return fma(fma(fma(BELL_2, r, BELL_1), r, BELL_0), s * r, s);
    }

    /** |x|, no further than END. */
    private static float geluArgument(float x) {
        int bits = Float.floatToRawIntBits(x) & ~SIGN_BIT;
        return Float.intBitsToFloat(Math.min(bits, Float.floatToRawIntBits(GELU_END)));
    }

    /** z + p(q) e, p being the polynomial of a's interval. */
    private static float piece(float[] table, float a, float e, float z) {
        int i = Float.floatToRawIntBits(a + GELU_SHIFT) >>> 22 & 7;
        float q = a - table[i];
        float p = fma(fma(table[i + 56], q, table[i + 48]), q, table[i + 40]);
        p = fma(fma(fma(p, q, table[i + 32]), q, table[i + 24]), q, table[i + 16]);
        return fma(table[i + 8], e, fma(p, q * e, z));
    }

    /** x Φ(x) = max(x, 0) − |x| Φ(−|x|). */
    static float gelu(float x) {
        float a = geluArgument(x);
        return piece(GELU, a, bell(a), x < 0f ? -0f : x);
    }

    /** Φ(x) + x φ(x) = T or 1 − T, where T = Φ(−|x|) − |x| φ(x). */
    static float geluSlope(float x) {
        float a = geluArgument(x);
        float tail = piece(GELU_SLOPE, a, bell(a), 0f);
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
