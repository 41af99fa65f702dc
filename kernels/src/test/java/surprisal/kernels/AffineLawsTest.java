package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** f(op(A) · op(B) + bias) against the product, the additions of the bias and the map, one after the other. */
class AffineLawsTest {

    private static final int BEFORE = 3;
    private static final int AFTER = 5;
    private static final int CANARY = 77;

    record Case(Form form, Unary activation, int m, int n, int k, long seed) {

        float[] fused() {
            float[] c = canaries(m * n);
            Gemm.affine(
                    form, m, n, k, floats(m * k, seed), BEFORE, floats(k * n, seed + 1), BEFORE, floats(n, seed + 2), BEFORE,
                    activation, c, BEFORE);
            return c;
        }

        float[] composed() {
            float[] c = canaries(m * n);
            float[] bias = floats(n, seed + 2);
            Gemm.multiply(
                    form, m, n, k, floats(m * k, seed), BEFORE, floats(k * n, seed + 1), BEFORE, c, BEFORE, Store.SET);
            for (int i = 0; i < m; i++) {
                int row = BEFORE + i * n;
                Loop.zip(Binary.PLUS, c, row, 1, bias, BEFORE, 1, c, row, n);
            }
            if (activation != null) {
                Loop.map(activation, c, BEFORE, c, BEFORE, m * n);
            }
            return c;
        }

        double[] fused64() {
            double[] c = wide(canaries(m * n));
            Gemm.affine(
                    form, m, n, k, wide(floats(m * k, seed)), BEFORE, wide(floats(k * n, seed + 1)), BEFORE,
                    wide(floats(n, seed + 2)), BEFORE, activation, c, BEFORE);
            return c;
        }

        double[] composed64() {
            double[] c = wide(canaries(m * n));
            double[] bias = wide(floats(n, seed + 2));
            double[] a = wide(floats(m * k, seed));
            double[] b = wide(floats(k * n, seed + 1));
            Gemm.multiply(form, m, n, k, a, BEFORE, b, BEFORE, c, BEFORE, Store.SET);
            for (int i = 0; i < m; i++) {
                int row = BEFORE + i * n;
                Loop.zip(Binary.PLUS, c, row, 1, bias, BEFORE, 1, c, row, n);
            }
            if (activation != null) {
                Loop.map(activation, c, BEFORE, c, BEFORE, m * n);
            }
            return c;
        }
    }

    @Tag("bits")
    @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
    void fusedIsComposedBitForBit(@ForAll("cases") Case s) {
        assertEquals(Bits.crc(s.composed()), Bits.crc(s.fused()), s.toString());
        assertEquals(Bits.crc(s.composed64()), Bits.crc(s.fused64()), s.toString());
    }

    /** Every form with every activation, at sizes that threads share and that leave tails. */
    @Example
    void largeOnesToo() {
        int before = Workers.threads();
        try {
            for (Form form : Form.values()) {
                for (int[] size : new int[][] {{130, 129, 260}, {1, 1100, 300}, {700, 33, 64}, {5, 2700, 400}, {300, 1, 900}}) {
                    for (Unary activation : new Unary[] {null, Unary.RELU, Unary.TANH, Unary.SOFTPLUS}) {
                        Case s = new Case(form, activation, size[0], size[1], size[2], 7);
                        Workers.threads(1);
                        String composed = Bits.crc(s.composed());
                        for (int threads = 1; threads <= 3; threads++) {
                            Workers.threads(threads);
                            assertEquals(composed, Bits.crc(s.fused()), s + " by " + threads + " threads");
                        }
                    }
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    @Example
    void nothingTimesNothingLeavesTheBias() {
        float[] c = new float[8];
        float[] bias = {0, 1, -2, 3};
        Gemm.affine(Form.NN, 2, 3, 0, new float[0], 0, new float[0], 0, bias, 1, Unary.RELU, c, 1);
        assertEquals("[0.0, 1.0, 0.0, 3.0, 1.0, 0.0, 3.0, 0.0]", Arrays.toString(c));
    }

    @Example
    void aShortBiasIsRefusedBeforeAnythingIsWritten() {
        float[] c = {7, 7};
        float[] x = new float[4];
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Gemm.affine(Form.NN, 1, 2, 2, x, 0, x, 0, new float[1], 0, null, c, 0));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Gemm.affine(Form.NN, 1, 2, 2, wide(x), 0, wide(x), 0, new double[2], 1, null, wide(c), 0));
        assertEquals("[7.0, 7.0]", Arrays.toString(c));
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> sizes = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(0, 20)),
                Tuple.of(3, Arbitraries.integers().between(21, 140)));
        Arbitrary<Integer> depths = Arbitraries.frequencyOf(
                Tuple.of(6, Arbitraries.integers().between(0, 40)),
                Tuple.of(1, Arbitraries.integers().between(250, 600)));
        return Combinators.combine(
                        Arbitraries.of(Form.class), Arbitraries.of(Unary.class).injectNull(0.2), sizes, sizes, depths,
                        Arbitraries.longs().between(0, 1000))
                .as(Case::new);
    }

    private static float[] canaries(int n) {
        float[] c = new float[BEFORE + n + AFTER];
        Arrays.fill(c, CANARY);
        return c;
    }

    private static float[] floats(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = canaries(n);
        for (int i = 0; i < n; i++) {
            x[BEFORE + i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    private static double[] wide(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i];
        }
        return y;
    }
}
