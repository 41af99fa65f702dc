package surprisal.bench.learning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

class ProbeTest {
    private static Tensor random(Rng rng, int... dims) {
        return Tensor.of(rng.normal(Shape.of(dims), Precision.FLOAT64));
    }

    /** A line is found again, whatever the scale and the place of its numbers; what is no function of x is not. */
    @Test
    void aLineIsFoundAndNoiseIsNot() {
        Rng rng = new Rng(1);
        Tensor W = random(rng, 5, 2), x = random(rng, 40, 10, 5).plus(3), more = random(rng, 30, 10, 5).plus(3);
        Probe line = Probe.fit(x, x.matmul(W).minus(7), 1e-12);
        for (int i = 0; i < 10; i++) assertEquals(W.at(i), line.weight()[i / 2][i % 2], 1e-9);
        assertArrayEquals(new double[] {-7, -7}, line.offset(), 1e-9);
        assertArrayEquals(new double[] {1, 1}, line.r2(more, more.matmul(W).minus(7)), 1e-12);
        Tensor told = line.tells(more), y = more.matmul(W).minus(7);
        for (int i = 0; i < y.shape().size(); i++) assertEquals(y.at(i), told.at(i), 1e-9);
        double noise = Probe.fit(x, random(rng, 40, 10, 1), 1e-6).r2(more, random(rng, 30, 10, 1))[0];
        assertTrue(noise < 0.01, "R² of noise on other rows is " + noise);
        double half = Probe.fit(x, x.matmul(W).plus(random(rng, 40, 10, 2).times(2)), 1e-6)
                .r2(more, more.matmul(W).plus(random(rng, 30, 10, 2).times(2)))[0];
        double share = W.at(0) * W.at(0) + W.at(2) * W.at(2) + W.at(4) * W.at(4) + W.at(6) * W.at(6) + W.at(8) * W.at(8);
        assertEquals(share / (share + 4), half, 0.15, "the share of the variance that is the line's, to 5 standard errors of 300 rows");
    }

    /** Where the gradient of ½ |y − x W − b|²/N + ½ λ |W|² vanishes there is no better line. */
    @Test
    void theRidgeIsWhereItsGradientVanishes() {
        Rng rng = new Rng(2);
        Tensor x = random(rng, 20, 6), y = random(rng, 20, 1);
        Probe probe = Probe.fit(x, y, 0.3);
        double[] w = new double[7];
        for (int i = 0; i < 6; i++) w[i] = probe.weight()[i][0];
        w[6] = probe.offset()[0];
        Tensor gradient = new Tape().grad(Tensor.of(Shape.of(7, 1), w), v -> {
            Tensor W = v.slice(0, 0, 6);
            return x.matmul(W).plus(v.slice(0, 6, 7)).minus(y).square().mean().plus(W.square().sum().times(0.3));
        }).gradient();
        for (int i = 0; i < 7; i++) assertEquals(0, gradient.at(i), 1e-13);
    }

    @Test
    void rowsThatDontFitAreSaid() {
        Tensor x = Tensor.zeros(Shape.of(4, 3), Precision.FLOAT64), y = Tensor.zeros(Shape.of(5, 2), Precision.FLOAT64);
        assertEquals("a probe of rows [4, 3] and [5, 2]: it takes [.., n] and [.., m] with the same axes in front, and at least one row",
                assertThrows(IllegalArgumentException.class, () -> Probe.fit(x, y, 1)).getMessage());
        assertEquals("a ridge of 0.0: it takes a number > 0",
                assertThrows(IllegalArgumentException.class, () -> Probe.fit(x, x, 0)).getMessage());
        assertEquals("a probe from 3 numbers to 3 on rows [5, 2] and [5, 2]",
                assertThrows(IllegalArgumentException.class, () -> Probe.fit(x, x, 1).r2(y, y)).getMessage());
    }
}
