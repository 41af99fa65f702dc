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
import surprisal.kernels.Rows;

/** Functions along rows and their adjoints, over 4096 numbers or so, whatever the length of a row. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class RowsBench {
    /** Made by JMH. */
    public RowsBench() {}

    /** The length of a row. */
    @Param({"2", "5", "7", "10", "15", "64", "257", "1000", "4096"})
    public int n;

    private int rows;
    private float[] x;
    private float[] y;
    private float[] s;
    private float[] m;
    private float[] l;
    private float[] g;
    private float[] r;
    private float[] gx;

    /** Draws the operands. */
    @Setup
    public void draw() {
        rows = Math.max(1, 4096 / n);
        x = Numbers.floats(rows * n, 1);
        g = Numbers.floats(rows * n, 2);
        r = Numbers.floats(rows, 3);
        y = new float[rows];
        s = new float[rows * n];
        m = new float[rows];
        l = new float[rows];
        gx = new float[rows * n];
        Rows.max(x, 0, rows, n, m, 0);
        Rows.logSumExp(x, 0, rows, n, l, 0);
        Rows.softmax(x, 0, rows, n, s, 0);
    }

    /**
     * Σ x.
     *
     * @return y
     */
    @Benchmark
    public float[] sum() {
        Rows.sum(x, 0, rows, n, y, 0);
        return y;
    }

    /**
     * What goes back through a sum.
     *
     * @return gx
     */
    @Benchmark
    public float[] sumGrad() {
        Rows.sumGrad(r, 0, rows, n, gx, 0);
        return gx;
    }

    /**
     * max x.
     *
     * @return y
     */
    @Benchmark
    public float[] max() {
        Rows.max(x, 0, rows, n, y, 0);
        return y;
    }

    /**
     * What goes back through a maximum.
     *
     * @return gx
     */
    @Benchmark
    public float[] maxGrad() {
        Rows.maxGrad(x, 0, m, 0, r, 0, rows, n, gx, 0);
        return gx;
    }

    /**
     * log Σ exp x.
     *
     * @return y
     */
    @Benchmark
    public float[] logSumExp() {
        Rows.logSumExp(x, 0, rows, n, y, 0);
        return y;
    }

    /**
     * What goes back through a logSumExp.
     *
     * @return gx
     */
    @Benchmark
    public float[] logSumExpGrad() {
        Rows.logSumExpGrad(x, 0, l, 0, r, 0, rows, n, gx, 0);
        return gx;
    }

    /**
     * softmax(x).
     *
     * @return s
     */
    @Benchmark
    public float[] softmax() {
        Rows.softmax(x, 0, rows, n, s, 0);
        return s;
    }

    /**
     * What goes back through a softmax.
     *
     * @return gx
     */
    @Benchmark
    public float[] softmaxGrad() {
        Rows.softmaxGrad(s, 0, g, 0, rows, n, gx, 0);
        return gx;
    }

    /**
     * log softmax(x).
     *
     * @return s
     */
    @Benchmark
    public float[] logSoftmax() {
        Rows.logSoftmax(x, 0, rows, n, s, 0);
        return s;
    }

    /**
     * What goes back through a logSoftmax; a softmax stands for one.
     *
     * @return gx
     */
    @Benchmark
    public float[] logSoftmaxGrad() {
        Rows.logSoftmaxGrad(s, 0, g, 0, rows, n, gx, 0);
        return gx;
    }
}
