package surprisal.kernels;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Every kernel once, on fixed numbers, and the SHA-256 of what it gives; one NaN counts as another. */
public final class Fingerprint {

    private static final int N = 1013;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Fingerprint() {}

    /**
     * Takes the fingerprint several times over, which must be one and the same, and prints it after what describes the
     * provider; or prints the description alone; or times products that a slow fused multiply-add would make last a
     * minute.
     *
     * @param args how often, {@code description} or {@code products}
     */
    public static void main(String[] args) {
        System.out.println(Simd.describe());
        if (args[0].equals("description")) {
            return;
        }
        if (args[0].equals("products")) {
            System.out.println(products());
            return;
        }
        SequencedMap<String, String> first = take();
        for (int i = 1; i < Integer.parseInt(args[0]); i++) {
            if (!take().equals(first)) {
                System.out.println("round " + i + " differs from the first");
                return;
            }
        }
        System.out.println(digest(first));
    }

    /** Milliseconds of 100 million multiply-adds. */
    private static long products() {
        float[] a = floats(250 * 250, 1, -1, 1);
        float[] c = new float[250 * 250];
        long start = System.nanoTime();
        for (int i = 0; i < 7; i++) {
            Gemm.multiply(Gemm.Form.NN, 250, 250, 250, a, 0, a, 0, c, 0, Gemm.Store.SET);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    /** The digest of each kernel, by name. */
    static SequencedMap<String, String> take() {
        SequencedMap<String, String> digests = new TreeMap<>();
        for (Gemm.Form form : Gemm.Form.values()) {
            digests.put("gemm " + form, gemm(form));
        }
        digests.put("gemm large", large());
        digests.put("conv", conv());
        for (Unary op : Unary.values()) {
            digests.put("map " + op, map(op));
        }
        for (Binary op : Binary.values()) {
            digests.put("zip " + op, zip(op));
        }
        digests.put("rows float", rows());
        digests.put("rows double", rowsInDouble());
        digests.put("reduce", reduce());
        digests.put("likelihoods", likelihoods());
        digests.put("philox", philox());
        digests.put("descent", descent());
        digests.put("gru", gru());
        digests.put("layer norm", layerNorm());
        digests.put("normal draw", normalDraw());
        digests.put("panels", panels());
        digests.putAll(every());
        return digests;
    }

    /** By class, what all calls of {@link EveryKernel} do. */
    private static Map<String, String> every() {
        Map<String, StringBuilder> byClass = new TreeMap<>();
        new EveryKernel().prints().forEach((name, print) -> byClass
                .computeIfAbsent("every " + name.substring(0, name.indexOf('.')), c -> new StringBuilder())
                .append(name).append(' ').append(print).append('\n'));
        Map<String, String> digests = new TreeMap<>();
        byClass.forEach((c, prints) -> digests.put(c, hex(prints.toString().getBytes(StandardCharsets.UTF_8))));
        return digests;
    }

    private static String panels() {
        Fingerprint print = new Fingerprint();
        for (int[] s : new int[][] {{1, 20, 300}, {37, 45, 70}, {8, 97, 5}, {50, 200, 230}}) {
            int m = s[0];
            int n = s[1];
            int k = s[2];
            float[] packed = new float[Panels.size(n, k)];
            float[] c = floats(m * n, 3, -1, 1);
            Panels.pack(n, k, floats(k * n, 2, -1, 1), 0, packed, 0);
            Panels.multiply(m, n, k, floats(m * k, 1, -1, 1), 0, packed, 0, c, 0, n, c, 0);
            print.add(c);
            double[] packed64 = new double[Panels.size(n, k)];
            double[] c64 = new double[m * n];
            Panels.packTransposed(n, k, doubles(k * n, 2, -1, 1), 0, packed64, 0);
            Panels.multiply(m, n, k, doubles(m * k, 1, -1, 1), 0, packed64, 0, c64, 0);
            print.add(c64);
        }
        return print.hex();
    }

    static String digest(SequencedMap<String, String> digests) {
        return hex(digests.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String gemm(Gemm.Form form) {
        Fingerprint print = new Fingerprint();
        int[][] sizes = {{1, 70, 300}, {37, 1, 20}, {37, 45, 300}, {64, 64, 80}, {5, 3, 1}, {2, 130, 513}};
        for (int[] s : sizes) {
            int m = s[0];
            int n = s[1];
            int k = s[2];
            float[] c = floats(m * n, 3, -1, 1);
            double[] d = doubles(m * n, 3, -1, 1);
            float[] a = floats(m * k, 1, -1, 1);
            float[] b = floats(k * n, 2, -1, 1);
            Gemm.multiply(form, m, n, k, a, 0, b, 0, c, 0, Gemm.Store.ADD);
            print.add(c);
            Gemm.multiply(
                    form, m, n, k, doubles(m * k, 1, -1, 1), 0, doubles(k * n, 2, -1, 1), 0, d, 0, Gemm.Store.SET);
            print.add(d);
        }
        float[] c = new float[7 * 12];
        Gemm.multiply(
                form, 7, 3, 4, 11, floats(7 * 33, 1, -1, 1), 0, 33, floats(44, 2, -1, 1), 0, 0, c, 0, 12, Gemm.Store.SET);
        print.add(c);
        return print.hex();
    }

    /** Products that threads share, whose panels are packed and whose C is turned. */
    private static String large() {
        Fingerprint print = new Fingerprint();
        for (int[] s : new int[][] {{77, 250, 300}, {90, 70, 300}}) {
            for (Gemm.Form form : Gemm.Form.values()) {
                float[] c = new float[s[0] * s[1]];
                Gemm.affine(
                        form, s[0], s[1], s[2], floats(s[0] * s[2], 1, -1, 1), 0, floats(s[1] * s[2], 2, -1, 1), 0,
                        floats(s[1], 3, -1, 1), 0, Unary.TANH, c, 0);
                print.add(c);
            }
        }
        return print.hex();
    }

    private static String conv() {
        Fingerprint print = new Fingerprint();
        Conv[] sizes = {
            new Conv(2, 9, 8, 5, 4, 3, 7, 2, 1, 1, 0),
            new Conv(12, 13, 13, 32, 4, 4, 20, 2, 2, 0, 0),
            new Conv(1, 7, 7, 33, 3, 3, 300, 2, 2, 1, 1),
            new Conv(40, 5, 6, 3, 5, 6, 9, 1, 1, 2, 2)
        };
        for (Conv c : sizes) {
            int x = c.batch() * c.height() * c.width() * c.channels();
            int w = c.kernelHeight() * c.kernelWidth() * c.channels() * c.filters();
            int y = c.batch() * c.outHeight() * c.outWidth() * c.filters();
            float[] out = new float[y];
            float[] gx = new float[x];
            float[] gw = new float[w];
            float[] gb = new float[c.filters()];
            c.forward(floats(x, 1, -1, 1), floats(w, 2, -1, 1), floats(c.filters(), 3, -1, 1), Unary.TANH, out);
            c.transpose(floats(y, 4, -1, 1), floats(w, 2, -1, 1), gx, Gemm.Store.SET);
            c.kernel(floats(x, 1, -1, 1), floats(y, 4, -1, 1), gw, Gemm.Store.SET);
            Conv.bias(floats(y, 4, -1, 1), y / c.filters(), c.filters(), gb, Gemm.Store.SET);
            print.add(out);
            print.add(gx);
            print.add(gw);
            print.add(gb);
            double[] out64 = new double[y];
            double[] gx64 = new double[x];
            double[] gw64 = new double[w];
            double[] gb64 = new double[c.filters()];
            c.forward(doubles(x, 1, -1, 1), doubles(w, 2, -1, 1), out64, Gemm.Store.SET);
            c.transpose(doubles(y, 4, -1, 1), doubles(w, 2, -1, 1), gx64, Gemm.Store.SET);
            c.kernel(doubles(x, 1, -1, 1), doubles(y, 4, -1, 1), gw64, Gemm.Store.SET);
            Conv.bias(doubles(y, 4, -1, 1), y / c.filters(), c.filters(), gb64, Gemm.Store.SET);
            print.add(out64);
            print.add(gx64);
            print.add(gw64);
            print.add(gb64);
        }
        return print.hex();
    }

    private static String map(Unary op) {
        Fingerprint print = new Fingerprint();
        float[] inside = floats(N, op.ordinal(), op.domain().lo(), op.domain().hi());
        for (float[] x : new float[][] {inside, Ulps.special()}) {
            int n = x.length;
            float[] y = new float[n];
            float[] gx = floats(n, 5, -1, 1);
            Loop.map(op, x, 0, y, 0, n);
            Loop.mapGrad(op, x, 0, y, 0, floats(n, 6, -1, 1), 0, gx, 0, n);
            print.add(y);
            print.add(gx);
        }
        double[] x = doubles(N, op.ordinal(), op.domain().lo(), op.domain().hi());
        double[] y = new double[N];
        double[] gx = doubles(N, 5, -1, 1);
        Loop.map(op, x, 0, y, 0, N);
        Loop.mapGrad(op, x, 0, y, 0, doubles(N, 6, -1, 1), 0, gx, 0, N);
        print.add(y);
        print.add(gx);
        return print.hex();
    }

    private static String zip(Binary op) {
        Fingerprint print = new Fingerprint();
        for (int strides = 0; strides < 4; strides++) {
            int as = strides & 1;
            int bs = strides >> 1;
            float[] a = floats(N, 1, 0, 5);
            float[] b = floats(N, 2, -2, 3);
            float[] g = floats(N, 3, -1, 1);
            float[] y = new float[N];
            float[] ga = floats(N, 4, -1, 1);
            float[] gb = floats(N, 5, -1, 1);
            Loop.zip(op, a, 0, as, b, 0, bs, y, 0, N);
            Loop.zipGradA(op, a, 0, as, b, 0, bs, y, 0, g, 0, ga, 0, N);
            Loop.zipGradB(op, a, 0, as, b, 0, bs, y, 0, g, 0, gb, 0, N);
            print.add(y);
            print.add(ga);
            print.add(gb);
        }
        double[] a = doubles(N, 1, 0, 5);
        double[] b = doubles(N, 2, -2, 3);
        double[] g = doubles(N, 3, -1, 1);
        double[] y = new double[N];
        double[] ga = doubles(N, 4, -1, 1);
        double[] gb = doubles(1, 5, -1, 1);
        Loop.zip(op, a, 0, 1, b, 0, 1, y, 0, N);
        Loop.zipGradA(op, a, 0, 1, b, 0, 1, y, 0, g, 0, ga, 0, N);
        Loop.zipGradB(op, a, 0, 1, b, 0, 0, y, 0, g, 0, gb, 0, N);
        print.add(y);
        print.add(ga);
        print.add(gb);
        return print.hex();
    }

    private static String rows() {
        Fingerprint print = new Fingerprint();
        for (int[] size : new int[][] {{13, 37}, {5, 100}, {1, 3000}, {70, 1}, {9, 16}}) {
            int rows = size[0];
            int n = size[1];
            float[] x = floats(rows * n, 1, -9, 9);
            float[] g = floats(rows * n, 2, -1, 1);
            float[] gx = floats(rows * n, 3, -1, 1);
            float[] one = new float[rows];
            float[] all = new float[rows * n];
            Rows.sum(x, 0, rows, n, one, 0);
            print.add(one);
            Rows.sumGrad(g, 0, rows, n, gx, 0);
            Rows.max(x, 0, rows, n, one, 0);
            print.add(one);
            Rows.maxGrad(x, 0, one, 0, g, 0, rows, n, gx, 0);
            Rows.logSumExp(x, 0, rows, n, one, 0);
            print.add(one);
            Rows.logSumExpGrad(x, 0, one, 0, g, 0, rows, n, gx, 0);
            Rows.softmax(x, 0, rows, n, all, 0);
            print.add(all);
            Rows.softmaxGrad(all, 0, g, 0, rows, n, gx, 0);
            Rows.logSoftmax(x, 0, rows, n, all, 0);
            print.add(all);
            Rows.logSoftmaxGrad(all, 0, g, 0, rows, n, gx, 0);
            print.add(gx);
        }
        return print.hex();
    }

    /** What the fused ops of distributions and of affine maps do, in float, lengths with tails and blocks of rows. */
    private static String likelihoods() {
        Fingerprint print = new Fingerprint();
        for (int[] size : new int[][] {{13, 37}, {3, 5000}, {300, 77}, {9, 16}}) {
            int rows = size[0];
            int n = size[1];
            float[] l = floats(rows * n, 1, -9, 9);
            float[] x = floats(rows * n, 2, 0, 1);
            float[] s = floats(rows * n, 3, 0.1, 3);
            float[] g = floats(rows, 4, -1, 1);
            float[] one = new float[rows];
            BernoulliRows.logProb(l, x, rows, n, one);
            print.add(one);
            float[] all = new float[rows * n];
            BernoulliRows.logProbGrad(l, x, g, rows, n, all, Gemm.Store.SET);
            BernoulliRows.logProbGrad(x, l, g, rows, n, all, Gemm.Store.ADD);
            print.add(all);
            for (int step : new int[] {0, n}) {
                int[] steps = {n, n, step, step};
                NormalRows.kl(l, s, x, s, steps, rows, n, one);
                print.add(one);
                for (int k = 0; k < 4; k++) {
                    NormalRows.klGrad(k, l, s, x, s, steps, g, rows, n, all, k % 2 == 0 ? Gemm.Store.SET : Gemm.Store.ADD);
                    print.add(all);
                }
            }
            float[] bias = new float[n];
            Affine.delta(Unary.TANH, 1, x, all, rows, n, bias, Gemm.Store.SET);
            print.add(all);
            print.add(bias);
        }
        return print.hex();
    }

    private static String rowsInDouble() {
        Fingerprint print = new Fingerprint();
        int rows = 7;
        int n = 37;
        double[] x = doubles(rows * n, 1, -9, 9);
        double[] g = doubles(rows * n, 2, -1, 1);
        double[] gx = doubles(rows * n, 3, -1, 1);
        double[] one = new double[rows];
        double[] all = new double[rows * n];
        Rows.sum(x, 0, rows, n, one, 0);
        print.add(one);
        Rows.sumGrad(g, 0, rows, n, gx, 0);
        Rows.max(x, 0, rows, n, one, 0);
        print.add(one);
        Rows.maxGrad(x, 0, one, 0, g, 0, rows, n, gx, 0);
        Rows.logSumExp(x, 0, rows, n, one, 0);
        print.add(one);
        Rows.logSumExpGrad(x, 0, one, 0, g, 0, rows, n, gx, 0);
        Rows.softmax(x, 0, rows, n, all, 0);
        print.add(all);
        Rows.softmaxGrad(all, 0, g, 0, rows, n, gx, 0);
        Rows.logSoftmax(x, 0, rows, n, all, 0);
        print.add(all);
        Rows.logSoftmaxGrad(all, 0, g, 0, rows, n, gx, 0);
        print.add(gx);
        return print.hex();
    }

    private static String reduce() {
        Fingerprint print = new Fingerprint();
        float[] x = floats(3 * 11 * 35, 1, -1, 1);
        float[] g = floats(3 * 35, 2, -1, 1);
        float[] gx = floats(3 * 11 * 35, 3, -1, 1);
        float[] y = new float[3 * 35];
        Reduce.sum(x, 0, 3, 11, 35, y, 0);
        print.add(y);
        Reduce.sumGrad(g, 0, 3, 11, 35, gx, 0);
        Reduce.max(x, 0, 3, 11, 35, y, 0);
        print.add(y);
        Reduce.maxGrad(x, 0, y, 0, g, 0, 3, 11, 35, gx, 0);
        print.add(gx);
        print.add(new float[] {Reduce.sum(floats(70_000, 4, -1, 1), 0, 70_000)});
        print.add(new double[] {Reduce.sum(doubles(70_000, 4, -1, 1), 0, 70_000)});
        return print.hex();
    }

    private static String philox() {
        Fingerprint print = new Fingerprint();
        for (int n : new int[] {1, 63, 64, 65, 1000}) {
            int[] bits = new int[n];
            Philox.bits(7, 8, 9, bits, 0, n);
            for (int word : bits) {
                print.add(new float[] {word >>> 16, word & 0xffff});
            }
            float[] f = new float[n];
            Philox.uniform(7, 8, 9, f, 0, n);
            print.add(f);
            Philox.normal(7, 8, 9, f, 0, n);
            print.add(f);
            double[] d = new double[n];
            Philox.uniform(7, 8, 9, d, 0, n);
            print.add(d);
            Philox.normal(7, 8, 9, d, 0, n);
            print.add(d);
        }
        return print.hex();
    }

    private static String gru() {
        Fingerprint print = new Fingerprint();
        for (int[] size : new int[][] {{3, 5}, {7, 37}, {90, 200}}) {
            int rows = size[0];
            int n = size[1];
            float[] gates = new float[3 * rows * n];
            float[] u = floats(3 * rows * n, 2, -3, 3);
            float[] h = floats(rows * n, 3, -1, 1);
            float[] g = floats(rows * n, 4, -1, 1);
            float[] y = new float[rows * n];
            float[] gx = floats(3 * rows * n, 5, -1, 1);
            Gru.step(floats(3 * rows * n, 1, -3, 3), 0, u, 0, h, 0, rows, n, gates, 0, y, 0);
            print.add(y);
            Gru.inputGrad(gates, 0, u, 0, h, 0, g, 0, rows, n, gx, 0, Gemm.Store.ADD, u, 0, Gemm.Store.SET);
            Gru.stateGrad(gates, 0, g, 0, rows, n, y, 0, Gemm.Store.ADD);
            print.add(gx);
            print.add(u);
            print.add(y);
        }
        double[] gates = new double[3 * 37];
        double[] y = new double[37];
        double[] u = doubles(3 * 37, 2, -3, 3);
        Gru.step(doubles(3 * 37, 1, -3, 3), 0, u, 0, doubles(37, 3, -1, 1), 0, 1, 37, gates, 0, y, 0);
        print.add(y);
        Gru.inputGrad(
                gates, 0, u, 0, y, 0, doubles(37, 4, -1, 1), 0, 1, 37, null, 0, Gemm.Store.SET, u, 0, Gemm.Store.SET);
        print.add(u);
        return print.hex();
    }

    private static String layerNorm() {
        Fingerprint print = new Fingerprint();
        for (int[] size : new int[][] {{3, 5}, {7, 37}, {90, 300}}) {
            int rows = size[0];
            int n = size[1];
            float[] x = floats(rows * n, 1, -9, 9);
            float[] g = floats(rows * n, 2, -1, 1);
            float[] gamma = floats(n, 3, -1, 1);
            float[] moments = new float[2 * rows];
            float[] y = new float[rows * n];
            float[] gx = floats(rows * n, 4, -1, 1);
            LayerNorm.value(x, 0, rows, n, gamma, floats(n, 5, -1, 1), 1e-5f, moments, 0, y, 0);
            print.add(y);
            LayerNorm.inputGrad(x, 0, rows, n, gamma, moments, 0, g, 0, gx, 0, Gemm.Store.ADD);
            LayerNorm.scaleGrad(x, 0, rows, n, moments, 0, g, 0, gamma, Gemm.Store.ADD);
            LayerNorm.shiftGrad(rows, n, g, 0, gamma, Gemm.Store.ADD);
            print.add(gx);
            print.add(gamma);
        }
        double[] moments = new double[2];
        double[] y = new double[37];
        LayerNorm.value(
                doubles(37, 1, -9, 9), 0, 1, 37, doubles(37, 2, -1, 1), doubles(37, 3, -1, 1), 1e-5, moments, 0, y, 0);
        print.add(y);
        return print.hex();
    }

    private static String normalDraw() {
        Fingerprint print = new Fingerprint();
        int rows = 7;
        int n = 13;
        float[] raw = floats(2 * rows * n, 1, -3, 3);
        float[] noise = floats(rows * n, 2, -3, 3);
        float[] rho = new float[rows * n];
        float[] std = new float[rows * n];
        float[] s = new float[rows * n];
        NormalDraw.draw(raw, 0, rows, n, 0.1f, noise, 0, rho, 0, std, 0, s, 0);
        print.add(s);
        print.add(std);
        float[] g = floats(3 * rows * n, 3, -1, 1);
        NormalDraw.drawGrad(g, 0, 3 * n, rows, n, s, 0, noise, 0, rho, 0, std, 0, raw, 0, noise, 0);
        print.add(raw);
        print.add(noise);
        return print.hex();
    }

    private static String descent() {
        Fingerprint print = new Fingerprint();
        int n = 20_000;
        float[] p = floats(n, 1, -1, 1);
        float[] m = new float[n];
        float[] v = new float[n];
        double[] p64 = doubles(N, 1, -1, 1);
        double[] m64 = new double[N];
        double[] v64 = new double[N];
        for (int t = 1; t <= 3; t++) {
            Descent.adam(p, floats(n, t + 1, -1, 1), m, v, 0.9f, 0.999f, 0.01f * t, 3f, 1e-8f, 0.999f);
            Descent.adam(p64, doubles(N, t + 1, -1, 1), m64, v64, 0.9, 0.999, 0.01 * t, 3, 1e-8, 0.999);
        }
        print.add(p);
        print.add(p64);
        print.add(new double[] {Descent.squaredNorm(p), Descent.squaredNorm(p64)});
        return print.hex();
    }

    // ---- numbers: a hash of the index (the finaliser of splitmix64, Steele et al. 2014)

    private static double uniform(long i) {
        long z = i * 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return ((z ^ z >>> 31) >>> 11) * 0x1p-53;
    }

    private static double[] doubles(int n, int seed, double lo, double hi) {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = lo + (hi - lo) * uniform((long) seed << 32 | i + 1);
        }
        return x;
    }

    private static float[] floats(int n, int seed, double lo, double hi) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (lo + (hi - lo) * uniform((long) seed << 32 | i + 1));
        }
        return x;
    }

    private void add(float[] x) {
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (float v : x) {
                out.writeInt(Float.floatToIntBits(v));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(double[] x) {
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            for (double v : x) {
                out.writeLong(Double.doubleToLongBits(v));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String hex() { return hex(bytes.toByteArray()); }

    private static String hex(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
