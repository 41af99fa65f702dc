package surprisal.kernels;

/** Floats in vectors, and one by one until those are compiled. */
final class ZipWarming extends ZipLoop<float[]> {

    private final ZipLoop<float[]> lanes;
    private final ZipLoop<float[]> scalar;
    private final WarmUp zip = new WarmUp();
    private final WarmUp gradA = new WarmUp();
    private final WarmUp gradB = new WarmUp();

    ZipWarming(ZipLoop<float[]> lanes, ZipLoop<float[]> scalar) {
        this.lanes = lanes;
        this.scalar = scalar;
    }

    @Override
    void zip(float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, int n) {
        if (zip.over()) {
            lanes.zip(a, ao, as, b, bo, bs, y, yo, n);
        } else {
            zip.run(
                    n,
                    (i, m) -> lanes.zip(a, ao + i * as, as, b, bo + i * bs, bs, y, yo + i, m),
                    (i, m) -> scalar.zip(a, ao + i * as, as, b, bo + i * bs, bs, y, yo + i, m));
        }
    }

    @Override
    void gradA(
            float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go, float[] ga, int gao, int n) {
        if (gradA.over()) {
            lanes.gradA(a, ao, as, b, bo, bs, y, yo, g, go, ga, gao, n);
        } else {
            gradA.run(
                    n,
                    (i, m) -> lanes.gradA(a, ao + i * as, as, b, bo + i * bs, bs, y, yo + i, g, go + i, ga, gao + i, m),
                    (i, m) -> scalar.gradA(a, ao + i * as, as, b, bo + i * bs, bs, y, yo + i, g, go + i, ga, gao + i, m));
        }
    }

    @Override
    void gradB(
            float[] a, int ao, int as, float[] b, int bo, int bs, float[] y, int yo, float[] g, int go, float[] gb, int gbo, int n) {
        if (gradB.over()) {
            lanes.gradB(a, ao, as, b, bo, bs, y, yo, g, go, gb, gbo, n);
        } else {
            gradB.run(
                    n,
                    (i, m) -> lanes.gradB(a, ao + i * as, as, b, bo + i * bs, bs, y, yo + i, g, go + i, gb, gbo + i, m),
                    (i, m) -> scalar.gradB(a, ao + i * as, as, b, bo + i * bs, bs, y, yo + i, g, go + i, gb, gbo + i, m));
        }
    }
}
