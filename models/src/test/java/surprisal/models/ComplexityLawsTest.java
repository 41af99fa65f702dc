package surprisal.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.List;
import java.util.function.BiFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Bernoulli;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Normal;

/** What the variants of D_KL[q ‖ p] promise, against the divergences in plain numbers. */
class ComplexityLawsTest {

    /** A belief and a prior about the same, of any kind: rows of q, one row of p. */
    record Pair(Tensor q, Tensor p) {

        static Pair draw(long seed, int rows, int n) {
            Rng rng = new Rng(seed);
            return new Pair(
                    Tensor.of(rng.normal(Shape.of(rows, 2 * n), Precision.FLOAT64)),
                    Tensor.of(rng.normal(Shape.of(2 * n), Precision.FLOAT64)));
        }

        private static Normal normal(Tensor x) {
            int n = x.shape().last() / 2;
            return new Normal(x.slice(0, n), x.slice(n, 2 * n).times(0.5).exp());
        }

        Tensor normals(Complexity c) { return c.of(normal(q), normal(p)); }

        Tensor classes(Complexity c) { return c.of(Categorical.ofLogits(q), Categorical.ofLogits(p)); }

        Tensor coins(Complexity c) { return c.of(new Bernoulli(q), new Bernoulli(p)); }

        /** D_KL of normals in each row and dimension, [rows][n]. */
        double[][] divergences() {
            int n = p.shape().last() / 2;
            double[][] kl = new double[q.shape().dim(0)][n];
            for (int i = 0; i < kl.length; i++) {
                for (int j = 0; j < n; j++) {
                    double s = Math.exp(0.5 * q.at(2 * n * i + n + j));
                    double t = Math.exp(0.5 * p.at(n + j));
                    double d = q.at(2 * n * i + j) - p.at(j);
                    kl[i][j] = Math.log(t / s) + (s * s + d * d) / (2 * t * t) - 0.5;
                }
            }
            return kl;
        }
    }

    private static void close(double expected, double actual) {
        assertEquals(expected, actual, 1e-12 * (1 + Math.abs(expected)));
    }

    private static void close(double factor, Tensor expected, Tensor actual) {
        for (int i = 0; i < expected.shape().size(); i++) {
            close(factor * expected.at(i), actual.at(i));
        }
    }

    @Property
    void betaIsAFactor(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 9) double beta) {
        Pair pair = Pair.draw(seed, 3, 2);
        Tensor once = pair.normals(Complexity.kl());
        close(beta, once, pair.normals(Complexity.kl().times(beta)));
        FreeEnergy F = new FreeEnergy(once, Tensor.of(-1.0, -2.0, -3.0));
        FreeEnergy weighted = new FreeEnergy(pair.normals(Complexity.kl().times(beta)), F.accuracy());
        close(1, F.weighted(beta), weighted.total());
    }

    /** The value of D_KL; the gradient of the belief has the share 1 − α, that of the prior α. */
    @Property
    void balanceMovesTheGradientAndNotTheValue(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double alpha) {
        Pair pair = Pair.draw(seed, 3, 2);
        Complexity balanced = Complexity.balanced(alpha);
        for (var kind : List.<BiFunction<Pair, Complexity, Tensor>>of(
                Pair::normals, Pair::classes, Pair::coins)) {
            close(1, kind.apply(pair, Complexity.kl()), kind.apply(pair, balanced));
            Tensor v = Tensor.of(1.0, -2.0, 3.0);
            Grad<Pair> plain = new Tape().grad(pair, m -> kind.apply(m, Complexity.kl()).times(v).sum());
            Grad<Pair> mixed = new Tape().grad(pair, m -> kind.apply(m, balanced).times(v).sum());
            close(1 - alpha, plain.gradient().q(), mixed.gradient().q());
            close(alpha, plain.gradient().p(), mixed.gradient().p());
        }
    }

    /** F_λ ≥ F in the mean; below λ there is no gradient, above it that of the mean. */
    @Property
    void freeNatsRaiseTheMean(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 6) double nats) {
        Pair pair = Pair.draw(seed, 4, 2);
        double mean = pair.normals(Complexity.kl()).mean().item();
        Complexity free = Complexity.kl().freeNats(nats);
        for (double each : numbers(pair.normals(free))) {
            close(Math.max(mean, nats), each);
        }
        Grad<Pair> grad = new Tape().grad(pair, m -> m.normals(free).mean());
        Grad<Pair> plain = new Tape().grad(pair, m -> m.normals(Complexity.kl()).mean());
        close(mean > nats ? 1 : 0, plain.gradient().q(), grad.gradient().q());
        close(mean > nats ? 1 : 0, plain.gradient().p(), grad.gradient().p());
    }

    @Property
    void freeBitsRaiseTheMeanOfEachDimension(@ForAll long seed, @ForAll @DoubleRange(min = 0, max = 3) double nats,
            @ForAll @IntRange(min = 1, max = 4) int n) {
        Pair pair = Pair.draw(seed, 3, n);
        double[][] kl = pair.divergences();
        double expected = 0;
        double plain = 0;
        boolean[] paid = new boolean[n];
        for (int j = 0; j < n; j++) {
            double mean = (kl[0][j] + kl[1][j] + kl[2][j]) / 3;
            expected += Math.max(mean, nats);
            plain += mean;
            paid[j] = mean > nats;
        }
        Complexity free = Complexity.freeBits(nats);
        Tensor cost = pair.normals(free);
        assertEquals(Shape.of(3), cost.shape());
        for (double each : numbers(cost)) {
            close(expected, each);
            assertTrue(each >= plain - 1e-12);
        }
        Grad<Pair> grad = new Tape().grad(pair, m -> m.normals(free).mean());
        Grad<Pair> whole = new Tape().grad(pair, m -> m.normals(Complexity.kl()).mean());
        for (int i = 0; i < 6 * n; i++) {
            close(paid[i % n] ? whole.gradient().q().at(i) : 0, grad.gradient().q().at(i));
        }
        if (n == 1) {
            close(1, pair.normals(Complexity.kl().freeNats(nats)), cost);
        }
    }

    @Example
    void aWarmUpIsASchedule() {
        Schedule beta = Schedule.warmUp(4, Schedule.constant(1));
        Pair pair = Pair.draw(0, 1, 3);
        double kl = pair.normals(Complexity.kl()).item();
        double[] expected = {0.25, 0.5, 0.75, 1, 1, 1};
        for (int step = 1; step <= 6; step++) {
            close(expected[step - 1] * kl, pair.normals(Complexity.kl().times(beta.at(step))).item());
        }
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("α of the balanced KL is 1.5: it takes a share from 0 to 1",
                assertThrows(IllegalArgumentException.class, () -> Complexity.balanced(1.5)).getMessage());
        assertEquals("λ is -1.0: it takes a number ≥ 0",
                assertThrows(IllegalArgumentException.class, () -> Complexity.freeBits(-1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Complexity.kl().freeNats(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Complexity.kl().times(-1));
        Categorical one = new Categorical(Tensor.of(0.5, 0.5));
        assertTrue(assertThrows(UnsupportedOperationException.class, () -> Complexity.freeBits(1).of(one, one)).getMessage()
                .startsWith("free bits for each dimension of a Categorical"));
        Distribution opaque = new Distribution() {
            @Override
            public Tensor logProb(Tensor x) { return x; }

            @Override
            public Tensor entropy() { return Tensor.of(0.0); }

            @Override
            public Tensor sample(Rng rng) { return Tensor.of(0.0); }
        };
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Complexity.balanced(0.8).of(opaque, one)).getMessage()
                .contains("is not a record"));
    }
}
