package surprisal.kernels;

import jdk.incubator.vector.FloatVector;

/** What this machine can do at most, to measure the rest by: multiply-adds that never leave the registers. */
public final class Peak {

    /** Independent chains of multiply-adds: more than two units with four cycles of latency need. */
    private static final int CHAINS = 12;

    private static final int TASKS = 64;
    private static final int ROUNDS = 4096;
    private static final boolean VECTOR = Simd.bits() != 0;

    private Peak() {}

    /**
     * The floating-point operations of one call of {@link #multiplyAdds()}.
     *
     * @return two for each multiply-add of each lane
     */
    public static double operations() {
        return 2.0 * TASKS * ROUNDS * CHAINS * Math.max(1, Simd.bits() / Float.SIZE);
    }

    /**
     * x ← a x + b, over and over, in vectors as wide as there are, by all {@link Workers}.
     *
     * @return a number that depends on all of them, so that none is left out
     */
    public static float multiplyAdds() {
        float[] sums = new float[TASKS];
        Workers.run(TASKS, t -> sums[t] = VECTOR ? InLanes.run(t) : oneByOne(t));
        return Reduce.sum(sums, 0, TASKS);
    }

    /** Apart, since this class must load where there is no vector module. */
    private static final class InLanes {
        static float run(float start) {
            FloatVector a = FloatVector.broadcast(Lanes.F, 0.5f), b = FloatVector.broadcast(Lanes.F, start);
            FloatVector x0 = b, x1 = b, x2 = b, x3 = b, x4 = b, x5 = b, x6 = b, x7 = b, x8 = b, x9 = b, x10 = b, x11 = b;
            for (int i = 0; i < ROUNDS; i++) {
                x0 = x0.fma(a, b);
                x1 = x1.fma(a, b);
                x2 = x2.fma(a, b);
                x3 = x3.fma(a, b);
                x4 = x4.fma(a, b);
                x5 = x5.fma(a, b);
                x6 = x6.fma(a, b);
                x7 = x7.fma(a, b);
                x8 = x8.fma(a, b);
                x9 = x9.fma(a, b);
                x10 = x10.fma(a, b);
                x11 = x11.fma(a, b);
            }
            FloatVector low = x0.add(x1).add(x2.add(x3)), high = x8.add(x9).add(x10.add(x11));
            return low.add(x4.add(x5).add(x6.add(x7))).add(high).lane(0);
        }
    }

    private static float oneByOne(float start) {
        float[] x = new float[CHAINS];
        for (int i = 0; i < ROUNDS; i++) for (int j = 0; j < CHAINS; j++) x[j] = Fma.fma(x[j], 0.5f, start);
        return Reduce.sum(x, 0, CHAINS);
    }
}
