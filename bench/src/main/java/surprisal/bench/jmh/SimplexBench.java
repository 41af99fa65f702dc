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
import surprisal.kernels.Simplex;

/** The kernels of discrete inference over short vectors, and the entropies of 1728 rows of 10. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class SimplexBench {
    /** Made by JMH. */
    public SimplexBench() {}

    /** How many elements. */
    @Param({"2", "5", "16", "64", "625", "4096"})
    public int n;

    private final double[] rows = new double[17_280];
    private final double[] h = new double[1728];
    private double[] x;
    private double[] y;

    /** Draws the inputs. */
    @Setup
    public void draw() {
        x = new Random(0).doubles(n).toArray();
        y = new double[n];
        System.arraycopy(new Random(1).doubles(rows.length).toArray(), 0, rows, 0, rows.length);
    }

    /**
     * y = softmax(x).
     *
     * @return y
     */
    @Benchmark
    public double[] softmax() {
        Simplex.softmax(x, 0, y, 0, n);
        return y;
    }

    /**
     * y = ln max(x, ε).
     *
     * @return y
     */
    @Benchmark
    public double[] logs() {
        Simplex.logs(x, 0, y, 0, n);
        return y;
    }

    /**
     * −Σ x ln max(x, ε).
     *
     * @return the entropy
     */
    @Benchmark
    public double entropy() { return Simplex.entropy(x, 0, n); }

    /**
     * log Σ exp x.
     *
     * @return the logSumExp
     */
    @Benchmark
    public double logSumExp() { return Simplex.logSumExp(x, 0, n); }

    /**
     * Σ x y.
     *
     * @return the product
     */
    @Benchmark
    public double dot() { return Simplex.dot(x, 0, y, 0, n); }

    /**
     * y += w x.
     *
     * @return y
     */
    @Benchmark
    public double[] addScaled() {
        Simplex.addScaled(1e-9, x, 0, y, 0, n);
        return y;
    }

    /**
     * The entropies of 1728 rows of 10, whatever n.
     *
     * @return the entropies
     */
    @Benchmark
    public double[] entropies() {
        Simplex.entropies(rows, 0, 1728, 10, 10, h, 0);
        return h;
    }
}
