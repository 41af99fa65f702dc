package surprisal.kernels;

/** Memory of a thread for numbers on their way through a kernel, so that a call allocates nothing. */
final class Scratch {

    private static final ThreadLocal<Scratch> MINE = ThreadLocal.withInitial(Scratch::new);

    private float[] floats = {};
    private double[] doubles = {};
    private int[] ints = {};
    private final float[] lanes = new float[16];
    private final double[] lanes64 = new double[16];

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
}
