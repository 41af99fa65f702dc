package surprisal.kernels;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;

/** Floats in vectors; what is left at the end one by one, with the same bits. */
final class ZipLanes extends ZipLoop<float[]> {

    private static final Binary OP = Loop.op(MethodHandles.lookup(), Binary.class);

    @Override
    void zip(float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, int n) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            OP.lanes(load(a, ao, as, i), load(b, bo, bs, i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = OP.f32(a[ao + i * as], b[bo + i * bs]);
        }
    }

    @Override
    void gradA(
            float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go, float[] ga, int gao, int n) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            // C2 inlines no more of our methods once a loop has some 50 vector operations: so all loads come first
            FloatVector sum = load(ga, gao, 1, i);
            FloatVector up = load(g, go, 1, i);
            FloatVector slope = OP.dalanes(load(a, ao, as, i), load(b, bo, bs, i), load(y, yo, 1, i));
            sum.add(up.mul(slope)).intoArray(ga, gao + i);
        }
        for (; i < n; i++) {
            ga[gao + i] += g[go + i] * OP.da32(a[ao + i * as], b[bo + i * bs], y[yo + i]);
        }
    }

    @Override
    void gradB(
            float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go, float[] gb, int gbo, int n) {
        int i = 0;
        for (int end = Lanes.F.loopBound(n); i < end; i += Lanes.W) {
            FloatVector sum = load(gb, gbo, 1, i); // all loads first, as in gradA
            FloatVector up = load(g, go, 1, i);
            FloatVector slope = OP.dblanes(load(a, ao, as, i), load(b, bo, bs, i), load(y, yo, 1, i));
            sum.add(up.mul(slope)).intoArray(gb, gbo + i);
        }
        for (; i < n; i++) {
            gb[gbo + i] += g[go + i] * OP.db32(a[ao + i * as], b[bo + i * bs], y[yo + i]);
        }
    }

    private static FloatVector load(float[] x, int o, int stride, int i) {
        return stride == 0 ? FloatVector.broadcast(Lanes.F, x[o]) : FloatVector.fromArray(Lanes.F, x, o + i);
    }
}
