package surprisal.engine.io;

import java.io.IOException;

/**
 * The bytes are not what the format says. The message names the file, the byte, what was found and what was expected:
 * {@code train.npy at byte 10: the header says shape [3, 4], that needs 48 bytes of data, the file has 40; it is
 * truncated}.
 */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1;

    private final long offset;

    /**
     * A fault in a file.
     *
     * @param file its name, as the caller gave it
     * @param offset where the fault is, counted in bytes of that file
     * @param sentence what was found and what was expected
     */
    public FormatException(String file, long offset, String sentence) {
        super(file + " at byte " + offset + ": " + sentence);
        this.offset = offset;
    }

    /**
     * Where the fault is; for packed data, how far the packed bytes had been read.
     *
     * @return a position in the file, from 0 to its size
     */
    public long offset() {
        return offset;
    }
}
