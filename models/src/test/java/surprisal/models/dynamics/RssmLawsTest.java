package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;
import surprisal.models.plan.Enumerate;
import surprisal.models.plan.Plan;
import surprisal.models.signal.Signal;

class RssmLawsTest {

    private static final Latent.Gaussian GAUSSIAN = new Latent.Gaussian(3, 0.1);
    private static final Latent.OneHots ONE_HOTS = new Latent.OneHots(2, 3, 0.01);
    private static final Rssm.Sizes SIZES = new Rssm.Sizes(2, 5, 4, 6);

    /** h′ = tanh(x W + h): a unit of one's own. */
    record Plain(Linear input) implements Memory {
        @Override
        public int size() {
            return input.bias().shape().last();
        }

        @Override
        public Tensor next(Tensor x, Tensor h) {
            return input.apply(x).plus(h).tanh();
        }
    }

    private static Tensor random(Rng rng, int... dims) {
        return Tensor.of(rng.normal(Shape.of(dims), Precision.FLOAT64));
    }

    private static Rssm model(Latent latent, Unary activation, long seed) {
        return Rssm.of(latent, SIZES, activation, Precision.FLOAT64, new Rng(seed));
    }

    private static Rssm own(long seed) {
        Rng rng = new Rng(seed);
        Memory memory = new Plain(Linear.of(6, 4, Init.GLOROT, Precision.FLOAT64, rng));
        return Rssm.of(GAUSSIAN, SIZES, memory, Unary.SILU, Precision.FLOAT64, rng);
    }

    private static Rssm lstm(Latent latent, long seed) {
        Rng rng = new Rng(seed);
        Memory memory = Memory.LongShort.of(6, 4, Precision.FLOAT64, rng);
        return Rssm.of(latent, SIZES, memory, Unary.ELU, Precision.FLOAT64, rng);
    }

    private static Rssm transformer(Latent latent, long seed) {
        Rng rng = new Rng(seed);
        Memory memory = Memory.Attentive.of(6, 3, 2, 2, Precision.FLOAT64, rng);
        return Rssm.of(latent, new Rssm.Sizes(2, 5, 6, 6), memory, Unary.ELU, Precision.FLOAT64, rng);
    }

    static void close(Object expected, Object actual, double tolerance) {
        List<Tensor> a = List.copyOf(Tree.leaves(expected).values());
        List<Tensor> b = List.copyOf(Tree.leaves(actual).values());
        assertEquals(Tree.leaves(expected).keySet(), Tree.leaves(actual).keySet());
        for (int k = 0; k < a.size(); k++) {
            assertEquals(a.get(k).shape(), b.get(k).shape());
            for (int i = 0; i < a.get(k).shape().size(); i++) {
                assertEquals(a.get(k).at(i), b.get(k).at(i), tolerance * (1 + Math.abs(a.get(k).at(i))));
            }
        }
    }

    /** The op for whole sequences, and what goes by itself in one product, are the steps: 1e-12 for the order of sums. */
    @Property(tries = 25)
    void aSequenceIsItsSteps(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int T, @ForAll @IntRange(min = 1, max = 9) int batch) {
        Rng rng = new Rng(seed);
        Tensor actions = random(rng, T, batch, 2);
        Tensor seen = random(rng, T, batch, 5);
        for (Rssm model : List.of(
                model(GAUSSIAN, Unary.ELU, seed), model(GAUSSIAN, Unary.SILU, seed), model(ONE_HOTS, Unary.ELU, seed), own(seed),
                lstm(GAUSSIAN, seed), lstm(ONE_HOTS, seed), transformer(GAUSSIAN, seed), transformer(ONE_HOTS, seed))) {
            Belief before = model.draw(model.predict(model.start(batch), random(rng, batch, 2)), new Rng(seed));
            Path<Belief> path = model.filter(before, actions, seen, new Rng(seed + 1));
            close(new Stepped<>(model).filter(before, actions, seen, new Rng(seed + 1)), path, 1e-12);
            assertEquals(T, path.steps());
        }
    }

    /** What one sequence does is nobody else's business. */
    @Property(tries = 25)
    void aBatchIsOneByOne(@ForAll long seed, @ForAll @IntRange(min = 2, max = 20) int batch) {
        Rng rng = new Rng(seed);
        for (Rssm model : List.of(
                model(GAUSSIAN, Unary.ELU, seed), model(ONE_HOTS, Unary.ELU, seed), lstm(GAUSSIAN, seed), transformer(GAUSSIAN, seed))) {
            Tensor actions = random(rng, batch, 2);
            Tensor seen = random(rng, batch, 5);
            Belief before = model.draw(model.predict(model.start(batch), actions), new Rng(seed));
            Belief after = model.update(model.predict(before, actions), seen);
            for (int b = 0; b < batch; b++) {
                int row = b;
                Belief alone = model.update(
                        model.predict(Tree.map(before, x -> x.slice(0, row, row + 1)), actions.slice(0, b, b + 1)),
                        seen.slice(0, b, b + 1));
                close(Tree.map(after, x -> x.slice(0, row, row + 1)), alone, 1e-12);
            }
        }
    }

    /** h and p by the formula, in plain numbers. */
    @Example
    void theFormula() {
        Rssm model = model(GAUSSIAN, Unary.ELU, 3);
        Rng rng = new Rng(4);
        Belief before = new Belief(random(rng, 1, 4), new Normal(random(rng, 1, 3), random(rng, 1, 3)), random(rng, 1, 3));
        Tensor action = random(rng, 1, 2);
        Belief p = model.predict(before, action);
        double[] x = elu(sum(affine(action, model.action()), product(numbers(before.state()), model.state())));
        var unit = ((Memory.Gated) model.memory()).unit();
        double[] in = affine(Tensor.of(x), unit.input());
        double[] own = affine(before.memory(), unit.state());
        double[] h = new double[4];
        for (int i = 0; i < 4; i++) {
            double r = 1 / (1 + Math.exp(-in[i] - own[i]));
            double z = 1 / (1 + Math.exp(-in[4 + i] - own[4 + i]));
            h[i] = (1 - z) * Math.tanh(in[8 + i] + r * own[8 + i]) + z * before.memory().at(i);
        }
        assertArrayEquals(h, numbers(p.memory()), 1e-12);
        double[] raw = affine(Tensor.of(elu(affine(Tensor.of(h), model.prior().layers().get(0)))), model.prior().layers().get(1));
        normal(raw, p);
        Tensor seen = random(rng, 1, 5);
        double[] hidden = elu(sum(affine(seen, model.embed()), product(h, model.belief())));
        normal(affine(Tensor.of(hidden), model.posterior()), model.update(p, seen));
    }

    private static void normal(double[] raw, Belief belief) {
        Normal normal = (Normal) belief.distribution();
        assertArrayEquals(Arrays.copyOf(raw, 3), numbers(normal.mean()), 1e-12);
        assertArrayEquals(numbers(normal.mean()), numbers(belief.state()));
        for (int i = 0; i < 3; i++) {
            assertEquals(Math.log1p(Math.exp(raw[3 + i])) + 0.1, normal.std().at(i), 1e-12);
        }
    }

    private static double[] numbers(Tensor x) {
        double[] y = new double[x.shape().size()];
        Arrays.setAll(y, x::at);
        return y;
    }

    private static double[] affine(Tensor x, Linear layer) {
        return sum(product(numbers(x), layer.weight()), numbers(layer.bias()));
    }

    private static double[] product(double[] x, Tensor W) {
        double[] y = new double[W.shape().last()];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < y.length; j++) {
                y[j] += x[i] * W.at(i * y.length + j);
            }
        }
        return y;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] y = a.clone();
        Arrays.setAll(y, i -> a[i] + b[i]);
        return y;
    }

    private static double[] elu(double[] x) {
        return Arrays.stream(x).map(v -> v > 0 ? v : Math.expm1(v)).toArray();
    }

    /** Output and cell of an LSTM, in plain numbers, go from step to step one after the other. */
    @Example
    void anLstmCarriesItsOutputAndItsCell() {
        Memory.LongShort memory = Memory.LongShort.of(6, 4, Precision.FLOAT64, new Rng(3));
        Rng rng = new Rng(4);
        Tensor x = random(rng, 6);
        Tensor h = random(rng, 4);
        double[] own = affine(h.slice(0, 2), memory.unit().state());
        double[] a = sum(affine(x, memory.unit().input()), own);
        double[] next = new double[4];
        for (int i = 0; i < 2; i++) {
            double kept = h.at(2 + i) / (1 + Math.exp(-a[2 + i]));
            next[2 + i] = kept + Math.tanh(a[4 + i]) / (1 + Math.exp(-a[i]));
            next[i] = Math.tanh(next[2 + i]) / (1 + Math.exp(-a[6 + i]));
        }
        assertArrayEquals(next, numbers(memory.next(x, h)), 1e-12);
        assertEquals(4, memory.size());
        assertEquals("an LSTM that carries 5 numbers: it carries an output and a cell of the same length, so it takes an even "
                        + "number from 2 on",
                assertThrows(IllegalArgumentException.class, () -> Memory.LongShort.of(6, 5, Precision.FLOAT64, rng)).getMessage());
    }

    /** What a transformer remembers: the last inputs, of which each counts and the order too, and none before them. */
    @Property(tries = 20)
    void aTransformerSeesItsWindowAndNoMore(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Memory.Attentive memory = Memory.Attentive.of(6, 3, 2, 2, Precision.FLOAT64, rng);
        Tensor[] x = {random(rng, 2, 6), random(rng, 2, 6), random(rng, 2, 6), random(rng, 2, 6), random(rng, 2, 6)};
        Tensor h = after(memory, x[0], x[1], x[2], x[3]);
        close(Tensor.concat(-1, x[1], x[2], x[3]), h.slice(6, 24), 0);
        Tensor whole = memory.encoder().apply(memory.positions().apply(Tensor.stack(1, x[1], x[2], x[3])));
        close(whole.slice(1, 2, 3).reshape(2, 6), h.slice(0, 6), 1e-12);
        close(h, after(memory, x[4], x[1], x[2], x[3]), 0);
        Tensor nothing = x[0].times(0);
        close(after(memory, nothing, nothing, x[3]), after(memory, x[3]), 0);
        for (Tensor other : List.of(
                after(memory, x[4], x[2], x[3]), after(memory, x[1], x[4], x[3]), after(memory, x[1], x[2], x[4]),
                after(memory, x[2], x[1], x[3]))) {
            assertTrue(other.minus(h).slice(0, 6).abs().max().item() > 1e-6);
        }
        assertEquals(6, memory.seen());
        assertEquals(24, memory.size());
        assertEquals("a window of 0 inputs: it takes at least 1, the newest",
                assertThrows(IllegalArgumentException.class,
                        () -> Memory.Attentive.of(6, 0, 2, 2, Precision.FLOAT64, rng)).getMessage());
    }

    private static Tensor after(Memory memory, Tensor... inputs) {
        Tensor h = Tensor.zeros(Shape.of(2, memory.size()), Precision.FLOAT64);
        for (Tensor x : inputs) {
            h = memory.next(x, h);
        }
        return h;
    }

    /** A share of the uniform distribution, and one-hot samples whose groups are independent. */
    @Example
    void oneHotsNeverExcludeAClass() {
        Rssm model = model(ONE_HOTS, Unary.ELU, 5);
        Belief p = model.predict(model.start(2000), Tensor.zeros(Shape.of(2000, 2), Precision.FLOAT64));
        Categorical far = ONE_HOTS.of(Tensor.of(0.0, 0.0, 1e3, 0.0, 0.0, 0.0));
        assertArrayEquals(new double[] {0.01 / 3, 0.01 / 3, 0.99 + 0.01 / 3, 1 / 3.0, 1 / 3.0, 1 / 3.0}, numbers(far.probs()), 1e-15);
        Belief drawn = model.draw(p, new Rng(6));
        Tensor mean = drawn.state().mean(0);
        for (int i = 0; i < 6; i++) {
            double expected = p.state().at(i);
            assertEquals(expected, mean.at(i), 6 * Math.sqrt(expected * (1 - expected) / 2000));
        }
        for (int i = 0; i < 2000 * 2; i++) {
            assertEquals(1, drawn.state().at(3 * i) + drawn.state().at(3 * i + 1) + drawn.state().at(3 * i + 2));
        }
    }

    /** Open loop is the prior alone: it begins as filtering's prior does, and no observation can reach it. */
    @Property(tries = 20)
    void imaginationIsThePriorAlone(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor actions = random(rng, 5, 3, 2);
        Tensor seen = random(rng, 5, 3, 5);
        for (Rssm model : List.of(
                model(GAUSSIAN, Unary.ELU, seed), model(ONE_HOTS, Unary.TANH, seed), lstm(GAUSSIAN, seed),
                transformer(GAUSSIAN, seed))) {
            Path<Belief> path = model.filter(model.start(3), actions, seen, new Rng(seed));
            Belief imagined = model.imagine(path.at(1), actions.slice(0, 2, 5), new Rng(seed));
            close(Tree.map(path.prior().distribution(), x -> Path.at(x, 2)),
                    Tree.map(imagined.distribution(), x -> Path.at(x, 0)), 1e-12);
            Tensor other = Tensor.concat(0, seen.slice(0, 0, 2), random(rng, 3, 3, 5));
            Path<Belief> elsewhere = model.filter(model.start(3), actions, other, new Rng(seed));
            close(imagined, model.imagine(elsewhere.at(1), actions.slice(0, 2, 5), new Rng(seed)), 0);
            Rng again = new Rng(seed);
            Belief now = path.at(1);
            for (int t = 0; t < 3; t++) {
                now = model.draw(model.predict(now, Path.at(actions, t + 2)), again);
                int step = t;
                close(now, Tree.map(imagined, x -> Path.at(x, step)), 0);
            }
        }
    }

    private static final Signal SQUARES = (s, o) -> s.slice(0, 5).minus(o).square().sum(-1);

    private static Tensor loss(Rssm model, Tensor actions, Tensor seen) {
        Path<Belief> path = model.filter(model.start(2), actions, seen, new Rng(7));
        return SequenceFreeEnergy.of(model, path, SQUARES, seen).after(1).total();
    }

    @Example
    void gradientsAreLimitsOfDifferences() {
        Rng rng = new Rng(8);
        Tensor actions = random(rng, 3, 2, 2);
        Tensor seen = random(rng, 3, 2, 5);
        GradCheck.standard().model(model(GAUSSIAN, Unary.TANH, 9), m -> loss(m, actions, seen));
        GradCheck.standard().model(own(9), m -> loss(m, actions, seen));
        GradCheck.standard().model(lstm(GAUSSIAN, 9), m -> loss(m, actions, seen));
        GradCheck.standard().model(transformer(GAUSSIAN, 9), m -> loss(m, actions, seen));
        assertEquals(List.of(), new Tape().unused(model(ONE_HOTS, Unary.TANH, 9), m -> loss(m, actions, seen).sum()));
    }

    /** Without a share of the uniform distribution too: D_KL[(½, ½) ‖ σ(0, −200)] = ½ · 200 − log 2, either way finite. */
    @Example
    void divergencesOfFarOneHotsAreFinite() {
        for (Precision precision : Precision.values()) {
            Latent latent = new Latent.OneHots(1, 2, 0);
            Belief even = Belief.of(Tensor.of(0.0), latent.of(Tensor.of(0.0, 0).to(precision)));
            Belief sure = Belief.of(Tensor.of(0.0), latent.of(Tensor.of(0.0, -200).to(precision)));
            assertEquals(100 - Math.log(2), even.divergence(sure).item(), 1e-4); // floats near 100 are 8e-6 apart
            assertEquals(Math.log(2), sure.divergence(even).item(), 1e-6);
        }
    }

    /** With a fixed draw the gradient of a one-hot is that of its probabilities: ∂ of what is linear in it. */
    @Example
    void gradientsOfOneHotsGoStraightThrough() {
        Tensor raw = Tensor.of(Shape.of(1, 6), 0.3, -1.0, 0.5, 0.0, 2.0, -0.5);
        Tensor w = Tensor.of(1.0, -2.0, 0.5, 3.0, 0.0, -1.0);
        var straight = new Tape().grad(raw, x -> Belief.of(x, ONE_HOTS.of(x)).drawn(new Rng(1)).state().times(w).sum());
        var mean = new Tape().grad(raw, x -> Belief.of(x, ONE_HOTS.of(x)).state().times(w).sum());
        close(mean.gradient(), straight.gradient(), 1e-15);
        assertNotEquals(mean.loss(), straight.loss());
    }

    /** A planner needs no more than the interface. */
    @Example
    void aPlannerImagines() {
        Rssm model = model(GAUSSIAN, Unary.ELU, 10);
        Belief now = Tree.map(model.start(1), x -> x.reshape(x.shape().without(0)));
        Plan plan = new Enumerate(2, 2).plan(model, b -> model.state(b).sum(-1), now);
        assertEquals(4, plan.policies().length);
        double best = Double.POSITIVE_INFINITY;
        for (int[] policy : plan.policies()) {
            Belief b = model.start(1);
            double G = 0;
            for (int action : policy) {
                b = model.predict(b, Tensor.oneHot(2, Precision.FLOAT64, action));
                G += model.state(b).sum().item();
            }
            best = Math.min(best, G);
        }
        assertEquals(best, plan.G().neg().max().neg().item(), 1e-12);
    }

    @Example
    void wrongNumbersAreSaid() {
        Rssm model = model(GAUSSIAN, Unary.ELU, 11);
        Rng rng = new Rng(0);
        assertEquals("actions [3, 2, 2] and observations [4, 2, 5]: they are [T, B, ..] with the same T ≥ 1 and the same B, "
                        + "the action at t being what was done before the observation at t",
                assertThrows(IllegalArgumentException.class,
                        () -> model.filter(model.start(2), random(rng, 3, 2, 2), random(rng, 4, 2, 5), rng)).getMessage());
        Path<Belief> path = model.filter(model.start(2), random(rng, 3, 2, 2), random(rng, 3, 2, 5), rng);
        assertEquals("step 3 of a sequence of 3: the steps are 0 to 2",
                assertThrows(IllegalArgumentException.class, () -> path.at(3)).getMessage());
        assertEquals("a unit with a memory of 4 in a model with one of 9: they are the same",
                assertThrows(IllegalArgumentException.class, () -> Rssm.of(GAUSSIAN, new Rssm.Sizes(2, 5, 9, 6),
                        Memory.Gated.of(6, 4, Precision.FLOAT64, rng), Unary.ELU, Precision.FLOAT64, rng)).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Latent.Gaussian(2, 0)).getMessage().contains("σ ≥ 0.0"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Latent.OneHots(1, 1, 0)).getMessage()
                .contains("1 choices among 1 classes"));
        assertThrows(IllegalArgumentException.class, () -> new Balance(-1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Overshooting(0));
    }
}
