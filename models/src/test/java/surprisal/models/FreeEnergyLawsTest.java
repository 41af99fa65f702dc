package surprisal.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.column;
import static surprisal.models.World.dot;
import static surprisal.models.World.kl;
import static surprisal.models.World.numbers;
import static surprisal.models.World.posterior;
import static surprisal.models.World.tensor;
import static surprisal.models.World.xlogy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Normal;

/** Identities of F = complexity − accuracy, each against an enumeration of all states in plain numbers. */
class FreeEnergyLawsTest {

    private static final double EXACT = 1e-12;

    @Provide
    Arbitrary<World> worlds() { return World.worlds(); }

    private static Tensor hot(World w, int o) { return w.pomdp().outcome(o); }

    /** Σ_s q(s) (log q(s) − log p(o, s)), by definition. */
    private static double enumerated(double[] q, double[] D, double[] likelihood) {
        double F = 0;
        for (int s = 0; s < q.length; s++) {
            F += xlogy(q[s], q[s]) - xlogy(q[s], D[s] * likelihood[s]);
        }
        return F;
    }

    private static void close(double expected, double actual) {
        if (Double.isInfinite(expected)) {
            assertEquals(expected, actual);
        } else {
            assertEquals(expected, actual, EXACT * (1 + Math.abs(expected)));
        }
    }

    @Property
    void boundsTheSurprise(@ForAll("worlds") World w) {
        for (int o = 0; o < w.outcomes(); o++) {
            double[] likelihood = column(w.likelihood(), o);
            double surprise = -Math.log(dot(w.D(), likelihood));
            Tensor A = tensor(w.likelihood());
            double F = FreeEnergy.of(tensor(w.qs()), tensor(w.D()), A, hot(w, o)).total().item();
            if (Double.isInfinite(surprise)) {
                assertEquals(surprise, F);
                continue;
            }
            double[] exact = posterior(w.D(), likelihood);
            close(surprise + kl(w.qs(), exact), F); // so F ≥ −log p(o), with equality only at q = p(s|o)
            assertTrue(F >= surprise - EXACT, F + " ≥ " + surprise);
            close(surprise, FreeEnergy.of(tensor(exact), tensor(w.D()), A, hot(w, o)).total().item());
        }
    }

    @Property
    void threeWaysGiveOneNumber(@ForAll("worlds") World w) {
        Tensor qs = tensor(w.qs());
        Tensor D = tensor(w.D());
        Tensor A = tensor(w.likelihood());
        for (int o = 0; o < w.outcomes(); o++) {
            double[] likelihood = column(w.likelihood(), o);
            double F = enumerated(w.qs(), w.D(), likelihood);
            close(F, FreeEnergy.of(qs, D, A, hot(w, o)).total().item());
            close(F, FreeEnergy.energyMinusEntropy(qs, D, A, hot(w, o)).item());
            if (dot(w.D(), likelihood) > 0) { // else there is no posterior to diverge from
                close(F, FreeEnergy.divergenceMinusLogEvidence(qs, D, A, hot(w, o)).item());
            }
        }
    }

    @Property
    void aBatchIsOneByOne(@ForAll("worlds") World w) {
        int n = w.outcomes();
        Tensor o = Tensor.oneHot(n, Precision.FLOAT64, IntStream.range(0, n).toArray());
        Tensor qs = Tensor.full(Shape.of(n, 1), 1, Precision.FLOAT64).times(tensor(w.qs()));
        FreeEnergy batch = FreeEnergy.of(qs, tensor(w.D()), tensor(w.likelihood()), o);
        assertEquals(Shape.of(n), batch.total().shape());
        for (int i = 0; i < n; i++) {
            close(enumerated(w.qs(), w.D(), column(w.likelihood(), i)), batch.total().at(i));
        }
    }

    /** Eq. 1 over a sequence: trajectories are states, outcome sequences are outcomes; the evidence by the forward recursion. */
    @Property(tries = 60)
    void boundsTheSurpriseOfASequence(@ForAll("worlds") World w, @ForAll @IntRange(min = 2, max = 3) int T,
            @ForAll long seed) {
        int S = w.states();
        int trajectories = (int) Math.pow(S, T);
        SplittableRandom r = new SplittableRandom(seed);
        double[][] B = w.B()[r.nextInt(w.actions())];
        int[] outcome = r.ints(T, 0, w.outcomes()).toArray();
        double[] prior = new double[trajectories];
        double[] likelihood = new double[trajectories];
        for (int i = 0; i < trajectories; i++) {
            prior[i] = 1;
            likelihood[i] = 1;
            int before = -1;
            for (int t = 0, rest = i; t < T; t++, rest /= S) {
                int s = rest % S;
                prior[i] *= t == 0 ? w.D()[s] : B[before][s];
                likelihood[i] *= w.likelihood()[s][outcome[t]];
                before = s;
            }
        }
        double surprise = 0;
        double[] belief = w.D();
        for (int t = 0; t < T; t++) {
            double[] seen = column(w.likelihood(), outcome[t]);
            double evidence = dot(belief, seen);
            surprise -= Math.log(evidence);
            if (evidence == 0) {
                break;
            }
            double[] now = posterior(belief, seen);
            belief = new double[S];
            for (int s = 0; s < S; s++) {
                belief[s] = dot(now, column(B, s));
            }
        }
        double[] q = World.row(r, trajectories, false);
        Tensor o = tensor(1, 0);
        double[][] A = new double[trajectories][];
        Arrays.setAll(A, i -> new double[] {likelihood[i], 1 - likelihood[i]});
        double F = FreeEnergy.of(tensor(q), tensor(prior), tensor(A), o).total().item();
        assertTrue(F >= surprise - EXACT, F + " ≥ " + surprise);
        if (Double.isFinite(surprise)) {
            double[] exact = posterior(prior, likelihood);
            double least = FreeEnergy.of(tensor(exact), tensor(prior), tensor(A), o).total().item();
            assertEquals(surprise, least, 1e-11 * (1 + surprise));
        }
    }

    /** Eq. 2: for q(s|π, θ) q(π) q(θ) and p(o, s|π, θ) p(π) p(θ), F = E[F_π,θ] + D_KL[q(π) ‖ p(π)] + D_KL[q(θ) ‖ p(θ)]. */
    @Property(tries = 60)
    void splitsOverPoliciesAndParameters(@ForAll("worlds") World w, @ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        int K = w.candidates();
        int U = w.actions();
        int o = r.nextInt(w.outcomes());
        Assume.that(Arrays.stream(w.A()).allMatch(A -> Arrays.stream(column(A, o)).allMatch(p -> p > 0)));
        double[] qp = World.row(r, U, false);
        double[] pp = World.row(r, U, false);
        double[] pt = World.row(r, K, false);
        double joint = 0;
        double expected = 0;
        for (int u = 0; u < U; u++) {
            double[] prior = World.row(r, w.states(), false); // p(s|π)
            for (int k = 0; k < K; k++) {
                double[] q = World.row(r, w.states(), false); // q(s|π, θ)
                double[] likelihood = column(w.A()[k], o);
                for (int s = 0; s < w.states(); s++) {
                    double weight = q[s] * qp[u] * w.qt()[k];
                    joint += xlogy(weight, weight) - xlogy(weight, likelihood[s] * prior[s] * pp[u] * pt[k]);
                }
                expected += qp[u] * w.qt()[k]
                        * FreeEnergy.of(tensor(q), tensor(prior), tensor(w.A()[k]), hot(w, o)).total().item();
            }
        }
        double policies = Kl.kl(new Categorical(tensor(qp)), new Categorical(tensor(pp))).item();
        double parameters = Kl.kl(new Categorical(tensor(w.qt())), new Categorical(tensor(pt))).item();
        close(joint, expected + policies + parameters);
    }

    @Property
    void betaBoundsFromAbove(@ForAll("worlds") World w, @ForAll @DoubleRange(min = 1, max = 9) double beta) {
        FreeEnergy F = FreeEnergy.of(tensor(w.qs()), tensor(w.D()), tensor(w.likelihood()), hot(w, 0));
        assertEquals(F.total().item(), F.weighted(1).item());
        assertTrue(F.weighted(beta).item() >= F.total().item() - EXACT);
    }

    @Property(tries = 50)
    void gradientsAreLimitsOfDifferences(@ForAll("worlds") World w, @ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        Tensor a = Tensor.of(new Rng(seed).normal(Shape.of(w.states(), w.outcomes()), Precision.FLOAT64));
        Tensor d = tensor(r.doubles(w.states(), -1, 1).toArray());
        Tensor q = tensor(r.doubles(w.states(), -1, 1).toArray());
        Tensor o = hot(w, r.nextInt(w.outcomes()));
        GradCheck check = GradCheck.standard();
        check.function(x -> FreeEnergy.of(x[0].softmax(), x[1].softmax(), x[2].softmax(), o).total(), q, d, a);
        check.function(x -> FreeEnergy.energyMinusEntropy(x[0].softmax(), x[1].softmax(), x[2].softmax(), o), q, d, a);
        check.function(
                x -> FreeEnergy.divergenceMinusLogEvidence(x[0].softmax(), x[1].softmax(), x[2].softmax(), o), q, d, a);
    }

    /** NLL = D · MSE / 2σ² + (D/2) log 2πσ² for pixels of one σ. */
    @Property
    void gaussianPixelsAreSquaredErrors(@ForAll @IntRange(min = 1, max = 9) int D, @ForAll long seed,
            @ForAll @DoubleRange(min = 0.01, max = 10) double sigma) {
        Rng rng = new Rng(seed);
        Tensor x = Tensor.of(rng.normal(Shape.of(D), Precision.FLOAT64));
        Tensor mean = Tensor.of(rng.normal(Shape.of(D), Precision.FLOAT64));
        double mse = 0;
        for (int i = 0; i < D; i++) {
            mse += (x.at(i) - mean.at(i)) * (x.at(i) - mean.at(i)) / D;
        }
        double nll = -new Normal(mean, Tensor.full(Shape.scalar(), sigma, Precision.FLOAT64)).logProb(x).item();
        close(D * mse / (2 * sigma * sigma) + D / 2.0 * Math.log(2 * Math.PI * sigma * sigma), nll);
    }

    /**
     * o = W s + b + ε with orthogonal columns in W (so that the exact posterior N(M⁻¹Wᵀ(o − b), σ²M⁻¹), M = WᵀW + σ²I, is
     * diagonal): F = −log N(o; b, WWᵀ + σ²I), and its integrand is that number at every s.
     */
    @Property
    void linearGaussianIsExact(@ForAll long seed, @ForAll @DoubleRange(min = 0.1, max = 3) double sigma) {
        int n = 4;
        int latent = 2;
        SplittableRandom r = new SplittableRandom(seed);
        double[] b = r.doubles(n, -2, 2).toArray();
        double[] o = r.doubles(n, -3, 3).toArray();
        double[][] W = new double[latent][]; // its columns as rows
        W[0] = r.doubles(n, -2, 2).toArray();
        double[] second = r.doubles(n, -2, 2).toArray();
        double along = dot(second, W[0]) / dot(W[0], W[0]);
        W[1] = new double[n];
        Arrays.setAll(W[1], i -> second[i] - along * W[0][i]);
        double[] mean = new double[latent];
        double[] std = new double[latent];
        for (int j = 0; j < latent; j++) {
            double m = dot(W[j], W[j]) + sigma * sigma;
            double[] column = W[j];
            for (int i = 0; i < n; i++) {
                mean[j] += column[i] * (o[i] - b[i]) / m;
            }
            std[j] = sigma / Math.sqrt(m);
        }
        double evidence = logNormal(o, b, W, sigma);
        Normal q = new Normal(tensor(mean), tensor(std));
        Normal prior = Normal.standard(latent, Precision.FLOAT64);
        Tensor noise = Tensor.full(Shape.scalar(), sigma, Precision.FLOAT64);
        Rng rng = new Rng(seed);
        for (int i = 0; i < 5; i++) {
            Tensor s = i == 0 ? q.mean() : q.sample(rng);
            Tensor accuracy = new Normal(s.matmul(tensor(W)).plus(tensor(b)), noise).logProb(tensor(o));
            double sample = q.logProb(s).minus(prior.logProb(s)).minus(accuracy).item();
            assertEquals(-evidence, sample, 1e-10 * (1 + Math.abs(evidence)));
        }
        double spread = 0; // tr(W Σ Wᵀ) / 2σ²
        for (int j = 0; j < latent; j++) {
            spread += dot(W[j], W[j]) * std[j] * std[j] / (2 * sigma * sigma);
        }
        Tensor atMean = new Normal(q.mean().matmul(tensor(W)).plus(tensor(b)), noise).logProb(tensor(o));
        double F = FreeEnergy.of(q, prior, atMean.minus(spread)).total().item();
        assertEquals(-evidence, F, 1e-10 * (1 + Math.abs(evidence)));
        assertTrue(numbers(q.std())[0] < 1);
    }

    /** log N(o; b, WWᵀ + σ²I) by a Cholesky factor. */
    static double logNormal(double[] o, double[] b, double[][] W, double sigma) {
        int n = o.length;
        double[][] L = new double[n][n];
        double[] y = new double[n];
        double log = -0.5 * n * Math.log(2 * Math.PI);
        for (int i = 0; i < n; i++) {
            for (int k = 0; k <= i; k++) {
                double c = i == k ? sigma * sigma : 0;
                for (double[] column : W) {
                    c += column[i] * column[k];
                }
                for (int l = 0; l < k; l++) {
                    c -= L[i][l] * L[k][l];
                }
                L[i][k] = i == k ? Math.sqrt(c) : c / L[k][k];
            }
            y[i] = o[i] - b[i];
            for (int l = 0; l < i; l++) {
                y[i] -= L[i][l] * y[l];
            }
            y[i] /= L[i][i];
            log -= Math.log(L[i][i]) + 0.5 * y[i] * y[i];
        }
        return log;
    }
}
