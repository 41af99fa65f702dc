package surprisal.bench.cases;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import surprisal.bench.timing.Case;
import surprisal.kernels.Peak;
import surprisal.kernels.Workers;

/**
 * What the other cases are measured by: {@code peak/fma}, multiply-adds in registers, which are the most that the machine
 * can do, {@code peak/memory}, a copy of 4 MiB, which is no limit (large caches hold it, and what reads more than it writes
 * can be faster), and {@code peak/tasks}, how often a thread can hand the others something to do and have it back. Where the
 * system may move threads between cores that share no cache, the last one tells whether it has: it is several times slower
 * then.
 */
final class PeakCases {
    private static final int N = 1 << 20;
    private static final int CHUNK = 1 << 14;
    private static final int CALLS = 1 << 14;

    private PeakCases() {}

    static List<Case> all() {
        return List.of(
                new Case("peak/fma", Peak.operations(), 0, () -> new MultiplyAdds()),
                new Case("peak/memory", 0, N, () -> new Copy(new float[N], new float[N])),
                new Case("peak/tasks", 0, CALLS, () -> new Tasks(new AtomicInteger())));
    }

    private static final class MultiplyAdds implements Case.Call {
        private float last;

        @Override
        public void run() {
            last = Peak.multiplyAdds();
        }

        @Override
        public Map<String, Object> notes() {
            return Map.of("sum", (double) last);
        }
    }

    private record Copy(float[] x, float[] y) implements Case.Call {
        @Override
        public void run() {
            Workers.run(N / CHUNK, c -> System.arraycopy(x, c * CHUNK, y, c * CHUNK, CHUNK));
        }

        @Override
        public Map<String, Object> notes() {
            return Map.of("bytes", 2L * Float.BYTES * N);
        }
    }

    /** Of two tasks each waits for the other to begin, so that no thread can run both; unless there is only one. */
    private record Tasks(AtomicInteger begun) implements Case.Call {
        @Override
        public void run() {
            int together = Math.min(2, Workers.threads());
            for (int i = 0; i < CALLS; i++) {
                begun.set(0);
                Workers.run(2, t -> {
                    begun.incrementAndGet();
                    while (begun.get() < together) Thread.onSpinWait();
                });
            }
        }

        @Override
        public Map<String, Object> notes() {
            return Map.of("calls", CALLS);
        }
    }
}
