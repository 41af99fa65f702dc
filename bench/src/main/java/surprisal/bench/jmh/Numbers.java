package surprisal.bench.jmh;

import java.util.Random;

/** Operands. */
final class Numbers {
    private Numbers() {}

    /** n numbers between 0.01 and 2, where every function is defined. */
    static float[] floats(int n, int seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) x[i] = .01f + 1.99f * random.nextFloat();
        return x;
    }
}
