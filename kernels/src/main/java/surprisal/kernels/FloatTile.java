package surprisal.kernels;

import java.util.stream.LongStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The tile of {@link Gemm} in vectors of floats: eight rows of three vectors with 32 registers, four with 16. */
final class FloatTile extends Tile.OfFloat {

    private static final VectorSpecies<Float> S = Lanes.F;
    private static final int W = S.length();
    private static final int ROWS = S.vectorBitSize() == 512 ? 8 : 4;
    private static final int WIDE = 3 * W;
    private static final int SLIM_ROWS = 8;
    private static final boolean WIDE_ROW = S.vectorBitSize() == 512;

    private static final VectorShuffle<Float> XOR_1 = xor(1);
    private static final VectorShuffle<Float> XOR_2 = xor(2);
    private static final VectorShuffle<Float> XOR_4 = xor(4);
    private static final VectorShuffle<Float> XOR_8 = xor(8);
    private static final VectorMask<Float> BIT_1 = bit(1);
    private static final VectorMask<Float> BIT_2 = bit(2);
    private static final VectorMask<Float> BIT_4 = bit(4);
    private static final VectorMask<Float> BIT_8 = bit(8);

    private final ThreadLocal<float[]> edge = ThreadLocal.withInitial(() -> new float[Math.max(ROWS * WIDE, SLIM_ROWS * W)]);
    private final ThreadLocal<float[]> turned = ThreadLocal.withInitial(() -> new float[W * W]);

    private static VectorShuffle<Float> xor(int s) {
        return VectorShuffle.fromOp(S, l -> (l ^ s) & (W - 1));
    }

    private static VectorMask<Float> bit(int s) {
        return VectorMask.fromLong(S, LongStream.range(0, W).filter(l -> (l & s) != 0).map(l -> 1L << l).sum());
    }

    @Override
    int rows() {
        return ROWS;
    }

    @Override
    int lanes() {
        return W;
    }

    @Override
    int slim() {
        return group() < SLIM_ROWS ? narrow() : W;
    }

    @Override
    int narrow() {
        return 2 * W;
    }

    @Override
    int wide() {
        return WIDE;
    }

    @Override
    void pack(float[] b, int bo, int ld, int depth, int columns, float[] to, int o, int width) {
        int room = b.length - bo - width;
        int whole = columns == width ? depth : room < 0 ? 0 : Math.min(depth, room / ld + 1); // rows with a width to read
        if (width == 3 * W) {
            copy3(b, bo, ld, whole, to, o);
        } else if (width == 2 * W) {
            copy2(b, bo, ld, whole, to, o);
        } else {
            copy1(b, bo, ld, whole, to, o);
        }
        if (whole < depth) {
            super.pack(b, bo + whole * ld, ld, depth - whole, columns, to, o + whole * width, width);
        }
    }

    private static void copy3(float[] b, int bo, int ld, int depth, float[] to, int o) {
        for (int p = 0; p < depth; p++) {
            int from = bo + p * ld;
            FloatVector x = FloatVector.fromArray(S, b, from);
            FloatVector y = FloatVector.fromArray(S, b, from + W);
            FloatVector z = FloatVector.fromArray(S, b, from + 2 * W);
            x.intoArray(to, o + p * 3 * W);
            y.intoArray(to, o + p * 3 * W + W);
            z.intoArray(to, o + p * 3 * W + 2 * W);
        }
    }

    private static void copy2(float[] b, int bo, int ld, int depth, float[] to, int o) {
        for (int p = 0; p < depth; p++) {
            int from = bo + p * ld;
            FloatVector x = FloatVector.fromArray(S, b, from);
            FloatVector y = FloatVector.fromArray(S, b, from + W);
            x.intoArray(to, o + p * 2 * W);
            y.intoArray(to, o + p * 2 * W + W);
        }
    }

    private static void copy1(float[] b, int bo, int ld, int depth, float[] to, int o) {
        for (int p = 0; p < depth; p++) {
            FloatVector.fromArray(S, b, bo + p * ld).intoArray(to, o + p * W);
        }
    }

    @Override
    void packTransposed(float[] b, int bo, int ld, int depth, int columns, int padded, float[] to, int o, int width) {
        int j = 0;
        float[] block = turned.get();
        for (; depth >= W && j <= columns - W; j += W) {
            for (int p = 0; p < depth; p += W) {
                int from = Math.min(p, depth - W); // the last block packs some steps again
                turn(b, bo + j * ld + from, ld, block, to, o + from * width + j, width);
            }
        }
        if (j < padded) {
            super.packTransposed(b, bo + j * ld, ld, depth, columns - j, padded - j, to, o + j, width);
        }
    }

    /** Transposes W × W elements: for s = 1, 2, 4 …, rows i and i + s swap their blocks of s × s. */
    private static void turn(float[] b, int bo, int ld, float[] block, float[] to, int o, int width) {
        switch (W) {
            case 16 -> {
                quads(b, bo, ld, 4, 1, XOR_1, BIT_1, XOR_2, BIT_2, block, 0, W);
                quads(block, 0, W, 1, 4, XOR_4, BIT_4, XOR_8, BIT_8, to, o, width);
            }
            case 8 -> {
                quads(b, bo, ld, 4, 1, XOR_1, BIT_1, XOR_2, BIT_2, block, 0, W);
                pairs(block, 0, W, 4, XOR_4, BIT_4, to, o, width);
            }
            case 4 -> quads(b, bo, ld, 4, 1, XOR_1, BIT_1, XOR_2, BIT_2, to, o, width);
            default -> pairs(b, bo, ld, 1, XOR_1, BIT_1, to, o, width);
        }
    }

    /** The swaps for s and 2s, in groups of four rows that begin {@code step} apart. */
    private static void quads(
            float[] b, int bo, int ld, int step, int s, VectorShuffle<Float> xor1, VectorMask<Float> bit1,
            VectorShuffle<Float> xor2, VectorMask<Float> bit2, float[] to, int o, int width) {
        for (int g = 0; g < W / 4; g++) {
            int from = bo + g * step * ld;
            FloatVector x0 = FloatVector.fromArray(S, b, from);
            FloatVector x1 = FloatVector.fromArray(S, b, from + s * ld);
            FloatVector x2 = FloatVector.fromArray(S, b, from + 2 * s * ld);
            FloatVector x3 = FloatVector.fromArray(S, b, from + 3 * s * ld);
            FloatVector y0 = x0.blend(x1.rearrange(xor1), bit1);
            FloatVector y1 = x0.rearrange(xor1).blend(x1, bit1);
            FloatVector y2 = x2.blend(x3.rearrange(xor1), bit1);
            FloatVector y3 = x2.rearrange(xor1).blend(x3, bit1);
            int at = o + g * step * width;
            y0.blend(y2.rearrange(xor2), bit2).intoArray(to, at);
            y1.blend(y3.rearrange(xor2), bit2).intoArray(to, at + s * width);
            y0.rearrange(xor2).blend(y2, bit2).intoArray(to, at + 2 * s * width);
            y1.rearrange(xor2).blend(y3, bit2).intoArray(to, at + 3 * s * width);
        }
    }

    /** The swaps for the largest s, W / 2. */
    private static void pairs(
            float[] b, int bo, int ld, int s, VectorShuffle<Float> xor, VectorMask<Float> bit, float[] to, int o, int width) {
        for (int i = 0; i < s; i++) {
            FloatVector x = FloatVector.fromArray(S, b, bo + i * ld);
            FloatVector y = FloatVector.fromArray(S, b, bo + (i + s) * ld);
            x.blend(y.rearrange(xor), bit).intoArray(to, o + i * width);
            x.rearrange(xor).blend(y, bit).intoArray(to, o + (i + s) * width);
        }
    }

    @Override
    void multiply(
            int rows, int columns, int width, int depth, float[] a, int ao, int rowStep, int groupStep, int stepOfK,
            float[] b, int bo, int stepOfB, float[] d, int dof, int dl, float[] c, int co, int ld) {
        int step = width == W ? SLIM_ROWS : ROWS;
        for (int i = 0; i < rows; i += step) {
            int some = Math.min(step, rows - i);
            int x = ao + i / group() * groupStep + i % group() * rowStep;
            if (columns == width) {
                tile(some, width, depth, a, x, rowStep, stepOfK, b, bo, stepOfB, d, dof + i * dl, dl, c, co + i * ld, ld);
            } else {
                edge(some, columns, width, depth, a, x, rowStep, stepOfK, b, bo, stepOfB, d, dof + i * dl, dl, c, co + i * ld, ld);
            }
        }
    }

    private void edge(
            int rows, int columns, int width, int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        float[] whole = edge.get();
        tile(rows, width, depth, a, ao, rowStep, stepOfK, b, bo, stepOfB, nothing(), 0, 0, whole, 0, width);
        if (columns >= W) {
            for (int i = 0; i < rows; i++) {
                add(columns, whole, i * width, d, dof + i * dl, c, co + i * ld);
            }
        } else if (ld == columns && rows * columns >= W && (dl == ld || d == zeros())) { // C has no gaps: nor then has what is added
            for (int i = 1; i < rows; i++) {
                FloatVector.fromArray(S, whole, i * width).intoArray(whole, i * columns);
            }
            add(rows * columns, whole, 0, d, dof, c, co);
        } else {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    c[co + i * ld + j] = d[dof + i * dl + j] + whole[i * width + j];
                }
            }
        }
    }

    /** c[n] = d[n] + x[n] for n ≥ W: the last W go in one vector, which is computed before others are stored, for D may be C. */
    private static void add(int n, float[] x, int xo, float[] d, int dof, float[] c, int co) {
        int end = n - W;
        FloatVector last = FloatVector.fromArray(S, d, dof + end).add(FloatVector.fromArray(S, x, xo + end));
        for (int j = 0; j < end; j += W) {
            FloatVector.fromArray(S, d, dof + j).add(FloatVector.fromArray(S, x, xo + j)).intoArray(c, co + j);
        }
        last.intoArray(c, co + end);
    }

    private static void tile(
            int rows, int width, int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        if (width == W) {
            tile8x1(rows, depth, a, ao, rowStep, stepOfK, b, bo, stepOfB, d, dof, dl, c, co, ld);
        } else if (rows == 8 && width == 3 * W) {
            tile8x3(depth, a, ao, rowStep, stepOfK, b, bo, stepOfB, d, dof, dl, c, co, ld);
        } else if (rows == 8) {
            tile8x2(depth, a, ao, rowStep, stepOfK, b, bo, stepOfB, d, dof, dl, c, co, ld);
        } else {
            for (int i = 0; i < rows; i += 4) {
                int some = Math.min(4, rows - i);
                int row = ao + i * rowStep;
                if (width == 3 * W) {
                    tile4x3(some, depth, a, row, rowStep, stepOfK, b, bo, stepOfB, d, dof + i * dl, dl, c, co + i * ld, ld);
                } else {
                    tile4x2(some, depth, a, row, rowStep, stepOfK, b, bo, stepOfB, d, dof + i * dl, dl, c, co + i * ld, ld);
                }
            }
        }
    }

    private static void tile8x3(
            int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        int row0 = ao;
        int row1 = ao + rowStep;
        int row2 = ao + 2 * rowStep;
        int row3 = ao + 3 * rowStep;
        int row4 = ao + 4 * rowStep;
        int row5 = ao + 5 * rowStep;
        int row6 = ao + 6 * rowStep;
        int row7 = ao + 7 * rowStep;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c42 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        FloatVector c52 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S);
        FloatVector c61 = FloatVector.zero(S);
        FloatVector c62 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S);
        FloatVector c71 = FloatVector.zero(S);
        FloatVector c72 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * stepOfB);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * stepOfB + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bo + p * stepOfB + 2 * W);
            FloatVector a0 = FloatVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            FloatVector a4 = FloatVector.broadcast(S, a[row4 + at]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            FloatVector a5 = FloatVector.broadcast(S, a[row5 + at]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            FloatVector a6 = FloatVector.broadcast(S, a[row6 + at]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            c62 = a6.fma(b2, c62);
            FloatVector a7 = FloatVector.broadcast(S, a[row7 + at]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
            c72 = a7.fma(b2, c72);
        }
        FloatVector.fromArray(S, d, dof).add(c00).intoArray(c, co);
        FloatVector.fromArray(S, d, dof + W).add(c01).intoArray(c, co + W);
        FloatVector.fromArray(S, d, dof + 2 * W).add(c02).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, d, dof + dl).add(c10).intoArray(c, co + ld);
        FloatVector.fromArray(S, d, dof + dl + W).add(c11).intoArray(c, co + ld + W);
        FloatVector.fromArray(S, d, dof + dl + 2 * W).add(c12).intoArray(c, co + ld + 2 * W);
        FloatVector.fromArray(S, d, dof + 2 * dl).add(c20).intoArray(c, co + 2 * ld);
        FloatVector.fromArray(S, d, dof + 2 * dl + W).add(c21).intoArray(c, co + 2 * ld + W);
        FloatVector.fromArray(S, d, dof + 2 * dl + 2 * W).add(c22).intoArray(c, co + 2 * ld + 2 * W);
        FloatVector.fromArray(S, d, dof + 3 * dl).add(c30).intoArray(c, co + 3 * ld);
        FloatVector.fromArray(S, d, dof + 3 * dl + W).add(c31).intoArray(c, co + 3 * ld + W);
        FloatVector.fromArray(S, d, dof + 3 * dl + 2 * W).add(c32).intoArray(c, co + 3 * ld + 2 * W);
        FloatVector.fromArray(S, d, dof + 4 * dl).add(c40).intoArray(c, co + 4 * ld);
        FloatVector.fromArray(S, d, dof + 4 * dl + W).add(c41).intoArray(c, co + 4 * ld + W);
        FloatVector.fromArray(S, d, dof + 4 * dl + 2 * W).add(c42).intoArray(c, co + 4 * ld + 2 * W);
        FloatVector.fromArray(S, d, dof + 5 * dl).add(c50).intoArray(c, co + 5 * ld);
        FloatVector.fromArray(S, d, dof + 5 * dl + W).add(c51).intoArray(c, co + 5 * ld + W);
        FloatVector.fromArray(S, d, dof + 5 * dl + 2 * W).add(c52).intoArray(c, co + 5 * ld + 2 * W);
        FloatVector.fromArray(S, d, dof + 6 * dl).add(c60).intoArray(c, co + 6 * ld);
        FloatVector.fromArray(S, d, dof + 6 * dl + W).add(c61).intoArray(c, co + 6 * ld + W);
        FloatVector.fromArray(S, d, dof + 6 * dl + 2 * W).add(c62).intoArray(c, co + 6 * ld + 2 * W);
        FloatVector.fromArray(S, d, dof + 7 * dl).add(c70).intoArray(c, co + 7 * ld);
        FloatVector.fromArray(S, d, dof + 7 * dl + W).add(c71).intoArray(c, co + 7 * ld + W);
        FloatVector.fromArray(S, d, dof + 7 * dl + 2 * W).add(c72).intoArray(c, co + 7 * ld + 2 * W);
    }

    private static void tile8x2(
            int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        int row0 = ao;
        int row1 = ao + rowStep;
        int row2 = ao + 2 * rowStep;
        int row3 = ao + 3 * rowStep;
        int row4 = ao + 4 * rowStep;
        int row5 = ao + 5 * rowStep;
        int row6 = ao + 6 * rowStep;
        int row7 = ao + 7 * rowStep;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        FloatVector c60 = FloatVector.zero(S);
        FloatVector c61 = FloatVector.zero(S);
        FloatVector c70 = FloatVector.zero(S);
        FloatVector c71 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * stepOfB);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * stepOfB + W);
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
            FloatVector a4 = FloatVector.broadcast(S, a[row4 + at]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(S, a[row5 + at]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            FloatVector a6 = FloatVector.broadcast(S, a[row6 + at]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            FloatVector a7 = FloatVector.broadcast(S, a[row7 + at]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        FloatVector.fromArray(S, d, dof).add(c00).intoArray(c, co);
        FloatVector.fromArray(S, d, dof + W).add(c01).intoArray(c, co + W);
        FloatVector.fromArray(S, d, dof + dl).add(c10).intoArray(c, co + ld);
        FloatVector.fromArray(S, d, dof + dl + W).add(c11).intoArray(c, co + ld + W);
        FloatVector.fromArray(S, d, dof + 2 * dl).add(c20).intoArray(c, co + 2 * ld);
        FloatVector.fromArray(S, d, dof + 2 * dl + W).add(c21).intoArray(c, co + 2 * ld + W);
        FloatVector.fromArray(S, d, dof + 3 * dl).add(c30).intoArray(c, co + 3 * ld);
        FloatVector.fromArray(S, d, dof + 3 * dl + W).add(c31).intoArray(c, co + 3 * ld + W);
        FloatVector.fromArray(S, d, dof + 4 * dl).add(c40).intoArray(c, co + 4 * ld);
        FloatVector.fromArray(S, d, dof + 4 * dl + W).add(c41).intoArray(c, co + 4 * ld + W);
        FloatVector.fromArray(S, d, dof + 5 * dl).add(c50).intoArray(c, co + 5 * ld);
        FloatVector.fromArray(S, d, dof + 5 * dl + W).add(c51).intoArray(c, co + 5 * ld + W);
        FloatVector.fromArray(S, d, dof + 6 * dl).add(c60).intoArray(c, co + 6 * ld);
        FloatVector.fromArray(S, d, dof + 6 * dl + W).add(c61).intoArray(c, co + 6 * ld + W);
        FloatVector.fromArray(S, d, dof + 7 * dl).add(c70).intoArray(c, co + 7 * ld);
        FloatVector.fromArray(S, d, dof + 7 * dl + W).add(c71).intoArray(c, co + 7 * ld + W);
    }

    // four rows at most: those beyond the edge repeat the last one, so all of D is read before C, which may be D, is written

    private static void tile4x3(
            int rows, int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        int i1 = Math.min(1, rows - 1);
        int i2 = Math.min(2, rows - 1);
        int i3 = rows - 1;
        int row0 = ao;
        int row1 = ao + i1 * rowStep;
        int row2 = ao + i2 * rowStep;
        int row3 = ao + i3 * rowStep;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * stepOfB);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * stepOfB + W);
            FloatVector b2 = FloatVector.fromArray(S, b, bo + p * stepOfB + 2 * W);
            FloatVector a0 = FloatVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
        }
        c00 = FloatVector.fromArray(S, d, dof).add(c00);
        c01 = FloatVector.fromArray(S, d, dof + W).add(c01);
        c02 = FloatVector.fromArray(S, d, dof + 2 * W).add(c02);
        c10 = FloatVector.fromArray(S, d, dof + i1 * dl).add(c10);
        c11 = FloatVector.fromArray(S, d, dof + i1 * dl + W).add(c11);
        c12 = FloatVector.fromArray(S, d, dof + i1 * dl + 2 * W).add(c12);
        c20 = FloatVector.fromArray(S, d, dof + i2 * dl).add(c20);
        c21 = FloatVector.fromArray(S, d, dof + i2 * dl + W).add(c21);
        c22 = FloatVector.fromArray(S, d, dof + i2 * dl + 2 * W).add(c22);
        c30 = FloatVector.fromArray(S, d, dof + i3 * dl).add(c30);
        c31 = FloatVector.fromArray(S, d, dof + i3 * dl + W).add(c31);
        c32 = FloatVector.fromArray(S, d, dof + i3 * dl + 2 * W).add(c32);
        c00.intoArray(c, co);
        c01.intoArray(c, co + W);
        c02.intoArray(c, co + 2 * W);
        c10.intoArray(c, co + i1 * ld);
        c11.intoArray(c, co + i1 * ld + W);
        c12.intoArray(c, co + i1 * ld + 2 * W);
        c20.intoArray(c, co + i2 * ld);
        c21.intoArray(c, co + i2 * ld + W);
        c22.intoArray(c, co + i2 * ld + 2 * W);
        c30.intoArray(c, co + i3 * ld);
        c31.intoArray(c, co + i3 * ld + W);
        c32.intoArray(c, co + i3 * ld + 2 * W);
    }

    private static void tile4x2(
            int rows, int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        int i1 = Math.min(1, rows - 1);
        int i2 = Math.min(2, rows - 1);
        int i3 = rows - 1;
        int row0 = ao;
        int row1 = ao + i1 * rowStep;
        int row2 = ao + i2 * rowStep;
        int row3 = ao + i3 * rowStep;
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
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * stepOfB);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * stepOfB + W);
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
        c00 = FloatVector.fromArray(S, d, dof).add(c00);
        c01 = FloatVector.fromArray(S, d, dof + W).add(c01);
        c10 = FloatVector.fromArray(S, d, dof + i1 * dl).add(c10);
        c11 = FloatVector.fromArray(S, d, dof + i1 * dl + W).add(c11);
        c20 = FloatVector.fromArray(S, d, dof + i2 * dl).add(c20);
        c21 = FloatVector.fromArray(S, d, dof + i2 * dl + W).add(c21);
        c30 = FloatVector.fromArray(S, d, dof + i3 * dl).add(c30);
        c31 = FloatVector.fromArray(S, d, dof + i3 * dl + W).add(c31);
        c00.intoArray(c, co);
        c01.intoArray(c, co + W);
        c10.intoArray(c, co + i1 * ld);
        c11.intoArray(c, co + i1 * ld + W);
        c20.intoArray(c, co + i2 * ld);
        c21.intoArray(c, co + i2 * ld + W);
        c30.intoArray(c, co + i3 * ld);
        c31.intoArray(c, co + i3 * ld + W);
    }

    /** Where C has no more columns than one vector: eight rows, of which those beyond the edge repeat the last one. */
    private static void tile8x1(
            int rows, int depth, float[] a, int ao, int rowStep, int stepOfK, float[] b, int bo, int stepOfB,
            float[] d, int dof, int dl, float[] c, int co, int ld) {
        int i1 = Math.min(1, rows - 1);
        int i2 = Math.min(2, rows - 1);
        int i3 = Math.min(3, rows - 1);
        int i4 = Math.min(4, rows - 1);
        int i5 = Math.min(5, rows - 1);
        int i6 = Math.min(6, rows - 1);
        int i7 = Math.min(7, rows - 1);
        int row0 = ao;
        int row1 = ao + i1 * rowStep;
        int row2 = ao + i2 * rowStep;
        int row3 = ao + i3 * rowStep;
        int row4 = ao + i4 * rowStep;
        int row5 = ao + i5 * rowStep;
        int row6 = ao + i6 * rowStep;
        int row7 = ao + i7 * rowStep;
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            FloatVector x = FloatVector.fromArray(S, b, bo + p * stepOfB);
            c0 = x.fma(FloatVector.broadcast(S, a[row0 + at]), c0);
            c1 = x.fma(FloatVector.broadcast(S, a[row1 + at]), c1);
            c2 = x.fma(FloatVector.broadcast(S, a[row2 + at]), c2);
            c3 = x.fma(FloatVector.broadcast(S, a[row3 + at]), c3);
            c4 = x.fma(FloatVector.broadcast(S, a[row4 + at]), c4);
            c5 = x.fma(FloatVector.broadcast(S, a[row5 + at]), c5);
            c6 = x.fma(FloatVector.broadcast(S, a[row6 + at]), c6);
            c7 = x.fma(FloatVector.broadcast(S, a[row7 + at]), c7);
        }
        c0 = FloatVector.fromArray(S, d, dof).add(c0);
        c1 = FloatVector.fromArray(S, d, dof + i1 * dl).add(c1);
        c2 = FloatVector.fromArray(S, d, dof + i2 * dl).add(c2);
        c3 = FloatVector.fromArray(S, d, dof + i3 * dl).add(c3);
        c4 = FloatVector.fromArray(S, d, dof + i4 * dl).add(c4);
        c5 = FloatVector.fromArray(S, d, dof + i5 * dl).add(c5);
        c6 = FloatVector.fromArray(S, d, dof + i6 * dl).add(c6);
        c7 = FloatVector.fromArray(S, d, dof + i7 * dl).add(c7);
        c0.intoArray(c, co);
        c1.intoArray(c, co + i1 * ld);
        c2.intoArray(c, co + i2 * ld);
        c3.intoArray(c, co + i3 * ld);
        c4.intoArray(c, co + i4 * ld);
        c5.intoArray(c, co + i5 * ld);
        c6.intoArray(c, co + i6 * ld);
        c7.intoArray(c, co + i7 * ld);
    }

    @Override
    void plus(int rows, int columns, float[] bias, int bo, float[] c, int co, int ld) {
        int j = 0;
        for (; j <= columns - W; j += W) {
            FloatVector x = FloatVector.fromArray(S, bias, bo + j);
            for (int i = 0, at = co + j; i < rows; i++, at += ld) {
                FloatVector.fromArray(S, c, at).add(x).intoArray(c, at);
            }
        }
        if (j < columns) {
            super.plus(rows, columns - j, bias, bo + j, c, co + j, ld);
        }
    }

    @Override
    void row(
            int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, int next, float[] c, int co) {
        int j = 0;
        for (; WIDE_ROW && j <= n - 16 * W; j += 16 * W) {
            row16(depth, a, ao, b, bo + j, ld, d, dof + j * next, c, co + j);
        }
        for (; j <= n - 8 * W; j += 8 * W) {
            row8(depth, a, ao, b, bo + j, ld, d, dof + j * next, c, co + j);
        }
        for (; j <= n - 4 * W; j += 4 * W) {
            row4(depth, a, ao, b, bo + j, ld, d, dof + j * next, c, co + j);
        }
        for (; j <= n - W; j += W) {
            row1(depth, a, ao, b, bo + j, ld, d, dof + j * next, c, co + j);
        }
        if (j == n) {
            return;
        }
        if (n < W) {
            super.row(n - j, depth, a, ao, b, bo + j, ld, d, dof + j * next, next, c, co + j);
            return;
        }
        float[] last = edge.get(); // the last whole vector, of which the first elements are there already
        row1(depth, a, ao, b, bo + n - W, ld, nothing(), 0, last, 0);
        for (; j < n; j++) {
            c[co + j] = d[dof + j * next] + last[j - n + W];
        }
    }

    @Override
    void dots(
            int n, int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, int next, float[] c, int co) {
        if (W < 16 || n < W || depth < W) {
            super.dots(n, depth, a, ao, b, bo, ld, d, dof, next, c, co);
            return;
        }
        float[] block = turned.get();
        float[] sums = edge.get();
        for (int j = 0, rows; j < n; j += rows) {
            int first = Math.min(j, n - W); // the last ones may begin with some that are done
            rows = first + W - j;
            chains(depth, a, ao, b, bo + first * ld, ld, block, sums);
            for (int i = j; i < j + rows; i++) {
                c[co + i] = d[dof + i * next] + sums[i - first];
            }
        }
    }

    /** B · a for W rows of B: the swaps of 4 and 8 go through memory, those of 1 and 2 give four columns, which are added. */
    private static void chains(int depth, float[] a, int ao, float[] b, int row, int ld, float[] block, float[] sums) {
        FloatVector sum = FloatVector.zero(S);
        int p = 0;
        for (; p <= depth - W; p += W) {
            quads(b, row + p, ld, 1, 4, XOR_4, BIT_4, XOR_8, BIT_8, block, 0, W);
            for (int g = 0; g < W; g += 4) {
                int at = ao + p + g;
                FloatVector x0 = FloatVector.fromArray(S, block, g * W);
                FloatVector x1 = FloatVector.fromArray(S, block, g * W + W);
                FloatVector x2 = FloatVector.fromArray(S, block, g * W + 2 * W);
                FloatVector x3 = FloatVector.fromArray(S, block, g * W + 3 * W);
                FloatVector y0 = x0.blend(x1.rearrange(XOR_1), BIT_1);
                FloatVector y1 = x0.rearrange(XOR_1).blend(x1, BIT_1);
                FloatVector y2 = x2.blend(x3.rearrange(XOR_1), BIT_1);
                FloatVector y3 = x2.rearrange(XOR_1).blend(x3, BIT_1);
                sum = y0.blend(y2.rearrange(XOR_2), BIT_2).fma(FloatVector.broadcast(S, a[at]), sum);
                sum = y1.blend(y3.rearrange(XOR_2), BIT_2).fma(FloatVector.broadcast(S, a[at + 1]), sum);
                sum = y0.rearrange(XOR_2).blend(y2, BIT_2).fma(FloatVector.broadcast(S, a[at + 2]), sum);
                sum = y1.rearrange(XOR_2).blend(y3, BIT_2).fma(FloatVector.broadcast(S, a[at + 3]), sum);
            }
        }
        for (; p < depth; p++) {
            for (int i = 0; i < W; i++) {
                block[i] = b[row + i * ld + p];
            }
            sum = FloatVector.fromArray(S, block, 0).fma(FloatVector.broadcast(S, a[ao + p]), sum);
        }
        sum.intoArray(sums, 0);
    }

    private static void row16(
            int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        FloatVector c8 = FloatVector.zero(S);
        FloatVector c9 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c13 = FloatVector.zero(S);
        FloatVector c14 = FloatVector.zero(S);
        FloatVector c15 = FloatVector.zero(S);
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
            c8 = x.fma(FloatVector.fromArray(S, b, at + 8 * W), c8);
            c9 = x.fma(FloatVector.fromArray(S, b, at + 9 * W), c9);
            c10 = x.fma(FloatVector.fromArray(S, b, at + 10 * W), c10);
            c11 = x.fma(FloatVector.fromArray(S, b, at + 11 * W), c11);
            c12 = x.fma(FloatVector.fromArray(S, b, at + 12 * W), c12);
            c13 = x.fma(FloatVector.fromArray(S, b, at + 13 * W), c13);
            c14 = x.fma(FloatVector.fromArray(S, b, at + 14 * W), c14);
            c15 = x.fma(FloatVector.fromArray(S, b, at + 15 * W), c15);
        }
        FloatVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, d, dof + W).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, d, dof + 2 * W).add(c2).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, d, dof + 3 * W).add(c3).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, d, dof + 4 * W).add(c4).intoArray(c, co + 4 * W);
        FloatVector.fromArray(S, d, dof + 5 * W).add(c5).intoArray(c, co + 5 * W);
        FloatVector.fromArray(S, d, dof + 6 * W).add(c6).intoArray(c, co + 6 * W);
        FloatVector.fromArray(S, d, dof + 7 * W).add(c7).intoArray(c, co + 7 * W);
        FloatVector.fromArray(S, d, dof + 8 * W).add(c8).intoArray(c, co + 8 * W);
        FloatVector.fromArray(S, d, dof + 9 * W).add(c9).intoArray(c, co + 9 * W);
        FloatVector.fromArray(S, d, dof + 10 * W).add(c10).intoArray(c, co + 10 * W);
        FloatVector.fromArray(S, d, dof + 11 * W).add(c11).intoArray(c, co + 11 * W);
        FloatVector.fromArray(S, d, dof + 12 * W).add(c12).intoArray(c, co + 12 * W);
        FloatVector.fromArray(S, d, dof + 13 * W).add(c13).intoArray(c, co + 13 * W);
        FloatVector.fromArray(S, d, dof + 14 * W).add(c14).intoArray(c, co + 14 * W);
        FloatVector.fromArray(S, d, dof + 15 * W).add(c15).intoArray(c, co + 15 * W);
    }

    private static void row8(
            int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, float[] c, int co) {
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
        FloatVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, d, dof + W).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, d, dof + 2 * W).add(c2).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, d, dof + 3 * W).add(c3).intoArray(c, co + 3 * W);
        FloatVector.fromArray(S, d, dof + 4 * W).add(c4).intoArray(c, co + 4 * W);
        FloatVector.fromArray(S, d, dof + 5 * W).add(c5).intoArray(c, co + 5 * W);
        FloatVector.fromArray(S, d, dof + 6 * W).add(c6).intoArray(c, co + 6 * W);
        FloatVector.fromArray(S, d, dof + 7 * W).add(c7).intoArray(c, co + 7 * W);
    }

    private static void row4(
            int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(FloatVector.fromArray(S, b, at), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, at + W), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, at + 2 * W), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, at + 3 * W), c3);
        }
        FloatVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
        FloatVector.fromArray(S, d, dof + W).add(c1).intoArray(c, co + W);
        FloatVector.fromArray(S, d, dof + 2 * W).add(c2).intoArray(c, co + 2 * W);
        FloatVector.fromArray(S, d, dof + 3 * W).add(c3).intoArray(c, co + 3 * W);
    }

    private static void row1(
            int depth, float[] a, int ao, float[] b, int bo, int ld, float[] d, int dof, float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(FloatVector.fromArray(S, b, at), c0);
        }
        FloatVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
    }
}
