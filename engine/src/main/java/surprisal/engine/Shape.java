package surprisal.engine;

import java.util.Arrays;

/**
 * The lengths of the axes of an array: {@code [batch, n]}. The last axis varies fastest in memory; a scalar is
 * {@code []}. Axes may be counted from the end: −1 is the last one. A length of zero is legal, and such an array is
 * empty.
 */
public final class Shape {
    private static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final int size;

    private Shape(int[] dims) {
        this.dims = dims;
        this.size = size(dims);
    }

    /**
     * The shape with these axis lengths.
     *
     * @param dims lengths, each ≥ 0; copied
     * @return the shape
     * @throws IllegalArgumentException if a length is negative or there are more than 2³¹ − 1 elements
     */
    public static Shape of(int... dims) {
        return dims.length == 0 ? SCALAR : new Shape(dims.clone());
    }

    /**
     * The shape of a single number, {@code []}: rank 0, one element.
     *
     * @return the shape
     */
    public static Shape scalar() {
        return SCALAR;
    }

    /** size = Π dims; zero if any axis is empty, however long the others are. */
    private static int size(int[] dims) {
        long size = 1;
        boolean empty = false, overflow = false;
        for (int n : dims) {
            if (n < 0) throw new IllegalArgumentException("shape " + Arrays.toString(dims) + " has a negative length");
            empty |= n == 0;
            if (n != 0 && size * n > Integer.MAX_VALUE) overflow = true;   // size ≤ 2³¹ here: no wrap in long
            else if (n != 0) size *= n;
        }
        if (empty) return 0;
        if (overflow) {
            throw new IllegalArgumentException("shape " + Arrays.toString(dims)
                + " has more than 2147483647 elements: split it along an axis");
        }
        return (int) size;
    }

    /**
     * The number of axes.
     *
     * @return ≥ 0
     */
    public int rank() {
        return dims.length;
    }

    /**
     * The length of one axis.
     *
     * @param axis −rank ≤ axis &lt; rank
     * @return its length
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int dim(int axis) {
        return dims[axis(axis)];
    }

    /**
     * All lengths.
     *
     * @return a copy
     */
    public int[] dims() {
        return dims.clone();
    }

    /**
     * The number of elements, Π dims; one for a scalar.
     *
     * @return ≥ 0
     */
    public int size() {
        return size;
    }

    /**
     * The length of the last axis.
     *
     * @return its length
     * @throws IndexOutOfBoundsException on a scalar, which has none
     */
    public int last() {
        return dims[axis(-1)];
    }

    /**
     * {@code [.., n] → [..]}.
     *
     * @return the shape without its last axis
     * @throws IndexOutOfBoundsException on a scalar, which has none
     */
    public Shape dropLast() {
        return without(-1);
    }

    /**
     * {@code [a, b, c]} with axis 1 as n is {@code [a, n, c]}.
     *
     * @param axis −rank ≤ axis &lt; rank
     * @param n its new length
     * @return the new shape
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public Shape with(int axis, int n) {
        int[] to = dims.clone();
        to[axis(axis)] = n;
        return new Shape(to);
    }

    /**
     * {@code [a, b, c]} without axis 1 is {@code [a, c]}.
     *
     * @param axis −rank ≤ axis &lt; rank
     * @return the new shape, one axis fewer
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public Shape without(int axis) {
        int at = axis(axis);
        if (dims.length == 1) return SCALAR;
        int[] to = new int[dims.length - 1];
        System.arraycopy(dims, 0, to, 0, at);
        System.arraycopy(dims, at + 1, to, at, to.length - at);
        return new Shape(to);
    }

    /**
     * The axis counted from the front.
     *
     * @param axis −rank ≤ axis &lt; rank; negative counts from the end
     * @return 0 ≤ axis &lt; rank
     * @throws IndexOutOfBoundsException if there is no such axis
     */
    public int axis(int axis) {
        int at = axis < 0 ? axis + dims.length : axis;
        if (at < 0 || at >= dims.length) {
            throw new IndexOutOfBoundsException(dims.length == 0
                ? "a scalar, shape [], has no axis " + axis
                : "shape " + this + " has no axis " + axis + ": axes are " + -dims.length + " to " + (dims.length - 1));
        }
        return at;
    }

    /**
     * The shape that both stretch to, as in NumPy: axes are matched from the last one, and where one has length 1 (or
     * is missing) the other's length is taken.
     *
     * @param that the other shape
     * @param op who asks, for the message
     * @return the common shape
     * @throws IllegalArgumentException if an axis has two different lengths, neither of them 1
     */
    public Shape broadcast(Shape that, String op) {
        int rank = Math.max(rank(), that.rank());
        boolean isThis = rank == rank(), isThat = rank == that.rank();
        for (int back = 1; back <= rank; back++) {
            int a = fromLast(back), b = that.fromLast(back);
            if (a != b && a != 1 && b != 1) {
                throw new IllegalArgumentException("cannot broadcast " + this + " with " + that + " in " + op
                    + ": axis -" + back + " has " + a + " against " + b);
            }
            isThis &= a == b || b == 1;
            isThat &= a == b || a == 1;
        }
        if (isThis) return this; // the usual cases make no object
        if (isThat) return that;
        int[] to = new int[rank];
        for (int back = 1; back <= rank; back++) {
            int a = fromLast(back);
            to[rank - back] = a == 1 ? that.fromLast(back) : a;
        }
        return new Shape(to);
    }

    /** The length of an axis counted from the last one, which is 1; one where there is no such axis. */
    private int fromLast(int back) {
        return back <= dims.length ? dims[dims.length - back] : 1;
    }

    /**
     * Whether that one's axes are the last of these, in their order: then it repeats in this one without a stretch
     * inside.
     *
     * @param that the other shape
     * @return whether they are; a scalar ends every shape
     */
    public boolean endsWith(Shape that) {
        int more = dims.length - that.dims.length;
        return more >= 0 && Arrays.equals(dims, more, dims.length, that.dims, 0, that.dims.length);
    }

    @Override
    public boolean equals(Object that) {
        return this == that || (that instanceof Shape s && Arrays.equals(dims, s.dims));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** {@code [2, 3]}; {@code []} for a scalar. */
    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
