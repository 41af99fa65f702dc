package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dynamics.LinearGaussian;
import surprisal.models.dynamics.Moments;

class LinearFilterTest {
    private static final Precision FLOAT64 = Precision.FLOAT64;

    private static Tensor random(Rng rng, int... dims) {
        return Tensor.of(rng.normal(Shape.of(dims), FLOAT64));
    }

    /** A model whose posterior is the one that Kalman's filter of it settles to. */
    private static LinearFilter settled(LinearFilter any) {
        LinearGaussian source = any.source();
        Moments now = source.start(1), expected = now;
        for (int t = 0; t < 300; t++) {
            expected = source.predict(now, Tensor.zeros(Shape.of(1, 1), FLOAT64));
            now = source.update(expected, Tensor.zeros(Shape.of(1, 2), FLOAT64));
        }
        Tensor P = now.covariance().reshape(2, 2), one = Tensor.of(Shape.of(2, 2), 1.0, 0, 0, 1);
        // m = m⁻ + o K for m⁻ = 0: a row of K for each unit vector that is seen
        Tensor K = source.update(new Moments(Tensor.zeros(Shape.of(2, 2), FLOAT64), expected.covariance().expand(Shape.of(2, 2, 2))), one)
                .mean();
        double a = Math.sqrt(P.at(0)), b = P.at(2) / a;
        Tensor L = Tensor.of(Shape.of(2, 2), a, 0, b, Math.sqrt(P.at(3) - b * b));
        return new LinearFilter(any.A(), any.B(), any.H(), any.motion(), any.noise(), K, L);
    }

    /** F ≥ surprise step by step on the mean, and equal for Kalman's posterior; a covariance is 1e-6 more than L Lᵀ. */
    @Test
    void fIsTheSurpriseWhereThePosteriorIsKalmans() {
        Rng rng = new Rng(1);
        LinearFilter any = LinearFilter.of(2, 1, 2, FLOAT64, rng), model = settled(any);
        Tensor actions = random(rng, 6, 5, 1), seen = random(rng, 6, 5, 2);
        LinearGaussian source = model.source();
        Tensor surprise = source.surprise(source.filter(source.start(5), actions, seen, rng).prior(), seen).sum(0);
        Tensor f = model.F(actions, seen).total();
        for (int b = 0; b < 5; b++) assertEquals(surprise.at(b), f.at(b), 1e-4);
        Tensor own = any.source().surprise(any.source().filter(any.source().start(5), actions, seen, rng).prior(), seen).sum(0);
        assertTrue(any.F(actions, seen).total().minus(own).mean().item() > 0.01, "any other posterior costs");
    }

    /** A gradient reaches every matrix. */
    @Test
    void everyMatrixLearns() {
        Rng rng = new Rng(2);
        LinearFilter any = LinearFilter.of(2, 1, 2, FLOAT64, rng);
        Tensor actions = random(rng, 4, 3, 1), seen = random(rng, 4, 3, 2);
        assertEquals(List.of(), new Tape().unused(any, m -> m.F(actions, seen).total().sum()));
    }
}
