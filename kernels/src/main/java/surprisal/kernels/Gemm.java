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

    /* The micro-kernel holds a tile of 4 rows × 2 vectors of C in registers and adds outer products to it: per step of k
     * two vectors of B and four broadcast elements of A, eight fused multiply-adds, no reduction. Eight independent
     * chains are what two units of four cycles need; a tile of 6 × 2 or more spills with sixteen registers (48 against
     * 112 GFLOP/s at 256 bits) and gains 3 % with thirty-two (GemmBench).
     *
     * B is packed into panels of two vectors, zero-padded, so that a panel of 256 steps stays in the first-level cache
     * and tails need no code. A is read where it lies: four rows are four streams for the prefetcher, and packing it
     * would cost more than it saves. */

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

    private static final int BLOCK_K = 256;

    /** Elements of B that are packed at a time: 4 MiB of floats. */
    private static final int PACKED = 1 << 20;

    /** Below this many multiply-adds the threads stay out: waking one costs more. */
    private static final long PARALLEL = 1 << 18;

    /** Elements of C that a task of an affine map finishes. */
    private static final int ROWS_OF = 1 << 14;

    private static final Tile<float[]> FLOAT = Simd.bits() > 0 ? new FloatTile() : new Tile.OfFloat();
    private static final Tile<double[]> DOUBLE = Simd.bits() > 0 ? new DoubleTile() : new Tile.OfDouble();

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
        multiply(FLOAT, form, m, n, k, a, ao, b, bo, c, co, store);
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
        multiply(DOUBLE, form, m, n, k, a, ao, b, bo, c, co, store);
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
        multiply(FLOAT, form, m, n, k, a, ao, b, bo, c, co, Store.SET);
        int rows = Math.max(1, ROWS_OF / Math.max(1, n));
        Workers.run(Math.ceilDiv(m, rows), t -> {
            int first = t * rows;
            int count = Math.min(rows, m - first);
            for (int i = first; i < first + count; i++) {
                for (int j = 0; j < n; j++) {
                    c[co + i * n + j] += bias[biasOffset + j];
                }
            }
            if (activation != null) {
                Loop.map(activation, c, co + first * n, c, co + first * n, count * n);
            }
        });
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
        multiply(DOUBLE, form, m, n, k, a, ao, b, bo, c, co, Store.SET);
        int rows = Math.max(1, ROWS_OF / Math.max(1, n));
        Workers.run(Math.ceilDiv(m, rows), t -> {
            int first = t * rows;
            int count = Math.min(rows, m - first);
            for (int i = first; i < first + count; i++) {
                for (int j = 0; j < n; j++) {
                    c[co + i * n + j] += bias[biasOffset + j];
                }
            }
            if (activation != null) {
                Loop.map(activation, c, co + first * n, c, co + first * n, count * n);
            }
        });
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
        each(batch, cs, (long) m * n * k, i -> multiply(
                form, m, n, k, a, ao + i * as, b, bo + i * bs, c, co + i * cs, i > 0 && cs == 0 ? Store.ADD : store));
    }

    private static void each(int batch, int cs, long work, IntConsumer product) {
        // few large products share the threads inside, many small ones side by side
        if (batch > 1 && cs != 0 && work < 64 * PARALLEL && work * batch >= PARALLEL) {
            int chunk = (int) Math.max(1, Math.min(batch, PARALLEL / 4 / Math.max(1, work)));
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

    private static <T> void multiply(
            Tile<T> tile, Form form, int m, int n, int k, T a, int ao, T b, int bo, T c, int co, Store store) {
        if (store == Store.SET) {
            tile.zero(c, co, m * n);
        }
        if (m == 0 || n == 0 || k == 0) {
            return;
        }
        if (n == 1 && m > 1) { // Cᵀ = op(B)ᵀ op(A)ᵀ: a column of one element would waste the lanes of a tile
            Form swapped = form.transposedA() ? Form.NN : Form.NT;
            multiply(tile, swapped, 1, m, k, b, bo, a, ao, c, co, Store.ADD);
            return;
        }
        int blocks = (k + BLOCK_K - 1) / BLOCK_K;
        int kc = (k + blocks - 1) / blocks;
        if (m == 1 && !form.transposedB()) {
            for (int p = 0; p < k; p += kc) {
                tile.row(n, Math.min(kc, k - p), a, ao + p, b, bo + p * n, n, c, co);
            }
            return;
        }
        int width = tile.columns();
        int nc = n <= PACKED / k ? n : Math.max(width, PACKED / k / width * width);
        boolean alone = (long) m * n * k < PARALLEL;
        for (int j = 0; j < n; j += nc) {
            new Product<>(tile, form, m, n, k, kc, a, ao, b, bo, c, co, j, Math.min(n, j + nc)).run(alone);
        }
    }

    /** The columns {@code from … to} of one product: packs those of B, then computes the tiles of C. */
    private record Product<T>(
            Tile<T> tile,
            Form form,
            int m,
            int n,
            int k,
            int kc,
            T a,
            int ao,
            T b,
            int bo,
            T c,
            int co,
            int from,
            int to) {

        void run(boolean alone) {
            int width = tile.columns();
            int panels = (to - from + width - 1) / width;
            T packed = tile.buffer(panels * width * k);
            int group = Math.max(1, 128 / width);
            int rows = m >= 256 ? 64 : 32;
            int across = (panels + group - 1) / group;
            int down = (m + rows - 1) / rows;
            if (alone) {
                pack(packed, 0, panels);
                block(packed, 0, m, 0, panels);
            } else {
                Workers.run(across, g -> pack(packed, g * group, Math.min(panels, (g + 1) * group)));
                Workers.run(across * down, t -> {
                    int g = t / down;
                    int r = t % down;
                    block(packed, r * rows, Math.min(m, (r + 1) * rows), g * group, Math.min(panels, (g + 1) * group));
                });
            }
        }

        private void pack(T packed, int firstPanel, int lastPanel) {
            int width = tile.columns();
            for (int q = firstPanel; q < lastPanel; q++) {
                int j = from + q * width;
                int columns = Math.min(width, to - j);
                if (form.transposedB()) {
                    tile.packTransposed(b, bo + j * k, k, k, columns, packed, q * width * k);
                } else {
                    tile.pack(b, bo + j, n, k, columns, packed, q * width * k);
                }
            }
        }

        private void block(T packed, int firstRow, int lastRow, int firstPanel, int lastPanel) {
            int width = tile.columns();
            int rowStep = form.transposedA() ? 1 : k;
            int stepOfK = form.transposedA() ? m : 1;
            for (int p = 0; p < k; p += kc) {
                int depth = Math.min(kc, k - p);
                for (int q = firstPanel; q < lastPanel; q++) {
                    int j = from + q * width;
                    int columns = Math.min(width, to - j);
                    int panel = q * width * k + p * width;
                    for (int i = firstRow; i < lastRow; i += Tile.ROWS) {
                        tile.add(
                                Math.min(Tile.ROWS, lastRow - i), columns, depth,
                                a, ao + i * rowStep + p * stepOfK, rowStep, stepOfK,
                                packed, panel, c, co + i * n + j, n);
                    }
                }
            }
        }
    }
}
