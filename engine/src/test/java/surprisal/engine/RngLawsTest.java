package surprisal.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import surprisal.engine.Rng.State;

class RngLawsTest {

    @Provide
    Arbitrary<State> states() {
        return Arbitraries.longs().tuple2().flatMap(
                t -> Arbitraries.longs().between(0, 1L << 55).map(at -> new State(t.get1(), t.get2(), at)));
    }

    /** One of each kind of draw. */
    private static Object[] draws(Rng rng, int n, Precision precision) {
        Shape shape = Shape.of(n);
        Array p = rng.uniform(shape, precision);
        return new Object[] {
            numbers(p), numbers(rng.normal(shape, precision)), rng.uniform(), rng.below(n), rng.permutation(n),
            numbers(rng.bernoulli(p)), rng.categorical(p), rng.split().state(), rng.state(),
        };
    }

    private static double[] numbers(Array x) {
        double[] d = new double[x.size()];
        for (int i = 0; i < d.length; i++) d[i] = x.at(i);
        return d;
    }

    @Property
    void sameStateSameDraws(@ForAll("states") State state, @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll Precision precision) {
        Rng rng = Rng.of(state);
        assertEquals(state, rng.state());
        Object[] draws = draws(rng, n, precision);
        assertArrayEquals(draws, draws(Rng.of(new State(state.key(), state.stream(), state.position())), n, precision));
        assertTrue(rng.state().position() > state.position());
    }

    @Property
    void aStateIsTakenUpAnywhere(@ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll Precision precision) {
        Rng rng = new Rng(seed);
        draws(rng, n, precision);
        State state = rng.state();
        assertArrayEquals(draws(rng, n, precision), draws(Rng.of(state), n, precision));
    }

    /** What a draw uses depends on how many numbers it draws, and on nothing else. */
    @Property
    void positionsDependOnCountsOnly(@ForAll("states") State state, @ForAll @IntRange(min = 1, max = 300) int n,
            @ForAll Precision precision) {
        Rng rng = Rng.of(state);
        draws(rng, n, precision);
        long arrays = 16L * ((n + 63) / 64);
        assertEquals(state.position() + 4 * arrays + 1 + 1 + (n - 1) + 1, rng.state().position());
    }

    /** The elements from 64 k on are the draw that starts 16 k counters later. */
    @Property
    void aDrawSplitAtABlockIsTheSameDraw(@ForAll("states") State state, @ForAll @IntRange(min = 0, max = 5) int k,
            @ForAll @IntRange(min = 0, max = 200) int m, @ForAll Precision precision) {
        Array whole = Rng.of(state).normal(Shape.of(64 * k + m), precision);
        Rng rng = Rng.of(state);
        Array first = rng.normal(Shape.of(64 * k), precision), second = rng.normal(Shape.of(m), precision);
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.at(i), i < 64 * k ? first.at(i) : second.at(i - 64 * k));
        }
    }

    @Property
    void bothPrecisionsDrawTheSame(@ForAll("states") State state, @ForAll @IntRange(min = 0, max = 300) int n) {
        Array x = Rng.of(state).uniform(Shape.of(n), Precision.FLOAT32);
        Array y = Rng.of(state).uniform(Shape.of(n), Precision.FLOAT64);
        for (int i = 0; i < n; i++) assertEquals(y.at(i), x.at(i), 0x1p-24);
    }

    @Property
    void childrenDifferFromParentAndSiblings(@ForAll("states") State state) {
        Rng parent = Rng.of(state);
        Rng first = parent.split(), second = parent.split();
        long[] keys = {state.key(), first.state().key(), second.state().key(), first.split().state().key()};
        assertEquals(4, Arrays.stream(keys).distinct().count());
        assertEquals(0, second.state().position());
        assertEquals(state.position() + 2, parent.state().position());
        double[] next = {parent.uniform(), first.uniform(), second.uniform(), Rng.of(state).uniform()};
        assertEquals(4, Arrays.stream(next).distinct().count());
        assertNotEquals(first.state().stream(), second.state().stream());
    }

    @Property
    void aPermutationHasEachIndexOnce(@ForAll long seed, @ForAll @IntRange(min = 0, max = 500) int n) {
        int[] p = new Rng(seed).permutation(n);
        assertEquals(n, p.length);
        boolean[] seen = new boolean[n];
        for (int i : p) seen[i] = true;
        for (boolean s : seen) assertTrue(s);
    }

    @Property
    void belowStaysBelow(@ForAll long seed, @ForAll @IntRange(min = 1) int n) {
        Rng rng = new Rng(seed);
        for (int i = 0; i < 20; i++) {
            int k = rng.below(n);
            assertTrue(0 <= k && k < n);
        }
        assertEquals(20, rng.state().position());
    }

    @Property
    void certainOutcomes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 20) int n, @ForAll Precision precision,
            @ForAll @LongRange(min = 0, max = 1000) long pick) {
        int only = (int) (pick % n);
        Array logits = Array.zeros(Shape.of(3, n), precision), p = Array.zeros(Shape.of(3, n), precision);
        logits.fill(Double.NEGATIVE_INFINITY);
        for (int row = 0; row < 3; row++) {
            logits.set(row * n + only, -50);
            p.set(row * n + only, 1);
        }
        assertArrayEquals(new int[] {only, only, only}, new Rng(seed).categorical(logits));
        assertArrayEquals(numbers(p), numbers(new Rng(seed).bernoulli(p)));
    }
}
