package surprisal.models.bayes;

import java.util.List;
import surprisal.autodiff.Tensor;
import surprisal.kernels.Unary;
import surprisal.models.nn.Linear;

/**
 * y_m = x_m W_m + b_m for M members in one batched product: [n, in] or [M, n, in] → [M, n, out].
 *
 * @param weight W, [M, in, out]
 * @param bias b, [M, out]
 */
public record Linears(Tensor weight, Tensor bias) {

    /**
     * Layers side by side.
     *
     * @param members layers of the same sizes, at least one
     * @return one layer of them all
     */
    public static Linears of(List<Linear> members) {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("linear layers of no members: there is at least one");
        }
        return new Linears(
                Tensor.stack(0, members.stream().map(Linear::weight).toArray(Tensor[]::new)),
                Tensor.stack(0, members.stream().map(Linear::bias).toArray(Tensor[]::new)));
    }

    /**
     * How many members there are.
     *
     * @return M
     */
    public int members() {
        return weight.shape().dim(0);
    }

    /**
     * One member by itself.
     *
     * @param m which, from 0
     * @return its layer
     */
    public Linear member(int m) {
        return new Linear(
                weight.slice(0, m, m + 1).reshape(weight.shape().without(0)),
                bias.slice(0, m, m + 1).reshape(bias.shape().without(0)));
    }

    /**
     * x_m W_m + b_m.
     *
     * @param x [n, in], the same for all members, or [M, n, in]
     * @return [M, n, out]
     * @throws IllegalArgumentException if x has another number of axes or of members
     */
    public Tensor apply(Tensor x) {
        return checked(x).affine(weight, bias);
    }

    /**
     * f(x_m W_m + b_m).
     *
     * @param x [n, in], the same for all members, or [M, n, in]
     * @param f the activation
     * @return [M, n, out]
     * @throws IllegalArgumentException if x has another number of axes or of members
     */
    public Tensor apply(Tensor x, Unary f) {
        return checked(x).affine(weight, bias, f);
    }

    private Tensor checked(Tensor x) {
        int rank = x.shape().rank();
        if (rank < 2 || rank > 3 || rank == 3 && x.shape().dim(0) != members()) {
            throw new IllegalArgumentException("inputs " + x.shape() + " of " + members() + " members: they are [n, in], the same for "
                    + "all, or [" + members() + ", n, in], each its own; reshape other batches to one axis");
        }
        return x;
    }
}
