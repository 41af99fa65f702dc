package surprisal.kernels;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A fixed pool of threads that runs numbered tasks.
 *
 * <p>A kernel splits its work by shape, never by the number of threads, and tasks write disjoint memory: so the
 * result is the same whoever runs which task. The caller takes part. A call from within a task, or while another
 * thread uses the pool, runs all its tasks itself.
 */
public final class Workers {

    /* The tasks are cut into as many runs as there are threads, in order, and a thread takes those of its own run first:
     * kernels that come one after another touch the same rows on the same core, whose cache still holds them. Who has
     * none left takes from the others' runs.
     *
     * A run is a counter of what is left of it. A thread that has lowered it from r to r - 1 owns a task, and the caller
     * does not return before `done` has counted that task; so `task` and `tasks` can't change between the two, and a
     * worker that comes late finds nothing left. There is no object per call: a training step allocates nothing here.
     *
     * Idle workers spin for a while, since the next kernel of a training step comes within microseconds and waking a
     * parked thread takes about 50, then park. */

    private static final int SPINS = 1 << 14;

    private static final AtomicBoolean BUSY = new AtomicBoolean();
    private static final AtomicInteger DONE = new AtomicInteger();
    private static volatile IntConsumer task;
    private static volatile int tasks;
    private static volatile Throwable failure;
    private static volatile Thread caller;
    private static volatile Team team;

    private Workers() {}

    /**
     * The number of threads that share the tasks, the caller included.
     *
     * @return at least 1; all processors that the JVM sees, unless set
     */
    public static int threads() {
        Team now = team;
        return now == null ? Runtime.getRuntime().availableProcessors() : now.size();
    }

    /**
     * Sets the number of threads. Results don't depend on it.
     *
     * @param threads how many, the caller included
     * @throws IllegalArgumentException unless 1 ≤ threads ≤ 1024
     * @throws IllegalStateException if a task that the threads share calls it: it would wait for itself
     */
    public static void threads(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("threads is " + threads + ": it takes 1 to 1024");
        }
        Thread current = Thread.currentThread();
        if (current == caller || current instanceof Helper) {
            throw new IllegalStateException(
                    "the number of threads can't change within a task: set it outside of Workers.run");
        }
        while (!BUSY.compareAndSet(false, true)) {
            Thread.yield();
        }
        try {
            start(threads);
        } finally {
            BUSY.set(false);
        }
    }

    private static void start(int threads) {
        Team old = team;
        if (old != null && old.size() == threads) {
            return;
        }
        team = new Team(threads);
        team.start();
        if (old != null) {
            old.stop();
        }
    }

    /**
     * Runs {@code task.accept(i)} once for each i in 0 … tasks − 1 and returns when all have ended. If a task throws,
     * the others still run, and the first exception is thrown on, whatever thread it came from.
     *
     * @param tasks how many; none if ≤ 0
     * @param task what to do; called from several threads at once
     */
    public static void run(int tasks, IntConsumer task) {
        Team now = team;
        if (tasks <= 1 || (now != null && now.size() == 1) || !BUSY.compareAndSet(false, true)) {
            alone(tasks, task);
            return;
        }
        caller = Thread.currentThread();
        try {
            if (team == null) {
                start(threads());
            }
            share(tasks, task);
        } finally {
            caller = null;
            BUSY.set(false);
        }
    }

    private static void alone(int tasks, IntConsumer task) {
        Throwable first = null;
        for (int i = 0; i < tasks; i++) {
            try {
                task.accept(i);
            } catch (Throwable e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            Workers.<RuntimeException>rethrow(first);
        }
    }

    private static void share(int count, IntConsumer work) {
        failure = null;
        DONE.set(0);
        task = work;
        tasks = count;
        Team all = team;
        all.open(count);
        all.takeAll(0);
        for (int spins = 0; DONE.get() != count; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        all.close();
        task = null;
        Throwable first = failure;
        if (first != null) {
            failure = null;
            Workers.<RuntimeException>rethrow(first);
        }
    }

    /** Throws what a task threw, which may be a checked exception that the compiler did not see. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable e) throws E {
        throw (E) e;
    }

    /** The threads, the caller first, and what is left of each one's run of tasks. */
    private static final class Team {

        /** Between two counters, so that no two are in one or in neighbouring lines of the cache. */
        private static final int APART = 32;

        private final Helper[] helpers;
        private final AtomicIntegerArray left;
        private volatile boolean posted; // all runs are open: nobody looks at others' before his own is

        Team(int threads) {
            helpers = new Helper[threads - 1];
            left = new AtomicIntegerArray(threads * APART);
            for (int i = 0; i < helpers.length; i++) {
                helpers[i] = new Helper(this, i + 1);
            }
        }

        int size() {
            return helpers.length + 1;
        }

        void start() {
            for (Helper helper : helpers) {
                helper.start();
            }
        }

        void stop() {
            for (Helper helper : helpers) {
                helper.stopped = true;
                LockSupport.unpark(helper);
            }
        }

        /** The first task of a run; the last one's end is the number of tasks. */
        private int first(int run, int count) {
            int runs = Math.min(size(), count);
            return run >= runs ? count : (int) ((long) count * run / runs);
        }

        void open(int count) {
            int runs = Math.min(size(), count);
            for (int run = 0; run < runs; run++) {
                left.set(run * APART, first(run + 1, count) - first(run, count));
            }
            posted = true;
            for (int i = 0; i < runs - 1; i++) {
                if (helpers[i].parked) {
                    LockSupport.unpark(helpers[i]);
                }
            }
        }

        void close() {
            posted = false;
        }

        boolean isIdle() {
            for (int run = 0; posted && run < size(); run++) {
                if (left.get(run * APART) > 0) {
                    return false;
                }
            }
            return true;
        }

        /** What a thread has done is counted once, so that the counter's line of the cache does not go to and fro. */
        void takeAll(int own) {
            int taken = 0;
            for (int i = 0; i < size(); i++) {
                taken += take((own + i) % size());
            }
            if (taken > 0) {
                DONE.addAndGet(taken);
            }
        }

        /** How many it ran. */
        private int take(int run) {
            int taken = 0;
            for (int now; (now = left.get(run * APART)) > 0; ) {
                if (left.compareAndSet(run * APART, now, now - 1)) {
                    taken++;
                    try {
                        task.accept(first(run + 1, tasks) - now);
                    } catch (Throwable e) { // whatever it is: an uncounted task would leave the caller waiting
                        if (failure == null) {
                            failure = e;
                        }
                    }
                }
            }
            return taken;
        }
    }

    private static final class Helper extends Thread {
        private final Team team;
        private final int run;
        private volatile boolean parked;
        private volatile boolean stopped;

        Helper(Team team, int run) {
            super("surprisal-worker-" + run);
            setDaemon(true);
            this.team = team;
            this.run = run;
        }

        @Override
        public void run() {
            for (int spins = 0; !stopped; spins++) {
                if (!team.isIdle()) {
                    team.takeAll(run);
                    spins = 0;
                } else if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (team.isIdle() && !stopped) {
                        LockSupport.park(this);
                    }
                    parked = false;
                    spins = 0;
                }
            }
        }
    }
}
