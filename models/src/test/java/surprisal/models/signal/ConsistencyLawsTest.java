package surprisal.models.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.nn.Mlp;

/** What holds of self-distillation and of prototypes: where a state is asked for what the other view says. */
class ConsistencyLawsTest {

    private static final Precision F64 = Precision.FLOAT64;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), F64));
    }

    private static Mlp net(long seed, int... sizes) {
        return Mlp.of(new Rng(seed), F64, Unary.TANH, sizes);
    }

    // ---- self-distillation

    private static final SelfDistillation BARE = SelfDistillation.simSiam(UnaryOperator.identity(), UnaryOperator.identity());

    @Property
    void distillationLiesBetweenAlignedAndOpposite(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int n) {
        Tensor a = normal(seed, n);
        Tensor b = normal(~seed, n);
        double cost = BARE.cost(a, b).item();
        assertTrue(cost >= 0 && cost <= 4 + 1e-14, "cost " + cost);
        double cos = World.dot(World.numbers(a), World.numbers(b))
                / Math.sqrt(World.dot(World.numbers(a), World.numbers(a)) * World.dot(World.numbers(b), World.numbers(b)));
        assertEquals(2 - 2 * cos, cost, 1e-14);
        assertEquals(0, BARE.cost(a, a.times(4)).item()); // 4 and its powers scale without rounding
        assertEquals(0, BARE.cost(a, a.times(3)).item(), 1e-30);
        assertEquals(4, BARE.cost(a, a.times(-3)).item(), 1e-14);
        assertEquals(cost, BARE.cost(a.times(0.01), b.times(300)).item(), 1e-14);
    }

    /** Exact zeros, and where the network is the encoder too, the gradient is that of the encoder's path alone. */
    @Property(tries = 20)
    void noGradientFlowsThroughTheTarget(@ForAll long seed) {
        record Model(Mlp encoder, Mlp predictor) {}
        Model model = new Model(net(seed, 3, 4, 2), net(seed + 1, 2, 2));
        Tensor s = normal(seed, 5, 2);
        Tensor x = normal(seed, 5, 3);
        Tensor y = normal(~seed, 5, 3);
        Grad<Model> grad = new Tape().grad(model, m -> SelfDistillation.simSiam(m.predictor(), m.encoder()).cost(s, y).sum());
        Tree.leaves(grad.gradient().encoder()).values().forEach(g -> assertEquals(0, g.abs().max().item()));
        Tree.leaves(grad.gradient().predictor()).values().forEach(g -> assertTrue(g.abs().max().item() > 0));
        Tensor goal = model.encoder().apply(y);
        Grad<Model> shared = new Tape().grad(model,
                m -> SelfDistillation.simSiam(m.predictor(), m.encoder()).cost(m.encoder().apply(x), y).sum());
        Grad<Model> apart = new Tape().grad(model,
                m -> SelfDistillation.simSiam(m.predictor(), o -> goal).cost(m.encoder().apply(x), y).sum());
        assertEquals(Tree.leaves(apart.gradient()).toString(), Tree.leaves(shared.gradient()).toString());
    }

    // ---- prototypes

    /** Rows sum to one after any number of turns, columns to N/K in the limit. */
    @Property(tries = 30)
    void codesAreSharedOutEvenly(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int N, @ForAll @IntRange(min = 1, max = 5) int K) {
        Tensor scores = normal(seed, N, K);
        for (int iterations : new int[] {1, 3, 400}) {
            Tensor q = new Sinkhorn(0.5, iterations).codes(scores);
            assertEquals(0, q.sum(1).minus(1).abs().max().item(), 1e-14);
            if (iterations == 400) {
                assertEquals(0, q.sum(0).minus((double) N / K).abs().max().item(), 1e-9);
            }
        }
    }

    /** ⟨Q, S⟩ + ε H[Q] is larger for the codes than for any others that are shared out evenly; offsets of S don't count. */
    @Property(tries = 30)
    void codesAreTheBestThatAreEven(@ForAll long seed) {
        Sinkhorn sinkhorn = new Sinkhorn(0.5, 400);
        Tensor scores = normal(seed, 6, 3);
        Tensor q = sinkhorn.codes(scores);
        Tensor other = sinkhorn.codes(normal(~seed, 6, 3));
        assertTrue(value(q, scores) >= value(other, scores), value(q, scores) + " < " + value(other, scores));
        assertTrue(value(q, scores) >= value(q.plus(other).div(2), scores));
        Tensor shifted = scores.plus(normal(seed + 1, 3)).plus(normal(seed + 2, 6, 1));
        assertArrayEquals(World.numbers(q), World.numbers(sinkhorn.codes(shifted)), 1e-9);
    }

    private static double value(Tensor q, Tensor scores) {
        return q.times(scores).sum().item() - 0.5 * q.xlogy(q).sum().item();
    }

    /** With little ε four rows of four directions get one prototype each, however small ε is. */
    @Example
    void codesOfDirectionsBecomeOneHot() {
        Tensor I = Tensor.oneHot(4, F64, 2, 0, 3, 1);
        for (double epsilon : new double[] {0.02, 1e-6}) {
            assertArrayEquals(World.numbers(I), World.numbers(new Sinkhorn(epsilon, 3).codes(I)), 1e-15);
        }
    }

    @Property(tries = 30)
    void prototypesKnowDirectionsAlone(@ForAll long seed) {
        Tensor C = normal(seed, 3, 2);
        Tensor s = normal(seed + 1, 7, 2);
        Tensor o = normal(seed + 2, 7, 2);
        double[] cost = World.numbers(new Prototypes(SignalTest.PLAIN, C, 0.1, Sinkhorn.standard()).cost(s, o));
        for (double x : cost) {
            assertTrue(x > 0, "cost " + x);
        }
        Tensor longer = normal(seed + 3, 3, 1).exp().times(C);
        assertArrayEquals(cost, World.numbers(new Prototypes(SignalTest.PLAIN, longer, 0.1, Sinkhorn.standard())
                .cost(s.times(3), o.times(0.2))), 1e-10);
    }
}
