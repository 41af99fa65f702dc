package surprisal.kernels;

/** Elements in vectors, and one by one until those are compiled. */
final class MapWarming<T> extends MapLoop<T> {

    private final MapLoop<T> lanes;
    private final MapLoop<T> scalar;
    private final WarmUp map = new WarmUp();
    private final WarmUp finish = new WarmUp();
    private final WarmUp grad = new WarmUp();
    private final WarmUp slope = new WarmUp();

    MapWarming(MapLoop<T> lanes, MapLoop<T> scalar) {
        this.lanes = lanes;
        this.scalar = scalar;
    }

    @Override
    void map(T x, int xo, T y, int yo, int n) {
        if (map.over()) {
            lanes.map(x, xo, y, yo, n);
        } else {
            map.run(
                    n,
                    (i, m) -> lanes.map(x, xo + i, y, yo + i, m),
                    (i, m) -> scalar.map(x, xo + i, y, yo + i, m));
        }
    }

    @Override
    void finish(T bias, int bo, T c, int co, int ld, int rows, int n) {
        if (finish.over()) {
            lanes.finish(bias, bo, c, co, ld, rows, n);
        } else {
            finish.run(
                    rows, n,
                    (i, m) -> lanes.finish(bias, bo, c, co + i * ld, ld, m, n),
                    (i, m) -> scalar.finish(bias, bo, c, co + i * ld, ld, m, n));
        }
    }

    @Override
    void grad(T x, int xo, T y, int yo, T g, int go, T gx, int gxo, int n) {
        if (grad.over()) {
            lanes.grad(x, xo, y, yo, g, go, gx, gxo, n);
        } else {
            grad.run(
                    n,
                    (i, m) -> lanes.grad(x, xo + i, y, yo + i, g, go + i, gx, gxo + i, m),
                    (i, m) -> scalar.grad(x, xo + i, y, yo + i, g, go + i, gx, gxo + i, m));
        }
    }

    @Override
    void slope(T x, int xo, T y, int yo, T g, int go, T gx, int gxo, int n) {
        if (slope.over()) {
            lanes.slope(x, xo, y, yo, g, go, gx, gxo, n);
        } else {
            slope.run(
                    n,
                    (i, m) -> lanes.slope(x, xo + i, y, yo + i, g, go + i, gx, gxo + i, m),
                    (i, m) -> scalar.slope(x, xo + i, y, yo + i, g, go + i, gx, gxo + i, m));
        }
    }
}
