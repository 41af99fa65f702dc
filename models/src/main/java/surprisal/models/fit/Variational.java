package surprisal.models.fit;

import java.util.Arrays;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Independent normals near a posterior.
 *
 * @param mean μ, [n]
 * @param logStd ln σ, [n]
 */
record Variational(Tensor mean, Tensor logStd) {
    private static final double HALF_LOG_2PIE = 1.4189385332046727;

    /** F = −E[ln p(y, μ + σε)] − Σ ½ ln 2πeσ², over the rows of ε, [K, n]. */
    Tensor freeEnergy(Fit fit, Tensor noise) {
        Tensor x = mean.plus(logStd.exp().times(noise));
        int draws = noise.shape().dim(0);
        Tensor sum = null;
        for (int k = 0; k < draws; k++) {
            Tensor log = fit.logJoint(x.gather(0, k).reshape(-1));
            sum = sum == null ? log : sum.plus(log);
        }
        return logStd.plus(HALF_LOG_2PIE).sum().plus(sum.div(draws)).neg();
    }

    static Gaussian of(Fit fit, int n, int pairs, long seed) {
        if (pairs < n) {
            throw new IllegalArgumentException(pairs + " pairs of draws for " + n + " numbers: at least one for each");
        }
        Tensor noise = noise(n, pairs, seed);
        Variational q = new Variational(Tensor.of(new double[n]), Tensor.of(new double[n]));
        Tape tape = new Tape();
        double[] start = Arrays.copyOf(fit.maximum(), 2 * n);
        Arrays.fill(start, n, 2 * n, -1);
        double[] end = Minimum.of((at, slope) -> {
            for (int i = 0; i < n; i++) {
                q.mean.array().set(i, at[i]);
                q.logStd.array().set(i, at[n + i]);
            }
            Grad<Variational> grad = tape.grad(q, v -> v.freeEnergy(fit, noise));
            for (int i = 0; i < n; i++) {
                slope[i] = grad.gradient().mean.at(i);
                slope[n + i] = grad.gradient().logStd.at(i);
            }
            return grad.loss();
        }, start);
        double[][] covariance = new double[n][n];
        for (int i = 0; i < n; i++) {
            covariance[i][i] = StrictMath.exp(2 * end[n + i]);
            q.mean.array().set(i, end[i]);
            q.logStd.array().set(i, end[n + i]);
        }
        return new Gaussian(Arrays.copyOf(end, n), covariance, -q.freeEnergy(fit, noise).item());
    }

    /** Pairs ±ε whose variance is 1 in every parameter and whose covariance is 0: what is quadratic is integrated exactly. */
    private static Tensor noise(int n, int pairs, long seed) {
        Array half = new Rng(seed).normal(Shape.of(n, pairs), Precision.FLOAT64);
        double[][] columns = new double[n][pairs];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < pairs; k++) {
                columns[i][k] = half.at(i * pairs + k);
            }
            for (int j = 0; j < i; j++) { // Gram and Schmidt
                double share = Minimum.dot(columns[i], columns[j]) / pairs;
                for (int k = 0; k < pairs; k++) {
                    columns[i][k] -= share * columns[j][k];
                }
            }
            double scale = Math.sqrt(pairs / Minimum.dot(columns[i], columns[i]));
            for (int k = 0; k < pairs; k++) {
                columns[i][k] *= scale;
            }
        }
        double[] all = new double[2 * pairs * n];
        for (int k = 0; k < pairs; k++) {
            for (int i = 0; i < n; i++) {
                all[k * n + i] = columns[i][k];
                all[(pairs + k) * n + i] = -columns[i][k];
            }
        }
        return Tensor.of(Shape.of(2 * pairs, n), all);
    }
}
