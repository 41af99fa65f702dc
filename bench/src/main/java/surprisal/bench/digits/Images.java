package surprisal.bench.digits;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * The images that a command works on: those to learn from and those to measure on are of one size.
 *
 * @param train to learn from
 * @param test to measure on
 * @param source where they are from, in words
 */
public record Images(Digits train, Digits test, String source) {
    /** The note of what the pixels are, in the files of runs that know it. */
    public static final String CHECKSUM = "images-crc32";

    /**
     * Images of one size.
     *
     * @throws IllegalArgumentException if they are of two; the message names both
     */
    public Images {
        if (train.rows() != test.rows() || train.columns() != test.columns())
            throw new IllegalArgumentException("the training images of %s have %d × %d pixels, the test images %d × %d: ".formatted(
                            source, train.rows(), train.columns(), test.rows(), test.columns())
                    + "give files that belong together");
    }

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

    /**
     * What the files of a run say of the images that it learns from, so that it is not taken up again with others.
     *
     * @param numbers the name of the note of how many there are
     * @return their numbers and their size, and a CRC-32 of the pixels of each part
     */
    public SequencedMap<String, String> notes(String numbers) {
        SequencedMap<String, String> notes = new LinkedHashMap<>();
        notes.put(numbers, train.count() + "+" + test.count() + "x" + train.size());
        notes.put(CHECKSUM, train.checksum() + "+" + test.checksum());
        return notes;
    }
}
