package surprisal.kernels;

/** Steps of gradient descent, each in one pass over the parameter, the gradient and what the method remembers. */
public final class Descent {

    private static final int CHUNK = 1 << 14;

    /** Squares that are held at a time. */
    private static final int TERMS = 4096;

    private static final ThreadLocal<float[]> SQUARES = ThreadLocal.withInitial(() -> new float[TERMS]);
    private static final ThreadLocal<double[]> SQUARES_64 = ThreadLocal.withInitial(() -> new double[TERMS]);

    /** Sums of squares below this may have lost some to underflow. */
    private static final float SMALL = 0x1p-80f;

    private Descent() {}

    /**
     * One step of Adam (Kingma and Ba 2015): m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²,
     * θ ← keep · θ − step · m / (scale · √v + ε). With step = η / (1 − β₁ᵗ) and scale = 1 / √(1 − β₂ᵗ) that is
     * θ − η m̂ / (√v̂ + ε); keep = 1 − η λ decays the weights apart from the gradient (Loshchilov and Hutter 2019).
     *
     * @param p θ, changed
     * @param g ∂loss/∂θ
     * @param m first moment, changed
     * @param v second moment, changed
     * @param beta1 β₁
     * @param beta2 β₂
     * @param step η / (1 − β₁ᵗ)
     * @param scale 1 / √(1 − β₂ᵗ)
     * @param epsilon ε
     * @param keep 1 − η λ
     */
    public static void adam(
            float[] p, float[] g, float[] m, float[] v,
            float beta1, float beta2, float step, float scale, float epsilon, float keep) {
        Workers.run(Math.ceilDiv(p.length, CHUNK), c -> {
            int from = c * CHUNK;
            int to = from + Math.min(CHUNK, p.length - from);
            adam(p, g, m, v, beta1, beta2, step, scale, epsilon, keep, from, to);
        });
    }

    private static void adam(
            float[] p, float[] g, float[] m, float[] v,
            float beta1, float beta2, float step, float scale, float epsilon, float keep, int from, int to) {
        float rest1 = 1 - beta1;
        float rest2 = 1 - beta2;
        for (int i = from; i < to; i++) {
            float slope = g[i];
            float first = beta1 * m[i] + rest1 * slope;
            float second = beta2 * v[i] + rest2 * (slope * slope);
            m[i] = first;
            v[i] = second;
            p[i] = keep * p[i] - step * first / (scale * (float) Math.sqrt(second) + epsilon);
        }
    }

    /**
     * The same in double precision.
     *
     * @param p θ, changed
     * @param g ∂loss/∂θ
     * @param m first moment, changed
     * @param v second moment, changed
     * @param beta1 β₁
     * @param beta2 β₂
     * @param step η / (1 − β₁ᵗ)
     * @param scale 1 / √(1 − β₂ᵗ)
     * @param epsilon ε
     * @param keep 1 − η λ
     */
    public static void adam(
            double[] p, double[] g, double[] m, double[] v,
            double beta1, double beta2, double step, double scale, double epsilon, double keep) {
        Workers.run(Math.ceilDiv(p.length, CHUNK), c -> {
            int from = c * CHUNK;
            int to = from + Math.min(CHUNK, p.length - from);
            adam(p, g, m, v, beta1, beta2, step, scale, epsilon, keep, from, to);
        });
    }

    private static void adam(
            double[] p, double[] g, double[] m, double[] v,
            double beta1, double beta2, double step, double scale, double epsilon, double keep, int from, int to) {
        double rest1 = 1 - beta1;
        double rest2 = 1 - beta2;
        for (int i = from; i < to; i++) {
            double slope = g[i];
            double first = beta1 * m[i] + rest1 * slope;
            double second = beta2 * v[i] + rest2 * (slope * slope);
            m[i] = first;
            v[i] = second;
            p[i] = keep * p[i] - step * first / (scale * Math.sqrt(second) + epsilon);
        }
    }

    /**
     * m ← 0 where |m| ≤ 2⁻¹⁰¹: once in a while, between two steps, for moments that fade because a gradient stays 0. β m
     * would stop at a few units of 2⁻¹⁴⁹, below the normal numbers, with which processors take several times as long. A
     * gradient as small as 2⁻¹⁰¹ does not count: its square is 0.
     *
     * @param m the moments, changed
     */
    public static void fade(float[] m) {
        for (int i = 0; i < m.length; i++) {
            m[i] = Math.abs(m[i]) * Math.signum(m[i] * 0x1p-49f); // whose product is 0 below half of 2⁻¹⁴⁹
        }
    }

    /**
     * The same in double precision: m ← 0 where |m| ≤ 2⁻⁹⁰¹.
     *
     * @param m the moments, changed
     */
    public static void fade(double[] m) {
        for (int i = 0; i < m.length; i++) {
            m[i] = Math.abs(m[i]) * Math.signum(m[i] * 0x1p-174);
        }
    }

    /**
     * ‖x‖² = Σ x², in a fixed order: 4096 squares at a time in float, or in double where a float's range does not do.
     *
     * @param x the numbers
     * @return the sum of the squares
     */
    public static double squaredNorm(float[] x) {
        double sum = 0;
        float[] squares = SQUARES.get();
        for (int i = 0, n; i < x.length; i += n) {
            n = Math.min(TERMS, x.length - i);
            Loop.map(Unary.SQUARE, x, i, squares, 0, n);
            float part = Reduce.sum(squares, 0, n);
            sum += part >= SMALL && part <= Float.MAX_VALUE ? part : inDouble(x, i, n);
        }
        return sum;
    }

    private static double inDouble(float[] x, int from, int n) {
        double sum = 0;
        for (int i = from; i < from + n; i++) {
            sum += (double) x[i] * x[i];
        }
        return sum;
    }

    /**
     * ‖x‖² = Σ x², in a fixed order.
     *
     * @param x the numbers
     * @return the sum of the squares
     */
    public static double squaredNorm(double[] x) {
        double sum = 0;
        double[] squares = SQUARES_64.get();
        for (int i = 0, n; i < x.length; i += n) {
            n = Math.min(TERMS, x.length - i);
            Loop.map(Unary.SQUARE, x, i, squares, 0, n);
            sum += Reduce.sum(squares, 0, n);
        }
        return sum;
    }
}
