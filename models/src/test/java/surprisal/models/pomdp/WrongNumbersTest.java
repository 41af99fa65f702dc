package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.models.env.ArmMaze;

/** Wrong numbers in models and in what is told to them: one sentence that names the place. */
class WrongNumbersTest {
    private static final FactoredPomdp MAZE = ArmMaze.simplified(0.95, 1, 2, -6);
    private static final Structure STRUCTURE = Structure.of(new int[] {2}, new int[] {2}, new int[] {2});
    private static final Tensor B = Tensor.of(Shape.of(2, 2, 2), 1.0, 0, 0, 1, 0, 1, 1, 0);

    private static void says(String message, Runnable made) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, made::run).getMessage());
    }

    private static FactoredPomdp model(Tensor B, Tensor C, double... A) {
        return FactoredPomdp.of(STRUCTURE, List.of(Tensor.of(Shape.of(2, 2), A)), List.of(B), List.of(C), List.of(Tensor.of(0.5, 0.5)));
    }

    @Test
    void arraysOfModels() {
        Tensor C = Tensor.of(0.0, 1);
        says("A[0] of modality o0, row [1] has the entry NaN at 0: probabilities are ≥ 0", () -> model(B, C, 1, 0, Double.NaN, 1));
        says("A[0] of modality o0, row [0] has the entry -0.5 at 0: probabilities are ≥ 0", () -> model(B, C, -0.5, 1.5, 0, 1));
        says("A[0] of modality o0, row [1] sums to 0.5: it is a distribution over the last axis and sums to 1 "
                + "(Pomdp.fromSpm, and Pymdp.of(…).model(…) for factors, take columns)", () -> model(B, C, 1, 0, 0, 0.5));
        says("B[0] of factor s0, row [0, 0] sums to 2.0: it is a distribution over the last axis and sums to 1 "
                + "(Pomdp.fromSpm, and Pymdp.of(…).model(…) for factors, take columns)", () -> model(B.times(2), C, 1, 0, 0, 1));
        double never = Double.NEGATIVE_INFINITY;
        says("C[0] of modality o0 is −∞ for every outcome: at least one must be allowed",
                () -> model(B, Tensor.of(never, never), 1, 0, 0, 1));
        says("C[0] of modality o0, row 1 is −∞ for every outcome: at least one must be allowed",
                () -> model(B, Tensor.of(Shape.of(2, 2), never, 0, never, never), 1, 0, 0, 1));
    }

    @Test
    void observationsAndActions() {
        Tables tables = new Tables(MAZE);
        Evidence evidence = new Evidence(tables.logs(), tables.states());
        says("outcome 77 of modality 1: it takes 0 to 2, or a negative number where nothing was seen",
                () -> evidence.observe(new int[] {0, 77}));
        says("1 outcomes given: the model has 2 modalities", () -> evidence.observe(new int[] {0}));
        says("1 outcomes given: the model has 2 modalities", () -> evidence.observe(new double[][] {{1, 0, 0, 0, 0}}));
        MessagePassing messages = new MessagePassing(tables, 2);
        says("step 5: there are 0 to 1", () -> messages.observe(5, 0, 0));
        says("step 1: there are 0 to 0", () -> messages.act(1, 0));
        says("combination 99 of actions: there are 0 to 3", () -> messages.act(0, 99));
        Tensor seen = MAZE.observation(0, 0).times(Double.NaN);
        String message = assertThrows(ArithmeticException.class, () -> MAZE.update(MAZE.prior(), seen)).getMessage();
        assertEquals("the belief after the outcomes place = [NaN, NaN, NaN, NaN, NaN], outcome = [NaN, NaN, NaN] is NaN: look for a number "
                + "in them, in the belief before them or in A that is not finite", message);
    }
}
