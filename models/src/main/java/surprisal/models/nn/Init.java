package surprisal.models.nn;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

/** How the weights of a layer are drawn: so that signals and gradients keep their size from layer to layer. */
public enum Init {
    /** Uniform on ±√(6 / (in + out)) (Glorot and Bengio 2010, Eq. 16): for tanh and for outputs. */
    GLOROT,
    /** Normal with variance 2 / in (He et al. 2015, Eq. 10): for relu and its kin. */
    HE,
    /** Normal with variance 1 / in (LeCun et al. 1998): for units that keep the scale. */
    LECUN,
    /** The same, without what is beyond two deviations, which is drawn again (as JAX's networks are drawn by default). */
    TRUNCATED,
    /** Uniform on ±1/√in: variance 1 / (3 in), as PyTorch draws its linear layers and convolutions. */
    TORCH,
    /**
     * WᵀW = I, or WWᵀ = I if W is wide, uniform among these; leading axes are more rows (Saxe, McClelland and Ganguli 2014,
     * §3): for states that go through it many times.
     */
    ORTHOGONAL,
    /** Zeros. */
    ZERO;

    /** The deviation of a standard normal that is cut at ±2. */
    private static final double CUT_STD = 0.8796256610342398;

    /**
     * A matrix of weights.
     *
     * @param in number of inputs
     * @param out number of outputs
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return [in, out]
     */
    public Tensor draw(int in, int out, Precision precision, Rng rng) {
        return draw(Shape.of(in, out), in, out, precision, rng);
    }

    /**
     * Weights in any shape.
     *
     * @param shape the shape
     * @param in the number of inputs that an output is a sum of
     * @param out the number of outputs that an input goes to
     * @param precision the precision
     * @param rng where the randomness comes from
     * @return the weights
     */
    public Tensor draw(Shape shape, double in, double out, Precision precision, Rng rng) {
        return switch (this) {
            case GLOROT -> {
                double bound = Math.sqrt(6.0 / (in + out));
                yield scaled(2 * bound, rng.uniform(shape, precision), -bound);
            }
            case HE -> scaled(Math.sqrt(2.0 / in), rng.normal(shape, precision), 0);
            case LECUN -> scaled(Math.sqrt(1.0 / in), rng.normal(shape, precision), 0);
            case TRUNCATED -> scaled(Math.sqrt(1.0 / in) / CUT_STD, cut(rng.normal(shape, precision), rng.split()), 0);
            case TORCH -> {
                double bound = Math.sqrt(1.0 / in);
                yield scaled(2 * bound, rng.uniform(shape, precision), -bound);
            }
            case ORTHOGONAL -> Tensor.of(shape, orthogonal(shape, rng)).to(precision);
            case ZERO -> Tensor.zeros(shape, precision);
        };
    }

    /** For the layer before an activation. */
    static Init before(Unary activation) {
        return switch (activation) {
            case RELU, ELU, SILU, GELU, SOFTPLUS -> HE;
            default -> GLOROT;
        };
    }

    /** Draws again what is beyond ±2, from an Rng of its own: the caller's moves on by as much, whatever is drawn. */
    private static Array cut(Array x, Rng again) {
        for (int i = 0; i < x.size(); i++) {
            if (Math.abs(x.at(i)) > 2) {
                x.set(i, cut(again.normal(Shape.of(1), x.precision()), again).at(0));
            }
        }
        return x;
    }

    /** Q of G = QR with normal G and R's diagonal positive, by Gram and Schmidt's steps, taken twice. */
    private static double[] orthogonal(Shape shape, Rng rng) {
        int cols = shape.last();
        int rows = shape.size() / cols;
        int n = Math.max(rows, cols);
        double[] g = rng.normal(Shape.of(rows, cols), Precision.FLOAT64).doubles();
        double[][] q = new double[Math.min(rows, cols)][n];
        for (int k = 0; k < q.length; k++) {
            for (int i = 0; i < n; i++) {
                q[k][i] = rows >= cols ? g[i * cols + k] : g[k * cols + i];
            }
            for (int j = 0; j < 2 * k; j++) {
                add(-dot(q[j % k], q[k]), q[j % k], q[k]);
            }
            add(1 / Math.sqrt(dot(q[k], q[k])) - 1, q[k], q[k]);
            for (int i = 0; i < n; i++) {
                g[rows >= cols ? i * cols + k : k * cols + i] = q[k][i];
            }
        }
        return g;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static void add(double a, double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] += a * x[i];
        }
    }

    private static Tensor scaled(double scale, Array x, double shift) {
        Compute.linear(scale, x, shift, x);
        return Tensor.of(x);
    }
}
