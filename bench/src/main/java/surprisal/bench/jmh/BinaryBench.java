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
import surprisal.kernels.Binary;
import surprisal.kernels.Loop;

/** Every function of two numbers and what goes back to the first; JMH takes the functions from the enum. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class BinaryBench {
    /** Made by JMH. */
    public BinaryBench() {}

    /** The function. */
    @Param
    public Binary op;

    /** How many elements. */
    @Param({"7", "64", "257", "1000", "4096"})
    public int n;

    /** How far apart the second operands are: 1, or 0 for one number against all. */
    @Param({"1", "0"})
    public int step;

    private float[] a;
    private float[] b;
    private float[] y;
    private float[] g;
    private float[] ga;

    /** Draws the operands. */
    @Setup
    public void draw() {
        a = Numbers.floats(n, 1);
        b = Numbers.floats(n, 2);
        g = Numbers.floats(n, 3);
        y = new float[n];
        ga = new float[n];
        for (Binary other : Binary.values()) for (int i = 0; i < 2000; i++) Loop.zip(other, a, 0, 1, b, 0, step, y, 0, n);
        Loop.zip(op, a, 0, 1, b, 0, step, y, 0, n);
    }

    /**
     * y = f(a, b).
     *
     * @return y
     */
    @Benchmark
    public float[] value() {
        Loop.zip(op, a, 0, 1, b, 0, step, y, 0, n);
        return y;
    }

    /**
     * ga += g ∂f/∂a.
     *
     * @return ga
     */
    @Benchmark
    public float[] derivative() {
        Loop.zipGradA(op, a, 0, 1, b, 0, step, y, 0, g, 0, ga, 0, n);
        return ga;
    }
}
