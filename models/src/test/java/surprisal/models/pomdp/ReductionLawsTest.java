package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;

class ReductionLawsTest {

    /** ln P(o_1 … o_N | a), event after event: each with the mean of the counts so far. */
    private static double logEvidence(double[] prior, int[] events) {
        double[] a = prior.clone();
        double log = 0;
        for (int e : events) {
            log += StrictMath.log(a[e] / Arrays.stream(a).sum());
            a[e]++;
        }
        return log;
    }

    private static double[] posterior(double[] prior, int[] events) {
        double[] q = prior.clone();
        Arrays.stream(events).forEach(e -> q[e]++);
        return q;
    }

    @Property(tries = 200)
    void itIsTheDifferenceOfLogEvidences(@ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int n,
            @ForAll @IntRange(max = 20) int seen) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean never = random.nextBoolean(); // the last event is never seen, and ruled out
        double[] p = random.doubles(n, 0.1, 4).toArray();
        double[] r = random.doubles(n, 0.1, 4).toArray();
        int[] events = IntStream.range(0, seen).map(i -> random.nextInt(never ? n - 1 : n)).toArray();
        if (never) {
            r[n - 1] = 0;
        }
        assertEquals(logEvidence(p, events) - logEvidence(r, events), Reduction.change(posterior(p, events), p, r), 1e-10);
        assertEquals(0, Reduction.change(posterior(p, events), p, p), 1e-12);
    }

    @Example
    void whatWasSeenCantBeRuledOut() {
        assertEquals(Double.POSITIVE_INFINITY, Reduction.change(new double[] {2, 1}, new double[] {1, 1}, new double[] {0, 1}));
        assertThrows(IllegalArgumentException.class, () -> Reduction.change(new double[] {2, 1}, new double[] {1}, new double[] {1, 1}));
        assertThrows(IllegalArgumentException.class, () -> Reduction.change(new double[] {2, 1}, new double[] {4, 1}, new double[] {1, 1}));
    }

    /** Of two rows, one never shows two of its events, the other shows all alike. */
    @Example
    void whatIsNeverSeenIsPruned() {
        double[] prior = new double[8];
        Arrays.fill(prior, 1);
        double[] posterior = {31, 1, 31, 1, 16, 16, 16, 16};
        Structure structure = Structure.of(new int[] {2}, new int[] {4}, new int[] {1});
        Table mean = Table.ofA(structure, 0, Tensor.full(structure.shapeA(0), 0.25, Precision.FLOAT64));
        Counts counts = new Counts(mean, posterior, Counts.Zeros.KEPT);
        Reduction.Reduced reduced = Reduction.prune(counts, prior, 0, 3);
        assertArrayEquals(new double[] {1, 0, 1, 0, 1, 1, 1, 1}, reduced.prior());
        assertArrayEquals(new double[] {31, 0, 31, 0, 16, 16, 16, 16}, reduced.posterior());
        int[] events = IntStream.range(0, 60).map(i -> i % 2 * 2).toArray();
        double dF = logEvidence(new double[] {1, 1, 1, 1}, events) - logEvidence(new double[] {1, 0, 1, 0}, events);
        assertEquals(dF, reduced.dF(), 1e-10);
        assertEquals(0, Reduction.prune(counts, prior, 0, 1000).dF(), "the evidence is not enough");
        counts.become(reduced.posterior());
        assertArrayEquals(new double[] {0.5, 0, 0.5, 0, 0.25, 0.25, 0.25, 0.25}, counts.mean().values(), 1e-15);
    }

    @Property(tries = 100)
    void noCandidateIsBetterThanTheChosen(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] p = {1, 1, 1};
        double[] q = random.doubles(3, 1, 30).toArray();
        Counts counts = new Counts(Table.row(new double[3]), q.clone(), Counts.Zeros.KEPT);
        Reduction.Reduced sharper = Reduction.sharpen(counts, p, 7, 0);
        Reduction.Reduced pruned = Reduction.prune(counts, p, 0.25, 0);
        for (int k = 0; k < 3; k++) {
            double[] r = p.clone();
            r[k] += 7;
            assertTrue(sharper.dF() <= Math.min(0, Reduction.change(q, p, r)) + 1e-12);
            r[k] = 0.25;
            assertTrue(pruned.dF() <= Math.min(0, Reduction.change(q, p, r)) + 1e-12);
        }
        assertEquals(sharper.dF(), Reduction.change(q, p, sharper.prior()), 1e-12);
        assertEquals(pruned.dF(), Reduction.change(q, p, pruned.prior()), 1e-12);
    }
}
