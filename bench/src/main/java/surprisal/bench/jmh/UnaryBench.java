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
import surprisal.kernels.Loop;
import surprisal.kernels.Unary;

/** Every elementwise function and its derivative; JMH takes the functions from the enum. */
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
    @Param({"7", "64", "257", "1000", "4096"})
    public int n;

    /** How many times every other function has run before: a loop must not be fast only while it is the only one. */
    @Param({"0", "2000"})
    public int others;

    private float[] x;
    private float[] y;
    private float[] g;
    private float[] gx;

    /** Draws the inputs, and runs the other functions and their derivatives. */
    @Setup
    public void draw() {
        x = Numbers.floats(n, 1);
        y = Numbers.floats(n, 2);
        g = Numbers.floats(n, 3);
        gx = new float[n];
        for (Unary other : Unary.values()) {
            for (int i = 0; i < others; i++) {
                Loop.map(other, x, 0, y, 0, n);
                Loop.mapGrad(other, x, 0, y, 0, g, 0, gx, 0, n);
            }
        }
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
