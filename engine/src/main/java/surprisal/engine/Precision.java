package surprisal.engine;

/** How many bits hold one number. */
public enum Precision {
    /** IEEE 754 binary32, a Java {@code float}: the default for deep models. */
    FLOAT32(4),
    /** IEEE 754 binary64, a Java {@code double}: the default for discrete agents and gradient checks. */
    FLOAT64(8);

    private final int bytes;

    Precision(int bytes) {
        this.bytes = bytes;
    }

    /**
     * The size of one number.
     *
     * @return 4 or 8
     */
    public int bytes() {
        return bytes;
    }
}
