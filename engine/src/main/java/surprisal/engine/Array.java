package surprisal.engine;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Dense numbers in row-major order on the Java heap: a {@link Shape} and one {@code float[]} or {@code double[]} of
 * exactly that size. There are no views and no strides; what changes the order of elements copies them.
 */
public final class Array {
    private static final int WHOLE = 64;      // arrays up to this size are printed whole
    private static final int EDGE = 3;        // elements printed at each end of a longer axis
    private static final int LONGEST = 2000;  // characters, whatever the rank
    private static final int DEEPEST = 32;    // axes; a file may claim a million of length 1, the stack holds fewer
    private static final MathContext DIGITS = new MathContext(6);

    private final Shape shape;
    private final float[] f;                  // null iff d is not
    private final double[] d;

    private Array(Shape shape, float[] f, double[] d) {
        this.shape = shape;
        this.f = f;
        this.d = d;
    }

    /**
     * A FLOAT32 array around these numbers.
     *
     * @param shape its shape
     * @param data its elements in row-major order; not copied
     * @return the array
     * @throws IllegalArgumentException if the sizes differ
     */
    public static Array of(Shape shape, float[] data) {
        fits(shape, data.length);
        return new Array(shape, data, null);
    }

    /**
     * A FLOAT64 array around these numbers.
     *
     * @param shape its shape
     * @param data its elements in row-major order; not copied
     * @return the array
     * @throws IllegalArgumentException if the sizes differ
     */
    public static Array of(Shape shape, double[] data) {
        fits(shape, data.length);
        return new Array(shape, null, data);
    }

    private static void fits(Shape shape, int length) {
        if (shape.size() != length) {
            throw new IllegalArgumentException("shape " + shape + " has " + shape.size() + " elements, the data has "
                + length);
        }
    }

    /**
     * An array of zeros.
     *
     * @param shape its shape
     * @param precision its precision
     * @return a new array
     */
    public static Array zeros(Shape shape, Precision precision) {
        return switch (precision) {
            case FLOAT32 -> new Array(shape, new float[shape.size()], null);
            case FLOAT64 -> new Array(shape, null, new double[shape.size()]);
        };
    }

    /**
     * The lengths of the axes.
     *
     * @return the shape
     */
    public Shape shape() {
        return shape;
    }

    /**
     * Which of {@link #floats} and {@link #doubles} holds the numbers.
     *
     * @return the precision
     */
    public Precision precision() {
        return f != null ? Precision.FLOAT32 : Precision.FLOAT64;
    }

    /**
     * The number of elements.
     *
     * @return {@code shape().size()}
     */
    public int size() {
        return shape.size();
    }

    /**
     * The numbers themselves, not a copy.
     *
     * @return row-major elements
     * @throws IllegalStateException on a FLOAT64 array
     */
    public float[] floats() {
        if (f == null) throw other(Precision.FLOAT32);
        return f;
    }

    /**
     * The numbers themselves, not a copy.
     *
     * @return row-major elements
     * @throws IllegalStateException on a FLOAT32 array
     */
    public double[] doubles() {
        if (d == null) throw other(Precision.FLOAT64);
        return d;
    }

    private IllegalStateException other(Precision wanted) {
        return new IllegalStateException("this array of shape " + shape + " holds " + precision() + ", not " + wanted
            + ": convert it with to(" + wanted + ")");
    }

    /**
     * One element.
     *
     * @param flatIndex its row-major position
     * @return its value
     */
    public double at(int flatIndex) {
        return f != null ? f[flatIndex] : d[flatIndex];
    }

    /**
     * Replaces one element.
     *
     * @param flatIndex its row-major position
     * @param value its new value, rounded to the precision of this array
     */
    public void set(int flatIndex, double value) {
        if (f != null) f[flatIndex] = (float) value;
        else d[flatIndex] = value;
    }

    /**
     * The same numbers in another precision, rounded to nearest.
     *
     * @param precision the precision wanted
     * @return this array if it has that precision already, else a new one
     */
    public Array to(Precision precision) {
        if (precision == precision()) return this;
        Array to = zeros(shape, precision);
        for (int i = 0; i < size(); i++) to.set(i, at(i));
        return to;
    }

    /**
     * The same numbers in memory of their own.
     *
     * @return a new array
     */
    public Array copy() {
        return new Array(shape, f == null ? null : f.clone(), d == null ? null : d.clone());
    }

    /**
     * The same memory under another shape: a change of one is a change of the other.
     *
     * @param to a shape of the same size
     * @return an array that shares its numbers with this one
     * @throws IllegalArgumentException if the sizes differ
     */
    public Array reshaped(Shape to) {
        if (to.size() != size()) {
            throw new IllegalArgumentException("cannot reshape " + shape + " to " + to + ": " + size()
                + " elements against " + to.size());
        }
        return new Array(to, f, d);
    }

    /**
     * Sets every element.
     *
     * @param value the new value, rounded to the precision of this array
     */
    public void fill(double value) {
        Compute.fill(value, this, 0, size());
    }

    /**
     * The numbers in nested brackets, on one line, to six digits: {@code [[1, 0.5], [0, 2]]}. Of a long axis only both
     * ends are shown: {@code [0, 1, 2, …, 97, 98, 99] of shape [100]}.
     */
    @Override
    public String toString() {
        if (shape.rank() > DEEPEST) return "[…] of shape " + shape;
        StringBuilder text = new StringBuilder();
        write(text, 0, 0);
        if (text.length() > LONGEST) text.append(" …");
        if (size() > WHOLE || size() == 0) text.append(" of shape ").append(shape);
        return text.toString();
    }

    /** Appends the block that starts at element {@code from} and spans the axes from {@code axis} on. */
    private void write(StringBuilder text, int axis, int from) {
        if (axis == shape.rank()) {
            text.append(text(at(from)));
            return;
        }
        int n = shape.dim(axis), block = 1;
        for (int k = axis + 1; k < shape.rank(); k++) block *= shape.dim(k);
        text.append('[');
        for (int i = 0; i < n && size() > 0 && text.length() <= LONGEST; i++) {
            if (i > 0) text.append(", ");
            if (i == EDGE && n > 2 * EDGE && size() > WHOLE) {
                text.append("…, ");
                i = n - EDGE;
            }
            write(text, axis + 1, from + i * block);
        }
        text.append(']');
    }

    private String text(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) return Double.toString(x);
        if (x == 0) return 1 / x < 0 ? "-0" : "0";
        BigDecimal exact = f != null ? new BigDecimal(Float.toString((float) x)) : BigDecimal.valueOf(x);
        BigDecimal rounded = exact.round(DIGITS).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return exponent < -5 || exponent > 8 ? rounded.toString() : rounded.toPlainString();
    }
}
