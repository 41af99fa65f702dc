package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import surprisal.bench.digits.Digits;
import surprisal.engine.Precision;

class VaeRunTest {

    /** A rate that throws the parameters out of the floats' range ends the epoch with a sentence, and no epoch is counted. */
    @Test
    void aLossThatIsNotFiniteNamesItsStepAndOperation() throws IOException {
        VaeRun run = new VaeRun(
                new VaeRun.Settings(List.of(8), 2, 1000, 1e30, 0, 0, Precision.FLOAT32),
                Digits.embedded(Digits.Part.TRAIN),
                Digits.embedded(Digits.Part.TEST));
        String said = assertThrows(ArithmeticException.class, () -> run.epoch(f -> {})).getMessage();
        assertTrue(said.matches("epoch 1, step 2: the loss is \\S+: \\w+ of \\[.* is the first result that is not;.*"), said);
        assertEquals(List.of(), run.epochs());
    }

    /** Where only the last step of an epoch does it, the held-out images tell. */
    @Test
    void theLastStepOfAnEpochIsNoExcuse() throws IOException {
        VaeRun run = new VaeRun(
                new VaeRun.Settings(List.of(8), 2, 6000, 1e30, 0, 0, Precision.FLOAT32),
                Digits.embedded(Digits.Part.TRAIN),
                Digits.embedded(Digits.Part.TEST));
        String said = assertThrows(ArithmeticException.class, () -> run.epoch(f -> {})).getMessage();
        assertTrue(said.startsWith("epoch 1, step 1: F of the held-out images is not finite after it;"), said);
        assertEquals(List.of(), run.epochs());
    }
}
