package surprisal.models.latent;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.dist.Distribution;
import surprisal.models.dist.Likelihood;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/**
 * x = z W + b + σ ε with z of two numbers, x of three: evidence and posterior are known in closed form. In plain
 * numbers, and as models whose belief is exact or off.
 *
 * @param W [2][3]
 * @param b [3]
 * @param sigma σ
 */
record LinearGaussian(double[][] W, double[] b, double sigma) {

    static final int N = 3;

    /** Any weights; the posterior's coordinates depend on one another. */
    static LinearGaussian random(long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        double[][] W = {r.doubles(N, -2, 2).toArray(), r.doubles(N, -2, 2).toArray()};
        return new LinearGaussian(W, r.doubles(N, -1, 1).toArray(), r.nextDouble(0.3, 1.5));
    }

    /** W with orthogonal rows, so that the posterior's coordinates are independent. */
    static LinearGaussian orthogonal(long seed) {
        LinearGaussian any = random(seed);
        double along = World.dot(any.W[1], any.W[0]) / World.dot(any.W[0], any.W[0]);
        for (int i = 0; i < N; i++) {
            any.W[1][i] -= along * any.W[0][i];
        }
        return any;
    }

    /** x ~ p(x), [rows, 3]. */
    Tensor draw(int rows, Rng rng) {
        Tensor z = Tensor.of(rng.normal(Shape.of(rows, 2), Precision.FLOAT64));
        Tensor noise = Tensor.of(rng.normal(Shape.of(rows, N), Precision.FLOAT64));
        return z.matmul(World.tensor(W)).plus(World.tensor(b)).plus(noise.times(sigma));
    }

    /** log N(x; b, WᵀW + σ²I), by elimination. */
    double evidence(double[] x) {
        double[][] C = new double[N][N + 1];
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                C[i][j] = W[0][i] * W[0][j] + W[1][i] * W[1][j] + (i == j ? sigma * sigma : 0);
            }
            C[i][N] = x[i] - b[i];
        }
        double log = -0.5 * N * Math.log(2 * Math.PI);
        for (int k = 0; k < N; k++) { // C = L D Lᵀ, and L⁻¹ (x − b) in the last column
            log -= 0.5 * (Math.log(C[k][k]) + C[k][N] * C[k][N] / C[k][k]);
            for (int i = k + 1; i < N; i++) {
                double f = C[i][k] / C[k][k];
                for (int j = k; j <= N; j++) {
                    C[i][j] -= f * C[k][j];
                }
            }
        }
        return log;
    }

    double[] evidences(Tensor x) {
        double[] all = World.numbers(x);
        double[] log = new double[x.shape().dim(0)];
        Arrays.setAll(log, i -> evidence(Arrays.copyOfRange(all, N * i, N * i + N)));
        return log;
    }

    /** M⁻¹, M = W Wᵀ + σ²I. */
    private double[][] inverse() {
        double a = World.dot(W[0], W[0]) + sigma * sigma;
        double c = World.dot(W[1], W[1]) + sigma * sigma;
        double o = World.dot(W[0], W[1]);
        double det = a * c - o * o;
        return new double[][] {{c / det, -o / det}, {-o / det, a / det}};
    }

    /** q(z|x) = N(x A + a, L Lᵀ), the exact posterior. */
    Correlated exact() {
        double[][] inverse = inverse();
        double[][] A = new double[N][2];
        double[] a = new double[2];
        for (int j = 0; j < 2; j++) {
            for (int i = 0; i < N; i++) {
                A[i][j] = inverse[j][0] * W[0][i] + inverse[j][1] * W[1][i];
                a[j] -= A[i][j] * b[i];
            }
        }
        double l = sigma * Math.sqrt(inverse[0][0]);
        double m = sigma * sigma * inverse[1][0] / l;
        double[][] L = {{l, 0}, {m, Math.sqrt(sigma * sigma * inverse[1][1] - m * m)}};
        return new Correlated(World.tensor(A), World.tensor(a), World.tensor(L), World.tensor(W), World.tensor(b), sigma);
    }

    /**
     * A linear autoencoder, whose belief is the posterior if its coordinates are independent; shifted and widened by
     * some.
     */
    DeepLatentGaussian linear(double shift, double widen) {
        double[][] inverse = inverse();
        double[][] A = new double[N][4];
        double[] a = new double[4];
        for (int j = 0; j < 2; j++) {
            for (int i = 0; i < N; i++) {
                A[i][j] = inverse[j][0] * W[0][i] + inverse[j][1] * W[1][i];
                a[j] -= A[i][j] * b[i];
            }
            a[j] += shift;
            a[2 + j] = Math.log(Math.expm1(widen * sigma * Math.sqrt(inverse[j][j]) - DeepLatentGaussian.LEAST));
        }
        return new DeepLatentGaussian(
                new Mlp(List.of(new Linear(World.tensor(A), World.tensor(a))), Unary.TANH),
                new Mlp(List.of(new Linear(World.tensor(W), World.tensor(b))), Unary.TANH),
                Likelihood.gaussian(sigma), Prior.standard());
    }

    /** A linear model whose belief knows how the coordinates of z depend on one another. */
    record Correlated(Tensor A, Tensor a, Tensor L, Tensor W, Tensor b, double sigma) implements LatentModel {

        @Override
        public Distribution q(Tensor x) { return new Wide(x.affine(A, a), L); }

        @Override
        public Distribution p(Tensor z) {
            return new Normal(z.affine(W, b), Tensor.full(Shape.scalar(), sigma, Precision.FLOAT64));
        }

        @Override
        public Distribution prior() { return Normal.standard(2, Precision.FLOAT64); }
    }

    /** N(μ, L Lᵀ) of two numbers. */
    record Wide(Tensor mean, Tensor L) implements Distribution {

        @Override
        public Tensor logProb(Tensor x) {
            Tensor d = x.minus(mean);
            Tensor l = L.reshape(4);
            Tensor first = d.slice(0, 1).div(l.slice(0, 1));
            Tensor second = d.slice(1, 2).minus(first.times(l.slice(2, 3))).div(l.slice(3, 4));
            Tensor square = first.square().plus(second.square()).sum(-1);
            return square.times(-0.5).minus(l.slice(0, 1).times(l.slice(3, 4)).log().sum()).minus(Math.log(2 * Math.PI));
        }

        @Override
        public Tensor entropy() {
            throw new UnsupportedOperationException("not needed");
        }

        @Override
        public Tensor sample(Rng rng) { return mean.plus(mean.noise(rng).matmulTransposed(L)); }
    }
}
