package surprisal.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {

    private static final int[] THREADS = {1, 2, 3, 7};

    private final int before = Workers.threads();

    @AfterEach
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void restore() {
        Workers.threads(before);
    }

    @Test
    void everyTaskRunsOnce() {
        checkThatEachTaskRunsOnce();
    }

    private static void checkThatEachTaskRunsOnce() {
        for (int threads : THREADS) {
            Workers.threads(threads);
            assertEquals(threads, Workers.threads());
            for (int tasks : new int[] {-1, 0, 1, 2, 3, 7, 8, 1000}) {
                for (int again = 0; again < 300; again++) {
                    AtomicIntegerArray runs = new AtomicIntegerArray(Math.max(0, tasks));
                    Workers.run(tasks, runs::incrementAndGet);
                    for (int i = 0; i < tasks; i++) {
                        assertEquals(1, runs.get(i), "task " + i + " of " + tasks + " with " + threads + " threads");
                    }
                }
            }
        }
    }

    /** The caller sees what the tasks wrote, without a volatile of its own. */
    @Test
    void theCallerSeesPlainWrites() {
        Workers.threads(3);
        int[] x = new int[64];
        for (int round = 1; round < 20_000; round++) {
            int value = round;
            Workers.run(64, i -> x[i] = value + i);
            for (int i = 0; i < 64; i++) {
                if (x[i] != value + i) {
                    fail("round " + round + ": task " + i + " left " + x[i]);
                }
            }
        }
    }

    /** So the rows that a thread has in its cache come to it again, whatever kernel is next. */
    @Test
    void aThreadBeginsWithItsOwnShareOfTheTasks() {
        for (int threads : new int[] {2, 3, 7}) {
            Workers.threads(threads);
            Thread[] first = null;
            for (int tasks : new int[] {threads, 4 * threads, 4 * threads + 1}) {
                Thread[] who = new Thread[threads];
                AtomicInteger begun = new AtomicInteger();
                Workers.run(tasks, i -> {
                    int share = (int) Math.ceil((double) i * threads / tasks);
                    if (share < threads && i == share * tasks / threads) { // the first one waits for all the others
                        who[share] = Thread.currentThread();
                        begun.incrementAndGet();
                        while (begun.get() < threads) {
                            Thread.onSpinWait();
                        }
                    }
                });
                assertSame(Thread.currentThread(), who[0]);
                first = first == null ? who : first;
                assertEquals(List.of(first), List.of(who));
            }
        }
    }

    /** Helpers park when there is nothing to do, and wake up for more. */
    @Test
    void helpersTakePartAfterAPause() throws InterruptedException {
        Workers.threads(2);
        for (int round = 0; round < 5; round++) {
            Thread.sleep(30);
            AtomicInteger there = new AtomicInteger();
            AtomicReference<Thread> one = new AtomicReference<>();
            AtomicReference<Thread> other = new AtomicReference<>();
            Workers.run(2, i -> {
                (i == 0 ? one : other).set(Thread.currentThread());
                there.incrementAndGet();
                while (there.get() < 2) { // each task waits for the other: one thread alone would hang
                    Thread.onSpinWait();
                }
            });
            assertTrue(one.get() != other.get());
        }
    }

    @Test
    void nestedCallsRunInTheThreadOfTheirTask() {
        for (int threads : THREADS) {
            Workers.threads(threads);
            AtomicIntegerArray runs = new AtomicIntegerArray(20 * 30);
            AtomicInteger strangers = new AtomicInteger();
            Workers.run(20, i -> {
                Thread own = Thread.currentThread();
                Workers.run(30, j -> {
                    runs.incrementAndGet(30 * i + j);
                    if (threads > 1 && Thread.currentThread() != own) {
                        strangers.incrementAndGet();
                    }
                });
            });
            assertEquals(0, strangers.get());
            for (int i = 0; i < runs.length(); i++) {
                assertEquals(1, runs.get(i));
            }
        }
    }

    // ---- exceptions

    @Test
    void anExceptionIsThrownOnAfterTheOthersHaveRun() {
        List<Throwable> kinds =
                List.of(new IllegalStateException("7"), new StackOverflowError("7"), new IOException("7"));
        for (int threads : THREADS) {
            Workers.threads(threads);
            for (int tasks : new int[] {8, 100}) {
                for (Throwable kind : kinds) {
                    AtomicInteger runs = new AtomicInteger();
                    Throwable thrown = assertThrows(Throwable.class, () -> Workers.run(tasks, i -> {
                        runs.incrementAndGet();
                        if (i == 7) {
                            WorkersTest.<RuntimeException>sneak(kind);
                        }
                    }));
                    assertSame(kind, thrown, threads + " threads, " + tasks + " tasks");
                    assertEquals(tasks, runs.get(), threads + " threads, " + tasks + " tasks");
                    AtomicInteger after = new AtomicInteger();
                    Workers.run(50, i -> after.addAndGet(i));
                    assertEquals(49 * 50 / 2, after.get());
                }
            }
        }
    }

    @Test
    void aPoolSurvivesTasksThatAllThrow() {
        Workers.threads(3);
        for (int round = 0; round < 2000; round++) {
            assertThrows(ArithmeticException.class, () -> Workers.run(9, i -> {
                throw new ArithmeticException("task " + i);
            }));
        }
        checkThatEachTaskRunsOnce();
        Workers.threads(2);
        assertThrows(NullPointerException.class, () -> Workers.run(5, null));
        checkThatEachTaskRunsOnce();
    }

    /** A nested call that fails is one failed task, and the pool is the outer call's until that returns. */
    @Test
    void aNestedExceptionBelongsToItsTask() {
        Workers.threads(3);
        AtomicInteger caught = new AtomicInteger();
        Workers.run(10, i -> {
            try {
                Workers.run(10, j -> {
                    if (j == 3) {
                        throw new IllegalStateException("inner");
                    }
                });
            } catch (IllegalStateException e) {
                caught.incrementAndGet();
            }
        });
        assertEquals(10, caught.get());
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable e) throws E {
        throw (E) e;
    }

    // ---- the number of threads

    @Test
    void numbersOfThreadsThatMakeNoSenseAreRefused() {
        for (int threads : new int[] {0, -1, 1025, Integer.MIN_VALUE}) {
            Exception e = assertThrows(IllegalArgumentException.class, () -> Workers.threads(threads));
            assertEquals("threads is " + threads + ": it takes 1 to 1024", e.getMessage());
        }
        assertEquals(before, Workers.threads());
    }

    @Test
    void aTaskCanNotChangeTheNumberOfThreads() {
        Workers.threads(2);
        AtomicInteger refused = new AtomicInteger();
        Workers.run(20, i -> {
            try {
                Workers.threads(3);
            } catch (IllegalStateException e) {
                refused.incrementAndGet();
            }
        });
        assertEquals(20, refused.get());
        assertEquals(2, Workers.threads());
        Workers.threads(3);
        assertEquals(3, Workers.threads());
    }

    @Test
    void threadsThatAreNoLongerWantedEnd() throws InterruptedException {
        Workers.threads(9);
        Workers.run(100, i -> {});
        Workers.threads(1);
        for (int i = 0; i < 500 && helpers() > 0; i++) {
            Thread.sleep(10);
        }
        assertEquals(0, helpers());
    }

    private static long helpers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("surprisal-worker-"))
                .count();
    }

    // ---- several callers

    /** Four threads call kernels while a fifth changes the number of helpers. */
    @Test
    void callersShareThePoolWithoutMixingTheirTasks() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> callers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int own = t;
            callers.add(new Thread(() -> {
                int[] x = new int[40 + own];
                int[] expected = new int[40 + own];
                for (int round = 0; !stop.get() && failure.get() == null; round++) {
                    int base = 1000 * round + own;
                    IntConsumer task = i -> x[i] += base + i;
                    Workers.run(x.length, task);
                    for (int i = 0; i < x.length; i++) {
                        expected[i] += base + i;
                    }
                    if (round % 7 == own) {
                        try {
                            Workers.run(5, i -> {
                                throw new IllegalStateException("of " + own);
                            });
                            failure.set(new AssertionError("an exception got lost"));
                        } catch (IllegalStateException e) {
                            if (!e.getMessage().equals("of " + own)) {
                                failure.set(e);
                            }
                        } catch (Throwable e) {
                            failure.set(e);
                        }
                    }
                    if (!Arrays.equals(expected, x)) {
                        failure.set(new AssertionError("round " + round + " of caller " + own));
                    }
                }
            }));
        }
        callers.add(new Thread(() -> {
            for (int round = 0; !stop.get(); round++) {
                Workers.threads(THREADS[round % THREADS.length]);
            }
        }));
        callers.forEach(c -> c.setDaemon(true));
        callers.forEach(Thread::start);
        Thread.sleep(2500);
        stop.set(true);
        for (Thread caller : callers) {
            assertTrue(caller.join(Duration.ofSeconds(20)), () -> "stuck: " + Arrays.toString(caller.getStackTrace()));
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    @Test
    void callersOfKernelsGetTheirOwnResults() throws InterruptedException {
        Workers.threads(3);
        int n = 80;
        List<Thread> callers = new ArrayList<>();
        AtomicInteger wrong = new AtomicInteger();
        for (int t = 0; t < 3; t++) {
            float[] a = new float[n * n];
            for (int i = 0; i < a.length; i++) {
                a[i] = (31 * i + t) % 97 / 97f;
            }
            float[] expected = new float[n * n];
            Gemm.multiply(Gemm.Form.NT, n, n, n, a, 0, a, 0, expected, 0, Gemm.Store.SET);
            callers.add(new Thread(() -> {
                float[] c = new float[n * n];
                for (int round = 0; round < 300; round++) {
                    Gemm.multiply(Gemm.Form.NT, n, n, n, a, 0, a, 0, c, 0, Gemm.Store.SET);
                    if (!Arrays.equals(expected, c)) {
                        wrong.incrementAndGet();
                    }
                }
            }));
        }
        callers.forEach(Thread::start);
        for (Thread caller : callers) {
            caller.join();
        }
        assertEquals(0, wrong.get());
    }

    // ---- the end

    /** Runs tasks and returns from main. */
    public static final class Program {

        private Program() {}

        /**
         * Starts the pool.
         *
         * @param args none
         */
        public static void main(String[] args) {
            Workers.threads(3);
            AtomicInteger sum = new AtomicInteger();
            Workers.run(100, sum::addAndGet);
            System.out.println(sum);
        }
    }

    @Test
    void helpersDoNotKeepTheProcessAlive() throws IOException, InterruptedException {
        Process process = Fork.java(List.of(), Program.class).redirectErrorStream(true).start();
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running after 30 s");
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals("4950", out.strip());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void valuesInDescriptionsAreThoseInUse() {
        Workers.threads(1);
        assertTrue(Simd.describe().contains("1 thread "), Simd.describe());
        Workers.threads(7);
        assertTrue(Simd.describe().contains("7 threads "), Simd.describe());
    }
}
