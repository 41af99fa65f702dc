package surprisal.kernels;

import java.util.stream.LongStream;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The tile of {@link Gemm} in vectors of doubles: eight rows of three vectors with 32 registers, four with 16. */
final class DoubleTile extends Tile.OfDouble {

    private static final VectorSpecies<Double> S = Lanes.D;
    private static final int W = S.length();
    private static final int ROWS = S.vectorBitSize() == 512 ? 8 : 4;
    private static final int WIDE = 3 * W;
    private static final int SLIM_ROWS = 8;
    private static final boolean WIDE_ROW = S.vectorBitSize() == 512;

    private static final VectorShuffle<Double> XOR_1 = xor(1);
    private static final VectorShuffle<Double> XOR_2 = xor(2);
    private static final VectorShuffle<Double> XOR_4 = xor(4);
    private static final VectorShuffle<Double> XOR_8 = xor(8);
    private static final VectorMask<Double> BIT_1 = bit(1);
    private static final VectorMask<Double> BIT_2 = bit(2);
    private static final VectorMask<Double> BIT_4 = bit(4);
    private static final VectorMask<Double> BIT_8 = bit(8);

    private final ThreadLocal<double[]> edge = ThreadLocal.withInitial(() -> new double[Math.max(ROWS * WIDE, SLIM_ROWS * W)]);
    private final ThreadLocal<double[]> turned = ThreadLocal.withInitial(() -> new double[W * W]);

    private static VectorShuffle<Double> xor(int s) {
        return VectorShuffle.fromOp(S, l -> (l ^ s) & (W - 1));
    }

    private static VectorMask<Double> bit(int s) {
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
    void pack(double[] b, int bo, int ld, int depth, int columns, double[] to, int o, int width) {
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

    private static void copy3(double[] b, int bo, int ld, int depth, double[] to, int o) {
        for (int p = 0; p < depth; p++) {
            int from = bo + p * ld;
            DoubleVector x = DoubleVector.fromArray(S, b, from);
            DoubleVector y = DoubleVector.fromArray(S, b, from + W);
            DoubleVector z = DoubleVector.fromArray(S, b, from + 2 * W);
            x.intoArray(to, o + p * 3 * W);
            y.intoArray(to, o + p * 3 * W + W);
            z.intoArray(to, o + p * 3 * W + 2 * W);
        }
    }

    private static void copy2(double[] b, int bo, int ld, int depth, double[] to, int o) {
        for (int p = 0; p < depth; p++) {
            int from = bo + p * ld;
            DoubleVector x = DoubleVector.fromArray(S, b, from);
            DoubleVector y = DoubleVector.fromArray(S, b, from + W);
            x.intoArray(to, o + p * 2 * W);
            y.intoArray(to, o + p * 2 * W + W);
        }
    }

    private static void copy1(double[] b, int bo, int ld, int depth, double[] to, int o) {
        for (int p = 0; p < depth; p++) {
            DoubleVector.fromArray(S, b, bo + p * ld).intoArray(to, o + p * W);
        }
    }

    @Override
    void packTransposed(double[] b, int bo, int ld, int depth, int columns, int padded, double[] to, int o, int width) {
        int j = 0;
        double[] block = turned.get();
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
    private static void turn(double[] b, int bo, int ld, double[] block, double[] to, int o, int width) {
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
            double[] b, int bo, int ld, int step, int s, VectorShuffle<Double> xor1, VectorMask<Double> bit1,
            VectorShuffle<Double> xor2, VectorMask<Double> bit2, double[] to, int o, int width) {
        for (int g = 0; g < W / 4; g++) {
            int from = bo + g * step * ld;
            DoubleVector x0 = DoubleVector.fromArray(S, b, from);
            DoubleVector x1 = DoubleVector.fromArray(S, b, from + s * ld);
            DoubleVector x2 = DoubleVector.fromArray(S, b, from + 2 * s * ld);
            DoubleVector x3 = DoubleVector.fromArray(S, b, from + 3 * s * ld);
            DoubleVector y0 = x0.blend(x1.rearrange(xor1), bit1);
            DoubleVector y1 = x0.rearrange(xor1).blend(x1, bit1);
            DoubleVector y2 = x2.blend(x3.rearrange(xor1), bit1);
            DoubleVector y3 = x2.rearrange(xor1).blend(x3, bit1);
            int at = o + g * step * width;
            y0.blend(y2.rearrange(xor2), bit2).intoArray(to, at);
            y1.blend(y3.rearrange(xor2), bit2).intoArray(to, at + s * width);
            y0.rearrange(xor2).blend(y2, bit2).intoArray(to, at + 2 * s * width);
            y1.rearrange(xor2).blend(y3, bit2).intoArray(to, at + 3 * s * width);
        }
    }

    /** The swaps for the largest s, W / 2. */
    private static void pairs(
            double[] b, int bo, int ld, int s, VectorShuffle<Double> xor, VectorMask<Double> bit, double[] to, int o, int width) {
        for (int i = 0; i < s; i++) {
            DoubleVector x = DoubleVector.fromArray(S, b, bo + i * ld);
            DoubleVector y = DoubleVector.fromArray(S, b, bo + (i + s) * ld);
            x.blend(y.rearrange(xor), bit).intoArray(to, o + i * width);
            x.rearrange(xor).blend(y, bit).intoArray(to, o + (i + s) * width);
        }
    }

    @Override
    void multiply(
            int rows, int columns, int width, int depth, double[] a, int ao, int rowStep, int groupStep, int stepOfK,
            double[] b, int bo, int stepOfB, double[] d, int dof, int dl, double[] c, int co, int ld) {
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
            int rows, int columns, int width, int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
        double[] whole = edge.get();
        tile(rows, width, depth, a, ao, rowStep, stepOfK, b, bo, stepOfB, nothing(), 0, 0, whole, 0, width);
        if (columns >= W) {
            for (int i = 0; i < rows; i++) {
                add(columns, whole, i * width, d, dof + i * dl, c, co + i * ld);
            }
        } else if (ld == columns && rows * columns >= W && (dl == ld || d == zeros())) { // C has no gaps: nor then has what is added
            for (int i = 1; i < rows; i++) {
                DoubleVector.fromArray(S, whole, i * width).intoArray(whole, i * columns);
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
    private static void add(int n, double[] x, int xo, double[] d, int dof, double[] c, int co) {
        int end = n - W;
        DoubleVector last = DoubleVector.fromArray(S, d, dof + end).add(DoubleVector.fromArray(S, x, xo + end));
        for (int j = 0; j < end; j += W) {
            DoubleVector.fromArray(S, d, dof + j).add(DoubleVector.fromArray(S, x, xo + j)).intoArray(c, co + j);
        }
        last.intoArray(c, co + end);
    }

    private static void tile(
            int rows, int width, int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
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
            int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
        int row0 = ao;
        int row1 = ao + rowStep;
        int row2 = ao + 2 * rowStep;
        int row3 = ao + 3 * rowStep;
        int row4 = ao + 4 * rowStep;
        int row5 = ao + 5 * rowStep;
        int row6 = ao + 6 * rowStep;
        int row7 = ao + 7 * rowStep;
        DoubleVector c00 = DoubleVector.zero(S);
        DoubleVector c01 = DoubleVector.zero(S);
        DoubleVector c02 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S);
        DoubleVector c11 = DoubleVector.zero(S);
        DoubleVector c12 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S);
        DoubleVector c21 = DoubleVector.zero(S);
        DoubleVector c22 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S);
        DoubleVector c31 = DoubleVector.zero(S);
        DoubleVector c32 = DoubleVector.zero(S);
        DoubleVector c40 = DoubleVector.zero(S);
        DoubleVector c41 = DoubleVector.zero(S);
        DoubleVector c42 = DoubleVector.zero(S);
        DoubleVector c50 = DoubleVector.zero(S);
        DoubleVector c51 = DoubleVector.zero(S);
        DoubleVector c52 = DoubleVector.zero(S);
        DoubleVector c60 = DoubleVector.zero(S);
        DoubleVector c61 = DoubleVector.zero(S);
        DoubleVector c62 = DoubleVector.zero(S);
        DoubleVector c70 = DoubleVector.zero(S);
        DoubleVector c71 = DoubleVector.zero(S);
        DoubleVector c72 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            DoubleVector b0 = DoubleVector.fromArray(S, b, bo + p * stepOfB);
            DoubleVector b1 = DoubleVector.fromArray(S, b, bo + p * stepOfB + W);
            DoubleVector b2 = DoubleVector.fromArray(S, b, bo + p * stepOfB + 2 * W);
            DoubleVector a0 = DoubleVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            DoubleVector a1 = DoubleVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            DoubleVector a2 = DoubleVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            DoubleVector a3 = DoubleVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            DoubleVector a4 = DoubleVector.broadcast(S, a[row4 + at]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            DoubleVector a5 = DoubleVector.broadcast(S, a[row5 + at]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            DoubleVector a6 = DoubleVector.broadcast(S, a[row6 + at]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            c62 = a6.fma(b2, c62);
            DoubleVector a7 = DoubleVector.broadcast(S, a[row7 + at]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
            c72 = a7.fma(b2, c72);
        }
        DoubleVector.fromArray(S, d, dof).add(c00).intoArray(c, co);
        DoubleVector.fromArray(S, d, dof + W).add(c01).intoArray(c, co + W);
        DoubleVector.fromArray(S, d, dof + 2 * W).add(c02).intoArray(c, co + 2 * W);
        DoubleVector.fromArray(S, d, dof + dl).add(c10).intoArray(c, co + ld);
        DoubleVector.fromArray(S, d, dof + dl + W).add(c11).intoArray(c, co + ld + W);
        DoubleVector.fromArray(S, d, dof + dl + 2 * W).add(c12).intoArray(c, co + ld + 2 * W);
        DoubleVector.fromArray(S, d, dof + 2 * dl).add(c20).intoArray(c, co + 2 * ld);
        DoubleVector.fromArray(S, d, dof + 2 * dl + W).add(c21).intoArray(c, co + 2 * ld + W);
        DoubleVector.fromArray(S, d, dof + 2 * dl + 2 * W).add(c22).intoArray(c, co + 2 * ld + 2 * W);
        DoubleVector.fromArray(S, d, dof + 3 * dl).add(c30).intoArray(c, co + 3 * ld);
        DoubleVector.fromArray(S, d, dof + 3 * dl + W).add(c31).intoArray(c, co + 3 * ld + W);
        DoubleVector.fromArray(S, d, dof + 3 * dl + 2 * W).add(c32).intoArray(c, co + 3 * ld + 2 * W);
        DoubleVector.fromArray(S, d, dof + 4 * dl).add(c40).intoArray(c, co + 4 * ld);
        DoubleVector.fromArray(S, d, dof + 4 * dl + W).add(c41).intoArray(c, co + 4 * ld + W);
        DoubleVector.fromArray(S, d, dof + 4 * dl + 2 * W).add(c42).intoArray(c, co + 4 * ld + 2 * W);
        DoubleVector.fromArray(S, d, dof + 5 * dl).add(c50).intoArray(c, co + 5 * ld);
        DoubleVector.fromArray(S, d, dof + 5 * dl + W).add(c51).intoArray(c, co + 5 * ld + W);
        DoubleVector.fromArray(S, d, dof + 5 * dl + 2 * W).add(c52).intoArray(c, co + 5 * ld + 2 * W);
        DoubleVector.fromArray(S, d, dof + 6 * dl).add(c60).intoArray(c, co + 6 * ld);
        DoubleVector.fromArray(S, d, dof + 6 * dl + W).add(c61).intoArray(c, co + 6 * ld + W);
        DoubleVector.fromArray(S, d, dof + 6 * dl + 2 * W).add(c62).intoArray(c, co + 6 * ld + 2 * W);
        DoubleVector.fromArray(S, d, dof + 7 * dl).add(c70).intoArray(c, co + 7 * ld);
        DoubleVector.fromArray(S, d, dof + 7 * dl + W).add(c71).intoArray(c, co + 7 * ld + W);
        DoubleVector.fromArray(S, d, dof + 7 * dl + 2 * W).add(c72).intoArray(c, co + 7 * ld + 2 * W);
    }

    private static void tile8x2(
            int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
        int row0 = ao;
        int row1 = ao + rowStep;
        int row2 = ao + 2 * rowStep;
        int row3 = ao + 3 * rowStep;
        int row4 = ao + 4 * rowStep;
        int row5 = ao + 5 * rowStep;
        int row6 = ao + 6 * rowStep;
        int row7 = ao + 7 * rowStep;
        DoubleVector c00 = DoubleVector.zero(S);
        DoubleVector c01 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S);
        DoubleVector c11 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S);
        DoubleVector c21 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S);
        DoubleVector c31 = DoubleVector.zero(S);
        DoubleVector c40 = DoubleVector.zero(S);
        DoubleVector c41 = DoubleVector.zero(S);
        DoubleVector c50 = DoubleVector.zero(S);
        DoubleVector c51 = DoubleVector.zero(S);
        DoubleVector c60 = DoubleVector.zero(S);
        DoubleVector c61 = DoubleVector.zero(S);
        DoubleVector c70 = DoubleVector.zero(S);
        DoubleVector c71 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            DoubleVector b0 = DoubleVector.fromArray(S, b, bo + p * stepOfB);
            DoubleVector b1 = DoubleVector.fromArray(S, b, bo + p * stepOfB + W);
            DoubleVector a0 = DoubleVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            DoubleVector a1 = DoubleVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            DoubleVector a2 = DoubleVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            DoubleVector a3 = DoubleVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            DoubleVector a4 = DoubleVector.broadcast(S, a[row4 + at]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            DoubleVector a5 = DoubleVector.broadcast(S, a[row5 + at]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            DoubleVector a6 = DoubleVector.broadcast(S, a[row6 + at]);
            c60 = a6.fma(b0, c60);
            c61 = a6.fma(b1, c61);
            DoubleVector a7 = DoubleVector.broadcast(S, a[row7 + at]);
            c70 = a7.fma(b0, c70);
            c71 = a7.fma(b1, c71);
        }
        DoubleVector.fromArray(S, d, dof).add(c00).intoArray(c, co);
        DoubleVector.fromArray(S, d, dof + W).add(c01).intoArray(c, co + W);
        DoubleVector.fromArray(S, d, dof + dl).add(c10).intoArray(c, co + ld);
        DoubleVector.fromArray(S, d, dof + dl + W).add(c11).intoArray(c, co + ld + W);
        DoubleVector.fromArray(S, d, dof + 2 * dl).add(c20).intoArray(c, co + 2 * ld);
        DoubleVector.fromArray(S, d, dof + 2 * dl + W).add(c21).intoArray(c, co + 2 * ld + W);
        DoubleVector.fromArray(S, d, dof + 3 * dl).add(c30).intoArray(c, co + 3 * ld);
        DoubleVector.fromArray(S, d, dof + 3 * dl + W).add(c31).intoArray(c, co + 3 * ld + W);
        DoubleVector.fromArray(S, d, dof + 4 * dl).add(c40).intoArray(c, co + 4 * ld);
        DoubleVector.fromArray(S, d, dof + 4 * dl + W).add(c41).intoArray(c, co + 4 * ld + W);
        DoubleVector.fromArray(S, d, dof + 5 * dl).add(c50).intoArray(c, co + 5 * ld);
        DoubleVector.fromArray(S, d, dof + 5 * dl + W).add(c51).intoArray(c, co + 5 * ld + W);
        DoubleVector.fromArray(S, d, dof + 6 * dl).add(c60).intoArray(c, co + 6 * ld);
        DoubleVector.fromArray(S, d, dof + 6 * dl + W).add(c61).intoArray(c, co + 6 * ld + W);
        DoubleVector.fromArray(S, d, dof + 7 * dl).add(c70).intoArray(c, co + 7 * ld);
        DoubleVector.fromArray(S, d, dof + 7 * dl + W).add(c71).intoArray(c, co + 7 * ld + W);
    }

    // four rows at most: those beyond the edge repeat the last one, so all of D is read before C, which may be D, is written

    private static void tile4x3(
            int rows, int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
        int i1 = Math.min(1, rows - 1);
        int i2 = Math.min(2, rows - 1);
        int i3 = rows - 1;
        int row0 = ao;
        int row1 = ao + i1 * rowStep;
        int row2 = ao + i2 * rowStep;
        int row3 = ao + i3 * rowStep;
        DoubleVector c00 = DoubleVector.zero(S);
        DoubleVector c01 = DoubleVector.zero(S);
        DoubleVector c02 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S);
        DoubleVector c11 = DoubleVector.zero(S);
        DoubleVector c12 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S);
        DoubleVector c21 = DoubleVector.zero(S);
        DoubleVector c22 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S);
        DoubleVector c31 = DoubleVector.zero(S);
        DoubleVector c32 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            DoubleVector b0 = DoubleVector.fromArray(S, b, bo + p * stepOfB);
            DoubleVector b1 = DoubleVector.fromArray(S, b, bo + p * stepOfB + W);
            DoubleVector b2 = DoubleVector.fromArray(S, b, bo + p * stepOfB + 2 * W);
            DoubleVector a0 = DoubleVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            DoubleVector a1 = DoubleVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            DoubleVector a2 = DoubleVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            DoubleVector a3 = DoubleVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
        }
        c00 = DoubleVector.fromArray(S, d, dof).add(c00);
        c01 = DoubleVector.fromArray(S, d, dof + W).add(c01);
        c02 = DoubleVector.fromArray(S, d, dof + 2 * W).add(c02);
        c10 = DoubleVector.fromArray(S, d, dof + i1 * dl).add(c10);
        c11 = DoubleVector.fromArray(S, d, dof + i1 * dl + W).add(c11);
        c12 = DoubleVector.fromArray(S, d, dof + i1 * dl + 2 * W).add(c12);
        c20 = DoubleVector.fromArray(S, d, dof + i2 * dl).add(c20);
        c21 = DoubleVector.fromArray(S, d, dof + i2 * dl + W).add(c21);
        c22 = DoubleVector.fromArray(S, d, dof + i2 * dl + 2 * W).add(c22);
        c30 = DoubleVector.fromArray(S, d, dof + i3 * dl).add(c30);
        c31 = DoubleVector.fromArray(S, d, dof + i3 * dl + W).add(c31);
        c32 = DoubleVector.fromArray(S, d, dof + i3 * dl + 2 * W).add(c32);
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
            int rows, int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
        int i1 = Math.min(1, rows - 1);
        int i2 = Math.min(2, rows - 1);
        int i3 = rows - 1;
        int row0 = ao;
        int row1 = ao + i1 * rowStep;
        int row2 = ao + i2 * rowStep;
        int row3 = ao + i3 * rowStep;
        DoubleVector c00 = DoubleVector.zero(S);
        DoubleVector c01 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S);
        DoubleVector c11 = DoubleVector.zero(S);
        DoubleVector c20 = DoubleVector.zero(S);
        DoubleVector c21 = DoubleVector.zero(S);
        DoubleVector c30 = DoubleVector.zero(S);
        DoubleVector c31 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            DoubleVector b0 = DoubleVector.fromArray(S, b, bo + p * stepOfB);
            DoubleVector b1 = DoubleVector.fromArray(S, b, bo + p * stepOfB + W);
            DoubleVector a0 = DoubleVector.broadcast(S, a[row0 + at]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            DoubleVector a1 = DoubleVector.broadcast(S, a[row1 + at]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            DoubleVector a2 = DoubleVector.broadcast(S, a[row2 + at]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            DoubleVector a3 = DoubleVector.broadcast(S, a[row3 + at]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00 = DoubleVector.fromArray(S, d, dof).add(c00);
        c01 = DoubleVector.fromArray(S, d, dof + W).add(c01);
        c10 = DoubleVector.fromArray(S, d, dof + i1 * dl).add(c10);
        c11 = DoubleVector.fromArray(S, d, dof + i1 * dl + W).add(c11);
        c20 = DoubleVector.fromArray(S, d, dof + i2 * dl).add(c20);
        c21 = DoubleVector.fromArray(S, d, dof + i2 * dl + W).add(c21);
        c30 = DoubleVector.fromArray(S, d, dof + i3 * dl).add(c30);
        c31 = DoubleVector.fromArray(S, d, dof + i3 * dl + W).add(c31);
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
            int rows, int depth, double[] a, int ao, int rowStep, int stepOfK, double[] b, int bo, int stepOfB,
            double[] d, int dof, int dl, double[] c, int co, int ld) {
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
        DoubleVector c0 = DoubleVector.zero(S);
        DoubleVector c1 = DoubleVector.zero(S);
        DoubleVector c2 = DoubleVector.zero(S);
        DoubleVector c3 = DoubleVector.zero(S);
        DoubleVector c4 = DoubleVector.zero(S);
        DoubleVector c5 = DoubleVector.zero(S);
        DoubleVector c6 = DoubleVector.zero(S);
        DoubleVector c7 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int at = p * stepOfK;
            DoubleVector x = DoubleVector.fromArray(S, b, bo + p * stepOfB);
            c0 = x.fma(DoubleVector.broadcast(S, a[row0 + at]), c0);
            c1 = x.fma(DoubleVector.broadcast(S, a[row1 + at]), c1);
            c2 = x.fma(DoubleVector.broadcast(S, a[row2 + at]), c2);
            c3 = x.fma(DoubleVector.broadcast(S, a[row3 + at]), c3);
            c4 = x.fma(DoubleVector.broadcast(S, a[row4 + at]), c4);
            c5 = x.fma(DoubleVector.broadcast(S, a[row5 + at]), c5);
            c6 = x.fma(DoubleVector.broadcast(S, a[row6 + at]), c6);
            c7 = x.fma(DoubleVector.broadcast(S, a[row7 + at]), c7);
        }
        c0 = DoubleVector.fromArray(S, d, dof).add(c0);
        c1 = DoubleVector.fromArray(S, d, dof + i1 * dl).add(c1);
        c2 = DoubleVector.fromArray(S, d, dof + i2 * dl).add(c2);
        c3 = DoubleVector.fromArray(S, d, dof + i3 * dl).add(c3);
        c4 = DoubleVector.fromArray(S, d, dof + i4 * dl).add(c4);
        c5 = DoubleVector.fromArray(S, d, dof + i5 * dl).add(c5);
        c6 = DoubleVector.fromArray(S, d, dof + i6 * dl).add(c6);
        c7 = DoubleVector.fromArray(S, d, dof + i7 * dl).add(c7);
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
    void plus(int rows, int columns, double[] bias, int bo, double[] c, int co, int ld) {
        int j = 0;
        for (; j <= columns - W; j += W) {
            DoubleVector x = DoubleVector.fromArray(S, bias, bo + j);
            for (int i = 0, at = co + j; i < rows; i++, at += ld) {
                DoubleVector.fromArray(S, c, at).add(x).intoArray(c, at);
            }
        }
        if (j < columns) {
            super.plus(rows, columns - j, bias, bo + j, c, co + j, ld);
        }
    }

    @Override
    void row(
            int n, int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, int next, double[] c, int co) {
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
        double[] last = edge.get(); // the last whole vector, of which the first elements are there already
        row1(depth, a, ao, b, bo + n - W, ld, nothing(), 0, last, 0);
        for (; j < n; j++) {
            c[co + j] = d[dof + j * next] + last[j - n + W];
        }
    }

    private static void row16(
            int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, double[] c, int co) {
        DoubleVector c0 = DoubleVector.zero(S);
        DoubleVector c1 = DoubleVector.zero(S);
        DoubleVector c2 = DoubleVector.zero(S);
        DoubleVector c3 = DoubleVector.zero(S);
        DoubleVector c4 = DoubleVector.zero(S);
        DoubleVector c5 = DoubleVector.zero(S);
        DoubleVector c6 = DoubleVector.zero(S);
        DoubleVector c7 = DoubleVector.zero(S);
        DoubleVector c8 = DoubleVector.zero(S);
        DoubleVector c9 = DoubleVector.zero(S);
        DoubleVector c10 = DoubleVector.zero(S);
        DoubleVector c11 = DoubleVector.zero(S);
        DoubleVector c12 = DoubleVector.zero(S);
        DoubleVector c13 = DoubleVector.zero(S);
        DoubleVector c14 = DoubleVector.zero(S);
        DoubleVector c15 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            DoubleVector x = DoubleVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(DoubleVector.fromArray(S, b, at), c0);
            c1 = x.fma(DoubleVector.fromArray(S, b, at + W), c1);
            c2 = x.fma(DoubleVector.fromArray(S, b, at + 2 * W), c2);
            c3 = x.fma(DoubleVector.fromArray(S, b, at + 3 * W), c3);
            c4 = x.fma(DoubleVector.fromArray(S, b, at + 4 * W), c4);
            c5 = x.fma(DoubleVector.fromArray(S, b, at + 5 * W), c5);
            c6 = x.fma(DoubleVector.fromArray(S, b, at + 6 * W), c6);
            c7 = x.fma(DoubleVector.fromArray(S, b, at + 7 * W), c7);
            c8 = x.fma(DoubleVector.fromArray(S, b, at + 8 * W), c8);
            c9 = x.fma(DoubleVector.fromArray(S, b, at + 9 * W), c9);
            c10 = x.fma(DoubleVector.fromArray(S, b, at + 10 * W), c10);
            c11 = x.fma(DoubleVector.fromArray(S, b, at + 11 * W), c11);
            c12 = x.fma(DoubleVector.fromArray(S, b, at + 12 * W), c12);
            c13 = x.fma(DoubleVector.fromArray(S, b, at + 13 * W), c13);
            c14 = x.fma(DoubleVector.fromArray(S, b, at + 14 * W), c14);
            c15 = x.fma(DoubleVector.fromArray(S, b, at + 15 * W), c15);
        }
        DoubleVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
        DoubleVector.fromArray(S, d, dof + W).add(c1).intoArray(c, co + W);
        DoubleVector.fromArray(S, d, dof + 2 * W).add(c2).intoArray(c, co + 2 * W);
        DoubleVector.fromArray(S, d, dof + 3 * W).add(c3).intoArray(c, co + 3 * W);
        DoubleVector.fromArray(S, d, dof + 4 * W).add(c4).intoArray(c, co + 4 * W);
        DoubleVector.fromArray(S, d, dof + 5 * W).add(c5).intoArray(c, co + 5 * W);
        DoubleVector.fromArray(S, d, dof + 6 * W).add(c6).intoArray(c, co + 6 * W);
        DoubleVector.fromArray(S, d, dof + 7 * W).add(c7).intoArray(c, co + 7 * W);
        DoubleVector.fromArray(S, d, dof + 8 * W).add(c8).intoArray(c, co + 8 * W);
        DoubleVector.fromArray(S, d, dof + 9 * W).add(c9).intoArray(c, co + 9 * W);
        DoubleVector.fromArray(S, d, dof + 10 * W).add(c10).intoArray(c, co + 10 * W);
        DoubleVector.fromArray(S, d, dof + 11 * W).add(c11).intoArray(c, co + 11 * W);
        DoubleVector.fromArray(S, d, dof + 12 * W).add(c12).intoArray(c, co + 12 * W);
        DoubleVector.fromArray(S, d, dof + 13 * W).add(c13).intoArray(c, co + 13 * W);
        DoubleVector.fromArray(S, d, dof + 14 * W).add(c14).intoArray(c, co + 14 * W);
        DoubleVector.fromArray(S, d, dof + 15 * W).add(c15).intoArray(c, co + 15 * W);
    }

    private static void row8(
            int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, double[] c, int co) {
        DoubleVector c0 = DoubleVector.zero(S);
        DoubleVector c1 = DoubleVector.zero(S);
        DoubleVector c2 = DoubleVector.zero(S);
        DoubleVector c3 = DoubleVector.zero(S);
        DoubleVector c4 = DoubleVector.zero(S);
        DoubleVector c5 = DoubleVector.zero(S);
        DoubleVector c6 = DoubleVector.zero(S);
        DoubleVector c7 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            DoubleVector x = DoubleVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(DoubleVector.fromArray(S, b, at), c0);
            c1 = x.fma(DoubleVector.fromArray(S, b, at + W), c1);
            c2 = x.fma(DoubleVector.fromArray(S, b, at + 2 * W), c2);
            c3 = x.fma(DoubleVector.fromArray(S, b, at + 3 * W), c3);
            c4 = x.fma(DoubleVector.fromArray(S, b, at + 4 * W), c4);
            c5 = x.fma(DoubleVector.fromArray(S, b, at + 5 * W), c5);
            c6 = x.fma(DoubleVector.fromArray(S, b, at + 6 * W), c6);
            c7 = x.fma(DoubleVector.fromArray(S, b, at + 7 * W), c7);
        }
        DoubleVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
        DoubleVector.fromArray(S, d, dof + W).add(c1).intoArray(c, co + W);
        DoubleVector.fromArray(S, d, dof + 2 * W).add(c2).intoArray(c, co + 2 * W);
        DoubleVector.fromArray(S, d, dof + 3 * W).add(c3).intoArray(c, co + 3 * W);
        DoubleVector.fromArray(S, d, dof + 4 * W).add(c4).intoArray(c, co + 4 * W);
        DoubleVector.fromArray(S, d, dof + 5 * W).add(c5).intoArray(c, co + 5 * W);
        DoubleVector.fromArray(S, d, dof + 6 * W).add(c6).intoArray(c, co + 6 * W);
        DoubleVector.fromArray(S, d, dof + 7 * W).add(c7).intoArray(c, co + 7 * W);
    }

    private static void row4(
            int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, double[] c, int co) {
        DoubleVector c0 = DoubleVector.zero(S);
        DoubleVector c1 = DoubleVector.zero(S);
        DoubleVector c2 = DoubleVector.zero(S);
        DoubleVector c3 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            DoubleVector x = DoubleVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(DoubleVector.fromArray(S, b, at), c0);
            c1 = x.fma(DoubleVector.fromArray(S, b, at + W), c1);
            c2 = x.fma(DoubleVector.fromArray(S, b, at + 2 * W), c2);
            c3 = x.fma(DoubleVector.fromArray(S, b, at + 3 * W), c3);
        }
        DoubleVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
        DoubleVector.fromArray(S, d, dof + W).add(c1).intoArray(c, co + W);
        DoubleVector.fromArray(S, d, dof + 2 * W).add(c2).intoArray(c, co + 2 * W);
        DoubleVector.fromArray(S, d, dof + 3 * W).add(c3).intoArray(c, co + 3 * W);
    }

    private static void row1(
            int depth, double[] a, int ao, double[] b, int bo, int ld, double[] d, int dof, double[] c, int co) {
        DoubleVector c0 = DoubleVector.zero(S);
        for (int p = 0; p < depth; p++) {
            DoubleVector x = DoubleVector.broadcast(S, a[ao + p]);
            int at = bo + p * ld;
            c0 = x.fma(DoubleVector.fromArray(S, b, at), c0);
        }
        DoubleVector.fromArray(S, d, dof).add(c0).intoArray(c, co);
    }
}
