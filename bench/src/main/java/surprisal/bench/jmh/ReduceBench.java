package surprisal.bench.jmh;

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
import surprisal.kernels.Reduce;

/** Sums and maxima along the middle axis of [2, 8, n], and their adjoints; and the sum of all numbers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ReduceBench {
    /** Made by JMH. */
    public ReduceBench() {}

    private static final int OUTER = 2;
    private static final int MIDDLE = 8;

    /** The length of the last axis. */
    @Param({"7", "64", "257", "1000", "4096"})
    public int n;

    private float[] x;
    private float[] y;
    private float[] m;
    private float[] g;
    private float[] gx;

    /** Draws the operands. */
    @Setup
    public void draw() {
        x = Numbers.floats(OUTER * MIDDLE * n, 1);
        g = Numbers.floats(OUTER * n, 2);
        y = new float[OUTER * n];
        m = new float[OUTER * n];
        gx = new float[x.length];
        Reduce.max(x, 0, OUTER, MIDDLE, n, m, 0);
    }

    /**
     * Σ x of n numbers.
     *
     * @return sum
     */
    @Benchmark
    public float all() {
        float sum = Reduce.sum(x, 0, n);
        return sum;
    }

    /**
     * Σ x along the axis.
     *
     * @return y
     */
    @Benchmark
    public float[] sum() {
        Reduce.sum(x, 0, OUTER, MIDDLE, n, y, 0);
        return y;
    }

    /**
     * What goes back through a sum.
     *
     * @return gx
     */
    @Benchmark
    public float[] sumGrad() {
        Reduce.sumGrad(g, 0, OUTER, MIDDLE, n, gx, 0);
        return gx;
    }

    /**
     * max x along the axis.
     *
     * @return y
     */
    @Benchmark
    public float[] max() {
        Reduce.max(x, 0, OUTER, MIDDLE, n, y, 0);
        return y;
    }

    /**
     * What goes back through a maximum.
     *
     * @return gx
     */
    @Benchmark
    public float[] maxGrad() {
        Reduce.maxGrad(x, 0, m, 0, g, 0, OUTER, MIDDLE, n, gx, 0);
        return gx;
    }
}
