package surprisal.kernels;

import java.util.Arrays;
import java.util.Objects;
import surprisal.kernels.Gemm.Store;

/**
 * Layer normalisation (Ba, Kiros and Hinton 2016, Eq. 4): along each row of n numbers y = γ x̂ + β, x̂ = (x − μ) ρ with the
 * mean μ and ρ = 1/√(σ² + ε), σ² the mean of (x − μ)².
 *
 * <p>Sums along a row are those of {@link Rows}, sums over the rows are made row after row; everything is rounded after
 * each operation. So a row has the same bits in any batch.
 */
public final class LayerNorm {

    /* A row is read once from memory, for its mean, and then from the cache: for the squares, which have to be of the
     * differences (the mean of the squares less the square of the mean would cancel), and for the result. */

    /** Elements that a task computes, about. */
    private static final int TASK = 1 << 14;

    /** Columns that a task adds up. */
    private static final int COLUMNS = 1 << 8;

    /** The lanes of a sum, and two rows: this thread's own. */
    private record Scratch(float[] lanes, float[] terms) {}

    private static final ThreadLocal<Scratch> SCRATCH = new ThreadLocal<>();

    private record Scratch64(double[] lanes, double[] terms) {}

    private static final ThreadLocal<Scratch64> SCRATCH64 = new ThreadLocal<>();

    private LayerNorm() {}

    /**
     * y = γ x̂ + β.
     *
     * @param x [rows, n], from index {@code xo}
     * @param xo offset of x
     * @param rows how many
     * @param n their length
     * @param gamma γ, [n]
     * @param beta β, [n]
     * @param epsilon ε
     * @param moments [rows, 2], overwritten with μ and ρ
     * @param mo offset of the moments
     * @param y [rows, n], overwritten; x itself or apart from it
     * @param yo offset of y
     */
    public static void value(
            float[] x, int xo, int rows, int n, float[] gamma, float[] beta, float epsilon, float[] moments, int mo,
            float[] y, int yo) {
        check(x.length, xo, y.length, yo, moments.length, mo, gamma.length, rows, n);
        Objects.checkFromIndexSize(0, n, beta.length);
        int some = some(n);
        Workers.run(Math.ceilDiv(rows, some), t -> {
            float[] s = scratch(n).lanes;
            for (int r = t * some, end = Math.min(rows, r + some); r < end; r++) {
                float mean = Rows.sum(x, xo + r * n, n, s) / n;
                shift(x, xo + r * n, mean, n, y, yo + r * n);
                float variance = Rows.dot(y, yo + r * n, y, yo + r * n, n, s) / n;
                float scale = (float) (1 / Math.sqrt((double) variance + epsilon));
                moments[mo + 2 * r] = mean;
                moments[mo + 2 * r + 1] = scale;
                affine(y, yo + r * n, scale, gamma, beta, n);
            }
        });
    }

    /** y = x − m */
    private static void shift(float[] x, int xo, float m, int n, float[] y, int yo) {
        int i = Simd.on(n) ? LayerNormLanes.shift(x, xo, m, n, y, yo) : 0;
        for (; i < n; i++) {
            y[yo + i] = x[xo + i] - m;
        }
    }

    /** y = y ρ γ + β */
    private static void affine(float[] y, int yo, float scale, float[] gamma, float[] beta, int n) {
        int i = Simd.on(n) ? LayerNormLanes.affine(y, yo, scale, gamma, beta, n) : 0;
        for (; i < n; i++) {
            y[yo + i] = y[yo + i] * scale * gamma[i] + beta[i];
        }
    }

    /**
     * x̄ (+)= ρ (ȳ γ − mean(ȳ γ) − x̂ mean(ȳ γ x̂)).
     *
     * @param x [rows, n], from index {@code xo}
     * @param xo offset of x
     * @param rows how many
     * @param n their length
     * @param gamma γ, [n]
     * @param moments [rows, 2], what {@link #value} left
     * @param mo offset of the moments
     * @param g [rows, n], ȳ
     * @param go offset of g
     * @param gx [rows, n], x̄
     * @param gxo offset of gx
     * @param store whether x̄ is overwritten or added to
     */
    public static void inputGrad(
            float[] x, int xo, int rows, int n, float[] gamma, float[] moments, int mo, float[] g, int go,
            float[] gx, int gxo, Store store) {
        check(x.length, xo, g.length, go, moments.length, mo, gamma.length, rows, n);
        Objects.checkFromIndexSize(gxo, (long) rows * n, gx.length);
        int some = some(n);
        Workers.run(Math.ceilDiv(rows, some), t -> {
            float[] lanes = scratch(n).lanes;
            float[] s = scratch(n).terms;
            for (int r = t * some, end = Math.min(rows, r + some); r < end; r++) {
                float mean = moments[mo + 2 * r];
                float scale = moments[mo + 2 * r + 1];
                terms(x, xo + r * n, mean, scale, g, go + r * n, gamma, n, s);
                float a = Rows.sum(s, 0, n, lanes) / n;
                float b = Rows.dot(s, 0, s, n, n, lanes) / n;
                centred(s, n, scale, a, b, gx, gxo + r * n, store == Store.ADD);
            }
        });
    }

    /** ȳ γ and x̂ into the scratch. */
    private static void terms(
            float[] x, int xo, float mean, float scale, float[] g, int go, float[] gamma, int n, float[] s) {
        int i = Simd.on(n) ? LayerNormLanes.terms(x, xo, mean, scale, g, go, gamma, n, s) : 0;
        for (; i < n; i++) {
            s[i] = g[go + i] * gamma[i];
            s[n + i] = (x[xo + i] - mean) * scale;
        }
    }

    private static void centred(float[] s, int n, float scale, float a, float b, float[] gx, int gxo, boolean add) {
        int i = Simd.on(n) ? LayerNormLanes.centred(s, n, scale, a, b, gx, gxo, add) : 0;
        for (; i < n; i++) {
            float d = (s[i] - a - s[n + i] * b) * scale;
            gx[gxo + i] = add ? gx[gxo + i] + d : d;
        }
    }

    /**
     * γ̄ (+)= Σ ȳ x̂ over the rows.
     *
     * @param x [rows, n], from index {@code xo}
     * @param xo offset of x
     * @param rows how many
     * @param n their length
     * @param moments [rows, 2], what {@link #value} left
     * @param mo offset of the moments
     * @param g [rows, n], ȳ
     * @param go offset of g
     * @param gGamma [n], γ̄
     * @param store whether it is overwritten or added to
     */
    public static void scaleGrad(
            float[] x, int xo, int rows, int n, float[] moments, int mo, float[] g, int go, float[] gGamma, Store store) {
        check(x.length, xo, g.length, go, moments.length, mo, gGamma.length, rows, n);
        if (store == Store.SET) {
            Arrays.fill(gGamma, 0, n, 0);
        }
        Workers.run(Math.ceilDiv(n, COLUMNS), t -> {
            int from = t * COLUMNS;
            int count = Math.min(COLUMNS, n - from);
            for (int r = 0; r < rows; r++) {
                float mean = moments[mo + 2 * r];
                float scale = moments[mo + 2 * r + 1];
                int at = r * n + from;
                int i = Simd.on(count) ? LayerNormLanes.weigh(x, xo + at, mean, scale, g, go + at, count, gGamma, from) : 0;
                for (; i < count; i++) {
                    gGamma[from + i] += g[go + at + i] * ((x[xo + at + i] - mean) * scale);
                }
            }
        });
    }

    /**
     * β̄ (+)= Σ ȳ over the rows.
     *
     * @param rows how many
     * @param n their length
     * @param g [rows, n], ȳ
     * @param go offset of g
     * @param gBeta [n], β̄
     * @param store whether it is overwritten or added to
     */
    public static void shiftGrad(int rows, int n, float[] g, int go, float[] gBeta, Store store) {
        Objects.checkFromIndexSize(go, (long) rows * n, g.length);
        Objects.checkFromIndexSize(0, n, gBeta.length);
        if (store == Store.SET) {
            Arrays.fill(gBeta, 0, n, 0);
        }
        Workers.run(Math.ceilDiv(n, COLUMNS), t -> {
            int from = t * COLUMNS;
            Rows.plus(g, go + from, n, rows, Math.min(COLUMNS, n - from), gBeta, from);
        });
    }

    /**
     * {@link #value} in double precision.
     *
     * @param x [rows, n], from index {@code xo}
     * @param xo offset of x
     * @param rows how many
     * @param n their length
     * @param gamma γ, [n]
     * @param beta β, [n]
     * @param epsilon ε
     * @param moments [rows, 2], overwritten with μ and ρ
     * @param mo offset of the moments
     * @param y [rows, n], overwritten; x itself or apart from it
     * @param yo offset of y
     */
    public static void value(
            double[] x, int xo, int rows, int n, double[] gamma, double[] beta, double epsilon, double[] moments, int mo,
            double[] y, int yo) {
        check(x.length, xo, y.length, yo, moments.length, mo, gamma.length, rows, n);
        Objects.checkFromIndexSize(0, n, beta.length);
        double[] s = scratch64(n).lanes;
        for (int r = 0; r < rows; r++) {
            int from = xo + r * n;
            int to = yo + r * n;
            double mean = Rows.sum(x, from, n, s) / n;
            for (int i = 0; i < n; i++) {
                y[to + i] = x[from + i] - mean;
            }
            double scale = 1 / Math.sqrt(Rows.dot(y, to, y, to, n, s) / n + epsilon);
            moments[mo + 2 * r] = mean;
            moments[mo + 2 * r + 1] = scale;
            for (int i = 0; i < n; i++) {
                y[to + i] = y[to + i] * scale * gamma[i] + beta[i];
            }
        }
    }

    /**
     * {@link #inputGrad} in double precision.
     *
     * @param x [rows, n], from index {@code xo}
     * @param xo offset of x
     * @param rows how many
     * @param n their length
     * @param gamma γ, [n]
     * @param moments [rows, 2], what {@link #value} left
     * @param mo offset of the moments
     * @param g [rows, n], ȳ
     * @param go offset of g
     * @param gx [rows, n], x̄
     * @param gxo offset of gx
     * @param store whether x̄ is overwritten or added to
     */
    public static void inputGrad(
            double[] x, int xo, int rows, int n, double[] gamma, double[] moments, int mo, double[] g, int go,
            double[] gx, int gxo, Store store) {
        check(x.length, xo, g.length, go, moments.length, mo, gamma.length, rows, n);
        Objects.checkFromIndexSize(gxo, (long) rows * n, gx.length);
        double[] lanes = scratch64(n).lanes;
        double[] s = scratch64(n).terms;
        for (int r = 0; r < rows; r++) {
            double mean = moments[mo + 2 * r];
            double scale = moments[mo + 2 * r + 1];
            for (int i = 0; i < n; i++) {
                s[i] = g[go + r * n + i] * gamma[i];
                s[n + i] = (x[xo + r * n + i] - mean) * scale;
            }
            double a = Rows.sum(s, 0, n, lanes) / n;
            double b = Rows.dot(s, 0, s, n, n, lanes) / n;
            for (int i = 0; i < n; i++) {
                double d = (s[i] - a - s[n + i] * b) * scale;
                int at = gxo + r * n + i;
                gx[at] = store == Store.ADD ? gx[at] + d : d;
            }
        }
    }

    /**
     * {@link #scaleGrad} in double precision.
     *
     * @param x [rows, n], from index {@code xo}
     * @param xo offset of x
     * @param rows how many
     * @param n their length
     * @param moments [rows, 2], what {@link #value} left
     * @param mo offset of the moments
     * @param g [rows, n], ȳ
     * @param go offset of g
     * @param gGamma [n], γ̄
     * @param store whether it is overwritten or added to
     */
    public static void scaleGrad(
            double[] x, int xo, int rows, int n, double[] moments, int mo, double[] g, int go, double[] gGamma,
            Store store) {
        check(x.length, xo, g.length, go, moments.length, mo, gGamma.length, rows, n);
        if (store == Store.SET) {
            Arrays.fill(gGamma, 0, n, 0);
        }
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                gGamma[i] += g[go + r * n + i] * ((x[xo + r * n + i] - moments[mo + 2 * r]) * moments[mo + 2 * r + 1]);
            }
        }
    }

    /**
     * β̄ (+)= Σ ȳ over the rows, in double precision.
     *
     * @param rows how many
     * @param n their length
     * @param g [rows, n], ȳ
     * @param go offset of g
     * @param gBeta [n], β̄
     * @param store whether it is overwritten or added to
     */
    public static void shiftGrad(int rows, int n, double[] g, int go, double[] gBeta, Store store) {
        Objects.checkFromIndexSize(go, (long) rows * n, g.length);
        Objects.checkFromIndexSize(0, n, gBeta.length);
        if (store == Store.SET) {
            Arrays.fill(gBeta, 0, n, 0);
        }
        Workers.run(Math.ceilDiv(n, COLUMNS), t -> {
            int from = t * COLUMNS;
            Rows.plus(g, go + from, n, rows, Math.min(COLUMNS, n - from), gBeta, from);
        });
    }

    private static int some(int n) {
        return Math.max(1, TASK / Math.max(1, n));
    }

    private static Scratch scratch(int n) {
        Scratch s = SCRATCH.get();
        if (s == null || s.terms.length < 2 * n) {
            s = new Scratch(new float[16], new float[2 * n]);
            SCRATCH.set(s);
        }
        return s;
    }

    private static Scratch64 scratch64(int n) {
        Scratch64 s = SCRATCH64.get();
        if (s == null || s.terms.length < 2 * n) {
            s = new Scratch64(new double[16], new double[2 * n]);
            SCRATCH64.set(s);
        }
        return s;
    }

    private static void check(int x, int xo, int y, int yo, int moments, int mo, int gamma, int rows, int n) {
        Objects.checkFromIndexSize(xo, (long) rows * n, x);
        Objects.checkFromIndexSize(yo, (long) rows * n, y);
        Objects.checkFromIndexSize(mo, 2L * rows, moments);
        Objects.checkFromIndexSize(0, n, gamma);
    }
}
