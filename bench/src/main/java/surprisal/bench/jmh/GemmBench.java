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
import surprisal.kernels.Gemm;
import surprisal.kernels.Unary;
import surprisal.kernels.Workers;

/** C = op(A) · op(B) for the sizes of a small network's layer and for squares. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class GemmBench {
    /** Made by JMH. */
    public GemmBench() {}

    /** Which operands are stored transposed. */
    @Param({"NN", "NT", "TN"})
    public Gemm.Form form;

    /** m × n × k. */
    @Param({
        "7x7x7", "64x64x64", "257x257x257", "1000x1000x1000", "4096x64x64", "128x784x400", "128x400x784", "784x400x128", "1x512x512",
        "4x1000x257", "128x8x400", "400x20x128", "128x1x400"
    })
    public String size;

    /** How many threads. */
    @Param("1")
    public int threads;

    private int m;
    private int n;
    private int k;
    private float[] a;
    private float[] b;
    private float[] c;
    private float[] bias;
    private double[] a64;
    private double[] b64;
    private double[] c64;

    /** Draws the operands. */
    @Setup
    public void draw() {
        Workers.threads(threads);
        String[] sizes = size.split("x", -1);
        m = Integer.parseInt(sizes[0]);
        n = Integer.parseInt(sizes[1]);
        k = Integer.parseInt(sizes[2]);
        Random random = new Random(0);
        a64 = random.doubles(m * (long) k).toArray();
        b64 = random.doubles(k * (long) n).toArray();
        a = new float[a64.length];
        b = new float[b64.length];
        for (int i = 0; i < a.length; i++) a[i] = (float) a64[i];
        for (int i = 0; i < b.length; i++) b[i] = (float) b64[i];
        c = new float[m * n];
        bias = new float[n];
        c64 = new double[m * n];
    }

    /**
     * In float32.
     *
     * @return C
     */
    @Benchmark
    public float[] single() {
        Gemm.multiply(form, m, n, k, a, 0, b, 0, c, 0, Gemm.Store.SET);
        return c;
    }

    /**
     * In float32, with a bias and tanh at the store.
     *
     * @return C
     */
    @Benchmark
    public float[] affine() {
        Gemm.affine(form, m, n, k, a, 0, b, 0, bias, 0, Unary.TANH, c, 0);
        return c;
    }

    /**
     * In float64.
     *
     * @return C
     */
    @Benchmark
    public double[] twice() {
        Gemm.multiply(form, m, n, k, a64, 0, b64, 0, c64, 0, Gemm.Store.SET);
        return c64;
    }
}
