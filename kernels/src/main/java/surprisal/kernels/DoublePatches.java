package surprisal.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** The windows of images of doubles, in vectors. */
final class DoublePatches extends Patches.OfDouble {

    private static final VectorSpecies<Double> S = Lanes.D;
    private static final int W = S.length();
    private static final VectorSpecies<Double> SHORT = DoubleVector.SPECIES_128;
    private static final int N = SHORT.length();

    DoublePatches() {
        super(new DoubleTile());
    }

    @Override
    void copy(double[] x, int from, int xStep, double[] y, int to, int yStep, int count, int n) {
        if (n < N) {
            super.copy(x, from, xStep, y, to, yStep, count, n);
        } else if (n < W) {
            copyShort(x, from, xStep, y, to, yStep, count, n);
        } else {
            for (int t = 0; t < count; t++) {
                int s = from + t * xStep;
                int d = to + t * yStep;
                for (int i = 0; i <= n - W; i += W) {
                    DoubleVector.fromArray(S, x, s + i).intoArray(y, d + i);
                }
                DoubleVector.fromArray(S, x, s + n - W).intoArray(y, d + n - W); // a tail overlaps what is there already
            }
        }
    }

    private static void copyShort(double[] x, int from, int xStep, double[] y, int to, int yStep, int count, int n) {
        for (int t = 0; t < count; t++) {
            int s = from + t * xStep;
            int d = to + t * yStep;
            for (int i = 0; i <= n - N; i += N) {
                DoubleVector.fromArray(SHORT, x, s + i).intoArray(y, d + i);
            }
            DoubleVector.fromArray(SHORT, x, s + n - N).intoArray(y, d + n - N);
        }
    }

    @Override
    void plus(
            double[] x, int from, int xStep, int xLine, double[] y, int to, int yStep, int yLine, int count, int lines, int n) {
        for (int t = 0; t < count; t++) {
            for (int a = 0; a < lines; a++) {
                int s = from + t * xStep + a * xLine;
                int d = to + t * yStep + a * yLine;
                int i = 0;
                for (; i <= n - W; i += W) {
                    DoubleVector.fromArray(S, x, s + i).add(DoubleVector.fromArray(S, y, d + i)).intoArray(y, d + i);
                }
                for (; i <= n - N; i += N) {
                    DoubleVector.fromArray(SHORT, x, s + i).add(DoubleVector.fromArray(SHORT, y, d + i)).intoArray(y, d + i);
                }
                for (; i < n; i++) {
                    y[d + i] += x[s + i];
                }
            }
        }
    }
}
