package surprisal.bench.timing;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures warm calls. A sample is the mean of so many calls in a row that it lasts about 20 ms; after a warm-up of
 * one second samples are taken for three (at least 7, at most 200). The same rule as for the peers, so that the times
 * compare; but the JVM compiles while it runs, on the same core, so the warm-up goes on until it has had nothing to
 * compile for half a second (or for thirty seconds more): what a training step calls once is compiled after 5,000 of them.
 *
 * @param warmUp seconds of calls before the first sample
 * @param compiled milliseconds that went into compilation so far
 * @param budget seconds of samples
 * @param least how many samples at least, however long they take
 * @param clock nanoseconds from any origin
 */
public record Stopwatch(double warmUp, double budget, int least, LongSupplier clock, LongSupplier compiled) {
    private static final double SAMPLE = 0.02;
    private static final int MOST_SAMPLES = 200;
    private static final int MOST_CALLS = 100_000;

    /** Milliseconds of compilation in half a second that disturb nothing. */
    private static final long QUIET = 5;

    /** For a measurement. */
    public static final Stopwatch FULL = new Stopwatch(1, 3, 7, System::nanoTime, Stopwatch::compilation);

    /** To see that a case runs; its times mean little. */
    public static final Stopwatch QUICK = new Stopwatch(0.1, 0.3, 3, System::nanoTime, () -> 0);

    private static long compilation() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    /**
     * Times of one call.
     *
     * @param median of the samples, in ms
     * @param min of the samples, in ms
     * @param samples how many
     * @param inner how many calls a sample is the mean of
     * @param first the very first call, in seconds
     */
    public record Times(double median, double min, int samples, int inner, double first) {}

    /**
     * Measures a call.
     *
     * @param call what is measured
     * @return its times
     */
    public Times measure(Runnable call) {
        long start = clock.getAsLong();
        double first = sample(call, 1), seconds = first;
        while (since(start) < warmUp) seconds = sample(call, calls(seconds));
        long before = -1;
        for (int wait = 0; wait < 60 && compiled.getAsLong() > before + QUIET; wait++) {
            before = compiled.getAsLong();
            for (long half = clock.getAsLong(); since(half) < warmUp / 2; ) seconds = sample(call, calls(seconds));
        }
        int inner = calls(seconds);
        List<Double> samples = new ArrayList<>();
        start = clock.getAsLong();
        while (samples.size() < least || (since(start) < budget && samples.size() < MOST_SAMPLES))
            samples.add(1e3 * sample(call, inner));
        double[] sorted = samples.stream().mapToDouble(d -> d).sorted().toArray();
        return new Times(median(sorted), sorted[0], sorted.length, inner, first);
    }

    private double sample(Runnable call, int inner) {
        long start = clock.getAsLong();
        for (int i = 0; i < inner; i++) call.run();
        return since(start) / inner;
    }

    private double since(long start) {
        return (clock.getAsLong() - start) / 1e9;
    }

    private static int calls(double seconds) {
        return (int) Math.clamp(Math.rint(SAMPLE / Math.max(seconds, 1e-9)), 1, MOST_CALLS);
    }

    private static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
