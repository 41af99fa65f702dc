package surprisal.bench.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import surprisal.bench.digits.DigitFiles;
import surprisal.bench.digits.Images;
import surprisal.engine.Precision;

class VaeRunTest {

    /** A rate that throws the parameters out of the floats' range ends the epoch with a sentence, and no epoch is counted. */
    @Test
    void aLossThatIsNotFiniteNamesItsStepAndOperation() throws IOException {
        VaeRun run = new VaeRun(
                new VaeRun.Settings(List.of(8), 2, 1000, 1e30, 0, 0, Precision.FLOAT32),
                Images.of(null));
        String said = assertThrows(ArithmeticException.class, () -> run.epoch(f -> {})).getMessage();
        assertTrue(said.matches("epoch 1, step 2: the loss is \\S+: \\w+ of \\[.* is the first result that is not;.*"), said);
        assertEquals(List.of(), run.epochs());
    }

    @Test
    void aRunGoesOnWithItsOwnImagesAlone(@TempDir Path folder) throws IOException {
        VaeRun.Settings settings = new VaeRun.Settings(List.of(8), 2, 5, 1e-3, 0, 0, Precision.FLOAT32);
        Path data = DigitFiles.write(folder.resolve("digits"), 20, 10), file = folder.resolve("checkpoint.safetensors");
        new VaeRun(settings, Images.of(data)).save(file);
        new VaeRun(settings, Images.of(data)).resume(file);
        Path images = data.resolve("t10k-images-idx3-ubyte");
        byte[] bytes = Files.readAllBytes(images);
        bytes[100] ^= 1;
        Files.write(images, bytes);
        VaeRun other = new VaeRun(settings, Images.of(data));
        String said = assertThrows(IllegalArgumentException.class, () -> other.resume(file)).getMessage();
        assertTrue(said.startsWith(file + " is of a run with images-crc32 "), said);
    }

    /** Where only the last step of an epoch does it, the held-out images tell. */
    @Test
    void theLastStepOfAnEpochIsNoExcuse() throws IOException {
        VaeRun run = new VaeRun(
                new VaeRun.Settings(List.of(8), 2, 6000, 1e30, 0, 0, Precision.FLOAT32),
                Images.of(null));
        String said = assertThrows(ArithmeticException.class, () -> run.epoch(f -> {})).getMessage();
        assertTrue(said.startsWith("epoch 1, step 1: F of the held-out images is not finite after it;"), said);
        assertEquals(List.of(), run.epochs());
    }
}
