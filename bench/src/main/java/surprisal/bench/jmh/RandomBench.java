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
import surprisal.kernels.Philox;

/** Random bits and numbers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RandomBench {
    /** Made by JMH. */
    public RandomBench() {}

    /** How many. */
    @Param({"7", "64", "257", "1000", "4096"})
    public int n;

    private int[] words;
    private float[] y;
    private double[] z;
    private long at;

    /** Draws the operands. */
    @Setup
    public void draw() {
        words = new int[n];
        y = new float[n];
        z = new double[n];
    }

    /**
     * Words.
     *
     * @return words
     */
    @Benchmark
    public int[] bits() {
        Philox.bits(1, 2, at += n, words, 0, n);
        return words;
    }

    /**
     * Uniform numbers.
     *
     * @return y
     */
    @Benchmark
    public float[] uniform() {
        Philox.uniform(1, 2, at += n, y, 0, n);
        return y;
    }

    /**
     * Uniform numbers in float64.
     *
     * @return z
     */
    @Benchmark
    public double[] uniformDouble() {
        Philox.uniform(1, 2, at += n, z, 0, n);
        return z;
    }

    /**
     * Normal numbers.
     *
     * @return y
     */
    @Benchmark
    public float[] normal() {
        Philox.normal(1, 2, at += n, y, 0, n);
        return y;
    }

    /**
     * Normal numbers in float64.
     *
     * @return z
     */
    @Benchmark
    public double[] normalDouble() {
        Philox.normal(1, 2, at += n, z, 0, n);
        return z;
    }
}
