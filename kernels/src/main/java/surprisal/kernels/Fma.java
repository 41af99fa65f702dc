package surprisal.kernels;

import java.util.Set;

/**
 * a·b + c, rounded once where the CPU can do that in an instruction, else rounded twice.
 *
 * <p>Without the instruction {@link Math#fma} computes in BigDecimal, thousands of times slower; so whether HotSpot
 * uses it is asked once. The system property {@code surprisal.fma} ({@code true}, {@code false}) overrides the answer.
 */
final class Fma {

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
     * enough, so that a busy machine does not change the answer.
     */
    private static boolean measured() {
        int calls = 20;
        float sum = 1;
        for (int round = 0; round < 50; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                sum = Math.fma(sum, 0.5f, 1.1f);
            }
            if (System.nanoTime() - start < 250L * calls && sum > 0) {
                return true;
            }
        }
        return false;
    }
}
