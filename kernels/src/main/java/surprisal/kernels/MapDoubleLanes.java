package surprisal.kernels;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.DoubleVector;

/** Doubles in vectors, where the op has them; what is left at the end one by one, with the same bits. */
final class MapDoubleLanes extends MapLoop<double[]> {

    private static final Unary OP = Loop.op(MethodHandles.lookup(), Unary.class);

    @Override
    void map(double[] x, int xo, double[] y, int yo, int n) {
        int i = 0;
        for (int end = DoubleLanes.D.loopBound(n); i < end; i += DoubleLanes.W) {
            OP.lanes(DoubleVector.fromArray(DoubleLanes.D, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = OP.f(x[xo + i]);
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
