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

    /** g · f′, and its rows one after the other, at sizes that threads share and that leave tails; small ones of a batch go together. */
    @Example
    void deltaIsAMapAndASumOfRowsBitForBit() {
        int before = Workers.threads();
        try {
            for (int[] size : new int[][] {{1, 65, 400}, {3, 70, 257}, {1, 3, 5700}, {90, 7, 19}, {1, 1000, 20}, {4, 0, 9}, {2, 9, 0}}) {
                for (Unary f : new Unary[] {null, Unary.RELU, Unary.TANH}) {
                    for (Store store : Store.values()) {
                        for (int threads = 1; threads <= 3; threads++) {
                            Workers.threads(threads);
                            delta(f, size[0], size[1], size[2], store);
                        }
                    }
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    private static void delta(Unary f, int batch, int m, int n, Store store) {
        float[] y = behind(floats(batch * m * n, 1));
        float[] slopes = behind(floats(batch * m * n, 2));
        float[] sums = behind(floats(batch * n, 3));
        float[] g = slopes.clone();
        float[] gb = sums.clone();
        for (int i = 0; i < batch * m * n; i++) {
            if (f != null) {
                slopes[i] = slopes[i] * f.df32(y[i], y[i]);
            }
        }
        for (int i = 0; i < batch * n; i++) {
            float sum = store == Store.SET ? 0 : sums[i];
            for (int row = 0; row < m; row++) {
                sum += slopes[(i / n * m + row) * n + i % n];
            }
            sums[i] = sum;
        }
        double[] g64 = wide(g);
        double[] gb64 = wide(gb);
        Affine.delta(f, batch, y, g, m, n, gb, store);
        String what = "%s, %d of %d x %d, %s".formatted(f, batch, m, n, store);
        assertEquals(Bits.crc(slopes), Bits.crc(g), what);
        assertEquals(Bits.crc(sums), Bits.crc(gb), what);
        Affine.delta(f, batch, wide(y), g64, m, n, gb64, store);
        for (int i = 0; i < g64.length; i++) {
            assertEquals(slopes[i], g64[i], 1e-6, what);
        }
        for (int i = 0; i < gb64.length; i++) {
            assertEquals(sums[i], gb64[i], 1e-3, what);
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

    /** Without what lies before. */
    private static float[] behind(float[] x) {
        return Arrays.copyOfRange(x, BEFORE, x.length);
    }

    private static double[] wide(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i];
        }
        return y;
    }
}
