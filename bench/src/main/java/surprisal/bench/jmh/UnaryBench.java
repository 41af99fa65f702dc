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
import surprisal.kernels.Loop;
import surprisal.kernels.Unary;

/**
 * Every elementwise function and its derivative over an array in the first-level cache; JMH takes the functions from
 * the enum.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class UnaryBench {
    /** Made by JMH. */
    public UnaryBench() {}

    /** The function. */
    @Param
    public Unary op;

    /** How many elements. */
    @Param("1024")
    public int n;

    private float[] x;
    private float[] y;
    private float[] g;
    private float[] gx;

    /**
     * Draws the inputs, and runs every other function too: one loop must not be fast only while it is the only one.
     */
    @Setup
    public void draw() {
        Random random = new Random(0);
        x = new float[n];
        y = new float[n];
        g = new float[n];
        gx = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = .01f + 2 * random.nextFloat();
            g[i] = (float) random.nextGaussian();
        }
        for (Unary other : Unary.values()) for (int i = 0; i < 2000; i++) Loop.map(other, x, 0, y, 0, n);
        Loop.map(op, x, 0, y, 0, n);
    }

    /**
     * y = f(x).
     *
     * @return y
     */
    @Benchmark
    public float[] value() {
        Loop.map(op, x, 0, y, 0, n);
        return y;
    }

    /**
     * gx += g f′(x).
     *
     * @return gx
     */
    @Benchmark
    public float[] derivative() {
        Loop.mapGrad(op, x, 0, y, 0, g, 0, gx, 0, n);
        return gx;
    }
}
