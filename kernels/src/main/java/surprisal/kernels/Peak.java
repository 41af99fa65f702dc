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
     * x ← x + a b, over and over, in vectors as wide as there are, by all {@link Workers}.
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
            FloatVector o = FloatVector.zero(Lanes.F);
            FloatVector x0 = o, x1 = o, x2 = o, x3 = o, x4 = o, x5 = o, x6 = o, x7 = o, x8 = o, x9 = o, x10 = o, x11 = o;
            for (int i = 0; i < ROUNDS; i++) {
                x0 = a.fma(b, x0);
                x1 = a.fma(b, x1);
                x2 = a.fma(b, x2);
                x3 = a.fma(b, x3);
                x4 = a.fma(b, x4);
                x5 = a.fma(b, x5);
                x6 = a.fma(b, x6);
                x7 = a.fma(b, x7);
                x8 = a.fma(b, x8);
                x9 = a.fma(b, x9);
                x10 = a.fma(b, x10);
                x11 = a.fma(b, x11);
            }
            FloatVector low = x0.add(x1).add(x2.add(x3)), high = x8.add(x9).add(x10.add(x11));
            return low.add(x4.add(x5).add(x6.add(x7))).add(high).lane(0);
        }
    }

    private static float oneByOne(float start) {
        float[] x = new float[CHAINS];
        for (int i = 0; i < ROUNDS; i++) for (int j = 0; j < CHAINS; j++) x[j] = Fma.fma(0.5f, start, x[j]);
        return Reduce.sum(x, 0, CHAINS);
    }
}
