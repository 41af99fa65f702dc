package surprisal.kernels;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;

/** One product at a time, in blocks; each thread keeps one of these with its buffers, so that a product allocates nothing. */
final class Product<T> {

    /* C's columns are cut so that a block of B, all of its columns and at most 256 steps of k, stays packed in the
     * second-level cache. B is packed once, into panels as wide as a tile, each of which stays in or near the first-level
     * cache while the tiles of some rows of C use it; for a few rows of C that would not pay. The tiles write C = D + A·B: D
     * is a row of zeros where C is new, so C is neither cleared nor read, and C itself later.
     *
     * A is read where it lies if its rows are stored as such: a tile's rows are streams for the prefetcher. Stored
     * transposed, each step of k would be on another page: then it is packed like B. Packing by columns is dear, so a large
     * B that is stored transposed takes the part of A, and Cᵀ is turned at the end. A packed A should serve all columns: where
     * each panel of B is used at once, and never again, more of them than the cache holds are packed in one go.
     *
     * Tasks are in the order of C's longer side, and a thread begins with its own share of them (see Workers): of the
     * larger operand it reads its own part only. Where that is B, a panel is packed by the thread that comes to a tile of it
     * first, and all need not meet before the tiles. */

    static final int BLOCK_K = 256;

    /** Elements of B that are packed at a time: 384 KiB of floats. */
    private static final int PACKED = 3 << 15;

    /** Rows of a transposed A that are packed at a time. */
    private static final int ROWS_OF_A = 512;

    /** With no more rows of C than this, B is read where it lies. */
    private static final int FEW_ROWS = 64;

    /** With fewer columns than this, so is a transposed A. */
    private static final int FEW_COLUMNS = 64;

    /** With no more elements, C may be computed as its transpose first. */
    private static final int TURNED = 1 << 18;

    /** Rows or steps of k that one task packs. */
    private static final int SLICE = 32;

    /** Elements of a row of C that one task makes of rows of a transposed B. */
    private static final int DOTS = 64;

    /** States of a panel of B, each in a line of the cache of its own. */
    private static final int RAW = 0;

    private static final int TAKEN = 1;
    private static final int READY = 2;
    private static final int APART = 32;

    /** Looks at a panel's state before its thread may be off the processor. */
    private static final int SPINS = 1 << 12;

    /** Below this many multiply-adds the threads stay out: waking one costs more. */
    static final long PARALLEL = 1 << 18;

    private final Tile<T> tile;
    private final int lanes;
    private int narrow;
    private final int wide;
    private final int group;
    private final IntConsumer packing = this::pack;
    private final IntConsumer tiling = this::tiles;
    private final IntConsumer turning = this::turn;
    private final IntConsumer dotting = this::dots;
    private T packedA;
    private T packedB;
    private AtomicIntegerArray states = new AtomicIntegerArray(16 * APART);
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
    private int slicesOfB;
    private int down;

    Product(Tile<T> tile) {
        this.tile = tile;
        this.lanes = tile.lanes();
        this.wide = tile.wide();
        this.group = tile.group();
        this.packedA = tile.array(0);
        this.packedB = tile.array(0);
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
            case NT -> m > FEW_ROWS && (long) (n - m) * k > 2L * m * n && 10 * empty(m) < m;
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
        int mc = packsA ? ROWS_OF_A : m;
        int limit = packsA && byColumns() && m <= mc ? 4 * PACKED : PACKED;
        int most = Math.max(lanes, limit / kc / lanes * lanes);
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
        boolean packsB = i == 0 && lying < panels;
        if (packsB && byColumns()) {
            raw();
        }
        slicesOfB = !packsB || byColumns() ? 0 : form.transposedB() ? panels - lying : Math.ceilDiv(depth, SLICE);
        int slicesOfA = packsA ? Math.ceilDiv(depth, SLICE) : 0;
        packedB = room(packedB, first(panels) * depth);
        packedA = room(packedA, packsA ? Math.ceilDiv(rows, group) * group * depth : 0);
        down = down(rows);
        share(alone, slicesOfA + slicesOfB, packing);
        share(alone, down * Math.ceilDiv(panels, panelsOfTask()), tiling);
    }

    private void raw() {
        if (states.length() < panels * APART) {
            states = new AtomicIntegerArray(panels * APART);
        }
        for (int q = lying; q < panels; q++) {
            states.set(q * APART, RAW);
        }
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

    private void pack(int t) {
        if (t >= slicesOfB) {
            int from = (t - slicesOfB) * SLICE;
            int count = Math.min(SLICE, depth - from);
            for (int row = 0; row < rows; row += group) {
                tile.pack(
                        a, ao + (p + from) * m + i + row, m, count, Math.min(group, rows - row),
                        packedA, row * depth + from * group, group);
            }
        } else if (form.transposedB()) {
            pack(lying + t, 0, depth);
        } else {
            int from = t * SLICE;
            int count = Math.min(SLICE, depth - from);
            for (int q = lying; q < panels; q++) {
                pack(q, from, count);
            }
        }
    }

    /** Some steps of k of panel q of B. */
    private void pack(int q, int from, int count) {
        int at = first(q);
        int width = first(q + 1) - at;
        int some = Math.min(width, columns - at);
        int to = at * depth + from * width;
        if (form.transposedB()) {
            tile.packTransposed(b, bo + (j + at) * k + p + from, k, count, some, width, packedB, to, width);
        } else {
            tile.pack(b, bo + (p + from) * n + j + at, n, count, some, packedB, to, width);
        }
    }

    /** Packs panel q, or waits for the thread that does. */
    private void prepare(int q) {
        if (states.compareAndSet(q * APART, RAW, TAKEN)) {
            try {
                pack(q, 0, depth);
            } finally {
                states.set(q * APART, READY);
            }
        }
        for (int spins = 0; states.get(q * APART) != READY; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
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
        for (int q = firstPanel; q < lastPanel; q++) {
            int from = first(q);
            int width = first(q + 1) - from;
            boolean lies = q < lying;
            if (!lies && byColumns() && states.get(q * APART) != READY) {
                prepare(q);
            }
            T panel = lies ? b : packedB;
            int po = lies ? bo + p * n + j + from : from * depth;
            int xo = packsA ? firstRow * depth : ao + (i + firstRow) * rowStep + p * stepOfK;
            int at = co + (i + firstRow) * n + j + from;
            tile.multiply(
                    lastRow - firstRow, Math.min(width, columns - from), width, depth,
                    packsA ? packedA : a, xo, rowStep, (packsA ? depth : rowStep) * group, stepOfK, panel, po, lies ? n : width,
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
