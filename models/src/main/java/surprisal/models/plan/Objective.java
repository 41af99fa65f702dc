package surprisal.models.plan;

import surprisal.autodiff.Tensor;

/**
 * What one imagined step costs, in nats: lower is better, always. Terms are values to add:
 * {@code risk.plus(ambiguity)}.
 *
 * @param <B> the type of a belief
 */
@FunctionalInterface
public interface Objective<B> {

    /**
     * G of the step that leads to these beliefs.
     *
     * @param imagined the beliefs, their first axis the batch of policies
     * @return one number for each policy, [P]
     */
    Tensor g(B imagined);

    /**
     * The sum of two objectives.
     *
     * @param that the other one
     * @return imagined → this.g + that.g
     */
    default Objective<B> plus(Objective<B> that) {
        return imagined -> g(imagined).plus(that.g(imagined));
    }

    /**
     * A multiple of this objective.
     *
     * @param weight the factor
     * @return imagined → weight · this.g
     */
    default Objective<B> times(double weight) {
        return imagined -> g(imagined).times(weight);
    }
}
