package surprisal.models.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Grad;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/** What holds of signals: bounds and where they are reached, invariances, sums, gradients. */
class SignalLawsTest {

    private static final Precision F64 = Precision.FLOAT64;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), F64));
    }

    private static Mlp net(long seed, int... sizes) {
        return Mlp.of(new Rng(seed), F64, Unary.TANH, sizes);
    }

    private static Views views(long seed) {
        return new Views(net(seed, 3, 4, 2), net(seed + 1, 5, 4, 2));
    }

    /** Every signal, of states of three numbers and observations of five: a new one is added here. */
    private static List<Signal> all(long seed) {
        Views views = views(seed);
        List<Signal> all = new ArrayList<>();
        for (Critic critic : Critic.values()) {
            for (Negatives negatives : Negatives.values()) {
                all.add(new Contrastive(views, critic, 0.5, negatives));
            }
        }
        all.add(RedundancyReduction.of(views));
        all.add(new Whitening(views, 0));
        all.add(new Whitening(views, 0.1));
        all.add(VicReg.of(views));
        all.add(new Reconstruction(net(seed + 2, 3, 4, 5), Likelihood.gaussian(0.5)));
        all.add(new Reconstruction(net(seed + 2, 3, 4, 5), new Likelihood.LearnedStd(Tensor.zeros(Shape.of(5), F64))));
        all.add(new Reconstruction(net(seed + 2, 3, 4, 5), Likelihood.LearnedStd.of(0.8, F64)));
        all.add(new Reconstruction(net(seed + 2, 3, 4, 10), new Likelihood.PredictedStd(1e-4)));
        all.add(task(seed));
        all.add(SelfDistillation.byol(net(seed + 3, 3, 4, 2), Ema.of(net(seed + 4, 5, 2), 0.9)));
        all.add(Prototypes.of(views, 3, 2, F64, new Rng(seed)));
        all.add(all.get(0).plus(all.getLast().times(0.3)));
        return all;
    }

    private static TaskOriented task(long seed) {
        return new TaskOriented(List.of(
                new TaskOriented.Head("reward", net(seed + 5, 3, 4, 2), new Likelihood.PredictedStd(1e-4), 1),
                new TaskOriented.Head("values", net(seed + 6, 3, 4), Likelihood.gaussian(2), 4)));
    }

    // ---- what holds of all

    /** Rows in another order cost the same in that order, to the rounding of sums in another order. */
    @Property(tries = 10)
    void rowsInAnotherOrderCostTheSame(@ForAll long seed) {
        int[] order = {3, 0, 6, 1, 5, 2, 4};
        Tensor s = normal(seed, 7, 3);
        Tensor o = normal(~seed, 7, 5);
        for (Signal signal : all(seed)) {
            assertArrayEquals(World.numbers(signal.cost(s, o).gather(0, order)),
                    World.numbers(signal.cost(s.gather(0, order), o.gather(0, order))), 1e-8, signal.toString());
        }
    }

    /** Times and rows are rows (where a signal does not tell them apart), and costs come in the axes of the states. */
    @Property(tries = 10)
    void axesBeforeTheLastAreRows(@ForAll long seed) {
        Tensor s = normal(seed, 4, 2, 3);
        Tensor o = normal(~seed, 4, 2, 5);
        for (Signal signal : all(seed)) {
            Tensor cost = signal.cost(s, o);
            assertEquals(Shape.of(4, 2), cost.shape());
            if (!(signal instanceof Contrastive contrast) || contrast.negatives() == Negatives.EVERYWHERE) {
                assertArrayEquals(World.numbers(cost), World.numbers(signal.cost(s.reshape(8, 3), o.reshape(8, 5))), 1e-12);
            }
        }
    }

    /** Half the digits of float32 are left after the worst of them, the inverse of a covariance. */
    @Property(tries = 10)
    void singleIsNearDouble(@ForAll long seed) {
        Tensor s = normal(seed, 40, 3);
        Tensor o = normal(~seed, 40, 5);
        for (Signal signal : all(seed)) {
            if (signal instanceof SelfDistillation) {
                continue; // its target is of one precision
            }
            double[] exact = World.numbers(signal.cost(s, o));
            Signal single = Tree.map(signal, leaf -> leaf.to(Precision.FLOAT32));
            Tensor cost = single.cost(s.to(Precision.FLOAT32), o.to(Precision.FLOAT32));
            for (int i = 0; i < exact.length; i++) {
                assertEquals(exact[i], cost.at(i), 1e-3 * (1 + Math.abs(exact[i])), signal.toString());
            }
        }
    }

    /** By every weight and by states and observations; the codes of prototypes are constants, and are left to PyTorch's numbers. */
    @Example
    void gradientsAreLimitsOfDifferences() {
        record At(Signal signal, Tensor s, Tensor o) {}
        for (Signal signal : all(11)) {
            if (signal.toString().contains("Prototypes")) {
                continue;
            }
            Tensor s = normal(12, 3, 2, 3);
            Tensor o = normal(13, 3, 2, 5);
            if (signal instanceof SelfDistillation) {
                GradCheck.standard().model(new At(signal, s, Tensor.zeros(Shape.of(0), F64)), m -> m.signal().cost(m.s(), o));
            } else {
                GradCheck.standard().model(new At(signal, s, o), m -> m.signal().cost(m.s(), m.o()));
            }
        }
    }

    @Example
    void everyTensorOfASignalIsFoundAndUsed() {
        Tensor s = normal(1, 6, 3);
        Tensor o = normal(2, 6, 5);
        for (Signal signal : all(3)) {
            assertTrue(Tree.leaves(signal).size() > 0, signal.toString());
            assertEquals(List.of(), new Tape().unused(signal, m -> m.cost(s, o).sum()), signal.toString());
        }
        Signal sum = new Reconstruction(net(0, 3, 5), Likelihood.LearnedStd.of(1, F64)).plus(task(0).on(0, 5).times(2));
        assertEquals(List.of("terms.0.decoder.layers.0.weight", "terms.0.decoder.layers.0.bias", "terms.0.likelihood.logStd",
                "terms.1.signal.signal.heads.0.net.layers.0.weight"), List.copyOf(Tree.leaves(sum).keySet()).subList(0, 4));
    }

    // ---- sums, parts and likelihoods

    @Property(tries = 20)
    void sumsAreLinearAndPartsSeeTheirs(@ForAll long seed) {
        Tensor s = normal(seed, 4, 3);
        Tensor o = normal(~seed, 4, 9);
        Signal a = new Reconstruction(net(seed, 3, 5), Likelihood.gaussian(1)).on(0, 5);
        Signal b = new Reconstruction(net(seed + 1, 3, 4), Likelihood.gaussian(2)).on(5, 9);
        double[] both = World.numbers(a.times(2).plus(b).times(-0.5).cost(s, o));
        double[] first = World.numbers(new Reconstruction(net(seed, 3, 5), Likelihood.gaussian(1)).cost(s, o.slice(0, 5)));
        double[] second = World.numbers(new Reconstruction(net(seed + 1, 3, 4), Likelihood.gaussian(2)).cost(s, o.slice(5, 9)));
        for (int i = 0; i < both.length; i++) {
            assertEquals(-first[i] - second[i] / 2, both[i], 1e-12 * (1 + Math.abs(first[i]) + Math.abs(second[i])));
        }
    }

    /** Σ (o − h)²/2σ² + ½ log 2πσ², and −Σ log of coins, in plain numbers. */
    @Property(tries = 20)
    void reconstructionIsMinusLogProbability(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int m) {
        Linear decoder = new Linear(normal(seed + 1, 3, m), normal(seed + 2, m));
        Tensor s = normal(seed, 3);
        Tensor o = normal(~seed, m);
        double[] h = World.numbers(decoder.apply(s));
        double gauss = 0;
        double coins = 0;
        for (int i = 0; i < m; i++) {
            gauss += Math.pow(o.at(i) - h[i], 2) / (2 * 0.49) + 0.5 * Math.log(2 * Math.PI * 0.49);
            double p = 1 / (1 + Math.exp(-h[i]));
            coins -= o.at(i) > 0 ? Math.log(p) : Math.log(1 - p);
        }
        Tensor bits = o.relu().div(o.abs());
        assertEquals(gauss, new Reconstruction(decoder, Likelihood.gaussian(0.7)).cost(s, o).item(), 1e-12 * (1 + gauss));
        assertEquals(coins, new Reconstruction(decoder, Likelihood.bernoulli()).cost(s, bits).item(), 1e-12 * (1 + coins));
    }

    /** A decoder of pictures [height, width, channels] is one of their numbers in a row. */
    @Property(tries = 10)
    void picturesAreFlattened(@ForAll long seed) {
        Mlp decoder = net(seed, 3, 4, 12);
        Tensor s = normal(seed, 2, 3, 3);
        Tensor o = normal(~seed, 2, 3, 12);
        Signal pictures = new Reconstruction(h -> decoder.apply(h).reshape(2, 3, 2, 3, 2), Likelihood.gaussian(1));
        assertArrayEquals(World.numbers(new Reconstruction(decoder, Likelihood.gaussian(1)).cost(s, o)),
                World.numbers(pictures.cost(s, o)));
    }

    /** With σ² = mean (o − h)² the slope by log σ is 0, and any other σ costs more. */
    @Property(tries = 20)
    void theBestSensoryPrecisionIsOneOverTheSquaredError(@ForAll long seed) {
        Tensor s = normal(seed, 9, 3);
        Tensor o = normal(~seed, 9, 5);
        Mlp decoder = net(seed, 3, 5);
        double mse = decoder.apply(s).minus(o).square().mean().item();
        Likelihood best = new Likelihood.LearnedStd(Tensor.of(Math.log(mse) / 2));
        Grad<Likelihood> grad = new Tape().grad(best, m -> new Reconstruction(decoder, m).cost(s, o).sum());
        assertEquals(0, ((Likelihood.LearnedStd) grad.gradient()).logStd().item(), 1e-11);
        for (double factor : new double[] {0.9, 1.1}) {
            assertTrue(new Reconstruction(decoder, Likelihood.gaussian(Math.sqrt(mse) * factor)).cost(s, o).sum().item()
                    > grad.loss());
        }
    }

    /** What a head is not asked for does not change its cost, and the sum is over heads. */
    @Property(tries = 20)
    void tasksAreTheSumOfTheirHeads(@ForAll long seed) {
        TaskOriented task = task(seed);
        Tensor s = normal(seed, 4, 3);
        Tensor o = normal(~seed, 4, 5);
        double[] reward = World.numbers(task.p("reward", s).logProb(o.slice(0, 1)));
        double[] values = World.numbers(task.p("values", s).logProb(o.slice(1, 5)));
        double[] cost = World.numbers(task.cost(s, o));
        for (int i = 0; i < cost.length; i++) {
            assertEquals(-reward[i] - values[i], cost[i], 1e-12 * (1 + Math.abs(cost[i])));
        }
    }

    /** A loss of all states is borne by each. */
    @Example
    void lossesOfTheBatchAreBorneByEach() {
        Tensor cost = RedundancyReduction.of(views(4)).cost(normal(5, 3, 4, 3), normal(6, 3, 4, 5));
        assertEquals(cost.at(0), cost.mean().item(), 1e-13);
        assertEquals(0, cost.minus(cost.at(0)).abs().max().item());
    }
}
