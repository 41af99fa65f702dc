package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

class ChoicesLawsTest {

    private static Choices draw(long seed, int n, int classes) {
        return new Choices(Tensor.of(new Rng(seed).normal(Shape.of(n * classes), Precision.FLOAT64)).times(2), classes);
    }

    /** All ways to choose, one-hot, [classesⁿ, n · classes]. */
    private static Tensor events(int n, int classes) {
        int count = (int) Math.round(Math.pow(classes, n));
        int[] index = new int[count * n];
        for (int e = 0; e < count; e++) {
            int rest = e;
            for (int i = 0; i < n; i++, rest /= classes) {
                index[e * n + i] = rest % classes;
            }
        }
        return Tensor.oneHot(classes, Precision.FLOAT64, index).reshape(count, n * classes);
    }

    @Property(tries = 200)
    void areEnumerated(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int n,
            @ForAll @IntRange(min = 1, max = 4) int classes) {
        Choices q = draw(seed, n, classes);
        Choices p = draw(~seed, n, classes);
        Tensor x = events(n, classes);
        Tensor logQ = q.logProb(x);
        Tensor logP = p.logProb(x);
        double sum = 0;
        double entropy = 0;
        double divergence = 0;
        for (int i = 0; i < x.shape().dim(0); i++) {
            double prob = Math.exp(logQ.at(i));
            sum += prob;
            entropy -= prob * logQ.at(i);
            divergence += prob * (logQ.at(i) - logP.at(i));
        }
        assertEquals(1, sum, 1e-12);
        assertEquals(entropy, q.entropy().item(), 1e-12 * (1 + entropy));
        assertEquals(divergence, kl(q, p).item(), 1e-12 * (1 + divergence));
    }

    /**
     * The largest of relaxed draws has the class's probability, at every temperature; at a small one a draw is nearly
     * one-hot.
     */
    @Example
    void relaxedDrawsChooseAsTheyShould() {
        Choices one = draw(3, 2, 3);
        int rows = 20_000;
        Choices many = new Choices(one.logits().expand(Shape.of(rows, 6)), 3);
        for (double temperature : new double[] {0.1, 1, 10}) {
            Tensor z = many.relaxed(temperature, new Rng(1));
            double[] most = new double[6];
            for (int i = 0; i < 2 * rows; i++) {
                int best = 0;
                double sum = 0;
                for (int c = 0; c < 3; c++) {
                    sum += z.at(3 * i + c);
                    best = z.at(3 * i + c) > z.at(3 * i + best) ? c : best;
                }
                assertEquals(1, sum, 1e-12);
                most[i % 2 * 3 + best]++;
            }
            for (int c = 0; c < 6; c++) {
                double p = one.each().probs().at(c);
                assertEquals(p, most[c] / rows, 5 * Math.sqrt(p * (1 - p) / rows) + 1e-9);
            }
        }
        Tensor cold = many.relaxed(1e-3, new Rng(2));
        assertTrue(cold.square().sum().item() > 0.99 * 2 * rows);
    }

    @Property(tries = 10)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Choices q = draw(seed, 2, 3);
        GradCheck.standard().function(
                l -> new Choices(l[0], 3).relaxed(0.7, new Rng(5)).times(Tensor.of(1.0, 2, 3, -1, 0, 1)).sum(), q.logits());
        GradCheck.standard().function(l -> kl(new Choices(l[0], 3), q), draw(~seed, 2, 3).logits());
    }

    /** Straight-through: the gradient at a draw is that of the probabilities, exact for what is affine in it. */
    @Property(tries = 10)
    void affineLossesHaveTheExactGradient(@ForAll long seed) {
        Tensor v = Tensor.of(1.0, 2, 3, -1, 0, 1);
        Tensor logits = draw(seed, 2, 3).logits();
        var tape = new Tape();
        Tensor drawn = tape.grad(logits, l -> new Choices(l, 3).sample(new Rng(seed)).times(v).sum()).gradient().copy();
        Tensor exact = tape.grad(logits, l -> new Choices(l, 3).each().probs().reshape(6).times(v).sum()).gradient();
        for (int i = 0; i < 6; i++) {
            assertEquals(exact.at(i), drawn.at(i), 1e-13);
        }
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("choices among 4 classes from log-odds [6]: the last axis is a multiple of the number of classes",
                assertThrows(IllegalArgumentException.class, () -> new Choices(draw(0, 2, 3).logits(), 4)).getMessage());
        assertEquals("a relaxed draw at temperature 0.0: it takes a finite number > 0",
                assertThrows(IllegalArgumentException.class, () -> draw(0, 2, 3).relaxed(0, new Rng(0))).getMessage());
    }
}
