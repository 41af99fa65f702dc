package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
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

/** The surrogate's mean gradient is the gradient of the mean, over all draws that there are. */
class ScoreFunctionLawsTest {

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64));
    }

    /** All nᵏ ways to draw k times, one-hot, [k, nᵏ, n]. */
    private static Tensor draws(int n, int k) {
        int ways = 1;
        for (int draw = 0; draw < k; draw++) {
            ways *= n;
        }
        int[] index = new int[k * ways];
        for (int way = 0; way < ways; way++) {
            int rest = way; // its digits in base n are the draws
            for (int draw = 0; draw < k; draw++) {
                index[draw * ways + way] = rest % n;
                rest /= n;
            }
        }
        return Tensor.oneHot(n, Precision.FLOAT64, index).reshape(k, ways, n);
    }

    /** f(x, θ) = x · (f + sin θ): it depends on what the draws come from, too. */
    private static Tensor cost(Tensor x, Tensor f, Tensor logits) {
        return x.times(f.plus(logits.sin())).sum(-1);
    }

    /** The mean over the k draws of the surrogate, for each way to draw them, [nᵏ]. */
    private static Tensor surrogate(Tensor x, Tensor f, Tensor logits, BinaryOperator<Tensor> form) {
        return form.apply(cost(x, f, logits), Categorical.ofLogits(logits).logProb(x)).mean(0);
    }

    private static final List<BinaryOperator<Tensor>> BASELINES = List.of(
            (cost, log) -> ScoreFunction.surrogate(cost, log, 0),
            (cost, log) -> ScoreFunction.surrogate(cost, log, -7),
            (cost, log) -> ScoreFunction.surrogate(cost, log, ScoreFunction.leaveOneOut(cost)));

    @Property(tries = 60)
    void isUnbiasedWithEveryBaseline(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n,
            @ForAll @IntRange(min = 2, max = 3) int k) {
        Tensor logits = normal(seed, n);
        Tensor f = normal(~seed, n).times(3);
        Tensor x = draws(n, k);
        double[] exact = World.numbers(new Tape().grad(logits, l -> l.softmax().times(f.plus(l.sin())).sum()).gradient());
        Tensor weight = Categorical.ofLogits(logits).logProb(x).sum(0).exp();
        for (BinaryOperator<Tensor> form : BASELINES) {
            Tensor gradient = new Tape().grad(logits, l -> surrogate(x, f, l, form).times(weight).sum()).gradient();
            assertArrayEquals(exact, World.numbers(gradient), 1e-12);
        }
    }

    @Property(tries = 60)
    void itsValueIsTheCost(@ForAll long seed) {
        Tensor logits = normal(seed, 3);
        Tensor f = normal(~seed, 3);
        for (BinaryOperator<Tensor> form : BASELINES) {
            assertArrayEquals(World.numbers(cost(draws(3, 2), f, logits).mean(0)),
                    World.numbers(surrogate(draws(3, 2), f, logits, form)), 1e-15);
        }
    }

    /** A baseline that is learned gets no gradient from here. */
    @Property(tries = 20)
    void aLearnedBaselineIsAConstant(@ForAll long seed) {
        Tensor model = normal(seed, 4);
        Tensor f = normal(~seed, 3);
        Tensor gradient = new Tape().grad(model, m -> surrogate(draws(3, 2), f, m.slice(0, 3),
                (cost, log) -> ScoreFunction.surrogate(cost, log, m.slice(3, 4))).sum()).gradient();
        assertEquals(0, gradient.at(3));
    }

    /** E‖g‖² over all ways to draw, for costs that are far from zero. */
    @Property(tries = 30)
    void theOtherDrawsTakeVarianceAway(@ForAll long seed) {
        Tensor logits = normal(seed, 3);
        Tensor f = normal(~seed, 3).plus(10);
        Tensor x = draws(3, 3);
        double[] weight = World.numbers(Categorical.ofLogits(logits).logProb(x).sum(0).exp());
        double[] second = new double[BASELINES.size()];
        Tape tape = new Tape();
        for (int b = 0; b < second.length; b++) {
            BinaryOperator<Tensor> form = BASELINES.get(b);
            for (int way = 0; way < weight.length; way++) {
                Tensor one = x.slice(1, way, way + 1);
                double[] g = World.numbers(tape.grad(logits, l -> surrogate(one, f, l, form).sum()).gradient());
                second[b] += weight[way] * Arrays.stream(g).map(y -> y * y).sum();
            }
        }
        assertTrue(second[2] < 0.5 * second[0] && second[0] < second[1], Arrays.toString(second));
    }

    @Example
    void leaveOneOutIsTheMeanOfTheOthers() {
        assertEquals("[2.5, 2, 1.5]", ScoreFunction.leaveOneOut(Tensor.of(1.0, 2, 3)).toString());
        assertEquals("a baseline from the other draws of a cost [1, 3]: its first axis is the draws, at least two",
                assertThrows(IllegalArgumentException.class, () -> ScoreFunction.leaveOneOut(normal(1, 1, 3))).getMessage());
    }
}
