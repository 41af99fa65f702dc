package surprisal.kernels;

/**
 * Rows in blocks that stay in the first-level cache from one loop over them to the next; where they are many, over the
 * threads.
 */
public final class Blocks {

    /** Numbers of a block; a multiple of 64, which are drawn together (Philox). */
    private static final int BLOCK = 1 << 12;

    /** From this many numbers on the threads share the work. */
    private static final int PARALLEL = 1 << 14;

    /** What is done with some rows. */
    @FunctionalInterface
    public interface Task {
        /**
         * Does it.
         *
         * @param first the first of them
         * @param count how many
         */
        void rows(int first, int count);
    }

    private Blocks() {}

    /**
     * Whether one thread does it all: then a caller can do without an object for the task.
     *
     * @param rows how many
     * @param n how many numbers a row has
     * @return whether {@link #each} would stay in this thread
     */
    public static boolean few(int rows, int n) {
        return (long) rows * n < PARALLEL || Workers.threads() == 1;
    }

    /**
     * Visits all rows of [rows, n], in an order that must not matter.
     *
     * @param rows how many
     * @param n how many numbers a row has; more, if each takes longer than to be copied
     * @param task what to do; called from several threads at once
     */
    public static void each(int rows, int n, Task task) {
        int block = Math.max(1, BLOCK / Math.max(1, n));
        if (few(rows, n)) {
            for (int first = 0, some; first < rows; first += some) {
                some = Math.min(block, rows - first);
                task.rows(first, some);
            }
        } else {
            Workers.run(Math.ceilDiv(rows, block), t -> task.rows(t * block, Math.min(block, rows - t * block)));
        }
    }
}
