package surprisal.models.fit;

import java.util.List;
import surprisal.models.agent.Trace;
import surprisal.models.pomdp.Structure;

/**
 * What somebody saw and did: at each step outcomes, then an action.
 *
 * @param episodes in order; each begins with the belief D
 */
public record Recording(List<Recording.Episode> episodes) {

    /** An action or an outcome that was not seen. */
    public static final int UNSEEN = -1;

    /** A recording; the list is copied. */
    public Recording {
        episodes = List.copyOf(episodes);
    }

    /**
     * One episode.
     *
     * @param outcomes at each step for each modality its outcome, or {@link #UNSEEN}
     * @param actions what was done after each, a combination of actions by {@link Structure#encode}, or {@link #UNSEEN}
     */
    @SuppressWarnings("ArrayRecordComponent") // equal only if the same
    public record Episode(int[][] outcomes, int[] actions) {

        /**
         * An episode.
         *
         * @throws IllegalArgumentException if there are not as many actions as outcomes, or no step
         */
        public Episode {
            if (outcomes.length != actions.length || actions.length == 0) {
                throw new IllegalArgumentException("an episode of " + outcomes.length + " observations and " + actions.length
                        + " actions: each observation is followed by one action, " + UNSEEN + " where it was not seen, and there is "
                        + "at least one of each");
            }
        }
    }

    /**
     * The recording of some rollouts.
     *
     * @param structure of the agent's model
     * @param traces the episodes
     * @return what was seen and done in them
     * @throws IllegalArgumentException if an action is none of the structure's
     */
    public static Recording of(Structure structure, List<Trace> traces) {
        return new Recording(traces.stream()
                .map(trace -> new Episode(
                        trace.steps().stream().map(Trace.Step::outcomes).toArray(int[][]::new),
                        trace.steps().stream().mapToInt(step -> structure.encode(step.action())).toArray()))
                .toList());
    }

    /**
     * How many steps all episodes have.
     *
     * @return the sum of their lengths
     */
    public int steps() {
        return episodes.stream().mapToInt(episode -> episode.actions().length).sum();
    }

    /** Throws unless every outcome and action is one of the model's. */
    void check(Structure structure) {
        if (episodes.isEmpty()) {
            throw new IllegalArgumentException("a recording without episodes: at least one");
        }
        for (int e = 0; e < episodes.size(); e++) {
            Episode episode = episodes.get(e);
            for (int t = 0; t < episode.actions().length; t++) {
                String where = "episode " + e + ", step " + t + ": ";
                int[] seen = episode.outcomes()[t];
                if (seen.length != structure.modalities().size()) {
                    throw new IllegalArgumentException(where + seen.length + " outcomes: the model has "
                            + structure.modalities().size() + " modalities");
                }
                for (int m = 0; m < seen.length; m++) {
                    if (seen[m] < UNSEEN || seen[m] >= structure.modalities().get(m).size()) {
                        throw new IllegalArgumentException(where + "outcome " + structure.modalities().get(m).name() + " = " + seen[m]
                                + ": it takes 0 to " + (structure.modalities().get(m).size() - 1) + ", or " + UNSEEN
                                + " where nothing was seen");
                    }
                }
                if (episode.actions()[t] < UNSEEN || episode.actions()[t] >= structure.jointActions()) {
                    throw new IllegalArgumentException(where + "action " + episode.actions()[t] + ": it takes 0 to "
                            + (structure.jointActions() - 1) + ", or " + UNSEEN + " where it was not seen");
                }
            }
        }
    }
}
