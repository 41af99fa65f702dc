package surprisal.models.bayes;

import java.util.function.Function;
import surprisal.autodiff.Tensor;
import surprisal.models.plan.Objective;

/**
 * G = −I[θ; o|π]: the parameters' part of the expected free energy (Mazzaglia et al. 2022, Eq. 4), an objective to add to
 * others. Such as {@code new Curiosity<>(s -> Predictive.of(head.apply(ensemble.apply(s))), InformationGain::jensenRenyi)}.
 *
 * @param imagined what the members predict from the beliefs of P policies, B → [M, P, n]
 * @param gain how much the outcome tells about the members, → [P]
 * @param <B> the type of a belief
 */
public record Curiosity<B>(Function<? super B, Predictive> imagined, Function<? super Predictive, Tensor> gain)
        implements Objective<B> {

    @Override
    public Tensor g(B belief) {
        return gain.apply(imagined.apply(belief)).neg();
    }
}
