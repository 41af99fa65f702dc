package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import net.jqwik.api.constraints.IntRange;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** Products against their definition: near a naive sum, and bit for bit as {@link Gemm} documents. */
class GemmLawsTest {

    /** What no product may change, and what none may read: it would show in every sum. */
    private static final float CANARY = Float.intBitsToFloat(0x7fc12345);
    private static final double CANARY_64 = Double.longBitsToDouble(0x7ff8123456789abcL);
    private static final int BEFORE = 3;
    private static final int AFTER = 5;

    private static final float[] STRANGE = {
        0f, -0f, 1f, -1f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.MIN_VALUE,
        -Float.MIN_NORMAL, Float.MAX_VALUE, 0.1f, 1e-30f, 3e38f
    };

    record Case(Form form, Store store, int m, int n, int k, long seed) {

        long work() { return (long) m * n * k; }

        float[] a() { return floats(m * k, seed); }

        float[] b() { return floats(k * n, seed + 1); }

        float[] c() { return floats(m * n, seed + 2); }

        double[] a64() { return doubles(m * k, seed); }

        double[] b64() { return doubles(k * n, seed + 1); }

        double[] c64() { return doubles(m * n, seed + 2); }

        int atA(int i, int p) { return BEFORE + (form.transposedA() ? p * m + i : i * k + p); }

        int atB(int p, int j) { return BEFORE + (form.transposedB() ? j * k + p : p * n + j); }

        int atC(int i, int j) { return BEFORE + i * n + j; }

        float[] product(float[] a, float[] b, float[] c) {
            float[] result = c.clone();
            Gemm.multiply(form, m, n, k, a, BEFORE, b, BEFORE, result, BEFORE, store);
            return result;
        }

        double[] product(double[] a, double[] b, double[] c) {
            double[] result = c.clone();
            Gemm.multiply(form, m, n, k, a, BEFORE, b, BEFORE, result, BEFORE, store);
            return result;
        }

        /** The documented sum, element by element. */
        float[] specified(float[] a, float[] b, float[] c) {
            float[] result = c.clone();
            int step = step();
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float sum = store == Store.SET ? 0 : c[atC(i, j)];
                    for (int from = 0; from < k; from += step) {
                        float chain = 0;
                        for (int p = from; p < Math.min(k, from + step); p++) {
                            chain = Fma.fma(a[atA(i, p)], b[atB(p, j)], chain);
                        }
                        sum += chain;
                    }
                    result[atC(i, j)] = sum;
                }
            }
            return result;
        }

        double[] specified(double[] a, double[] b, double[] c) {
            double[] result = c.clone();
            int step = step();
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = store == Store.SET ? 0 : c[atC(i, j)];
                    for (int from = 0; from < k; from += step) {
                        double chain = 0;
                        for (int p = from; p < Math.min(k, from + step); p++) {
                            chain = Fma.fma(a[atA(i, p)], b[atB(p, j)], chain);
                        }
                        sum += chain;
                    }
                    result[atC(i, j)] = sum;
                }
            }
            return result;
        }

        /** ⌈k / blocks⌉ with ⌈k/256⌉ blocks. */
        private int step() {
            int blocks = Math.max(1, (k + 255) / 256);
            return Math.max(1, (k + blocks - 1) / blocks);
        }
    }

    // ---- against a naive double loop

    /**
     * |C − exact| ≤ (k + blocks + 1) u (Σ|a||b| + |c|) to first order (Higham 2002, §3.1); the double sum that stands for
     * the exact one errs by 2⁻²⁹ of that, so one more u covers both.
     */
    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void floatsAreWithinTheRoundingBound(@ForAll("cases") Case s) {
        float[] a = s.a();
        float[] b = s.b();
        float[] c = s.c();
        float[] result = s.product(a, b, c);
        for (int i = 0; i < s.m; i++) {
            for (int j = 0; j < s.n; j++) {
                double old = s.store == Store.SET ? 0 : c[s.atC(i, j)];
                double sum = old;
                double size = Math.abs(old);
                for (int p = 0; p < s.k; p++) {
                    double term = (double) a[s.atA(i, p)] * b[s.atB(p, j)];
                    sum += term;
                    size += Math.abs(term);
                }
                double bound = bound(s.k, 0x1p-24) * size;
                double error = Math.abs(result[s.atC(i, j)] - sum);
                assertTrue(error <= bound, s + ": C[" + i + ", " + j + "] errs by " + error + " > " + bound);
            }
        }
    }

    /** The naive sum errs as much as the one it checks: twice the bound. */
    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void doublesAreWithinTheRoundingBound(@ForAll("cases") Case s) {
        double[] a = s.a64();
        double[] b = s.b64();
        double[] c = s.c64();
        double[] result = s.product(a, b, c);
        for (int i = 0; i < s.m; i++) {
            for (int j = 0; j < s.n; j++) {
                double old = s.store == Store.SET ? 0 : c[s.atC(i, j)];
                double sum = old;
                double size = Math.abs(old);
                for (int p = 0; p < s.k; p++) {
                    double term = a[s.atA(i, p)] * b[s.atB(p, j)];
                    sum += term;
                    size += Math.abs(term);
                }
                double bound = 2 * bound(s.k, 0x1p-53) * size;
                double error = Math.abs(result[s.atC(i, j)] - sum);
                assertTrue(error <= bound, s + ": C[" + i + ", " + j + "] errs by " + error + " > " + bound);
            }
        }
    }

    /** Without a fused multiply-add every term is rounded twice. */
    private static double bound(int k, double u) {
        double roundings = (Fma.FAST ? k : 2 * k) + k / 256 + 3;
        return roundings * u / (1 - roundings * u);
    }

    // ---- against the documented sum, bit for bit

    @Tag("bits")
    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void everyElementIsTheDocumentedSum(@ForAll("cases") Case s) {
        same(s.specified(s.a(), s.b(), s.c()), s.product(s.a(), s.b(), s.c()), s);
        same(s.specified(s.a64(), s.b64(), s.c64()), s.product(s.a64(), s.b64(), s.c64()), s);
    }

    /** Not-a-number comes from where it should, ∞ · 0 and ∞ − ∞, and not from the zeros that pad a panel. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void strangeNumbersGoWhereTheyShould(@ForAll("cases") Case s) {
        float[] a = strange(s.a(), s.seed);
        float[] b = strange(s.b(), s.seed + 1);
        float[] c = strange(s.c(), s.seed + 2);
        same(s.specified(a, b, c), s.product(a, b, c), s);
        same(s.specified(wide(a), wide(b), wide(c)), s.product(wide(a), wide(b), wide(c)), s);
    }

    @Example
    void oneStrangeRowLeavesTheOthersAlone() {
        for (Form form : Form.values()) {
            for (int n = 1; n <= 70; n++) {
                Case s = new Case(form, Store.SET, 7, n, 5, n);
                float[] a = s.a();
                float[] clean = s.product(a, s.b(), s.c());
                a[s.atA(6, 2)] = Float.POSITIVE_INFINITY;
                float[] b = s.b();
                Arrays.fill(b, BEFORE, BEFORE + 5 * n, 0);
                for (int j = 0; j < n; j++) {
                    assertTrue(Float.isNaN(s.product(a, b, s.c())[s.atC(6, j)]), "∞ · 0 in column " + j + " of " + s);
                }
                float[] dirty = s.product(a, s.b(), s.c());
                for (int e = 0; e < 6 * n; e++) {
                    assertEquals(clean[BEFORE + e], dirty[BEFORE + e], s.toString());
                }
            }
        }
    }

    /** Products that threads share, and those whose C is cut into blocks. */
    @Tag("bits")
    @Example
    void largeProductsAreTheDocumentedSum() {
        int[][] sizes = {
            {130, 129, 260}, {64, 300, 257}, {257, 65, 100}, {5, 2700, 400}, {33, 1500, 784}, {3, 40, 30_000}, {1, 700, 900},
            {700, 1, 900}, {2, 2, 70_000}, {500, 450, 230}, {530, 540, 40},
            {25, 200, 300}
        };
        for (int[] size : sizes) {
            for (Form form : Form.values()) {
                Case s = new Case(form, Store.ADD, size[0], size[1], size[2], 17);
                same(s.specified(s.a(), s.b(), s.c()), s.product(s.a(), s.b(), s.c()), s);
            }
            Case s = new Case(Form.NT, Store.SET, size[0], size[1], size[2], 18);
            same(s.specified(s.a(), s.b(), s.c()), s.product(s.a(), s.b(), s.c()), s);
            same(s.specified(s.a64(), s.b64(), s.c64()), s.product(s.a64(), s.b64(), s.c64()), s);
        }
    }

    /** Sizes on both sides of every border between paths: rows of a tile, vectors of a panel, few rows, blocks of k. */
    @Tag("bits")
    @Example
    void everyPathIsTheDocumentedSum() {
        int[] columns = {1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 65, 80, 97, 113};
        int[] depths = {1, 2, 15, 16, 17, 33};
        for (Form form : Form.values()) {
            for (int m : new int[] {1, 2, 3, 4, 5, 7, 8, 9, 12, 17, 65}) {
                for (int n : columns) {
                    for (int k : depths) {
                        Case s = new Case(form, (n + k) % 2 == 0 ? Store.SET : Store.ADD, m, n, k, 31);
                        same(s.specified(s.a(), s.b(), s.c()), s.product(s.a(), s.b(), s.c()), s);
                        same(s.specified(s.a64(), s.b64(), s.c64()), s.product(s.a64(), s.b64(), s.c64()), s);
                    }
                }
            }
            for (int[] size : new int[][] {{66, 100, 300}, {9, 70, 600}, {520, 66, 40}, {600, 130, 33}, {3, 5, 513}, {77, 250, 300}}) {
                for (Store store : Store.values()) {
                    Case s = new Case(form, store, size[0], size[1], size[2], 32);
                    same(s.specified(s.a(), s.b(), s.c()), s.product(s.a(), s.b(), s.c()), s);
                    same(s.specified(s.a64(), s.b64(), s.c64()), s.product(s.a64(), s.b64(), s.c64()), s);
                }
            }
        }
    }

    /** 0 + x, not x: a product that underflows to −0 is stored as 0. */
    @Example
    void aProductThatUnderflowsIsAPositiveZero() {
        for (int m = 1; m < 12; m++) {
            float[] a = new float[m];
            float[] b = new float[50];
            float[] c = new float[m * 50];
            Arrays.fill(a, -1e-30f);
            Arrays.fill(b, 1e-30f);
            Gemm.multiply(Form.NN, m, 50, 1, a, 0, b, 0, c, 0, Store.SET);
            for (float x : c) {
                assertEquals(0, Float.floatToRawIntBits(x));
            }
        }
    }

    /** −0 + −0 is −0 in every column, at the edges of tiles too. */
    @Example
    void anUnderflowAddsNothing() {
        for (int m = 1; m < 12; m++) {
            for (int n : new int[] {1, 7, 17, 41, 50}) {
                float[] c = new float[m * n];
                double[] c64 = new double[m * n];
                Arrays.fill(c, -0f);
                Arrays.fill(c64, -0.0);
                Gemm.multiply(Form.NN, m, n, 1, filled(m, -1e-30f), 0, filled(n, 1e-30f), 0, c, 0, Store.ADD);
                Gemm.multiply(Form.NN, m, n, 1, filled(m, -1e-200), 0, filled(n, 1e-200), 0, c64, 0, Store.ADD);
                assertArrayEquals(filled(m * n, -0f), c, "floats, m = " + m + ", n = " + n);
                assertArrayEquals(filled(m * n, -0.0), c64, "doubles, m = " + m + ", n = " + n);
            }
        }
    }

    private static float[] filled(int n, float value) {
        float[] x = new float[n];
        Arrays.fill(x, value);
        return x;
    }

    private static double[] filled(int n, double value) {
        double[] x = new double[n];
        Arrays.fill(x, value);
        return x;
    }

    @Example
    void anyNumberOfThreadsGivesTheSameBits() {
        int before = Workers.threads();
        try {
            for (int[] size : new int[][] {{130, 129, 260}, {31, 1100, 960}, {700, 33, 64}, {4, 4, 20_000}, {77, 250, 300}}) {
                for (Form form : Form.values()) {
                    Case s = new Case(form, size[0] == 77 ? Store.SET : Store.ADD, size[0], size[1], size[2], 5);
                    Workers.threads(1);
                    float[] one = s.product(s.a(), s.b(), s.c());
                    double[] one64 = s.product(s.a64(), s.b64(), s.c64());
                    for (int threads : new int[] {2, 3, 7}) {
                        Workers.threads(threads);
                        for (int again = 0; again < 3; again++) {
                            same(one, s.product(s.a(), s.b(), s.c()), s);
                        }
                        same(one64, s.product(s.a64(), s.b64(), s.c64()), s);
                    }
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    /** What a thread has packed for one caller's product is not taken for another's, who makes as many of the same sizes. */
    @Example
    void callersInTurnGetTheirOwnProducts() throws InterruptedException {
        int before = Workers.threads();
        try {
            Workers.threads(2);
            for (int[] size : new int[][] {{200, 150, 100}, {150, 200, 100}}) {
                for (Form form : Form.values()) {
                    for (int caller = 0; caller < 5; caller++) {
                        Case s = new Case(form, Store.SET, size[0], size[1], size[2], caller);
                        float[][] c = new float[1][];
                        Thread thread = new Thread(() -> c[0] = s.product(s.a(), s.b(), s.c()));
                        thread.start();
                        thread.join();
                        same(s.specified(s.a(), s.b(), s.c()), c[0], s);
                    }
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    @Example
    void theFirstCallAndCall20000GiveTheSameBits() {
        for (int[] size : new int[][] {{5, 7, 9}, {1, 37, 11}, {8, 64, 3}, {9, 1, 12}}) {
            for (Form form : Form.values()) {
                Case s = new Case(form, Store.ADD, size[0], size[1], size[2], 23);
                float[] a = s.a();
                float[] b = s.b();
                float[] c = s.c();
                float[] first = s.product(a, b, c);
                double[] a64 = s.a64();
                double[] b64 = s.b64();
                double[] c64 = s.c64();
                double[] first64 = s.product(a64, b64, c64);
                for (int call = 2; call <= 20_000; call++) {
                    float[] now = s.product(a, b, c);
                    double[] now64 = s.product(a64, b64, c64);
                    if (call % 100 == 0) {
                        same(first, now, s);
                        same(first64, now64, s);
                    }
                }
                same(s.specified(a, b, c), first, s);
            }
        }
    }

    // ---- rows and batches

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void aRowOfAProductIsTheProductOfTheRow(@ForAll("cases") Case s, @ForAll @IntRange(max = 1000) int pick) {
        if (s.m == 0) {
            return;
        }
        int row = pick % s.m;
        float[] all = s.product(s.a(), s.b(), s.c());
        Case one = new Case(s.form, s.store, 1, s.n, s.k, s.seed);
        float[] a = one.a();
        for (int p = 0; p < s.k; p++) {
            a[one.atA(0, p)] = s.a()[s.atA(row, p)];
        }
        float[] c = one.c();
        System.arraycopy(s.c(), s.atC(row, 0), c, BEFORE, s.n);
        float[] alone = one.product(a, s.b(), c);
        for (int j = 0; j < s.n; j++) {
            same(alone[one.atC(0, j)], all[s.atC(row, j)], s);
        }
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void aBatchIsItsProductsOneByOne(
            @ForAll("cases") Case s, @ForAll @IntRange(max = 6) int batch, @ForAll @IntRange(max = 7) int steps) {
        batch(s, batch, (steps & 1) != 0, (steps & 2) != 0, (steps & 4) != 0);
    }

    /** Enough small products for the threads to share. */
    @Example
    void aLargeBatchIsItsProductsOneByOne() {
        for (Form form : Form.values()) {
            for (int steps = 0; steps < 8; steps++) {
                boolean c = (steps & 4) != 0;
                batch(new Case(form, Store.ADD, 9, 17, 8, 3), 1003, (steps & 1) != 0, (steps & 2) != 0, c);
                batch(new Case(form, Store.SET, 1, 20, 9, 4), 3001, (steps & 1) != 0, (steps & 2) != 0, c);
                batch(new Case(form, Store.SET, 70, 66, 60, 4), 3, (steps & 1) != 0, (steps & 2) != 0, c);
            }
        }
    }

    private static void batch(Case s, int batch, boolean stepA, boolean stepB, boolean stepC) {
        int as = stepA ? s.m * s.k : 0;
        int bs = stepB ? s.k * s.n + 1 : 0;
        int cs = stepC ? s.m * s.n + 2 : 0;
        float[] a = floats(s.m * s.k + batch * as, 1);
        float[] b = floats(s.k * s.n + batch * bs, 2);
        float[] c = floats(s.m * s.n + batch * cs, 3);
        float[] expected = c.clone();
        float[] result = c.clone();
        double[] a64 = wide(a);
        double[] b64 = wide(b);
        double[] expected64 = wide(c);
        double[] result64 = wide(c);
        for (int i = 0; i < batch; i++) {
            Store store = i > 0 && cs == 0 ? Store.ADD : s.store;
            int ao = BEFORE + i * as;
            int bo = BEFORE + i * bs;
            int co = BEFORE + i * cs;
            Gemm.multiply(s.form, s.m, s.n, s.k, a, ao, b, bo, expected, co, store);
            Gemm.multiply(s.form, s.m, s.n, s.k, a64, ao, b64, bo, expected64, co, store);
        }
        Gemm.multiply(s.form, batch, s.m, s.n, s.k, a, BEFORE, as, b, BEFORE, bs, result, BEFORE, cs, s.store);
        same(expected, result, s);
        Gemm.multiply(s.form, batch, s.m, s.n, s.k, a64, BEFORE, as, b64, BEFORE, bs, result64, BEFORE, cs, s.store);
        same(expected64, result64, s);
    }

    // ---- errors

    @Example
    void shortArraysAreRefusedBeforeAnythingIsWritten() {
        for (Form form : Form.values()) {
            for (int shorter = 0; shorter < 3; shorter++) {
                float[] a = new float[2 + 3 * 4 - (shorter == 0 ? 1 : 0)];
                float[] b = new float[2 + 4 * 5 - (shorter == 1 ? 1 : 0)];
                float[] c = new float[2 + 3 * 5 - (shorter == 2 ? 1 : 0)];
                Arrays.fill(c, 7);
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> Gemm.multiply(form, 3, 5, 4, a, 2, b, 2, c, 2, Store.SET));
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> Gemm.multiply(form, 3, 5, 4, wide(a), 2, wide(b), 2, wide(c), 2, Store.SET));
                for (float x : c) {
                    assertEquals(7, x);
                }
            }
        }
        float[] x = new float[100];
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Gemm.multiply(Form.NN, 1 << 16, 1, 1 << 16, x, 0, x, 0, new float[1 << 16], 0, Store.SET));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Gemm.multiply(Form.NN, 2, 2, 2, x, -1, x, 0, x, 50, Store.SET));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> Gemm.multiply(Form.NN, 40, 2, 2, 2, x, 0, 4, x, 0, 0, new float[100], 0, 0, Store.SET));
    }

    @Example
    void negativeSizesAreRefusedWithTheSizes() {
        float[] x = new float[10];
        double[] y = new double[10];
        for (int[] size : new int[][] {{-1, 1, 1}, {1, -1, 1}, {1, 1, -1}, {-1, -1, 1}}) {
            Exception e = assertThrows(
                    IllegalArgumentException.class,
                    () -> Gemm.multiply(Form.NN, size[0], size[1], size[2], x, 0, x, 0, x, 0, Store.SET));
            String sizes = size[0] + " × " + size[2] + " × " + size[1];
            assertEquals("gemm of " + sizes + ": sizes can't be negative", e.getMessage());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Gemm.multiply(Form.NN, size[0], size[1], size[2], y, 0, y, 0, y, 0, Store.SET));
        }
    }

    @Example
    void batchesThatMakeNoSenseAreRefused() {
        float[] x = new float[100];
        double[] y = new double[100];
        Exception negative = assertThrows(
                IllegalArgumentException.class,
                () -> Gemm.multiply(Form.NN, -1, 1, 1, 1, x, 0, 1, x, 0, 1, x, 0, 1, Store.SET));
        assertEquals("gemm of a batch of -1: it can't be negative", negative.getMessage());
        Exception overlap = assertThrows(
                IllegalArgumentException.class,
                () -> Gemm.multiply(Form.NN, 2, 2, 3, 1, y, 0, 2, y, 0, 3, y, 50, 5, Store.SET));
        assertEquals(
                "gemm of a batch with step 5 of C: the products [2, 3] would overlap; it takes 0 or at least 6",
                overlap.getMessage());
    }

    @Example
    void nothingTimesNothingIsZero() {
        for (Form form : Form.values()) {
            float[] c = {1, 2, 3, 4, 5, 6};
            Gemm.multiply(form, 2, 2, 0, new float[0], 0, new float[0], 0, c, 1, Store.SET);
            assertEquals("[1.0, 0.0, 0.0, 0.0, 0.0, 6.0]", Arrays.toString(c));
            Gemm.multiply(form, 0, 3, 2, new float[0], 0, new float[6], 0, c, 1, Store.SET);
            Gemm.multiply(form, 3, 0, 2, new float[6], 0, new float[0], 0, c, 6, Store.ADD);
            assertEquals("[1.0, 0.0, 0.0, 0.0, 0.0, 6.0]", Arrays.toString(c));
        }
    }

    // ---- cases

    /** Sizes small, at the borders of a tile of any width, and at those of the blocks of k. */
    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> small = Arbitraries.integers().between(0, 70);
        Arbitrary<Integer> borders = Arbitraries.of(
                1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 130, 255, 256, 257);
        Arbitrary<Integer> side = Arbitraries.oneOf(small, borders);
        Arbitrary<Integer> inner = Arbitraries.oneOf(
                small, borders, Arbitraries.of(255, 256, 257, 511, 512, 513, 767, 769, 784, 1025));
        return Combinators.combine(
                        Arbitraries.of(Form.class), Arbitraries.of(Store.class), side, side, inner, Arbitraries.longs())
                .as(Case::new)
                .filter(s -> s.work() < 600_000);
    }

    private static float[] floats(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[BEFORE + n + AFTER];
        Arrays.fill(x, CANARY);
        for (int i = 0; i < n; i++) {
            x[BEFORE + i] = (float) (2 * random.nextDouble() - 1);
        }
        return x;
    }

    private static double[] doubles(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] x = new double[BEFORE + n + AFTER];
        Arrays.fill(x, CANARY_64);
        for (int i = 0; i < n; i++) {
            x[BEFORE + i] = 2 * random.nextDouble() - 1;
        }
        return x;
    }

    private static float[] strange(float[] x, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = BEFORE; i < x.length - AFTER; i++) {
            if (random.nextInt(12) == 0) {
                x[i] = STRANGE[random.nextInt(STRANGE.length)];
            }
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

    // ---- comparison: bit for bit, where one NaN is like another inside C, and no canary has changed its bits

    private static void same(float[] expected, float[] actual, Case s) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
                boolean inside = i >= BEFORE && i < expected.length - AFTER;
                assertTrue(inside, s + " wrote outside of C, at " + (i - BEFORE));
                same(expected[i], actual[i], s);
            }
        }
    }

    private static void same(float expected, float actual, Case s) {
        if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
            assertEquals(Float.toHexString(expected), Float.toHexString(actual), s.toString());
        }
    }

    private static void same(double[] expected, double[] actual, Case s) {
        for (int i = 0; i < expected.length; i++) {
            if (Double.doubleToRawLongBits(expected[i]) != Double.doubleToRawLongBits(actual[i])) {
                boolean inside = i >= BEFORE && i < expected.length - AFTER;
                assertTrue(inside, s + " wrote outside of C, at " + (i - BEFORE));
                if (Double.doubleToLongBits(expected[i]) != Double.doubleToLongBits(actual[i])) {
                    assertEquals(Double.toHexString(expected[i]), Double.toHexString(actual[i]), s.toString());
                }
            }
        }
    }
}
