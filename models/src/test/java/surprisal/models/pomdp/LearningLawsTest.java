package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.agent.Agent;
import surprisal.models.agent.Policies;

/** Dirichlet counts: how they grow, fade, and what they are worth. */
class LearningLawsTest {

    private static double[] row(SplittableRandom random, int n, boolean zeros) {
        double[] p = new double[n];
        Arrays.setAll(p, i -> zeros && i > 0 && random.nextInt(3) == 0 ? 0 : 0.05 + random.nextDouble());
        double sum = Arrays.stream(p).sum();
        return Arrays.stream(p).map(x -> x / sum).toArray();
    }

    private static double[] rows(SplittableRandom random, int rows, int n, boolean zeros) {
        return IntStream.range(0, rows).mapToObj(i -> row(random, n, zeros)).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[] counts(SplittableRandom random, double[] like) {
        return Arrays.stream(like).map(p -> p == 0 ? 0 : 0.2 + 4 * random.nextDouble()).toArray();
    }

    /** One factor of n states, one modality of o outcomes, two actions. */
    private static FactoredPomdp model(SplittableRandom random, int n, int o, boolean zeros) {
        return FactoredPomdp.of(Structure.of(new int[] {n}, new int[] {o}, new int[] {2}),
                List.of(Tensor.of(Shape.of(n, o), rows(random, n, o, zeros))),
                List.of(Tensor.of(Shape.of(2, n, n), rows(random, 2 * n, n, zeros))),
                List.of(Tensor.of(new double[o])), List.of(Tensor.of(row(random, n, false))));
    }

    @Property(tries = 200)
    void countsGrowAndZerosStay(@ForAll long seed, @ForAll @DoubleRange(max = 3) double rate) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] p = rows(random, 6, 4, true); // parents of 2 and 3 states
        Table mean = Table.ofA(Structure.of(new int[] {2, 3}, new int[] {4}, new int[] {1, 1}), 0, Tensor.of(Shape.of(2, 3, 4), p));
        double[] before = counts(random, p);
        Counts counts = new Counts(mean, before.clone(), Counts.Zeros.KEPT);
        double[][] q = {row(random, 2, true), row(random, 3, true)};
        double[] event = row(random, 4, false);
        counts.add(0, q, event, rate);
        for (int i = 0; i < p.length; i++) {
            double more = before[i] == 0 ? 0 : rate * q[0][i / 12] * q[1][i / 4 % 3] * event[i % 4];
            assertEquals(before[i] + more, counts.copy()[i], 1e-14 * (1 + before[i]));
            assertTrue(p[i] != 0 || mean.values()[i] == 0, "what can't happen is not learned");
        }
        for (int row = 0; row < 24; row += 4) {
            assertEquals(1, mean.values()[row] + mean.values()[row + 1] + mean.values()[row + 2] + mean.values()[row + 3], 1e-14);
        }
    }

    @Property(tries = 20)
    void theMeanGoesToTheTruth(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] truth = row(random, 4, false);
        double[] mean = row(random, 4, false);
        Counts counts = new Counts(Table.row(mean), new double[] {1, 1, 1, 1}, Counts.Zeros.KEPT);
        int n = 4000;
        for (int i = 0; i < n; i++) {
            double u = random.nextDouble();
            double[] event = new double[4];
            event[u < truth[0] ? 0 : u < truth[0] + truth[1] ? 1 : u < truth[0] + truth[1] + truth[2] ? 2 : 3] = 1;
            counts.add(0, new double[0][], event, 1);
        }
        for (int k = 0; k < 4; k++) {
            assertEquals(truth[k], mean[k], 6 * Math.sqrt(truth[k] * (1 - truth[k]) / n) + 4.0 / n);
        }
    }

    /** Σ_k p_k w_k = E_k D_KL[Dir(a + e_k) ‖ Dir(a)]. */
    @Property(tries = 200)
    void theGainIsTheInformation(@ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int n) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] a = counts(random, row(random, n, false));
        assertEquals(gain(a), expectedKl(a), 1e-11);
    }

    @Example
    void theGainOfThreeCounts() {
        assertEquals(0.1597455368, gain(new double[] {1.5, 0.7, 3}), 1e-10);
    }

    private static double gain(double[] a) {
        double sum = Arrays.stream(a).sum();
        Counts counts = new Counts(Table.row(new double[a.length]), a.clone(), Counts.Zeros.KEPT);
        return IntStream.range(0, a.length).mapToDouble(k -> a[k] / sum * counts.gain().values()[k]).sum();
    }

    private static double expectedKl(double[] a) {
        double sum = Arrays.stream(a).sum();
        double kl = 0;
        for (int k = 0; k < a.length; k++) {
            double[] more = a.clone();
            more[k]++;
            kl += a[k] / sum * new Counts(Table.row(new double[a.length]), more, Counts.Zeros.KEPT).kl(a);
        }
        return kl;
    }

    /** D_KL of beta distributions, by the midpoint rule. */
    @Property(tries = 30)
    void klIsTheIntegral(@ForAll @DoubleRange(min = 1.5, max = 6) double a, @ForAll @DoubleRange(min = 1.5, max = 6) double b,
            @ForAll @DoubleRange(min = 1.5, max = 6) double c, @ForAll @DoubleRange(min = 1.5, max = 6) double d) {
        int n = 20_000;
        double p = 0;
        double q = 0;
        double cross = 0;
        for (int i = 0; i < n; i++) {
            double x = (i + 0.5) / n;
            double logP = (a - 1) * StrictMath.log(x) + (b - 1) * StrictMath.log(1 - x);
            double logQ = (c - 1) * StrictMath.log(x) + (d - 1) * StrictMath.log(1 - x);
            p += StrictMath.exp(logP) / n;
            q += StrictMath.exp(logQ) / n;
            cross += StrictMath.exp(logP) * (logP - logQ) / n;
        }
        double kl = new Counts(Table.row(new double[2]), new double[] {a, b}, Counts.Zeros.KEPT).kl(new double[] {c, d});
        assertEquals(cross / p - StrictMath.log(p) + StrictMath.log(q), kl, 1e-5);
        assertTrue(kl >= 0);
    }

    @Property(tries = 100)
    void withoutEventsCountsComeBack(@ForAll long seed, @ForAll @DoubleRange(min = 0.05, max = 1) double forgetting) {
        SplittableRandom random = new SplittableRandom(seed);
        FactoredPomdp model = model(random, 3, 2, true);
        Tensor pA = Tensor.of(Shape.of(3, 2), counts(random, numbers(model.A().getFirst())));
        Learning learning = new Learning(new Tables(model), new Learning.Priors(List.of(pA), List.of(), List.of(), List.of()),
                new Learning.Rule(1, forgetting, Counts.Zeros.KEPT, Counts.Gain.EXACT));
        learning.outcome(new double[][] {{0.2, 0.3, 0.5}}, new double[][] {{0.5, 0.5}});
        double[] grown = learning.A().getFirst().copy();
        for (int i = 1; i <= 5; i++) {
            learning.forget();
            for (int k = 0; k < 6; k++) {
                double prior = pA.at(k);
                assertEquals(prior + StrictMath.pow(1 - forgetting, i) * (grown[k] - prior), learning.A().getFirst().copy()[k], 1e-12);
            }
        }
    }

    private static double[] numbers(Tensor x) {
        return IntStream.range(0, x.shape().size()).mapToDouble(x::at).toArray();
    }

    /** Counts from a whole episode are the expected events given all that was seen, by enumerating every path of states. */
    @Property(tries = 100)
    void episodesCountExpectedEvents(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int steps) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = 3;
        FactoredPomdp model = model(random, n, 4, false);
        Tables tables = new Tables(model);
        int[] seen = IntStream.range(0, steps).map(t -> random.nextInt(4)).toArray();
        int[] actions = IntStream.range(0, steps).map(t -> random.nextInt(2)).toArray();
        double[] A = tables.A(0).values().clone();
        double[] B = tables.B(0).values().clone();
        double[] D = tables.D()[0].clone();
        Learning learning = new Learning(tables, new Learning.Priors(List.of(Tensor.of(Shape.of(n, 4), ones(n * 4))),
                List.of(Tensor.of(Shape.of(2, n, n), ones(2 * n * n))), List.of(), List.of(Tensor.of(ones(n)))), Learning.Rule.STANDARD);
        learning.episode(hot(seen, 4), actions, smoothed(new Tables(model), seen, actions));
        double[] a = ones(n * 4);
        double[] b = ones(2 * n * n);
        double[] d = ones(n);
        double evidence = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int path = 0; path < Math.round(StrictMath.pow(n, steps)); path++) {
                int[] s = new int[steps];
                for (int t = 0, rest = path; t < steps; t++, rest /= n) {
                    s[t] = rest % n;
                }
                double p = D[s[0]];
                for (int t = 0; t < steps; t++) {
                    p *= A[s[t] * 4 + seen[t]] * (t == 0 ? 1 : B[(actions[t - 1] * n + s[t - 1]) * n + s[t]]);
                }
                if (pass == 0) {
                    evidence += p;
                    continue;
                }
                d[s[0]] += p / evidence;
                for (int t = 0; t < steps; t++) {
                    a[s[t] * 4 + seen[t]] += p / evidence;
                    if (t > 0) {
                        b[(actions[t - 1] * n + s[t - 1]) * n + s[t]] += p / evidence;
                    }
                }
            }
        }
        assertArrayEquals(a, learning.A().getFirst().copy(), 1e-10);
        assertArrayEquals(b, learning.B().getFirst().copy(), 1e-10);
        assertArrayEquals(d, learning.D().getFirst().copy(), 1e-10);
    }

    private static double[] ones(int n) {
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static double[][][] hot(int[] seen, int n) {
        double[][][] hot = new double[seen.length][1][n];
        for (int t = 0; t < seen.length; t++) {
            hot[t][0][seen[t]] = 1;
        }
        return hot;
    }

    private static Smoothing.Smoothed smoothed(Tables tables, int[] seen, int[] actions) {
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        MeanField field = new MeanField(evidence, tables.states());
        double[][][] filtered = new double[seen.length][][];
        double[][] prior = Arrays.stream(tables.D()).map(double[]::clone).toArray(double[][]::new);
        for (int t = 0; t < seen.length; t++) {
            if (t > 0) {
                tables.predict(filtered[t - 1], actions[t - 1], prior);
            }
            evidence.observe(new int[] {seen[t]});
            field.coordinate(prior, 1e-12, 256);
            filtered[t] = Arrays.stream(field.qs()).map(double[]::clone).toArray(double[][]::new);
        }
        return Smoothing.smooth(tables, filtered, actions);
    }

    /** Where the states are seen, the past is known at once: whole episodes teach what steps do. */
    @Property(tries = 50)
    void offlineIsOnlineWhereStatesAreSeen(@ForAll long seed, @ForAll @DoubleRange(max = 1) double forgetting) {
        Learning.Rule rule = new Learning.Rule(1, forgetting, Counts.Zeros.KEPT, Counts.Gain.EXACT);
        SplittableRandom random = new SplittableRandom(seed);
        FactoredPomdp seeing = model(random, 3, 3, false);
        FactoredPomdp model = new FactoredPomdp(seeing.structure(), List.of(Tensor.of(Shape.of(3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1)),
                seeing.B(), seeing.C(), seeing.D());
        Tensor pB = Tensor.of(Shape.of(2, 3, 3), ones(18));
        Tensor pD = Tensor.of(ones(3));
        Agent online = Agent.of(model).countsB(List.of(pB)).countsD(List.of(pD)).learning(rule).build();
        Agent offline = Agent.of(model).countsB(List.of(pB)).countsD(List.of(pD)).learning(rule).build();
        int[] seen = IntStream.range(0, 6).map(t -> random.nextInt(3)).toArray();
        int[] actions = IntStream.range(0, 6).map(t -> random.nextInt(2)).toArray();
        for (int t = 0; t < 6; t++) {
            online.observe(seen[t]);
            online.acted(actions[t]); // even where the next action is chosen before
            online.learn();
        }
        offline.learn(hot(seen, 3), actions, smoothed(new Tables(model), seen, actions));
        assertArrayEquals(online.countsB().getFirst().copy(), offline.countsB().getFirst().copy(), 1e-9);
        assertArrayEquals(online.learning().D().getFirst().copy(), offline.learning().D().getFirst().copy(), 1e-9);
    }

    /** A table that is mostly zeros is summed over the others alone: not any more when counts fill them. */
    @Property(tries = 50)
    void whatWasImpossibleIsExpectedOnceItIsLearned(@ForAll long seed, @ForAll Counts.Zeros zeros) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = 5;
        double[] identity = new double[n * n];
        for (int s = 0; s < n; s++) {
            identity[s * n + s] = 1;
        }
        Table B = Table.ofB(Structure.of(new int[] {n}, new int[] {1}, new int[] {1}), 0, Tensor.of(Shape.of(1, n, n), identity));
        Table beside = B.twin();
        Counts counts = new Counts(B, ones(n * n), zeros);
        double[][] q = {row(random, n, false)};
        counts.add(0, q, row(random, n, false), 1);
        double[] expected = new double[n];
        for (int i = 0; i < n * n; i++) {
            expected[i % n] += q[0][i / n] * counts.copy()[i] / Arrays.stream(counts.copy(), i / n * n, i / n * n + n).sum();
        }
        for (Table table : List.of(B, beside)) {
            double[] next = new double[n];
            table.expect(0, q, next);
            assertArrayEquals(expected, next, 1e-14);
        }
    }

    @Property(tries = 50)
    void relabellingRelabels(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] a = counts(random, row(random, 4, false));
        double[] event = row(random, 4, false);
        int[] order = {2, 0, 3, 1};
        Counts one = new Counts(Table.row(new double[4]), a.clone(), Counts.Zeros.KEPT);
        Counts two = new Counts(Table.row(new double[4]), IntStream.of(order).mapToDouble(k -> a[k]).toArray(), Counts.Zeros.KEPT);
        one.add(0, new double[0][], event, 0.7);
        two.add(0, new double[0][], IntStream.of(order).mapToDouble(k -> event[k]).toArray(), 0.7);
        for (int k = 0; k < 4; k++) {
            assertEquals(one.copy()[order[k]], two.copy()[k]);
            assertEquals(one.gain().values()[order[k]], two.gain().values()[k], 1e-13);
        }
    }

    @Example
    void whatIsFamiliarIsPreferredAndWhatIsDoneBecomesAHabit() {
        FactoredPomdp model = FactoredPomdp.of(Structure.of(new int[] {2}, new int[] {2}, new int[] {2}),
                List.of(Tensor.of(Shape.of(2, 2), 1, 0, 0, 1)), List.of(Tensor.of(Shape.of(2, 2, 2), 1, 0, 1, 0, 0, 1, 0, 1)),
                List.of(Tensor.of(0.0, 0.0)), List.of(Tensor.of(0.5, 0.5)));
        Agent agent = Agent.of(model).countsC(List.of(Tensor.of(1.0, 1.0))).countsE(1, 1).gamma(1).build();
        double before = 0.5;
        for (int t = 0; t < 10; t++) {
            agent.observe(1);
            double p = agent.plan()[1];
            agent.learn();
            assertTrue(p > before || t == 0);
            before = p;
            assertEquals(3 + t, Arrays.stream(agent.countsE().orElseThrow().copy()).sum(), 1e-12, "one more policy");
        }
        assertEquals(StrictMath.log(11.0 / 12), agent.tables().C(0, 0)[1], 1e-12);
        agent.learn();
        assertEquals(12, Arrays.stream(agent.countsE().orElseThrow().copy()).sum(), 1e-12, "one plan is learned once");
    }

    @Example
    void whatDoesNotFitIsNamed() {
        FactoredPomdp model = model(new SplittableRandom(1), 3, 2, false);
        assertThrows(IllegalArgumentException.class, () -> new Learning.Rule(-1, 0, Counts.Zeros.KEPT, Counts.Gain.EXACT));
        assertThrows(IllegalArgumentException.class, () -> new Learning.Rule(1, 2, Counts.Zeros.KEPT, Counts.Gain.EXACT));
        assertThrows(IllegalArgumentException.class, () -> Agent.of(model).countsC(List.of(Tensor.of(1.0, 1.0, 1.0))).build());
        assertThrows(IllegalArgumentException.class,
                () -> Agent.of(model).policies(Policies.all(model.structure(), 1)).countsE(1, 1, 1).build());
    }
}
