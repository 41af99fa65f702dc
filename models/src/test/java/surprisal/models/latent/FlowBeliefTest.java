package surprisal.models.latent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.models.World;
import surprisal.models.dist.AffineCoupling;
import surprisal.models.dist.Bijection;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Flow;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;

/**
 * A belief that is a flow learns what an independent one can't say: with p(x, z) known and linear, the least F of an independent
 * normal is −log p(x) + ½ log(Π Λᵢᵢ/|Λ|), Λ = I + W Wᵀ/σ² of the posterior, and a coupling reaches −log p(x).
 */
class FlowBeliefTest {

    private static final int ROWS = 64;

    /** Scales stay 1: a posterior that is normal has the same spread everywhere. */
    private static final Tensor SHIFTS = Tensor.of(0.0, 0, 1, 1);

    private final LinearGaussian world =
            new LinearGaussian(new double[][] {{1.5, -1, 0.5}, {1.2, -0.6, 1}}, new double[] {0.3, 0, -0.2}, 0.7);
    private final Tensor x = world.draw(ROWS, new Rng(1));
    private final double surprise = -Arrays.stream(world.evidences(x)).average().orElseThrow();

    /** N(μ(x), σ²), carried through a coupling if there is one; the model is the world's own, and no part of what learns. */
    record Belief(Linear encoder, List<Linear> conditioners) {

        static Belief of(Rng rng, int couplings) {
            return new Belief(Linear.of(LinearGaussian.N, 4, Init.GLOROT, Precision.FLOAT64, rng),
                    couplings == 0 ? List.of() : List.of(Linear.of(2, 4, Init.GLOROT, Precision.FLOAT64, rng)));
        }

        LatentModel with(LinearGaussian.Correlated world) {
            return new LatentModel() {
                @Override
                public Distribution q(Tensor x) {
                    return new Flow(Normal.of(encoder.apply(x), 1e-4), conditioners.stream()
                            .<Bijection>map(c -> new AffineCoupling(Tensor.of(1.0, 0), z -> c.apply(z).times(SHIFTS))).toList());
                }

                @Override
                public Distribution p(Tensor z) { return world.p(z); }

                @Override
                public Distribution prior() { return world.prior(); }
            };
        }
    }

    /** F of the belief after 600 steps of Adam, 8 draws a row each. */
    private double trained(int couplings) {
        Belief belief = Belief.of(new Rng(2), couplings);
        LinearGaussian.Correlated p = world.exact();
        Update adam = Update.adam(Schedule.cosine(0.05, 0, 600));
        Rng rng = new Rng(3);
        Tape tape = new Tape();
        for (int step = 0; step < 600; step++) {
            adam.step(belief, tape.grad(belief, m -> m.with(p).logWeights(x, 8, rng).mean().neg()));
        }
        return -belief.with(p).logWeights(x, 2000, new Rng(4)).mean().item();
    }

    @Test
    void aFlowLearnsThePosteriorThatAnIndependentNormalCannotHold() {
        double[][] W = world.W();
        double v = world.sigma() * world.sigma();
        double first = 1 + World.dot(W[0], W[0]) / v;
        double second = 1 + World.dot(W[1], W[1]) / v;
        double both = World.dot(W[0], W[1]) / v;
        double apart = 0.5 * Math.log(first * second / (first * second - both * both));
        assertTrue(apart > 0.3, "" + apart);
        assertEquals(apart, trained(0) - surprise, 0.03); // 128,000 weights that spread over about a nat: 0.003; the rest is training
        assertEquals(0, trained(1) - surprise, 0.03);
    }
}
