package surprisal.models.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/** What does not change with order, with what comes later, and with who else is in the batch. */
class NetworksLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    /** Sums of at most forty terms of size one, in another order. */
    private static final double ROUNDED = 1e-12;

    private static Tensor draw(Rng rng, int... shape) {
        return Tensor.of(rng.normal(Shape.of(shape), DOUBLE));
    }

    /** Biases that are not zero, for what holds of any. */
    private static Linear linear(int in, int out, Rng rng) {
        return new Linear(Init.LECUN.draw(in, out, DOUBLE, rng), draw(rng, out));
    }

    private static Attention attention(int n, int heads, Rng rng) {
        return new Attention(heads, linear(n, n, rng), linear(n, n, rng), linear(n, n, rng), linear(n, n, rng));
    }

    // ---- order

    /** net(P x) = P net(x). */
    private static void equivariant(UnaryOperator<Tensor> net, Tensor x, int[] order) {
        Torch.close("in another order", net.apply(x).gather(-2, order).array(), net.apply(x.gather(-2, order)), ROUNDED);
    }

    @Property(tries = 40)
    void attentionWithoutPositionsKnowsNoOrder(@ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int places) {
        Rng rng = new Rng(seed);
        Tensor x = draw(rng, 2, places, 6);
        equivariant(attention(6, 3, rng)::apply, x, rng.permutation(places));
        equivariant(TransformerEncoder.of(6, 2, 8, 2, DOUBLE, rng)::apply, x, rng.permutation(places));
    }

    /** Equal vectors in two places give equal vectors, unless positions tell them apart: those learned, and those known. */
    @Property(tries = 20)
    void positionsTellPlacesApart(@ForAll long seed, @ForAll @IntRange(min = 0, max = 3) int a) {
        Rng rng = new Rng(seed);
        TransformerEncoder net = TransformerEncoder.of(6, 2, 8, 1, DOUBLE, rng);
        Tensor x = draw(rng, 1, 6).expand(Shape.of(5, 6));
        Tensor learned = Positions.of(9, 6, DOUBLE, rng).apply(x);
        Tensor known = x.plus(Positions.sinusoidal(5, 6, DOUBLE));
        int[] swap = {a, a + 1};
        Torch.close("no positions", net.apply(x).gather(0, a).array(), net.apply(x).gather(0, a + 1), ROUNDED);
        for (Tensor positioned : List.of(learned, known)) {
            Tensor y = net.apply(positioned).gather(0, swap);
            assertTrue(y.slice(0, 0, 1).minus(y.slice(0, 1, 2)).abs().max().item() > 1e-6);
        }
    }

    @Property(tries = 40)
    void graphsKnowNoOrder(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int nodes) {
        Rng rng = new Rng(seed);
        GraphNet net = GraphNet.of(rng, DOUBLE, Unary.TANH, 3, 5, 2);
        Tensor x = draw(rng, 2, nodes, 3);
        Tensor A = draw(rng, nodes, nodes);
        int[] order = rng.permutation(nodes);
        equivariant(net::apply, x, order);
        Tensor turned = A.gather(0, order).gather(1, order);
        Tensor y = net.apply(x, A);
        Tensor z = net.apply(x.gather(1, order), turned);
        Torch.close("nodes", y.gather(1, order).array(), z, ROUNDED);
        Torch.close("readout", GraphNet.readout(y).array(), GraphNet.readout(z), ROUNDED);
    }

    /** h_i + u(h_i, Σ_j A_ij m(h_i, h_j)), pair after pair. */
    @Property(tries = 20)
    void messagesAreThoseOfTheFormula(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int nodes) {
        Rng rng = new Rng(seed);
        GraphNet net = GraphNet.of(rng, DOUBLE, Unary.TANH, 3, 4, 1);
        GraphNet.Round round = net.rounds().getFirst();
        Tensor x = draw(rng, nodes, 3);
        Tensor A = draw(rng, nodes, nodes);
        Tensor y = net.apply(x, A);
        Tensor others = net.apply(x);
        for (int i = 0; i < nodes; i++) {
            Tensor h = net.input().apply(x.gather(0, i));
            Tensor m = Tensor.zeros(Shape.of(1, 4), DOUBLE);
            Tensor all = m;
            for (int j = 0; j < nodes; j++) {
                Tensor message = round.message().apply(Tensor.concat(1, h, net.input().apply(x.gather(0, j))));
                m = m.plus(message.times(A.at(i * nodes + j)));
                all = i == j ? all : all.plus(message);
            }
            Torch.close("node " + i, h.plus(round.update().apply(Tensor.concat(1, h, m))).array(), y.gather(0, i), ROUNDED);
            Torch.close("all " + i, h.plus(round.update().apply(Tensor.concat(1, h, all))).array(), others.gather(0, i), ROUNDED);
        }
    }

    /** On a chain, k rounds carry what a node knows k edges far, and no gradient comes from farther. */
    @Property(tries = 20)
    void aRoundCarriesOneEdgeFar(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int rounds) {
        Rng rng = new Rng(seed);
        GraphNet net = GraphNet.of(rng, DOUBLE, Unary.TANH, 2, 4, rounds);
        double[] chain = new double[36];
        for (int i = 1; i < 6; i++) {
            chain[i * 6 + i - 1] = 1; // node i hears node i − 1
        }
        Tensor A = Tensor.of(Shape.of(6, 6), chain);
        Tensor g = new Tape().grad(draw(rng, 6, 2), x -> net.apply(x, A).gather(0, 5).sum()).gradient().abs().sum(-1);
        for (int i = 0; i < 6; i++) {
            assertEquals(5 - i <= rounds, g.at(i) > 0, "node " + i + ": " + g);
        }
    }

    /** Two copies of a graph that do not hear each other read out as one. */
    @Property(tries = 20)
    void twiceTheSameGraphReadsOutTheSame(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int nodes) {
        Rng rng = new Rng(seed);
        GraphNet net = GraphNet.of(rng, DOUBLE, Unary.ELU, 2, 4, 2);
        Tensor x = draw(rng, 3, nodes, 2);
        Tensor A = draw(rng, 3, nodes, nodes);
        Tensor apart = Tensor.zeros(A.shape(), DOUBLE);
        Tensor both = Tensor.concat(1, Tensor.concat(2, A, apart), Tensor.concat(2, apart, A));
        Tensor once = GraphNet.readout(net.apply(x, A));
        Torch.close("readout", once.array(), GraphNet.readout(net.apply(Tensor.concat(1, x, x), both)), ROUNDED);
    }

    // ---- time

    /** ∂y_t/∂x_u = 0 exactly for u > t, and y_t does not change by a bit when x_u does. */
    @Property(tries = 30)
    void causalPlacesDoNotSeeWhatComesLater(@ForAll long seed, @ForAll @IntRange(min = 0, max = 4) int t) {
        Rng rng = new Rng(seed);
        TransformerEncoder net = TransformerEncoder.of(6, 2, 8, 2, DOUBLE, rng);
        Tensor x = draw(rng, 2, 6, 6);
        Tensor weights = draw(rng, 6);
        Tensor g = new Tape().grad(x, in -> net.causal(in).slice(1, t, t + 1).times(weights).sum()).gradient().abs().sum(0, 2);
        for (int u = 0; u < 6; u++) {
            assertEquals(u <= t, g.at(u) > 0, "place " + u + ": " + g);
        }
        Tensor other = Tensor.concat(1, x.slice(1, 0, t + 1), draw(rng, 2, 5 - t, 6).times(100));
        for (Precision precision : Precision.values()) {
            TransformerEncoder same = TransformerEncoder.of(6, 2, 8, 2, precision, new Rng(seed));
            Tensor before = same.causal(x.to(precision)).slice(1, 0, t + 1);
            Torch.bits("the past", before, same.causal(other.to(precision)).slice(1, 0, t + 1));
        }
        Torch.close("a shorter sequence", net.causal(x).slice(1, 0, t + 1).array(), net.causal(x.slice(1, 0, t + 1)), ROUNDED);
    }

    /** What a mask hides is as if it were not there. */
    @Property(tries = 30)
    void hiddenPlacesAreNotThere(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int seen) {
        Rng rng = new Rng(seed);
        Attention net = attention(6, 2, rng);
        Tensor x = draw(rng, 2, 3, 6);
        Tensor c = draw(rng, 2, 5, 6);
        double[] hidden = new double[5];
        for (int i = seen; i < 5; i++) {
            hidden[i] = Attention.HIDDEN;
        }
        Tensor none = Tensor.zeros(Shape.of(1, seen), DOUBLE);
        Torch.close("seen", net.apply(x, c.slice(1, 0, seen), none).array(), net.apply(x, c, Tensor.of(Shape.of(1, 5), hidden)), ROUNDED);
    }

    /** Adding zeros to the scores hides nothing; in a single block, the last place sees all even if places see only the past. */
    @Property(tries = 20)
    void noMaskIsOneThatHidesNothing(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int places) {
        Rng rng = new Rng(seed);
        Tensor x = draw(rng, 2, places, 6);
        TransformerEncoder two = TransformerEncoder.of(6, 2, 8, 2, DOUBLE, rng);
        Torch.bits("zeros", two.apply(x, Tensor.zeros(Shape.of(places, places), DOUBLE)), two.apply(x));
        TransformerEncoder one = TransformerEncoder.of(6, 2, 8, 1, DOUBLE, rng);
        Tensor last = one.causal(x).slice(1, places - 1, places);
        Torch.close("the last place", last.array(), one.apply(x).slice(1, places - 1, places), ROUNDED);
    }

    /** i = 0 and f = 1 at any input: c stays, for all steps. */
    @Property(tries = 20)
    void aClosedUnitRemembersForEver(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Lstm unit = Lstm.of(2, 3, 1e3, DOUBLE, rng);
        for (int k = 0; k < 3; k++) {
            unit.input().bias().array().set(k, -1e3);
        }
        Tensor c = draw(rng, 4, 3);
        Lstm.State states = unit.sequence(draw(rng, 20, 4, 2), new Lstm.State(draw(rng, 4, 3), c));
        Torch.bits("c", c.expand(Shape.of(20, 4, 3)), states.c());
    }

    @Property(tries = 20)
    void aSequenceIsStepAfterStep(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int steps) {
        Rng rng = new Rng(seed);
        Lstm unit = Lstm.of(3, 4, DOUBLE, rng);
        Tensor x = draw(rng, steps, 2, 3);
        Lstm.State all = unit.sequence(x, unit.start(2));
        Lstm.State s = unit.start(2);
        for (int t = 0; t < steps; t++) {
            s = unit.apply(x.slice(0, t, t + 1).reshape(2, 3), s);
            Torch.bits("h", s.h(), all.h().slice(0, t, t + 1).reshape(2, 4));
            Torch.bits("c", s.c(), all.c().slice(0, t, t + 1).reshape(2, 4));
        }
    }

    // ---- the batch, and gradients

    /** A network of each kind, from rows of x to rows of y. */
    private static List<UnaryOperator<Tensor>> networks(Precision precision, Rng rng) {
        Shape image = Shape.of(8, 4, 2);
        ConvEncoder encoder = ConvEncoder.of(rng, precision, Unary.ELU, image, 3, 5);
        ConvDecoder decoder = ConvDecoder.of(rng, precision, Unary.ELU, 64, image, 3, 5);
        Lstm unit = Lstm.of(8, 5, precision, rng);
        TransformerEncoder transformer = TransformerEncoder.of(8, 2, 16, 2, precision, rng);
        GraphNet graph = GraphNet.of(rng, precision, Unary.RELU, 8, 5, 2);
        return List.of(
                encoder::apply,
                decoder::apply,
                x -> unit.sequence(x.reshape(-1, 8, 8).transpose(1, 0, 2), unit.start(x.shape().dim(0))).h().transpose(1, 0, 2),
                x -> transformer.apply(x.reshape(-1, 8, 8)),
                x -> transformer.causal(x.reshape(-1, 8, 8)),
                x -> GraphNet.readout(graph.apply(x.reshape(-1, 8, 8))));
    }

    @Property(tries = 10)
    void aBatchIsItsRowsOneByOne(@ForAll long seed, @ForAll Precision precision, @ForAll @IntRange(min = 2, max = 9) int rows) {
        Rng rng = new Rng(seed);
        Tensor x = Tensor.of(rng.normal(Shape.of(rows, 64), precision));
        List<UnaryOperator<Tensor>> networks = networks(precision, rng);
        for (int k = 0; k < networks.size(); k++) {
            Tensor y = networks.get(k).apply(x);
            for (int row = 0; row < rows; row++) {
                Torch.bits("network " + k, y.slice(0, row, row + 1), networks.get(k).apply(x.slice(0, row, row + 1)));
            }
        }
    }

    @Property(tries = 3)
    void gradientsAreLimitsOfDifferences(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor x = draw(rng, 2, 4, 6);
        GradCheck check = GradCheck.standard();
        check.model(attention(6, 2, rng), m -> m.apply(x, Attention.causal(4, DOUBLE)));
        record Placed(Positions positions, TransformerEncoder net) {}
        check.model(new Placed(Positions.of(4, 6, DOUBLE, rng), TransformerEncoder.of(6, 3, 5, 1, DOUBLE, rng)),
                m -> m.net.causal(m.positions.apply(x)));
        check.model(GraphNet.of(rng, DOUBLE, Unary.SILU, 6, 3, 2), m -> GraphNet.readout(m.apply(x)));
        check.model(Lstm.of(6, 3, DOUBLE, rng), m -> m.sequence(x.transpose(1, 0, 2), m.start(2)).h());
        Tensor picture = draw(rng, 2, 4, 4, 2);
        record Codec(ConvEncoder encoder, ConvDecoder decoder) {}
        Shape image = Shape.of(4, 4, 2);
        Codec codec = new Codec(
                ConvEncoder.of(rng, DOUBLE, Unary.TANH, image, 3, 2), ConvDecoder.of(rng, DOUBLE, Unary.TANH, 2, image, 3, 2));
        check.model(codec, m -> m.decoder.apply(m.encoder.apply(picture)));
        assertEquals(List.of(), new Tape().unused(codec, m -> m.decoder.apply(m.encoder.apply(picture)).square().sum()));
    }
}
