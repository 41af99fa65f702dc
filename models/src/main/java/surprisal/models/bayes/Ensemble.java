package surprisal.models.bayes;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.kernels.Unary;
import surprisal.models.nn.Mlp;

/**
 * q(θ) = 1/M Σ_m δ(θ − θ_m): M perceptrons of the same sizes, all in one batched product for each layer, [n, in] or [M, n,
 * in] → [M, n, out]. Members that begin differently and are trained side by side disagree where there were no data (deep
 * ensembles, Lakshminarayanan, Pritzel and Blundell 2017); to train them, sum the cost over the member axis, so that no
 * member's gradient depends on how many others there are.
 *
 * @param layers the layers, from the input on
 * @param activation what stands between them
 */
public record Ensemble(List<Linears> layers, Unary activation) {

    /**
     * Perceptrons side by side.
     *
     * @param members perceptrons of the same sizes and activation, at least one
     * @return one ensemble of them all
     * @throws IllegalArgumentException if there is none, or they differ
     */
    public static Ensemble of(List<Mlp> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("an ensemble of no members: there is at least one");
        }
        Mlp first = members.getFirst();
        for (Mlp member : members) {
            if (member.layers().size() != first.layers().size() || member.activation() != first.activation()) {
                throw new IllegalArgumentException("an ensemble of %d layers with %s and of %d layers with %s: its members are alike"
                        .formatted(first.layers().size(), first.activation(), member.layers().size(), member.activation()));
            }
        }
        return new Ensemble(
                IntStream.range(0, first.layers().size())
                        .mapToObj(i -> Linears.of(members.stream().map(member -> member.layers().get(i)).toList()))
                        .toList(),
                first.activation());
    }

    /**
     * Fresh perceptrons in float32, each drawn for itself.
     *
     * @param members M
     * @param rng where the weights come from
     * @param activation what stands between the layers
     * @param sizes the widths, from the input to the output
     * @return the ensemble
     */
    public static Ensemble of(int members, Rng rng, Unary activation, int... sizes) {
        return of(members, rng, Precision.FLOAT32, activation, sizes);
    }

    /**
     * Fresh perceptrons, each drawn for itself as by {@link Mlp#of(Rng, Precision, Unary, int...)}.
     *
     * @param members M
     * @param rng where the weights come from
     * @param precision the precision
     * @param activation what stands between the layers
     * @param sizes the widths, from the input to the output
     * @return the ensemble
     */
    public static Ensemble of(int members, Rng rng, Precision precision, Unary activation, int... sizes) {
        List<Mlp> all = new ArrayList<>();
        for (int m = 0; m < members; m++) {
            all.add(Mlp.of(rng, precision, activation, sizes));
        }
        return of(all);
    }

    /**
     * How many members there are.
     *
     * @return M
     */
    public int members() {
        return layers.getFirst().members();
    }

    /**
     * One member by itself.
     *
     * @param m which, from 0
     * @return its perceptron
     */
    public Mlp member(int m) {
        return new Mlp(layers.stream().map(layer -> layer.member(m)).toList(), activation);
    }

    /**
     * The last layer's output of each member.
     *
     * @param x [n, in], the same for all members, or [M, n, in]
     * @return [M, n, out]
     * @throws IllegalArgumentException if x has another number of axes or of members
     */
    public Tensor apply(Tensor x) {
        Tensor h = x;
        for (int i = 0; i < layers.size() - 1; i++) {
            h = layers.get(i).apply(h, activation);
        }
        return layers.getLast().apply(h);
    }
}
