package surprisal.kernels;

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

/** A loop does with every element what the op does with one: bit for bit, every op, length, offset and stride. */
class LoopLawsTest {

    private static final int[] THREADS = {1, 2, 3, 7};

    /** Above the size from which on threads share the work, and no multiple of what they take. */
    private static final int LARGE = (1 << 16) + 16_391;

    /** Where in its array each argument lies. */
    record Place(int n, int x, int y, int g, int gx, long seed) {}

    @Provide
    Arbitrary<Place> places() {
        Arbitrary<Integer> offset = Arbitraries.integers().between(0, 5);
        Arbitrary<Integer> n = Arbitraries.integers().between(0, 70);
        return Combinators.combine(n, offset, offset, offset, offset, Arbitraries.longs()).as(Place::new);
    }

    // ---- one argument

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void mapsAreElementwise(@ForAll("places") Place at) {
        for (Unary op : Unary.values()) {
            checkMap(op, at);
            checkMapInDouble(op, at);
        }
    }

    @Example
    void mapsAreElementwiseAtEveryLength() {
        for (Unary op : Unary.values()) {
            for (int n = 0; n <= 70; n++) {
                checkMap(op, new Place(n, n % 3, n % 4, 1, n % 2, n));
            }
        }
    }

    @Example
    void mapsInPlace() {
        for (Unary op : Unary.values()) {
            for (int n : new int[] {0, 1, 15, 16, 17, 70, LARGE}) {
                float[] x = draw(op, n + 3, n);
                float[] expected = new float[n + 3];
                double[] wide = wide(x);
                double[] expectedWide = new double[n + 3];
                Loop.map(op, x, 2, expected, 2, n);
                Loop.map(op, wide, 2, expectedWide, 2, n);
                for (int i : new int[] {0, 1, n + 2}) {
                    expected[i] = x[i];
                    expectedWide[i] = wide[i];
                }
                Loop.map(op, x, 2, x, 2, n);
                Loop.map(op, wide, 2, wide, 2, n);
                same(expected, x, op + " in place of " + n);
                same(expectedWide, wide, op + " in place of " + n);
            }
        }
    }

    private static void checkMap(Unary op, Place at) {
        int n = at.n;
        float[] x = draw(op, at.x + n + 2, at.seed);
        float[] y = draw(at.y + n + 2, at.seed + 1);
        float[] g = draw(at.g + n + 2, at.seed + 2);
        float[] gx = draw(at.gx + n + 2, at.seed + 3);
        float[] expected = y.clone();
        float[] slopes = gx.clone();
        for (int i = 0; i < n; i++) {
            float value = op.f32(x[at.x + i]);
            expected[at.y + i] = value;
            slopes[at.gx + i] += g[at.g + i] * op.df32(x[at.x + i], value);
        }
        Loop.map(op, x, at.x, y, at.y, n);
        same(expected, y, op + " " + at);
        Loop.mapGrad(op, x, at.x, y, at.y, g, at.g, gx, at.gx, n);
        same(slopes, gx, op + "′ " + at);
        for (int i = 0; i < n; i++) {
            slopes[at.gx + i] += g[at.g + i] * op.df32(x[at.x + i], y[at.y + i]);
        }
        Loop.mapGrad(op, x, at.x, y, at.y, g, at.g, gx, at.gx, n);
        same(slopes, gx, op + "′ added twice " + at);
    }

    private static void checkMapInDouble(Unary op, Place at) {
        int n = at.n;
        double[] x = wide(draw(op, at.x + n + 2, at.seed));
        double[] y = wide(draw(at.y + n + 2, at.seed + 1));
        double[] g = wide(draw(at.g + n + 2, at.seed + 2));
        double[] gx = wide(draw(at.gx + n + 2, at.seed + 3));
        double[] expected = y.clone();
        double[] slopes = gx.clone();
        for (int i = 0; i < n; i++) {
            double value = op.f(x[at.x + i]);
            expected[at.y + i] = value;
            slopes[at.gx + i] += g[at.g + i] * op.df(x[at.x + i], value);
        }
        Loop.map(op, x, at.x, y, at.y, n);
        same(expected, y, op + " " + at);
        Loop.mapGrad(op, x, at.x, y, at.y, g, at.g, gx, at.gx, n);
        same(slopes, gx, op + "′ " + at);
    }

    // ---- two arguments

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void zipsAreElementwise(@ForAll("places") Place at) {
        for (Binary op : Binary.values()) {
            for (int strides = 0; strides < 4; strides++) {
                checkZip(op, at, strides & 1, strides >> 1);
                checkZipInDouble(op, at, strides & 1, strides >> 1);
            }
        }
    }

    @Example
    void zipsAreElementwiseAtEveryLength() {
        for (Binary op : Binary.values()) {
            for (int n = 0; n <= 70; n++) {
                for (int strides = 0; strides < 4; strides++) {
                    checkZip(op, new Place(n, n % 3, n % 4, 1, n % 2, n), strides & 1, strides >> 1);
                }
            }
        }
    }

    /** The sum that a single number gets: of 1024 terms at a time, and those one after the other. */
    @Example
    void sumsForASingleNumberAreMadeInBlocks() {
        for (Binary op : Binary.values()) {
            for (int n : new int[] {1023, 1024, 1025, 2048, 5000, LARGE}) {
                for (int strides = 0; strides < 3; strides++) {
                    checkZip(op, new Place(n, 1, 2, 3, 0, n), strides & 1, strides >> 1);
                }
                checkZipInDouble(op, new Place(n, 1, 2, 3, 0, n), 0, 1);
                checkZipInDouble(op, new Place(n, 1, 2, 3, 0, n), 1, 0);
            }
        }
    }

    private static void checkZip(Binary op, Place at, int as, int bs) {
        int n = at.n;
        float[] a = pick(at.x + n + 2, at.seed);
        float[] b = pick(at.y + n + 2, at.seed + 1);
        float[] y = draw(at.g + n + 2, at.seed + 2);
        float[] g = draw(at.gx + n + 2, at.seed + 3);
        float[] ga = draw(at.y + n + 2, at.seed + 4);
        float[] gb = draw(at.g + n + 2, at.seed + 5);
        float[] values = y.clone();
        float[] slopesA = ga.clone();
        float[] slopesB = gb.clone();
        float[] termsA = new float[n];
        float[] termsB = new float[n];
        for (int i = 0; i < n; i++) {
            float ai = a[at.x + i * as];
            float bi = b[at.y + i * bs];
            values[at.g + i] = op.f32(ai, bi);
            termsA[i] = g[at.gx + i] * op.da32(ai, bi, values[at.g + i]);
            termsB[i] = g[at.gx + i] * op.db32(ai, bi, values[at.g + i]);
        }
        add(termsA, slopesA, at.y, as);
        add(termsB, slopesB, at.g, bs);
        String what = op + " " + at + " strides " + as + ", " + bs;
        Loop.zip(op, a, at.x, as, b, at.y, bs, y, at.g, n);
        same(values, y, what);
        Loop.zipGradA(op, a, at.x, as, b, at.y, bs, y, at.g, g, at.gx, ga, at.y, n);
        same(slopesA, ga, "∂a " + what);
        Loop.zipGradB(op, a, at.x, as, b, at.y, bs, y, at.g, g, at.gx, gb, at.g, n);
        same(slopesB, gb, "∂b " + what);
    }

    private static void checkZipInDouble(Binary op, Place at, int as, int bs) {
        int n = at.n;
        double[] a = wide(pick(at.x + n + 2, at.seed));
        double[] b = wide(pick(at.y + n + 2, at.seed + 1));
        double[] y = wide(draw(at.g + n + 2, at.seed + 2));
        double[] g = wide(draw(at.gx + n + 2, at.seed + 3));
        double[] ga = wide(draw(at.y + n + 2, at.seed + 4));
        double[] gb = wide(draw(at.g + n + 2, at.seed + 5));
        double[] values = y.clone();
        double[] slopesA = ga.clone();
        double[] slopesB = gb.clone();
        double[] termsA = new double[n];
        double[] termsB = new double[n];
        for (int i = 0; i < n; i++) {
            double ai = a[at.x + i * as];
            double bi = b[at.y + i * bs];
            values[at.g + i] = op.f(ai, bi);
            termsA[i] = g[at.gx + i] * op.da(ai, bi, values[at.g + i]);
            termsB[i] = g[at.gx + i] * op.db(ai, bi, values[at.g + i]);
        }
        add(termsA, slopesA, at.y, as);
        add(termsB, slopesB, at.g, bs);
        String what = op + " " + at + " strides " + as + ", " + bs;
        Loop.zip(op, a, at.x, as, b, at.y, bs, y, at.g, n);
        same(values, y, what);
        Loop.zipGradA(op, a, at.x, as, b, at.y, bs, y, at.g, g, at.gx, ga, at.y, n);
        same(slopesA, ga, "∂a " + what);
        Loop.zipGradB(op, a, at.x, as, b, at.y, bs, y, at.g, g, at.gx, gb, at.g, n);
        same(slopesB, gb, "∂b " + what);
    }

    private static void add(float[] terms, float[] to, int o, int stride) {
        if (stride == 1) {
            for (int i = 0; i < terms.length; i++) {
                to[o + i] += terms[i];
            }
            return;
        }
        for (int from = 0; from < terms.length; from += 1024) {
            float[] lanes = new float[16];
            for (int i = from; i < Math.min(terms.length, from + 1024); i++) {
                lanes[(i - from) % 16] += terms[i];
            }
            for (int half = 8; half > 0; half /= 2) {
                for (int l = 0; l < half; l++) {
                    lanes[l] += lanes[l + half];
                }
            }
            to[o] += lanes[0];
        }
    }

    private static void add(double[] terms, double[] to, int o, int stride) {
        if (stride == 1) {
            for (int i = 0; i < terms.length; i++) {
                to[o + i] += terms[i];
            }
            return;
        }
        for (int from = 0; from < terms.length; from += 1024) {
            double[] lanes = new double[16];
            for (int i = from; i < Math.min(terms.length, from + 1024); i++) {
                lanes[(i - from) % 16] += terms[i];
            }
            for (int half = 8; half > 0; half /= 2) {
                for (int l = 0; l < half; l++) {
                    lanes[l] += lanes[l + half];
                }
            }
            to[o] += lanes[0];
        }
    }

    // ---- threads and compilers

    @Example
    void anyNumberOfThreadsGivesTheSameBits() {
        int before = Workers.threads();
        try {
            for (int threads : THREADS) {
                Workers.threads(threads);
                for (Unary op : Unary.values()) {
                    checkMap(op, new Place(LARGE, 1, 2, 3, 0, 9));
                }
                checkMapInDouble(Unary.SQUARE, new Place(LARGE, 1, 2, 3, 0, 9));
                for (Binary op : Binary.values()) {
                    checkZip(op, new Place(LARGE, 1, 2, 3, 0, 9), 1, 1);
                    checkZip(op, new Place(LARGE, 1, 2, 3, 0, 9), 0, 1);
                }
                checkZipInDouble(Binary.DIV, new Place(LARGE, 1, 2, 3, 0, 9), 1, 0);
            }
        } finally {
            Workers.threads(before);
        }
    }

    /** All ops in turn, so that the compiler has seen them pass through the same code, until it has compiled it. */
    @Example
    void call20000GivesTheBitsOfTheFirst() {
        int n = 37;
        Unary[] unary = Unary.values();
        Binary[] binary = Binary.values();
        float[][] first = null;
        for (int round = 0; round < 20_000; round++) {
            float[][] now = new float[2 * unary.length + 3 * binary.length][n];
            for (Unary op : unary) {
                float[] x = X[op.ordinal()];
                float[] y = now[2 * op.ordinal()];
                Loop.map(op, x, 0, y, 0, n);
                Loop.mapGrad(op, x, 0, y, 0, G, 0, now[2 * op.ordinal() + 1], 0, n);
            }
            for (Binary op : binary) {
                int o = 2 * unary.length + 3 * op.ordinal();
                Loop.zip(op, A, 0, 1, B, 0, 1, now[o], 0, n);
                Loop.zipGradA(op, A, 0, 1, B, 0, 1, now[o], 0, G, 0, now[o + 1], 0, n);
                Loop.zipGradB(op, A, 0, 1, B, 0, 0, now[o], 0, G, 0, now[o + 2], 0, n);
            }
            if (first == null) {
                first = now;
            }
            for (int i = 0; round % 50 == 49 && i < now.length; i++) {
                if (!Arrays.equals(first[i], now[i])) {
                    same(first[i], now[i], "output " + i + " in round " + round);
                }
            }
        }
        mapsAreElementwiseAtEveryLength();
        zipsAreElementwiseAtEveryLength();
    }

    /** Each op many times in a row, at lengths with and without a tail. */
    @Example
    void everyOpIsTheSameOnceCompiled() {
        float[] y = new float[64];
        float[] gx = new float[64];
        for (Unary op : Unary.values()) {
            float[] x = draw(op, 64, 3);
            for (int call = 0; call < 20_000; call++) {
                Loop.map(op, x, 0, y, 0, 48 + call % 16);
                Loop.mapGrad(op, x, 0, y, 0, G, 0, gx, 0, 33);
            }
        }
        mapsAreElementwiseAtEveryLength();
    }

    private static final float[][] X = new float[Unary.values().length][];
    private static final float[] A = pick(64, 41);
    private static final float[] B = pick(64, 42);
    private static final float[] G = draw(64, 43);

    static {
        for (Unary op : Unary.values()) {
            X[op.ordinal()] = draw(op, 64, op.ordinal());
        }
    }

    // ---- errors

    @Example
    void shortArraysAreRefusedBeforeAnythingIsWritten() {
        float[] x = new float[10];
        float[] y = new float[9];
        double[] u = new double[10];
        double[] v = new double[9];
        Class<IndexOutOfBoundsException> error = IndexOutOfBoundsException.class;
        assertThrows(error, () -> Loop.map(Unary.EXP, x, 0, y, 0, 10));
        assertThrows(error, () -> Loop.map(Unary.EXP, v, 0, u, 0, 10));
        assertThrows(error, () -> Loop.map(Unary.EXP, x, 0, y, 0, -1));
        assertThrows(error, () -> Loop.mapGrad(Unary.EXP, x, 0, x, 0, x, 0, y, 0, 10));
        assertThrows(error, () -> Loop.mapGrad(Unary.EXP, u, 0, u, 0, v, 0, u, 0, 10));
        assertThrows(error, () -> Loop.zip(Binary.PLUS, x, 0, 1, x, 0, 1, y, 0, 10));
        assertThrows(error, () -> Loop.zip(Binary.PLUS, x, 0, 1, x, 1, 1, x, 0, 10));
        assertThrows(error, () -> Loop.zip(Binary.PLUS, u, 10, 0, u, 0, 1, u, 0, 10));
        assertThrows(error, () -> Loop.zip(Binary.PLUS, u, 0, 0, u, 0, 1, u, 0, -1));
        assertThrows(error, () -> Loop.zipGradA(Binary.PLUS, x, 0, 0, x, 0, 1, y, 0, x, 0, x, 0, 10));
        assertThrows(error, () -> Loop.zipGradB(Binary.PLUS, u, 0, 1, u, 0, 1, u, 0, u, 0, v, 0, 10));
        for (float value : y) {
            assertEquals(0, value);
        }
        Exception stride = assertThrows(
                IllegalArgumentException.class, () -> Loop.zip(Binary.PLUS, x, 0, 2, x, 0, 1, x, 0, 5));
        assertEquals("stride is 2: it takes 0 or 1", stride.getMessage());
    }

    @Example
    void nothingIsALegalLength() {
        float[] none = new float[0];
        Loop.map(Unary.EXP, none, 0, none, 0, 0);
        Loop.zip(Binary.PLUS, none, 0, 0, none, 0, 1, none, 0, 0);
        Loop.zipGradA(Binary.PLUS, none, 0, 0, none, 0, 1, none, 0, none, 0, none, 0, 0);
        assertTrue(none.length == 0);
    }

    // ---- numbers

    /** From the op's domain, and now and then from anywhere. */
    private static float[] draw(Unary op, int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] special = Ulps.special();
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            double u = random.nextDouble();
            double inside = op.domain().lo() + u * (op.domain().hi() - op.domain().lo());
            x[i] = random.nextInt(8) == 0 ? special[random.nextInt(special.length)] : (float) inside;
        }
        return x;
    }

    /** Arguments of an op of two: small numbers of both signs, some alike, now and then something strange. */
    private static float[] pick(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] special = Ulps.special();
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = switch (random.nextInt(8)) {
                case 0 -> special[random.nextInt(special.length)];
                case 1 -> random.nextInt(-3, 4);
                case 2 -> (float) (6 * random.nextDouble() - 3);
                default -> (float) (5 * random.nextDouble());
            };
        }
        return x;
    }

    private static float[] draw(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (2 * random.nextDouble() - 1);
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

    private static void same(float[] expected, float[] actual, String what) {
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
                assertEquals(Float.toHexString(expected[i]), Float.toHexString(actual[i]), what + " at " + i);
            }
        }
    }

    private static void same(double[] expected, double[] actual, String what) {
        for (int i = 0; i < expected.length; i++) {
            if (Double.doubleToLongBits(expected[i]) != Double.doubleToLongBits(actual[i])) {
                assertEquals(Double.toHexString(expected[i]), Double.toHexString(actual[i]), what + " at " + i);
            }
        }
    }
}
