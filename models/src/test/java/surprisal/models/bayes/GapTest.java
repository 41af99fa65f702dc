package surprisal.models.bayes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;

/** A curve seen on both sides of a gap, y = sin 2x + 0.1 ε: what is uncertain of it is so in the gap. */
class GapTest {

    private static final int N = 40;
    private static final int CENTRES = 20;
    private static final Tensor NOISE = Tensor.of(0.1f);

    /** Evenly from lo to hi, [n, 1]. */
    private static Tensor grid(double lo, double hi, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (lo + (hi - lo) * i / (n - 1));
        }
        return Tensor.of(Shape.of(n, 1), x);
    }

    private static final Tensor X = Tensor.concat(0, grid(-2, -0.8, N / 2), grid(0.8, 2, N / 2));
    private static final Tensor Y = X.times(2).sin().plusTimes(NOISE, X.noise(new Rng(7)));

    /** Bumps around 20 centres, whose weights have a prior of σ = 1: they are 0 far from the data. */
    private static Tensor bumps(Tensor x) {
        return x.minus(grid(-2.5, 2.5, CENTRES).reshape(1, CENTRES)).div(0.4).square().times(-0.5).exp();
    }

    /** The mean epistemic standard deviation on the data and in the middle of the gap. */
    private static double[] stds(Function<Tensor, Predictive> members) {
        return new double[] {
            members.apply(X).epistemic().sqrt().mean().item(),
            members.apply(grid(-0.4, 0.4, 21)).epistemic().sqrt().mean().item()
        };
    }

    private static void opens(double[] stds) {
        assertTrue(stds[1] > 3 * stds[0], () -> "on the data and in the gap " + Arrays.toString(stds));
    }

    @Test
    void membersDisagreeInTheGap() {
        Ensemble ensemble = Ensemble.of(5, new Rng(0), Unary.RELU, 1, 32, 32, 1);
        Update adam = Update.adam(0.01);
        Tape tape = new Tape();
        for (int step = 0; step < 300; step++) {
            adam.step(ensemble, tape.grad(ensemble, m ->
                    new Normal(m.apply(X), NOISE).logProb(Y).neg().mean(1).sum()));
        }
        opens(stds(x -> Predictive.of(ensemble.apply(x), NOISE)));
        double error = ensemble.apply(X).mean(0).minus(X.times(2).sin()).square().mean().item();
        assertTrue(Math.sqrt(error) < 0.1, () -> "the mean of the members is off by " + Math.sqrt(error));
    }

    /** Five masks that are drawn once: each is a member, whatever the others share with it. */
    @Test
    void masksThatAreKeptDisagreeInTheGap() {
        Rng rng = new Rng(0);
        DropoutMlp net = new DropoutMlp(Mlp.of(rng, Precision.FLOAT32, Unary.RELU, 1, 40, 40, 1), 0.5);
        List<Tensor> masks = net.masks(5, rng);
        Update adam = Update.adam(0.01);
        Tape tape = new Tape();
        for (int step = 0; step < 300; step++) {
            adam.step(net, tape.grad(net, m -> new Normal(m.apply(X, masks), NOISE).logProb(Y).neg().mean(1).sum()));
        }
        opens(stds(x -> Predictive.of(net.apply(x, masks), NOISE)));
    }

    /** Bayes by backprop on the bumps, and beside it the exact posterior, whose weights are not independent. */
    @Test
    void weightsAreUncertainInTheGap() {
        BayesMlp net = BayesMlp.of(new Rng(0), Precision.FLOAT32, Unary.TANH, Math.sqrt(CENTRES), CENTRES, 1);
        Update adam = Update.adam(0.03);
        Tape tape = new Tape();
        Rng rng = new Rng(1);
        Tensor bumps = bumps(X);
        for (int step = 0; step < 600; step++) {
            adam.step(net, tape.grad(net, m ->
                    m.freeEnergy(new Normal(m.apply(bumps, rng), NOISE).logProb(Y), N).total().mean()));
        }
        double[] believed = stds(x -> Predictive.of(net.draws(200, rng).apply(bumps(x)), NOISE));
        opens(believed);
        BayesRegression exact = BayesRegression.prior(CENTRES, 1, 1, 0.1, Precision.FLOAT64)
                .update(bumps.to(Precision.FLOAT64), Y.to(Precision.FLOAT64));
        Function<Tensor, Double> std = x ->
                exact.spread(bumps(x).to(Precision.FLOAT64)).sqrt().mean().item();
        double[] known = {std.apply(X), std.apply(grid(-0.4, 0.4, 21))};
        opens(known);
        assertTrue(believed[1] < 1.25 * known[1] && believed[1] > 0.25 * known[1], // surer than it may be, by being diagonal
                () -> Arrays.toString(believed) + " for " + Arrays.toString(known));
    }

    @Test
    void sameSeedSameBits() {
        double[][] twice = new double[2][];
        for (int i = 0; i < 2; i++) {
            Rng rng = new Rng(5);
            BayesMlp net = BayesMlp.of(rng, Precision.FLOAT32, Unary.SILU, 1, 1, 16, 2);
            NormalHead head = new NormalHead(1e-3);
            Update adam = Update.adam(0.01);
            Tape tape = new Tape();
            for (int step = 0; step < 5; step++) {
                adam.step(net, tape.grad(net, m -> m.freeEnergy(head.apply(m.apply(X, rng)).logProb(Y), N).total().mean()));
            }
            Predictive p = Predictive.of(head.apply(net.draws(4, rng).apply(X)));
            twice[i] = World.numbers(Tensor.concat(0, p.mean().reshape(-1),
                    InformationGain.monteCarlo(p, 2, rng), Bootstrap.poisson(3, 5, Precision.FLOAT32, rng).reshape(-1)));
        }
        assertTrue(Arrays.equals(twice[0], twice[1]));
        assertEquals(2 * N + 15, twice[0].length);
    }
}
