package surprisal.kernels;

import java.util.Set;

/**
 * a·b + c, rounded once where the CPU can do that in an instruction, else rounded twice.
 *
 * <p>Without the instruction {@link Math#fma} computes in BigDecimal, thousands of times slower; so whether HotSpot
 * uses it is asked once. The system property {@code surprisal.fma} ({@code true}, {@code false}) overrides the answer.
 */
final class Fma {

    /** How many are timed together. */
    private static final int CALLS = 20;

    /** Whether a fused multiply-add is one instruction here. */
    static final boolean FAST = fast();

    private Fma() {}

    /** a·b + c. */
    static float fma(float a, float b, float c) {
        return FAST ? Math.fma(a, b, c) : a * b + c;
    }

    /** a·b + c. */
    static double fma(double a, double b, double c) {
        return FAST ? Math.fma(a, b, c) : a * b + c;
    }

    /** a·b − p, where p = a·b rounded: what the rounding lost. */
    static float lost(float a, float b, float p) {
        if (FAST) {
            return Math.fma(a, b, -p);
        }
        // Dekker 1971: halves of 12 bits, whose products are exact
        float ah = Float.intBitsToFloat(Float.floatToRawIntBits(a) & 0xfffff000);
        float bh = Float.intBitsToFloat(Float.floatToRawIntBits(b) & 0xfffff000);
        float al = a - ah;
        float bl = b - bh;
        return ah * bh - p + ah * bl + al * bh + al * bl;
    }

    /** a·b + c, as good as rounded once when a·b and c nearly cancel, with or without the instruction. */
    static float cancel(float a, float b, float c) {
        if (FAST) {
            return Math.fma(a, b, c);
        }
        float p = a * b;
        return p + c + lost(a, b, p);
    }

    private static boolean fast() {
        String wish = System.getProperty("surprisal.fma", "auto");
        if (Set.of("true", "false").contains(wish)) {
            return Boolean.parseBoolean(wish);
        }
        String arch = System.getProperty("os.arch", "");
        if (arch.equals("aarch64")) {
            return true; // part of the base instruction set
        }
        return measured();
    }

    /**
     * java.base cannot read the flag UseFMA, but the difference shows: some 30 ns in the interpreter, where the
     * instruction is used as well, against 500 ns and more for BigDecimal however it is compiled. One fast round is
     * enough; on a machine so busy that there is none, the shortest one is compared with that of a product and a sum.
     */
    private static boolean measured() {
        long fused = Long.MAX_VALUE;
        long plain = Long.MAX_VALUE;
        for (int round = 0; round < 50 && fused >= 250 * CALLS; round++) {
            fused = Math.min(fused, fused());
            plain = Math.min(plain, plain());
        }
        return fused < Math.max(250 * CALLS, 5 * plain);
    }

    private static long fused() {
        float sum = 1;
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            sum = Math.fma(sum, 0.5f, 1.1f);
        }
        return sum > 0 ? System.nanoTime() - start : Long.MAX_VALUE;
    }

    private static long plain() {
        float sum = 1;
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            sum = rounded(sum, 0.5f, 1.1f);
        }
        return sum > 0 ? System.nanoTime() - start : Long.MAX_VALUE;
    }

    private static float rounded(float a, float b, float c) {
        return a * b + c;
    }
}
