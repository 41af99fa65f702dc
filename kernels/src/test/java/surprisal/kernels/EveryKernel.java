package surprisal.kernels;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/**
 * A call of every kernel, on small operands: 8 rows of 125, a number that no vector divides, and 3 × 5; products of
 * 24 × 125 × 31 and 1 × 125 × 31; images of 2 × 9 × 9 × 3. Run as a program, on one thread, it prints those, of its
 * arguments or of all, that allocate more than {@link #BOUND} bytes a call, convolutions twice as many, even when they are compiled.
 */
final class EveryKernel {

    /** Bytes a call: nothing in the loops, and an object or two for the tasks that threads might share. */
    static final int BOUND = 128;

    private static final int CALLS = 50;

    /** Nanoseconds until a kernel must have been compiled. */
    private static final long PATIENCE = 20_000_000_000L;

    /** Odd, its bits spread: a difference anywhere changes {@link #print}. */
    private static final long FACTOR = 0x9E3779B97F4A7C15L;

    private static final int R = 8;
    private static final int N = 125;
    private static final int ALL = R * N;

    /** Apart, since a runtime with the modules of the kernels alone has no such bean. */
    private static final class Meter {
        static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        static long bytes() {
            return THREADS.getCurrentThreadAllocatedBytes();
        }
    }

    /** By class, method, precision, number of parameters and, where there is one, the op. */
    final Map<String, Runnable> calls = new LinkedHashMap<>();

    // the results go where nothing is read, lest they grow without end
    private final float[] x = floats(16_384, 1);
    private final float[] v = floats(16_384, 2);
    private final float[] w = floats(16_384, 3);
    private final float[] u = floats(16_384, 4);
    private final float[] y = new float[16_384];
    private final float[] z = new float[16_384];
    private final double[] x2 = doubles(16_384, 1);
    private final double[] v2 = doubles(16_384, 2);
    private final double[] w2 = doubles(16_384, 3);
    private final double[] u2 = doubles(16_384, 4);
    private final double[] y2 = new double[16_384];
    private final double[] z2 = new double[16_384];
    private final float[] floats = floats(ALL, 5);
    private final double[] doubles = doubles(ALL, 5);
    private final float[] theta = floats(ALL, 6);
    private final double[] theta2 = doubles(ALL, 6);
    private final int[] steps = {N, N, N, 0};
    private final int[] words = new int[ALL];
    private final double[][] many = new double[R][N];
    private int turn;

    public static void main(String[] args) {
        Workers.threads(1);
        Map<String, Runnable> left = new EveryKernel().calls;
        left.keySet().removeIf(name -> args.length > 0 && !List.of(args).contains(name));
        Map<String, Long> bytes = new TreeMap<>();
        for (long start = System.nanoTime(); !left.isEmpty() && System.nanoTime() - start < PATIENCE; ) {
            left.forEach((name, call) -> bytes.put(name, allocated(call)));
            left.keySet().removeIf(name -> bytes.get(name) <= bound(name)); // the others wait for the compiler
        }
        bytes.forEach((name, each) -> {
            if (each > bound(name)) System.out.println(name);
        });
    }

    /** A convolution has three tasks: to gather, to multiply and to finish. */
    private static long bound(String name) {
        return name.startsWith("Conv.") ? 2 * BOUND : BOUND;
    }

    private static long allocated(Runnable call) {
        long before = Meter.bytes();
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
        return (Meter.bytes() - before) / CALLS;
    }

    /**
     * What each call does to all that calls write to, as one number by name; one NaN counts as another. Panels are not here:
     * how a matrix is packed depends on the width of the vectors.
     */
    Map<String, Long> prints() {
        Map<String, Long> prints = new LinkedHashMap<>();
        calls.forEach((name, call) -> {
            if (!name.startsWith("Panels.")) {
                for (float[] a : List.of(y, z)) Arrays.fill(a, 0.25f);
                for (double[] a : List.of(y2, z2)) Arrays.fill(a, 0.25);
                call.run();
                prints.put(name, print());
            }
        });
        return prints;
    }

    private long print() {
        long print = 1;
        for (float[] a : List.of(y, z, u, v, theta)) {
            for (float e : a) print = print * FACTOR + Float.floatToIntBits(e);
        }
        for (double[] a : List.of(y2, z2, u2, v2, theta2)) {
            for (double e : a) print = print * FACTOR + Double.doubleToLongBits(e);
        }
        for (double[] a : many) {
            for (double e : a) print = print * FACTOR + Double.doubleToLongBits(e);
        }
        for (int e : words) print = print * FACTOR + e;
        return print;
    }

    private void add(String kernel, String array, int parameters, Runnable call) {
        calls.put(name(kernel, array, parameters), call);
    }

    private void add(String kernel, String array, int parameters, Enum<?> op, Runnable call) {
        calls.put(name(kernel, array, parameters) + " " + op, call);
    }

    static String name(String kernel, String array, int parameters) {
        return kernel + " " + array + " " + parameters;
    }

    private static float[] floats(int n, int seed) {
        float[] x = new float[n];
        Random random = new Random(seed);
        for (int i = 0; i < n; i++) {
            x[i] = 0.05f + 0.9f * random.nextFloat();
        }
        return x;
    }

    private static double[] doubles(int n, int seed) {
        return new Random(seed).doubles(n, 0.05, 0.95).toArray();
    }

    EveryKernel() {
        loops();
        loopsInDouble();
        products();
        productsInDouble();
        convolutions();
        rows();
        rowsInDouble();
        axes();
        units();
        unitsInDouble();
        likelihoods();
        likelihoodsInDouble();
        bits();
        simplex();
    }

    private void loops() {
        for (Unary op : Unary.values()) {
            add("Loop.map", "float", 6, op, () -> Loop.map(op, x, 0, y, 0, ALL));
            add("Loop.mapGrad", "float", 10, op, () -> Loop.mapGrad(op, x, 0, v, 0, w, 0, y, 0, ALL));
            add("Loop.mapGrad", "float", 11, op, () -> Loop.mapGrad(op, x, 0, v, 0, w, 0, y, 0, ALL, Store.SET));
        }
        for (Binary op : Binary.values()) {
            add("Loop.zip", "float", 10, op, () -> Loop.zip(op, x, 0, 1, v, 0, 0, y, 0, ALL));
        }
        add("Loop.zipGradA", "float", 14, () -> {
            Loop.zipGradA(Binary.TIMES, x, 0, 1, v, 0, 1, w, 0, u, 0, y, 0, ALL);
            Loop.zipGradA(Binary.TIMES, x, 0, 0, v, 0, 1, w, 0, u, 0, y, 0, ALL);
        });
        add("Loop.zipGradB", "float", 14, () -> {
            Loop.zipGradB(Binary.TIMES, x, 0, 1, v, 0, 1, w, 0, u, 0, y, 0, ALL);
            Loop.zipGradB(Binary.TIMES, x, 0, 1, v, 0, 0, w, 0, u, 0, y, 0, ALL);
        });
    }

    private void loopsInDouble() {
        for (Unary op : List.of(Unary.EXP, Unary.TANH, Unary.GELU)) {
            add("Loop.map", "double", 6, op, () -> Loop.map(op, x2, 0, y2, 0, ALL));
            add("Loop.mapGrad", "double", 10, op, () -> Loop.mapGrad(op, x2, 0, v2, 0, w2, 0, y2, 0, ALL));
            add("Loop.mapGrad", "double", 11, op, () -> Loop.mapGrad(op, x2, 0, v2, 0, w2, 0, y2, 0, ALL, Store.SET));
        }
        add("Loop.zip", "double", 10, () -> Loop.zip(Binary.TIMES, x2, 0, 1, v2, 0, 0, y2, 0, ALL));
        add("Loop.zipGradA", "double", 14, () -> {
            Loop.zipGradA(Binary.TIMES, x2, 0, 1, v2, 0, 1, w2, 0, u2, 0, y2, 0, ALL);
            Loop.zipGradA(Binary.TIMES, x2, 0, 0, v2, 0, 1, w2, 0, u2, 0, y2, 0, ALL);
        });
        add("Loop.zipGradB", "double", 14, () -> {
            Loop.zipGradB(Binary.TIMES, x2, 0, 1, v2, 0, 1, w2, 0, u2, 0, y2, 0, ALL);
            Loop.zipGradB(Binary.TIMES, x2, 0, 1, v2, 0, 0, w2, 0, u2, 0, y2, 0, ALL);
        });
    }

    private void products() {
        add("Gemm.multiply", "float", 11, () -> {
            for (Form form : Form.values()) Gemm.multiply(form, 24, 31, N, x, 0, v, 0, y, 0, Store.SET);
            Gemm.multiply(Form.NN, 1, 31, N, x, 0, v, 0, y, 0, Store.ADD);
        });
        add("Gemm.multiply", "float", 15, () -> Gemm.multiply(Form.NN, 3, 5, 7, N, x, 0, 5 * N, v, 0, 7 * N, y, 0, 35, Store.SET));
        add("Gemm.affine", "float", 13, () -> Gemm.affine(Form.NN, 24, 31, N, x, 0, v, 0, w, 0, Unary.TANH, y, 0));
        add("Panels.pack", "float", 6, () -> Panels.pack(31, N, x, 0, y, 0));
        add("Panels.packTransposed", "float", 6, () -> Panels.packTransposed(31, N, x, 0, y, 0));
        add("Panels.multiply", "float", 9, () -> Panels.multiply(24, 31, N, x, 0, v, 0, y, 0));
        add("Panels.multiply", "float", 12, () -> Panels.multiply(24, 31, N, x, 0, v, 0, x, 0, 0, y, 0));
        add("Affine.apply", "float", 10, () -> Affine.apply(Unary.TANH, 3, 8, 31, N, x, 8 * N, v, w, y));
        add("Affine.delta", "float", 8, () -> Affine.delta(Unary.TANH, 1, x, v, R, N, y, Store.SET));
    }

    private void productsInDouble() {
        add("Gemm.multiply", "double", 11, () -> {
            for (Form form : Form.values()) Gemm.multiply(form, 24, 31, N, x2, 0, v2, 0, y2, 0, Store.SET);
            Gemm.multiply(Form.NN, 1, 31, N, x2, 0, v2, 0, y2, 0, Store.ADD);
        });
        add("Gemm.multiply", "double", 15,
                () -> Gemm.multiply(Form.NN, 3, 5, 7, N, x2, 0, 5 * N, v2, 0, 7 * N, y2, 0, 35, Store.SET));
        add("Gemm.affine", "double", 13, () -> Gemm.affine(Form.NN, 24, 31, N, x2, 0, v2, 0, w2, 0, Unary.TANH, y2, 0));
        add("Panels.pack", "double", 6, () -> Panels.pack(31, N, x2, 0, y2, 0));
        add("Panels.packTransposed", "double", 6, () -> Panels.packTransposed(31, N, x2, 0, y2, 0));
        add("Panels.multiply", "double", 9, () -> Panels.multiply(24, 31, N, x2, 0, v2, 0, y2, 0));
        add("Panels.multiply", "double", 12, () -> Panels.multiply(24, 31, N, x2, 0, v2, 0, x2, 0, 0, y2, 0));
        add("Affine.apply", "double", 10, () -> Affine.apply(Unary.TANH, 3, 8, 31, N, x2, 8 * N, v2, w2, y2));
        add("Affine.delta", "double", 8, () -> Affine.delta(Unary.TANH, 1, x2, v2, R, N, y2, Store.SET));
    }

    private void convolutions() {
        Conv conv = new Conv(2, 9, 9, 3, 3, 3, 5, 2, 2, 0, 0);
        add("Conv.forward", "float", 5, () -> conv.forward(x, w, v, Unary.RELU, y));
        add("Conv.forward", "float", 4, () -> conv.forward(x, w, y, Store.SET));
        add("Conv.transpose", "float", 5, () -> conv.transpose(x, w, v, Unary.RELU, y));
        add("Conv.transpose", "float", 4, () -> conv.transpose(x, w, y, Store.SET));
        add("Conv.kernel", "float", 4, () -> conv.kernel(x, v, y, Store.SET));
        add("Conv.bias", "float", 5, () -> Conv.bias(x, R, N, y, Store.SET));
        add("Conv.forward", "double", 5, () -> conv.forward(x2, w2, v2, Unary.RELU, y2));
        add("Conv.forward", "double", 4, () -> conv.forward(x2, w2, y2, Store.SET));
        add("Conv.transpose", "double", 5, () -> conv.transpose(x2, w2, v2, Unary.RELU, y2));
        add("Conv.transpose", "double", 4, () -> conv.transpose(x2, w2, y2, Store.SET));
        add("Conv.kernel", "double", 4, () -> conv.kernel(x2, v2, y2, Store.SET));
        add("Conv.bias", "double", 5, () -> Conv.bias(x2, R, N, y2, Store.SET));
    }

    private void rows() {
        add("Rows.sum", "float", 6, () -> {
            Rows.sum(x, 0, R, N, y, 0);
            Rows.sum(x, 0, 3, 5, y, 0);
        });
        add("Rows.sumGrad", "float", 6, () -> Rows.sumGrad(x, 0, R, N, y, 0));
        add("Rows.max", "float", 6, () -> Rows.max(x, 0, R, N, y, 0));
        add("Rows.maxGrad", "float", 10, () -> Rows.maxGrad(x, 0, v, 0, w, 0, R, N, y, 0));
        add("Rows.logSumExp", "float", 6, () -> {
            Rows.logSumExp(x, 0, R, N, y, 0);
            Rows.logSumExp(x, 0, 3, 5, y, 0);
        });
        add("Rows.logSumExpGrad", "float", 10, () -> Rows.logSumExpGrad(x, 0, v, 0, w, 0, R, N, y, 0));
        add("Rows.softmax", "float", 6, () -> {
            Rows.softmax(x, 0, R, N, y, 0);
            Rows.softmax(x, 0, 3, 5, y, 0);
        });
        add("Rows.softmaxGrad", "float", 8, () -> Rows.softmaxGrad(x, 0, v, 0, R, N, y, 0));
        add("Rows.logSoftmax", "float", 6, () -> Rows.logSoftmax(x, 0, R, N, y, 0));
        add("Rows.logSoftmaxGrad", "float", 8, () -> Rows.logSoftmaxGrad(x, 0, v, 0, R, N, y, 0));
    }

    private void rowsInDouble() {
        add("Rows.sum", "double", 6, () -> Rows.sum(x2, 0, R, N, y2, 0));
        add("Rows.sumGrad", "double", 6, () -> Rows.sumGrad(x2, 0, R, N, y2, 0));
        add("Rows.max", "double", 6, () -> Rows.max(x2, 0, R, N, y2, 0));
        add("Rows.maxGrad", "double", 10, () -> Rows.maxGrad(x2, 0, v2, 0, w2, 0, R, N, y2, 0));
        add("Rows.logSumExp", "double", 6, () -> Rows.logSumExp(x2, 0, R, N, y2, 0));
        add("Rows.logSumExpGrad", "double", 10, () -> Rows.logSumExpGrad(x2, 0, v2, 0, w2, 0, R, N, y2, 0));
        add("Rows.softmax", "double", 6, () -> Rows.softmax(x2, 0, R, N, y2, 0));
        add("Rows.softmaxGrad", "double", 8, () -> Rows.softmaxGrad(x2, 0, v2, 0, R, N, y2, 0));
        add("Rows.logSoftmax", "double", 6, () -> Rows.logSoftmax(x2, 0, R, N, y2, 0));
        add("Rows.logSoftmaxGrad", "double", 8, () -> Rows.logSoftmaxGrad(x2, 0, v2, 0, R, N, y2, 0));
    }

    private void axes() {
        add("Reduce.sum", "float", 3, () -> y[0] = Reduce.sum(x, 0, ALL));
        add("Reduce.sum", "float", 7, () -> Reduce.sum(x, 0, 3, R, N, y, 0));
        add("Reduce.sumGrad", "float", 7, () -> Reduce.sumGrad(x, 0, 3, R, N, y, 0));
        add("Reduce.max", "float", 7, () -> Reduce.max(x, 0, 3, R, N, y, 0));
        add("Reduce.maxGrad", "float", 11, () -> Reduce.maxGrad(x, 0, v, 0, w, 0, 3, R, N, y, 0));
        add("Reduce.sum", "double", 3, () -> y2[0] = Reduce.sum(x2, 0, ALL));
        add("Reduce.sum", "double", 7, () -> Reduce.sum(x2, 0, 3, R, N, y2, 0));
        add("Reduce.sumGrad", "double", 7, () -> Reduce.sumGrad(x2, 0, 3, R, N, y2, 0));
        add("Reduce.max", "double", 7, () -> Reduce.max(x2, 0, 3, R, N, y2, 0));
        add("Reduce.maxGrad", "double", 11, () -> Reduce.maxGrad(x2, 0, v2, 0, w2, 0, 3, R, N, y2, 0));
    }

    private void units() {
        add("Gru.step", "float", 12, () -> Gru.step(x, 0, v, 0, w, 0, R, N, z, 0, y, 0));
        add("Gru.inputGrad", "float", 16,
                () -> Gru.inputGrad(x, 0, v, 0, w, 0, u, 0, R, N, y, 0, Store.SET, z, 0, Store.ADD));
        add("Gru.stateGrad", "float", 9, () -> Gru.stateGrad(x, 0, v, 0, R, N, y, 0, Store.SET));
        add("LayerNorm.value", "float", 11, () -> LayerNorm.value(x, 0, R, N, v, w, 1e-5f, z, 0, y, 0));
        add("LayerNorm.inputGrad", "float", 12, () -> LayerNorm.inputGrad(x, 0, R, N, v, w, 0, u, 0, y, 0, Store.SET));
        add("LayerNorm.scaleGrad", "float", 10, () -> LayerNorm.scaleGrad(x, 0, R, N, v, 0, w, 0, y, Store.SET));
        add("LayerNorm.shiftGrad", "float", 6, () -> LayerNorm.shiftGrad(R, N, x, 0, y, Store.SET));
        add("NormalDraw.draw", "float", 13, () -> NormalDraw.draw(x, 0, R, N, 0.1f, v, 0, y, 0, z, 0, u, 0));
        add("NormalDraw.drawGrad", "float", 17,
                () -> NormalDraw.drawGrad(x, 0, 3 * N, R, N, v, 0, w, 0, floats, 0, v, 0, y, 0, z, 0));
        add("Descent.adam", "float", 10, () -> Descent.adam(theta, w, y, z, 0.9f, 0.999f, 1e-3f, 1, 1e-8f, 1));
        add("Descent.fade", "float", 1, () -> Descent.fade(y));
        add("Descent.squaredNorm", "float", 1, () -> y2[0] = Descent.squaredNorm(x));
    }

    private void unitsInDouble() {
        add("Gru.step", "double", 12, () -> Gru.step(x2, 0, v2, 0, w2, 0, R, N, z2, 0, y2, 0));
        add("Gru.inputGrad", "double", 16,
                () -> Gru.inputGrad(x2, 0, v2, 0, w2, 0, u2, 0, R, N, y2, 0, Store.SET, z2, 0, Store.ADD));
        add("Gru.stateGrad", "double", 9, () -> Gru.stateGrad(x2, 0, v2, 0, R, N, y2, 0, Store.SET));
        add("LayerNorm.value", "double", 11, () -> LayerNorm.value(x2, 0, R, N, v2, w2, 1e-5, z2, 0, y2, 0));
        add("LayerNorm.inputGrad", "double", 12, () -> LayerNorm.inputGrad(x2, 0, R, N, v2, w2, 0, u2, 0, y2, 0, Store.SET));
        add("LayerNorm.scaleGrad", "double", 10, () -> LayerNorm.scaleGrad(x2, 0, R, N, v2, 0, w2, 0, y2, Store.SET));
        add("LayerNorm.shiftGrad", "double", 6, () -> LayerNorm.shiftGrad(R, N, x2, 0, y2, Store.SET));
        add("NormalDraw.draw", "double", 13, () -> NormalDraw.draw(x2, 0, R, N, 0.1, v2, 0, y2, 0, z2, 0, u2, 0));
        add("NormalDraw.drawGrad", "double", 17,
                () -> NormalDraw.drawGrad(x2, 0, 3 * N, R, N, v2, 0, w2, 0, doubles, 0, v2, 0, y2, 0, z2, 0));
        add("Descent.adam", "double", 10, () -> Descent.adam(theta2, w2, y2, z2, 0.9, 0.999, 1e-3, 1, 1e-8, 1));
        add("Descent.fade", "double", 1, () -> Descent.fade(y2));
        add("Descent.squaredNorm", "double", 1, () -> y2[0] = Descent.squaredNorm(x2));
    }

    private void likelihoods() {
        add("BernoulliRows.logProb", "float", 5, () -> BernoulliRows.logProb(x, v, R, N, y));
        add("BernoulliRows.logProbGrad", "float", 7, () -> BernoulliRows.logProbGrad(x, v, w, R, N, y, Store.SET));
        add("NormalRows.kl", "float", 8, () -> NormalRows.kl(x, v, w, u, steps, R, N, y));
        add("NormalRows.klGrad", "float", 11,
                () -> NormalRows.klGrad(turn++ & 3, x, v, w, u, steps, floats, R, N, y, Store.SET));
    }

    private void likelihoodsInDouble() {
        add("BernoulliRows.logProb", "double", 5, () -> BernoulliRows.logProb(x2, v2, R, N, y2));
        add("BernoulliRows.logProbGrad", "double", 7, () -> BernoulliRows.logProbGrad(x2, v2, w2, R, N, y2, Store.SET));
        add("NormalRows.kl", "double", 8, () -> NormalRows.kl(x2, v2, w2, u2, steps, R, N, y2));
        add("NormalRows.klGrad", "double", 11,
                () -> NormalRows.klGrad(turn++ & 3, x2, v2, w2, u2, steps, doubles, R, N, y2, Store.SET));
    }

    private void bits() {
        add("Philox.bits", "int", 6, () -> Philox.bits(1, 2, 3, words, 0, ALL));
        add("Philox.uniform", "float", 6, () -> Philox.uniform(1, 2, 3, y, 0, ALL));
        add("Philox.uniform", "double", 6, () -> Philox.uniform(1, 2, 3, y2, 0, ALL));
        add("Philox.normal", "float", 6, () -> Philox.normal(1, 2, 3, y, 0, ALL));
        add("Philox.normal", "double", 6, () -> Philox.normal(1, 2, 3, y2, 0, ALL));
    }

    private void simplex() {
        int[] offsets = new int[3];
        double[] table = new double[5 * 6 * 8];
        double[] scratch = new double[Expectations.memory(5, 6, 7)];
        add("Simplex.softmax", "double", 5, () -> Simplex.softmax(x2, 0, y2, 0, N));
        add("Simplex.softmaxes", "double", 6, () -> Simplex.softmaxes(x2, 0, R, N, N, many));
        add("Simplex.logSumExp", "double", 3, () -> y2[0] = Simplex.logSumExp(x2, 0, N));
        add("Simplex.entropy", "double", 3, () -> y2[0] = Simplex.entropy(x2, 0, N));
        add("Simplex.entropies", "double", 7, () -> {
            Simplex.entropies(z2, 0, R, N, 128, y2, 0);
            Arrays.fill(z2, 0); // what is left of the probabilities depends on the width
        });
        add("Simplex.logs", "double", 5, () -> Simplex.logs(x2, 0, y2, 0, N));
        add("Simplex.dot", "double", 5, () -> y2[0] = Simplex.dot(x2, 0, v2, 0, N));
        add("Simplex.addScaled", "double", 6, () -> Simplex.addScaled(0.5, x2, 0, y2, 0, N));
        add("Mixture.mix", "double", 8, () -> Mixture.mix(x2, 0, R, v2, 0, N, y2, 0));
        add("Mixture.chains", "double", 10, () -> Mixture.chains(2, 5, x2, 0, R, v2, 0, 128, y2, 0));
        add("Mixture.each", "double", 9, () -> Mixture.each(3, many, 0, R, v2, offsets, N, y2, 0));
        add("Expectations.add", "double", 14,
                () -> Expectations.add(5, 6, 7, table, x2, v2, w2, y2, 0, y2, 8, y2, 16, scratch));
    }
}
