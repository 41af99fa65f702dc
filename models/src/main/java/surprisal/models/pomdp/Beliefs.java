package surprisal.models.pomdp;

import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;

/**
 * Q(s) = Π_f Q(s_f): a mean-field belief.
 *
 * @param qs for each factor Q(s_f), [.., S_f]; the axes before the last are policies or a batch
 */
public record Beliefs(List<Tensor> qs) {

    /**
     * A belief from plain numbers, without a batch axis.
     *
     * @param qs for each factor Q(s_f)
     * @return the belief, in float64
     */
    public static Beliefs of(double[][] qs) {
        return new Beliefs(IntStream.range(0, qs.length).mapToObj(f -> Tensor.of(qs[f].clone())).toList());
    }

    /**
     * The belief as plain numbers.
     *
     * @return for each factor Q(s_f), a copy; batches in a row
     */
    public double[][] arrays() {
        return qs.stream()
                .map(q -> IntStream.range(0, q.shape().size()).mapToDouble(q::at).toArray())
                .toArray(double[][]::new);
    }
}
