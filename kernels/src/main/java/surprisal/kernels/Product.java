package surprisal.kernels;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** One product at a time, in blocks; each thread keeps one of these with its buffers, so that a product allocates nothing. */
final class Product<T> {

    /* The tiles write C = D + A·B: D is a row of zeros where C is new, so C is neither cleared nor read, and C itself later.
     * They read B from panels as wide as a tile, packed one behind the other, each of which stays in or near the first-level
     * cache while the tiles of some rows of C use it; for a few rows of C packing would not pay. A is read where it lies if its
     * rows are stored as such: a tile's rows are streams for the prefetcher. Stored transposed, each step of k would be on
     * another page: then some rows at a time are packed like a panel of B. Packing by columns is dear, so a large B that is
     * stored transposed takes the part of A, and Cᵀ is turned at the end.
     *
     * Tasks are in the order of C's longer side, and a thread begins with its own share of them (see Workers): of the larger
     * operand it needs its own part only, packs it piece by piece as its tiles come to it, and uses a piece at once and never
     * again. Of the smaller operand it needs everything again and again: as much as stays in the second-level cache at a time,
     * that is where C is cut into blocks. Each thread packs for itself what its tiles need, in its own memory: so threads meet
     * once a block, and no line of a cache goes from one to another, which takes as long as packing it, or much longer. */

    static final int BLOCK_K = 256;

    /** Elements of B in a block: 384 KiB of floats. */
    private static final int PACKED = 3 << 15;

    /** Rows of a transposed A in a block. */
    private static final int ROWS_OF_A = 512;

    /** With no more rows of C than this, B is read where it lies. */
    private static final int FEW_ROWS = 64;

    /** With fewer columns than this, so is a transposed A. */
    private static final int FEW_COLUMNS = 64;

    /** With no more elements, C may be computed as its transpose first. */
    private static final int TURNED = 1 << 18;

    /** What a second pass over C costs to begin with, in elements that need not be packed. */
    private static final int PASS = 1 << 12;

    /** Steps of k of a transposed A that are packed together. */
    private static final int SLICE = 32;

    /** Elements of a row of C that one task makes of rows of a transposed B. */
    private static final int DOTS = 64;

    /** Below this many multiply-adds the threads stay out: waking one costs more. */
    static final long PARALLEL = 1 << 18;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Tile<T> tile;
    private final int lanes;
    private int narrow;
    private final int wide;
    private final int group;
    private final IntConsumer tiling = this::tiles;
    private final IntConsumer turning = this::turn;
    private final IntConsumer dotting = this::dots;
    private final int number = COUNT.incrementAndGet();
    private T turned;

    // the product
    private Form form;
    private int m;
    private int n;
    private int k;
    private T a;
    private int ao;
    private T b;
    private int bo;
    private T c;
    private int co;
    private T bias;
    private int biasOffset;
    private Unary activation;

    // the block: columns j … j + columns of C, steps p … p + depth of k, rows i … i + rows
    private int j;
    private int columns;
    private int p;
    private int depth;
    private int i;
    private int rows;
    private boolean fresh;
    private boolean packsA;
    private int wides;
    private int panels;
    private int lying;
    private int down;

    // what a thread packs of the block: room for it, and the names of the first pieces
    private int sizeOfA;
    private long nameOfA;
    private int sizeOfB;
    private int placesOfB;
    private long nameOfB;
    private long lastName;

    Product(Tile<T> tile) {
        this.tile = tile;
        this.lanes = tile.lanes();
        this.wide = tile.wide();
        this.group = tile.group();
        this.turned = tile.array(0);
    }

    /** C = op(A) · op(B), or C += op(A) · op(B); with a bias, C = f(op(A) · op(B) + bias). */
    void run(
            Form form, int m, int n, int k, T a, int ao, T b, int bo, T c, int co, Store store, T bias, int biasOffset,
            Unary activation) {
        this.bias = null; // a column's product needs it only after the transposition
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0 || n == 1) {
            if (k > 0) { // Cᵀ = op(B)ᵀ op(A)ᵀ: a column of one element would waste the lanes of a tile
                Form swapped = form.transposedA() ? Form.NN : Form.NT;
                start(swapped, 1, m, k, b, bo, a, ao, c, co, store);
            } else if (store == Store.SET) {
                tile.zero(c, co, m * n);
            }
            if (bias != null) {
                tile.finish(bias, biasOffset, activation, m, n, c, co, n);
            }
            return;
        }
        boolean turns = turns(form, m, n, k, store);
        if (turns) {
            turned = room(turned, m * n);
            start(form, n, m, k, b, bo, a, ao, turned, 0, Store.SET); // Cᵀ = op(B)ᵀ op(A)ᵀ
        }
        this.bias = bias;
        this.biasOffset = biasOffset;
        this.activation = activation;
        if (turns) {
            this.m = m;
            this.n = n;
            this.c = c;
            this.co = co;
            share(false, down, turning);
            this.c = null;
        } else {
            start(form, m, n, k, a, ao, b, bo, c, co, store);
        }
        this.bias = null; // keep no caller's memory alive
    }

    /** Whether Cᵀ, turned at the end, takes less than C: it packs the smaller operand by columns, or has no empty columns. */
    private boolean turns(Form form, int m, int n, int k, Store store) {
        return store == Store.SET && (long) m * n <= TURNED && switch (form) {
            case NT -> m >= lanes && 3 * empty(m) < m && (long) (n - m) * k > 2L * m * n + PASS;
            case TN -> m >= 4 * n && (n <= lanes || (long) empty(n) * k > 32L * n);
            default -> false;
        };
    }

    /** Elements of the last vector of n that are beyond them. */
    private int empty(int n) {
        return Math.ceilDiv(n, lanes) * lanes - n;
    }

    private void start(Form form, int m, int n, int k, T a, int ao, T b, int bo, T c, int co, Store store) {
        this.form = form;
        this.m = m;
        this.n = n;
        this.k = k;
        this.a = a;
        this.ao = ao;
        this.b = b;
        this.bo = bo;
        this.c = c;
        this.co = co;
        int parts = Math.ceilDiv(k, BLOCK_K);
        int kc = Math.ceilDiv(k, parts);
        if (m == 1 && !form.transposedB()) {
            row(kc, store);
        } else if (m == 1) {
            fresh = store == Store.SET;
            share((long) n * k < PARALLEL, Math.ceilDiv(n, DOTS), dotting);
        } else {
            blocks(kc, store, (long) m * n * k < PARALLEL);
        }
        this.a = null;
        this.b = null;
        this.c = null;
    }

    private void row(int kc, Store store) {
        for (int p = 0; p < k; p += kc) {
            boolean fresh = p == 0 && store == Store.SET;
            T d = fresh ? tile.zeros() : c;
            tile.row(n, Math.min(kc, k - p), a, ao + p, b, bo + p * n, n, d, fresh ? 0 : co, fresh ? 0 : 1, c, co);
        }
        if (bias != null) {
            tile.finish(bias, biasOffset, activation, 1, n, c, co, n);
        }
    }

    /** Some elements of a row, each a row of B. */
    private void dots(int t) {
        int kc = Math.ceilDiv(k, Math.ceilDiv(k, BLOCK_K));
        int from = t * DOTS;
        int count = Math.min(DOTS, n - from);
        for (int p = 0; p < k; p += kc) {
            boolean first = p == 0 && fresh;
            tile.dots(
                    count, Math.min(kc, k - p), a, ao + p, b, bo + from * k + p, k,
                    first ? tile.zeros() : c, first ? 0 : co + from, first ? 0 : 1, c, co + from);
        }
        if (bias != null) {
            tile.finish(bias, biasOffset + from, activation, 1, count, c, co + from, n);
        }
    }

    private void blocks(int kc, Store store, boolean alone) {
        packsA = form.transposedA() && n >= FEW_COLUMNS;
        int mc = packsA && byColumns() ? ROWS_OF_A : m;
        int most = byColumns() ? n : Math.max(lanes, PACKED / kc / lanes * lanes);
        int nc = Math.ceilDiv(Math.ceilDiv(n, Math.ceilDiv(n, most)), lanes) * lanes;
        for (j = 0; j < n; j += nc) {
            columns = Math.min(nc, n - j);
            cut();
            for (p = 0; p < k; p += kc) {
                depth = Math.min(kc, k - p);
                fresh = p == 0 && store == Store.SET;
                for (i = 0; i < m; i += mc) {
                    rows = Math.min(mc, m - i);
                    block(alone);
                }
            }
        }
    }

    /** Cuts the columns into wide panels and, so that no vector is empty, one or two narrow ones, or into one of a vector. */
    private void cut() {
        int vectors = Math.ceilDiv(columns, lanes);
        narrow = vectors == 1 ? tile.slim() : tile.narrow();
        wides = wide == narrow || vectors == 1 ? 0 : vectors / 3 - (vectors % 3 == 1 ? 1 : 0);
        panels = wides + Math.ceilDiv(Math.max(0, columns - wides * wide), narrow);
        boolean whole = first(panels) == columns;
        lying = m > FEW_ROWS || form.transposedB() ? 0 : whole ? panels : panels - 1;
    }

    /** The first column of a panel. */
    private int first(int q) {
        return Math.min(q, wides) * wide + Math.max(0, q - wides) * narrow;
    }

    private void block(boolean alone) {
        down = down(rows);
        int padded = Math.ceilDiv(rows, group) * group;
        sizeOfA = depth * (byColumns() ? padded : Math.min(padded, Math.ceilDiv(Math.ceilDiv(rows, group), down) * group));
        placesOfB = byColumns() ? 1 : panels;
        sizeOfB = depth * (byColumns() ? wide : first(panels));
        if (i == 0) {
            nameOfB = lastName + 1;
            lastName += panels;
        }
        nameOfA = lastName + 1;
        lastName += down;
        share(alone, down * Math.ceilDiv(panels, panelsOfTask()), tiling);
    }

    private static void share(boolean alone, int tasks, IntConsumer task) {
        if (alone) {
            for (int t = 0; t < tasks; t++) {
                task.accept(t);
            }
        } else {
            Workers.run(tasks, task);
        }
    }

    private T room(T buffer, int size) {
        return tile.length(buffer) < size ? tile.array(size) : buffer;
    }

    /** How many tasks share the rows: a multiple of four where they are many, so that threads get the same. */
    private static int down(int rows) {
        int tasks = Math.ceilDiv(rows, rows >= 256 ? 64 : 32);
        return tasks <= 2 ? tasks : Math.ceilDiv(tasks, 4) * 4;
    }

    /** The first of a task's rows, where a group begins. */
    private int firstRow(int task) {
        return Math.min(rows, (int) ((long) Math.ceilDiv(rows, group) * task / down) * group);
    }

    /** Whether C's columns are its longer side. */
    private boolean byColumns() {
        return n > m;
    }

    private int panelsOfTask() {
        return byColumns() ? 1 : Math.max(1, 144 / wide);
    }

    /** Packs panel q of B, if the thread has not; where it is. */
    private int packPanel(Pieces<T> mine, T to, int q) {
        int from = first(q);
        int width = first(q + 1) - from;
        int place = byColumns() ? 0 : q;
        int at = byColumns() ? 0 : from * depth;
        if (mine.lacks(place, nameOfB + q)) {
            int some = Math.min(width, columns - from);
            if (form.transposedB()) {
                tile.packTransposed(b, bo + (j + from) * k + p, k, depth, some, width, to, at, width);
            } else {
                tile.pack(b, bo + p * n + j + from, n, depth, some, to, at, width);
            }
            mine.put(place, nameOfB + q);
        }
        return at;
    }

    /** Packs the rows of a transposed A that a part needs, if the thread has not; where its first row is. */
    private int packRows(Pieces<T> mine, T to, int part) {
        int first = byColumns() ? 0 : firstRow(part);
        long name = byColumns() ? nameOfA : nameOfA + part;
        if (mine.lacks(0, name)) {
            int count = byColumns() ? rows : firstRow(part + 1) - first;
            for (int s = 0; s < depth; s += SLICE) {
                int steps = Math.min(SLICE, depth - s);
                for (int row = 0; row < count; row += group) {
                    tile.pack(
                            a, ao + (p + s) * m + i + first + row, m, steps, Math.min(group, count - row),
                            to, row * depth + s * group, group);
                }
            }
            mine.put(0, name);
        }
        return (firstRow(part) - first) * depth;
    }

    /** Some columns of C from the rows of Cᵀ that the thread has made. */
    private void turn(int t) {
        int from = firstRow(t);
        int count = firstRow(t + 1) - from;
        tile.packTransposed(turned, from * m, m, m, count, count, c, co + from, n);
        if (bias != null) {
            tile.finish(bias, biasOffset + from, activation, m, count, c, co + from, n);
        }
    }

    /** The tiles of some rows and some panels. */
    private void tiles(int t) {
        int across = Math.ceilDiv(panels, panelsOfTask());
        int part = byColumns() ? t % down : t / across;
        int firstRow = firstRow(part);
        int lastRow = firstRow(part + 1);
        int firstPanel = (byColumns() ? t / down : t % across) * panelsOfTask();
        int lastPanel = Math.min(panels, firstPanel + panelsOfTask());
        int rowStep = form.transposedA() ? 1 : k;
        int stepOfK = packsA ? group : form.transposedA() ? m : 1;
        Pieces<T> ofA = tile.piecesOfA();
        Pieces<T> ofB = tile.piecesOfB();
        T x = packsA ? ofA.of(number, 1, sizeOfA) : a;
        T y = ofB.of(number, placesOfB, sizeOfB);
        int xo = packsA ? packRows(ofA, x, part) : ao + (i + firstRow) * rowStep + p * stepOfK;
        for (int q = firstPanel; q < lastPanel; q++) {
            int from = first(q);
            int width = first(q + 1) - from;
            boolean lies = q < lying;
            int po = lies ? bo + p * n + j + from : packPanel(ofB, y, q);
            int at = co + (i + firstRow) * n + j + from;
            tile.multiply(
                    lastRow - firstRow, Math.min(width, columns - from), width, depth,
                    x, xo, rowStep, (packsA ? depth : rowStep) * group, stepOfK, lies ? b : y, po, lies ? n : width,
                    fresh ? tile.zeros() : c, fresh ? 0 : at, fresh ? 0 : n, c, at, n);
        }
        if (bias != null && p + depth == k) {
            int from = first(firstPanel);
            int count = Math.min(columns, first(lastPanel)) - from;
            tile.finish(
                    bias, biasOffset + j + from, activation, lastRow - firstRow, count,
                    c, co + (i + firstRow) * n + j + from, n);
        }
    }
}
