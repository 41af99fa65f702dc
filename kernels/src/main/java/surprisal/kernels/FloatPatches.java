package surprisal.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The windows of images of floats, in vectors. */
final class FloatPatches extends Patches.OfFloat {

    private static final VectorSpecies<Float> S = Lanes.F;
    private static final int W = S.length();
    private static final VectorSpecies<Float> SHORT = FloatVector.SPECIES_128;
    private static final int N = SHORT.length();

    FloatPatches() {
        super(new FloatTile());
    }

    @Override
    void copy(float[] x, int from, int xStep, float[] y, int to, int yStep, int count, int n) {
        if (n < N) {
            super.copy(x, from, xStep, y, to, yStep, count, n);
        } else if (n < W) {
            copyShort(x, from, xStep, y, to, yStep, count, n);
        } else {
            for (int t = 0; t < count; t++) {
                int s = from + t * xStep;
                int d = to + t * yStep;
                for (int i = 0; i <= n - W; i += W) {
                    FloatVector.fromArray(S, x, s + i).intoArray(y, d + i);
                }
                FloatVector.fromArray(S, x, s + n - W).intoArray(y, d + n - W); // a tail overlaps what is there already
            }
        }
    }

    private static void copyShort(float[] x, int from, int xStep, float[] y, int to, int yStep, int count, int n) {
        for (int t = 0; t < count; t++) {
            int s = from + t * xStep;
            int d = to + t * yStep;
            for (int i = 0; i <= n - N; i += N) {
                FloatVector.fromArray(SHORT, x, s + i).intoArray(y, d + i);
            }
            FloatVector.fromArray(SHORT, x, s + n - N).intoArray(y, d + n - N);
        }
    }

    @Override
    void plus(
            float[] x, int from, int xStep, int xLine, float[] y, int to, int yStep, int yLine, int count, int lines, int n) {
        for (int t = 0; t < count; t++) {
            for (int a = 0; a < lines; a++) {
                int s = from + t * xStep + a * xLine;
                int d = to + t * yStep + a * yLine;
                int i = 0;
                for (; i <= n - W; i += W) {
                    FloatVector.fromArray(S, x, s + i).add(FloatVector.fromArray(S, y, d + i)).intoArray(y, d + i);
                }
                for (; i <= n - N; i += N) {
                    FloatVector.fromArray(SHORT, x, s + i).add(FloatVector.fromArray(SHORT, y, d + i)).intoArray(y, d + i);
                }
                for (; i < n; i++) {
                    y[d + i] += x[s + i];
                }
            }
        }
    }
}
