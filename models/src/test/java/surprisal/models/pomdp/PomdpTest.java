package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

class PomdpTest {

    private static final Tensor A = Tensor.of(Shape.of(2, 3), 1.0, 0, 0, 0, 0.5, 0.5);
    private static final Tensor B = Tensor.of(Shape.of(1, 2, 2), 1.0, 0, 0.5, 0.5);
    private static final Tensor D = Tensor.of(1.0, 0);

    private static void says(String message, Executable run) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, run).getMessage());
    }

    @Test
    void wrongRowsAreNamed() {
        says("A, row [1] sums to 0.9: it is a distribution over the last axis and sums to 1 "
                        + "(Pomdp.fromSpm, and Pymdp.of(…).model(…) for factors, take columns)",
                () -> Pomdp.of(Tensor.of(Shape.of(2, 3), 1.0, 0, 0, 0, 0.5, 0.4), B, D));
        says("B, row [0, 1] has the entry -0.5 at 0: probabilities are ≥ 0",
                () -> Pomdp.of(A, Tensor.of(Shape.of(1, 2, 2), 1.0, 0, -0.5, 1.5), D));
        says("D sums to 2.0: it is a distribution over the last axis and sums to 1 "
                        + "(Pomdp.fromSpm, and Pymdp.of(…).model(…) for factors, take columns)",
                () -> Pomdp.of(A, B, Tensor.of(1.0, 1)));
        says("D has the entry NaN at 1: probabilities are ≥ 0", () -> Pomdp.of(A, B, Tensor.of(1, Double.NaN)));
        says("B, row [1, 0] sums to 0.0: it is a distribution over the last axis and sums to 1 "
                        + "(Pomdp.fromSpm, and Pymdp.of(…).model(…) for factors, take columns)",
                () -> Pomdp.of(A, Tensor.of(Shape.of(2, 2, 2), 1.0, 0, 0.5, 0.5, 0, 0, 1, 0), D));
    }

    /** The way out that the sentence names: the same columns, taken as such. */
    @Test
    void columnsHaveTheirOwnWaysIn() {
        Tensor columns = A.transpose();
        Tensor turned = B.transpose(2, 1, 0);
        assertEquals(A.toString(), Pomdp.fromSpm(columns, turned, D).A().toString());
        FactoredPomdp factored = Pymdp.of(List.of(columns), List.of(turned), List.of(Tensor.of(0.0, 0, 0)), List.of(D))
                .model(Pymdp.Preferences.RAW);
        assertEquals(A.toString(), factored.A().getFirst().toString());
        assertEquals(B.toString(), factored.B().getFirst().toString());
    }

    @Test
    void wrongSizesAreNamed() {
        says("A is [2, 3], B is [1, 2, 2], D is [3]: A's first axis, B's last two and D's are all the number of states",
                () -> Pomdp.of(A, B, Tensor.of(1.0, 0, 0)));
        says("A is [3], B is [1, 2, 2], D is [2]: they are [S, O], [U, S, S] and [S]", () -> Pomdp.of(Tensor.of(1.0, 0, 0), B, D));
    }

    @Test
    void impossibleOutcomesAreNamed() {
        Pomdp model = Pomdp.of(A, B, D);
        says("the outcome [0, 1, 0] has probability 0.0 under the belief [1, 0]: "
                + "let A or D allow for it (a small probability will do)", () -> model.update(D, model.outcome(1)));
        says("one-hot of 3 at position 0: there are classes 0 to 2", () -> model.outcome(3));
        says("one-hot of -1 at position 0: there are classes 0 to 0", () -> model.action(-1));
    }

    /** An axis of length 1 must not be taken for one of any length. */
    @Test
    void wrongBeliefsActionsAndOutcomesAreNamed() {
        Tensor two = Tensor.of(Shape.of(2, 2, 2), 1.0, 0, 0.5, 0.5, 0, 1, 1, 0);
        Pomdp model = Pomdp.of(A, two, D);
        says("an action of shape [1]: it is [.., U] with U = 2 in this model", () -> model.predict(D, Tensor.of(1.0)));
        says("an action of shape [4, 3]: it is [.., U] with U = 2 in this model",
                () -> model.predict(D, Tensor.zeros(Shape.of(4, 3), Precision.FLOAT64)));
        says("a belief of shape [3]: it is [.., S] with S = 2 in this model",
                () -> model.predict(Tensor.of(1.0, 0, 0), model.action(0)));
        says("a belief of shape [1]: it is [.., S] with S = 2 in this model",
                () -> model.update(Tensor.of(1.0), model.outcome(0)));
        says("an outcome of shape [2]: it is [.., O] with O = 3 in this model", () -> model.update(D, D));
    }

    @Test
    void floatsRoundAndAreAccepted() {
        float third = 1f / 3;
        Tensor rows = Tensor.of(Shape.of(1, 3), third, third, third);
        assertEquals(Precision.FLOAT32, Pomdp.of(rows, Tensor.of(Shape.of(1, 1, 1), 1f), Tensor.of(1f)).precision());
    }
}
