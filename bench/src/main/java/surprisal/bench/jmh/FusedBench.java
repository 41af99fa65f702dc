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
import surprisal.kernels.BernoulliRows;
import surprisal.kernels.Descent;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Gru;
import surprisal.kernels.LayerNorm;
import surprisal.kernels.NormalDraw;
import surprisal.kernels.NormalRows;

/** Steps that are one kernel: Adam over n parameters, likelihoods and units over 8 rows of n. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class FusedBench {
    /** Made by JMH. */
    public FusedBench() {}

    private static final int ROWS = 8;

    /** The length of a row. */
    @Param({"7", "64", "257", "1000", "4096"})
    public int n;

    private int[] steps;
    private float[] x;
    private float[] u;
    private float[] h;
    private float[] g;
    private float[] r;
    private float[] p;
    private float[] m;
    private float[] v;
    private float[] gates;
    private float[] moments;
    private float[] y;
    private float[] gx;
    private float[] noise;
    private float[] raw;

    /** Draws the operands. */
    @Setup
    public void draw() {
        steps = new int[] {n, n, n, 0};
        x = Numbers.floats(3 * ROWS * n, 1);
        u = Numbers.floats(3 * ROWS * n, 2);
        h = Numbers.floats(3 * ROWS * n, 3);
        g = Numbers.floats(3 * ROWS * n, 4);
        r = Numbers.floats(ROWS, 5);
        noise = Numbers.floats(ROWS * n, 6);
        raw = Numbers.floats(2 * ROWS * n, 7);
        p = Numbers.floats(n, 8);
        m = new float[n];
        v = new float[n];
        gates = new float[3 * ROWS * n];
        moments = new float[2 * ROWS];
        y = new float[ROWS * n];
        gx = new float[3 * ROWS * n];
        Gru.step(x, 0, u, 0, h, 0, ROWS, n, gates, 0, y, 0);
        LayerNorm.value(x, 0, ROWS, n, u, h, 1e-5f, moments, 0, y, 0);
    }

    /**
     * A step of Adam.
     *
     * @return p
     */
    @Benchmark
    public float[] adam() {
        Descent.adam(p, h, m, v, 0.9f, 0.999f, 1e-3f, 1, 1e-8f, 1);
        return p;
    }

    /**
     * Σ x l − log(1 + e^l).
     *
     * @return y
     */
    @Benchmark
    public float[] bernoulli() {
        BernoulliRows.logProb(x, u, ROWS, n, y);
        return y;
    }

    /**
     * What goes back to the log-odds.
     *
     * @return gx
     */
    @Benchmark
    public float[] bernoulliGrad() {
        BernoulliRows.logProbGrad(x, u, r, ROWS, n, gx, Store.SET);
        return gx;
    }

    /**
     * A divergence between normals; one σ₀ meets all rows.
     *
     * @return y
     */
    @Benchmark
    public float[] normalKl() {
        NormalRows.kl(x, u, h, g, steps, ROWS, n, y);
        return y;
    }

    /**
     * What goes back to μ and σ.
     *
     * @return gx
     */
    @Benchmark
    public float[] normalKlGrad() {
        NormalRows.klGrad(0, x, u, h, g, steps, r, ROWS, n, gx, Store.SET);
        NormalRows.klGrad(1, x, u, h, g, steps, r, ROWS, n, gx, Store.SET);
        return gx;
    }

    /**
     * μ + σ ε with σ = softplus(ρ) + least.
     *
     * @return y
     */
    @Benchmark
    public float[] sample() {
        NormalDraw.draw(raw, 0, ROWS, n, 0.1f, noise, 0, u, 0, h, 0, y, 0);
        return y;
    }

    /**
     * The gates of a recurrent unit.
     *
     * @return y
     */
    @Benchmark
    public float[] gru() {
        Gru.step(x, 0, u, 0, h, 0, ROWS, n, gates, 0, y, 0);
        return y;
    }

    /**
     * What goes back to its sums.
     *
     * @return gx
     */
    @Benchmark
    public float[] gruGrad() {
        Gru.inputGrad(gates, 0, u, 0, h, 0, g, 0, ROWS, n, gx, 0, Store.SET, null, 0, Store.SET);
        return gx;
    }

    /**
     * Layer normalisation.
     *
     * @return y
     */
    @Benchmark
    public float[] layerNorm() {
        LayerNorm.value(x, 0, ROWS, n, u, h, 1e-5f, moments, 0, y, 0);
        return y;
    }

    /**
     * What goes back to its input.
     *
     * @return gx
     */
    @Benchmark
    public float[] layerNormGrad() {
        LayerNorm.inputGrad(x, 0, ROWS, n, u, moments, 0, g, 0, gx, 0, Store.SET);
        return gx;
    }
}
