package surprisal.models.dynamics;

import java.util.List;
import surprisal.autodiff.Tensor;

/**
 * A belief at each level of a hierarchy, and the time.
 *
 * @param levels the beliefs, from the lowest level up
 * @param clock how many steps have been predicted, the same number everywhere, [.., 1]
 */
public record Levels(List<Belief> levels, Tensor clock) {

    /** The step of the clock. */
    int step() {
        double step = clock.at(0);
        for (int i = 1; i < clock.shape().size(); i++) {
            if (clock.at(i) != step) {
                throw new IllegalArgumentException("beliefs of different times in one batch, " + (long) step + " and "
                        + (long) clock.at(i) + ": their levels don't tick together; predict one time after the other");
            }
        }
        return (int) step;
    }
}
