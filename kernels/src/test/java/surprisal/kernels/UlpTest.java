package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/**
 * Float results stay within the stated bounds of the double meaning, over the whole float range: every 4099th float, or
 * all of them with {@code -Dsurprisal.exhaustive=true} (hours; it prints the worst of each op).
 */
class UlpTest {

    private static final boolean EXHAUSTIVE = Boolean.getBoolean("surprisal.exhaustive");
    private static final int STRIDE = EXHAUSTIVE ? 1 : 4099;
    private static final float[] SPECIAL = Ulps.special();

    /** The largest error seen so far, and where. */
    private static final class Worst {
        private double ulps;
        private float at;

        void see(float x, double e) {
            if (e > ulps) {
                ulps = e;
                at = x;
            }
        }

        @Override
        public String toString() { return "%.3f ulp at %s (%a)".formatted(ulps, at, at); }
    }

    @Test
    void valuesAreWithinTheirBounds() {
        for (Unary op : Unary.values()) {
            Worst worst = new Worst();
            for (long bits = 0; bits < 1L << 32; bits += STRIDE) {
                float x = Float.intBitsToFloat((int) bits);
                worst.see(x, Ulps.between(op.f32(x), op.f(x), 0));
            }
            for (float x : SPECIAL) worst.see(x, Ulps.between(op.f32(x), op.f(x), 0));
            judge(op.name(), worst, op.ulps());
        }
    }

    @Test
    void slopesAreWithinTheirBounds() {
        for (Unary op : Unary.values()) {
            Worst worst = new Worst();
            for (long bits = 0; bits < 1L << 32; bits += STRIDE) slope(op, Float.intBitsToFloat((int) bits), worst);
            for (float x : SPECIAL) slope(op, x, worst);
            judge(op + "'", worst, op.slopeUlps());
        }
    }

    /** Zeros keep their signs: an odd function of −0 is −0, and what underflows from below is −0. */
    @Test
    void zerosKeepTheirSigns() {
        for (Unary op : Unary.values()) {
            for (float x : SPECIAL) {
                float y = op.f32(x);
                double exact = op.f(x);
                if (y == 0 && exact == 0) {
                    assertEquals(Double.toString(exact), Float.toString(y), op + "(" + x + ")");
                }
            }
        }
    }

    /** Subnormal results are not flushed, and the last float before overflow is finite. */
    @Test
    void theBordersOfTheFormatAreExact() {
        assertEquals(Float.MIN_VALUE, Unary.EXP.f32(-103.97207f));
        assertEquals(0f, Unary.EXP.f32(-103.97209f));
        assertTrue(Float.isFinite(Unary.EXP.f32(88.72283f)));
        assertEquals(Float.POSITIVE_INFINITY, Unary.EXP.f32(88.72284f));
        assertEquals(Float.MIN_VALUE, Unary.EXPM1.f32(Float.MIN_VALUE));
        assertEquals(Float.MIN_VALUE, Unary.TANH.f32(Float.MIN_VALUE));
        assertEquals((float) Math.log(0x1p-149), Unary.LOG.f32(Float.MIN_VALUE));
    }

    private static void slope(Unary op, float x, Worst worst) {
        if (Float.isFinite(x)) {
            worst.see(x, Ulps.between(op.df32(x, op.f32(x)), op.df(x, op.f(x)), op.slopeFloor()));
        }
    }

    private static void judge(String op, Worst worst, double bound) {
        if (EXHAUSTIVE) System.out.println(op + " " + worst);
        assertTrue(worst.ulps <= bound, () -> op + " is off by " + worst + ", stated: " + bound);
    }
}
