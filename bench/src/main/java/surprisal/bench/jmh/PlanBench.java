package surprisal.bench.jmh;

import static surprisal.models.ExpectedFreeEnergy.ambiguity;
import static surprisal.models.ExpectedFreeEnergy.risk;

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
import surprisal.autodiff.Tensor;
import surprisal.models.dist.Categorical;
import surprisal.models.env.TMaze;
import surprisal.models.plan.Enumerate;
import surprisal.models.plan.Objective;
import surprisal.models.plan.Plan;
import surprisal.models.pomdp.Pomdp;

/** Comparing every sequence of moves in the T-maze by risk + ambiguity, and taking in an outcome. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class PlanBench {
    /** How many moves are imagined. */
    @Param({"1", "2", "4"})
    public int horizon;

    private Pomdp model;
    private Objective<Tensor> G;
    private Enumerate planner;
    private Tensor outcome;

    /** Made by JMH. */
    public PlanBench() {}

    /** Makes the agent. */
    @Setup
    public void prepare() {
        model = TMaze.model(0.02);
        Tensor C = Categorical.ofLogits(0, 0, 0, 3, -3, 3, -3).probs();
        Objective<Tensor> risk = qs -> risk(qs, model.A(), C);
        G = risk.plus(qs -> ambiguity(qs, model.A()));
        planner = new Enumerate(TMaze.ACTIONS, horizon);
        outcome = model.outcome(0);
    }

    /**
     * G of all 4^horizon policies.
     *
     * @return the plan
     */
    @Benchmark
    public Plan plan() {
        return planner.plan(model, G, model.D());
    }

    /**
     * Q(s|o).
     *
     * @return the belief
     */
    @Benchmark
    public Tensor update() {
        return model.update(model.D(), outcome);
    }
}
