package surprisal.bench.jmh;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import surprisal.kernels.Conv;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Workers;

/** A convolution with stride 2 and both its adjoints, for the layers of an encoder and a decoder at batch 32. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ConvBench {
    private static final int BATCH = 32;

    /** Made by JMH. */
    public ConvBench() {}

    /** Side of the image x its channels x side of the kernel x filters. */
    @Param({"64x3x4x32", "31x32x4x64", "14x64x4x128", "6x128x4x256", "13x64x5x128", "30x32x6x64", "64x3x6x32"})
    public String size;

    /** How many threads. */
    @Param("1")
    public int threads;

    private Conv conv;
    private float[] x;
    private float[] w;
    private float[] y;

    /** Draws the operands. */
    @Setup
    public void draw() {
        Workers.threads(threads);
        String[] sizes = size.split("x", -1);
        int side = Integer.parseInt(sizes[0]);
        int channels = Integer.parseInt(sizes[1]);
        int kernel = Integer.parseInt(sizes[2]);
        int filters = Integer.parseInt(sizes[3]);
        conv = new Conv(BATCH, side, side, channels, kernel, kernel, filters, 2, 2, 0, 0);
        Random random = new Random(0);
        x = floats(random, BATCH * side * side * channels);
        w = floats(random, kernel * kernel * channels * filters);
        y = floats(random, BATCH * conv.outHeight() * conv.outWidth() * filters);
    }

    private static float[] floats(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = random.nextFloat() - 0.5f;
        return x;
    }

    /**
     * K x.
     *
     * @return y
     */
    @Benchmark
    public float[] forward() {
        conv.forward(x, w, y, Store.SET);
        return y;
    }

    /**
     * Kᵀ y.
     *
     * @return x
     */
    @Benchmark
    public float[] transpose() {
        conv.transpose(y, w, x, Store.SET);
        return x;
    }

    /**
     * The gradient of ⟨y, K x⟩ with respect to the kernel.
     *
     * @return w
     */
    @Benchmark
    public float[] kernel() {
        conv.kernel(x, y, w, Store.SET);
        return w;
    }
}
