package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** Convolutions against their definition in double, as linear maps, and bit for bit as {@link Conv} documents. */
class ConvLawsTest {

    /** Small ones of every kind: a window of one pixel, the whole image, strides beyond the window, wide borders. */
    @Provide
    Arbitrary<Conv> sizes() {
        Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 5);
        Arbitrary<Integer> more = Arbitraries.integers().between(0, 9);
        Arbitrary<Integer> stride = Arbitraries.integers().between(1, 3);
        Arbitrary<Integer> pad = Arbitraries.integers().between(0, 3);
        Arbitrary<Integer> channels = Arbitraries.of(1, 2, 3, 5, 8, 16, 17, 33);
        Arbitrary<Integer> filters = Arbitraries.of(1, 3, 4, 16, 31, 40);
        Arbitrary<Integer> batch = Arbitraries.of(0, 1, 1, 2, 3);
        Arbitrary<int[]> axis = Combinators.combine(kernel, more, stride, pad)
                .as((k, m, s, p) -> new int[] {Math.max(1, k + m - 2 * p), k, s, p});
        return Combinators.combine(axis, axis, channels, filters, batch)
                .as((h, w, c, f, n) -> new Conv(n, h[0], w[0], c, h[1], w[1], f, h[2], w[2], h[3], w[3]));
    }

    /** Those in which the threads share blocks, and those that are split within a block or along the filters. */
    private static final Conv[] LARGE = {
        new Conv(33, 24, 23, 8, 4, 4, 6, 2, 2, 0, 0),
        new Conv(5, 21, 33, 16, 4, 3, 40, 1, 2, 1, 2),
        new Conv(2, 12, 12, 40, 5, 5, 300, 2, 2, 2, 2),
        new Conv(1, 80, 80, 8, 6, 6, 8, 1, 1, 0, 0),
        new Conv(700, 6, 6, 3, 5, 6, 3, 2, 2, 2, 2),
        new Conv(40, 13, 13, 64, 5, 5, 24, 2, 2, 0, 0),
        new Conv(9, 6, 6, 32, 4, 4, 64, 2, 2, 1, 1),
    };

    private static int x(Conv c) { return c.batch() * c.height() * c.width() * c.channels(); }

    private static int w(Conv c) { return c.kernelHeight() * c.kernelWidth() * c.channels() * c.filters(); }

    private static int y(Conv c) { return c.batch() * c.outHeight() * c.outWidth() * c.filters(); }

    private interface Tap {
        void at(int x, int w, int y);
    }

    /** Every multiplication of the definition. */
    private static void each(Conv c, Tap tap) {
        for (int n = 0; n < c.batch(); n++) for (int i = 0; i < c.outHeight(); i++) for (int j = 0; j < c.outWidth(); j++) {
            for (int a = 0; a < c.kernelHeight(); a++) for (int b = 0; b < c.kernelWidth(); b++) {
                int u = i * c.strideHeight() + a - c.padHeight();
                int v = j * c.strideWidth() + b - c.padWidth();
                if (u < 0 || v < 0 || u >= c.height() || v >= c.width()) continue;
                for (int k = 0; k < c.channels(); k++) for (int f = 0; f < c.filters(); f++) {
                    tap.at(((n * c.height() + u) * c.width() + v) * c.channels() + k,
                            ((a * c.kernelWidth() + b) * c.channels() + k) * c.filters() + f,
                            ((n * c.outHeight() + i) * c.outWidth() + j) * c.filters() + f);
                }
            }
        }
    }

    /** A sum of t terms is good to (t + 1) units of rounding of the sum of their magnitudes. */
    private static void near(double[] sum, double[] size, int[] terms, float[] got, String what) {
        for (int i = 0; i < got.length; i++) {
            assertEquals(sum[i], got[i], (terms[i] + 1) * 0x1p-24 * size[i] + 1e-40, what);
        }
    }

    private static void agrees(Conv c, long seed) {
        float[] x = floats(x(c), seed), w = floats(w(c), seed + 1), g = floats(y(c), seed + 2);
        float[] y = garbage(y(c)), gx = garbage(x(c)), gw = garbage(w(c));
        double[][] sum = {new double[y.length], new double[x.length], new double[w.length]};
        double[][] size = {new double[y.length], new double[x.length], new double[w.length]};
        int[][] terms = {new int[y.length], new int[x.length], new int[w.length]};
        each(c, (xi, wi, yi) -> {
            term(sum[0], size[0], terms[0], yi, x[xi], w[wi]);
            term(sum[1], size[1], terms[1], xi, g[yi], w[wi]);
            term(sum[2], size[2], terms[2], wi, g[yi], x[xi]);
        });
        c.forward(x, w, y, Store.SET);
        c.transpose(g, w, gx, Store.SET);
        c.kernel(x, g, gw, Store.SET);
        near(sum[0], size[0], terms[0], y, "y of " + c);
        near(sum[1], size[1], terms[1], gx, "x of " + c);
        near(sum[2], size[2], terms[2], gw, "w of " + c);
    }

    private static void term(double[] sum, double[] size, int[] terms, int i, float a, float b) {
        sum[i] += (double) a * b;
        size[i] += Math.abs((double) a * b);
        terms[i]++;
    }

    @Property(tries = 400)
    void agreesWithTheDefinition(@ForAll("sizes") Conv c, @ForAll long seed) {
        agrees(c, seed);
    }

    @Example
    void agreesWithTheDefinitionWhereThreadsShare() {
        for (Conv c : LARGE) agrees(c, 7);
    }

    /** ⟨y, K x⟩ = ⟨Kᵀ y, x⟩ = ⟨∂/∂w, w⟩. */
    @Property(tries = 400)
    void threeWaysToOneNumber(@ForAll("sizes") Conv c, @ForAll long seed) {
        adjoint(c, seed);
    }

    @Example
    void threeWaysToOneNumberWhereThreadsShare() {
        for (Conv c : LARGE) adjoint(c, 8);
    }

    private static void adjoint(Conv c, long seed) {
        double[] x = doubles(x(c), seed), w = doubles(w(c), seed + 1), g = doubles(y(c), seed + 2);
        double[] y = new double[g.length], gx = new double[x.length], gw = new double[w.length];
        c.forward(x, w, y, Store.SET);
        c.transpose(g, w, gx, Store.SET);
        c.kernel(x, g, gw, Store.SET);
        double scale = 1 + dot(abs(y), abs(g)) + dot(abs(x), abs(gx));
        assertEquals(dot(g, y), dot(gx, x), 1e-13 * scale, c::toString);
        assertEquals(dot(g, y), dot(gw, w), 1e-13 * scale, c::toString);
    }

    /** K (x + 2 x′) = K x + 2 K x′, and likewise for Kᵀ and for the kernel; what is stored is added to. */
    @Property(tries = 200)
    void linear(@ForAll("sizes") Conv c, @ForAll long seed) {
        double[] w = doubles(w(c), seed), x = doubles(x(c), seed + 1), p = doubles(x(c), seed + 2);
        double[] g = doubles(y(c), seed + 3), q = doubles(y(c), seed + 4);
        double[] y = new double[g.length], both = new double[g.length];
        c.forward(x, w, y, Store.SET);
        c.forward(twice(p), w, y, Store.ADD);
        c.forward(plusTwice(x, p), w, both, Store.SET);
        assertArrayEquals(both, y, 1e-12 * (1 + greatest(both)), c.toString());
        double[] gx = new double[x.length], bothX = new double[x.length];
        c.transpose(g, w, gx, Store.SET);
        c.transpose(twice(q), w, gx, Store.ADD);
        c.transpose(plusTwice(g, q), w, bothX, Store.SET);
        assertArrayEquals(bothX, gx, 1e-12 * (1 + greatest(bothX)), c.toString());
        double[] gw = new double[w.length], bothW = new double[w.length];
        c.kernel(x, g, gw, Store.SET);
        c.kernel(x, twice(q), gw, Store.ADD);
        c.kernel(x, plusTwice(g, q), bothW, Store.SET);
        assertArrayEquals(bothW, gw, 1e-12 * (1 + greatest(bothW)), c.toString());
    }

    /** With stride 1, an image moved by a pixel has its outputs moved by a pixel, bit for bit. */
    @Property(tries = 200)
    void movesWithTheImage(@ForAll("sizes") Conv any, @ForAll long seed) {
        int m = any.kernelHeight(), n = any.kernelWidth();
        Conv c = new Conv(any.batch(), any.height() + 2 * m, any.width() + 2 * n, any.channels(), m, n, any.filters(), 1, 1, 0, 0);
        float[] x = new float[x(c)], moved = new float[x(c)], w = floats(w(c), seed), y = new float[y(c)], z = new float[y(c)];
        SplittableRandom random = new SplittableRandom(seed);
        int down = c.width() * c.channels() + c.channels();
        for (int i = 0; i < x.length; i++) {
            int v = i / c.channels() % c.width(), u = i / c.channels() / c.width() % c.height();
            if (u >= m && u < c.height() - m && v >= n && v < c.width() - n) { // zeros around it
                x[i] = (float) random.nextDouble(-1, 1);
                moved[i + down] = x[i];
            }
        }
        c.forward(x, w, y, Store.SET);
        c.forward(moved, w, z, Store.SET);
        int step = (c.outWidth() + 1) * c.filters();
        for (int i = 0; i + step < y.length; i++) {
            int v = i / c.filters() % c.outWidth(), u = i / c.filters() / c.outWidth() % c.outHeight();
            if (u < c.outHeight() - 1 && v < c.outWidth() - 1) {
                assertEquals(y[i] + 0f, z[i + step] + 0f, c.toString()); // −0 is 0
            }
        }
    }

    /** K x has the bits of {@link Gemm} on the windows, written out here one number at a time. */
    @Property(tries = 200)
    void valuesAreProductsOfWindows(@ForAll("sizes") Conv c, @ForAll long seed) {
        float[] x = floats(x(c), seed), w = floats(w(c), seed + 1), y = garbage(y(c)), z = garbage(y(c));
        int patch = w.length / c.filters(), rows = y.length / c.filters();
        float[] windows = new float[rows * patch];
        each(new Conv(c.batch(), c.height(), c.width(), c.channels(), c.kernelHeight(), c.kernelWidth(), 1,
                c.strideHeight(), c.strideWidth(), c.padHeight(), c.padWidth()),
                (xi, wi, yi) -> windows[yi * patch + wi] = x[xi]);
        Gemm.multiply(Form.NN, rows, c.filters(), patch, windows, 0, w, 0, z, 0, Store.SET);
        c.forward(x, w, y, Store.SET);
        assertArrayEquals(z, y, c.toString());
    }

    /** An image's numbers don't depend on the others of its batch, nor on how the batch is cut into blocks. */
    @Example
    void aBatchHasTheBitsOfItsImages() {
        for (Conv c : LARGE) {
            Conv one = new Conv(1, c.height(), c.width(), c.channels(), c.kernelHeight(), c.kernelWidth(), c.filters(),
                    c.strideHeight(), c.strideWidth(), c.padHeight(), c.padWidth());
            float[] x = floats(x(c), 1), w = floats(w(c), 2), g = floats(y(c), 3);
            float[] y = new float[y(c)], gx = new float[x(c)], z = new float[y(one)], h = new float[x(one)];
            c.forward(x, w, y, Store.SET);
            c.transpose(g, w, gx, Store.SET);
            for (int n = 0; n < c.batch(); n++) {
                one.forward(Arrays.copyOfRange(x, n * h.length, (n + 1) * h.length), w, z, Store.SET);
                assertArrayEquals(z, Arrays.copyOfRange(y, n * z.length, (n + 1) * z.length), c.toString());
                one.transpose(Arrays.copyOfRange(g, n * z.length, (n + 1) * z.length), w, h, Store.SET);
                assertArrayEquals(h, Arrays.copyOfRange(gx, n * h.length, (n + 1) * h.length), c.toString());
            }
        }
    }

    @Example
    void anyNumberOfThreadsGivesTheSameBits() {
        int before = Workers.threads();
        try {
            for (Conv c : LARGE) {
                float[] x = floats(x(c), 4), w = floats(w(c), 5), g = floats(y(c), 6);
                Workers.threads(1);
                float[] y = new float[g.length], gx = x.clone(), gw = w.clone();
                c.forward(x, w, y, Store.SET);
                c.transpose(g, w, gx, Store.ADD);
                c.kernel(x, g, gw, Store.ADD);
                for (int threads : new int[] {2, 3, 7}) {
                    Workers.threads(threads);
                    float[] z = new float[y.length], hx = x.clone(), hw = w.clone();
                    c.forward(x, w, z, Store.SET);
                    c.transpose(g, w, hx, Store.ADD);
                    c.kernel(x, g, hw, Store.ADD);
                    assertArrayEquals(y, z, c.toString());
                    assertArrayEquals(gx, hx, c.toString());
                    assertArrayEquals(gw, hw, c.toString());
                }
            }
        } finally {
            Workers.threads(before);
        }
    }

    /** f(K x + bias) is the sum, then the activation, bit for bit; so is the transpose. */
    @Property(tries = 200)
    void biasAndActivationAreTheComposition(@ForAll("sizes") Conv c, @ForAll long seed) {
        Unary f = Unary.values()[(int) Math.floorMod(seed, 3L)]; // EXP, LOG, LOG1P: NaN is no harm
        float[] x = floats(x(c), seed), w = floats(w(c), seed + 1), g = floats(y(c), seed + 2);
        float[] bias = floats(c.filters(), seed + 3), back = floats(c.channels(), seed + 4);
        float[] y = garbage(y(c)), z = garbage(y(c));
        c.forward(x, w, bias, f, y);
        c.forward(x, w, z, Store.SET);
        for (int i = 0; i < z.length; i++) z[i] += bias[i % bias.length];
        Loop.map(f, z, 0, z, 0, z.length);
        assertArrayEquals(z, y, c.toString());
        float[] gx = garbage(x(c)), h = garbage(x(c));
        c.transpose(g, w, back, null, gx);
        c.transpose(g, w, h, Store.SET);
        for (int i = 0; i < h.length; i++) h[i] += back[i % back.length];
        assertArrayEquals(h, gx, c.toString());
    }

    /** The gradient of a bias: good to the rounding of so many terms. */
    @Property(tries = 200)
    void biasGetsTheSumOfTheRows(@ForAll("sizes") Conv c, @ForAll long seed) {
        int n = c.filters(), rows = c.height() * c.width() * 37;
        float[] g = floats(rows * n, seed), b = floats(n, seed + 1);
        double[] sum = new double[n], size = new double[n];
        for (int i = 0; i < n; i++) size[i] = Math.abs(sum[i] = b[i]);
        for (int i = 0; i < g.length; i++) {
            sum[i % n] += g[i];
            size[i % n] += Math.abs(g[i]);
        }
        Conv.bias(g, rows, n, b, Store.ADD);
        for (int i = 0; i < n; i++) assertEquals(sum[i], b[i], rows * 0x1p-24 * size[i]);
    }

    @Example
    void sizesThatDontFitAreSaid() {
        assertEquals("convolution of an image of 3 × 9 with a kernel of 6 × 2: "
                        + "with its padding of 1 × 0 the image is smaller than the kernel",
                assertThrows(IllegalArgumentException.class, () -> new Conv(1, 3, 9, 1, 6, 2, 1, 1, 1, 1, 0)).getMessage());
        assertEquals("convolution of [1, 3, 0, 2] with a kernel [1, 1, 2, 4]: sizes are at least 1, save the batch's",
                assertThrows(IllegalArgumentException.class, () -> new Conv(1, 3, 0, 2, 1, 1, 4, 1, 1, 0, 0)).getMessage());
        assertEquals("convolution with a stride of 1 × 0 and a padding of 0 × -1: a stride is at least 1, a padding at least 0",
                assertThrows(IllegalArgumentException.class, () -> new Conv(1, 3, 3, 2, 1, 1, 4, 1, 0, 0, -1)).getMessage());
        Conv c = new Conv(2, 4, 4, 3, 2, 2, 5, 2, 2, 0, 0);
        float[] x = new float[x(c)], w = new float[w(c)], y = new float[y(c)];
        assertThrows(IndexOutOfBoundsException.class, () -> c.forward(new float[x.length - 1], w, y, Store.SET));
        assertThrows(IndexOutOfBoundsException.class, () -> c.transpose(y, new float[w.length - 1], x, Store.SET));
        assertThrows(IndexOutOfBoundsException.class, () -> c.kernel(x, new float[y.length - 1], w, Store.SET));
        assertThrows(IndexOutOfBoundsException.class, () -> c.forward(x, w, new float[4], null, y));
    }

    private static float[] floats(int n, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = (float) random.nextDouble(-1, 1);
        return x;
    }

    private static double[] doubles(int n, long seed) {
        return new SplittableRandom(seed).doubles(n, -1, 1).toArray();
    }

    /** What must be overwritten: it would show in every sum. */
    private static float[] garbage(int n) {
        float[] x = new float[n];
        Arrays.fill(x, Float.NaN);
        return x;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double[] abs(double[] a) {
        return Arrays.stream(a).map(Math::abs).toArray();
    }

    private static double[] twice(double[] a) {
        return Arrays.stream(a).map(v -> 2 * v).toArray();
    }

    private static double[] plusTwice(double[] a, double[] b) {
        double[] c = a.clone();
        for (int i = 0; i < a.length; i++) c[i] += 2 * b[i];
        return c;
    }

    private static double greatest(double[] a) {
        return Arrays.stream(a).map(Math::abs).max().orElse(0);
    }
}
