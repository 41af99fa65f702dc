package surprisal.kernels;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

    /* Tasks are handed out by one counter, `left`. A thread that has lowered it from r to r - 1 owns task r - 1, and the
     * caller does not return before `done` has counted that task; so `task` can't change between the two, and a worker
     * that comes late finds left = 0. There is no object per call: a training step allocates nothing here.
     *
     * Idle workers spin for a while, since the next kernel of a training step comes within microseconds and waking a
     * parked thread takes about 50, then park. */

    private static final int SPINS = 1 << 14;

    private static final AtomicBoolean BUSY = new AtomicBoolean();
    private static final AtomicInteger LEFT = new AtomicInteger();
    private static final AtomicInteger DONE = new AtomicInteger();
    private static volatile IntConsumer task;
    private static volatile Throwable failure;
    private static volatile Thread caller;
    private static volatile Helper[] helpers;

    private Workers() {}

    /**
     * The number of threads that share the tasks, the caller included.
     *
     * @return at least 1; all processors that the JVM sees, unless set
     */
    public static int threads() {
        Helper[] now = helpers;
        return now == null ? Runtime.getRuntime().availableProcessors() : now.length + 1;
    }

    /**
     * Sets the number of threads. Results don't depend on it.
     *
     * @param threads how many, the caller included
     * @throws IllegalArgumentException unless 1 ≤ threads ≤ 1024
     * @throws IllegalStateException if a task calls it: it would wait for itself
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
        Helper[] old = helpers;
        if (old != null && old.length == threads - 1) {
            return;
        }
        Helper[] fresh = new Helper[threads - 1];
        for (int i = 0; i < fresh.length; i++) {
            fresh[i] = new Helper(i);
        }
        helpers = fresh;
        for (Helper helper : fresh) {
            helper.start();
        }
        if (old != null) {
            for (Helper helper : old) {
                helper.stopped = true;
                LockSupport.unpark(helper);
            }
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
        if (tasks <= 1 || threads() == 1 || !BUSY.compareAndSet(false, true)) {
            alone(tasks, task);
            return;
        }
        caller = Thread.currentThread();
        try {
            if (helpers == null) {
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

    private static void share(int tasks, IntConsumer work) {
        failure = null;
        DONE.set(0);
        task = work;
        LEFT.set(tasks);
        Helper[] all = helpers;
        for (int i = 0, wanted = Math.min(all.length, tasks - 1); i < wanted; i++) {
            if (all[i].parked) {
                LockSupport.unpark(all[i]);
            }
        }
        takeAll();
        for (int spins = 0; DONE.get() != tasks; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
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

    private static void takeAll() {
        for (int left; (left = LEFT.get()) > 0; ) {
            if (LEFT.compareAndSet(left, left - 1)) {
                try {
                    task.accept(left - 1);
                } catch (Throwable e) { // whatever it is: an uncounted task would leave the caller waiting
                    if (failure == null) {
                        failure = e;
                    }
                } finally {
                    DONE.incrementAndGet();
                }
            }
        }
    }

    private static final class Helper extends Thread {
        private volatile boolean parked;
        private volatile boolean stopped;

        Helper(int index) {
            super("surprisal-worker-" + (index + 1));
            setDaemon(true);
        }

        @Override
        public void run() {
            for (int spins = 0; !stopped; spins++) {
                if (LEFT.get() > 0) {
                    takeAll();
                    spins = 0;
                } else if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    if (LEFT.get() <= 0 && !stopped) {
                        LockSupport.park(this);
                    }
                    parked = false;
                    spins = 0;
                }
            }
        }
    }
}
