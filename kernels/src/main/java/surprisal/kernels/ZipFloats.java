package surprisal.kernels;

import java.lang.invoke.MethodHandles;

/** Floats one by one. */
final class ZipFloats extends ZipLoop<float[]> {

    private static final Binary OP = Loop.op(MethodHandles.lookup(), Binary.class);

    @Override
    void zip(float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, int n) {
        for (int i = 0; i < n; i++) {
            y[yo + i] = OP.f32(a[ao + i * as], b[bo + i * bs]);
        }
    }

    @Override
    void gradA(
            float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go, float[] ga, int gao, int n) {
        for (int i = 0; i < n; i++) {
            ga[gao + i] += g[go + i] * OP.da32(a[ao + i * as], b[bo + i * bs], y[yo + i]);
        }
    }

    @Override
    void gradB(
            float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go, float[] gb, int gbo, int n) {
        for (int i = 0; i < n; i++) {
            gb[gbo + i] += g[go + i] * OP.db32(a[ao + i * as], b[bo + i * bs], y[yo + i]);
        }
    }
}
