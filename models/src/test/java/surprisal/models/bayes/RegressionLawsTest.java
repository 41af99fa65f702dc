package surprisal.models.bayes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Mlp;

/** Linear regression in closed form, and precisions at their optima. */
class RegressionLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static Tensor normal(Rng rng, int... shape) { return Tensor.of(rng.normal(Shape.of(shape), DOUBLE)); }

    /** L with L Lᵀ = a. */
    private static double[][] cholesky(double[][] a) {
        int n = a.length;
        double[][] L = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = a[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= L[i][k] * L[j][k];
                }
                L[i][j] = i == j ? Math.sqrt(sum) : sum / L[j][j];
            }
        }
        return L;
    }

    private static double logDet(double[][] a) {
        double[][] L = cholesky(a);
        double sum = 0;
        for (int i = 0; i < L.length; i++) {
            sum += 2 * Math.log(L[i][i]);
        }
        return sum;
    }

    /** a⁻¹ b. */
    private static double[] solved(double[][] a, double[] b) {
        double[][] L = cholesky(a);
        int n = b.length;
        double[] x = b.clone();
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= L[i][k] * x[k];
            }
            x[i] /= L[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                x[i] -= L[k][i] * x[k];
            }
            x[i] /= L[i][i];
        }
        return x;
    }

    private static double[][] rows(Tensor x) {
        int n = x.shape().last();
        double[] all = numbers(x);
        double[][] rows = new double[all.length / n][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(all, i * n, (i + 1) * n));
        return rows;
    }

    /** Rank by rank is all at once: Λ = I/s² + XᵀX/σ², Λμ = Xᵀy/σ², p(y) = N(0, s²XXᵀ + σ²I); in any order. */
    @Property(tries = 60)
    void updatesReachThePosteriorAndTheEvidence(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int d,
            @ForAll @IntRange(min = 1, max = 9) int n, @ForAll @DoubleRange(min = 0.2, max = 2) double noise) {
        Rng rng = new Rng(seed);
        double s = 1.5;
        Tensor X = normal(rng, n, d);
        Tensor Y = normal(rng, n, 2);
        BayesRegression belief = BayesRegression.prior(d, 2, s, noise, DOUBLE).update(X, Y);
        double[][] x = rows(X);
        double[][] lambda = new double[d][d];
        double[][] ofY = new double[n][n];
        for (int a = 0; a < d; a++) {
            for (int b = 0; b < d; b++) {
                for (double[] row : x) {
                    lambda[a][b] += row[a] * row[b] / (noise * noise);
                }
            }
            lambda[a][a] += 1 / (s * s);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int a = 0; a < d; a++) {
                    ofY[i][j] += s * s * x[i][a] * x[j][a];
                }
            }
            ofY[i][i] += noise * noise;
        }
        double evidence = 0;
        for (int out = 0; out < 2; out++) {
            double[] y = numbers(Y.slice(out, out + 1));
            double[] right = new double[d];
            for (int i = 0; i < n; i++) {
                for (int a = 0; a < d; a++) {
                    right[a] += x[i][a] * y[i] / (noise * noise);
                }
            }
            assertArrayEquals(solved(lambda, right), numbers(belief.mean().slice(out, out + 1)), 1e-10);
            double[] white = solved(ofY, y);
            for (int i = 0; i < n; i++) {
                evidence -= 0.5 * y[i] * white[i];
            }
            evidence -= 0.5 * (n * Math.log(2 * Math.PI) + logDet(ofY));
        }
        assertEquals(evidence, belief.logEvidence().item(), 1e-10 * (1 + Math.abs(evidence)));
        for (int a = 0; a < d; a++) {
            double[] unit = new double[d];
            unit[a] = 1;
            assertArrayEquals(solved(lambda, unit), rows(belief.covariance())[a], 1e-11);
        }
        int[] order = rng.permutation(n);
        BayesRegression other = BayesRegression.prior(d, 2, s, noise, DOUBLE).update(X.gather(0, order), Y.gather(0, order));
        assertArrayEquals(numbers(belief.mean()), numbers(other.mean()), 1e-10);
        assertEquals(belief.logEvidence().item(), other.logEvidence().item(), 1e-9 * (1 + Math.abs(evidence)));
    }

    /** I = ½ log(1 + xᵀΣx/σ²) = H[y] − H[y|w] = ½ log |Σ|/|Σ′| = E_y[D_KL[q(w|y) ‖ q(w)]], and it adds up along a sequence. */
    @Property(tries = 60)
    void theGainIsExact(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int d, @ForAll @IntRange(min = 1, max = 3) int out) {
        Rng rng = new Rng(seed);
        BayesRegression before = BayesRegression.prior(d, out, 1.2, 0.7, DOUBLE)
                .update(normal(rng, 3, d), normal(rng, 3, out));
        Tensor x = normal(rng, d);
        double gain = before.gain(x).item();
        Normal y = before.predict(x);
        assertEquals(y.entropy().item() - new Normal(y.mean(), Tensor.of(0.7)).entropy().item(), gain, 1e-12);
        double half = 0.5 * out * (logDet(rows(before.covariance())) - logDet(rows(before.update(x, normal(rng, out)).covariance())));
        assertEquals(half, gain, 1e-11);
        if (d == 1) { // D_KL is one number's; over y its mean is at y = μ ± σ_y, since it is quadratic in y
            double[] divergences = new double[2];
            for (int sign = 0; sign < 2; sign++) {
                BayesRegression after = before.update(x, y.mean().plusTimes(y.std(), Tensor.of(sign == 0 ? -1.0 : 1)));
                divergences[sign] = kl(new Normal(after.mean().reshape(out), after.covariance().sqrt().reshape(1)),
                        new Normal(before.mean().reshape(out), before.covariance().sqrt().reshape(1))).item();
            }
            assertEquals((divergences[0] + divergences[1]) / 2, gain, 1e-11);
        }
        BayesRegression now = before;
        double sum = 0;
        for (int i = 0; i < 5; i++) {
            Tensor next = normal(rng, d);
            sum += now.gain(next).item();
            now = now.update(next, normal(rng, out));
        }
        assertEquals(0.5 * out * (logDet(rows(before.covariance())) - logDet(rows(now.covariance()))), sum, 1e-11);
    }

    /** float32 is float64 to a few (s/σ)² ulps, here 100 · 6e-8. */
    @Property(tries = 10)
    void precisionsAgree(@ForAll @IntRange(min = 0, max = 1000) int seed) {
        Tensor x = normal(new Rng(seed), 60, 5);
        Tensor y = x.sum(-1).reshape(60, 1);
        BayesRegression wide = BayesRegression.prior(5, 1, 1, 0.1, DOUBLE).update(x, y);
        BayesRegression narrow = BayesRegression.prior(5, 1, 1, 0.1, Precision.FLOAT32)
                .update(x.to(Precision.FLOAT32), y.to(Precision.FLOAT32));
        for (int i = 0; i < 5; i++) {
            assertEquals(1, narrow.covariance().at(6 * i) / wide.covariance().at(6 * i), 2e-4);
            assertEquals(wide.mean().at(i), narrow.mean().at(i), 2e-5);
        }
        assertEquals(wide.logEvidence().item(), narrow.logEvidence().item(), 1e-3);
    }

    /** A quiet and a noisy region: the noisy one is as unknown, predicted with more variance, and worth less to look at. */
    @Example
    void noiseIsNotInformation() {
        BayesRegression quiet = BayesRegression.prior(2, 1, 1, 0.1, DOUBLE);
        Tensor here = Tensor.of(1.0, 0);
        Tensor there = Tensor.of(0.0, 1); // the noisy channel, σ = 10
        Rng rng = new Rng(1);
        BayesRegression noisy = quiet.withNoise(10);
        assertEquals(quiet.spread(here).item(), noisy.spread(there).item());
        assertTrue(noisy.predict(there).std().item() > 9 * quiet.predict(here).std().item());
        assertEquals(0.5 * Math.log(101), quiet.gain(here).item(), 1e-14);
        assertEquals(0.5 * Math.log(1.01), noisy.gain(there).item(), 1e-15);
        int looks = 0;
        int first = -1;
        BayesRegression now = quiet;
        for (int i = 0; i < 200; i++) { // always to where most is to be learned
            boolean look = now.withNoise(10).gain(there).item() > now.withNoise(0.1).gain(here).item();
            looks += look ? 1 : 0;
            first = look && first < 0 ? i : first;
            double noise = look ? 10 : 0.1;
            now = now.withNoise(noise).update(look ? there : here, normal(rng, 1).times(noise));
        }
        assertEquals(100, first); // after k looks here and j there it compares 1/(0.01 + k) with 1/(100 + j)
        assertEquals(50, looks);
        assertTrue(now.withNoise(10).gain(there).item() < 0.005 && now.withNoise(0.1).gain(here).item() < 0.005);
    }

    /** On features of a network, and with a gradient through them: the evidence trains the features. */
    @Example
    void theHeadStandsOnFeatures() {
        Rng rng = new Rng(3);
        Mlp features = Mlp.of(rng, DOUBLE, Unary.TANH, 1, 5, 4);
        Tensor x = normal(rng, 12, 1);
        Tensor y = x.times(2).sin();
        BayesRegression prior = BayesRegression.prior(4, 1, 1, 0.1, DOUBLE);
        double before = prior.update(features.apply(x), y).logEvidence().item();
        Update adam = Update.adam(0.02);
        Tape tape = new Tape();
        for (int i = 0; i < 40; i++) {
            adam.step(features, tape.grad(features, m -> prior.update(m.apply(x), y).logEvidence().neg()));
        }
        double after = prior.update(features.apply(x), y).logEvidence().item();
        assertTrue(after > before + 5, before + " and " + after);
        GradCheck.standard().function(in -> {
            BayesRegression belief = prior.update(in[0], in[1]);
            return Tensor.concat(0, belief.logEvidence().reshape(1), belief.gain(in[0]), belief.predict(in[0]).std().reshape(-1));
        }, normal(rng, 3, 4), normal(rng, 3, 1));
    }

    // ---- precisions

    /** The formula with ω written out, and 1/ω* where it is least, by its slope and by steps to both sides. */
    @Property(tries = 60)
    void beliefPrecisionHasItsOptimum(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n) {
        Rng rng = new Rng(seed);
        Normal q = new Normal(normal(rng, 3, n), normal(rng, 3, n).times(0.5).exp());
        Normal p = new Normal(normal(rng, 3, n), normal(rng, 3, n).times(0.5).exp());
        double sum = 0;
        double inverse = 0;
        LearnedPrecision three = new LearnedPrecision(Tensor.of(Math.log(3)).reshape(Shape.scalar()));
        for (int i = 0; i < 3 * n; i++) {
            double vq = Math.pow(q.std().at(i), 2);
            double vp = Math.pow(p.std().at(i), 2);
            double square = vq + Math.pow(q.mean().at(i) - p.mean().at(i), 2);
            sum += 0.5 * (Math.log(vp) - Math.log(3) - Math.log(vq)) + 3 * square / (2 * vp) - 0.5;
            inverse += square / vp / (3 * n);
        }
        assertEquals(sum, kl(q, three.scale(p)).sum().item(), 1e-11 * (1 + sum));
        assertEquals(3, three.value().item(), 1e-14);
        LearnedPrecision best = LearnedPrecision.optimum(q, p);
        assertEquals(1 / inverse, best.value().item(), 1e-12 / inverse);
        double least = kl(q, best.scale(p)).sum().item();
        for (double step : new double[] {-0.1, 0.1}) {
            assertTrue(kl(q, new LearnedPrecision(best.log().plus(step)).scale(p)).sum().item() > least + 1e-4);
        }
        LearnedPrecision slope = new Tape().grad(best, m -> kl(q, m.scale(p)).sum()).gradient();
        assertEquals(0, slope.log().item(), 1e-10 * (1 + least));
    }

    /** λ* = 1/MSE, found by gradient as well; and then −log p = ½ log MSE + ½ log 2πe for each number. */
    @Property(tries = 10)
    void sensoryPrecisionIsTheReciprocalOfTheSquaredError(@ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor mean = normal(rng, 6, 2);
        Tensor o = normal(rng, 6, 2);
        double mse = 0;
        for (int i = 0; i < 12; i++) {
            mse += Math.pow(mean.at(i) - o.at(i), 2) / 12;
        }
        LearnedPrecision best = LearnedPrecision.optimum(mean, o);
        assertEquals(1 / mse, best.value().item(), 1e-12 / mse);
        double surprise = best.likelihood(mean).logProb(o).neg().mean().item();
        assertEquals(2 * (0.5 * Math.log(mse) + 0.5 * Math.log(2 * Math.PI * Math.E)), surprise, 1e-12);
        LearnedPrecision learned = LearnedPrecision.one(DOUBLE);
        assertEquals(1, learned.value().item());
        for (double rate : new double[] {0.1, 0.01, 1e-3}) {
            Update adam = Update.adam(rate);
            for (int i = 0; i < 150; i++) {
                adam.step(learned, new Tape().grad(learned, m -> m.likelihood(mean).logProb(o).neg().mean()));
            }
        }
        assertEquals(Math.log(1 / mse), learned.log().item(), 1e-4);
    }

    /** Half of a has gone at b; it falls; the numbers of the published agent are 1.5 to 2.5 about 25 nats. */
    @Example
    void theGateFallsWithTheDivergence() {
        PrecisionGate gate = new PrecisionGate(1, 25, 5, 1.5);
        double[] omega = numbers(gate.omega(Tensor.of(0.0, 25, 30, 1000)));
        assertEquals(1 - 1 / (1 + Math.exp(5)) + 1.5, omega[0], 1e-14);
        assertEquals(2, omega[1], 1e-14);
        assertEquals(1 - 1 / (1 + Math.exp(-1)) + 1.5, omega[2], 1e-14);
        assertEquals(1.5, omega[3], 1e-14);
    }

    @Example
    void whatDoesNotFitIsSaid() {
        BayesRegression belief = BayesRegression.prior(2, 1, 1, 1, DOUBLE);
        String shapes = assertThrows(IllegalArgumentException.class,
                () -> belief.update(Tensor.of(1.0, 2, 3), Tensor.of(1.0))).getMessage();
        assertTrue(shapes.contains("[3] → [1] of a regression 2 → 1"), shapes);
        assertThrows(IllegalArgumentException.class, () -> belief.update(Tensor.of(1.0, 2), Tensor.of(1.0, 2)));
        String noise = assertThrows(IllegalArgumentException.class, () -> belief.withNoise(0)).getMessage();
        assertTrue(noise.contains("σ = 0.0"), noise);
        assertThrows(IllegalArgumentException.class, () -> BayesRegression.prior(0, 1, 1, 1, DOUBLE));
        String gate = assertThrows(IllegalArgumentException.class, () -> new PrecisionGate(1, 0, 0, 1)).getMessage();
        assertTrue(gate.contains("c = 0.0"), gate);
    }
}
