package surprisal.kernels;

import static jdk.incubator.vector.DoubleVector.fromArray;

import java.lang.invoke.MethodHandles;

/** Doubles in vectors, where the op has them; what is left at the end one by one, with the same bits. */
final class MapDoubleLanes extends MapLoop<double[]> {

    private static final Unary OP = Loop.op(MethodHandles.lookup(), Unary.class);

    @Override
    void map(double[] x, int xo, double[] y, int yo, int n) {
        int i = 0;
        for (int end = DoubleLanes.D.loopBound(n); i < end; i += DoubleLanes.W) {
            OP.lanes(fromArray(DoubleLanes.D, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = OP.f(x[xo + i]);
        }
    }

    @Override
    void finish(double[] bias, int bo, double[] c, int co, int ld, int rows, int n) {
        int end = DoubleLanes.D.loopBound(n);
        for (int i = 0, at = co; i < rows; i++, at += ld) {
            int j = 0;
            for (; j < end; j += DoubleLanes.W) {
                OP.lanes(fromArray(DoubleLanes.D, c, at + j).add(fromArray(DoubleLanes.D, bias, bo + j))).intoArray(c, at + j);
            }
            for (; j < n; j++) {
                c[at + j] = OP.f(c[at + j] + bias[bo + j]);
            }
        }
    }

    @Override
    void grad(double[] x, int xo, double[] y, int yo, double[] g, int go, double[] gx, int gxo, int n) {
        for (int i = 0; i < n; i++) {
            gx[gxo + i] += g[go + i] * OP.df(x[xo + i], y[yo + i]);
        }
    }

    @Override
    void slope(double[] x, int xo, double[] y, int yo, double[] g, int go, double[] gx, int gxo, int n) {
        for (int i = 0; i < n; i++) {
            gx[gxo + i] = g[go + i] * OP.df(x[xo + i], y[yo + i]);
        }
    }
}
