package surprisal.kernels;

import static jdk.incubator.vector.FloatVector.fromArray;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** Floats in vectors; what is left at the end one by one, with the same bits. */
final class MapLanes extends MapLoop<float[]> {

    private static final Unary OP = Loop.op(MethodHandles.lookup(), Unary.class);

    /** Elements between the two loops of a staged op. */
    private static final int BLOCK = 1 << 10;

    @Override
    void map(float[] x, int xo, float[] y, int yo, int n) {
        int i = OP.staged() && (x != y || Math.abs(xo - yo) >= n) ? staged(x, xo, y, yo, n) : 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            OP.lanes(fromArray(Lanes.F, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = OP.f32(x[xo + i]);
        }
    }

    private static int staged(float[] x, int xo, float[] y, int yo, int n) {
        int end = Lanes.F.loopBound(n);
        for (int from = 0; from < end; from += BLOCK) {
            int to = Math.min(end, from + BLOCK);
            for (int i = from; i < to; i += Lanes.W) {
                OP.stage(fromArray(Lanes.F, x, xo + i)).intoArray(y, yo + i);
            }
            for (int i = from; i < to; i += Lanes.W) {
                OP.lanes(fromArray(Lanes.F, x, xo + i), fromArray(Lanes.F, y, yo + i)).intoArray(y, yo + i);
            }
        }
        return end;
    }

    @Override
    void finish(float[] bias, int bo, float[] c, int co, int ld, int rows, int n) {
        int end = Lanes.F.loopBound(n);
        for (int i = 0, at = co; i < rows; i++, at += ld) {
            int j = 0;
            for (; j < end; j += Lanes.W) {
                OP.lanes(fromArray(Lanes.F, c, at + j).add(fromArray(Lanes.F, bias, bo + j))).intoArray(c, at + j);
            }
            for (; j < n; j++) {
                c[at + j] = OP.f32(c[at + j] + bias[bo + j]);
            }
        }
    }

    @Override
    void grad(float[] x, int xo, float[] y, int yo, float[] g, int go, float[] gx, int gxo, int n) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector sum = fromArray(Lanes.F, gx, gxo + i);
            FloatVector up = fromArray(Lanes.F, g, go + i);
            FloatVector slope = OP.dlanes(fromArray(Lanes.F, x, xo + i), fromArray(Lanes.F, y, yo + i));
            sum.add(up.mul(slope)).intoArray(gx, gxo + i);
        }
        for (; i < n; i++) {
            gx[gxo + i] += g[go + i] * OP.df32(x[xo + i], y[yo + i]);
        }
    }

    @Override
    void slope(float[] x, int xo, float[] y, int yo, float[] g, int go, float[] gx, int gxo, int n) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector up = fromArray(Lanes.F, g, go + i);
            up.mul(OP.dlanes(fromArray(Lanes.F, x, xo + i), fromArray(Lanes.F, y, yo + i))).intoArray(gx, gxo + i);
        }
        for (; i < n; i++) {
            gx[gxo + i] = g[go + i] * OP.df32(x[xo + i], y[yo + i]);
        }
    }
}
