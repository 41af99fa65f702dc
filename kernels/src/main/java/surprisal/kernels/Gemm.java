package surprisal.kernels;

import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * C = op(A) · op(B) or C += op(A) · op(B) for row-major matrices, with op(A) m × k, op(B) k × n and C m × n.
 *
 * <p>Every element of C is the same sum whatever path computes it: k is cut into ⌈k/256⌉ equal blocks (the last may be
 * shorter), each block is a chain of fused multiply-adds from zero in the order of k, and the blocks are added to C one
 * after the other. So the bits depend on k alone: not on m, n, the vector width or the threads, and a batch has the
 * bits of its rows.
 */
public final class Gemm {

    /** Which of the operands is stored transposed: the first letter is A's, the second B's. */
    public enum Form {
        /** A is stored m × k, B is stored k × n. */
        NN,
        /** A is stored m × k, B is stored n × k. */
        NT,
        /** A is stored k × m, B is stored k × n. */
        TN,
        /** A is stored k × m, B is stored n × k. */
        TT;

        boolean transposedA() {
            return this == TN || this == TT;
        }

        boolean transposedB() {
            return this == NT || this == TT;
        }
    }

    /** What becomes of the old C. */
    public enum Store {
        /** C = product. */
        SET,
        /** C += product. */
        ADD
    }

    /** Multiply-adds of scalar tiles, before those in vectors are loaded and compiled; WarmUp tells why. */
    private static final long HEAD = 1L << 28;

    private static final Tile<float[]> SCALAR_TILE = new Tile.OfFloat();

    private static final ThreadLocal<Product<float[]>> SCALAR = ThreadLocal.withInitial(() -> new Product<>(SCALAR_TILE));

    private static final Tile<double[]> SCALAR_TILE_64 = new Tile.OfDouble();

    private static final ThreadLocal<Product<double[]>> SCALAR_64 =
            ThreadLocal.withInitial(() -> new Product<>(SCALAR_TILE_64));

    /** What is left of them; a race changes the time alone. */
    private static long scalarLeft = Simd.bits() == 0 ? Long.MAX_VALUE : Simd.atOnce() ? 0 : HEAD;

    /** Apart, so that the vectors are loaded when they are wanted. */
    private static final class Vectors {
        static final FloatTile TILE = new FloatTile();
        static final ThreadLocal<Product<float[]>> FLOAT = ThreadLocal.withInitial(() -> new Product<>(TILE));
    }

    /** Of doubles. */
    private static final class Vectors64 {
        static final DoubleTile TILE = new DoubleTile();
        static final ThreadLocal<Product<double[]>> DOUBLE = ThreadLocal.withInitial(() -> new Product<>(TILE));
    }

    /** The tile in vectors, if there are any. */
    static Tile<float[]> tile() {
        return Simd.bits() > 0 ? Vectors.TILE : SCALAR_TILE;
    }

    /** The tile of doubles in vectors, if there are any. */
    static Tile<double[]> tile64() {
        return Simd.bits() > 0 ? Vectors64.TILE : SCALAR_TILE_64;
    }

    /** The product that takes so many multiply-adds. */
    private static Product<float[]> floats(long work) {
        return warm(work) ? Vectors.FLOAT.get() : SCALAR.get();
    }

    private static Product<double[]> doubles(long work) {
        return warm(work) ? Vectors64.DOUBLE.get() : SCALAR_64.get();
    }

    private static boolean warm(long work) {
        if (scalarLeft <= 0) {
            return true;
        }
        if (scalarLeft != Long.MAX_VALUE) {
            scalarLeft -= work;
        }
        return false;
    }

    private Gemm() {}

    /**
     * C = op(A) · op(B), or C += op(A) · op(B).
     *
     * @param form which operands are stored transposed
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, from index {@code ao}
     * @param ao offset of A
     * @param b B, from index {@code bo}
     * @param bo offset of B
     * @param c C, from index {@code co}; shares no memory with A or B
     * @param co offset of C
     * @param store whether C is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short for its matrix
     * @throws IllegalArgumentException if a size is negative
     */
    public static void multiply(
            Form form, int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, Store store) {
        check(m, n, k, a.length, ao, b.length, bo, c.length, co);
        floats((long) m * n * k).run(form, m, n, k, a, ao, b, bo, c, co, store, null, 0, null);
    }

    /**
     * The same in double precision.
     *
     * @param form which operands are stored transposed
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, from index {@code ao}
     * @param ao offset of A
     * @param b B, from index {@code bo}
     * @param bo offset of B
     * @param c C, from index {@code co}; shares no memory with A or B
     * @param co offset of C
     * @param store whether C is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short for its matrix
     * @throws IllegalArgumentException if a size is negative
     */
    public static void multiply(
            Form form, int m, int n, int k, double[] a, int ao, double[] b, int bo, double[] c, int co, Store store) {
        check(m, n, k, a.length, ao, b.length, bo, c.length, co);
        doubles((long) m * n * k).run(form, m, n, k, a, ao, b, bo, c, co, store, null, 0, null);
    }

    /**
     * C = f(op(A) · op(B) + bias): bit for bit what {@link #multiply}, the addition of the bias to every row and
     * {@link Loop#map} give one after the other, done while the rows of C are still in the cache.
     *
     * @param form which operands are stored transposed
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, from index {@code ao}
     * @param ao offset of A
     * @param b B, from index {@code bo}
     * @param bo offset of B
     * @param bias the bias of each column, from index {@code biasOffset}
     * @param biasOffset offset of the bias
     * @param activation f, or null for none
     * @param c C, from index {@code co}; shares no memory with the others
     * @param co offset of C
     * @throws IndexOutOfBoundsException if an array is too short for its matrix
     * @throws IllegalArgumentException if a size is negative
     */
    public static void affine(
            Form form, int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] bias, int biasOffset,
            Unary activation, float[] c, int co) {
        check(m, n, k, a.length, ao, b.length, bo, c.length, co);
        Objects.checkFromIndexSize(biasOffset, n, bias.length);
        floats((long) m * n * k).run(form, m, n, k, a, ao, b, bo, c, co, Store.SET, bias, biasOffset, activation);
    }

    /**
     * The same in double precision.
     *
     * @param form which operands are stored transposed
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A, from index {@code ao}
     * @param ao offset of A
     * @param b B, from index {@code bo}
     * @param bo offset of B
     * @param bias the bias of each column, from index {@code biasOffset}
     * @param biasOffset offset of the bias
     * @param activation f, or null for none
     * @param c C, from index {@code co}; shares no memory with the others
     * @param co offset of C
     * @throws IndexOutOfBoundsException if an array is too short for its matrix
     * @throws IllegalArgumentException if a size is negative
     */
    public static void affine(
            Form form, int m, int n, int k, double[] a, int ao, double[] b, int bo, double[] bias, int biasOffset,
            Unary activation, double[] c, int co) {
        check(m, n, k, a.length, ao, b.length, bo, c.length, co);
        Objects.checkFromIndexSize(biasOffset, n, bias.length);
        doubles((long) m * n * k).run(form, m, n, k, a, ao, b, bo, c, co, Store.SET, bias, biasOffset, activation);
    }

    /**
     * {@code batch} products: the i-th takes A at {@code ao + i·as}, B at {@code bo + i·bs} and C at {@code co + i·cs}.
     * A step of zero uses the same matrix every time; for C, it adds the products up in the order of i.
     *
     * @param form which operands are stored transposed
     * @param batch how many products
     * @param m rows of each C
     * @param n columns of each C
     * @param k inner size
     * @param a the As
     * @param ao offset of the first A
     * @param as step from one A to the next
     * @param b the Bs
     * @param bo offset of the first B
     * @param bs step from one B to the next
     * @param c the Cs; shares no memory with A or B
     * @param co offset of the first C
     * @param cs step from one C to the next: 0, or at least m · n
     * @param store whether C is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short for its matrices
     * @throws IllegalArgumentException if a size is negative, or if the Cs would overlap
     */
    public static void multiply(
            Form form,
            int batch,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int as,
            float[] b,
            int bo,
            int bs,
            float[] c,
            int co,
            int cs,
            Store store) {
        check(batch, m, n, cs);
        if (batch == 1) { // without an object for the task
            multiply(form, m, n, k, a, ao, b, bo, c, co, store);
            return;
        }
        each(batch, cs, (long) m * n * k, i -> multiply(
                form, m, n, k, a, ao + i * as, b, bo + i * bs, c, co + i * cs, i > 0 && cs == 0 ? Store.ADD : store));
    }

    /**
     * The same in double precision.
     *
     * @param form which operands are stored transposed
     * @param batch how many products
     * @param m rows of each C
     * @param n columns of each C
     * @param k inner size
     * @param a the As
     * @param ao offset of the first A
     * @param as step from one A to the next
     * @param b the Bs
     * @param bo offset of the first B
     * @param bs step from one B to the next
     * @param c the Cs; shares no memory with A or B
     * @param co offset of the first C
     * @param cs step from one C to the next: 0, or at least m · n
     * @param store whether C is overwritten or added to
     * @throws IndexOutOfBoundsException if an array is too short for its matrices
     * @throws IllegalArgumentException if a size is negative, or if the Cs would overlap
     */
    public static void multiply(
            Form form,
            int batch,
            int m,
            int n,
            int k,
            double[] a,
            int ao,
            int as,
            double[] b,
            int bo,
            int bs,
            double[] c,
            int co,
            int cs,
            Store store) {
        check(batch, m, n, cs);
        if (batch == 1) { // without an object for the task
            multiply(form, m, n, k, a, ao, b, bo, c, co, store);
            return;
        }
        each(batch, cs, (long) m * n * k, i -> multiply(
                form, m, n, k, a, ao + i * as, b, bo + i * bs, c, co + i * cs, i > 0 && cs == 0 ? Store.ADD : store));
    }

    /** Products of so many multiply-adds each; what they write is apart unless cs is 0. */
    static void each(int batch, int cs, long work, IntConsumer product) {
        // few large products share the threads inside, many small ones side by side
        if (batch > 1 && cs != 0 && work < 64 * Product.PARALLEL && work * batch >= Product.PARALLEL) {
            int chunk = (int) Math.max(1, Math.min(batch, Product.PARALLEL / 4 / Math.max(1, work)));
            Workers.run(Math.ceilDiv(batch, chunk), t -> {
                for (int i = t * chunk, end = i + Math.min(chunk, batch - i); i < end; i++) {
                    product.accept(i);
                }
            });
        } else {
            for (int i = 0; i < batch; i++) {
                product.accept(i);
            }
        }
    }

    private static void check(int batch, int m, int n, int cs) {
        if (batch < 0) {
            throw new IllegalArgumentException("gemm of a batch of " + batch + ": it can't be negative");
        }
        if (batch > 1 && cs != 0 && Math.abs((long) cs) < (long) m * n) { // two threads would write one element
            throw new IllegalArgumentException("gemm of a batch with step %d of C: the products [%d, %d] would overlap; "
                    .formatted(cs, m, n) + "it takes 0 or at least " + (long) m * n);
        }
    }

    private static void check(int m, int n, int k, int a, int ao, int b, int bo, int c, int co) {
        if ((m | n | k) < 0) {
            throw new IllegalArgumentException("gemm of " + m + " × " + k + " × " + n + ": sizes can't be negative");
        }
        Objects.checkFromIndexSize((long) ao, (long) m * k, a);
        Objects.checkFromIndexSize((long) bo, (long) k * n, b);
        Objects.checkFromIndexSize((long) co, (long) m * n, c);
    }
}
