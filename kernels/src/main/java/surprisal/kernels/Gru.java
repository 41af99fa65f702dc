package surprisal.kernels;

import java.util.Objects;
import java.util.function.IntConsumer;
import surprisal.kernels.Gemm.Store;

/**
 * The gates of a gated recurrent unit (Cho et al. 2014, in the form of cuDNN, where the reset gate meets the product): from
 * x = W i + b and u = U h + c, each [rows, 3n] in the order r, z, n,
 *
 * <p>r = σ(x_r + u_r), z = σ(x_z + u_z), ν = tanh(x_n + r u_n), y = ν + z (h − ν).
 *
 * <p>Everything is rounded after each operation, and a row has the same bits in any batch.
 */
public final class Gru {

    /* The sums are laid out gate by gate first, so that σ and tanh run over whole vectors: at n = 200 the tail of a row, done
     * one by one, would take as long as the row. What a task does stays in its cache. Both adjoints come from one pass. */

    /** Elements of y that a task computes, about. */
    private static final int TASK = 1 << 13;

    private static final ThreadLocal<Call> CALL = ThreadLocal.withInitial(Call::new);

    private Gru() {}

    /**
     * One step of the unit.
     *
     * @param x [rows, 3n], from index {@code xo}
     * @param xo offset of x
     * @param u [rows, 3n], from index {@code uo}
     * @param uo offset of u
     * @param h [rows, n], from index {@code ho}
     * @param ho offset of h
     * @param rows how many
     * @param n the length of h
     * @param gates 3 · rows · n numbers for {@link #inputGrad} and {@link #stateGrad}, in an order of their own
     * @param go offset of the gates
     * @param y [rows, n], overwritten
     * @param yo offset of y
     */
    public static void step(
            float[] x, int xo, float[] u, int uo, float[] h, int ho, int rows, int n, float[] gates, int go,
            float[] y, int yo) {
        check(x.length, xo, u.length, uo, h.length, ho, rows, n);
        check(gates.length, go, y.length, yo, rows, n);
        Call call = CALL.get();
        call.of(x, xo, u, uo, h, ho, rows, n, gates, go, y, yo);
        Workers.run(call.tasks(), call.steps);
        call.end();
    }

    private static void task(
            float[] x, int xo, float[] u, int uo, float[] h, int ho, int rows, int n, float[] gates, int go,
            float[] y, int yo) {
        int all = rows * n;
        for (int r = 0; r < rows; r++) {
            sum(x, xo + 3 * r * n, u, uo + 3 * r * n, n, gates, go + r * n);
            sum(x, xo + (3 * r + 1) * n, u, uo + (3 * r + 1) * n, n, gates, go + all + r * n);
        }
        Loop.map(Unary.SIGMOID, gates, go, gates, go, 2 * all);
        for (int r = 0; r < rows; r++) {
            candidate(x, xo + (3 * r + 2) * n, u, uo + (3 * r + 2) * n, gates, go + r * n, n, gates, go + 2 * all + r * n);
        }
        Loop.map(Unary.TANH, gates, go + 2 * all, gates, go + 2 * all, all);
        int i = Simd.on(all) ? GruLanes.mix(gates, go + all, go + 2 * all, h, ho, all, y, yo) : 0;
        for (; i < all; i++) {
            float nu = gates[go + 2 * all + i];
            y[yo + i] = nu + gates[go + all + i] * (h[ho + i] - nu);
        }
    }

    /** s = x + u */
    private static void sum(float[] x, int xo, float[] u, int uo, int n, float[] s, int so) {
        if (Simd.on(n) && n >= Lanes.W) {
            GruLanes.sum(x, xo, u, uo, n, s, so);
            return;
        }
        for (int i = 0; i < n; i++) {
            s[so + i] = x[xo + i] + u[uo + i];
        }
    }

    /** s = x + r u */
    private static void candidate(float[] x, int xo, float[] u, int uo, float[] r, int ro, int n, float[] s, int so) {
        if (Simd.on(n) && n >= Lanes.W) {
            GruLanes.candidate(x, xo, u, uo, r, ro, n, s, so);
            return;
        }
        for (int i = 0; i < n; i++) {
            s[so + i] = x[xo + i] + r[ro + i] * u[uo + i];
        }
    }

    /**
     * x̄ (+)= ȳ ∂y/∂x and ū (+)= ȳ ∂y/∂u, where ȳ is g. An array may be the one whose adjoint it gets: ū u itself.
     *
     * @param gates what {@link #step} left, from index {@code go}
     * @param go offset of the gates
     * @param u [rows, 3n], as in {@link #step}
     * @param uo offset of u
     * @param h [rows, n], as in {@link #step}
     * @param ho offset of h
     * @param g [rows, n], ∂loss/∂y
     * @param gyo offset of g
     * @param rows how many
     * @param n the length of h
     * @param gx [rows, 3n], ∂loss/∂x; null if not wanted
     * @param gxo offset of gx
     * @param storeX whether gx is overwritten or added to
     * @param gu [rows, 3n], ∂loss/∂u; null if not wanted
     * @param guo offset of gu
     * @param storeU whether gu is overwritten or added to
     */
    public static void inputGrad(
            float[] gates, int go, float[] u, int uo, float[] h, int ho, float[] g, int gyo, int rows, int n,
            float[] gx, int gxo, Store storeX, float[] gu, int guo, Store storeU) {
        check(gates.length, go, g.length, gyo, rows, n);
        check(gx == null ? u.length : gx.length, gx == null ? uo : gxo, gu == null ? u.length : gu.length,
                gu == null ? uo : guo, h.length, ho, rows, n);
        Objects.checkFromIndexSize(uo, 3L * rows * n, u.length);
        Call call = CALL.get();
        call.of(gx, gxo, u, uo, h, ho, rows, n, gates, go, g, gyo);
        call.gu = gu;
        call.guo = guo;
        call.add = storeX == Store.ADD;
        call.addU = storeU == Store.ADD;
        Workers.run(call.tasks(), call.inputGrads);
        call.end();
    }

    /**
     * Of one row: d_r = d_n u_n r (1 − r), d_z = ȳ (h − ν) z (1 − z), d_n = ȳ (1 − z) (1 − ν²), which is x̄; and ū, where the
     * last is d_n r.
     */
    private static void slopes(
            float[] gates, int ro, int all, float[] u, int uo, float[] h, int ho, float[] g, int go, int n,
            float[] gx, int gxo, float[] gu, int guo) {
        if (Simd.on(n) && n >= Lanes.W) {
            GruLanes.slopes(gates, ro, all, u, uo, h, ho, g, go, n, gx, gxo, gu, guo);
            return;
        }
        for (int i = 0; i < n; i++) {
            float r = gates[ro + i];
            float z = gates[ro + all + i];
            float nu = gates[ro + 2 * all + i];
            float up = g[go + i];
            float dn = up * (1f - z) * (1f - nu * nu);
            float dr = dn * u[uo + i] * (r * (1f - r));
            float dz = up * (h[ho + i] - nu) * (z * (1f - z));
            if (gx != null) {
                gx[gxo + i] = dr;
                gx[gxo + n + i] = dz;
                gx[gxo + 2 * n + i] = dn;
            }
            if (gu != null) {
                gu[guo + i] = dr;
                gu[guo + n + i] = dz;
                gu[guo + 2 * n + i] = dn * r;
            }
        }
    }

    /**
     * h̄ (+)= ȳ z: what reaches h past the gates.
     *
     * @param gates what {@link #step} left, from index {@code go}
     * @param go offset of the gates
     * @param g [rows, n], ∂loss/∂y
     * @param gyo offset of g
     * @param rows how many
     * @param n the length of h
     * @param gh [rows, n], ∂loss/∂h
     * @param gho offset of gh
     * @param store whether gh is overwritten or added to
     */
    public static void stateGrad(
            float[] gates, int go, float[] g, int gyo, int rows, int n, float[] gh, int gho, Store store) {
        check(gates.length, go, g.length, gyo, rows, n);
        Objects.checkFromIndexSize(gho, (long) rows * n, gh.length);
        Call call = CALL.get();
        call.of(gh, gho, null, 0, null, 0, rows, n, gates, go, g, gyo);
        call.add = store == Store.ADD;
        Workers.run(call.tasks(), call.stateGrads);
        call.end();
    }

    /** One call's arguments; each thread keeps one of these, so that a call allocates nothing. */
    private static final class Call {
        private final IntConsumer steps = this::step;
        private final IntConsumer inputGrads = this::inputGrad;
        private final IntConsumer stateGrads = this::stateGrad;

        private float[] x; // or its gradient, or that of h
        private int xo;
        private float[] u;
        private int uo;
        private float[] h;
        private int ho;
        private int rows;
        private int n;
        private int some; // rows of a task
        private float[] gates;
        private int go;
        private float[] y; // or its gradient
        private int yo;
        private float[] gu;
        private int guo;
        private boolean add;
        private boolean addU;

        void of(
                float[] x, int xo, float[] u, int uo, float[] h, int ho, int rows, int n, float[] gates, int go, float[] y, int yo) {
            this.x = x;
            this.xo = xo;
            this.u = u;
            this.uo = uo;
            this.h = h;
            this.ho = ho;
            this.rows = rows;
            this.n = n;
            this.some = some(rows, n);
            this.gates = gates;
            this.go = go;
            this.y = y;
            this.yo = yo;
        }

        /** Keeps no caller's memory alive. */
        void end() {
            of(null, 0, null, 0, null, 0, 0, 1, null, 0, null, 0);
            gu = null;
        }

        int tasks() {
            return Math.ceilDiv(rows, some);
        }

        private void step(int t) {
            int first = t * some;
            task(x, xo + 3 * first * n, u, uo + 3 * first * n, h, ho + first * n, Math.min(some, rows - first), n,
                    gates, go + 3 * first * n, y, yo + first * n);
        }

        private void inputGrad(int t) {
            int first = t * some;
            int count = Math.min(some, rows - first);
            int all = count * n;
            int width = 3 * n;
            boolean adds = x != null && add;
            boolean addsU = gu != null && addU;
            float[] apart = adds || addsU ? Scratch.floats(2 * width) : null; // a row of each that is added to another
            for (int r = first; r < first + count; r++) {
                int at = go + first * width + (r - first) * n; // the row's reset gate; the others lie `all` apart
                slopes(
                        gates, at, all, u, uo + r * width + 2 * n, h, ho + r * n, y, yo + r * n, n,
                        adds ? apart : x, adds ? 0 : xo + r * width, addsU ? apart : gu, addsU ? width : guo + r * width);
                if (adds) {
                    Rows.plus(apart, 0, width, x, xo + r * width);
                }
                if (addsU) {
                    Rows.plus(apart, width, width, gu, guo + r * width);
                }
            }
        }

        private void stateGrad(int t) {
            int first = t * some * n;
            int all = Math.min(some, rows - t * some) * n;
            int z = go + 3 * first + all;
            int i = Simd.on(all) ? GruLanes.product(gates, z, y, yo + first, all, x, xo + first, add) : 0;
            for (; i < all; i++) {
                float d = y[yo + first + i] * gates[z + i];
                x[xo + first + i] = add ? x[xo + first + i] + d : d;
            }
        }
    }

    /**
     * {@link #step} in double precision.
     *
     * @param x [rows, 3n], from index {@code xo}
     * @param xo offset of x
     * @param u [rows, 3n], from index {@code uo}
     * @param uo offset of u
     * @param h [rows, n], from index {@code ho}
     * @param ho offset of h
     * @param rows how many
     * @param n the length of h
     * @param gates 3 · rows · n numbers for {@link #inputGrad} and {@link #stateGrad}, in an order of their own
     * @param go offset of the gates
     * @param y [rows, n], overwritten
     * @param yo offset of y
     */
    public static void step(
            double[] x, int xo, double[] u, int uo, double[] h, int ho, int rows, int n, double[] gates, int go,
            double[] y, int yo) {
        check(x.length, xo, u.length, uo, h.length, ho, rows, n);
        check(gates.length, go, y.length, yo, rows, n);
        int all = rows * n;
        for (int i = 0; i < all; i++) {
            int at = i / n * 3 * n + i % n;
            double r = Unary.SIGMOID.f(x[xo + at] + u[uo + at]);
            double z = Unary.SIGMOID.f(x[xo + at + n] + u[uo + at + n]);
            double nu = Unary.TANH.f(x[xo + at + 2 * n] + r * u[uo + at + 2 * n]);
            gates[go + i] = r;
            gates[go + all + i] = z;
            gates[go + 2 * all + i] = nu;
            y[yo + i] = nu + z * (h[ho + i] - nu);
        }
    }

    /**
     * {@link #inputGrad} in double precision.
     *
     * @param gates what {@link #step} left, from index {@code go}
     * @param go offset of the gates
     * @param u [rows, 3n], as in {@link #step}
     * @param uo offset of u
     * @param h [rows, n], as in {@link #step}
     * @param ho offset of h
     * @param g [rows, n], ∂loss/∂y
     * @param gyo offset of g
     * @param rows how many
     * @param n the length of h
     * @param gx [rows, 3n], ∂loss/∂x; null if not wanted
     * @param gxo offset of gx
     * @param storeX whether gx is overwritten or added to
     * @param gu [rows, 3n], ∂loss/∂u; null if not wanted
     * @param guo offset of gu
     * @param storeU whether gu is overwritten or added to
     */
    public static void inputGrad(
            double[] gates, int go, double[] u, int uo, double[] h, int ho, double[] g, int gyo, int rows, int n,
            double[] gx, int gxo, Store storeX, double[] gu, int guo, Store storeU) {
        check(gates.length, go, g.length, gyo, rows, n);
        check(gx == null ? u.length : gx.length, gx == null ? uo : gxo, gu == null ? u.length : gu.length,
                gu == null ? uo : guo, h.length, ho, rows, n);
        Objects.checkFromIndexSize(uo, 3L * rows * n, u.length);
        int all = rows * n;
        for (int i = 0; i < all; i++) {
            int at = i / n * 3 * n + i % n;
            double r = gates[go + i];
            double z = gates[go + all + i];
            double nu = gates[go + 2 * all + i];
            double dn = g[gyo + i] * (1 - z) * (1 - nu * nu);
            double dr = dn * u[uo + at + 2 * n] * (r * (1 - r));
            double dz = g[gyo + i] * (h[ho + i] - nu) * (z * (1 - z));
            if (gx != null) {
                put(gx, gxo + at, n, dr, dz, dn, storeX);
            }
            if (gu != null) {
                put(gu, guo + at, n, dr, dz, dn * r, storeU);
            }
        }
    }

    private static void put(double[] d, int at, int n, double dr, double dz, double dn, Store store) {
        boolean add = store == Store.ADD;
        d[at] = add ? d[at] + dr : dr;
        d[at + n] = add ? d[at + n] + dz : dz;
        d[at + 2 * n] = add ? d[at + 2 * n] + dn : dn;
    }

    /**
     * {@link #stateGrad} in double precision.
     *
     * @param gates what {@link #step} left, from index {@code go}
     * @param go offset of the gates
     * @param g [rows, n], ∂loss/∂y
     * @param gyo offset of g
     * @param rows how many
     * @param n the length of h
     * @param gh [rows, n], ∂loss/∂h
     * @param gho offset of gh
     * @param store whether gh is overwritten or added to
     */
    public static void stateGrad(
            double[] gates, int go, double[] g, int gyo, int rows, int n, double[] gh, int gho, Store store) {
        check(gates.length, go, g.length, gyo, rows, n);
        Objects.checkFromIndexSize(gho, (long) rows * n, gh.length);
        int all = rows * n;
        for (int i = 0; i < all; i++) {
            double d = g[gyo + i] * gates[go + all + i];
            gh[gho + i] = store == Store.ADD ? gh[gho + i] + d : d;
        }
    }

    /** Rows of a task: about equal shares. */
    private static int some(int rows, int n) {
        int tasks = (int) Math.max(1, Math.min(rows, Math.ceilDiv((long) rows * n, TASK)));
        return Math.max(1, Math.ceilDiv(rows, tasks));
    }

    private static void check(int x, int xo, int u, int uo, int h, int ho, int rows, int n) {
        Objects.checkFromIndexSize(xo, 3L * rows * n, x);
        Objects.checkFromIndexSize(uo, 3L * rows * n, u);
        Objects.checkFromIndexSize(ho, (long) rows * n, h);
    }

    private static void check(int gates, int go, int y, int yo, int rows, int n) {
        Objects.checkFromIndexSize(go, 3L * rows * n, gates);
        Objects.checkFromIndexSize(yo, (long) rows * n, y);
    }
}
