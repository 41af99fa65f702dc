package surprisal.models.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.column;
import static surprisal.models.World.dot;
import static surprisal.models.World.numbers;
import static surprisal.models.World.tensor;
import static surprisal.models.World.xlogy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.ExpectedFreeEnergy;
import surprisal.models.World;
import surprisal.models.pomdp.Pomdp;

class PlanLawsTest {

    private static final double EXACT = 1e-12;

    @Provide
    Arbitrary<World> worlds() { return World.worlds(); }

    private static Objective<Tensor> objective(Tensor A, Tensor C) {
        Objective<Tensor> risk = qs -> ExpectedFreeEnergy.risk(qs, A, C);
        return risk.plus(qs -> ExpectedFreeEnergy.ambiguity(qs, A));
    }

    private static Plan plan(World w, int horizon) {
        return new Enumerate(w.actions(), horizon)
                .plan(w.pomdp(), objective(tensor(w.likelihood()), tensor(w.C())), tensor(w.qs()));
    }

    /** Σ_τ D_KL[q(o) ‖ p(o|C)] + E[H[p(o|s)]], every number summed here. */
    private static double bruteForce(World w, int[] policy) {
        double G = 0;
        double[] qs = w.qs();
        for (int u : policy) {
            double[] before = qs;
            qs = IntStream.range(0, w.states()).mapToDouble(s -> dot(before, column(w.B()[u], s))).toArray();
            for (int o = 0; o < w.outcomes(); o++) {
                double q = dot(qs, column(w.likelihood(), o));
                G += xlogy(q, q) - xlogy(q, w.C()[o]);
            }
            for (int s = 0; s < w.states(); s++) {
                G += qs[s] * World.entropy(w.likelihood()[s]);
            }
        }
        return G;
    }

    @Property(tries = 100)
    void everyPolicyIsScoredAsByBruteForce(@ForAll("worlds") World w, @ForAll @IntRange(min = 1, max = 3) int horizon) {
        Plan plan = plan(w, horizon);
        assertEquals((int) Math.pow(w.actions(), horizon), plan.policies().length);
        int best = 0;
        for (int i = 0; i < plan.policies().length; i++) {
            int[] policy = plan.policies()[i];
            int digits = 0; // policies are in the order of their digits
            for (int u : policy) {
                digits = digits * w.actions() + u;
            }
            assertEquals(i, digits);
            double G = bruteForce(w, policy);
            assertEquals(G, plan.G().at(i), EXACT * (1 + G));
            best = plan.G().at(i) < plan.G().at(best) ? i : best;
        }
        assertArrayEquals(plan.policies()[best], plan.best());
    }

    /** Sharing beginnings changes no bit: each policy alone, step by step, gives the same G. */
    @Property(tries = 60)
    void sharedBeginningsChangeNothing(@ForAll("worlds") World w, @ForAll @IntRange(min = 1, max = 3) int horizon) {
        Pomdp model = w.pomdp();
        Objective<Tensor> G = objective(model.A(), tensor(w.C()));
        Plan plan = plan(w, horizon);
        for (int i = 0; i < plan.policies().length; i++) {
            Tensor qs = tensor(w.qs());
            double sum = 0;
            for (int u : plan.policies()[i]) {
                qs = model.predict(qs, model.action(u));
                sum += G.g(qs).item();
            }
            assertEquals(sum, plan.G().at(i));
        }
    }

    @Property
    void horizonOneIsTheObjective(@ForAll("worlds") World w) {
        Pomdp model = w.pomdp();
        Plan plan = plan(w, 1);
        for (int u = 0; u < w.actions(); u++) {
            assertArrayEquals(new int[] {u}, plan.policies()[u]);
            Tensor next = model.predict(tensor(w.qs()), model.action(u));
            assertEquals(objective(model.A(), tensor(w.C())).g(next).item(), plan.G().at(u));
        }
    }

    @Property(tries = 60)
    void relabellingRelabels(@ForAll("worlds") World w, @ForAll long seed) {
        Rng rng = new Rng(seed);
        int[] s = rng.permutation(w.states());
        int[] o = rng.permutation(w.outcomes());
        int[] u = rng.permutation(w.actions());
        Pomdp m = w.pomdp();
        Tensor A = m.A().gather(0, s).gather(1, o);
        Pomdp other = Pomdp.of(A, m.B().gather(0, u).gather(1, s).gather(2, s), m.D().gather(0, s));
        Plan plan = plan(w, 2);
        Plan relabelled = new Enumerate(u.length, 2)
                .plan(other, objective(A, tensor(w.C()).gather(0, o)), tensor(w.qs()).gather(0, s));
        for (int i = 0; i < u.length; i++) {
            for (int k = 0; k < u.length; k++) {
                double G = plan.G().at(u[i] * u.length + u[k]);
                assertEquals(G, relabelled.G().at(i * u.length + k), EXACT * (1 + G));
            }
        }
    }

    @Property
    void objectivesAddUpAndScale(@ForAll("worlds") World w, @ForAll @DoubleRange(min = 0, max = 5) double weight) {
        Tensor A = tensor(w.likelihood());
        Tensor qs = tensor(w.qs()).reshape(1, w.states());
        Objective<Tensor> ambiguity = x -> ExpectedFreeEnergy.ambiguity(x, A);
        double one = ambiguity.g(qs).item();
        assertEquals(one * weight, ambiguity.times(weight).g(qs).item(), 1e-15);
        assertEquals(one + one * weight, ambiguity.plus(ambiguity.times(weight)).g(qs).item(), EXACT);
    }

    // ---- q(π) = σ(ln E − γ G)

    private static Plan of(double... G) {
        int[][] policies = new int[G.length][];
        Arrays.setAll(policies, i -> new int[] {i});
        return new Plan(policies, tensor(G));
    }

    private static double[] random(long seed, int n) { return new SplittableRandom(seed).doubles(n, -3, 3).toArray(); }

    /** γ E_q[G] − E_q[ln E] − H[q]. */
    private static double objective(double[] q, double[] G, double[] E, double gamma) {
        double sum = 0;
        for (int i = 0; i < q.length; i++) {
            sum += gamma * q[i] * G[i] - xlogy(q[i], E[i]) + xlogy(q[i], q[i]);
        }
        return sum;
    }

    @Property
    void posteriorMinimisesExpectedGLessEntropy(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n,
            @ForAll @DoubleRange(min = 0, max = 20) double gamma) {
        SplittableRandom r = new SplittableRandom(seed);
        double[] G = random(seed, n);
        double[] E = World.row(r, n, false);
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        double[][] habits = {ones, E};
        double[][] posteriors = {numbers(of(G).posterior(gamma)), numbers(of(G).posterior(gamma, tensor(E)))};
        for (int k = 0; k < 2; k++) {
            double[] habit = habits[k];
            double[] q = posteriors[k];
            double least = -Math.log(IntStream.range(0, n).mapToDouble(i -> habit[i] * Math.exp(-gamma * G[i])).sum());
            assertEquals(1, Arrays.stream(q).sum(), EXACT);
            assertEquals(least, objective(q, G, habit, gamma), 1e-11 * (1 + Math.abs(least)));
            for (int i = 0; i < 5; i++) {
                assertTrue(objective(World.row(r, n, true), G, habit, gamma) >= least - 1e-11);
            }
        }
    }

    @Property
    void onlyDifferencesOfGMatter(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n,
            @ForAll @DoubleRange(min = 0, max = 20) double gamma, @ForAll @DoubleRange(min = -1000, max = 1000) double c) {
        double[] G = random(seed, n);
        Tensor q = of(G).posterior(gamma);
        Tensor shifted = of(Arrays.stream(G).map(g -> g + c).toArray()).posterior(gamma);
        for (int i = 0; i < n; i++) {
            assertEquals(q.at(i), shifted.at(i), 1e-11);
        }
    }

    /** γ = 0 is chance, γ → ∞ chance among the best; in between E_q[G] falls, with slope −Var_q(G). */
    @Property
    void precisionGoesFromChanceToTheBest(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
        double[] G = Arrays.stream(random(seed, n)).map(Math::rint).toArray(); // with ties
        double least = Arrays.stream(G).min().orElseThrow();
        long ties = Arrays.stream(G).filter(g -> g == least).count();
        for (int i = 0; i < n; i++) {
            assertEquals(1.0 / n, of(G).posterior(0).at(i), 1e-15);
            assertEquals(G[i] == least ? 1.0 / ties : 0, of(G).posterior(1e6).at(i), 1e-15);
        }
        int first = IntStream.range(0, n).filter(i -> G[i] == least).findFirst().orElseThrow();
        assertArrayEquals(new int[] {first}, of(G).best());
        double before = Double.POSITIVE_INFINITY;
        for (double gamma = 0; gamma < 5; gamma += 0.25) {
            double[] q = numbers(of(G).posterior(gamma));
            double mean = dot(q, G);
            assertTrue(mean <= before + EXACT);
            before = mean;
            double variance = IntStream.range(0, n).mapToDouble(i -> q[i] * (G[i] - mean) * (G[i] - mean)).sum();
            double h = 1e-4;
            double above = dot(numbers(of(G).posterior(gamma + h)), G);
            double slope = gamma == 0 ? (above - mean) / h
                    : (above - dot(numbers(of(G).posterior(gamma - h)), G)) / (2 * h);
            assertEquals(-variance, slope, gamma == 0 ? 1e-2 : 1e-6); // one-sided at 0
        }
    }

    @Property(tries = 40)
    void gradientsAreLimitsOfDifferences(@ForAll("worlds") World w, @ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor a = Tensor.of(rng.normal(Shape.of(w.states(), w.outcomes()), Precision.FLOAT64));
        Tensor q = Tensor.of(rng.normal(Shape.of(w.states()), Precision.FLOAT64));
        GradCheck.standard().function(x -> {
            Tensor A = x[0].softmax();
            return new Enumerate(w.actions(), 2)
                    .plan(new Pomdp(A, w.pomdp().B(), w.pomdp().D()), objective(A, tensor(w.C())), x[1].softmax())
                    .posterior(2);
        }, a, q);
    }
}
