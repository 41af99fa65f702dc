package surprisal.bench.cases;

import java.util.List;
import java.util.Map;
import surprisal.bench.timing.Case;
import surprisal.kernels.Peak;
import surprisal.kernels.Workers;

/**
 * What the machine can do at most, so that the other cases can tell their share: {@code peak/fma}, multiply-adds in
 * registers, and {@code peak/memory}, a copy of 4 MiB.
 */
final class PeakCases {
    private static final int N = 1 << 20;
    private static final int CHUNK = 1 << 14;

    private PeakCases() {}

    static List<Case> all() {
        return List.of(
                new Case("peak/fma", Peak.operations(), 0, () -> new MultiplyAdds()),
                new Case("peak/memory", 0, N, () -> new Copy(new float[N], new float[N])));
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
}
