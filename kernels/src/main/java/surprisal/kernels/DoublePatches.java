package surprisal.kernels;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The windows of images of doubles, in vectors. */
final class DoublePatches extends Patches.OfDouble {

    private static final VectorSpecies<Double> S = Lanes.D;
    private static final int W = S.length();

    /** From this many numbers on a run of them goes through vectors. */
    private static final int FEWEST = 2;

    DoublePatches() {
        super(new DoubleTile());
    }

    @Override
    void copy(double[] x, int from, int xStep, double[] y, int to, int yStep, int count, int n) {
        if (n < FEWEST) {
            super.copy(x, from, xStep, y, to, yStep, count, n);
        } else if (n < W) {
            copyShort(x, from, xStep, y, to, yStep, count, n);
        } else if (n <= 2 * W) { // C2's loop for one turn or two takes longer than the turns
            for (int t = 0; t < count; t++) {
                int s = from + t * xStep;
                int d = to + t * yStep;
                DoubleVector last = DoubleVector.fromArray(S, x, s + n - W);
                DoubleVector.fromArray(S, x, s).intoArray(y, d);
                last.intoArray(y, d + n - W);
            }
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

    /** Under a mask, not in short vectors: in one process of two C2 left those on the heap. */
    private static void copyShort(double[] x, int from, int xStep, double[] y, int to, int yStep, int count, int n) {
        VectorMask<Double> first = VectorMask.fromLong(S, (1L << n) - 1);
        for (int t = 0; t < count; t++) {
            DoubleVector.fromArray(S, x, from + t * xStep, first).intoArray(y, to + t * yStep, first);
        }
    }

    @Override
    void plus(
            double[] x, int from, int xStep, int xLine, double[] y, int to, int yStep, int yLine, int count, int lines, int n) {
        int whole = n / W * W;
        VectorMask<Double> rest = VectorMask.fromLong(S, (1L << n - whole) - 1);
        for (int t = 0; t < count; t++) {
            for (int a = 0; a < lines; a++) {
                int s = from + t * xStep + a * xLine;
                int d = to + t * yStep + a * yLine;
                for (int i = 0; i < whole; i += W) {
                    DoubleVector.fromArray(S, x, s + i).add(DoubleVector.fromArray(S, y, d + i)).intoArray(y, d + i);
                }
                if (whole < n) {
                    DoubleVector tail = DoubleVector.fromArray(S, x, s + whole, rest);
                    tail.add(DoubleVector.fromArray(S, y, d + whole, rest)).intoArray(y, d + whole, rest);
                }
            }
        }
    }
}
