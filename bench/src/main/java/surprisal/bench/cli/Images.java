package surprisal.bench.cli;

import java.io.IOException;
import java.nio.file.Path;
import surprisal.bench.digits.Digits;

/**
 * The images that a command works on.
 *
 * @param train to learn from
 * @param test to measure on
 * @param source where they are from, in words
 */
record Images(Digits train, Digits test, String source) {

    /** Those in a folder, or the embedded ones if none is given. */
    static Images of(Path folder) throws IOException {
        return folder == null
                ? new Images(
                        Digits.embedded(Digits.Part.TRAIN),
                        Digits.embedded(Digits.Part.TEST),
                        "MNIST by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0, embedded part")
                : new Images(
                        Digits.in(folder, Digits.Part.TRAIN), Digits.in(folder, Digits.Part.TEST), folder.toString());
    }
}
