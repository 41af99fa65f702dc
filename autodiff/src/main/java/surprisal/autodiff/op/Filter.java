package surprisal.autodiff.op;

import java.util.Arrays;
import surprisal.autodiff.Op;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Shape;
import surprisal.kernels.Gemm.Form;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Panels;
import surprisal.kernels.Unary;
import surprisal.kernels.Workers;

/**
 * The states of a recurrent state-space model along a sequence of observations (Hafner et al. 2019, Eq. 4): for each t
 *
 * <p>h_t = GRU(f(s_{t−1} A + x_t), h_{t−1}), (μ_t, ρ_t) = f(h_t P + e_t) V + v, σ_t = softplus(ρ_t) + least,
 * s_t = μ_t + σ_t ε_t.
 *
 * <p>Inputs: x [T, B, k], e [T, B, l], ε [T, B, m], h_0 [B, n], s_0 [B, m], A [m, k], the GRU's W [k, 3n], b [3n],
 * U [n, 3n], c [3n], and P [n, l], V [l, 2m], v [2m]. What does not depend on the state (an action's part of x, an
 * observation's of e) is computed for all steps before. The output is [T, B, n + 3m]: h_t, s_t, μ_t and σ_t one after the
 * other.
 *
 * @param activation f; its f′ is a function of its value alone, see {@link Affine#fuses}
 * @param least the least σ
 */
public record Filter(Unary activation, double least) implements Op.Keeping {

    /* The rows of a batch know nothing of each other, and have the same bits in any company: a task takes some of them through
     * all steps, there and back, and waits for nobody. Only the gradients of the weights need all rows. They are not added up
     * step by step: what meets in them is kept for all steps, one after the other in memory, and each is one product over
     * T · B rows.
     *
     * With so few rows to pack a weight would take as long as its product: it is packed once for all steps, for the way back
     * transposed. */

    private static final int X = 0;
    private static final int E = 1;
    private static final int NOISE = 2;
    private static final int H0 = 3;
    private static final int S0 = 4;
    private static final int A = 5;
    private static final int W = 6;
    private static final int B = 7;
    private static final int U = 8;
    private static final int C = 9;
    private static final int P = 10;
    private static final int V = 11;
    private static final int BIAS = 12;

    /** Those that are packed; the two large ones are in different halves. */
    private static final int[] WEIGHTS = {A, W, P, U, V};

    /** About how many rows a task has, at most. The more, the less often the weights come from a far cache. */
    private static final int ROWS = 64;

    /** Rows that a product computes together: a task has whole such groups, but for the last one. */
    private static final int TILE = 8;

    /**
     * An op of this activation.
     *
     * @throws IllegalArgumentException if its derivative asks for more than its value
     */
    public Filter {
        if (!Affine.fuses(activation)) {
            throw new IllegalArgumentException("filter with " + activation + ": its derivative is not one of its value; "
                    + "take RELU, ELU, TANH, SIGMOID or EXP, or go step by step");
        }
    }

    @Override
    public Shape shape(Shape... in) {
        int n = in.length == 13 && in[H0].rank() == 2 ? in[H0].last() : -1;
        if (n < 0 || in[X].rank() != 3 || in[E].rank() != 3 || in[S0].rank() != 2) {
            throw wrong(in);
        }
        int steps = in[X].dim(0);
        int rows = in[X].dim(1);
        int k = in[X].last();
        int l = in[E].last();
        int m = in[S0].last();
        Shape[] fits = {
            Shape.of(steps, rows, k), Shape.of(steps, rows, l), Shape.of(steps, rows, m), Shape.of(rows, n), Shape.of(rows, m),
            Shape.of(m, k), Shape.of(k, 3 * n), Shape.of(3 * n), Shape.of(n, 3 * n), Shape.of(3 * n), Shape.of(n, l),
            Shape.of(l, 2 * m), Shape.of(2 * m)
        };
        for (int i = 0; i < fits.length; i++) {
            if (!in[i].equals(fits[i])) {
                throw wrong(in);
            }
        }
        return Shape.of(steps, rows, n + 3 * m);
    }

    private static IllegalArgumentException wrong(Shape... in) {
        return new IllegalArgumentException("filter of " + Arrays.toString(in) + ": it takes x [T, B, k], "
                + "e [T, B, l], ε [T, B, m], h₀ [B, n], s₀ [B, m], A [m, k], W [k, 3n], b [3n], U [n, 3n], c [3n], P [n, l], "
                + "V [l, 2m], v [2m]");
    }

    /** The sizes, and where in the kept numbers each part begins: of all steps, unless it says otherwise. */
    private static final class Plan {
        final int steps;
        final int rows;
        final int k;
        final int l;
        final int m;
        final int n;
        final int h; // of one step more than there are, like s
        final int s;
        final int x;
        final int gates;
        final int in;
        final int state;
        final int q;
        final int raw;
        final int rho;
        final int std;
        final int dx;
        final int dq;
        final int dNoise;
        final int dh; // of one step, like the next two
        final int dhBefore;
        final int ds;
        final int a; // a packed weight, like the next four
        final int w;
        final int u;
        final int p;
        final int v;
        final int tasks;
        private long size;

        Plan(Shape x, Shape e, Shape h0, Shape s0) {
            steps = x.dim(0);
            rows = x.dim(1);
            k = x.last();
            l = e.last();
            m = s0.last();
            n = h0.last();
            long all = (long) steps * rows;
            h = next((all + rows) * n);
            s = next((all + rows) * m);
            this.x = next(all * k);
            gates = next(all * 3 * n);
            in = next(all * 3 * n);
            state = next(all * 3 * n);
            q = next(all * l);
            raw = next(all * 2 * m);
            rho = next(all * m);
            std = next(all * m);
            dx = next(all * k);
            dq = next(all * l);
            dNoise = next(all * m);
            dh = next((long) rows * n);
            dhBefore = next((long) rows * n);
            ds = next((long) rows * m);
            a = next(packed(m, k));
            w = next(packed(k, 3 * n));
            u = next(packed(n, 3 * n));
            p = next(packed(n, l));
            v = next(packed(l, 2 * m));
            tasks = tasks(rows);
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("filter of x " + x + " and h₀ " + h0 + " keeps " + size + " numbers for the way back: "
                        + "an array holds " + Integer.MAX_VALUE + "; take fewer steps or rows at a time");
            }
        }

        /** Where a part of this length begins. */
        private int next(long length) {
            long at = size;
            size += length;
            return (int) at; // of a size that fits
        }

        /** Where a weight is packed. */
        int at(int weight) {
            return switch (weight) {
                case A -> a;
                case W -> w;
                case U -> u;
                case P -> p;
                default -> v;
            };
        }

        /** A multiple of the threads, if there are rows enough. */
        private static int tasks(int rows) {
            int threads = Workers.threads();
            return Math.clamp((long) Math.ceilDiv(rows, ROWS * threads) * threads, 1, Math.max(1, rows / TILE));
        }

        /** The first row of a task: the tiles that are nearest to equal shares. */
        int first(int task) {
            return task == tasks ? rows : Math.round((float) task * rows / tasks / TILE) * TILE;
        }

        /** Room for a weight, as it is or transposed. */
        private static int packed(int k, int n) {
            return Math.max(Panels.size(n, k), Panels.size(k, n));
        }
    }

    private static Plan plan(Array... in) {
        return new Plan(in[X].shape(), in[E].shape(), in[H0].shape(), in[S0].shape());
    }

    @Override
    public int kept(Shape... in) {
        return (int) new Plan(in[X], in[E], in[H0], in[S0]).size;
    }

    @Override
    public void forward(Array[] in, Array out, Array kept) {
        Plan p = plan(in);
        Compute.copy(in[H0], 0, kept, p.h, p.rows * p.n);
        Compute.copy(in[S0], 0, kept, p.s, p.rows * p.m);
        Workers.run(WEIGHTS.length, t -> {
            Array weight = in[WEIGHTS[t]];
            Compute.pack(weight.shape().last(), weight.shape().dim(0), weight, kept, p.at(WEIGHTS[t]));
        });
        Workers.run(p.tasks, task -> {
            int first = p.first(task);
            int rows = p.first(task + 1) - first;
            for (int t = 0; t < p.steps; t++) {
                step(p, in, out, kept, t * p.rows + first, first, rows);
            }
        });
    }

    /** One step of some rows: from {@code at} on among those of all steps, from {@code first} on among those of one. */
    private void step(Plan p, Array[] in, Array out, Array kept, int at, int first, int rows) {
        int k = p.k;
        int l = p.l;
        int m = p.m;
        int n = p.n;
        int next = at + p.rows; // there is one state more than there are steps
        int input = p.in + first * 3 * n; // every step's in the same place: the way back has no need of it
        Compute.product(rows, k, m, kept, p.s + at * m, p.a, in[X], at * k, k, p.x + at * k);
        Compute.map(activation, kept, p.x + at * k, rows * k);
        Compute.product(rows, 3 * n, k, kept, p.x + at * k, p.w, in[B], 0, 0, input);
        Compute.product(rows, 3 * n, n, kept, p.h + at * n, p.u, in[C], 0, 0, p.state + at * 3 * n);
        Compute.gru(kept, input, kept, p.state + at * 3 * n, kept, p.h + at * n, rows, n,
                kept, p.gates + at * 3 * n, kept, p.h + next * n);
        Compute.product(rows, l, n, kept, p.h + next * n, p.p, in[E], at * l, l, p.q + at * l);
        Compute.map(activation, kept, p.q + at * l, rows * l);
        Compute.product(rows, 2 * m, l, kept, p.q + at * l, p.v, in[BIAS], 0, 0, p.raw + at * 2 * m);
        Compute.normalDraw(kept, p.raw + at * 2 * m, rows, m, least, in[NOISE], at * m, kept, p.rho + at * m,
                kept, p.std + at * m, kept, p.s + next * m);
        for (int r = at; r < at + rows; r++) {
            int to = r * (n + 3 * m);
            Compute.copy(kept, p.h + (r + p.rows) * n, out, to, n);
            Compute.copy(kept, p.s + (r + p.rows) * m, out, to + n, m);
            Compute.copy(kept, p.raw + r * 2 * m, out, to + n + m, m);
            Compute.copy(kept, p.std + r * m, out, to + n + 2 * m, m);
        }
    }

    @Override
    public void backward(Array[] in, Array out, Array kept, Array gOut, Array[] gIn, Store[] stores) {
        Plan p = plan(in);
        Workers.run(WEIGHTS.length, t -> {
            Array weight = in[WEIGHTS[t]];
            Compute.packTransposed(weight.shape().dim(0), weight.shape().last(), weight, kept, p.at(WEIGHTS[t]));
        });
        Compute.fill(0, kept, p.dh, p.rows * p.n);
        Compute.fill(0, kept, p.ds, p.rows * p.m);
        Workers.run(p.tasks, task -> {
            int first = p.first(task);
            int rows = p.first(task + 1) - first;
            for (int t = p.steps - 1; t >= 0; t--) {
                back(p, in, kept, gOut, t * p.rows + first, first, rows);
            }
        });
        gradients(p, kept, gIn, stores);
    }

    /** One step back: of rows from {@code at} on among those of all steps, from {@code first} on among those of one. */
    private void back(Plan p, Array[] in, Array kept, Array gOut, int at, int first, int rows) {
        int k = p.k;
        int l = p.l;
        int m = p.m;
        int n = p.n;
        int width = n + 3 * m;
        int dh = p.dh + first * n;
        int dhBefore = p.dhBefore + first * n;
        int ds = p.ds + first * m;
        for (int r = 0; r < rows; r++) {
            Compute.store(gOut, (at + r) * width, kept, dh + r * n, n, Store.ADD);
        }
        Compute.normalDrawGrad(gOut, at * width + n, width, rows, m, kept, ds, in[NOISE], at * m, kept, p.rho + at * m,
                kept, p.std + at * m, kept, p.raw + at * 2 * m, kept, p.dNoise + at * m);
        Compute.product(rows, l, 2 * m, kept, p.raw + at * 2 * m, p.v, p.dq + at * l);
        Compute.slope(activation, kept, p.q + at * l, kept, p.dq + at * l, rows * l);
        Compute.product(rows, n, l, kept, p.dq + at * l, p.p, kept, dh, n, dh);
        Compute.gruStateGrad(kept, p.gates + at * 3 * n, kept, dh, rows, n, kept, dhBefore, Store.SET);
        Compute.gruGrad(kept, p.gates + at * 3 * n, kept, p.state + at * 3 * n, kept, p.h + at * n, kept, dh, rows, n,
                kept, p.in + at * 3 * n, Store.SET, kept, p.state + at * 3 * n, Store.SET);
        Compute.product(rows, n, 3 * n, kept, p.state + at * 3 * n, p.u, kept, dhBefore, n, dh);
        Compute.product(rows, k, 3 * n, kept, p.in + at * 3 * n, p.w, p.dx + at * k);
        Compute.slope(activation, kept, p.x + at * k, kept, p.dx + at * k, rows * k);
        Compute.product(rows, m, k, kept, p.dx + at * k, p.a, ds);
    }

    /** The gradients, in the order of the inputs, since two may be one tensor. */
    private static void gradients(Plan p, Array kept, Array[] gIn, Store[] stores) {
        int all = p.steps * p.rows;
        int k = p.k;
        int l = p.l;
        int m = p.m;
        int n = p.n;
        int[] whole = {p.dx, p.dq, p.dNoise, p.dh, p.ds};
        for (int i = 0; i < whole.length; i++) {
            if (gIn[i] != null) {
                Compute.store(kept, whole[i], gIn[i], 0, gIn[i].size(), stores[i]);
            }
        }
        weight(all, m, k, kept, p.s, p.dx, gIn[A], stores[A]);
        weight(all, k, 3 * n, kept, p.x, p.in, gIn[W], stores[W]);
        bias(all, 3 * n, kept, p.in, gIn[B], stores[B]);
        weight(all, n, 3 * n, kept, p.h, p.state, gIn[U], stores[U]);
        bias(all, 3 * n, kept, p.state, gIn[C], stores[C]);
        weight(all, n, l, kept, p.h + p.rows * n, p.dq, gIn[P], stores[P]);
        weight(all, l, 2 * m, kept, p.q, p.raw, gIn[V], stores[V]);
        bias(all, 2 * m, kept, p.raw, gIn[BIAS], stores[BIAS]);
    }

    private static void weight(int rows, int in, int out, Array kept, int x, int d, Array g, Store store) {
        if (g != null) {
            Compute.product(Form.TN, in, out, rows, kept, x, kept, d, g, 0, store);
        }
    }

    private static void bias(int rows, int n, Array kept, int d, Array g, Store store) {
        if (g != null) {
            Compute.columns(rows, n, kept, d, g, store);
        }
    }
}
