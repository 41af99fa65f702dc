package surprisal.kernels;

import java.lang.invoke.MethodHandles;

/** Floats one by one. */
final class MapFloats extends MapLoop<float[]> {

    private static final Unary OP = Loop.op(MethodHandles.lookup(), Unary.class);

    @Override
    void map(float[] x, int xo, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = OP.f32(x[xo + i]);
        }
    }

    @Override
    void finish(float[] bias, int bo, float[] c, int co, int ld, int rows, int n) {
        for (int i = 0, at = co; i < rows; i++, at += ld) {
            for (int j = 0; j < n; j++) {
                c[at + j] = OP.f32(c[at + j] + bias[bo + j]);
            }
        }
    }

    @Override
    void grad(float[] x, int xo, float[] y, int yo, float[] g, int go, float[] gx, int gxo, int n) {
        for (int i = 0; i < n; i++) {
            gx[gxo + i] += g[go + i] * OP.df32(x[xo + i], y[yo + i]);
        }
    }

    @Override
    void slope(float[] x, int xo, float[] y, int yo, float[] g, int go, float[] gx, int gxo, int n) {
        for (int i = 0; i < n; i++) {
            gx[gxo + i] = g[go + i] * OP.df32(x[xo + i], y[yo + i]);
        }
    }
}
