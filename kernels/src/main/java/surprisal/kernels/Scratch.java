package surprisal.kernels;

/** Memory of a thread for numbers on their way through a kernel, so that a call allocates nothing. */
final class Scratch {

    /** Rows that have a number of their own at the same time. */
    static final int TOPS = 64;

    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    private float[] floats = {};
    private double[] doubles = {};
    private int[] ints = {};
    private final float[] lanes = new float[16];
    private final double[] lanes64 = new double[16];
    private final float[] tops = new float[TOPS];
    private final float[] sums = new float[TOPS];

    private Scratch() {}

    /** At least n floats of this thread's, holding anything; good until the next call. */
    static float[] floats(int n) {
        Scratch mine = MINE.get();
        if (mine.floats.length < n) {
            mine.floats = new float[n];
        }
        return mine.floats;
    }

    /** At least n doubles of this thread's, holding anything; good until the next call. */
    static double[] doubles(int n) {
        Scratch mine = MINE.get();
        if (mine.doubles.length < n) {
            mine.doubles = new double[n];
        }
        return mine.doubles;
    }

    /** At least n integers of this thread's, holding anything; good until the next call. */
    static int[] ints(int n) {
        Scratch mine = MINE.get();
        if (mine.ints.length < n) {
            mine.ints = new int[n];
        }
        return mine.ints;
    }

    /** The 16 lanes of a sum, holding anything; good until the next sum along a row. */
    static float[] lanes() {
        return MINE.get().lanes;
    }

    /** The same in double. */
    static double[] lanes64() {
        return MINE.get().lanes64;
    }

    /** The maxima of some rows, holding anything; good until the next softmax or its kin. */
    static float[] tops() {
        return MINE.get().tops;
    }

    /** The sums of some rows; see {@link #tops}. */
    static float[] sums() {
        return MINE.get().sums;
    }
}
