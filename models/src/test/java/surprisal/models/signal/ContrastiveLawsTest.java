package surprisal.models.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;
import surprisal.models.dist.Categorical;

/** InfoNCE of discrete states and observations, by enumeration; and what it is invariant to. */
class ContrastiveLawsTest {

    /** The critic f[s, o] of one-hot states and observations. */
    private static Contrastive table(Tensor f) {
        return new Contrastive(new Views(s -> s.matmul(f), UnaryOperator.identity()), Critic.DOT, 1, Negatives.EVERYWHERE);
    }

    /** E[cost] of (s, o) ~ joint beside K − 1 other observations: over all of them, with the pair in the first row. */
    private static Tensor expected(Tensor f, double[][] joint, int K) {
        int S = joint.length;
        int O = joint[0].length;
        double[] marginal = IntStream.range(0, O).mapToDouble(o -> Arrays.stream(World.column(joint, o)).sum()).toArray();
        Tensor sum = Tensor.of(0.0).sum();
        int others = (int) Math.pow(O, K - 1);
        for (int s = 0; s < S; s++) {
            int now = s;
            Tensor states = Tensor.oneHot(S, Precision.FLOAT64, IntStream.generate(() -> now).limit(K).toArray());
            for (int o = 0; o < O; o++) {
                for (int draw = 0; draw < others; draw++) {
                    int[] seen = new int[K];
                    seen[0] = o;
                    double p = joint[s][o];
                    for (int k = 1, rest = draw; k < K; k++, rest /= O) {
                        seen[k] = rest % O;
                        p *= marginal[seen[k]];
                    }
                    Tensor cost = table(f).cost(states, Tensor.oneHot(O, Precision.FLOAT64, seen));
                    sum = sum.plus(cost.gather(0, 0).sum().times(p));
                }
            }
        }
        return sum;
    }

    private static double expected(double[][] f, double[][] joint, int K) {
        return expected(World.tensor(f), joint, K).item();
    }

    private static double information(double[][] joint) {
        double sum = 0;
        for (double[] row : joint) {
            for (int o = 0; o < row.length; o++) {
                sum += World.xlogy(row[o], row[o] / (Arrays.stream(row).sum() * Arrays.stream(World.column(joint, o)).sum()));
            }
        }
        return sum;
    }

    /** log p(s, o)/p(s)p(o). */
    private static double[][] best(double[][] joint) {
        double[][] f = new double[joint.length][joint[0].length];
        for (int s = 0; s < f.length; s++) {
            for (int o = 0; o < f[s].length; o++) {
                f[s][o] = Math.log(joint[s][o]
                        / (Arrays.stream(joint[s]).sum() * Arrays.stream(World.column(joint, o)).sum()));
            }
        }
        return f;
    }

    /** p(o), q(s|o) and their joint [S][O], with every probability positive. */
    private record Source(double[] seen, double[][] states) {

        static Source random(long seed, int S, int O) {
            SplittableRandom r = new SplittableRandom(seed);
            double[][] states = new double[O][];
            Arrays.setAll(states, o -> World.row(r, S, false));
            return new Source(World.row(r, O, false), states);
        }

        double[][] joint() {
            double[][] joint = new double[states[0].length][seen.length];
            for (int s = 0; s < joint.length; s++) {
                for (int o = 0; o < seen.length; o++) {
                    joint[s][o] = seen[o] * states[o][s];
                }
            }
            return joint;
        }
    }

    private static double[][] critic(long seed, int S, int O) {
        SplittableRandom r = new SplittableRandom(~seed);
        double[][] f = new double[S][O];
        for (double[] row : f) {
            Arrays.setAll(row, o -> 4 * r.nextDouble() - 2);
        }
        return f;
    }

    /** The numbers that two programs agree on, to the digits that they are written with. */
    @Example
    void anchorsOfABinaryPair() {
        double[][] joint = {{.4, .1}, {.2, .3}};
        assertEquals(0.086304621735534, information(joint), 1e-15);
        double[] anchors = {0, 0.043318210512104, 0.057862084325882, Double.NaN, 0.069380071539100, Double.NaN, 0.074264896432552};
        for (int K : new int[] {1, 2, 3, 5, 7}) {
            assertEquals(anchors[K - 1], -expected(best(joint), joint, K), 1e-14, "K = " + K);
        }
    }

    /** No slope at log p(s, o)/p(s)p(o) + c(s), and one elsewhere. */
    @Example
    void theBestCriticIsWhereTheSlopeIsZero() {
        double[][] joint = {{.4, .1}, {.2, .3}};
        Tensor best = World.tensor(best(joint)).plus(Tensor.of(Shape.of(2, 1), 0.3, -0.8));
        for (int K : new int[] {2, 3, 5}) {
            assertEquals(0, new Tape().grad(best, f -> expected(f, joint, K)).gradient().abs().max().item(), 1e-15);
        }
        assertTrue(new Tape().grad(best.times(2), f -> expected(f, joint, 3)).gradient().abs().max().item() > 0.01);
    }

    @Property(tries = 30)
    void theBestCriticRisesWithKTowardsTheInformation(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int S, @ForAll @IntRange(min = 1, max = 3) int O) {
        double[][] joint = Source.random(seed, S, O).joint();
        double least = 0;
        for (int K = 1; K <= 5; K++) {
            double bound = -expected(best(joint), joint, K);
            assertTrue(bound <= Math.min(information(joint), Math.log(K)) + 1e-13, bound + " at K = " + K);
            assertTrue(bound >= least - 1e-13, bound + " after " + least);
            least = bound;
        }
    }

    @Property
    void oneAloneIsToldForNothing(@ForAll long seed) {
        Tensor s = Tensor.of(new Rng(seed).normal(Shape.of(1, 3), Precision.FLOAT32));
        Tensor o = Tensor.of(new Rng(~seed).normal(Shape.of(1, 3), Precision.FLOAT32));
        for (Critic critic : Critic.values()) {
            for (Negatives negatives : Negatives.values()) {
                Contrastive signal = new Contrastive(SignalTest.PLAIN, critic, 0.3, negatives);
                assertEquals(0, signal.cost(s, o).item());
                assertEquals(0, signal.cost(s.reshape(3), o.reshape(3)).item());
            }
        }
    }

    /**
     * E[cost] ≥ −I_q(S; O) = min over decoders of E[log p(o) − log p(o|s)], where p(o|s) of the joint p(o) q(s|o) is the
     * best decoder: so KL[q‖p] + cost lies above F + log p(o) of the best decoder, for any critic and any prior.
     */
    @Property(tries = 40)
    void boundsTheFreeEnergyOfTheBestDecoder(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int S, @ForAll @IntRange(min = 2, max = 3) int O,
            @ForAll @IntRange(min = 1, max = 4) int K) {
        Source source = Source.random(seed, S, O);
        double[][] joint = source.joint();
        double least = -information(joint);
        double[][] posterior = Arrays.stream(joint)
                .map(row -> Arrays.stream(row).map(x -> x / Arrays.stream(row).sum()).toArray()).toArray(double[][]::new);
        assertEquals(least, mismatch(source, posterior), 1e-12);
        assertTrue(expected(critic(seed, S, O), joint, K) >= least - 1e-13);
        SplittableRandom r = new SplittableRandom(seed + 1);
        double[][] decoder = new double[S][];
        Arrays.setAll(decoder, s -> World.row(r, O, false));
        assertTrue(mismatch(source, decoder) >= least - 1e-13);
    }

    /** E[log p(o) − log p(o|s)], by the signal of a decoder that knows its table. */
    private static double mismatch(Source source, double[][] decoder) {
        int S = decoder.length;
        int O = decoder[0].length;
        Tensor logits = World.tensor(decoder).log();
        Reconstruction signal = new Reconstruction(s -> s.matmul(logits), Categorical::ofLogits);
        double sum = 0;
        for (int o = 0; o < O; o++) {
            for (int s = 0; s < S; s++) {
                double cost = signal.cost(Tensor.oneHot(S, Precision.FLOAT64, s).reshape(S),
                        Tensor.oneHot(O, Precision.FLOAT64, o).reshape(O)).item();
                sum += source.seen()[o] * source.states()[o][s] * (Math.log(source.seen()[o]) + cost);
            }
        }
        return sum;
    }

    // ---- invariances and negatives

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64));
    }

    private static Contrastive dot(Negatives negatives) {
        return new Contrastive(SignalTest.PLAIN, Critic.DOT, 1, negatives);
    }

    /** f(o, s) + c(s): to 1e-12, since c is of size one and sums have at most eight terms. */
    @Property(tries = 100)
    void whatIsAddedForAStateChangesNothing(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int rows) {
        Tensor s = normal(seed, rows, 3);
        Tensor o = normal(~seed, rows, 3);
        Tensor wider = Tensor.concat(1, s, normal(seed + 1, rows, 1));
        Tensor ones = Tensor.concat(1, o, Tensor.full(Shape.of(rows, 1), 1, Precision.FLOAT64));
        assertArrayEquals(World.numbers(dot(Negatives.EVERYWHERE).cost(s, o)),
                World.numbers(dot(Negatives.EVERYWHERE).cost(wider, ones)), 1e-12);
    }

    @Property(tries = 100)
    void isNoLessThanMinusLogK(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int times) {
        for (Critic critic : Critic.values()) {
            for (Negatives negatives : Negatives.values()) {
                Tensor cost = new Contrastive(SignalTest.PLAIN, critic, 0.1, negatives)
                        .cost(normal(seed, times, 3, 2), normal(~seed, times, 3, 2));
                int K = switch (negatives) {
                    case EVERYWHERE -> 3 * times;
                    case OTHER_ROWS -> 1 + 2 * times;
                    case OTHER_TIMES -> times;
                    case SAME_TIME -> 3;
                };
                assertTrue(-cost.neg().max().item() >= -Math.log(K) - 1e-13, negatives + " " + cost);
            }
        }
    }

    /** Which observations a state looks at: those whose change changes its cost. */
    @Property(tries = 30)
    void negativesAreThoseThatTheyAreCalled(@ForAll long seed) {
        int T = 3;
        int B = 2;
        Tensor s = normal(seed, T, B, 2);
        for (Negatives negatives : Negatives.values()) {
            Tensor o = normal(~seed, T, B, 2);
            double[] before = World.numbers(dot(negatives).cost(s, o));
            for (int j = 0; j < T * B; j++) {
                Tensor other = o.copy();
                other.array().set(2 * j, 7);
                double[] after = World.numbers(dot(negatives).cost(s, other));
                for (int i = 0; i < T * B; i++) {
                    boolean looks = i == j || switch (negatives) {
                        case EVERYWHERE -> true;
                        case OTHER_ROWS -> i % B != j % B;
                        case OTHER_TIMES -> i % B == j % B;
                        case SAME_TIME -> i / B == j / B;
                    };
                    assertEquals(looks, before[i] != after[i], negatives + ": " + i + " and " + j);
                }
            }
        }
    }

    /** With equal scores everywhere each observation is 1 in K, and tells nothing. */
    @Example
    void equalScoresAreWorthNothing() {
        Tensor s = Tensor.full(Shape.of(4, 3, 2), 0.7, Precision.FLOAT64);
        for (Negatives negatives : Negatives.values()) {
            assertEquals(0, dot(negatives).cost(s, s).abs().max().item(), 1e-15);
        }
    }
}
