package surprisal.autodiff;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import surprisal.autodiff.op.Affine;
import surprisal.autodiff.op.BernoulliLogProb;
import surprisal.autodiff.op.Concat;
import surprisal.autodiff.op.Conv2d;
import surprisal.autodiff.op.ConvTranspose2d;
import surprisal.autodiff.op.Expand;
import surprisal.autodiff.op.Filter;
import surprisal.autodiff.op.Gather;
import surprisal.autodiff.op.Gru;
import surprisal.autodiff.op.LayerNorm;
import surprisal.autodiff.op.Linear;
import surprisal.autodiff.op.LogSoftmax;
import surprisal.autodiff.op.LogSumExp;
import surprisal.autodiff.op.Map;
import surprisal.autodiff.op.MatMul;
import surprisal.autodiff.op.Max;
import surprisal.autodiff.op.NormalKl;
import surprisal.autodiff.op.PlusTimes;
import surprisal.autodiff.op.Reshape;
import surprisal.autodiff.op.Slice;
import surprisal.autodiff.op.Softmax;
import surprisal.autodiff.op.StraightThrough;
import surprisal.autodiff.op.Sum;
import surprisal.autodiff.op.Transpose;
import surprisal.autodiff.op.Where;
import surprisal.autodiff.op.Zip;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Binary;
import surprisal.kernels.Unary;

/**
 * Numbers that a gradient can flow through: an {@link Array} and, if it was computed from a model within
 * {@link Tape#grad}, its place on the tape. Off the tape the same operations just compute.
 *
 * <p>Operations return new tensors and never change their inputs. Shapes broadcast as in NumPy, axes may be counted
 * from the end (−1 is the last), the last axis is the event of a distribution. Both operands have one precision; plain
 * numbers take the tensor's. The names {@code plus, minus, times, div, unaryMinus} are Kotlin's operators.
 */
public final class Tensor {

    private final Array array;
    private final Tape tape;
    private long pass; // of its tape; a leaf of the model, which is good in every pass, has a negative one
    private final int position;

    Tensor(Array array) {
        this(array, null, 0, 0);
    }

    Tensor(Array array, Tape tape, long pass, int position) {
        this.array = array;
        this.tape = tape;
        this.pass = pass;
        this.position = position;
    }

    // ---- where they come from

    /**
     * A tensor around an array.
     *
     * @param array its numbers; not copied
     * @return a constant, or a parameter if it becomes part of a model
     */
    public static Tensor of(Array array) {
        return new Tensor(array);
    }

    /**
     * A vector of floats.
     *
     * @param x its numbers; not copied
     * @return [n]
     */
    public static Tensor of(float... x) {
        return new Tensor(Array.of(Shape.of(x.length), x));
    }

    /**
     * A vector of doubles.
     *
     * @param x its numbers; not copied
     * @return [n]
     */
    public static Tensor of(double... x) {
        return new Tensor(Array.of(Shape.of(x.length), x));
    }

    /**
     * Floats in a shape.
     *
     * @param shape the shape
     * @param x its numbers in row-major order; not copied
     * @return the tensor
     * @throws IllegalArgumentException if their number is not the shape's
     */
    public static Tensor of(Shape shape, float... x) {
        return new Tensor(Array.of(shape, x));
    }

    /**
     * Doubles in a shape.
     *
     * @param shape the shape
     * @param x its numbers in row-major order; not copied
     * @return the tensor
     * @throws IllegalArgumentException if their number is not the shape's
     */
    public static Tensor of(Shape shape, double... x) {
        return new Tensor(Array.of(shape, x));
    }

    /**
     * The same number everywhere.
     *
     * @param shape the shape
     * @param x the number
     * @param precision the precision
     * @return the tensor
     */
    public static Tensor full(Shape shape, double x, Precision precision) {
        Array array = Array.zeros(shape, precision);
        array.fill(x);
        return new Tensor(array);
    }

    /**
     * Zeros.
     *
     * @param shape the shape
     * @param precision the precision
     * @return the tensor
     */
    public static Tensor zeros(Shape shape, Precision precision) {
        return new Tensor(Array.zeros(shape, precision));
    }

    /**
     * Rows of the identity: row i is 1 at index[i] and 0 elsewhere.
     *
     * @param n how many classes
     * @param precision the precision
     * @param index the class of each row
     * @return [index.length, n]
     * @throws IllegalArgumentException if an index is not in 0 … n − 1
     */
    public static Tensor oneHot(int n, Precision precision, int... index) {
        Array array = Array.zeros(Shape.of(index.length, n), precision);
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= n) {
                throw new IllegalArgumentException(
                        "one-hot of " + index[i] + " at position " + i + ": there are classes 0 to " + (n - 1));
            }
            array.set(i * n + index[i], 1);
        }
        return new Tensor(array);
    }

    // ---- what they are

    /**
     * The numbers.
     *
     * @return the array itself, not a copy
     * @throws IllegalStateException if the tape has been rewound since this tensor was computed
     */
    public Array array() {
        if (tape != null && !tape.live(pass, position)) {
            throw new IllegalStateException("a tensor of shape " + array.shape()
                    + " is read after its tape has begun another pass: copy() what is to outlive a pass");
        }
        return array;
    }

    /** Whether this can stand for these numbers; from now on it does so in that pass. */
    boolean stands(Array array, long pass) {
        if (array != this.array) {
            return false;
        }
        this.pass = pass;
        return true;
    }

    Tape tape() {
        return tape;
    }

    int position() {
        return position;
    }

    /**
     * The lengths of the axes.
     *
     * @return the shape
     */
    public Shape shape() {
        return array.shape();
    }

    /**
     * Whether floats or doubles.
     *
     * @return the precision
     */
    public Precision precision() {
        return array.precision();
    }

    /**
     * The number of a tensor that has just one.
     *
     * @return the number
     * @throws IllegalStateException if there are more, or none
     */
    public double item() {
        if (shape().size() != 1) {
            throw new IllegalStateException("a tensor of shape " + shape() + " is not one number: reduce it, or use at(i)");
        }
        return array().at(0);
    }

    /**
     * One number.
     *
     * @param flatIndex its position in row-major order
     * @return the number
     */
    public double at(int flatIndex) {
        return array().at(flatIndex);
    }

    /**
     * The numbers in memory of their own, off the tape.
     *
     * @return a constant that outlives the pass
     */
    public Tensor copy() {
        return new Tensor(array().copy());
    }

    /**
     * The same numbers in another precision, as a constant.
     *
     * @param precision the precision wanted
     * @return a constant
     * @throws IllegalStateException if a gradient would have to flow through
     */
    public Tensor to(Precision precision) {
        if (precision == precision()) {
            return this;
        }
        if (tape != null && tape.needs(position)) {
            throw new IllegalStateException("a gradient can't flow from " + precision() + " to " + precision
                    + ": choose the precision where the model is made, or stopGradient() first");
        }
        return new Tensor(array().to(precision));
    }

    /**
     * The same numbers as a constant: no gradient flows back.
     *
     * @return a constant, good as long as this tensor
     */
    public Tensor stopGradient() {
        return tape == null ? this : tape.detached(this);
    }

    /**
     * Fresh draws from N(0, 1) in this tensor's shape and precision; no gradient.
     *
     * @param rng where they come from
     * @return ε
     */
    public Tensor noise(Rng rng) {
        if (tape != null) {
            return tape.constant(shape(), precision(), rng::fillNormal);
        }
        return new Tensor(rng.normal(shape(), precision()));
    }

    // ---- element by element

    /**
     * Any op of one number.
     *
     * @param f the op
     * @return f(x), of x's shape
     */
    public Tensor map(Unary f) {
        return Tape.record(Map.of(f), this);
    }

    /**
     * Any op of two numbers, broadcast.
     *
     * @param f the op
     * @param b the second operand
     * @return f(this, b)
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor zip(Binary f, Tensor b) {
        return Tape.record(Zip.of(f), this, b);
    }

    /**
     * Any op, one that a program brings included.
     *
     * @param op the op
     * @param in its inputs, at least one, all of one precision
     * @return op(in), through which a gradient flows back to the inputs that are on a tape
     * @throws IllegalArgumentException if the inputs don't fit
     */
    public static Tensor apply(Op op, Tensor... in) {
        return Tape.record(op, in);
    }

    private Tensor number(double x) {
        return full(Shape.scalar(), x, precision());
    }

    /**
     * eˣ.
     *
     * @return the value for each number
     */
    public Tensor exp() {
        return map(Unary.EXP);
    }

    /**
     * log x.
     *
     * @return the value for each number
     */
    public Tensor log() {
        return map(Unary.LOG);
    }

    /**
     * log(1 + x).
     *
     * @return the value for each number
     */
    public Tensor log1p() {
        return map(Unary.LOG1P);
    }

    /**
     * eˣ − 1.
     *
     * @return the value for each number
     */
    public Tensor expm1() {
        return map(Unary.EXPM1);
    }

    /**
     * √x.
     *
     * @return the value for each number
     */
    public Tensor sqrt() {
        return map(Unary.SQRT);
    }

    /**
     * 1/√x.
     *
     * @return the value for each number
     */
    public Tensor rsqrt() {
        return map(Unary.RSQRT);
    }

    /**
     * x².
     *
     * @return the value for each number
     */
    public Tensor square() {
        return map(Unary.SQUARE);
    }

    /**
     * |x|; its gradient at 0 is 0.
     *
     * @return the value for each number
     */
    public Tensor abs() {
        return map(Unary.ABS);
    }

    /**
     * −x.
     *
     * @return the value for each number
     */
    public Tensor neg() {
        return map(Unary.NEG);
    }

    /**
     * 1/x.
     *
     * @return the value for each number
     */
    public Tensor reciprocal() {
        return map(Unary.RECIPROCAL);
    }

    /**
     * sin x.
     *
     * @return the value for each number
     */
    public Tensor sin() {
        return map(Unary.SIN);
    }

    /**
     * cos x.
     *
     * @return the value for each number
     */
    public Tensor cos() {
        return map(Unary.COS);
    }

    /**
     * tanh x.
     *
     * @return the value for each number
     */
    public Tensor tanh() {
        return map(Unary.TANH);
    }

    /**
     * 1/(1 + e⁻ˣ).
     *
     * @return the value for each number
     */
    public Tensor sigmoid() {
        return map(Unary.SIGMOID);
    }

    /**
     * log(1 + eˣ), the smooth max(0, x).
     *
     * @return the value for each number
     */
    public Tensor softplus() {
        return map(Unary.SOFTPLUS);
    }

    /**
     * max(0, x); its gradient at 0 is 0.
     *
     * @return the value for each number
     */
    public Tensor relu() {
        return map(Unary.RELU);
    }

    /**
     * x for x > 0, else eˣ − 1.
     *
     * @return the value for each number
     */
    public Tensor elu() {
        return map(Unary.ELU);
    }

    /**
     * x/(1 + e⁻ˣ).
     *
     * @return the value for each number
     */
    public Tensor silu() {
        return map(Unary.SILU);
    }

    /**
     * x Φ(x), with the exact Φ.
     *
     * @return the value for each number
     */
    public Tensor gelu() {
        return map(Unary.GELU);
    }

    /**
     * erf x.
     *
     * @return the value for each number
     */
    public Tensor erf() {
        return map(Unary.ERF);
    }

    /**
     * −log(1 + e⁻ˣ).
     *
     * @return the value for each number
     */
    public Tensor logSigmoid() {
        return map(Unary.LOG_SIGMOID);
    }

    /**
     * log Γ(x).
     *
     * @return the value for each number
     */
    public Tensor lgamma() {
        return map(Unary.LGAMMA);
    }

    /**
     * ψ(x), the derivative of log Γ.
     *
     * @return the value for each number
     */
    public Tensor digamma() {
        return map(Unary.DIGAMMA);
    }

    /**
     * a + b. Shapes broadcast.
     *
     * @param b the second operand
     * @return this + b
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor plus(Tensor b) {
        return zip(Binary.PLUS, b);
    }

    /**
     * a − b. Shapes broadcast.
     *
     * @param b the second operand
     * @return this − b
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor minus(Tensor b) {
        return zip(Binary.MINUS, b);
    }

    /**
     * a · b, element by element. Shapes broadcast.
     *
     * @param b the second operand
     * @return this · b
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor times(Tensor b) {
        return zip(Binary.TIMES, b);
    }

    /**
     * a / b. Shapes broadcast.
     *
     * @param b the second operand
     * @return this / b
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor div(Tensor b) {
        return zip(Binary.DIV, b);
    }

    /**
     * a^b. Shapes broadcast.
     *
     * @param b the second operand
     * @return this to the power b
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor pow(Tensor b) {
        return zip(Binary.POW, b);
    }

    /**
     * The smaller of a and b; equals share the gradient. Shapes broadcast.
     *
     * @param b the second operand
     * @return min(this, b)
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor min(Tensor b) {
        return zip(Binary.MIN, b);
    }

    /**
     * The larger of a and b; equals share the gradient. Shapes broadcast.
     *
     * @param b the second operand
     * @return max(this, b)
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor max(Tensor b) {
        return zip(Binary.MAX, b);
    }

    /**
     * a log b, and 0 where a is 0. Shapes broadcast.
     *
     * @param b the second operand
     * @return this · log b
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor xlogy(Tensor b) {
        return zip(Binary.XLOGY, b);
    }

    /**
     * x + c.
     *
     * @param c a number
     * @return this + c
     */
    public Tensor plus(double c) {
        return Tape.record(new Linear(1, c), this);
    }

    /**
     * x − c.
     *
     * @param c a number
     * @return this − c
     */
    public Tensor minus(double c) {
        return plus(-c);
    }

    /**
     * c · x.
     *
     * @param c a number
     * @return c · this
     */
    public Tensor times(double c) {
        return Tape.record(new Linear(c, 0), this);
    }

    /**
     * x / c, as c⁻¹ · x.
     *
     * @param c a number
     * @return this / c
     */
    public Tensor div(double c) {
        return times(1 / c);
    }

    /**
     * −x.
     *
     * @return −this
     */
    public Tensor unaryMinus() {
        return neg();
    }

    /**
     * x^c.
     *
     * @param c a number
     * @return this to the power c
     */
    public Tensor pow(double c) {
        return pow(number(c));
    }

    /**
     * The larger of x and c. (Not a {@code max}: {@code max(1)} is the maximum over axis 1.)
     *
     * @param c a number
     * @return max(this, c)
     */
    public Tensor atLeast(double c) {
        return max(number(c));
    }

    /**
     * The smaller of x and c.
     *
     * @param c a number
     * @return min(this, c)
     */
    public Tensor atMost(double c) {
        return min(number(c));
    }

    /**
     * x held between two numbers; no gradient flows where it is held.
     *
     * @param lo the least
     * @param hi the greatest, ≥ lo
     * @return min(max(this, lo), hi)
     */
    public Tensor clamp(double lo, double hi) {
        if (!(lo <= hi)) {
            throw new IllegalArgumentException("clamp to [" + lo + ", " + hi + "]: the bounds are not in order");
        }
        return atLeast(lo).atMost(hi);
    }

    /**
     * Where the condition holds this, elsewhere the other; broadcast.
     *
     * @param condition 1 (or anything but 0) where this is wanted; no gradient flows to it
     * @param otherwise the numbers elsewhere
     * @return condition ≠ 0 ? this : otherwise
     */
    public Tensor where(Tensor condition, Tensor otherwise) {
        Shape common = shape().broadcast(otherwise.shape(), "where").broadcast(condition.shape(), "where");
        return Tape.record(Where.OP, condition.stopGradient().expand(common), expand(common), otherwise.expand(common));
    }

    /**
     * The value of {@code hard} with the gradient of this tensor (Bengio, Léonard and Courville 2013).
     *
     * @param hard the value, of the same shape
     * @return hard, whose gradient goes to this
     */
    public Tensor straightThrough(Tensor hard) {
        return Tape.record(StraightThrough.OP, hard.stopGradient(), this);
    }

    // ---- products

    /**
     * The matrix product {@code [.., m, k] × [k, n] → [.., m, n]}, or of two equal batches
     * {@code [.., m, k] × [.., k, n] → [.., m, n]}. A vector is a row on the left and a column on the right, and the
     * result lacks that axis.
     *
     * @param b the second factor
     * @return this · b
     * @throws IllegalArgumentException if the sizes don't fit
     */
    public Tensor matmul(Tensor b) {
        return Tape.record(MatMul.NN, this, b);
    }

    /**
     * The matrix product with the transpose: {@code [.., m, k] × [n, k] → [.., m, n]}.
     *
     * @param b the second factor, whose rows are the columns of the product
     * @return this · bᵀ
     * @throws IllegalArgumentException if the sizes don't fit
     */
    public Tensor matmulTransposed(Tensor b) {
        return Tape.record(MatMul.NT, this, b);
    }

    /**
     * x W + b: {@code [.., k] × [k, n] + [n] → [.., n]}, or of M members with weights of their own, {@code [m, k]} or
     * {@code [M, m, k] × [M, k, n] + [M, n] → [M, m, n]}: each with the bits that it has alone.
     *
     * @param weight W
     * @param bias b
     * @return this · weight + bias
     * @throws IllegalArgumentException if the sizes don't fit
     */
    public Tensor affine(Tensor weight, Tensor bias) {
        return Tape.record(Affine.of(null), this, weight, bias);
    }

    /**
     * f(x W + b), of one map or of M, as {@link #affine(Tensor, Tensor)}.
     *
     * @param weight W
     * @param bias b
     * @param f the activation
     * @return f(this · weight + bias)
     * @throws IllegalArgumentException if the sizes don't fit
     */
    public Tensor affine(Tensor weight, Tensor bias, Unary f) {
        return Affine.fuses(f) ? Tape.record(Affine.of(f), this, weight, bias) : affine(weight, bias).map(f);
    }

    /**
     * a + b · c, element by element. Shapes broadcast.
     *
     * @param b the first factor
     * @param c the second factor
     * @return this + b · c
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor plusTimes(Tensor b, Tensor c) {
        Shape common = shape().broadcast(b.shape(), "plusTimes").broadcast(c.shape(), "plusTimes");
        return Tape.record(PlusTimes.OP, expand(common), b.expand(common), c.expand(common));
    }

    // ---- likelihoods

    /**
     * Σ x l − log(1 + eˡ) over the last axis: how likely x is under independent coin flips whose log-odds are this. Shapes
     * broadcast.
     *
     * @param x the events, anything in [0, 1]
     * @return log p(x), [.., n] → [..]
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public Tensor bernoulliLogProb(Tensor x) {
        Shape common = shape().broadcast(x.shape(), "bernoulliLogProb");
        boolean repeats = x.shape().rank() > 0 && x.shape().size() > 0 && common.endsWith(x.shape());
        return Tape.record(BernoulliLogProb.OP, expand(common), repeats ? x : x.expand(common));
    }

    /**
     * D_KL[N(μ, σ²) ‖ N(μ₀, σ₀²)], summed over the last axis. Shapes broadcast.
     *
     * @param mean μ
     * @param std σ > 0
     * @param mean0 μ₀
     * @param std0 σ₀ > 0
     * @return [.., n] → [..]
     * @throws IllegalArgumentException if the shapes don't broadcast
     */
    public static Tensor normalKl(Tensor mean, Tensor std, Tensor mean0, Tensor std0) {
        Shape common = mean.shape().broadcast(std.shape(), "normalKl").broadcast(mean0.shape(), "normalKl")
                .broadcast(std0.shape(), "normalKl");
        return Tape.record(NormalKl.OP, mean.rows(common), std.rows(common), mean0.rows(common), std0.rows(common));
    }

    /** A row as it is, anything else in the whole shape. */
    private Tensor rows(Shape whole) {
        return shape().rank() == 1 && shape().last() == whole.last() ? this : expand(whole);
    }

    /**
     * The convolution of images, [n, height, width, channels] × [kernelHeight, kernelWidth, channels, filters] → [n,
     * outHeight, outWidth, filters]: y[n, i, j, f] = Σ_abc x[n, s i + a − p, s j + b − p, c] w[a, b, c, f], zero beyond the
     * border. A kernel of PyTorch, [filters, channels, height, width], becomes {@code transpose(2, 3, 1, 0)}, its images
     * {@code transpose(0, 2, 3, 1)}.
     *
     * @param kernel the kernel
     * @param stride the step between windows, in both directions
     * @param padding the zeros around the image
     * @return ⌊(height + 2 padding − kernelHeight) / stride⌋ + 1 windows high, and likewise wide
     * @throws IllegalArgumentException if the channels differ or the kernel is larger than the image with its padding
     */
    public Tensor conv2d(Tensor kernel, int stride, int padding) {
        return Tape.record(Conv2d.of(stride, padding), this, kernel);
    }

    /**
     * The same with a bias for each filter.
     *
     * @param kernel the kernel
     * @param bias [filters]
     * @param stride the step between windows, in both directions
     * @param padding the zeros around the image
     * @return conv2d(kernel) + bias
     * @throws IllegalArgumentException if the channels differ or the kernel is larger than the image with its padding
     */
    public Tensor conv2d(Tensor kernel, Tensor bias, int stride, int padding) {
        return Tape.record(Conv2d.of(stride, padding), this, kernel, bias);
    }

    /**
     * The same with a stride and a padding for each axis.
     *
     * @param kernel the kernel
     * @param bias [filters]
     * @param strideHeight the step between windows downwards
     * @param strideWidth the step between windows to the right
     * @param padHeight lines of zeros above and below
     * @param padWidth columns of zeros on the left and on the right
     * @return conv2d(kernel) + bias
     * @throws IllegalArgumentException if the channels differ or the kernel is larger than the image with its padding
     */
    public Tensor conv2d(Tensor kernel, Tensor bias, int strideHeight, int strideWidth, int padHeight, int padWidth) {
        return Tape.record(new Conv2d(strideHeight, strideWidth, padHeight, padWidth), this, kernel, bias);
    }

    /**
     * The transpose of {@link #conv2d(Tensor, int, int)} with the same kernel, which makes small images large: [n, height,
     * width, filters] × [kernelHeight, kernelWidth, channels, filters] → [n, outHeight, outWidth, channels].
     *
     * @param kernel the kernel of the convolution
     * @param stride the step between windows of the result, in both directions
     * @param padding what is cut off around the result
     * @return stride (height − 1) + kernelHeight − 2 padding pixels high, and likewise wide
     * @throws IllegalArgumentException if the channels differ or the padding leaves nothing
     */
    public Tensor convTranspose2d(Tensor kernel, int stride, int padding) {
        return Tape.record(ConvTranspose2d.of(stride, padding), this, kernel);
    }

    /**
     * The same with a bias for each channel.
     *
     * @param kernel the kernel of the convolution
     * @param bias [channels]
     * @param stride the step between windows of the result, in both directions
     * @param padding what is cut off around the result
     * @return convTranspose2d(kernel) + bias
     * @throws IllegalArgumentException if the channels differ or the padding leaves nothing
     */
    public Tensor convTranspose2d(Tensor kernel, Tensor bias, int stride, int padding) {
        return Tape.record(ConvTranspose2d.of(stride, padding), this, kernel, bias);
    }

    /**
     * The same with a stride and a padding for each axis, and with pixels that a convolution would leave over.
     *
     * @param kernel the kernel of the convolution
     * @param bias [channels]
     * @param strideHeight the step between windows of the result downwards
     * @param strideWidth the step between windows of the result to the right
     * @param padHeight lines cut off above and below
     * @param padWidth columns cut off on the left and on the right
     * @param moreHeight lines more at the bottom, 0 to strideHeight − 1
     * @param moreWidth columns more on the right, 0 to strideWidth − 1
     * @return convTranspose2d(kernel) + bias
     * @throws IllegalArgumentException if the channels differ, the padding leaves nothing or there would be too much more
     */
    public Tensor convTranspose2d(
            Tensor kernel, Tensor bias, int strideHeight, int strideWidth, int padHeight, int padWidth, int moreHeight,
            int moreWidth) {
        ConvTranspose2d op =
                new ConvTranspose2d(strideHeight, strideWidth, padHeight, padWidth, moreHeight, moreWidth);
        return Tape.record(op, this, kernel, bias);
    }

    // ---- reductions

    /**
     * Σ over everything.
     *
     * @return a scalar
     */
    public Tensor sum() {
        return shape().rank() == 0 ? this : Tape.record(Sum.all(shape().rank()), this);
    }

    /**
     * Σ over some axes, which the result lacks.
     *
     * @param axes which; negative counts from the end
     * @return the sums
     */
    public Tensor sum(int... axes) {
        return reduce(axes, Sum::new);
    }

    /**
     * The mean over everything.
     *
     * @return a scalar
     */
    public Tensor mean() {
        return sum().times(1.0 / shape().size());
    }

    /**
     * The mean over some axes, which the result lacks.
     *
     * @param axes which; negative counts from the end
     * @return the means
     */
    public Tensor mean(int... axes) {
        Tensor sum = sum(axes);
        return sum.times((double) sum.shape().size() / shape().size());
    }

    /**
     * The largest of everything. The gradient is shared equally among equals.
     *
     * @return a scalar
     */
    public Tensor max() {
        return shape().rank() == 0 ? this : Tape.record(new Max(0, shape().rank()), this);
    }

    /**
     * The largest over some axes, which the result lacks. The gradient is shared equally among equals; axes that are
     * not neighbours go one after the other, the last ones first.
     *
     * @param axes which; negative counts from the end
     * @return the maxima
     */
    public Tensor max(int... axes) {
        return reduce(axes, Max::new);
    }

    private interface Reduction {
        Op of(int axis, int count);
    }

    /** Neighbouring axes go in one step, the last ones first. */
    private Tensor reduce(int[] axes, Reduction op) {
        BitSet chosen = new BitSet();
        for (int axis : axes) {
            int at = shape().axis(axis);
            if (chosen.get(at)) {
                throw new IllegalArgumentException("axes " + Arrays.toString(axes) + " name axis " + at + " of "
                        + shape() + " twice");
            }
            chosen.set(at);
        }
        Tensor x = this;
        for (int last = chosen.length() - 1; last >= 0; ) {
            int first = chosen.previousClearBit(last) + 1;
            x = Tape.record(op.of(first, last - first + 1), x);
            last = chosen.previousSetBit(first - 1);
        }
        return x;
    }

    /**
     * log Σ exp over the last axis: [.., n] → [..].
     *
     * @return the sums
     */
    public Tensor logSumExp() {
        return Tape.record(LogSumExp.OP, this);
    }

    /**
     * log Σ exp over one axis, which the result lacks.
     *
     * @param axis which; negative counts from the end
     * @return the sums
     */
    public Tensor logSumExp(int axis) {
        return last(axis).logSumExp();
    }

    /**
     * exp(x) / Σ exp over the last axis.
     *
     * @return σ(x), of x's shape
     */
    public Tensor softmax() {
        return Tape.record(Softmax.OP, this);
    }

    /**
     * exp(x) / Σ exp over one axis.
     *
     * @param axis which; negative counts from the end
     * @return σ(x), of x's shape
     */
    public Tensor softmax(int axis) {
        return last(axis).softmax().back(shape().axis(axis));
    }

    /**
     * x − log Σ exp over the last axis.
     *
     * @return log σ(x), of x's shape
     */
    public Tensor logSoftmax() {
        return Tape.record(LogSoftmax.OP, this);
    }

    /**
     * x − log Σ exp over one axis.
     *
     * @param axis which; negative counts from the end
     * @return log σ(x), of x's shape
     */
    public Tensor logSoftmax(int axis) {
        return last(axis).logSoftmax().back(shape().axis(axis));
    }

    /** Moves an axis to the end. */
    private Tensor last(int axis) {
        int at = shape().axis(axis);
        int rank = shape().rank();
        return at == rank - 1
                ? this
                : transpose(IntStream.range(0, rank).map(i -> i < at ? i : i < rank - 1 ? i + 1 : at).toArray());
    }

    /** Moves the last axis to a place: the inverse of {@link #last(int)}. */
    private Tensor back(int at) {
        int rank = shape().rank();
        return at == rank - 1
                ? this
                : transpose(IntStream.range(0, rank).map(i -> i < at ? i : i == at ? rank - 1 : i - 1).toArray());
    }

    // ---- layers in one pass

    /**
     * One step of a gated recurrent unit whose state this is: ν + z (h − ν) with r = σ(x_r + u_r), z = σ(x_z + u_z) and
     * ν = tanh(x_n + r u_n) (Cho et al. 2014, in the form where the reset gate meets the product).
     *
     * @param x W i + b of the input i, [.., 3n]: the parts r, z, n one after the other
     * @param u U h + c of this state, [.., 3n]
     * @return the next state, [.., n]
     * @throws IllegalArgumentException if the shapes don't fit
     */
    public Tensor gru(Tensor x, Tensor u) {
        return Tape.record(Gru.STEP, x, u, this);
    }

    /**
     * The states of a recurrent state-space model along a sequence of observations, for each t (Hafner et al. 2019, Eq. 4):
     * h_t = GRU(f(s_{t−1} A + x_t), h_{t−1}), (μ_t, ρ_t) = f(h_t P + e_t) V + v, σ_t = softplus(ρ_t) + least and
     * s_t = μ_t + σ_t ε_t. Rows go through all steps by themselves, and the gradient of a weight is one product.
     *
     * @param f the activation; its derivative is one of its value (relu, elu, tanh, sigmoid, exp)
     * @param least the least σ
     * @param in x [T, B, k], e [T, B, l], ε [T, B, m], h_0 [B, n], s_0 [B, m], A [m, k], the GRU's W [k, 3n], b [3n],
     *     U [n, 3n], c [3n], and P [n, l], V [l, 2m], v [2m]
     * @return [T, B, n + 3m]: h_t, s_t, μ_t and σ_t one after the other
     * @throws IllegalArgumentException if the shapes don't fit, or f is not one of these
     */
    public static Tensor filter(Unary f, double least, Tensor... in) {
        return Tape.record(new Filter(f, least), in);
    }

    /**
     * γ (x − μ)/√(σ² + ε) + β, with the mean μ and the variance σ² of each row (Ba, Kiros and Hinton 2016, Eq. 4).
     *
     * @param scale γ, [n]
     * @param shift β, [n]
     * @param epsilon ε
     * @return [.., n]
     * @throws IllegalArgumentException if the shapes don't fit
     */
    public Tensor layerNorm(Tensor scale, Tensor shift, double epsilon) {
        return Tape.record(new LayerNorm(epsilon), this, scale, shift);
    }

    // ---- where the numbers stand

    /**
     * Part of the last axis.
     *
     * @param from the first index
     * @param to the index after the last one
     * @return [.., to − from]
     */
    public Tensor slice(int from, int to) {
        return slice(-1, from, to);
    }

    /**
     * Part of an axis.
     *
     * @param axis which; negative counts from the end
     * @param from the first index
     * @param to the index after the last one
     * @return the part
     * @throws IllegalArgumentException unless 0 ≤ from ≤ to ≤ the axis's length
     */
    public Tensor slice(int axis, int from, int to) {
        return Tape.record(new Slice(shape().axis(axis), from, to), this);
    }

    /**
     * Tensors one after the other along an existing axis.
     *
     * @param axis which; negative counts from the end
     * @param parts at least one; equal in all other axes
     * @return the whole
     */
    public static Tensor concat(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("concat of no tensors: it takes at least one");
        }
        return Tape.record(new Concat(parts[0].shape().axis(axis)), parts);
    }

    /**
     * Tensors of one shape side by side along a new axis.
     *
     * @param axis where the new axis stands in the result; negative counts from the end
     * @param parts at least one
     * @return the whole, of one axis more
     */
    public static Tensor stack(int axis, Tensor... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("stack of no tensors: it takes at least one");
        }
        Shape shape = parts[0].shape();
        int rank = shape.rank() + 1;
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new IllegalArgumentException("stack of " + shape + " at axis " + axis + ": the result has axes " + -rank
                    + " to " + (rank - 1));
        }
        int[] wide = IntStream.range(0, rank)
                .map(i -> i < at ? shape.dim(i) : i == at ? 1 : shape.dim(i - 1))
                .toArray();
        Tensor[] widened = new Tensor[parts.length];
        for (int i = 0; i < parts.length; i++) {
            if (!parts[i].shape().equals(shape)) {
                throw new IllegalArgumentException("stack of " + shape + " and " + parts[i].shape()
                        + " (part " + i + "): the shapes must be equal");
            }
            widened[i] = parts[i].reshape(wide);
        }
        return concat(at, widened);
    }

    /**
     * The given indices of an axis, in that order; an index may come more than once.
     *
     * @param axis which; negative counts from the end
     * @param index which entries
     * @return the entries
     * @throws IllegalArgumentException if an index is out of range
     */
    public Tensor gather(int axis, int... index) {
        return Tape.record(Gather.of(shape().axis(axis), index), this);
    }

    /**
     * The same numbers in another shape.
     *
     * @param dims the lengths; one of them may be −1: what is left
     * @return the tensor
     * @throws IllegalArgumentException if the sizes differ
     */
    public Tensor reshape(int... dims) {
        return reshape(Reshape.shape(shape(), dims));
    }

    /**
     * The same numbers in another shape.
     *
     * @param shape a shape of the same size
     * @return the tensor
     * @throws IllegalArgumentException if the sizes differ
     */
    public Tensor reshape(Shape shape) {
        return shape.equals(shape()) ? this : Tape.record(new Reshape(shape), this);
    }

    /**
     * Stretches to a shape by repeating axes of length 1 (and missing ones in front).
     *
     * @param shape the shape wanted
     * @return the tensor
     * @throws IllegalArgumentException if this shape does not broadcast to it
     */
    public Tensor expand(Shape shape) {
        return shape.equals(shape()) ? this : Tape.record(new Expand(shape), this);
    }

    /**
     * Swaps the last two axes.
     *
     * @return the transpose
     */
    public Tensor transpose() {
        int rank = shape().rank();
        if (rank < 2) {
            throw new IllegalArgumentException("transpose of " + shape() + ": it takes at least two axes");
        }
        return Tape.record(Transpose.swap(rank), this);
    }

    /**
     * Puts the axes in another order: axis i of the result is axis {@code axes[i]} of this.
     *
     * @param axes each axis once; negative counts from the end
     * @return the tensor
     */
    public Tensor transpose(int... axes) {
        return Tape.record(Transpose.of(shape(), axes), this);
    }

    @Override
    public String toString() {
        return array().toString();
    }
}
