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
import surprisal.bench.cases.VaeCases;
import surprisal.bench.timing.Case;
import surprisal.kernels.Workers;

/** One training step of a variational autoencoder 784-400-20 at batch 128: forward, backward and Adam. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class StepBench {
    /** How many threads. */
    @Param("1")
    public int threads;

    private Case.Call step;

    /** Made by JMH. */
    public StepBench() {}

    /** Makes the model and its data. */
    @Setup
    public void prepare() {
        Workers.threads(threads);
        step = VaeCases.step();
    }

    /** One step. */
    @Benchmark
    public void vae() {
        step.run();
    }
}
