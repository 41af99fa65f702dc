package surprisal.kernels;

/**
 * The special functions that {@link StrictMath} lacks, in double: erf to 2 ulp, erfc to 6 ulp, the gamma family to
 * 1e-14, relative or absolute, whichever is larger. Plain products and sums, so the same bits on every machine.
 */
final class Doubles {

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
