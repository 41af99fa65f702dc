package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loops over the whole float range, in whatever vectors this JVM has, give the bits of one float at a time. */
@Tag("bits")
class UnaryBitsTest {

    private static final int STRIDE = 16411;
    /** Not a multiple of any vector: every call has a tail, and the calls are enough for C2. */
    private static final int BLOCK = 1013;

    private static final float[] X = Ulps.floats(0, STRIDE);

    @Test
    void lanesAgreeWithSingles() {
        for (Unary op : Unary.values()) {
            float[] y = values(op);
            for (int i = 0; i < X.length; i++) {
                same(op.f32(X[i]), y[i], op + "(" + X[i] + ")");
            }
        }
    }

    @Test
    void slopesOfLanesAgreeWithSingles() {
        for (Unary op : Unary.values()) {
            float[] y = values(op);
            float[] slope = slopes(op, y);
            for (int i = 0; i < X.length; i++) {
                same(0f + 1f * op.df32(X[i], y[i]), slope[i], op + "'(" + X[i] + ")");
            }
        }
    }

    /** Every machine, width and provider gives these bits: the digests were taken once. */
    @Test
    void bitsAreTheSameEverywhere() {
        assumeTrue(Fma.FAST, "without a fused multiply-add the last places differ");
        List<String> digests = new ArrayList<>();
        for (Unary op : Unary.values()) {
            float[] y = values(op);
            digests.add(op + " " + Bits.crc(y) + " " + Bits.crc(slopes(op, y)));
        }
        assertEquals(DIGESTS, String.join("\n", digests) + "\n");
    }

    private static float[] values(Unary op) {
        float[] y = new float[X.length];
        for (int i = 0; i < X.length; i += BLOCK) {
            Loop.map(op, X, i, y, i, Math.min(BLOCK, X.length - i));
        }
        return y;
    }

    private static float[] slopes(Unary op, float[] y) {
        float[] slope = new float[X.length];
        float[] one = new float[BLOCK];
        Arrays.fill(one, 1);
        for (int i = 0; i < X.length; i += BLOCK) {
            Loop.mapGrad(op, X, i, y, i, one, 0, slope, i, Math.min(BLOCK, X.length - i));
        }
        return slope;
    }

    private static void same(float expected, float actual, String what) {
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
            assertEquals(Float.toHexString(expected), Float.toHexString(actual), what);
        }
    }

    private static final String DIGESTS = """
            EXP 195c087c 195c087c
            LOG 145fcdde 90999d67
            LOG1P a793195d b30ec831
            EXPM1 cc0d7edb 195c087c
            SQRT 272e8e86 0b6e87a9
            RSQRT 1ce58207 4d9ad790
            SQUARE f354c56d c342c0c8
            ABS 7a128725 0bbee9b9
            NEG 15a86f8c d1ebb104
            RECIPROCAL 75948201 7743f652
            SIN 64e30af2 a524f776
            COS a524f776 beab141c
            TANH 615e1141 27b55189
            SIGMOID 26b5ad9d dd9744c8
            SOFTPLUS 76b99298 26b5ad9d
            RELU 389f2448 00675ee7
            ELU 08210d73 dbffaea6
            SILU 17b397d8 2daca6f3
            GELU 5a12bb60 e6afdccb
            ERF ba384fa2 e5e3b6f5
            LOG_SIGMOID 5424e901 79460aa8
            LGAMMA 6fcc7a78 b805d1ca
            DIGAMMA b805d1ca e18567fe
            """;
}
