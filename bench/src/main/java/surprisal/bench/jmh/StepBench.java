package surprisal.bench.jmh;

import java.util.List;
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
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.bench.cases.RssmCases;
import surprisal.bench.cases.VaeCases;
import surprisal.bench.timing.Case;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.kernels.Workers;

/**
 * A training step of a variational autoencoder 784-400-20 at batch 128 and of a recurrent state-space model with 20 steps of
 * 50 sequences (forward, backward and Adam), and what recording costs: 49 ops on eight numbers, forward and back.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class StepBench {
    /** How many threads. */
    @Param("1")
    public int threads;

    private static final int ROUNDS = 16;

    private Case.Call vae;
    private Case.Call rssm;
    private final Tape tape = new Tape();
    private final List<Tensor> small = List.of(Tensor.full(Shape.of(8), 0.5, Precision.FLOAT32),
            Tensor.full(Shape.of(8), 0.9, Precision.FLOAT32));

    /** Made by JMH. */
    public StepBench() {}

    /** Makes the models and their data. */
    @Setup
    public void prepare() {
        Workers.threads(threads);
        vae = VaeCases.step(16);
        rssm = RssmCases.step();
    }

    /** Of the autoencoder. */
    @Benchmark
    public void vae() {
        vae.run();
    }

    /** Of the state-space model. */
    @Benchmark
    public void rssm() {
        rssm.run();
    }

    /**
     * 49 small ops.
     *
     * @return their sum
     */
    @Benchmark
    public double smallOps() {
        return tape.grad(small, StepBench::small).loss();
    }

    private static Tensor small(List<Tensor> model) {
        Tensor x = model.get(0);
        for (int i = 0; i < ROUNDS; i++) {
            x = x.times(model.get(1)).plus(model.get(0)).relu();
        }
        return x.sum();
    }
}
