package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.models.data.BouncingBall;
import surprisal.models.data.Pendulum;
import surprisal.models.dynamics.Balance;
import surprisal.models.dynamics.Path;

class FilmModelTest {
    private static final FilmModel.Sizes SIZES = new FilmModel.Sizes(1024, 1, 8, 3, 9, 10);

    static List<String> kinds() {
        return FilmModel.KINDS;
    }

    private static double[] numbers(Tensor x) {
        double[] y = new double[x.shape().size()];
        for (int i = 0; i < y.length; i++) y[i] = x.at(i);
        return y;
    }

    /** The action at t leads from the state at t − 1 to that at t, as a dynamics takes it; physics says so. */
    @Test
    void anActionComesJustBeforeWhatItLeadsTo() {
        Clips clips = Clips.of(Pendulum.small().films(3, 7, new Rng(1)), Precision.FLOAT64);
        for (int b = 0; b < 3; b++) {
            assertEquals(0, clips.actions().at(b));
            for (int t = 1; t < 7; t++) {
                Tensor before = clips.films(b, b + 1).steps(t - 1, t).states(), after = clips.films(b, b + 1).steps(t, t + 1).states();
                double angle = StrictMath.atan2(before.at(1), before.at(0));
                double[] next = Pendulum.next(angle, before.at(2), clips.actions().at(3 * t + b));
                assertArrayEquals(
                        new double[] {StrictMath.cos(next[0]), StrictMath.sin(next[0]), next[1]}, numbers(after), 1e-5,
                        "states are of float32");
            }
        }
    }

    /** What is imagined knows the pictures that were seen and no later ones, but what is done later. */
    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsImaginedHasNotBeenSeen(String kind) {
        FilmModel<?> model = FilmModel.of(kind, SIZES, Precision.FLOAT64, new Rng(2));
        Clips one = Clips.of(BouncingBall.small().films(2, 9, new Rng(3)), Precision.FLOAT64);
        Clips two = Clips.of(BouncingBall.small().films(2, 9, new Rng(4)), Precision.FLOAT64);
        Tensor late = Tensor.concat(0, one.frames().slice(0, 0, 5), two.frames().slice(0, 5, 9));
        Tensor early = Tensor.concat(0, one.frames().slice(0, 0, 4), two.frames().slice(0, 4, 5), one.frames().slice(0, 5, 9));
        double[] dream = imagined(model, one);
        assertArrayEquals(dream, imagined(model, new Clips(late, one.actions(), one.states())));
        assertFalse(Arrays.equals(dream, imagined(model, new Clips(early, one.actions(), one.states()))));
        assertEquals(4 * 2 * 1024, dream.length);
        for (double ink : dream) assertTrue(ink > 0 && ink < 1);
    }

    private static <B> double[] imagined(FilmModel<B> model, Clips clips) {
        return numbers(model.imagined(clips, model.filter(clips, new Rng(5)), 5, new Rng(6)));
    }

    /** A gradient reaches every tensor. */
    @ParameterizedTest
    @MethodSource("kinds")
    void everyPartOfItLearns(String kind) {
        Clips clips = Clips.of(Pendulum.small().films(2, 6, new Rng(7)), Precision.FLOAT64);
        FilmModel<?> model = FilmModel.of(kind, SIZES, Precision.FLOAT64, new Rng(8));
        assertEquals(List.of(),
                new Tape().unused(model, m -> m.F(clips, Balance.NONE, new Rng(9)).total().sum()));
    }

    /** Without a memory a picture is all there is, whatever went before it; with one it is not. */
    @ParameterizedTest
    @MethodSource("kinds")
    void onlyTheMemorylessModelForgets(String kind) {
        Clips films = Clips.of(Pendulum.small().films(2, 6, new Rng(10)), Precision.FLOAT64);
        Tensor glaring = films.frames().slice(0, 0, 2).times(-100); // so that the draws of one-hots differ too
        Tensor other = Tensor.concat(0, glaring, films.frames().slice(0, 2, 6));
        FilmModel<?> model = FilmModel.of(kind, SIZES, Precision.FLOAT64, new Rng(11));
        boolean same = Arrays.equals(last(model, films), last(model, new Clips(other, films.actions(), films.states())));
        assertEquals(kind.equals("memoryless"), same);
    }

    private static <B> double[] last(FilmModel<B> model, Clips clips) {
        Path<B> path = model.filter(clips, new Rng(12));
        return numbers(model.states(path).slice(0, 5, 6));
    }
}
