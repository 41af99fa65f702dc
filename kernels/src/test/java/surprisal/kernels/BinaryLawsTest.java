package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class BinaryLawsTest {

    /** Any bits, numbers of everyday size, special numbers, and so that ties occur, small integers. */
    @Provide
    Arbitrary<Float> floats() {
        return Arbitraries.oneOf(
                Arbitraries.integers().map(Float::intBitsToFloat),
                Arbitraries.floats().between(-50, 50),
                Arbitraries.integers().between(-2, 2).map(i -> (float) i),
                Arbitraries.integers().between(0, Ulps.special().length - 1).map(i -> Ulps.special()[i]));
    }

    @Provide
    Arbitrary<float[]> arrays() {
        return floats().array(float[].class).ofSize(70);
    }

    /** The loops, with every length of tail, are f32, da32 and db32 element by element. */
    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    @Tag("bits")
    void loopsAgreeWithSingles(
            @ForAll Binary op,
            @ForAll("arrays") float[] a,
            @ForAll("arrays") float[] b,
            @ForAll @IntRange(max = 70) int n) {
        float[] y = new float[n];
        float[] g = new float[n];
        float[] ga = new float[n];
        float[] gb = new float[n];
        Loop.zip(op, a, 0, 1, b, 0, 1, y, 0, n);
        for (int i = 0; i < n; i++) {
            assertEquals(op.f32(a[i], b[i]), y[i], op.toString());
            g[i] = i - 3;
            ga[i] = 2 * i;
            gb[i] = 3 * i;
        }
        Loop.zipGradA(op, a, 0, 1, b, 0, 1, y, 0, g, 0, ga, 0, n);
        Loop.zipGradB(op, a, 0, 1, b, 0, 1, y, 0, g, 0, gb, 0, n);
        for (int i = 0; i < n; i++) {
            assertEquals(2 * i + (i - 3) * op.da32(a[i], b[i], y[i]), ga[i], op + " in a");
            assertEquals(3 * i + (i - 3) * op.db32(a[i], b[i], y[i]), gb[i], op + " in b");
        }
    }

    @Property(tries = 100_000, edgeCases = EdgeCasesMode.NONE)
    void valuesAreWithinTheirBounds(@ForAll Binary op, @ForAll("floats") float a, @ForAll("floats") float b) {
        float y = op.f32(a, b);
        double exact = op.f(a, b);
        double e = Ulps.between(y, exact, 0);
        assertTrue(e <= op.ulps(), () -> op + "(" + a + ", " + b + ") is " + y + ", " + e + " ulp from " + exact);
    }

    /** Within 3 ulp of the double derivative, or of the least subnormals where a product ends there. */
    @Property(tries = 20_000, edgeCases = EdgeCasesMode.NONE)
    void slopesAreClose(
            @ForAll Binary op,
            @ForAll @DoubleRange(min = -8, max = 8) double x,
            @ForAll @DoubleRange(min = -8, max = 8) double z) {
        float a = (float) x;
        float b = (float) z;
        float y = op.f32(a, b);
        Assume.that(y != 0 && !Float.isInfinite(y) || a == 0);
        double exact = op.f(a, b);
        double ea = Ulps.between(op.da32(a, b, y), op.da(a, b, exact), 0x1p-148);
        double eb = Ulps.between(op.db32(a, b, y), op.db(a, b, exact), 0x1p-148);
        assertTrue(ea <= 3 && eb <= 3, () -> op + "(" + a + ", " + b + "): " + ea + " and " + eb + " ulp");
    }

    /** ∂f/∂a = lim (f(a+h, b) − f(a−h, b)) / 2h and likewise in b, to 1e-6. */
    @Property
    void derivativesAreLimitsOfDifferences(
            @ForAll Binary op,
            @ForAll @DoubleRange(min = 0.1, max = 4) double a,
            @ForAll @DoubleRange(min = 0.1, max = 4) double b) {
        Assume.that(Math.abs(a - b) > 1e-3);
        double h = 1e-5;
        double y = op.f(a, b);
        double noise = 1e-9 * (1 + Math.abs(y));
        double da = op.da(a, b, y);
        double db = op.db(a, b, y);
        assertEquals((op.f(a + h, b) - op.f(a - h, b)) / (2 * h), da, 1e-6 * Math.abs(da) + noise, () -> op + " in a");
        assertEquals((op.f(a, b + h) - op.f(a, b - h)) / (2 * h), db, 1e-6 * Math.abs(db) + noise, () -> op + " in b");
    }

    @Example
    void minAndMaxShareTheSlopeOfATie() {
        for (Binary op : new Binary[] {Binary.MIN, Binary.MAX}) {
            assertEquals(0.5, op.da(2, 2, 2));
            assertEquals(0.5, op.db(2, 2, 2));
            assertEquals(0.5f, op.da32(2, 2, 2));
            assertEquals(Float.NaN, op.f32(Float.NaN, 1));
            assertEquals(Float.NaN, op.f32(1, Float.NaN));
            assertEquals(Double.NaN, op.f(1, Double.NaN));
        }
        assertEquals(1, Binary.MIN.da(1, 2, 1));
        assertEquals(0, Binary.MIN.db(1, 2, 1));
        assertEquals(0, Binary.MAX.da(1, 2, 2));
        assertEquals(1, Binary.MAX.db(1, 2, 2));
    }

    @Example
    void zeroTimesLogZeroIsZero() {
        assertEquals(0, Binary.XLOGY.f(0, 0));
        assertEquals(0f, Binary.XLOGY.f32(0, 0));
        assertEquals(0, Binary.XLOGY.da(0, 0, 0));
        assertEquals(0, Binary.XLOGY.db(0, 0, 0));
        assertEquals(0f, Binary.XLOGY.db32(0, 0, 0));
        assertEquals(Double.NEGATIVE_INFINITY, Binary.XLOGY.f(1, 0));
        assertEquals(Double.NaN, Binary.XLOGY.f(0, Double.NaN));
    }

    @Example
    void powersOfZeroHaveDefinedSlopes() {
        assertEquals(1, Binary.POW.f(0, 0));
        assertEquals(0, Binary.POW.da(0, 0, 1));
        assertEquals(0, Binary.POW.db(0, 0, 1));
        assertEquals(0, Binary.POW.db(0, 2, 0));
        assertEquals(-2, Binary.POW.da(-1, 2, 1));
    }
}
