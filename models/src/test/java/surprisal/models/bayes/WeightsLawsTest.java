package surprisal.models.bayes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.numbers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.function.Executable;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.dist.Normal;
import surprisal.models.nn.Init;
import surprisal.models.nn.Linear;
import surprisal.models.nn.Mlp;

/** Networks whose weights are a distribution: members, masks and normals. */
class WeightsLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static Tensor normal(Rng rng, int... shape) { return Tensor.of(rng.normal(Shape.of(shape), DOUBLE)); }

    /** The model somewhere else: fresh biases are zero, and would hide what becomes of them. */
    private static <M> M moved(M model, Rng rng) {
        return Tree.map(model, x -> x.plus(Tensor.of(rng.normal(x.shape(), x.precision())).times(0.2)));
    }

    private static void close(double[] expected, Tensor actual, double tolerance) {
        assertArrayEquals(expected, numbers(actual), tolerance);
    }

    /** Within five standard errors of the draws' mean; the seed is fixed. */
    private static void near(double expected, double[] draws) {
        double mean = Arrays.stream(draws).average().orElseThrow();
        double variance = Arrays.stream(draws).map(x -> (x - mean) * (x - mean)).sum() / (draws.length - 1);
        assertEquals(expected, mean, 5 * Math.sqrt(variance / draws.length) + 1e-12);
    }

    private static double variance(double[] draws) {
        double mean = Arrays.stream(draws).average().orElseThrow();
        return Arrays.stream(draws).map(x -> (x - mean) * (x - mean)).sum() / (draws.length - 1);
    }

    // ---- ensembles

    /** To 1e-12 and 1e-5: a product alone and one of a batch may go different ways through the kernels. */
    @Property(tries = 60)
    void membersAreOneByOne(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int M, @ForAll Precision precision,
            @ForAll @IntRange(min = 1, max = 20) int n) {
        Rng rng = new Rng(seed);
        Ensemble ensemble = moved(Ensemble.of(M, rng, precision, Unary.SILU, 3, 17, 5, 2), rng);
        Tensor shared = Tensor.of(rng.normal(Shape.of(n, 3), precision));
        Tensor own = Tensor.of(rng.normal(Shape.of(M, n, 3), precision));
        Tensor ofShared = ensemble.apply(shared);
        Tensor ofOwn = ensemble.apply(own);
        assertEquals(Shape.of(M, n, 2), ofShared.shape());
        double tolerance = precision == DOUBLE ? 1e-12 : 1e-5;
        for (int m = 0; m < M; m++) {
            Mlp member = ensemble.member(m);
            close(numbers(member.apply(shared)), ofShared.slice(0, m, m + 1), tolerance);
            close(numbers(member.apply(own.slice(0, m, m + 1))), ofOwn.slice(0, m, m + 1), tolerance);
        }
    }

    /** Members trained side by side go where each goes alone, since the costs add up. */
    @Example
    void trainingTogetherIsTrainingAlone() {
        Rng rng = new Rng(1);
        List<Mlp> alone = new ArrayList<>();
        for (int m = 0; m < 3; m++) {
            alone.add(moved(Mlp.of(rng, DOUBLE, Unary.TANH, 2, 8, 1), rng));
        }
        Ensemble together = Ensemble.of(alone);
        Tensor x = normal(rng, 10, 2);
        Tensor y = normal(rng, 10, 1);
        Tensor w = Bootstrap.poisson(3, 10, DOUBLE, rng);
        Update adam = Update.adam(0.05);
        for (int step = 0; step < 20; step++) {
            adam.step(together, new Tape().grad(together, e ->
                    e.apply(x).minus(y).square().sum(-1).times(w).mean(1).sum()));
        }
        for (int m = 0; m < 3; m++) {
            Mlp member = alone.get(m);
            Tensor weights = w.slice(0, m, m + 1).reshape(10);
            Update own = Update.adam(0.05);
            for (int step = 0; step < 20; step++) {
                own.step(member, new Tape().grad(member, e ->
                        e.apply(x).minus(y).square().sum(-1).times(weights).mean()));
            }
            close(numbers(member.apply(x)), together.member(m).apply(x), 1e-9);
        }
    }

    @Example
    void gradientsOfMembersAreLimitsOfDifferences() {
        Rng rng = new Rng(2);
        Ensemble ensemble = Ensemble.of(3, rng, DOUBLE, Unary.TANH, 2, 4, 1);
        Tensor x = normal(rng, 5, 2);
        GradCheck.standard().model(ensemble, e -> e.apply(x));
        GradCheck.standard().function(in -> ensemble.apply(in[0]), x);
    }

    @Example
    void bootstrapsHaveMeanOneAndTheirVariance() {
        int n = 200;
        Tensor poisson = Bootstrap.poisson(100, n, DOUBLE, new Rng(3));
        Tensor multinomial = Bootstrap.multinomial(100, n, DOUBLE, new Rng(4));
        near(1, numbers(poisson));
        near(1, numbers(poisson.minus(1).square())); // a Poisson's variance is its mean
        near(Math.exp(-1), Arrays.stream(numbers(poisson)).map(w -> w == 0 ? 1 : 0).toArray());
        near(0.5 * Math.exp(-1), Arrays.stream(numbers(poisson)).map(w -> w == 2 ? 1 : 0).toArray());
        near(1 - 1.0 / n, numbers(multinomial.minus(1).square()));
        for (double total : numbers(multinomial.sum(1))) {
            assertEquals(n, total);
        }
    }

    @Property(tries = 50)
    void theMixtureHasItsMomentsAndDensity(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int M) {
        Rng rng = new Rng(seed);
        Tensor mean = normal(rng, M, 2);
        Tensor std = normal(rng, M, 2).times(0.5).exp();
        Predictive p = Predictive.of(mean, std);
        Tensor y = normal(rng, 2);
        double density = 0;
        double entropy = 0;
        for (int m = 0; m < M; m++) {
            double one = 1;
            for (int i = 0; i < 2; i++) {
                double s = std.at(2 * m + i);
                double z = (y.at(i) - mean.at(2 * m + i)) / s;
                one *= Math.exp(-0.5 * z * z) / (s * Math.sqrt(2 * Math.PI));
                entropy += (Math.log(s) + 0.5 * Math.log(2 * Math.PI * Math.E)) / M;
            }
            density += one / M;
        }
        assertEquals(Math.log(density), p.logProb(y).item(), 1e-12 * (1 + Math.abs(Math.log(density))));
        assertEquals(entropy, p.expectedEntropy().item(), 1e-12);
        for (int i = 0; i < 2; i++) { // E[y²] − E[y]², where the class adds two variances
            double first = 0;
            double second = 0;
            for (int m = 0; m < M; m++) {
                first += mean.at(2 * m + i) / M;
                second += (mean.at(2 * m + i) * mean.at(2 * m + i) + std.at(2 * m + i) * std.at(2 * m + i)) / M;
            }
            assertEquals(first, p.mean().at(i), 1e-13);
            assertEquals(second - first * first, p.variance().at(i), 1e-12);
            assertEquals(p.variance().at(i), p.epistemic().at(i) + p.aleatoric().at(i), 1e-15);
            assertEquals(p.variance().at(i), Math.pow(p.normal().std().at(i), 2), 1e-13);
        }
    }

    /** The head's least cost is at the mean and the standard deviation of what was seen. */
    @Example
    void theHeadFindsMeanAndSpread() {
        Tensor y = Tensor.of(Shape.of(4, 1), 1.0, 2.0, 4.0, 5.0);
        NormalHead head = new NormalHead(1e-3);
        Tensor h = Tensor.of(0.0, 0.0);
        Update adam = Update.adam(0.05);
        for (int i = 0; i < 2000; i++) {
            adam.step(h, new Tape().grad(h, x -> head.apply(x).logProb(y).neg().mean()));
        }
        assertEquals(3, head.apply(h).mean().item(), 1e-6);
        assertEquals(Math.sqrt(2.5), head.apply(h).std().item(), 1e-6);
    }

    // ---- dropout

    /** A net of three hidden units has eight functions: their exact mean and variance, by plain loops and by masks. */
    @Property(tries = 20)
    void masksAreEnumerated(@ForAll long seed, @ForAll @DoubleRange(min = 0.05, max = 0.9) double rate) {
        DropoutMlp net = moved(new DropoutMlp(Mlp.of(new Rng(seed), DOUBLE, Unary.TANH, 2, 3, 1), rate), new Rng(7));
        Tensor x = normal(new Rng(~seed), 1, 2);
        Linear in = net.net().layers().getFirst();
        Linear out = net.net().layers().getLast();
        double[] outputs = new double[8];
        double[] weights = new double[8];
        double[] masks = new double[24];
        double mean = 0;
        double second = 0;
        for (int k = 0; k < 8; k++) {
            weights[k] = 1;
            outputs[k] = out.bias().at(0);
            for (int j = 0; j < 3; j++) {
                boolean kept = (k >> j & 1) == 1;
                weights[k] *= kept ? 1 - rate : rate;
                masks[3 * k + j] = kept ? 1 / (1 - rate) : 0;
                double a = in.bias().at(j) + x.at(0) * in.weight().at(j) + x.at(1) * in.weight().at(3 + j);
                outputs[k] += masks[3 * k + j] * Math.tanh(a) * out.weight().at(j);
            }
            mean += weights[k] * outputs[k];
            second += weights[k] * outputs[k] * outputs[k];
        }
        close(outputs, net.apply(x, List.of(Tensor.of(Shape.of(8, 1, 3), masks))), 1e-12);
        int M = 4000;
        double variance = second - mean * mean;
        double[] kept = numbers(net.apply(x, net.masks(M, new Rng(5))));
        double[] fresh = numbers(net.apply(x.expand(Shape.of(M, 2)), new Rng(6)));
        for (double[] draws : new double[][] {kept, fresh}) {
            double centre = mean;
            near(mean, draws);
            near(variance, Arrays.stream(draws).map(y -> (y - centre) * (y - centre)).toArray());
        }
        close(numbers(net.net().apply(x)), Tensor.of(mean), 1e-12); // linear in the masks: their mean is the whole net
    }

    /** One mask is one function: equal inputs give equal outputs, in any batch; without one they don't. */
    @Example
    void aMaskIsKeptForAllInputs() {
        DropoutMlp net = new DropoutMlp(Mlp.of(new Rng(1), DOUBLE, Unary.RELU, 2, 30, 30, 1), 0.5);
        Tensor x = normal(new Rng(2), 1, 2).expand(Shape.of(4, 2));
        List<Tensor> masks = net.masks(2, new Rng(3));
        Tensor kept = net.apply(x, masks);
        for (int i = 1; i < 4; i++) {
            assertEquals(kept.at(0), kept.at(i), 1e-14);
            assertEquals(kept.at(4), kept.at(4 + i), 1e-14);
        }
        assertTrue(Math.abs(kept.at(0) - kept.at(4)) > 1e-3);
        Tensor fresh = net.apply(x, new Rng(3));
        assertTrue(Math.abs(fresh.at(0) - fresh.at(1)) > 1e-3);
        close(numbers(kept.slice(1, 0, 1)), net.apply(x.slice(0, 0, 1), masks), 1e-13);
        GradCheck.standard().model(new DropoutMlp(Mlp.of(new Rng(1), DOUBLE, Unary.TANH, 2, 4, 1), 0.5), m ->
                m.apply(x, m.masks(3, new Rng(3))).mean().plus(m.complexity(2)));
    }

    /**
     * One weight behind a unit that is 1 or dropped, v or 0 by the masks: q = r N(0, ε²) + (1 − r) N(v, ε²), whose divergence
     * from N(0, s²), by the trapezium rule, depends on it as the complexity does.
     */
    @Example
    void decayIsADivergenceUpToAConstant() {
        double[] divergence = new double[2];
        double[] complexity = new double[2];
        Linear one = new Linear(Tensor.zeros(Shape.of(1, 1), DOUBLE), Tensor.of(20.0)); // tanh 20 is 1
        for (int i = 0; i < 2; i++) {
            Linear out = new Linear(Tensor.of(Shape.of(1, 1), i == 0 ? 0.5 : 1.7), Tensor.of(0.0));
            DropoutMlp net = new DropoutMlp(new Mlp(List.of(one, out), Unary.TANH), 0.3);
            double v = net.apply(Tensor.zeros(Shape.of(1, 1), DOUBLE), net.masks(30, new Rng(1))).max().item();
            double h = 1e-3;
            for (double x = -1; x < 4; x += h) {
                double q = 0.3 * bell(x, 0, 0.01) + 0.7 * bell(x, v, 0.01);
                divergence[i] += q == 0 ? 0 : h * q * (Math.log(q) - Math.log(bell(x, 0, 1.5)));
            }
            complexity[i] = net.complexity(1.5).item();
        }
        assertEquals(divergence[1] - divergence[0], complexity[1] - complexity[0], 1e-6);
        Linear first = new Linear(Tensor.of(Shape.of(1, 1), 2.0), Tensor.of(3.0)); // inputs and biases are never dropped
        assertEquals((4 + 9) / 4.5, new DropoutMlp(new Mlp(List.of(first), Unary.TANH), 0.3).complexity(1.5).item(), 1e-15);
    }

    private static double bell(double x, double mean, double std) {
        double z = (x - mean) / std;
        return Math.exp(-0.5 * z * z) / (std * Math.sqrt(2 * Math.PI));
    }

    // ---- Bayes by backprop

    /** E_q[log N(y; xW, σ²)] = log N(y; xμ, σ²) − Var(xW)/2σ², exact where the outputs are linear in the weights. */
    private static Tensor accuracy(BayesLinear layer, Tensor x, Tensor y, double noise) {
        Normal output = layer.output(x);
        Tensor s = Tensor.of(noise);
        return new Normal(output.mean(), s).logProb(y).minus(output.std().square().sum(-1).div(2 * noise * noise));
    }

    private static double[][] inverseAndLogDet(double[][] a, double[] logDet) {
        int n = a.length;
        double[][] m = new double[n][2 * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(a[i], 0, m[i], 0, n);
            m[i][n + i] = 1;
        }
        for (int i = 0; i < n; i++) { // Gauss and Jordan; the matrices are positive definite
            double pivot = m[i][i];
            logDet[0] += Math.log(pivot);
            for (int c = 0; c < 2 * n; c++) {
                m[i][c] /= pivot;
            }
            for (int r = 0; r < n; r++) {
                double f = m[r][i];
                for (int c = 0; r != i && c < 2 * n; c++) {
                    m[r][c] -= f * m[i][c];
                }
            }
        }
        return Arrays.stream(m).map(row -> Arrays.copyOfRange(row, n, 2 * n)).toArray(double[][]::new);
    }

    /**
     * A layer without hidden ones is Bayesian linear regression. Its F comes down to −log p(y) + ½ log (Π Λ_ii / |Λ|): to the
     * evidence where the design is orthogonal, with the exact posterior; else as far above as the diagonal costs.
     */
    @Property(tries = 6)
    void oneLayerReachesThePosteriorAndTheEvidence(@ForAll @IntRange(min = 0, max = 100) int seed, @ForAll boolean orthogonal) {
        double[][] design = orthogonal // the bias is an input of ones, so that columns sum to zero
                ? new double[][] {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}, {2, 0}, {-2, 0}, {0, 3}, {0, -3}}
                : new double[][] {{1, 1}, {1, 0.5}, {-2, -1}, {0, 3}, {0.5, 1}, {1, 0.5}, {-3, 0}, {1.5, 0}};
        int n = design.length;
        Rng rng = new Rng(seed);
        double noise = 0.5;
        double[] prior = {2, 2, 1.5};
        Tensor x = World.tensor(design);
        Tensor y = x.matmul(normal(rng, 2, 1)).plus(normal(rng, n, 1).times(noise)).plus(0.7);
        BayesLinear layer = BayesLinear.of(2, 1, Init.GLOROT, prior[0], prior[2], DOUBLE, rng);
        Tape tape = new Tape();
        Function<BayesLinear, Tensor> F = m -> m.complexity().minus(accuracy(m, x, y, noise).sum());
        for (double rate : new double[] {0.1, 0.01, 1e-3}) {
            Update adam = Update.adam(rate);
            for (int step = 0; step < 600; step++) {
                adam.step(layer, tape.grad(layer, F));
            }
        }
        double[][] lambda = new double[3][3]; // 1/s² + XᵀX/σ², the bias an input of ones
        double[] right = new double[3];
        double[][] covariance = new double[n][n]; // of y: X S Xᵀ + σ²
        for (int i = 0; i < n; i++) {
            double[] row = {design[i][0], design[i][1], 1};
            for (int a = 0; a < 3; a++) {
                right[a] += row[a] * y.at(i) / (noise * noise);
                for (int b = 0; b < 3; b++) {
                    lambda[a][b] += row[a] * row[b] / (noise * noise);
                }
            }
            for (int j = 0; j < n; j++) {
                double[] other = {design[j][0], design[j][1], 1};
                for (int a = 0; a < 3; a++) {
                    covariance[i][j] += row[a] * other[a] * prior[a] * prior[a];
                }
            }
            covariance[i][i] += noise * noise;
        }
        double product = 0;
        for (int a = 0; a < 3; a++) {
            lambda[a][a] += 1 / (prior[a] * prior[a]);
            product += Math.log(lambda[a][a]);
        }
        double[] logDet = new double[1];
        double[][] posterior = inverseAndLogDet(lambda, logDet);
        double[] ofY = new double[1];
        double[][] inverse = inverseAndLogDet(covariance, ofY);
        double evidence = -0.5 * n * Math.log(2 * Math.PI) - 0.5 * ofY[0];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                evidence -= 0.5 * y.at(i) * inverse[i][j] * y.at(j);
            }
        }
        double gap = 0.5 * (product - logDet[0]);
        assertEquals(orthogonal, gap < 1e-12);
        assertEquals(gap - evidence, F.apply(layer).item(), 1e-7); // the end of Adam at 1e-3, squared
        double[] means = {layer.mean().weight().at(0), layer.mean().weight().at(1), layer.mean().bias().at(0)};
        double[] stds = {layer.weight().std().at(0), layer.weight().std().at(1), layer.bias().std().at(0)};
        for (int a = 0; a < 3; a++) {
            double exact = World.dot(posterior[a], right);
            assertEquals(exact, means[a], 1e-4);
            assertEquals(1 / Math.sqrt(lambda[a][a]), stds[a], 1e-4);
        }
    }

    /**
     * A shared draw, one draw a member and one an input all estimate the same F. For n equal examples the error of a shared draw
     * is common to all of them, and that of local ones is averaged: its variance is n times less.
     */
    @Example
    void threeWaysToDrawEstimateTheSameF() {
        Rng rng = new Rng(8);
        int n = 20;
        BayesMlp net = moved(BayesMlp.of(rng, DOUBLE, Unary.TANH, 1, 2, 1), rng);
        BayesLinear layer = net.layers().getFirst();
        Tensor x = normal(rng, 1, 2).expand(Shape.of(n, 2));
        Tensor y = normal(rng, 1, 1).expand(Shape.of(n, 1));
        Tensor noise = Tensor.of(0.1);
        double exact = layer.complexity().div(n).minus(accuracy(layer, x, y, 0.1).mean()).item();
        int draws = 1000;
        double[] shared = new double[draws];
        double[] local = new double[draws];
        for (int i = 0; i < draws; i++) {
            shared[i] = net.freeEnergy(new Normal(net.draw(rng).apply(x), noise).logProb(y), n).total().mean().item();
            local[i] = net.freeEnergy(new Normal(net.apply(x, rng), noise).logProb(y), n).total().mean().item();
        }
        double[] members = numbers(net.freeEnergy(
                new Normal(net.draws(draws, rng).apply(x), noise).logProb(y), n).total().mean(1));
        near(exact, shared);
        near(exact, local);
        near(exact, members);
        assertEquals(variance(shared), variance(members), 0.3 * variance(shared)); // 1000 draws know it to 5 % or so
        assertEquals(variance(shared) / n, variance(local), 0.3 * variance(shared) / n);
    }

    @Example
    void gradientsOfBeliefsAreLimitsOfDifferences() {
        Rng rng = new Rng(9);
        BayesMlp net = BayesMlp.of(rng, DOUBLE, Unary.TANH, 1, 2, 3, 1);
        Tensor x = normal(rng, 4, 2);
        GradCheck check = GradCheck.standard();
        check.model(net, m -> m.complexity());
        check.model(net, m -> m.apply(x, new Rng(1)));
        check.model(net, m -> m.draw(new Rng(1)).apply(x));
        check.model(net, m -> m.draws(2, new Rng(1)).apply(x));
    }

    /** The complexity is the divergence of all weights, one by one. */
    @Property(tries = 30)
    void complexityIsTheDivergenceOfEachWeight(@ForAll long seed) {
        BayesMlp net = moved(BayesMlp.of(new Rng(seed), DOUBLE, Unary.TANH, 1.5, 4, 3, 2), new Rng(7));
        double sum = 0;
        for (int l = 0; l < 2; l++) {
            BayesLinear layer = net.layers().get(l);
            assertEquals(1.5 / Math.sqrt(l == 0 ? 4 : 3), layer.weightPrior(), 1e-15);
            for (boolean bias : new boolean[] {false, true}) {
                Normal q = bias ? layer.bias() : layer.weight();
                double s = bias ? layer.biasPrior() : layer.weightPrior();
                for (int i = 0; i < q.mean().shape().size(); i++) {
                    double variance = q.std().at(i) * q.std().at(i);
                    sum += 0.5 * (Math.log(s * s / variance) + (variance + q.mean().at(i) * q.mean().at(i)) / (s * s) - 1);
                }
            }
        }
        assertEquals(sum, net.complexity().item(), 1e-11 * (1 + sum));
    }

    // ---- what doesn't fit

    private static void says(String part, Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Example
    void whatDoesNotFitIsSaid() {
        Rng rng = new Rng(0);
        Ensemble ensemble = Ensemble.of(3, rng, Unary.TANH, 2, 4, 1);
        says("[2, 5, 2] of 3 members", () -> ensemble.apply(Tensor.of(rng.normal(Shape.of(2, 5, 2), Precision.FLOAT32))));
        says("no members", () -> Ensemble.of(0, rng, Unary.TANH, 2, 1));
        says("no members", () -> Linears.of(List.of()));
        says("2 layers with TANH and of 1 layers with RELU", () -> Ensemble.of(List.of(
                Mlp.of(rng, Unary.TANH, 2, 4, 1), Mlp.of(rng, Unary.RELU, 2, 1))));
        says("0 examples for 3 members", () -> Bootstrap.poisson(3, 0, DOUBLE, rng));
        says("least σ is 0.0", () -> new NormalHead(0));
        says("3 is odd", () -> new NormalHead(1).apply(Tensor.of(1.0, 2, 3)));
        says("[3]", () -> Predictive.of(Tensor.of(1.0, 2, 3), Tensor.of(1.0)));
        says("p = 1.0", () -> new DropoutMlp(Mlp.of(rng, 1, 1), 1));
        says("0 masks for a perceptron of 1 hidden layers",
                () -> new DropoutMlp(Mlp.of(rng, 1, 2, 1), 0.5).apply(Tensor.of(1f), List.of()));
        says("σ = 0.0", () -> new DropoutMlp(Mlp.of(rng, 1, 1), 0.5).complexity(0));
        says("weights with σ = 0.0", () -> BayesMlp.of(rng, DOUBLE, Unary.TANH, 0, 1, 1));
        says("[1]", () -> BayesMlp.of(rng, DOUBLE, Unary.TANH, 1, 1));
        says("0 examples", () -> BayesMlp.of(rng, DOUBLE, Unary.TANH, 1, 1, 1).freeEnergy(Tensor.of(1.0), 0));
    }
}
