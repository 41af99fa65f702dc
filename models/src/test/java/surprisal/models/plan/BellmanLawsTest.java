package surprisal.models.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;
import static surprisal.models.World.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.ExpectedFreeEnergy;
import surprisal.models.World;
import surprisal.models.pomdp.Pomdp;

/** G_π = (I − γP_π)⁻¹ g and its best forms, against linear systems and sums over courses of events in plain numbers. */
class BellmanLawsTest {
    private static final double HARD = Double.POSITIVE_INFINITY;

    @Provide
    Arbitrary<World> worlds() { return World.worlds(); }

    /** A world whose states are seen, with random costs and a random policy, [S][U]. */
    private record Case(World w, double[][] g, double[][] policy, double gamma) {
        static Case of(World w, long seed, double gamma) {
            SplittableRandom r = new SplittableRandom(seed);
            double[][] g = new double[w.states()][];
            double[][] policy = new double[w.states()][];
            Arrays.setAll(g, s -> r.doubles(w.actions(), -3, 3).toArray());
            Arrays.setAll(policy, s -> World.row(r, w.actions(), true));
            return new Case(w, g, policy, gamma);
        }

        Bellman bellman() { return Bellman.of(tensor(w.B()), tensor(g), gamma); }

        double G(int s, int u, double[] V) { return g[s][u] + gamma * World.dot(w.B()[u][s], V); }
    }

    /** x of (I − γP_π) x = g, by elimination. */
    private static double[] solved(Case c, double[][] policy, double[] g) {
        int n = g.length;
        double[][] M = new double[n][n + 1];
        for (int s = 0; s < n; s++) {
            M[s][n] = g[s];
            for (int to = 0; to < n; to++) {
                M[s][to] = s == to ? 1 : 0;
                for (int u = 0; u < c.w().actions(); u++) {
                    M[s][to] -= c.gamma() * policy[s][u] * c.w().B()[u][s][to];
                }
            }
        }
        for (int k = 0; k < n; k++) { // rows are dominated by their diagonal: no pivots are needed
            for (int i = 0; i < n; i++) {
                double f = i == k ? 0 : M[i][k] / M[k][k];
                for (int j = k; f != 0 && j <= n; j++) {
                    M[i][j] -= f * M[k][j];
                }
            }
        }
        return IntStream.range(0, n).mapToDouble(i -> M[i][n] / M[i][i]).toArray();
    }

    private static double[] expected(Case c, double[][] policy) {
        return IntStream.range(0, policy.length).mapToDouble(s -> World.dot(policy[s], c.g()[s])).toArray();
    }

    private static double distance(Tensor a, Tensor b) {
        return IntStream.range(0, a.shape().size()).mapToDouble(i -> Math.abs(a.at(i) - b.at(i))).max().orElseThrow();
    }

    /** Values are as large as 3 / (1 − γ) = 150; rounding is a few hundred ulps of that. */
    private static final double CLOSE = 1e-10;

    @Property(tries = 200)
    void aPolicyIsWorthWhatItsLinearSystemSays(@ForAll("worlds") World w, @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.98) double gamma) {
        Case c = Case.of(w, seed, gamma);
        Tensor policy = tensor(c.policy());
        Tensor value = c.bellman().value(policy);
        assertArrayEquals(solved(c, c.policy(), expected(c, c.policy())), numbers(value), CLOSE);
        assertTrue(distance(value, c.bellman().backup(policy, value)) < CLOSE);
        double[] soft = new double[w.states()]; // each nat of entropy is worth half a nat
        Arrays.setAll(soft, s -> expected(c, c.policy())[s] - World.entropy(c.policy()[s]) / 2);
        assertArrayEquals(solved(c, c.policy(), soft), numbers(c.bellman().value(policy, 2)), CLOSE);
    }

    /** Σ over every course of states and actions of its probability times its discounted cost. */
    private static double enumerated(Case c, int s, int horizon) {
        double sum = 0;
        for (int u = 0; horizon > 0 && u < c.w().actions(); u++) {
            double later = 0;
            for (int to = 0; to < c.w().states(); to++) {
                double p = c.w().B()[u][s][to];
                later += p == 0 ? 0 : p * enumerated(c, to, horizon - 1);
            }
            sum += c.policy()[s][u] * (c.g()[s][u] + c.gamma() * later);
        }
        return sum;
    }

    @Property(tries = 60)
    void aHorizonIsTheSumOverItsCourses(@ForAll("worlds") World w, @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.98) double gamma, @ForAll @IntRange(min = 0, max = 3) int horizon) {
        Case c = Case.of(w, seed, gamma);
        Tensor policy = tensor(c.policy());
        double[] sums = IntStream.range(0, w.states()).mapToDouble(s -> enumerated(c, s, horizon)).toArray();
        Tensor unrolled = c.bellman().unrolled(policy, horizon);
        assertArrayEquals(sums, numbers(unrolled), CLOSE);
        double rest = Math.pow(gamma, horizon) * 3 / (1 - gamma); // what comes later is at most that
        assertTrue(distance(unrolled, c.bellman().value(policy)) <= rest + CLOSE);
    }

    /** ‖T V − T W‖ ≤ γ ‖V − W‖ in the largest difference, and shifts shrink by exactly γ. */
    @Property(tries = 200)
    void everyStepContracts(@ForAll("worlds") World w, @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.98) double gamma,
            @ForAll @DoubleRange(min = 0.1, max = 20) double zeta) {
        Case c = Case.of(w, seed, gamma);
        SplittableRandom r = new SplittableRandom(~seed);
        Tensor V = tensor(r.doubles(w.states(), -9, 9).toArray());
        Tensor W = tensor(r.doubles(w.states(), -9, 9).toArray());
        Bellman b = c.bellman();
        double bound = gamma * distance(V, W) + 1e-12;
        assertTrue(distance(b.backup(tensor(c.policy()), V), b.backup(tensor(c.policy()), W)) <= bound);
        for (double z : new double[] {zeta, HARD}) {
            assertTrue(distance(b.backup(z, V), b.backup(z, W)) <= bound);
            assertEquals(gamma, distance(b.backup(z, V.plus(1)), b.backup(z, V)), 1e-12);
        }
    }

    /** V = −(1/ζ) log Σ e^(−ζG) written out, min G for ∞; it lies below the least by log U / ζ at most. */
    @Property(tries = 100)
    void aBackupIsWhatItsFormulaSays(@ForAll("worlds") World w, @ForAll long seed,
            @ForAll @DoubleRange(min = 0.1, max = 20) double zeta) {
        Case c = Case.of(w, seed, 0.9);
        double[] V = new SplittableRandom(~seed).doubles(w.states(), -9, 9).toArray();
        Tensor soft = c.bellman().backup(zeta, tensor(V));
        Tensor hard = c.bellman().backup(HARD, tensor(V));
        for (int s = 0; s < w.states(); s++) {
            int state = s;
            double[] G = IntStream.range(0, w.actions()).mapToDouble(u -> c.G(state, u, V)).toArray();
            double least = Arrays.stream(G).min().orElseThrow();
            assertEquals(least, hard.at(s), 1e-12);
            double sum = Arrays.stream(G).map(x -> Math.exp(-zeta * (x - least))).sum();
            assertEquals(least - Math.log(sum) / zeta, soft.at(s), 1e-11);
        }
    }

    /** From any policy, the better one by its values is nowhere worse: with entropy for the soft one, without for the hard one. */
    @Property(tries = 200)
    void improvementIsMonotone(@ForAll("worlds") World w, @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.98) double gamma,
            @ForAll @DoubleRange(min = 0.1, max = 20) double zeta) {
        Case c = Case.of(w, seed, gamma);
        Bellman b = c.bellman();
        for (double z : new double[] {zeta, HARD}) {
            Tensor policy = tensor(c.policy());
            for (int round = 0; round < 4; round++) {
                Tensor before = b.value(policy, z);
                policy = b.policy(z, before);
                Tensor after = b.value(policy, z);
                for (int s = 0; s < w.states(); s++) {
                    assertTrue(after.at(s) <= before.at(s) + CLOSE, after.at(s) + " above " + before.at(s));
                }
            }
        }
    }

    /** The optimum is the fixed point that many backups come to, π = σ(−ζG*), and no policy costs less anywhere. */
    @Property(tries = 100)
    void theOptimumIsTheFixedPoint(@ForAll("worlds") World w, @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.9) double gamma, @ForAll @DoubleRange(min = 0.1, max = 20) double zeta) {
        Case c = Case.of(w, seed, gamma);
        Bellman b = c.bellman();
        for (double z : new double[] {zeta, HARD}) {
            Bellman.Optimum best = b.optimum(z);
            Tensor V = Tensor.zeros(Shape.of(w.states()), Precision.FLOAT64);
            for (int i = 0; i < 300; i++) { // 0.9³⁰⁰ = 2e-14
                V = b.backup(z, V);
            }
            assertArrayEquals(numbers(V), numbers(best.value()), CLOSE);
            assertTrue(distance(best.G(), b.ahead(V)) < CLOSE);
            Tensor other = b.value(tensor(c.policy()), z);
            for (int s = 0; s < w.states(); s++) {
                assertTrue(best.value().at(s) <= other.at(s) + CLOSE);
                double sum = 0;
                for (int u = 0; z < HARD && u < w.actions(); u++) {
                    sum += Math.exp(-z * (best.G().at(s * w.actions() + u) - V.at(s)));
                }
                for (int u = 0; z < HARD && u < w.actions(); u++) {
                    double p = Math.exp(-z * (best.G().at(s * w.actions() + u) - V.at(s))) / sum;
                    assertEquals(p, best.policy().at(s * w.actions() + u), 1e-9);
                }
            }
        }
    }

    /** The best of all deterministic policies, by trying each: S ≤ 3 and U ≤ 3 make 27 at most. */
    @Property(tries = 60, maxDiscardRatio = 20)
    void noDeterministicPolicyIsBetter(@ForAll("worlds") World w, @ForAll long seed) {
        Assume.that(w.states() <= 3 && w.actions() <= 3);
        Case c = Case.of(w, seed, 0.9);
        double[] least = new double[w.states()];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        for (int i = 0; i < Math.pow(w.actions(), w.states()); i++) {
            double[][] policy = new double[w.states()][w.actions()];
            for (int s = 0, rest = i; s < w.states(); s++, rest /= w.actions()) {
                policy[s][rest % w.actions()] = 1;
            }
            double[] V = solved(c, policy, expected(c, policy));
            Arrays.setAll(least, s -> Math.min(least[s], V[s]));
        }
        assertArrayEquals(least, numbers(c.bellman().optimum(HARD).value()), CLOSE);
    }

    /** The objective of planners is the cost: one step ahead is what they call G of one step. */
    @Property(tries = 60)
    void objectivesAreCosts(@ForAll("worlds") World w) {
        Pomdp model = w.pomdp();
        Objective<Tensor> risk = qs -> ExpectedFreeEnergy.risk(qs, model.A(), tensor(w.C()));
        Objective<Tensor> G = risk.plus(qs -> ExpectedFreeEnergy.ambiguity(qs, model.A()));
        Bellman bellman = Bellman.of(model.B(), G, 0);
        for (int s = 0; s < w.states(); s++) {
            Tensor here = Tensor.oneHot(w.states(), Precision.FLOAT64, s).reshape(w.states());
            Plan plan = new Enumerate(w.actions(), 1).plan(model, G, here);
            for (int u = 0; u < w.actions(); u++) {
                assertEquals(plan.G().at(u), bellman.cost().at(s * w.actions() + u), 1e-12);
            }
        }
    }

    @Property(tries = 20)
    void gradientsAreLimitsOfDifferences(@ForAll("worlds") World w, @ForAll long seed) {
        Case c = Case.of(w, seed, 0.8);
        Tensor policy = tensor(new SplittableRandom(seed).doubles((long) w.states() * w.actions(), -1, 1).toArray())
                .reshape(w.states(), w.actions());
        GradCheck.standard().function(
                x -> new Bellman(x[0].softmax(), x[1], 0.8).value(x[2].softmax(), 3), tensor(w.B()), tensor(c.g()), policy);
        GradCheck.standard().function(x -> new Bellman(x[0].softmax(), x[1], 0.8).optimum(3).value(), tensor(w.B()), tensor(c.g()));
    }

    /** With exact values every λ says the same in the mean, the value itself: over all courses of three steps. */
    @Property(tries = 60, maxDiscardRatio = 20)
    void lambdaReturnsAreUnbiased(@ForAll("worlds") World w, @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double lambda) {
        Assume.that(w.states() <= 3 && w.actions() <= 3);
        Case c = Case.of(w, seed, 0.9);
        double[] V = numbers(c.bellman().value(tensor(c.policy())));
        int steps = 3;
        for (int s = 0; s < w.states(); s++) {
            double mean = 0;
            int courses = (int) Math.pow(w.actions() * w.states(), steps);
            for (int i = 0; i < courses; i++) {
                double p = 1;
                double[] costs = new double[steps];
                double[] values = new double[steps];
                for (int t = 0, rest = i, at = s; t < steps; t++) {
                    int u = rest % w.actions();
                    int to = rest / w.actions() % w.states();
                    rest /= w.actions() * w.states();
                    p *= c.policy()[at][u] * w.B()[u][at][to];
                    costs[t] = c.g()[at][u];
                    values[t] = V[to];
                    at = to;
                }
                if (p > 0) {
                    mean += p * Bellman.returns(tensor(costs), tensor(values), 0.9, lambda).at(0);
                }
            }
            assertEquals(V[s], mean, 1e-9);
        }
    }

    @Property
    void lambdaReturnsGoFromOneStepToAll(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int steps) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] g = r.doubles(steps, -3, 3).toArray();
        double[] V = r.doubles(steps, -3, 3).toArray();
        Tensor one = Bellman.returns(tensor(g), tensor(V), 0.7, 0);
        Tensor all = Bellman.returns(tensor(g), tensor(V), 0.7, 1);
        for (int t = 0; t < steps; t++) {
            assertEquals(g[t] + 0.7 * V[t], one.at(t), 1e-12);
            double sum = Math.pow(0.7, steps - t) * V[steps - 1];
            for (int k = t; k < steps; k++) {
                sum += Math.pow(0.7, k - t) * g[k];
            }
            assertEquals(sum, all.at(t), 1e-12);
        }
        Tensor batch = Bellman.returns(tensor(new double[][] {g, V}), tensor(new double[][] {V, g}), 0.7, 0.4);
        assertEquals(Shape.of(2, steps), batch.shape());
        assertEquals(Bellman.returns(tensor(V), tensor(g), 0.7, 0.4).at(steps - 1), batch.at(2 * steps - 1));
    }

    private static void rejected(String words, Runnable made) {
        assertTrue(assertThrows(IllegalArgumentException.class, made::run).getMessage().contains(words));
    }

    @Example
    void wrongNumbersAreNamed() {
        Tensor P = Tensor.full(Shape.of(2, 3, 3), 1 / 3.0, Precision.FLOAT64);
        rejected("they are [U, S, S] and [S, U]", () -> Bellman.of(P, tensor(1, 2), 0.9));
        rejected("γ is 1.0", () -> Bellman.of(P, Tensor.zeros(Shape.of(3, 2), Precision.FLOAT64), 1));
        rejected("by action 0 from state 0 sum to 2.0", () -> Bellman.of(P.times(2), Tensor.zeros(Shape.of(3, 2), Precision.FLOAT64), 0.9));
        rejected("by action 0 from state 0 sum to NaN",
                () -> Bellman.of(P.times(Double.NaN), Tensor.zeros(Shape.of(3, 2), Precision.FLOAT64), 0.9));
        Tensor endless = tensor(new double[][] {{0, 0}, {0, Double.POSITIVE_INFINITY}, {0, 0}});
        rejected("action 1 in state 1 costs Infinity", () -> Bellman.of(P, endless, 0.9));
        rejected("gave [] for 6 beliefs", () -> Bellman.of(P, (Tensor qs) -> qs.sum(), 0.9));
        Bellman bellman = Bellman.of(P, Tensor.zeros(Shape.of(3, 2), Precision.FLOAT64), 0.9);
        rejected("ζ is 0.0", () -> bellman.optimum(0));
        rejected("λ = 2.0", () -> Bellman.returns(tensor(1, 2), tensor(1, 2), 0.9, 2));
    }

    /** In float32 too, to its rounding of values up to 60. */
    @Property(tries = 20)
    void singlePrecisionAgrees(@ForAll("worlds") World w, @ForAll long seed) {
        Case c = Case.of(w, seed, 0.95);
        Bellman.Optimum exact = c.bellman().optimum(2);
        Tensor P = tensor(w.B()).to(Precision.FLOAT32);
        Bellman.Optimum single = Bellman.of(P, tensor(c.g()).to(Precision.FLOAT32), 0.95).optimum(2);
        assertEquals(Precision.FLOAT32, single.value().precision());
        assertArrayEquals(numbers(exact.value()), numbers(single.value()), 1e-3);
    }
}
