package surprisal.kernels;

/** How far a float is from the number it stands for. */
final class Ulps {

    private Ulps() {}

    /**
     * |y − exact| in ulp of the exact result, or in units of floor where that is larger. Infinite where one is
     * not-a-number and the other is not, or where one overflows and the other does not.
     */
    static double between(float y, double exact, double floor) {
        float nearest = (float) exact;
        if (Float.isNaN(y) || Float.isNaN(nearest)) {
            return Float.isNaN(y) == Float.isNaN(nearest) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (Float.isInfinite(y) || Float.isInfinite(nearest)) {
            return y == nearest ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(y - exact) / Math.max(Math.ulp(nearest), floor);
    }

    /** Zeros of any op, the borders of the number format, and the borders of the polynomials, with their neighbours. */
    static float[] special() {
        float[] borders = {
            0, Float.MIN_VALUE, Float.MIN_NORMAL, 1e-20f, 1f / 3, 0.34f, 0.5f, 0.55f, 0.6931472f, 0.7f, 0.7853982f,
            0.9f, 1, 1.4616321f, 1.5707964f, 2, 3.1415927f, 3.95f, 9.01f, 10, 11, 15, 17.32868f, 18, 65536, 87.33655f,
            88.72284f, 89, 103.27893f, 103.97208f, 104, 110, 0x1p24f, 0x1p64f, 1e30f, Float.MAX_VALUE
        };
        float[] x = new float[10 * borders.length + 3];
        int n = 0;
        for (float b : borders) {
            float up = b;
            float down = b;
            for (int i = 0; i < 5; i++) {
                x[n++] = i % 2 == 0 ? up : down;
                x[n++] = i % 2 == 0 ? -up : -down;
                up = i % 2 == 0 ? Math.nextUp(up) : up;
                down = i % 2 == 0 ? Math.nextDown(down) : down;
            }
        }
        x[n++] = Float.POSITIVE_INFINITY;
        x[n++] = Float.NEGATIVE_INFINITY;
        x[n] = Float.NaN;
        return x;
    }

    /** Every stride-th float, from the bit pattern `from` on, and then the special ones. */
    static float[] floats(int from, int stride) {
        float[] special = special();
        int n = (int) (((1L << 32) - from + stride - 1) / stride);
        float[] x = new float[n + special.length];
        for (int i = 0; i < n; i++) {
            x[i] = Float.intBitsToFloat((int) (from + (long) i * stride));
        }
        System.arraycopy(special, 0, x, n, special.length);
        return x;
    }
}
