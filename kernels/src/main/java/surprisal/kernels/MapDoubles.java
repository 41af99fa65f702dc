package surprisal.kernels;

import java.lang.invoke.MethodHandles;

/** Doubles one by one: the meaning of the op. */
final class MapDoubles extends MapLoop<double[]> {

    private static final Unary OP = Loop.op(MethodHandles.lookup(), Unary.class);

    @Override
    void map(double[] x, int xo, double[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = OP.f(x[xo + i]);
        }
    }

    @Override
    void finish(double[] bias, int bo, double[] c, int co, int ld, int rows, int n) {
        for (int i = 0, at = co; i < rows; i++, at += ld) {
            for (int j = 0; j < n; j++) {
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
