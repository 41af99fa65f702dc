package surprisal.kernels;

import static surprisal.kernels.Fma.fma;

/**
 * Functions of one double. exp (0.9 ulp) and log (0.8 ulp) stand beside {@link StrictMath}'s because they are three
 * times faster and have a twin in vectors, {@link DoubleLanes}, with the same bits. The others are those that StrictMath
 * lacks: erf to 2 ulp, erfc to 6 ulp, the gamma family to 1e-14, relative or absolute, whichever is larger; plain
 * products and sums, so the same bits on every machine.
 */
final class Doubles {

    // exp and log; LN2_HI has 42 bits, so that its product with an exponent is exact
    static final double LN2_HI = 0x1.62e42fefa38p-1;
    static final double LN2_LO = 0x1.ef35793c7673p-45;
    static final double LOG2_E = 0x1.71547652b82fep0;
    /** Added to a small number, leaves the nearest integer in the low bits. */
    static final double ROUND = 0x1.8p52;
    static final long ONE_BITS = 0x3ff0000000000000L;
    /** √½, rounded down to 20 bits. */
    static final long SQRT_HALF_BITS = 0x3fe6a09e00000000L;
    static final long FRACTION_BITS = 0x000fffffffffffffL;
    static final long TWO_52_BITS = 0x4330000000000000L;
    /** What is left of 2⁵² + exponent + 1023 without the exponent. */
    static final double BIAS = 0x1p52 + 1023;
    static final double INF = Double.POSITIVE_INFINITY;
    /** e^x is infinite above, and 0 below −746. */
    static final double EXP_TOP = 710;
    static final double EXP_BOTTOM = -746;

    // from tools/minimax.py

    /** (e^r − 1 − r) / r², |r| ≤ ½ log 2. */
    static final double EXP_0 = 0x1.000000000000ap-1;
    static final double EXP_1 = 0x1.55555555554fcp-3;
    static final double EXP_2 = 0x1.5555555550800p-5;
    static final double EXP_3 = 0x1.111111112741fp-7;
    static final double EXP_4 = 0x1.6c16c184414a7p-10;
    static final double EXP_5 = 0x1.a01a012d2b33dp-13;
    static final double EXP_6 = 0x1.a01999d47a516p-16;
    static final double EXP_7 = 0x1.71df1e9b74667p-19;
    static final double EXP_8 = 0x1.28ada1f67746fp-22;
    static final double EXP_9 = 0x1.ad8aaa464e0a8p-26;

    /** (2 artanh √w / √w − 2) / w, √w ≤ (√2 − 1) / (√2 + 1). */
    static final double LOG_0 = 0x1.5555555555593p-1;
    static final double LOG_1 = 0x1.999999997fc20p-2;
    static final double LOG_2 = 0x1.2492494208628p-2;
    static final double LOG_3 = 0x1.c71c51f5c488bp-3;
    static final double LOG_4 = 0x1.7466431631b2ep-3;
    static final double LOG_5 = 0x1.39a14aac9413cp-3;
    static final double LOG_6 = 0x1.2f09f7572a725p-3;

    private static final double HALF_LOG_2PI = 0x1.d67f1c864beb5p-1;
    private static final double SQRT_HALF = 0x1.6a09e667f3bcdp-1;
    /** 1/√(2π). */
    private static final double PHI_0 = 0x1.9884533d43651p-2;

    // from tools/minimax.py

    /** erf x / x − 1 in x², |x| ≤ 1. */
    private static final double[] ERF = {
        0x1.06eba8214db69p-3,
        -0x1.812746b0379e7p-2,
        0x1.ce2f21a042bddp-4,
        -0x1.b82ce31288999p-6,
        0x1.565bcd0e64a71p-8,
        -0x1.c02db3fed8210p-11,
        0x1.f9a326bf9c5afp-14,
        -0x1.f4d255defcd9ap-17,
        0x1.b9e64ce4faac3p-20,
        -0x1.5f6d69e26df22p-23,
        0x1.fc410280165cbp-27,
        -0x1.4e556cad08ce6p-30,
        0x1.7ec9ec202fbb0p-34,
        -0x1.2923feee7e899p-38
    };

    /** (1 + 2z) e^(z²) erfc z in q = (z − 2) / (z + 2), ½ ≤ z ≤ 28. */
    private static final double[] ERFCX = {
        0x1.46e80e2277953p+0,
        -0x1.7bf5ec1700622p-4,
        -0x1.5407bebf322c4p-3,
        0x1.4ffa1e14e21fep-3,
        -0x1.bc2b9561b7b2ep-5,
        -0x1.074234033dbcep-7,
        0x1.1dd2eca0227e0p-7,
        0x1.4d461c152d569p-10,
        -0x1.7de528bf66822p-10,
        -0x1.dc68ee2a25e53p-12,
        0x1.b0cab968f6df8p-13,
        0x1.3cbb936e57816p-13,
        -0x1.9b0224c33c4d4p-20,
        -0x1.311297b69046cp-15,
        -0x1.c2a59468e39bcp-17,
        0x1.d58c3ad085796p-19,
        0x1.596c8a74009c3p-18,
        0x1.0c06bf1102f8cp-19,
        -0x1.9cea2bb9cfa5fp-21,
        -0x1.8c33ff9a6a82ep-20,
        0x1.1f6f65d221767p-24,
        0x1.0fcf2d9eba748p-21,
        -0x1.236855ec75c94p-23
    };

    /** log Γ(1 + z) / z, |z| ≤ ½. */
    private static final double[] LGAMMA_1 = {
        -0x1.2788cfc6fb619p-1,
        0x1.a51a6625307d4p-1,
        -0x1.9a4d55beab37fp-2,
        0x1.151322ac7d62fp-2,
        -0x1.a8b9c17a90da3p-3,
        0x1.5b40cb10286cep-3,
        -0x1.2703a1e5582a1p-3,
        0x1.010b36ab00924p-3,
        -0x1.c8066cf18f96ap-4,
        0x1.9a01e3de5eb5bp-4,
        -0x1.748ca114a5410p-4,
        0x1.556ae99cd8661p-4,
        -0x1.3b14d590ac3bfp-4,
        0x1.2493ab9d6778dp-4,
        -0x1.118ba86db3a1fp-4,
        0x1.003da572d173ap-4,
        -0x1.d8edfedf8d05cp-5,
        0x1.c1aaba33d2ed6p-5,
        -0x1.ea969a5fb979bp-5,
        0x1.c29e776406e50p-5,
        -0x1.d70aefa5e1ed7p-7,
        0x1.4ca265785cc36p-6,
        -0x1.29932d002baafp-3,
        0x1.fd308a840e3bfp-4,
        0x1.39fe09fb2a58bp-3,
        -0x1.054346b18b1bdp-3,
        -0x1.ccc4da13d54c2p-3,
        0x1.a449788e57992p-3
    };

    /** log Γ(2 + z) / z, |z| ≤ ½. */
    private static final double[] LGAMMA_2 = {
        0x1.b0ee6072093cep-2,
        0x1.4a34cc4a60fa7p-2,
        -0x1.13e001a557616p-4,
        0x1.51322ac7d8007p-6,
        -0x1.e404fc21889a2p-8,
        0x1.7add6eae55c56p-9,
        -0x1.38ac5c3092108p-10,
        0x1.0b36af366af69p-11,
        -0x1.d3fd494a9de86p-13,
        0x1.a127dc3099ff1p-14,
        -0x1.78defc59fc7e5p-15,
        0x1.5806f4206f028p-16,
        -0x1.3ca9646b2812cp-17,
        0x1.263eb834ee9a3p-18,
        -0x1.131aa4ddc8ba1p-19,
        0x1.ee165a83fb2f2p-21,
        -0x1.c32e47cf1755fp-22,
        0x1.2b0951d232dc0p-22,
        -0x1.336d23a73c5f1p-23
    };

    /** B₂ₖ / (2k (2k−1)), k = 1 …: log Γ(x) − Stirling's formula, in 1/x² after a factor 1/x. */
    private static final double[] STIRLING = {
        1. / 12, -1. / 360, 1. / 1260, -1. / 1680, 1. / 1188, -691. / 360360, 1. / 156, -3617. / 122400
    };

    /** B₂ₖ / 2k, k = 1 …: log x − 1/(2x) − ψ(x), in 1/x² after a factor 1/x². */
    private static final double[] DIGAMMA = {
        1. / 12, -1. / 120, 1. / 252, -1. / 240, 1. / 132, -691. / 32760, 1. / 12, -3617. / 8160
    };

    /** B₂ₖ, k = 1 …: ψ′(x) − 1/x − 1/(2x²), in 1/x² after a factor 1/x³. */
    private static final double[] TRIGAMMA = {
        1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6, -3617. / 510
    };

    private Doubles() {}

    /**
     * e^x = 2ⁿ e^r, n = round(x / log 2): 0.9 ulp, gradual underflow. r is kept in two parts, r = rh − rl, and enters
     * the sum 1 + r + r² q(r) as such, so that only the last two additions count.
     */
    static double exp(double x) {
        double t = fma(x, LOG2_E, ROUND);
        double n = t - ROUND;
        double rh = fma(n, -LN2_HI, x);
        double rl = n * LN2_LO;
        double r = rh - rl;
        double u = r * r;
        double v = u * u;
        double low = fma(fma(EXP_3, r, EXP_2), u, fma(EXP_1, r, EXP_0));
        double high = fma(fma(EXP_9, r, EXP_8), v, fma(fma(EXP_7, r, EXP_6), u, fma(EXP_5, r, EXP_4)));
        double y = 1 + (rh + fma(u, fma(high, v, low), -rl));
        // 2ⁿ in two factors: n reaches −1075 and 1024
        long bits = Double.doubleToRawLongBits(t);
        long half = bits >>> 1; // its low bits are those of n / 2, rounded down
        y *= Double.longBitsToDouble((half << 52) + ONE_BITS);
        y *= Double.longBitsToDouble((bits - half << 52) + ONE_BITS);
        y = x > EXP_TOP ? INF : y;
        return x < EXP_BOTTOM ? 0 : y;
    }

    /** log x: 0.8 ulp. */
    static double log(double x) {
        boolean tiny = x < Double.MIN_NORMAL;
        double y = logOf(tiny ? x * 0x1p54 : x, tiny ? BIAS + 54 : BIAS);
        y = x < INF ? y : x;
        y = x < 0 ? Double.NaN : y;
        return x == 0 ? -INF : y;
    }

    /**
     * log x, x normal and positive, +∞ or NaN.
     */
    static double logOfNormal(double x) {
        double y = logOf(x, BIAS);
        return x < INF ? y : x;
    }

    /**
     * log x = k log 2 + log(1 + f), √½ ≤ 1 + f < √2: log(1 + f) = f − (f²/2 − s (f²/2 + w p(w))), s = f / (2 + f), w = s²
     * (as in fdlibm, Sun 1993; the polynomial and the sums are others). What k log 2 + f loses is added again.
     */
    private static double logOf(double x, double bias) {
        long i = Double.doubleToRawLongBits(x) + (ONE_BITS - SQRT_HALF_BITS);
        double k = Double.longBitsToDouble(i >>> 52 | TWO_52_BITS) - bias;
        double f = Double.longBitsToDouble((i & FRACTION_BITS) + SQRT_HALF_BITS) - 1;
        double s = f / (f + 2);
        double w = s * s;
        double v = w * w;
        double low = fma(fma(LOG_3, w, LOG_2), v, fma(LOG_1, w, LOG_0));
        double high = fma(LOG_6, v, fma(LOG_5, w, LOG_4));
        double p = fma(high, v * v, low);
        double h = f * f * 0.5;
        double rest = h - fma(s, fma(w, p, h), k * LN2_LO);
        double sum = fma(k, LN2_HI, f);
        double lost = fma(k, LN2_HI, -sum) + f;
        return sum + (lost - rest);
    }

    private static double polynomial(double[] c, double x) {
        double p = 0;
        for (int i = c.length - 1; i >= 0; i--) {
            p = p * x + c[i];
        }
        return p;
    }

    static double erf(double x) {
        double a = Math.abs(x);
        return a < 1 ? x + x * polynomial(ERF, x * x) : Math.copySign(1 - erfc(a), x);
    }

    /** 1 − erf x, without cancellation where it is small. */
    static double erfc(double x) {
        if (x < 0.5) {
            return x < -1 ? 2 - erfc(-x) : 1 - erf(x);
        }
        if (x > 28) {
            return 0;
        }
        // x² = h² + (x − h)(x + h), h² exact: an ulp of x² would be many of e^(−x²)
        double h = Double.longBitsToDouble(Double.doubleToRawLongBits(x) & -1L << 27);
        double gauss = StrictMath.exp(-h * h) * StrictMath.exp((h - x) * (h + x));
        return gauss * (polynomial(ERFCX, (x - 2) / (x + 2)) / (1 + 2 * x));
    }

    /** Φ(x) = ½ erfc(−x/√2). */
    static double normalCdf(double x) {
        return 0.5 * erfc(-x * SQRT_HALF);
    }

    /** φ(x) = e^(−x²/2) / √(2π). */
    static double normalPdf(double x) {
        return PHI_0 * StrictMath.exp(-0.5 * x * x);
    }

    /** log |Γ(x)|. */
    static double lgamma(double x) {
        if (Double.isInfinite(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (Math.abs(x) <= 0.5) {
            return x * polynomial(LGAMMA_1, x) - StrictMath.log(Math.abs(x));
        }
        if (x < 0) {
            return StrictMath.log(Math.PI / (-x * Math.abs(sinPi(x)))) - lgamma(-x);
        }
        if (x < 1.5) {
            return 0.0 + (x - 1) * polynomial(LGAMMA_1, x - 1); // 0, not −0, at 1
        }
        if (x < 8) {
            double product = 1;
            double z = x;
            while (z >= 2.5) {
                z -= 1;
                product *= z;
            }
            return StrictMath.log(product) + (z - 2) * polynomial(LGAMMA_2, z - 2);
        }
        if (x > 1e15) {
            return x * (StrictMath.log(x) - 1);
        }
        return (x - 0.5) * StrictMath.log(x) - x + HALF_LOG_2PI + polynomial(STIRLING, 1 / (x * x)) / x;
    }

    /** ψ(x) = d log Γ(x) / dx; NaN at −1, −2, …. */
    static double digamma(double x) {
        if (x == 0) {
            return -1 / x;
        }
        if (x < 0) {
            double r = x - Math.rint(x);
            return r == 0 || x == Double.NEGATIVE_INFINITY
                    ? Double.NaN
                    : digamma(1 - x) - Math.PI / StrictMath.tan(Math.PI * r);
        }
        double sum = 0;
        double z = x;
        while (z < 10) {
            sum += 1 / z;
            z += 1;
        }
        double u = 1 / (z * z);
        return StrictMath.log(z) - 0.5 / z - u * polynomial(DIGAMMA, u) - sum;
    }

    /** ψ′(x); infinite at 0, −1, −2, …. */
    static double trigamma(double x) {
        if (x < 0) {
            double s = Math.PI / sinPi(x);
            return x == Double.NEGATIVE_INFINITY ? Double.NaN : s * s - trigamma(1 - x);
        }
        double sum = 0;
        double z = x;
        while (z < 10) {
            sum += 1 / (z * z);
            z += 1;
        }
        double v = 1 / z;
        double u = v * v;
        return v + 0.5 * u + v * u * polynomial(TRIGAMMA, u) + sum;
    }

    /** sin πx, up to its sign: only the distance to the nearest integer counts. */
    private static double sinPi(double x) {
        return StrictMath.sin(Math.PI * (x - Math.rint(x)));
    }
}
