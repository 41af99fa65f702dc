package surprisal.bench.learning;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import surprisal.bench.report.Report;
import surprisal.engine.Array;

/**
 * An experiment with one seed: a model, the update that trains it, and what an epoch is. Whatever it draws while learning comes from
 * {@link Steps#rng}, and whatever it keeps between epochs is in the model or the update: these three are its checkpoint, so that
 * a run that is taken up again ends with the same bits as one that was never stopped.
 *
 * @param <M> the model: any record of tensors, or of other models
 */
public interface Run<M> {

    /**
     * What learns, and how.
     *
     * @return the same model and the same update at each call
     */
    Learner<M> learner();

    /**
     * Learns for one epoch and measures what came of it.
     *
     * @param steps takes the steps, and knows their means
     * @return the figures of this epoch: the same names in the same order each time
     */
    Figures epoch(Steps<M> steps);

    /**
     * What the experiment is judged by.
     *
     * @return the figure, one of {@link #result}, and its bound
     */
    Goal goal();

    /**
     * What early stopping watches.
     *
     * @return one of the epochs' figures; the goal's unless said otherwise
     */
    default Goal watched() {
        return goal();
    }

    /**
     * What the run ends with, measured once: what is too dear to be measured in each epoch.
     *
     * @param last the figures of the last epoch, or of the best one if the run was stopped early
     * @return the figures; {@code last} unless said otherwise
     */
    default Figures result(Figures last) {
        return last;
    }

    /**
     * Which of the epochs' figures share a chart.
     *
     * @return the charts; a chart for each figure if there are none
     */
    default List<Curve> curves() {
        return List.of();
    }

    /**
     * What else a checkpoint must agree on, beside the experiment's settings: the size of the data, say.
     *
     * @return values by name
     */
    default Map<String, String> notes() {
        return Map.of();
    }

    /**
     * Numbers by which a reader of the model's file in another language can tell that it computes the same: what went
     * in, the noise among it, and what came out.
     *
     * @return arrays by name, written to {@code check.npz}; none unless said otherwise
     */
    default SequencedMap<String, Array> check() {
        return Collections.emptySortedMap();
    }

    /**
     * Adds sections to the page: reconstructions, samples, maps, films.
     *
     * @param report where to
     */
    void report(Report report);
}
