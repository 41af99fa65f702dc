package surprisal.models.nn;

import java.util.ArrayList;
import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/**
 * h_i ← h_i + u(h_i, Σ_j A_ij m(h_i, h_j)), some rounds of messages between nodes: [.., nodes, in] → [.., nodes, n] (Battaglia et
 * al. 2016; Gilmer et al. 2017, Eqs. 1–2). Nodes in another order give the same in that order.
 *
 * @param input x_i → h_i, in → n
 * @param rounds one after the other
 */
public record GraphNet(Linear input, List<Round> rounds) {

    /**
     * One round: h_i + u(h_i, Σ_j A_ij m(h_i, h_j)).
     *
     * @param message m, what node i makes of node j, 2n → k
     * @param update u, what node i makes of its messages, n + k → n
     */
    public record Round(Mlp message, Mlp update) {

        /**
         * The nodes after it.
         *
         * @param h [.., nodes, n]
         * @param adjacency A, [nodes, nodes] or [.., nodes, nodes]
         * @return [.., nodes, n]
         */
        public Tensor apply(Tensor h, Tensor adjacency) {
            Shape s = h.shape();
            int nodes = s.dim(-2);
            int n = s.last();
            Shape pairs = Axes.with(s, 2, nodes, nodes, n);
            Tensor to = h.reshape(Axes.with(s, 1, 1, n)).expand(pairs);
            Tensor from = h.reshape(Axes.with(s, 2, 1, nodes, n)).expand(pairs);
            Tensor A = adjacency.reshape(Axes.with(adjacency.shape(), 0, 1));
            Tensor m = message.apply(Tensor.concat(-1, to, from)).times(A).sum(-2);
            return h.plus(update.apply(Tensor.concat(-1, h, m)));
        }
    }

    /**
     * A net whose messages and updates have one hidden layer.
     *
     * @param rng where the weights come from
     * @param precision the precision
     * @param activation of the hidden layers
     * @param in length of a node's input
     * @param n length of a node's state, its messages and the hidden layers
     * @param rounds how many; after k of them a node knows those k edges away
     * @return the net
     * @throws IllegalArgumentException if there is no round or a size is less than 1
     */
    public static GraphNet of(Rng rng, Precision precision, Unary activation, int in, int n, int rounds) {
        if (rounds < 1) {
            throw new IllegalArgumentException("a graph network of " + rounds + " rounds of messages: it has at least one");
        }
        Linear input = Linear.of(in, n, Init.GLOROT, precision, rng);
        List<Round> all = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            all.add(new Round(
                    Mlp.of(rng, precision, activation, 2 * n, n, n), Mlp.of(rng, precision, activation, 2 * n, n, n)));
        }
        return new GraphNet(input, List.copyOf(all));
    }

    /**
     * The nodes' states where each hears all others, A = 1 − I.
     *
     * @param x [.., nodes, in]
     * @return [.., nodes, n]
     */
    public Tensor apply(Tensor x) {
        return apply(x, Axes.matrix(nodes(x.shape()), 1, 0, 1, x.precision()));
    }

    /**
     * The nodes' states.
     *
     * @param x [.., nodes, in]
     * @param adjacency A, [nodes, nodes] or [.., nodes, nodes]: how much row i hears column j
     * @return [.., nodes, n]
     * @throws IllegalArgumentException if A is not one row and one column for each node
     */
    public Tensor apply(Tensor x, Tensor adjacency) {
        int nodes = nodes(x.shape());
        Shape a = adjacency.shape();
        if (a.rank() < 2 || a.dim(-2) != nodes || a.last() != nodes) {
            throw new IllegalArgumentException("an adjacency " + a + " of nodes " + x.shape() + ": it is [" + nodes + ", " + nodes
                    + "], row i what node i hears");
        }
        Tensor h = input.apply(x);
        for (Round round : rounds) {
            h = round.apply(h, adjacency);
        }
        return h;
    }

    /**
     * The mean of the nodes' states: one vector for the whole graph, in whatever order its nodes are (Zaheer et al. 2017).
     *
     * @param h [.., nodes, n]
     * @return [.., n]
     */
    public static Tensor readout(Tensor h) {
        return h.mean(-2);
    }

    private static int nodes(Shape x) {
        if (x.rank() < 2 || x.dim(-2) == 0) {
            throw new IllegalArgumentException("a graph network over " + x + ": it takes [.., nodes, in] with at least one node");
        }
        return x.dim(-2);
    }
}
