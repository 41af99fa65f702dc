package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.RandomPomdp.normalised;
import static surprisal.models.pomdp.RandomPomdp.plogp;
import static surprisal.models.pomdp.RandomPomdp.sum;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Bayes' rule over an episode of three steps, held against the enumeration of all paths of joint states. */
class ExactLawsTest {
    private static final int STEPS = 3;

    @Provide
    Arbitrary<RandomPomdp> models() { return RandomPomdp.any(); }

    /** An episode, and P(s_1, s_2, s_3, o) of every path that has weight. */
    private record Episode(RandomPomdp m, int[][] seen, int[] actions) {

        static Episode of(RandomPomdp m) {
            SplittableRandom r = m.random();
            int[][] seen = new int[STEPS][];
            int[] actions = IntStream.range(0, STEPS - 1).map(t -> r.nextInt(m.structure().jointActions())).toArray();
            double[] joint = m.joint(m.D());
            for (int t = 0; t < STEPS; t++) {
                joint = t == 0 ? joint : m.next(joint, actions[t - 1]);
                seen[t] = m.outcomes(r, joint);
                joint = normalised(m.weighed(joint, seen[t]));
            }
            return new Episode(m, seen, actions);
        }

        interface Use {
            void of(int[] path, double p);
        }

        void paths(Use use) {
            int[][] states = m.states();
            double[] first = m.joint(m.D());
            paths(0, new int[STEPS], 1, first, states, use);
        }

        private void paths(int t, int[] path, double p, double[] first, int[][] states, Use use) {
            if (p == 0) {
                return;
            }
            if (t == STEPS) {
                use.of(path, p);
                return;
            }
            for (int i = 0; i < states.length; i++) {
                path[t] = i;
                double step = t == 0 ? first[i] : m.transition(states[path[t - 1]], actions[t - 1], states[i]);
                paths(t + 1, path, step == 0 ? 0 : p * step * m.likelihood(states[i], seen[t]), first, states, use);
            }
        }
    }

    @Property(tries = 100)
    void smoothingIsTheSumOverPaths(@ForAll("models") RandomPomdp m) {
        Episode e = Episode.of(m);
        int[][] states = m.states();
        double[][] joints = new double[STEPS][states.length];
        double[][][] transitions = IntStream.range(0, STEPS - 1)
                .mapToObj(t -> m.model().B().stream().map(B -> new double[B.shape().size()]).toArray(double[][]::new))
                .toArray(double[][][]::new);
        double[] evidence = new double[1];
        e.paths((path, p) -> {
            evidence[0] += p;
            for (int t = 0; t < STEPS; t++) {
                joints[t][path[t]] += p;
                for (int f = 0; t > 0 && f < states[0].length; f++) {
                    transitions[t - 1][f][m.place(f, states[path[t - 1]], e.actions[t - 1], states[path[t]][f])] += p;
                }
            }
        });
        Tables tables = m.tables();
        Exact exact = new Exact(tables);
        Exact.Smoothed smoothed = exact.smooth(e.seen, e.actions);
        assertEquals(Math.log(evidence[0]), smoothed.logEvidence(), 1e-11);
        for (int t = 0; t < STEPS; t++) {
            assertArrayEquals(normalised(joints[t]), smoothed.joints()[t], 1e-11);
            double[][] q = m.marginals(normalised(joints[t]));
            for (int f = 0; f < q.length; f++) {
                assertArrayEquals(q[f], smoothed.qs()[t][f], 1e-11);
                if (t < STEPS - 1) {
                    int n = smoothed.transitions()[t][f].length;
                    double[] expected = Arrays.copyOfRange(transitions[t][f], tables.block(f, e.actions[t]) * n,
                            (tables.block(f, e.actions[t]) + 1) * n);
                    assertArrayEquals(normalised(expected), smoothed.transitions()[t][f], 1e-11);
                }
            }
        }
    }

    @Property(tries = 100)
    void filteringKeepsWhatFactorsHaveInCommon(@ForAll("models") RandomPomdp m) {
        Episode e = Episode.of(m);
        Exact exact = new Exact(m.tables());
        double[] joint = m.joint(m.D());
        for (int t = 0; t < STEPS; t++) {
            if (t > 0) {
                joint = m.next(joint, e.actions[t - 1]);
                exact.act(e.actions[t - 1]);
                assertArrayEquals(joint, exact.joint(), 1e-13);
            }
            double[] weighed = m.weighed(joint, e.seen[t]);
            assertEquals(Math.log(sum(weighed)), exact.observe(e.seen[t]), 1e-11);
            joint = normalised(weighed);
            assertArrayEquals(joint, exact.joint(), 1e-12);
            for (int f = 0; f < m.D().length; f++) {
                assertArrayEquals(m.marginals(joint)[f], exact.qs()[f], 1e-12);
            }
        }
    }

    /** Σ_t E[D_KL[q(s_t|s_t−1) ‖ P(s_t|s_t−1, u)]] − E[ln P(o_t|s_t)] is the surprise for the smoothed q, and else above it. */
    @Property(tries = 100)
    void freeEnergyOfPathsIsTightForTheSmoothedOnes(@ForAll("models") RandomPomdp m) {
        Episode e = Episode.of(m);
        int n = m.states().length;
        double[][] first = new double[STEPS][n]; // P(s_t, o)
        double[][][] pairs = new double[STEPS][n][n];
        e.paths((path, p) -> {
            for (int t = 0; t < STEPS; t++) {
                first[t][path[t]] += p;
                pairs[t][t == 0 ? 0 : path[t - 1]][path[t]] += p;
            }
        });
        Exact exact = new Exact(m.tables());
        double surprise = -exact.smooth(e.seen, e.actions).logEvidence();
        assertEquals(surprise, F(e, (t, from) -> normalised(pairs[t][from])), 1e-10);
        double filtering = F(e, (t, from) -> { // q(s_t|s_t−1) sees o_t alone, not what comes after
            double[] p = t == 0 ? m.joint(m.D()) : IntStream.range(0, n)
                    .mapToDouble(to -> m.transition(m.states()[from], e.actions[t - 1], m.states()[to])).toArray();
            double[] weighed = m.weighed(p, e.seen[t]);
            return sum(weighed) == 0 ? normalised(p) : normalised(weighed);
        });
        assertTrue(filtering >= surprise - 1e-10, filtering + " below " + surprise);
    }

    private interface Conditional {
        double[] of(int t, int from);
    }

    private static double F(Episode e, Conditional q) {
        int[][] states = e.m.states();
        double[] now = {1};
        double F = 0;
        for (int t = 0; t < STEPS; t++) {
            double[] next = new double[states.length];
            double[] first = e.m.joint(e.m.D());
            for (int from = 0; from < now.length; from++) {
                if (now[from] > 1e-300) {
                    double[] given = q.of(t, from);
                    for (int to = 0; to < next.length; to++) {
                        double p = t == 0 ? first[to] : e.m.transition(states[from], e.actions[t - 1], states[to]);
                        if (given[to] > 0) {
                            F += now[from] * (plogp(given[to]) - given[to] * Math.log(p * e.m.likelihood(states[to], e.seen[t])));
                            next[to] += now[from] * given[to];
                        }
                    }
                }
            }
            now = next;
        }
        return F;
    }

    /** Variational messages: F of their marginals lies above the surprise of the episode. */
    @Property(tries = 100)
    void messagesBoundTheSurpriseOfAnEpisode(@ForAll long seed) {
        RandomPomdp m = RandomPomdp.of(seed, false);
        Episode e = Episode.of(m);
        MessagePassing messages = new MessagePassing(m.tables(), STEPS);
        for (int t = 0; t < STEPS; t++) {
            messages.observe(t, e.seen[t]);
            if (t > 0) {
                messages.act(t - 1, e.actions[t - 1]);
            }
        }
        messages.infer(MessagePassing.Scheme.VARIATIONAL, 16);
        double surprise = -new Exact(m.tables()).smooth(e.seen, e.actions).logEvidence();
        assertTrue(messages.freeEnergy() >= surprise - 1e-10, messages.freeEnergy() + " below " + surprise);
    }

    /** Factors that go their own ways and are seen by themselves: smoothing each alone is smoothing all. */
    @Property(tries = 100, maxDiscardRatio = 20)
    void smoothingByFactorIsExactForOneFactor(@ForAll("models") RandomPomdp m) {
        Assume.that(m.D().length == 1 && m.structure().parentsB().getFirst().equals(java.util.List.of(0)));
        Episode e = Episode.of(m);
        Tables tables = m.tables();
        Exact exact = new Exact(tables);
        double[][][] filtered = new double[STEPS][][];
        for (int t = 0; t < STEPS; t++) {
            if (t > 0) {
                exact.act(e.actions[t - 1]);
            }
            exact.observe(e.seen[t]);
            filtered[t] = new double[][] {exact.joint().clone()};
        }
        Smoothing.Smoothed one = Smoothing.smooth(tables, filtered, e.actions);
        Exact.Smoothed all = exact.smooth(e.seen, e.actions);
        for (int t = 0; t < STEPS; t++) {
            assertArrayEquals(all.qs()[t][0], one.qs()[t][0], 1e-10);
            if (t < STEPS - 1) {
                assertArrayEquals(all.transitions()[t][0], one.joints()[t][0], 1e-10);
            }
        }
    }
}
