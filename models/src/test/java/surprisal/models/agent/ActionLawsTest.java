package surprisal.models.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.RandomPomdp.plogp;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;
import surprisal.models.pomdp.Counts;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.RandomPomdp;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Variable;

/** From G to an action: the posterior over policies, its precision, and choices. */
class ActionLawsTest {

    @Provide
    Arbitrary<RandomPomdp> models() { return RandomPomdp.any(); }

    private static double[] logs(double[] p) { return Arrays.stream(p).map(Math::log).toArray(); }

    private static double[] posterior(double[] G, double gamma, double[] logE) {
        double[] q = new double[G.length];
        Precision.posterior(G, gamma, logE, q);
        return q;
    }

    /** γ E[G] − E[ln E] − H[q]. */
    private static double cost(double[] q, double[] G, double gamma, double[] E) {
        return IntStream.range(0, q.length)
                .mapToDouble(p -> gamma * q[p] * G[p] + plogp(q[p]) - (q[p] == 0 ? 0 : q[p] * Math.log(E[p]))).sum();
    }

    @Property(tries = 300)
    void posteriorIsTheLeastCostly(@ForAll long seed, @ForAll @IntRange(min = 1, max = 9) int n,
            @ForAll @DoubleRange(min = 0, max = 8) double gamma) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] G = r.doubles(n, -5, 5).toArray();
        double[] E = World.row(r, n, false);
        double[] q = posterior(G, gamma, logs(E));
        double z = IntStream.range(0, n).mapToDouble(p -> E[p] * Math.exp(-gamma * G[p])).sum();
        double least = cost(q, G, gamma, E);
        assertEquals(-Math.log(z), least, 1e-9);
        for (int i = 0; i < 10; i++) {
            assertTrue(cost(World.row(r, n, true), G, gamma, E) >= least - 1e-9);
        }
        assertArrayEquals(q, posterior(Arrays.stream(G).map(g -> g + 3).toArray(), gamma, logs(E)), 1e-12);
        assertArrayEquals(E, posterior(G, 0, logs(E)), 1e-12);
        double step = 1e-5;
        double mean = IntStream.range(0, n).mapToDouble(p -> q[p] * G[p]).sum();
        double variance = IntStream.range(0, n).mapToDouble(p -> q[p] * (G[p] - mean) * (G[p] - mean)).sum();
        double[] more = posterior(G, gamma + step, logs(E));
        double[] less = posterior(G, Math.max(0, gamma - step), logs(E));
        double slope = IntStream.range(0, n).mapToDouble(p -> (more[p] - less[p]) * G[p]).sum()
                / (gamma + step - Math.max(0, gamma - step));
        assertEquals(-variance, slope, gamma < step ? 1e-2 : 1e-6);
    }

    /** What costs ∞ has probability 0 at any precision, 0 too, and the rest is as if it were not there; so is γ where it is inferred. */
    @Property(tries = 200)
    void whatIsImpossibleIsAsIfItWereNotThere(@ForAll long seed, @ForAll @IntRange(min = 0, max = 8) int gamma) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] G = r.doubles(4, -1, 1).toArray();
        double[] F = r.doubles(4, 0, 3).toArray();
        double[] E = World.row(r, 4, false);
        double[] more = Arrays.copyOf(G, 6);
        more[4] = Double.POSITIVE_INFINITY;
        more[5] = Double.POSITIVE_INFINITY;
        double[] logE = Arrays.copyOf(logs(E), 6);
        assertArrayEquals(Arrays.copyOf(posterior(G, gamma, logs(E)), 6), posterior(more, gamma, logE), 1e-15);
        double[] q = new double[4];
        double[] those = new double[6];
        double inferred = Precision.infer(G, F, logs(E), 1.5, q);
        assertEquals(inferred, Precision.infer(more, Arrays.copyOf(F, 6), logE, 1.5, those), 1e-13 * inferred);
        assertArrayEquals(Arrays.copyOf(q, 6), those, 1e-13);
    }

    @Property(tries = 100)
    void greatPrecisionSharesAmongTheBest(@ForAll long seed) {
        double[] G = new SplittableRandom(seed).ints(6, 0, 3).asDoubleStream().toArray();
        double least = Arrays.stream(G).min().getAsDouble();
        long best = Arrays.stream(G).filter(g -> g == least).count();
        assertArrayEquals(Arrays.stream(G).map(g -> g == least ? 1.0 / best : 0).toArray(), posterior(G, 1e4, null), 1e-12);
    }

    /** π = σ(ln E − F − γG), and γ = 1/β at rest: β_π − β = (π − π₀)·G. */
    @Property(tries = 200)
    void inferredPrecisionBalancesWhatThePastSays(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] G = r.doubles(5, 0, 1).toArray();
        double[] F = r.doubles(5, 0, 3).toArray();
        double[] E = World.row(r, 5, false);
        double[] q = new double[5];
        double gamma = Precision.infer(G, F, logs(E), 1, q);
        double[] before = posterior(G, gamma, logs(E));
        double[] weights = IntStream.range(0, 5).mapToDouble(p -> Math.log(E[p]) - F[p]).toArray();
        double[] after = posterior(G, gamma, weights);
        assertArrayEquals(after, q, 1e-3);
        assertEquals(1 / gamma - 1, IntStream.range(0, 5).mapToDouble(p -> (after[p] - before[p]) * G[p]).sum(), 1e-3);
        double[] agreed = new double[5];
        assertEquals(1, Precision.infer(G, null, logs(E), 1, agreed), 1e-15); // the past says nothing
        assertArrayEquals(posterior(G, 1, logs(E)), agreed, 1e-15);
    }

    @Property(tries = 200)
    void occamsWindowDropsWhatItSays(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double share) {
        double[] q = World.row(new SplittableRandom(seed), 7, true);
        double[] kept = q.clone();
        double dropped = Precision.window(kept, share);
        double most = Arrays.stream(q).max().getAsDouble();
        assertEquals(Arrays.stream(q).filter(p -> p < share * most).sum(), dropped, 1e-15);
        assertEquals(1, Arrays.stream(kept).sum(), 1e-12);
        assertEquals(dropped, IntStream.range(0, 7).mapToDouble(p -> Math.abs(q[p] - kept[p])).sum() / 2, 1e-12);
        for (int p = 0; p < 7; p++) {
            assertEquals(q[p] < share * most ? 0 : q[p] / (1 - dropped), kept[p], 1e-12);
        }
        double[] all = q.clone();
        assertEquals(0, Precision.window(all, 0));
        assertArrayEquals(q, all);
    }

    @Property(tries = 200)
    void marginalsSumThePoliciesThatBeginSo(@ForAll("models") RandomPomdp m) {
        Policies policies = Policies.all(m.structure(), 1);
        double[] q = World.row(m.random(), policies.size(), true);
        double[][] marginals = m.structure().actions().stream().map(a -> new double[a.size()]).toArray(double[][]::new);
        Choice.marginals(policies, q, marginals);
        for (int a = 0; a < marginals.length; a++) {
            for (int u = 0; u < marginals[a].length; u++) {
                double sum = 0;
                for (int p = 0; p < q.length; p++) {
                    sum += policies.actions(p, 0)[a] == u ? q[p] : 0;
                }
                assertEquals(sum, marginals[a][u], 1e-12);
            }
        }
    }

    private static Structure coins() {
        return new Structure(List.of(Variable.of("s", 1)), List.of(), List.of(Variable.of("left", 2), Variable.of("right", 2)), List.of(),
                List.of(List.of(0)), List.of(List.of()));
    }

    @Example
    void drawsOfEachActionAreIndependentAndOfEqualsTheFirstIsTheBest() {
        Structure structure = coins();
        Policies policies = Policies.all(structure, 1);
        double[] q = {0.25, 0.25, 0.25, 0.25};
        double[][] marginals = new double[2][2];
        int[] drawn = new int[4];
        Rng rng = new Rng(1);
        for (int i = 0; i < 10_000; i++) {
            drawn[Choice.MARGINAL.choose(policies, q, 1, marginals, new double[4], rng)]++;
        }
        for (int n : drawn) { // binomial, σ = 43
            assertEquals(2500, n, 200);
        }
        assertEquals(0, Choice.MARGINAL.choose(policies, q, Choice.DETERMINISTIC, marginals, new double[4], null));
        assertEquals(0, Choice.FULL.choose(policies, q, Choice.DETERMINISTIC, marginals, new double[4], null));
        double[] tied = {0.1, 0.4, 0.4, 0.1};
        assertEquals(1, Choice.FULL.choose(policies, tied, Choice.DETERMINISTIC, marginals, new double[4], null));
        assertEquals(0, Choice.MARGINAL.choose(policies, tied, Choice.DETERMINISTIC, marginals, new double[4], null));
    }

    /** q^α: at α = 2 a policy twice as likely is drawn four times as often. */
    @Example
    void drawsGoByThePowerOfTheProbability() {
        double[] q = {2.0 / 3, 0, 1.0 / 3, 0};
        int[] drawn = new int[4];
        Rng rng = new Rng(2);
        for (int i = 0; i < 10_000; i++) {
            drawn[Choice.FULL.choose(Policies.all(coins(), 1), q, 2, new double[2][2], new double[4], rng)]++;
        }
        assertEquals(8000, drawn[0], 200);
        assertEquals(10_000, drawn[0] + drawn[2]);
    }

    /** A small α makes little of a difference of 64 nats, but nothing of a probability of 0: that is never drawn. */
    @Example
    void drawsGoByThePowerOfTheSmallestProbability() {
        double[] q = {1, StrictMath.exp(-64), 0, 0};
        int[] drawn = new int[4];
        Rng rng = new Rng(3);
        for (int i = 0; i < 100_000; i++) {
            drawn[Choice.FULL.choose(Policies.all(coins(), 1), q, 0.1, new double[2][2], new double[4], rng)]++;
        }
        assertEquals(1e5 / (1 + StrictMath.exp(6.4)), drawn[1], 65); // binomial, σ = 13
        assertEquals(100_000, drawn[0] + drawn[1]);
        double[] sure = {1, 0, 0, 0};
        double[][] marginals = new double[2][2];
        for (int i = 0; i < 1000; i++) {
            for (double alpha : new double[] {0, 0.01, 0.1}) {
                assertEquals(0, Choice.FULL.choose(Policies.all(coins(), 1), sure, alpha, marginals, new double[4], rng));
                assertEquals(0, Choice.MARGINAL.choose(Policies.all(coins(), 1), sure, alpha, marginals, new double[4], rng));
            }
        }
    }

    /** I[θ; o] of Dirichlet counts: Σ_k p_k w_k = Σ_k p_k D_KL[Dir(α + e_k) ‖ Dir(α)], the one by digammas, the other by counts. */
    @Property(tries = 200)
    void gainIsWhatOneMoreEventTeaches(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int n) {
        double[] a = new SplittableRandom(seed).doubles(n, 0.05, 20).toArray();
        Structure structure = Structure.of(new int[] {1}, new int[] {n}, new int[] {1});
        double sum = Arrays.stream(a).sum();
        double[] p = Arrays.stream(a).map(x -> x / sum).toArray();
        Counts counts = new Counts(Table.ofA(structure, 0, Tensor.of(Shape.of(1, n), p)), a.clone(), Counts.Zeros.KEPT);
        double expected = 0;
        double gain = 0;
        for (int k = 0; k < n; k++) {
            double[] more = a.clone();
            more[k]++;
            expected += p[k] * new Counts(Table.ofA(structure, 0, Tensor.of(Shape.of(1, n), p)), more, Counts.Zeros.KEPT).kl(a);
            gain += p[k] * counts.gain().values()[k];
        }
        assertEquals(expected, gain, 1e-10);
        assertTrue(gain >= 0 && gain <= Math.log(n));
    }

    @Example
    void gainOfThreeCountsIsKnown() { // by high-precision arithmetic
        double[] a = {1.5, 0.7, 3};
        double[] p = Arrays.stream(a).map(x -> x / 5.2).toArray();
        Structure structure = Structure.of(new int[] {1}, new int[] {3}, new int[] {1});
        Counts counts = new Counts(Table.ofA(structure, 0, Tensor.of(Shape.of(1, 3), p)), a, Counts.Zeros.KEPT);
        assertEquals(0.1597455368, IntStream.range(0, 3).mapToDouble(k -> p[k] * counts.gain().values()[k]).sum(), 1e-10);
    }

    private record Lived(double[][] qs, double[] G, double[] q, int action) {}

    private static Lived live(Agent agent, int[] outcomes, Rng rng) {
        double[][] qs = Arrays.stream(agent.observe(outcomes)).map(double[]::clone).toArray(double[][]::new);
        double[] q = agent.plan().clone();
        return new Lived(qs, agent.G().clone(), q, agent.act(rng));
    }

    @Property(tries = 50)
    void agentsSideBySideDoWhatTheyDoAlone(@ForAll long seed) {
        RandomPomdp m = RandomPomdp.of(seed, false);
        SplittableRandom r = m.random();
        int[][][] seen = IntStream.range(0, 3).mapToObj(i -> IntStream.range(0, 4)
                .mapToObj(t -> m.outcomes(r, m.joint(m.D()))).toArray(int[][]::new)).toArray(int[][][]::new);
        Lived[][] alone = new Lived[3][4];
        for (int i = 0; i < 3; i++) {
            Agent agent = Agent.of(m.model()).gamma(2).choice(Choice.MARGINAL, 1).build();
            Rng rng = new Rng(i);
            for (int t = 0; t < 4; t++) {
                alone[i][t] = live(agent, seen[i][t], rng);
            }
        }
        Agent[] agents = IntStream.range(0, 3)
                .mapToObj(i -> Agent.of(m.model()).gamma(2).choice(Choice.MARGINAL, 1).build()).toArray(Agent[]::new);
        Rng[] rngs = IntStream.range(0, 3).mapToObj(Rng::new).toArray(Rng[]::new);
        for (int t = 0; t < 4; t++) {
            for (int i = 2; i >= 0; i--) {
                Lived now = live(agents[i], seen[i][t], rngs[i]);
                for (int f = 0; f < now.qs.length; f++) {
                    assertArrayEquals(alone[i][t].qs[f], now.qs[f], 0);
                }
                assertArrayEquals(alone[i][t].G, now.G, 0);
                assertArrayEquals(alone[i][t].q, now.q, 0);
                assertEquals(alone[i][t].action, now.action);
            }
        }
    }

    /** A T-maze: place and side of the reward; what is seen is the place, the cue and the reward. */
    private static FactoredPomdp tmaze() {
        Structure structure = new Structure(List.of(Variable.of("place", 4), Variable.of("side", 2)),
                List.of(Variable.of("where", 4), Variable.of("cue", 3), Variable.of("reward", 3)), List.of(Variable.of("go", 4)),
                List.of(List.of(0), List.of(0, 1), List.of(0, 1)), List.of(List.of(0), List.of(1)), List.of(List.of(0), List.of()));
        double[] where = new double[16];
        double[] cue = new double[24];
        double[] reward = new double[24];
        double[] go = new double[64];
        for (int place = 0; place < 4; place++) {
            where[place * 5] = 1;
            for (int side = 0; side < 2; side++) {
                int row = (place * 2 + side) * 3;
                cue[row + (place == 1 ? 1 + side : 0)] = 1;
                reward[row + (place < 2 ? 0 : place - 2 == side ? 1 : 2)] = 1;
            }
            for (int from = 0; from < 4; from++) {
                go[(place * 4 + from) * 4 + (from >= 2 ? from : place)] = 1;
            }
        }
        return FactoredPomdp.of(structure,
                List.of(Tensor.of(Shape.of(4, 4), where), Tensor.of(Shape.of(4, 2, 3), cue), Tensor.of(Shape.of(4, 2, 3), reward)),
                List.of(Tensor.of(Shape.of(4, 4, 4), go), Tensor.of(Shape.of(2, 2), new double[] {1, 0, 0, 1})),
                List.of(Tensor.of(new double[4]), Tensor.of(new double[3]), Tensor.of(new double[] {0, 3, -3})),
                List.of(Tensor.of(new double[] {1, 0, 0, 0}), Tensor.of(new double[] {0.5, 0.5})));
    }

    @Example
    void aStepInTheTMazeAllocatesNothing() {
        Agent agent = Agent.of(tmaze()).horizon(2).build();
        int[] start = {0, 0, 0};
        int[] told = {1, 2, 0};
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long most = 400 * 16;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 300 && least > most; round++) { // vectors are objects until the loops are compiled
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 200; i++) {
                agent.begin();
                agent.observe(start);
                agent.plan();
                agent.act(null);
                agent.acted(1);
                agent.observe(told);
                agent.plan();
                assertEquals(3, agent.act(null));
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least <= most, least + " bytes in 400 steps");
    }
}
