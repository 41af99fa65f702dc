package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/** What is said by names stands in the arrays where it belongs; what is not said is as documented. */
class PomdpBuilderTest {

    private static PomdpBuilder maze() {
        return FactoredPomdp.builder()
                .factor("place", "centre", "left", "right", "cue")
                .factor("prize", "left", "right")
                .action("go", "stay", "left", "right", "cue")
                .modality("hint", "none", "left", "right");
    }

    private static double[] row(Tensor x, int row) {
        int n = x.shape().last();
        return Arrays.copyOfRange(x.array().doubles(), row * n, (row + 1) * n);
    }

    private static void assertRow(Tensor x, int row, double... expected) {
        assertArrayEquals(expected, row(x, row));
    }

    @Test
    void namesBecomeIndices() {
        FactoredPomdp model = maze()
                .given().outcome("none")
                .given("place", "cue", "prize", "left").outcome("left", 0.98).outcome("right", 0.02)
                .given("prize", "right", "place", "cue").outcome("right", 0.98).outcome("left", 0.02)
                .transition("place").dependsOn("place", "go")
                .given("go", "left").next("left")
                .given("go", "cue", "place", "centre").next("cue", 0.5).next("centre", 0.5)
                .initially("place", "centre")
                .prefer("hint", "none", -0.1)
                .build();
        Tensor A = model.A().getFirst();
        assertEquals(Shape.of(4, 2, 3), A.shape());
        assertRow(A, 0, 1, 0, 0);
        assertRow(A, 3 * 2 + 0, 0, 0.98, 0.02);
        assertRow(A, 3 * 2 + 1, 0, 0.02, 0.98);
        Tensor B = model.B().getFirst();
        assertEquals(Shape.of(4, 4, 4), B.shape(), "[go, place, place'], though place was named first");
        assertRow(B, 1 * 4 + 2, 0, 1, 0, 0);
        assertRow(B, 3 * 4 + 0, 0.5, 0, 0, 0.5);
        assertRow(B, 3 * 4 + 2, 0, 0, 1, 0);
        assertRow(B, 0 * 4 + 3, 0, 0, 0, 1);
        assertRow(model.D().getFirst(), 0, 1, 0, 0, 0);
        assertRow(model.D().get(1), 0, 0.5, 0.5);
        assertRow(model.C().getFirst(), 0, -0.1, 0, 0);
        assertEquals(Shape.of(2, 2), model.B().get(1).shape(), "the prize depends on itself alone, and stays");
        assertRow(model.B().get(1), 1, 0, 1);
    }

    @Test
    void whatIsNotSaidIsUniformOrStays() {
        FactoredPomdp model = maze().transition("prize").dependsOn("place").build();
        assertRow(model.A().getFirst(), 5, 1 / 3.0, 1 / 3.0, 1 / 3.0);
        assertRow(model.B().get(1), 3, 0.5, 0.5);
        assertRow(model.B().getFirst(), 2, 0, 0, 1, 0);
    }

    private static void assertRefused(String message, Runnable build) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, build::run).getMessage());
    }

    @Test
    void whatIsWrongIsNamed() {
        assertRefused("modality hint, given place = cue, prize = right: the probabilities sum to 0.9, not to 1",
                () -> maze().given().outcome("none").given("place", "cue", "prize", "right").outcome("left", 0.9).build());
        assertRefused("the transition of place, given go = left, place = right: the probabilities sum to 1.5, not to 1",
                () -> maze().transition("place").dependsOn("place", "go").given("go", "left", "place", "right")
                        .next("left").next("cue", 0.5).build());
        assertRefused("modality hint does not depend on go: it depends on [place, prize], say otherwise with dependsOn",
                () -> maze().given("go", "left"));
        assertRefused("place has no value up: it has [centre, left, right, cue]", () -> maze().given("place", "up"));
        assertRefused("hint has no value up: it has [none, left, right]", () -> maze().given().outcome("up"));
        assertRefused("outcome none: say with given under which condition", () -> maze().outcome("none"));
        assertRefused("next state left of modality hint: a modality has outcomes, and a transition has next states",
                () -> maze().given().next("left"));
        assertRefused("outcome none has probability NaN: it is from 0 to 1", () -> maze().given().outcome("none", Double.NaN));
        assertRefused("there is a factor or an action place already: choose another name", () -> maze().action("place", "x"));
        assertRefused("modality hint depends on [place, prize] by what was said already: dependsOn comes first",
                () -> maze().given().outcome("none").dependsOn("place"));
        assertRefused("there is no factor and no action tree: there are [place, prize, go]", () -> maze().dependsOn("tree"));
        assertRefused("modality hint cannot depend on the action go: let a factor remember it", () -> maze().dependsOn("go"));
        assertRefused("3 probabilities for the first state of prize: it has 2 states", () -> maze().initially("prize", 1, 0, 0));
        assertRefused("there is no modality smell: there are [hint]", () -> maze().prefer("smell", "none", 1));
    }
}
