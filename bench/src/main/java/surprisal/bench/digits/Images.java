package surprisal.bench.digits;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The images that a command works on.
 *
 * @param train to learn from
 * @param test to measure on
 * @param source where they are from, in words
 */
public record Images(Digits train, Digits test, String source) {

    /**
     * Those in a folder with the files of MNIST, or the embedded ones.
     *
     * @param folder the folder; null for the embedded ones
     * @return the images
     * @throws IOException if a file is missing, unreadable or not what its name says
     */
    public static Images of(Path folder) throws IOException {
        return folder == null
                ? new Images(
                        Digits.embedded(Digits.Part.TRAIN),
                        Digits.embedded(Digits.Part.TEST),
                        "MNIST by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0, embedded part")
                : new Images(
                        Digits.in(folder, Digits.Part.TRAIN), Digits.in(folder, Digits.Part.TEST), folder.toString());
    }
}
