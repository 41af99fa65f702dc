package surprisal.kernels;

import java.lang.invoke.MethodHandles;

/** Doubles one by one: the meaning of the op. */
final class ZipDoubles extends ZipLoop<double[]> {

    private static final Binary OP = Loop.op(MethodHandles.lookup(), Binary.class);

    @Override
    void zip(double[] a, int ao, int as, double[] b, int bo, int bs, double[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = OP.f(a[ao + i * as], b[bo + i * bs]);
        }
    }

    @Override
    void gradA(
            double[] a, int ao, int as, double[] b, int bo, int bs, double[] y, int yo, double[] g, int go, double[] ga, int gao, int n) {
        for (int i = 0; i < n; i++) {
            ga[gao + i] += g[go + i] * OP.da(a[ao + i * as], b[bo + i * bs], y[yo + i]);
        }
    }

    @Override
    void gradB(
            double[] a, int ao, int as, double[] b, int bo, int bs, double[] y, int yo, double[] g, int go, double[] gb, int gbo, int n) {
        for (int i = 0; i < n; i++) {
            gb[gbo + i] += g[go + i] * OP.db(a[ao + i * as], b[bo + i * bs], y[yo + i]);
        }
    }
}
