package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.pomdp.RandomPomdp.normalised;
import static surprisal.models.pomdp.RandomPomdp.plogp;
import static surprisal.models.pomdp.RandomPomdp.sum;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.autodiff.Tensor;
import surprisal.models.agent.Agent;

/** Mean field in arrays, held against enumeration, against its tensor form and against exact Bayes. */
class StateInferenceLawsTest {
    private static final double EPSILON = 0x1p-52; // what stands for 0 in a logarithm

    @Provide
    Arbitrary<RandomPomdp> models() { return RandomPomdp.any(); }

    /** What mean field works with: an observation of a model, and a prior that allows it. */
    private record Case(RandomPomdp m, double[][] prior, int[] seen, double[][] soft, Evidence evidence, MeanField field) {

        static Case of(RandomPomdp m, boolean soft) {
            SplittableRandom r = m.random();
            double[][] prior = m.belief(r);
            int[] seen = m.outcomes(r, m.joint(prior));
            double[][] weights = soft ? m.soft(r) : null;
            Tables tables = m.tables();
            Evidence evidence = new Evidence(tables.logs(), tables.states());
            if (soft) {
                evidence.observe(weights);
            } else {
                evidence.observe(seen);
            }
            return new Case(m, prior, seen, weights, evidence, new MeanField(evidence, tables.states()));
        }

        /** Σ_m Σ_o weight ln P(o|s), with ε for 0. */
        double logLikelihood(int[] s) {
            double sum = 0;
            for (int k = 0; k < seen.length; k++) {
                for (int o = 0; o < m.structure().modalities().get(k).size(); o++) {
                    double weight = soft != null ? soft[k][o] : seen[k] == o ? 1 : 0;
                    sum += weight * Math.log(Math.max(EPSILON, m.A(k, s, o)));
                }
            }
            return sum;
        }

        /** ln P(s, o), with ε for 0 in the prior of each factor and in the likelihood of each modality. */
        double[] logJoint() {
            return Arrays.stream(m.states())
                    .mapToDouble(s -> logLikelihood(s) + IntStream.range(0, s.length)
                            .mapToDouble(f -> Math.log(Math.max(EPSILON, prior[f][s[f]]))).sum())
                    .toArray();
        }
    }

    private static double F(double[] q, double[] logJoint) {
        return IntStream.range(0, q.length).mapToDouble(i -> plogp(q[i]) - (q[i] == 0 ? 0 : q[i] * logJoint[i])).sum();
    }

    @Property(tries = 300)
    void freeEnergyIsOneNumberThreeWays(@ForAll("models") RandomPomdp m, @ForAll boolean soft) {
        Case c = Case.of(m, soft);
        c.field.coordinate(c.prior, 1e-12, 256);
        double[] q = m.joint(c.field.qs());
        double[] logJoint = c.logJoint();
        int[][] states = m.states();
        double energyMinusEntropy = F(q, logJoint);
        double complexity = 0;
        for (int f = 0; f < c.prior.length; f++) {
            for (int s = 0; s < c.prior[f].length; s++) {
                double p = c.field.qs()[f][s];
                complexity += plogp(p) - p * Math.log(Math.max(EPSILON, c.prior[f][s]));
            }
        }
        double accuracy = IntStream.range(0, q.length).mapToDouble(i -> q[i] * c.logLikelihood(states[i])).sum();
        double evidence = Arrays.stream(logJoint).map(Math::exp).sum();
        double divergence = IntStream.range(0, q.length)
                .mapToDouble(i -> plogp(q[i]) - q[i] * (logJoint[i] - Math.log(evidence))).sum();
        assertEquals(energyMinusEntropy, complexity - accuracy, 1e-10);
        assertEquals(energyMinusEntropy, divergence - Math.log(evidence), 1e-10);
        assertEquals(energyMinusEntropy, c.field.freeEnergy(), 1e-10);
        assertEquals(accuracy, c.evidence.expected(c.field.qs()), 1e-10);
    }

    @Property(tries = 300)
    void accuracyOfAnyBeliefIsEnumerated(@ForAll("models") RandomPomdp m, @ForAll boolean soft) {
        Case c = Case.of(m, soft);
        double[][] q = m.belief(m.random().split());
        double[] joint = m.joint(q);
        int[][] states = m.states();
        assertEquals(IntStream.range(0, joint.length).mapToDouble(i -> joint[i] * c.logLikelihood(states[i])).sum(),
                c.evidence.expected(q), 1e-10);
    }

    @Property(tries = 300)
    void freeEnergyBoundsSurprise(@ForAll("models") RandomPomdp m) {
        Case c = Case.of(m, false);
        double evidence = sum(m.weighed(m.joint(c.prior), c.seen));
        c.field.coordinate(c.prior, 1e-12, 256);
        double F = c.field.freeEnergy();
        assertTrue(F >= -Math.log(evidence + 1e-13) - 1e-10, F + " below " + -Math.log(evidence));
        if (c.prior.length == 1) {
            assertEquals(-Math.log(evidence), F, 1e-9 + 1e-13 / evidence);
            assertArrayEquals(normalised(m.weighed(c.prior[0], c.seen)), c.field.qs()[0], 1e-12 + 1e-13 / evidence);
        }
        assertEquals(Math.log(evidence), c.field.exact(c.prior), 1e-12);
        double[][] exact = m.marginals(normalised(m.weighed(m.joint(c.prior), c.seen)));
        for (int f = 0; f < exact.length; f++) {
            assertArrayEquals(exact[f], c.field.qs()[f], 1e-13);
        }
    }

    @Property(tries = 300)
    void coordinateUpdatesNeverRaiseFreeEnergyAndEndWithinTolerance(@ForAll("models") RandomPomdp m, @ForAll boolean soft) {
        Case c = Case.of(m, soft);
        double before = F(m.joint(c.prior), c.logJoint());
        for (int sweeps = 1; sweeps <= 12; sweeps++) {
            c.field.coordinate(c.prior, 0, sweeps);
            double F = F(m.joint(c.field.qs()), c.logJoint());
            assertTrue(F <= before + 1e-12 * Math.max(1, Math.abs(before)), "sweep " + sweeps + ": " + before + " to " + F);
            before = F;
        }
        int most = 1 << 20;
        assertTrue(c.field.coordinate(c.prior, 1e-12, most) <= most);
        double[][] q = Arrays.stream(c.field.qs()).map(double[]::clone).toArray(double[][]::new);
        for (int f = 0; f < q.length; f++) { // a fixed point: each factor is Bayes' rule given the others
            double[] log = new double[q[f].length];
            for (int s = 0; s < log.length; s++) {
                double[][] given = q.clone();
                given[f] = new double[log.length];
                given[f][s] = 1;
                double[] joint = m.joint(given);
                int[][] states = m.states();
                double message = IntStream.range(0, joint.length).mapToDouble(i -> joint[i] * c.logLikelihood(states[i])).sum();
                log[s] = c.prior[f][s] == 0 ? Double.NEGATIVE_INFINITY : Math.log(c.prior[f][s]) + message;
            }
            double max = Arrays.stream(log).max().getAsDouble();
            assertArrayEquals(normalised(Arrays.stream(log).map(x -> Math.exp(x - max)).toArray()), q[f], 1e-9);
        }
    }

    @Property(tries = 300)
    void whatThePriorExcludesStaysExcluded(@ForAll long seed) {
        Case c = Case.of(RandomPomdp.of(seed, true), false);
        c.field.coordinate(c.prior, 1e-12, 256);
        for (int f = 0; f < c.prior.length; f++) {
            for (int s = 0; s < c.prior[f].length; s++) {
                assertTrue(c.prior[f][s] > 0 || c.field.qs()[f][s] == 0);
            }
        }
    }

    @Property(tries = 300)
    void arraysAndTensorsAgree(@ForAll("models") RandomPomdp m, @ForAll boolean soft) {
        Case c = Case.of(m, soft);
        c.field.coordinate(c.prior, 1e-12, 256);
        double[][] seen = c.soft != null ? c.soft : IntStream.range(0, c.seen.length)
                .mapToObj(k -> {
                    double[] x = new double[m.structure().modalities().get(k).size()];
                    if (c.seen[k] >= 0) {
                        x[c.seen[k]] = 1;
                    }
                    return x;
                }).toArray(double[][]::new);
        Tensor o = Tensor.of(Arrays.stream(seen).flatMapToDouble(Arrays::stream).toArray());
        double[][] q = m.model().update(Beliefs.of(c.prior), o).arrays();
        for (int f = 0; f < q.length; f++) {
            assertArrayEquals(c.field.qs()[f], q[f], 1e-12);
        }
        Tables tables = m.tables();
        double[][] next = Arrays.stream(q).map(double[]::clone).toArray(double[][]::new);
        for (int u = 0; u < m.structure().jointActions(); u++) {
            double[][] by = m.model().predict(Beliefs.of(q), m.model().action(m.structure().decode(u))).arrays();
            tables.predict(q, u, next);
            double[][] enumerated = m.predicted(q, u);
            for (int f = 0; f < q.length; f++) {
                assertArrayEquals(by[f], next[f], 1e-12);
                assertArrayEquals(enumerated[f], next[f], 1e-12);
            }
        }
    }

    @Property(tries = 300)
    void impossibleOutcomesAreFoundAndNamed(@ForAll long seed) {
        RandomPomdp m = RandomPomdp.of(seed, true);
        Tables tables = m.tables();
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        MeanField field = new MeanField(evidence, tables.states());
        double[] joint = m.joint(m.D());
        for (int[] outcomes : m.outcomes()) {
            boolean possible = sum(m.weighed(joint, outcomes)) > 0;
            evidence.observe(outcomes);
            field.coordinate(tables.D(), 1e-12, 256);
            assertEquals(possible, field.possible(tables.D()));
            assertEquals(possible, evidence.possible(tables.D()));
            assertEquals(possible, field.exact(tables.D()) > Double.NEGATIVE_INFINITY);
            if (!possible) {
                String inMeanField = assertThrows(IllegalArgumentException.class,
                        () -> Agent.of(m.model()).build().observe(outcomes)).getMessage();
                String exact = assertThrows(IllegalArgumentException.class, () -> new Exact(m.tables()).observe(outcomes)).getMessage();
                assertTrue(inMeanField.startsWith("the outcomes o0 = " + outcomes[0]), inMeanField);
                assertTrue(inMeanField.contains(" are impossible under the belief"), inMeanField);
                assertEquals(inMeanField, exact);
                assertEquals(inMeanField, assertThrows(IllegalArgumentException.class,
                        () -> m.model().update(m.model().prior(), m.model().observation(outcomes))).getMessage());
            } else {
                m.model().update(m.model().prior(), m.model().observation(outcomes));
            }
        }
    }

    /** In a batch the row is named; rows that are possible are inferred, whatever stands beside them. */
    @Property(tries = 100, maxDiscardRatio = 20)
    void impossibleRowsOfABatchAreNamed(@ForAll long seed) {
        RandomPomdp m = RandomPomdp.of(seed, true);
        double[] joint = m.joint(m.D());
        int[][] possible = Arrays.stream(m.outcomes()).filter(o -> sum(m.weighed(joint, o)) > 0).limit(3).toArray(int[][]::new);
        int[] impossible = Arrays.stream(m.outcomes()).filter(o -> sum(m.weighed(joint, o)) == 0).findFirst().orElse(null);
        Tensor batch = Tensor.stack(0, Arrays.stream(possible).map(m.model()::observation).toArray(Tensor[]::new));
        Beliefs all = m.model().update(m.model().prior(), batch);
        for (int i = 0; i < possible.length; i++) {
            Beliefs one = m.model().update(m.model().prior(), m.model().observation(possible[i]));
            for (int f = 0; f < m.D().length; f++) {
                for (int s = 0; s < m.D()[f].length; s++) {
                    boolean stretched = all.qs().get(f).shape().rank() > 1;
                    assertEquals(one.qs().get(f).at(s), all.qs().get(f).at((stretched ? i * m.D()[f].length : 0) + s), 1e-9);
                }
            }
        }
        if (impossible != null) {
            Tensor more = Tensor.concat(0, batch, m.model().observation(impossible).reshape(1, -1));
            String message = assertThrows(IllegalArgumentException.class, () -> m.model().update(m.model().prior(), more)).getMessage();
            assertTrue(message.contains("row " + possible.length + " of the batch are impossible"), message);
        }
    }

    /** Two binary factors, one observation that tells whether they are equal, opposed priors: the exact marginals are about ½. */
    @Example
    void equalSwingsForEverInParallelAndRestsByCoordinates() {
        Structure structure = new Structure(List.of(Variable.of("left", 2), Variable.of("right", 2)),
                List.of(Variable.of("equal?", "no", "yes")), List.of(), List.of(List.of(0, 1)), List.of(List.of(0), List.of(1)),
                List.of(List.of(), List.of()));
        Tensor equal = Tensor.of(new double[] {0.02, 0.98, 0.98, 0.02, 0.98, 0.02, 0.02, 0.98}).reshape(2, 2, 2);
        Tensor stays = Tensor.of(new double[] {1, 0, 0, 1}).reshape(2, 2);
        FactoredPomdp model = FactoredPomdp.of(structure, List.of(equal), List.of(stays, stays), List.of(Tensor.of(new double[2])),
                List.of(Tensor.of(new double[] {0.6, 0.4}), Tensor.of(new double[] {0.4, 0.6})));
        Tables tables = new Tables(model);
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        MeanField field = new MeanField(evidence, tables.states());
        evidence.observe(new int[] {1});
        double surprise = -field.exact(tables.D());
        assertEquals(0.2424 / 0.4808, field.qs()[0][0], 1e-12);
        assertEquals(-Math.log(0.4808), surprise, 1e-12);
        double[] swing = new double[4];
        double[] F = new double[4];
        for (int i = 0; i < 4; i++) {
            field.parallel(tables.D(), 1000 + i);
            swing[i] = field.qs()[0][0];
            F[i] = field.freeEnergy();
        }
        assertEquals(swing[0], swing[2], 1e-9);
        assertEquals(swing[1], swing[3], 1e-9);
        assertTrue(Math.abs(swing[0] - swing[1]) > 0.9, Arrays.toString(swing));
        assertTrue(Arrays.stream(F).allMatch(f -> f > 4.5), Arrays.toString(F));
        int sweeps = field.coordinate(tables.D(), 1e-12, 256);
        assertTrue(sweeps <= 256, "sweeps " + sweeps);
        double rest = field.freeEnergy();
        assertTrue(rest >= surprise && rest < 1.5, rest + " for a surprise of " + surprise);
        assertFalse(Arrays.stream(F).anyMatch(f -> f < rest));
    }
}
