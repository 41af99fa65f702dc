package surprisal.kernels;

import java.util.function.LongSupplier;

/**
 * Shares the work between the two forms of a kernel, scalar and in vectors, until the vectors are the faster form. Both
 * give the same bits, so that only the time depends on who did what.
 */
final class WarmUp {

    /* Until C2 has compiled a loop, each of its vectors is an object and each operation a call: some hundred times slower
     * than afterwards, and ten times slower than the scalar twin. A program's first step would wait for that. So the
     * vectors get a probe, then the scalar form gets as many elements as it does in the same time, and so on: at worst
     * half of the time is lost, and the probes are what has the vectors compiled. */

    /** Elements of a probe; a multiple of every block that a kernel works in. */
    static final int PROBE = 256;

    /** Probes for each scalar share at least 1 : this. */
    private static final int MOST = 256;

    /** Both forms of a kernel, on elements [from, from + n). */
    @FunctionalInterface
    interface Form {
        void run(int from, int n);
    }

    private final LongSupplier clock;

    // several threads may write: a lost update costs a probe
    private volatile boolean over;
    private int scalarDue = Simd.HEAD;
    private double scalarPace;
    private int faster;

    WarmUp() {
        this(System::nanoTime, Simd.atOnce());
    }

    WarmUp(LongSupplier clock, boolean over) {
        this.clock = clock;
        this.over = over;
    }

    /** Have the vectors been compiled? Then there is nothing to share any more. */
    boolean over() {
        return over;
    }

    /** Runs the elements [0, n), each in one of the forms, in pieces of whole probes' blocks. */
    void run(int n, Form lanes, Form scalar) {
        run(n, 1, lanes, scalar);
    }

    /** Runs the rows [0, rows) of {@code each} elements, whole rows in one of the forms. */
    void run(int rows, int each, Form lanes, Form scalar) {
        for (int i = 0, m; i < rows; i += m) {
            if (over) {
                lanes.run(i, rows - i);
                return;
            }
            int due = scalarDue;
            m = Math.min(Math.ceilDiv(due > 0 ? due : PROBE, each), rows - i);
            long start = clock.getAsLong();
            (due > 0 ? scalar : lanes).run(i, m);
            double pace = (double) (clock.getAsLong() - start) / (m * each);
            if (due > 0) {
                scalarPace = pace;
                scalarDue = due - m * each;
            } else {
                compare(m * each, pace);
            }
        }
    }

    /** A probe of m elements took so many nanoseconds for each. */
    private void compare(int m, double pace) {
        faster = pace < scalarPace ? faster + 1 : 0;
        over = faster >= 2;
        scalarDue = m * (int) Math.clamp(pace / scalarPace, 1, MOST);
    }
}
