package surprisal.engine;

import java.util.Arrays;
import surprisal.kernels.Affine;
import surprisal.kernels.BernoulliRows;
import surprisal.kernels.Binary;
import surprisal.kernels.Blocks;
import surprisal.kernels.Conv;
import surprisal.kernels.Gemm;
import surprisal.kernels.Gemm.Store;
import surprisal.kernels.Gru;
import surprisal.kernels.LayerNorm;
import surprisal.kernels.Loop;
import surprisal.kernels.NormalDraw;
import surprisal.kernels.NormalRows;
import surprisal.kernels.Panels;
import surprisal.kernels.Reduce;
import surprisal.kernels.Rows;
import surprisal.kernels.Unary;

/**
 * The kernels for arrays of either precision: this is the one place that asks which. All arrays of a call have the same
 * precision; shapes are the caller's affair, sizes are checked by the kernels.
 *
 * <p>An adjoint overwrites a gradient ({@link Store#SET}) or adds to it ({@link Store#ADD}); what it overwrites it does
 * not read.
 */
public final class Compute {

    private Compute() {}

    /**
     * y = f(x).
     *
     * @param f the op
     * @param x inputs
     * @param y outputs
     */
    public static void map(Unary f, Array x, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Loop.map(f, x.floats(), 0, y.floats(), 0, x.size());
        } else {
            Loop.map(f, x.doubles(), 0, y.doubles(), 0, x.size());
        }
    }

    /**
     * gx += g · f′(x).
     *
     * @param f the op
     * @param x inputs
     * @param y f(x)
     * @param g ∂loss/∂y
     * @param gx ∂loss/∂x
     * @param store whether it is overwritten or added to
     */
    public static void mapGrad(Unary f, Array x, Array y, Array g, Array gx, Store store) {
        if (x.precision() == Precision.FLOAT32) {
            Loop.mapGrad(f, x.floats(), 0, y.floats(), 0, g.floats(), 0, gx.floats(), 0, x.size(), store);
        } else {
            Loop.mapGrad(f, x.doubles(), 0, y.doubles(), 0, g.doubles(), 0, gx.doubles(), 0, x.size(), store);
        }
    }

    /**
     * y = f(a, b) over a run of numbers.
     *
     * @param f the op
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a, 1 or 0
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b, 1 or 0
     * @param y outputs
     * @param yo offset of y
     * @param n how many
     */
    public static void zip(Binary f, Array a, int ao, int as, Array b, int bo, int bs, Array y, int yo, int n) {
        if (a.precision() == Precision.FLOAT32) {
            Loop.zip(f, a.floats(), ao, as, b.floats(), bo, bs, y.floats(), yo, n);
        } else {
            Loop.zip(f, a.doubles(), ao, as, b.doubles(), bo, bs, y.doubles(), yo, n);
        }
    }

    /**
     * ga += g · ∂f/∂a over a run of numbers; g has y's offset, ga has a's.
     *
     * @param f the op
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a, 1 or 0
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b, 1 or 0
     * @param y outputs
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param ga ∂loss/∂a
     * @param n how many
     * @param store whether it is overwritten or added to
     */
    public static void zipGradA(
            Binary f, Array a, int ao, int as, Array b, int bo, int bs, Array y, int yo, Array g, Array ga, int n, Store store) {
        cleared(store, ga, ao, as == 0 ? 1 : n);
        if (a.precision() == Precision.FLOAT32) {
            Loop.zipGradA(
                    f, a.floats(), ao, as, b.floats(), bo, bs, y.floats(), yo, g.floats(), yo, ga.floats(), ao, n);
        } else {
            Loop.zipGradA(
                    f, a.doubles(), ao, as, b.doubles(), bo, bs, y.doubles(), yo, g.doubles(), yo, ga.doubles(), ao, n);
        }
    }

    /**
     * gb += g · ∂f/∂b over a run of numbers; g has y's offset, gb has b's.
     *
     * @param f the op
     * @param a first inputs
     * @param ao offset of a
     * @param as stride of a, 1 or 0
     * @param b second inputs
     * @param bo offset of b
     * @param bs stride of b, 1 or 0
     * @param y outputs
     * @param yo offset of y
     * @param g ∂loss/∂y
     * @param gb ∂loss/∂b
     * @param n how many
     * @param store whether it is overwritten or added to
     */
    public static void zipGradB(
            Binary f, Array a, int ao, int as, Array b, int bo, int bs, Array y, int yo, Array g, Array gb, int n, Store store) {
        cleared(store, gb, bo, bs == 0 ? 1 : n);
        if (a.precision() == Precision.FLOAT32) {
            Loop.zipGradB(
                    f, a.floats(), ao, as, b.floats(), bo, bs, y.floats(), yo, g.floats(), yo, gb.floats(), bo, n);
        } else {
            Loop.zipGradB(
                    f, a.doubles(), ao, as, b.doubles(), bo, bs, y.doubles(), yo, g.doubles(), yo, gb.doubles(), bo, n);
        }
    }

    /**
     * C = op(A) · op(B) or C += op(A) · op(B), {@code batch} times.
     *
     * @param form which operands are stored transposed
     * @param batch how many products
     * @param m rows of each C
     * @param n columns of each C
     * @param k inner size
     * @param a the As
     * @param as step from one A to the next
     * @param b the Bs
     * @param bs step from one B to the next
     * @param c the Cs
     * @param cs step from one C to the next; 0 adds all products up
     * @param store whether C is overwritten or added to
     */
    public static void matmul(
            Gemm.Form form,
            int batch,
            int m,
            int n,
            int k,
            Array a,
            int as,
            Array b,
            int bs,
            Array c,
            int cs,
            Store store) {
        if (a.precision() == Precision.FLOAT32) {
            Gemm.multiply(form, batch, m, n, k, a.floats(), 0, as, b.floats(), 0, bs, c.floats(), 0, cs, store);
        } else {
            Gemm.multiply(form, batch, m, n, k, a.doubles(), 0, as, b.doubles(), 0, bs, c.doubles(), 0, cs, store);
        }
    }

    /**
     * y = f(x W + b), {@code batch} times: [m, k] × [k, n] + [n] → [m, n].
     *
     * @param f the activation, or null for none
     * @param batch how many products, each with its own weights
     * @param m rows of each
     * @param n columns of each
     * @param k inner size
     * @param x inputs
     * @param xs step from one x to the next: m · k, or 0 for one that all share
     * @param w weights
     * @param b biases
     * @param y outputs
     */
    public static void affine(Unary f, int batch, int m, int n, int k, Array x, int xs, Array w, Array b, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Affine.apply(f, batch, m, n, k, x.floats(), xs, w.floats(), b.floats(), y.floats());
        } else {
            Affine.apply(f, batch, m, n, k, x.doubles(), xs, w.doubles(), b.doubles(), y.doubles());
        }
    }

    /**
     * δ = g · f′ in the place of g, and its sums over the rows of each product: what goes back through {@link #affine}
     * before its two products.
     *
     * @param f the activation, or null for none; its derivative is a function of y alone
     * @param batch how many products
     * @param y outputs
     * @param g ∂loss/∂y, overwritten with δ
     * @param m rows of each
     * @param n columns of each
     * @param gb ∂loss/∂b, or null if it is not wanted
     * @param store whether gb is overwritten or added to
     */
    public static void delta(Unary f, int batch, Array y, Array g, int m, int n, Array gb, Store store) {
        if (y.precision() == Precision.FLOAT32) {
            Affine.delta(f, batch, y.floats(), g.floats(), m, n, gb == null ? null : gb.floats(), store);
        } else {
            Affine.delta(f, batch, y.doubles(), g.doubles(), m, n, gb == null ? null : gb.doubles(), store);
        }
    }

    /**
     * y = Σ x l − log(1 + eˡ) over each row.
     *
     * @param l log-odds
     * @param x events, [m, n]; row r of the log-odds meets row r mod m
     * @param rows how many rows
     * @param n their length
     * @param y outputs
     */
    public static void bernoulliLogProb(Array l, Array x, int rows, int n, Array y) {
        if (l.precision() == Precision.FLOAT32) {
            BernoulliRows.logProb(l.floats(), x.floats(), rows, n, y.floats());
        } else {
            BernoulliRows.logProb(l.doubles(), x.doubles(), rows, n, y.doubles());
        }
    }

    /**
     * The adjoint of {@link #bernoulliLogProb} in the log-odds: gl = g (x − σ(l)).
     *
     * @param l log-odds
     * @param x events, [m, n]; row r of the log-odds meets row r mod m
     * @param g ∂loss/∂y
     * @param rows how many rows
     * @param n their length
     * @param gl ∂loss/∂l
     * @param store whether it is overwritten or added to
     */
    public static void bernoulliLogProbGrad(Array l, Array x, Array g, int rows, int n, Array gl, Store store) {
        if (l.precision() == Precision.FLOAT32) {
            BernoulliRows.logProbGrad(l.floats(), x.floats(), g.floats(), rows, n, gl.floats(), store);
        } else {
            BernoulliRows.logProbGrad(l.doubles(), x.doubles(), g.doubles(), rows, n, gl.doubles(), store);
        }
    }

    /**
     * y = a x, one factor a row.
     *
     * @param x inputs, [rows, n]
     * @param a factors, [rows]
     * @param rows how many rows
     * @param n their length
     * @param y outputs, [rows, n]
     * @param store whether they are overwritten or added to
     */
    public static void rowsScaled(Array x, Array a, int rows, int n, Array y, Store store) {
        cleared(store, y, 0, y.size());
        for (int r = 0; r < rows; r++) {
            zipGradA(Binary.TIMES, x, r * n, 1, a, r, 0, x, r * n, x, y, n, Store.ADD);
        }
    }

    /**
     * y = a + b · c.
     *
     * @param a what is added
     * @param b the first factor
     * @param c the second factor
     * @param y outputs
     */
    public static void plusTimes(Array a, Array b, Array c, Array y) {
        int n = y.size();
        if (y.precision() == Precision.FLOAT32) {
            float[] plus = a.floats();
            float[] left = b.floats();
            float[] right = c.floats();
            float[] to = y.floats();
            for (int i = 0; i < n; i++) {
                to[i] = plus[i] + left[i] * right[i];
            }
        } else {
            double[] plus = a.doubles();
            double[] left = b.doubles();
            double[] right = c.doubles();
            double[] to = y.doubles();
            for (int i = 0; i < n; i++) {
                to[i] = plus[i] + left[i] * right[i];
            }
        }
    }

    /**
     * y = D_KL[N(μ, σ²) ‖ N(μ₀, σ₀²)] over each row.
     *
     * @param in μ, σ, μ₀, σ₀
     * @param steps how far apart the rows of each of the four are: n, or 0 for one row that meets all
     * @param rows how many rows
     * @param n their length
     * @param y outputs
     */
    public static void normalKl(Array[] in, int[] steps, int rows, int n, Array y) {
        if (y.precision() == Precision.FLOAT32) {
            NormalRows.kl(in[0].floats(), in[1].floats(), in[2].floats(), in[3].floats(), steps, rows, n, y.floats());
        } else {
            NormalRows.kl(in[0].doubles(), in[1].doubles(), in[2].doubles(), in[3].doubles(), steps, rows, n, y.doubles());
        }
    }

    /**
     * The adjoint of {@link #normalKl} in one of its inputs.
     *
     * @param k which: 0 for μ, 1 for σ, 2 for μ₀, 3 for σ₀
     * @param in μ, σ, μ₀, σ₀
     * @param steps as in {@link #normalKl}
     * @param g ∂loss/∂y
     * @param rows how many rows
     * @param n their length
     * @param gx the gradient in that input
     * @param store whether it is overwritten or added to
     */
    public static void normalKlGrad(int k, Array[] in, int[] steps, Array g, int rows, int n, Array gx, Store store) {
        if (g.precision() == Precision.FLOAT32) {
            NormalRows.klGrad(k, in[0].floats(), in[1].floats(), in[2].floats(), in[3].floats(), steps, g.floats(), rows, n,
                    gx.floats(), store);
        } else {
            NormalRows.klGrad(k, in[0].doubles(), in[1].doubles(), in[2].doubles(), in[3].doubles(), steps, g.doubles(), rows,
                    n, gx.doubles(), store);
        }
    }

    /**
     * y = K x + bias, a convolution.
     *
     * @param conv K's sizes
     * @param x the images
     * @param w the kernel
     * @param bias a number for each filter, or null for none
     * @param y the outputs
     */
    public static void convolve(Conv conv, Array x, Array w, Array bias, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            conv.forward(x.floats(), w.floats(), bias == null ? null : bias.floats(), null, y.floats());
        } else {
            conv.forward(x.doubles(), w.doubles(), bias == null ? null : bias.doubles(), null, y.doubles());
        }
    }

    /**
     * y = K x or y += K x.
     *
     * @param conv K's sizes
     * @param x the images
     * @param w the kernel
     * @param y the outputs
     * @param store whether y is overwritten or added to
     */
    public static void convolve(Conv conv, Array x, Array w, Array y, Store store) {
        if (x.precision() == Precision.FLOAT32) {
            conv.forward(x.floats(), w.floats(), y.floats(), store);
        } else {
            conv.forward(x.doubles(), w.doubles(), y.doubles(), store);
        }
    }

    /**
     * x = Kᵀ y + bias, a transposed convolution.
     *
     * @param conv K's sizes
     * @param y what has the sizes of K's outputs
     * @param w the kernel
     * @param bias a number for each channel, or null for none
     * @param x the images
     */
    public static void convolveTransposed(Conv conv, Array y, Array w, Array bias, Array x) {
        if (x.precision() == Precision.FLOAT32) {
            conv.transpose(y.floats(), w.floats(), bias == null ? null : bias.floats(), null, x.floats());
        } else {
            conv.transpose(y.doubles(), w.doubles(), bias == null ? null : bias.doubles(), null, x.doubles());
        }
    }

    /**
     * x = Kᵀ y or x += Kᵀ y.
     *
     * @param conv K's sizes
     * @param y what has the sizes of K's outputs
     * @param w the kernel
     * @param x the images
     * @param store whether x is overwritten or added to
     */
    public static void convolveTransposed(Conv conv, Array y, Array w, Array x, Store store) {
        if (x.precision() == Precision.FLOAT32) {
            conv.transpose(y.floats(), w.floats(), x.floats(), store);
        } else {
            conv.transpose(y.doubles(), w.doubles(), x.doubles(), store);
        }
    }

    /**
     * ∂⟨y, K x⟩/∂w.
     *
     * @param conv K's sizes
     * @param x the images
     * @param y what has the sizes of K's outputs
     * @param w the gradient
     * @param store whether it is overwritten or added to
     */
    public static void convolveKernel(Conv conv, Array x, Array y, Array w, Store store) {
        if (x.precision() == Precision.FLOAT32) {
            conv.kernel(x.floats(), y.floats(), w.floats(), store);
        } else {
            conv.kernel(x.doubles(), y.doubles(), w.doubles(), store);
        }
    }

    /**
     * The gradient of a bias: Σ over all rows of g.
     *
     * @param g [.., n]
     * @param b [n]
     * @param store whether it is overwritten or added to
     */
    public static void biasGrad(Array g, Array b, Store store) {
        int rows = g.size() / Math.max(1, b.size());
        if (g.precision() == Precision.FLOAT32) {
            Conv.bias(g.floats(), rows, b.size(), b.floats(), store);
        } else {
            Conv.bias(g.doubles(), rows, b.size(), b.doubles(), store);
        }
    }

    /**
     * Σ over the middle axis: [outer, n, inner] → [outer, inner].
     *
     * @param x inputs
     * @param outer how many blocks
     * @param n length of the axis
     * @param inner elements behind each entry of the axis
     * @param y outputs
     */
    public static void sum(Array x, int outer, int n, int inner, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Reduce.sum(x.floats(), 0, outer, n, inner, y.floats(), 0);
        } else {
            Reduce.sum(x.doubles(), 0, outer, n, inner, y.doubles(), 0);
        }
    }

    /**
     * The adjoint of {@link #sum}: gx += g, repeated.
     *
     * @param g ∂loss/∂y
     * @param outer how many blocks
     * @param n length of the axis
     * @param inner elements behind each entry of the axis
     * @param gx ∂loss/∂x
     * @param store whether it is overwritten or added to
     */
    public static void sumGrad(Array g, int outer, int n, int inner, Array gx, Store store) {
        cleared(store, gx, 0, gx.size());
        if (g.precision() == Precision.FLOAT32) {
            Reduce.sumGrad(g.floats(), 0, outer, n, inner, gx.floats(), 0);
        } else {
            Reduce.sumGrad(g.doubles(), 0, outer, n, inner, gx.doubles(), 0);
        }
    }

    /**
     * The largest over the middle axis: [outer, n, inner] → [outer, inner].
     *
     * @param x inputs
     * @param outer how many blocks
     * @param n length of the axis
     * @param inner elements behind each entry of the axis
     * @param y outputs
     */
    public static void max(Array x, int outer, int n, int inner, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Reduce.max(x.floats(), 0, outer, n, inner, y.floats(), 0);
        } else {
            Reduce.max(x.doubles(), 0, outer, n, inner, y.doubles(), 0);
        }
    }

    /**
     * The adjoint of {@link #max}: equals share g.
     *
     * @param x inputs
     * @param y outputs
     * @param g ∂loss/∂y
     * @param outer how many blocks
     * @param n length of the axis
     * @param inner elements behind each entry of the axis
     * @param gx ∂loss/∂x
     * @param store whether it is overwritten or added to
     */
    public static void maxGrad(Array x, Array y, Array g, int outer, int n, int inner, Array gx, Store store) {
        cleared(store, gx, 0, gx.size());
        if (x.precision() == Precision.FLOAT32) {
            Reduce.maxGrad(x.floats(), 0, y.floats(), 0, g.floats(), 0, outer, n, inner, gx.floats(), 0);
        } else {
            Reduce.maxGrad(x.doubles(), 0, y.doubles(), 0, g.doubles(), 0, outer, n, inner, gx.doubles(), 0);
        }
    }

    /**
     * y = log Σ exp(x) over each row.
     *
     * @param x inputs
     * @param rows how many rows
     * @param n their length
     * @param y outputs
     */
    public static void logSumExp(Array x, int rows, int n, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Rows.logSumExp(x.floats(), 0, rows, n, y.floats(), 0);
        } else {
            Rows.logSumExp(x.doubles(), 0, rows, n, y.doubles(), 0);
        }
    }

    /**
     * y = exp(x) / Σ exp(x) over each row.
     *
     * @param x inputs
     * @param rows how many rows
     * @param n their length
     * @param y outputs
     */
    public static void softmax(Array x, int rows, int n, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Rows.softmax(x.floats(), 0, rows, n, y.floats(), 0);
        } else {
            Rows.softmax(x.doubles(), 0, rows, n, y.doubles(), 0);
        }
    }

    /**
     * y = x − log Σ exp(x) over each row.
     *
     * @param x inputs
     * @param rows how many rows
     * @param n their length
     * @param y outputs
     */
    public static void logSoftmax(Array x, int rows, int n, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            Rows.logSoftmax(x.floats(), 0, rows, n, y.floats(), 0);
        } else {
            Rows.logSoftmax(x.doubles(), 0, rows, n, y.doubles(), 0);
        }
    }

    /**
     * The adjoint of {@link #logSumExp}: gx += g · exp(x − y).
     *
     * @param x inputs
     * @param y outputs
     * @param g ∂loss/∂y
     * @param rows how many rows
     * @param n their length
     * @param gx ∂loss/∂x
     * @param store whether it is overwritten or added to
     */
    public static void logSumExpGrad(Array x, Array y, Array g, int rows, int n, Array gx, Store store) {
        cleared(store, gx, 0, gx.size());
        if (x.precision() == Precision.FLOAT32) {
            Rows.logSumExpGrad(x.floats(), 0, y.floats(), 0, g.floats(), 0, rows, n, gx.floats(), 0);
        } else {
            Rows.logSumExpGrad(x.doubles(), 0, y.doubles(), 0, g.doubles(), 0, rows, n, gx.doubles(), 0);
        }
    }

    /**
     * The adjoint of {@link #softmax}: gx += y (g − Σ g y).
     *
     * @param y outputs
     * @param g ∂loss/∂y
     * @param rows how many rows
     * @param n their length
     * @param gx ∂loss/∂x
     * @param store whether it is overwritten or added to
     */
    public static void softmaxGrad(Array y, Array g, int rows, int n, Array gx, Store store) {
        cleared(store, gx, 0, gx.size());
        if (y.precision() == Precision.FLOAT32) {
            Rows.softmaxGrad(y.floats(), 0, g.floats(), 0, rows, n, gx.floats(), 0);
        } else {
            Rows.softmaxGrad(y.doubles(), 0, g.doubles(), 0, rows, n, gx.doubles(), 0);
        }
    }

    /**
     * The adjoint of {@link #logSoftmax}: gx += g − exp(y) Σ g.
     *
     * @param y outputs
     * @param g ∂loss/∂y
     * @param rows how many rows
     * @param n their length
     * @param gx ∂loss/∂x
     * @param store whether it is overwritten or added to
     */
    public static void logSoftmaxGrad(Array y, Array g, int rows, int n, Array gx, Store store) {
        cleared(store, gx, 0, gx.size());
        if (y.precision() == Precision.FLOAT32) {
            Rows.logSoftmaxGrad(y.floats(), 0, g.floats(), 0, rows, n, gx.floats(), 0);
        } else {
            Rows.logSoftmaxGrad(y.doubles(), 0, g.doubles(), 0, rows, n, gx.doubles(), 0);
        }
    }

    /**
     * y[yo …] = x[xo …].
     *
     * @param x from
     * @param xo offset of x
     * @param y to
     * @param yo offset of y
     * @param n how many
     */
    public static void copy(Array x, int xo, Array y, int yo, int n) {
        if (Blocks.few(n, 1)) {
            copyRun(x, xo, y, yo, n);
        } else {
            Blocks.each(n, 1, (i, count) -> copyRun(x, xo + i, y, yo + i, count));
        }
    }

    private static void copyRun(Array x, int xo, Array y, int yo, int n) {
        if (x.precision() == Precision.FLOAT32) {
            System.arraycopy(x.floats(), xo, y.floats(), yo, n);
        } else {
            System.arraycopy(x.doubles(), xo, y.doubles(), yo, n);
        }
    }

    /**
     * y[yo …] = x.
     *
     * @param x the number
     * @param y to
     * @param yo offset of y
     * @param n how many
     */
    public static void fill(double x, Array y, int yo, int n) {
        if (Blocks.few(n, 1)) {
            fillRun(x, y, yo, n);
        } else {
            Blocks.each(n, 1, (i, count) -> fillRun(x, y, yo + i, count));
        }
    }

    private static void fillRun(double x, Array y, int yo, int n) {
        if (y.precision() == Precision.FLOAT32) {
            Arrays.fill(y.floats(), yo, yo + n, (float) x);
        } else {
            Arrays.fill(y.doubles(), yo, yo + n, x);
        }
    }

    /**
     * y[yo …] = x[xo …] or y[yo …] += x[xo …].
     *
     * @param x what is stored
     * @param xo offset of x
     * @param y to
     * @param yo offset of y
     * @param n how many
     * @param store whether y is overwritten or added to
     */
    public static void store(Array x, int xo, Array y, int yo, int n, Store store) {
        if (store == Store.SET) {
            copy(x, xo, y, yo, n);
        } else {
            zip(Binary.PLUS, y, yo, 1, x, xo, 1, y, yo, n);
        }
    }

    /**
     * {@link #store} of rows that lie apart.
     *
     * @param rows how many
     * @param n their length
     * @param x what is stored
     * @param xo offset of x
     * @param xStep from one row of x to the next
     * @param y to
     * @param yo offset of y
     * @param yStep from one row of y to the next
     * @param store whether y is overwritten or added to
     */
    public static void store(
            int rows, int n, Array x, int xo, int xStep, Array y, int yo, int yStep, Store store) {
        Blocks.each(rows, n, (first, count) -> {
            for (int r = first; r < first + count; r++) {
                store(x, xo + r * xStep, y, yo + r * yStep, n, store);
            }
        });
    }

    /**
     * y = scale · x + shift, rounded after each of the two.
     *
     * @param scale the factor
     * @param x inputs
     * @param shift what is added
     * @param y outputs
     */
    public static void linear(double scale, Array x, double shift, Array y) {
        int n = x.size();
        if (x.precision() == Precision.FLOAT32) {
            float[] from = x.floats();
            float[] to = y.floats();
            float s = (float) scale;
            float t = (float) shift;
            Blocks.each(n, 1, (first, count) -> {
                for (int i = first; i < first + count; i++) {
                    to[i] = s * from[i] + t;
                }
            });
        } else {
            double[] from = x.doubles();
            double[] to = y.doubles();
            Blocks.each(n, 1, (first, count) -> {
                for (int i = first; i < first + count; i++) {
                    to[i] = scale * from[i] + shift;
                }
            });
        }
    }

    /**
     * y += scale · x.
     *
     * @param scale the factor
     * @param x what is added
     * @param y to
     */
    public static void addScaled(double scale, Array x, Array y) {
        int n = x.size();
        if (x.precision() == Precision.FLOAT32) {
            float[] from = x.floats();
            float[] to = y.floats();
            float s = (float) scale;
            Blocks.each(n, 1, (first, count) -> {
                for (int i = first; i < first + count; i++) {
                    to[i] += s * from[i];
                }
            });
        } else {
            double[] from = x.doubles();
            double[] to = y.doubles();
            Blocks.each(n, 1, (first, count) -> {
                for (int i = first; i < first + count; i++) {
                    to[i] += scale * from[i];
                }
            });
        }
    }

    /**
     * y = scale · x or y += scale · x.
     *
     * @param scale the factor
     * @param x what is stored
     * @param y to
     * @param store whether y is overwritten or added to
     */
    public static void scaled(double scale, Array x, Array y, Store store) {
        if (store == Store.SET) {
            linear(scale, x, 0, y);
        } else {
            addScaled(scale, x, y);
        }
    }

    /**
     * Σ x over a run of numbers, in a fixed order.
     *
     * @param x the numbers
     * @param xo offset of x
     * @param n how many
     * @return the sum, of x's precision
     */
    public static double sum(Array x, int xo, int n) {
        return x.precision() == Precision.FLOAT32 ? Reduce.sum(x.floats(), xo, n) : Reduce.sum(x.doubles(), xo, n);
    }

    /**
     * A step of a gated recurrent unit, from its two products: see {@link Gru#step}.
     *
     * @param x [rows, 3n]
     * @param xo offset of x
     * @param u [rows, 3n]
     * @param uo offset of u
     * @param h [rows, n]
     * @param ho offset of h
     * @param rows how many rows
     * @param n the length of h
     * @param gates 3 · rows · n numbers for the adjoint
     * @param go offset of the gates
     * @param y [rows, n]
     * @param yo offset of y
     */
    public static void gru(
            Array x, int xo, Array u, int uo, Array h, int ho, int rows, int n, Array gates, int go, Array y, int yo) {
        if (x.precision() == Precision.FLOAT32) {
            Gru.step(x.floats(), xo, u.floats(), uo, h.floats(), ho, rows, n, gates.floats(), go, y.floats(), yo);
        } else {
            Gru.step(x.doubles(), xo, u.doubles(), uo, h.doubles(), ho, rows, n, gates.doubles(), go, y.doubles(), yo);
        }
    }

    /**
     * The adjoint of {@link #gru} in x and u: see {@link Gru#inputGrad}.
     *
     * @param gates what the step left
     * @param go offset of the gates
     * @param u [rows, 3n]
     * @param uo offset of u
     * @param h [rows, n]
     * @param ho offset of h
     * @param g ∂loss/∂y
     * @param gyo offset of g
     * @param rows how many rows
     * @param n the length of h
     * @param gx ∂loss/∂x, or null
     * @param gxo offset of gx
     * @param storeX whether it is overwritten or added to
     * @param gu ∂loss/∂u, or null
     * @param guo offset of gu
     * @param storeU whether it is overwritten or added to
     */
    public static void gruGrad(
            Array gates, int go, Array u, int uo, Array h, int ho, Array g, int gyo, int rows, int n,
            Array gx, int gxo, Store storeX, Array gu, int guo, Store storeU) {
        if (g.precision() == Precision.FLOAT32) {
            Gru.inputGrad(gates.floats(), go, u.floats(), uo, h.floats(), ho, g.floats(), gyo, rows, n,
                    gx == null ? null : gx.floats(), gxo, storeX, gu == null ? null : gu.floats(), guo, storeU);
        } else {
            Gru.inputGrad(gates.doubles(), go, u.doubles(), uo, h.doubles(), ho, g.doubles(), gyo, rows, n,
                    gx == null ? null : gx.doubles(), gxo, storeX, gu == null ? null : gu.doubles(), guo, storeU);
        }
    }

    /**
     * The adjoint of {@link #gru} in h, past the gates: see {@link Gru#stateGrad}.
     *
     * @param gates what the step left
     * @param go offset of the gates
     * @param g ∂loss/∂y
     * @param gyo offset of g
     * @param rows how many rows
     * @param n the length of h
     * @param gh ∂loss/∂h
     * @param gho offset of gh
     * @param store whether it is overwritten or added to
     */
    public static void gruStateGrad(
            Array gates, int go, Array g, int gyo, int rows, int n, Array gh, int gho, Store store) {
        if (g.precision() == Precision.FLOAT32) {
            Gru.stateGrad(gates.floats(), go, g.floats(), gyo, rows, n, gh.floats(), gho, store);
        } else {
            Gru.stateGrad(gates.doubles(), go, g.doubles(), gyo, rows, n, gh.doubles(), gho, store);
        }
    }

    /**
     * Layer normalisation: see {@link LayerNorm#value}.
     *
     * @param x [rows, n]
     * @param rows how many rows
     * @param n their length
     * @param gamma γ, [n]
     * @param beta β, [n]
     * @param epsilon ε
     * @param moments [rows, 2], for the adjoint
     * @param y [rows, n]
     */
    public static void layerNorm(
            Array x, int rows, int n, Array gamma, Array beta, double epsilon, Array moments, Array y) {
        if (x.precision() == Precision.FLOAT32) {
            LayerNorm.value(x.floats(), 0, rows, n, gamma.floats(), beta.floats(), (float) epsilon, moments.floats(), 0,
                    y.floats(), 0);
        } else {
            LayerNorm.value(x.doubles(), 0, rows, n, gamma.doubles(), beta.doubles(), epsilon, moments.doubles(), 0,
                    y.doubles(), 0);
        }
    }

    /**
     * The adjoint of {@link #layerNorm}.
     *
     * @param x [rows, n]
     * @param rows how many rows
     * @param n their length
     * @param gamma γ, [n]
     * @param moments what the value left
     * @param g ∂loss/∂y
     * @param gIn ∂loss/∂x, ∂loss/∂γ, ∂loss/∂β; null where not wanted
     * @param stores for each, whether it is overwritten or added to
     */
    public static void layerNormGrad(
            Array x, int rows, int n, Array gamma, Array moments, Array g, Array[] gIn, Store[] stores) {
        boolean single = x.precision() == Precision.FLOAT32;
        if (gIn[0] != null && single) {
            LayerNorm.inputGrad(x.floats(), 0, rows, n, gamma.floats(), moments.floats(), 0, g.floats(), 0,
                    gIn[0].floats(), 0, stores[0]);
        } else if (gIn[0] != null) {
            LayerNorm.inputGrad(x.doubles(), 0, rows, n, gamma.doubles(), moments.doubles(), 0, g.doubles(), 0,
                    gIn[0].doubles(), 0, stores[0]);
        }
        if (gIn[1] != null && single) {
            LayerNorm.scaleGrad(x.floats(), 0, rows, n, moments.floats(), 0, g.floats(), 0, gIn[1].floats(), stores[1]);
        } else if (gIn[1] != null) {
            LayerNorm.scaleGrad(
                    x.doubles(), 0, rows, n, moments.doubles(), 0, g.doubles(), 0, gIn[1].doubles(), stores[1]);
        }
        if (gIn[2] != null && single) {
            LayerNorm.shiftGrad(rows, n, g.floats(), 0, gIn[2].floats(), stores[2]);
        } else if (gIn[2] != null) {
            LayerNorm.shiftGrad(rows, n, g.doubles(), 0, gIn[2].doubles(), stores[2]);
        }
    }

    /**
     * C = op(A) · op(B) or C += op(A) · op(B), each from an offset on.
     *
     * @param form which operands are stored transposed
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param a A
     * @param ao offset of A
     * @param b B
     * @param bo offset of B
     * @param c C
     * @param co offset of C
     * @param store whether C is overwritten or added to
     */
    public static void product(
            Gemm.Form form, int m, int n, int k, Array a, int ao, Array b, int bo, Array c, int co, Store store) {
        if (a.precision() == Precision.FLOAT32) {
            Gemm.multiply(form, m, n, k, a.floats(), ao, b.floats(), bo, c.floats(), co, store);
        } else {
            Gemm.multiply(form, m, n, k, a.doubles(), ao, b.doubles(), bo, c.doubles(), co, store);
        }
    }

    /**
     * C = A · B with a B that was packed: see {@link Panels}. All three lie in one array.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param x where they lie
     * @param a offset of A
     * @param panels offset of the packed B
     * @param c offset of C
     */
    public static void product(int m, int n, int k, Array x, int a, int panels, int c) {
        if (x.precision() == Precision.FLOAT32) {
            Panels.multiply(m, n, k, x.floats(), a, x.floats(), panels, x.floats(), c);
        } else {
            Panels.multiply(m, n, k, x.doubles(), a, x.doubles(), panels, x.doubles(), c);
        }
    }

    /**
     * C = D + A · B with a B that was packed.
     *
     * @param m rows of C
     * @param n columns of C
     * @param k inner size
     * @param x where A, B and C lie
     * @param a offset of A
     * @param panels offset of the packed B
     * @param d where D lies
     * @param from offset of D
     * @param step from one row of D to the next: n, or 0 for one row that is added to all
     * @param c offset of C
     */
    public static void product(int m, int n, int k, Array x, int a, int panels, Array d, int from, int step, int c) {
        if (x.precision() == Precision.FLOAT32) {
            Panels.multiply(m, n, k, x.floats(), a, x.floats(), panels, d.floats(), from, step, x.floats(), c);
        } else {
            Panels.multiply(m, n, k, x.doubles(), a, x.doubles(), panels, d.doubles(), from, step, x.doubles(), c);
        }
    }

    /**
     * Packs B for {@link #product(int, int, int, Array, int, int, int)}.
     *
     * @param n its columns
     * @param k its rows
     * @param b B
     * @param to where it goes
     * @param o from which index on
     */
    public static void pack(int n, int k, Array b, Array to, int o) {
        if (b.precision() == Precision.FLOAT32) {
            Panels.pack(n, k, b.floats(), 0, to.floats(), o);
        } else {
            Panels.pack(n, k, b.doubles(), 0, to.doubles(), o);
        }
    }

    /**
     * Packs B for {@link #product(int, int, int, Array, int, int, int)} from Bᵀ.
     *
     * @param n its columns
     * @param k its rows
     * @param b Bᵀ, [n, k]
     * @param to where it goes
     * @param o from which index on
     */
    public static void packTransposed(int n, int k, Array b, Array to, int o) {
        if (b.precision() == Precision.FLOAT32) {
            Panels.packTransposed(n, k, b.floats(), 0, to.floats(), o);
        } else {
            Panels.packTransposed(n, k, b.doubles(), 0, to.doubles(), o);
        }
    }

    /**
     * x = f(x) over a run of numbers.
     *
     * @param f the op
     * @param x the numbers
     * @param xo offset of x
     * @param n how many
     */
    public static void map(Unary f, Array x, int xo, int n) {
        if (x.precision() == Precision.FLOAT32) {
            Loop.map(f, x.floats(), xo, x.floats(), xo, n);
        } else {
            Loop.map(f, x.doubles(), xo, x.doubles(), xo, n);
        }
    }

    /**
     * g = g · f′ over a run of numbers, where f′ is a function of y = f(x) alone.
     *
     * @param f the op
     * @param y f(x)
     * @param yo offset of y
     * @param g ∂loss/∂y, overwritten with ∂loss/∂x
     * @param go offset of g
     * @param n how many
     */
    public static void slope(Unary f, Array y, int yo, Array g, int go, int n) {
        if (y.precision() == Precision.FLOAT32) {
            Loop.mapGrad(f, y.floats(), yo, y.floats(), yo, g.floats(), go, g.floats(), go, n, Store.SET);
        } else {
            Loop.mapGrad(f, y.doubles(), yo, y.doubles(), yo, g.doubles(), go, g.doubles(), go, n, Store.SET);
        }
    }

    /**
     * Σ over the rows.
     *
     * @param rows how many
     * @param n their length
     * @param x [rows, n]
     * @param xo offset of x
     * @param y [n]
     * @param store whether y is overwritten or added to
     */
    public static void columns(int rows, int n, Array x, int xo, Array y, Store store) {
        if (x.precision() == Precision.FLOAT32) {
            LayerNorm.shiftGrad(rows, n, x.floats(), xo, y.floats(), store);
        } else {
            LayerNorm.shiftGrad(rows, n, x.doubles(), xo, y.doubles(), store);
        }
    }

    /**
     * A draw from a normal distribution: see {@link NormalDraw#draw}. All arrays but the noise have an offset each.
     *
     * @param raw [rows, 2n]
     * @param ro its offset
     * @param rows how many
     * @param n the length of μ
     * @param least the least σ
     * @param noise ε, [rows, n]
     * @param eo its offset
     * @param rho [rows, n]
     * @param po its offset
     * @param std [rows, n]
     * @param so its offset
     * @param s [rows, n]
     * @param to its offset
     */
    public static void normalDraw(
            Array raw, int ro, int rows, int n, double least, Array noise, int eo, Array rho, int po, Array std, int so,
            Array s, int to) {
        if (raw.precision() == Precision.FLOAT32) {
            NormalDraw.draw(raw.floats(), ro, rows, n, (float) least, noise.floats(), eo, rho.floats(), po,
                    std.floats(), so, s.floats(), to);
        } else {
            NormalDraw.draw(raw.doubles(), ro, rows, n, least, noise.doubles(), eo, rho.doubles(), po,
                    std.doubles(), so, s.doubles(), to);
        }
    }

    /**
     * The adjoint of {@link #normalDraw}: see {@link NormalDraw#drawGrad}.
     *
     * @param g [rows, step]
     * @param go its offset
     * @param step from one row of g to the next
     * @param rows how many
     * @param n the length of μ
     * @param gs [rows, n]
     * @param gso its offset
     * @param noise ε, [rows, n]
     * @param eo its offset
     * @param rho [rows, n]
     * @param po its offset
     * @param std [rows, n]
     * @param so its offset
     * @param raw [rows, 2n]
     * @param ro its offset
     * @param gNoise [rows, n]
     * @param geo its offset
     */
    public static void normalDrawGrad(
            Array g, int go, int step, int rows, int n, Array gs, int gso, Array noise, int eo, Array rho, int po,
            Array std, int so, Array raw, int ro, Array gNoise, int geo) {
        if (raw.precision() == Precision.FLOAT32) {
            NormalDraw.drawGrad(g.floats(), go, step, rows, n, gs.floats(), gso, noise.floats(), eo, rho.floats(), po,
                    std.floats(), so, raw.floats(), ro, gNoise.floats(), geo);
        } else {
            NormalDraw.drawGrad(g.doubles(), go, step, rows, n, gs.doubles(), gso, noise.doubles(), eo, rho.doubles(), po,
                    std.doubles(), so, raw.doubles(), ro, gNoise.doubles(), geo);
        }
    }

    /** Zeros where the old numbers are not wanted. */
    private static void cleared(Store store, Array x, int xo, int n) {
        if (store == Store.SET) {
            fill(0, x, xo, n);
        }
    }
}
