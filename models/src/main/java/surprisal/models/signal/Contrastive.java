package surprisal.models.signal;

import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;

/**
 * −f(o_t, s_t) + log (1/K) Σⱼ e^{f(oⱼ, s_t)}: InfoNCE (van den Oord, Li and Vinyals 2018), the state is asked to tell its
 * observation from K − 1 others (Mazzaglia, Verbelen and Dhoedt 2021, Eq. 8).
 *
 * <p>Its mean is −I_NCE ≥ −I(S; O), and no less than −log K. It stands for −log p(o|s) + log p(o): the constant −log p(o)
 * is missing, so that F with it is no bound on the surprise of an observation, but on the mean of F + log p(o) over data
 * with the best decoder there is.
 *
 * @param views g and h
 * @param critic f, by the embeddings
 * @param temperature what f is divided by
 * @param negatives which others
 */
public record Contrastive(Views views, Critic critic, double temperature, Negatives negatives) implements Signal {

    /**
     * A signal of these.
     *
     * @throws IllegalArgumentException unless the temperature is positive and finite
     */
    public Contrastive {
        if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a contrast at temperature " + temperature + ": it takes a positive number");
        }
    }

    /**
     * The signal of contrastive active inference: a bounded critic without temperature, among all rows and times.
     *
     * @param views g and h
     * @return the signal
     */
    public static Contrastive of(Views views) {
        return new Contrastive(views, Critic.TANH, 1, Negatives.EVERYWHERE);
    }

    @Override
    public Tensor cost(Tensor state, Tensor observation) {
        Views.Pair pair = views.embed(state, observation);
        Tensor f = critic.scores(pair.g(), pair.h()).div(temperature);
        int n = pair.rows();
        Tensor own = f.reshape(n * n).gather(0, IntStream.range(0, n).map(i -> i * (n + 1)).toArray());
        Tensor among = negatives.among(f, pair.states()).logSumExp().minus(StrictMath.log(negatives.count(pair.states())));
        return pair.each(among.minus(own));
    }
}
