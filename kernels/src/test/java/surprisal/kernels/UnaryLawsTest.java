package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

class UnaryLawsTest {

    private static final Set<Unary> ODD = EnumSet.of(Unary.NEG, Unary.RECIPROCAL, Unary.SIN, Unary.TANH, Unary.ERF);
    private static final Set<Unary> EVEN = EnumSet.of(Unary.SQUARE, Unary.ABS, Unary.COS);

    /** An op and a number of its domain. */
    record Case(Unary op, double x) {}

    @Provide
    Arbitrary<Case> cases() {
        return Arbitraries.of(Unary.class).flatMap(op -> Arbitraries.doubles()
                .between(op.domain().lo(), op.domain().hi())
                .map(x -> new Case(op, x)));
    }

    @Provide
    Arbitrary<Float> floats() {
        return Arbitraries.oneOf(
                Arbitraries.integers().map(Float::intBitsToFloat),
                Arbitraries.floats().between(-120, 120),
                Arbitraries.integers().between(0, Ulps.special().length - 1).map(i -> Ulps.special()[i]));
    }

    @Provide
    Arbitrary<float[]> arrays() {
        return floats().array(float[].class).ofMaxSize(70);
    }

    /** The loops, with every length of tail, are f32 and df32 element by element. */
    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    @Tag("bits")
    void loopsAgreeWithSingles(@ForAll Unary op, @ForAll("arrays") float[] x) {
        int n = x.length;
        float[] y = new float[n];
        float[] g = new float[n];
        float[] gx = new float[n];
        Loop.map(op, x, 0, y, 0, n);
        for (int i = 0; i < n; i++) {
            assertEquals(op.f32(x[i]), y[i], () -> op.toString());
            g[i] = i - 3;
            gx[i] = 2 * i;
        }
        Loop.mapGrad(op, x, 0, y, 0, g, 0, gx, 0, n);
        for (int i = 0; i < n; i++) assertEquals(2 * i + (i - 3) * op.df32(x[i], y[i]), gx[i], () -> op + "'");
    }

    /** f′(x) = lim (f(x+h) − f(x−h)) / 2h, to 1e-6. */
    @Property(tries = 3000)
    void derivativeIsTheLimitOfDifferences(@ForAll("cases") Case c) {
        Unary op = c.op;
        double x = c.x;
        double h = 1e-5 * Math.max(1e-2, Math.min(1, Math.abs(x)));
        Assume.that(Math.abs(x) > 1e-3 || !EnumSet.of(Unary.ABS, Unary.RELU, Unary.ELU).contains(op));
        double d = op.df(x, op.f(x));
        // five points: an error of h⁴, so that rounding is what remains
        double limit = (8 * (op.f(x + h) - op.f(x - h)) - (op.f(x + 2 * h) - op.f(x - 2 * h))) / (12 * h);
        double noise = 8 * Math.ulp(Math.abs(op.f(x))) / h;
        assertEquals(limit, d, 1e-6 * Math.abs(d) + noise, () -> op + "'(" + x + ")");
    }

    @Property
    void oddAndEvenToTheBit(@ForAll Unary op, @ForAll("floats") float x) {
        if (ODD.contains(op)) assertEquals(-op.f32(x), op.f32(-x), () -> op.toString());
        if (EVEN.contains(op)) assertEquals(op.f32(x), op.f32(-x), () -> op.toString());
    }

    /** softplus′ = sigmoid, log-sigmoid x = −softplus(−x), silu = x sigmoid, in double to 1e-14. */
    @Property
    void opsAgreeWithEachOther(@ForAll("cases") Case c) {
        double x = c.x;
        double s = Unary.SIGMOID.f(x);
        assertEquals(s, Unary.SOFTPLUS.df(x, Unary.SOFTPLUS.f(x)), 1e-14 * s);
        assertEquals(-Unary.SOFTPLUS.f(-x), Unary.LOG_SIGMOID.f(x));
        assertEquals(x * s, Unary.SILU.f(x), 1e-14 * Math.abs(x * s));
        assertEquals(1, s + Unary.SIGMOID.f(-x), 1e-15);
        assertEquals(Unary.TANH.f(x), 2 * Unary.SIGMOID.f(2 * x) - 1, 1e-14);
        assertEquals(Unary.GELU.f(x), x * (1 + Unary.ERF.f(x / Math.sqrt(2))) / 2, 1e-14 * (1 + Math.abs(x)));
    }

    /** Γ(x+1) = x Γ(x), and so its logarithmic derivatives. */
    @Property
    void gammaRecurs(@ForAll("cases") Case c) {
        double x = c.x;
        Assume.that(Math.abs(x - Math.rint(x)) > 1e-3 || x > 0.1);
        double near = Math.abs(x - Math.rint(x)) + (x > 0.1 ? 1 : 0);
        double l = Unary.LGAMMA.f(x);
        assertEquals(Unary.LGAMMA.f(x + 1), l + Math.log(Math.abs(x)), 4e-15 * (8 + Math.abs(l) + 1 / near));
        double psi = Unary.DIGAMMA.f(x);
        assertEquals(Unary.DIGAMMA.f(x + 1), psi + 1 / x, 1e-13 * (1 + Math.abs(x)) / (near * near));
        assertTrue(x < 0 || Doubles.trigamma(x) > 0);
    }
}
