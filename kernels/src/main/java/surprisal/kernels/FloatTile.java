package surprisal.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tile of {@link Gemm} in vectors of floats: four rows of two vectors. */
final class FloatTile extends Tile.OfFloat {

    private static final VectorSpecies<Float> S = Lanes.F;
    private static final int W = S.length();

    private final ThreadLocal<float[]> edge = ThreadLocal.withInitial(() -> new float[ROWS * 2 * W]);

    @Override
    int columns() {
        return 2 * W;
    }

    @Override
    void add(
            int rows,
            int columns,
            int depth,
            float[] a,
            int ao,
            int rowStep,
            int stepOfK,
            float[] panel,
            int po,
            float[] c,
            int co,
            int ld) {
        if (rows == ROWS && columns == 2 * W) {
            tile(depth, a, ao, ao + rowStep, ao + 2 * rowStep, ao + 3 * rowStep, stepOfK, panel, po, c, co, ld);
            return;
        }
        float[] whole = edge.get();
        zero(whole, 0, whole.length);
        int row1 = ao + Math.min(1, rows - 1) * rowStep; // rows beyond the edge repeat the last one
        int row2 = ao + Math.min(2, rows - 1) * rowStep;
        int row3 = ao + (rows - 1) * rowStep;
        tile(depth, a, ao, row1, row2, row3, stepOfK, panel, po, whole, 0, 2 * W);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                c[co + i * ld + j] += whole[i * 2 * W + j];
            }
        }
    }

    private static void tile(
            int depth,
            float[] a,
            int row0,
            int row1,
            int row2,
            int row3,
            int stepOfK,
            float[] panel,
            int po,
            float[] c,
            int co,
            int ld) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            FloatVector b0 = FloatVector.fromArray(S, panel, po + p * (2 * W));
            FloatVector b1 = FloatVector.fromArray(S, panel, po + p * (2 * W) + W);
            FloatVector a0 = FloatVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        plus(c00, c, co);
        plus(c01, c, co + W);
        plus(c10, c, co + ld);
        plus(c11, c, co + ld + W);
        plus(c20, c, co + 2 * ld);
        plus(c21, c, co + 2 * ld + W);
        plus(c30, c, co + 3 * ld);
        plus(c31, c, co + 3 * ld + W);
    }

    @Override
    void row(int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] c, int co) {
        int j = 0;
        for (; j <= n - 8 * W; j += 8 * W) {
            row8(depth, a, ao, b, bo + j, ld, c, co + j);
        }
        for (; j <= n - W; j += W) {
            row1(depth, a, ao, b, bo + j, ld, c, co + j);
        }
        if (j < n) {
            super.row(n - j, depth, a, ao, b, bo + j, ld, c, co + j);
        }
    }

    private static void row8(int depth, float[] a, int ao, float[] b, int bo, int ld, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(FloatVector.fromArray(S, b, at), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, at + W), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, at + 2 * W), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, at + 3 * W), c3);
            c4 = x.fma(FloatVector.fromArray(S, b, at + 4 * W), c4);
            c5 = x.fma(FloatVector.fromArray(S, b, at + 5 * W), c5);
            c6 = x.fma(FloatVector.fromArray(S, b, at + 6 * W), c6);
            c7 = x.fma(FloatVector.fromArray(S, b, at + 7 * W), c7);
        }
        plus(c0, c, co);
        plus(c1, c, co + W);
        plus(c2, c, co + 2 * W);
        plus(c3, c, co + 3 * W);
        plus(c4, c, co + 4 * W);
        plus(c5, c, co + 5 * W);
        plus(c6, c, co + 6 * W);
        plus(c7, c, co + 7 * W);
    }

    private static void row1(int depth, float[] a, int ao, float[] b, int bo, int ld, float[] c, int co) {
        FloatVector sum = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            sum = FloatVector.broadcast(S, a[ao + p]).fma(FloatVector.fromArray(S, b, bo + p * ld), sum);
        }
        plus(sum, c, co);
    }

    private static void plus(FloatVector x, float[] c, int co) {
        FloatVector.fromArray(S, c, co).add(x).intoArray(c, co);
    }
}
