package surprisal.bench.experiments;

import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.data.Films;

/**
 * Films as a dynamics sees them: time-major, and the action at t what was done just before the picture at t, zeros at the first.
 *
 * @param frames [T, B, pixels]
 * @param actions [T, B, k]
 * @param states what is the case, [T, B, n]
 */
record Clips(Tensor frames, Tensor actions, Tensor states) {

    /** Whole films. */
    static Clips of(Films films, Precision precision) {
        Tensor done = major(films.actions(), precision);
        int steps = done.shape().dim(0);
        Shape first = done.shape().with(0, 1);
        return new Clips(
                major(films.frames(), precision),
                Tensor.concat(0, Tensor.zeros(first, precision), done.slice(0, 0, steps - 1)),
                major(films.states(), precision));
    }

    private static Tensor major(Tensor x, Precision precision) {
        return x.transpose(1, 0, 2).to(precision);
    }

    int steps() {
        return frames.shape().dim(0);
    }

    int batch() {
        return frames.shape().dim(1);
    }

    /** Some of the steps. */
    Clips steps(int from, int to) {
        return along(0, from, to);
    }

    /** Some of the films. */
    Clips films(int from, int to) {
        return along(1, from, to);
    }

    private Clips along(int axis, int from, int to) {
        return new Clips(frames.slice(axis, from, to), actions.slice(axis, from, to), states.slice(axis, from, to));
    }
}
