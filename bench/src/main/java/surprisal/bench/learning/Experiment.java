package surprisal.bench.learning;

import java.io.IOException;
import java.util.List;

/**
 * Something to be trained and measured by one command, {@code surprisal train NAME}. A new experiment is one class: its name, its
 * settings, and the {@link Run} that begins with them; the loop around it is the {@link Study}'s.
 */
public interface Experiment {

    /**
     * The name on the command line and of the folder for its results.
     *
     * @return lower-case words joined by hyphens
     */
    String name();

    /**
     * What it does, for its help and its page.
     *
     * @return one sentence
     */
    String summary();

    /**
     * How many epochs it usually takes.
     *
     * @return at least 1
     */
    int epochs();

    /**
     * What it takes beside its epochs, its seed and its precision.
     *
     * @return the settings, in the order of the help
     */
    default List<Setting> settings() {
        return List.of();
    }

    /**
     * A run that has not begun to learn.
     *
     * @param given the settings, the seed and the precision
     * @return the run
     * @throws IOException if its data can't be read
     */
    Run<?> begin(Given given) throws IOException;
}
