package surprisal.bench.timing;

import java.util.Map;
import java.util.function.Supplier;

/**
 * Something to be measured.
 *
 * @param name the same as in the peers' scripts, {@code gemm/NN/64x64x64}
 * @param flops floating-point operations of one call; 0 where counting them says nothing
 * @param items elements of one call; 0 where counting them says nothing
 * @param prepare makes the call; run once, outside the measurement
 */
public record Case(String name, double flops, double items, Supplier<Call> prepare) {

    /** One call of a case. */
    @FunctionalInterface
    public interface Call {
        /** Does the work once. */
        void run();

        /**
         * What to tell about the calls made so far: a loss, say.
         *
         * @return names and JSON values
         */
        default Map<String, Object> notes() {
            return Map.of();
        }
    }
}
