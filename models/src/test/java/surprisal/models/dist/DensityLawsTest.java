package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;

/** Densities integrate to one, and their entropies and divergences are what integration says. */
class DensityLawsTest {

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64));
    }

    /** Points of the trapezium rule on one number t, for the densities of x(t): made once, evaluated in one batch. */
    private record Grid(double[] t, double h) {

        static Grid of(double from, double to, int steps) {
            double h = (to - from) / steps;
            return new Grid(IntStream.rangeClosed(0, steps).mapToDouble(i -> from + i * h).toArray(), h);
        }

        Tensor points() { return Tensor.of(Shape.of(t.length, 1), t.clone()); }

        /** ∫ p(x(t)) f(x(t)) x′(t) dt, log p and f being given at the points. */
        double integral(double[] logP, double[] f, DoubleUnaryOperator jacobian) {
            double sum = 0;
            for (int i = 0; i < t.length; i++) {
                double p = Math.exp(logP[i]) * jacobian.applyAsDouble(t[i]);
                sum += p == 0 ? 0 : p * f[i];
            }
            return sum * h;
        }
    }

    private static double[] ones(int n) { return IntStream.range(0, n).mapToDouble(i -> 1).toArray(); }

    private static void integratesToOne(Distribution p, Grid grid, UnaryOperator<Tensor> event, DoubleUnaryOperator jacobian,
            double tolerance) {
        double[] log = World.numbers(p.logProb(event.apply(grid.points())));
        assertEquals(1, grid.integral(log, ones(log.length), jacobian), tolerance);
    }

    /** One, the entropy and the divergence. */
    private static void integrated(Distribution p, Distribution q, Grid grid, UnaryOperator<Tensor> event,
            DoubleUnaryOperator jacobian, double tolerance) {
        integratesToOne(p, grid, event, jacobian, tolerance);
        Tensor x = event.apply(grid.points());
        double[] log = World.numbers(p.logProb(x));
        double entropy = grid.integral(log, World.numbers(p.logProb(x).neg()), jacobian);
        assertEquals(entropy, p.entropy().item(), tolerance * (1 + Math.abs(entropy)));
        double divergence = grid.integral(log, World.numbers(p.logProb(x).minus(q.logProb(x))), jacobian);
        assertEquals(divergence, kl(p, q).item(), tolerance * (1 + divergence));
    }

    /** With kinks, so that the error is h²/12 of the jump of the slope: 3e-6 at most here. */
    @Property(tries = 20)
    void laplaceIsIntegrated(@ForAll long seed) {
        Laplace p = (Laplace) DistributionLawsTest.Kind.LAPLACE.draw(seed, 1);
        double reach = 40 * p.scale().item();
        integrated(p, DistributionLawsTest.Kind.LAPLACE.draw(~seed, 1),
                Grid.of(p.mean().item() - reach, p.mean().item() + reach, 20_000), x -> x, t -> 1, 3e-6);
    }

    /** x = eᵗ. */
    @Property(tries = 20)
    void gammaIsIntegrated(@ForAll long seed) {
        integrated(DistributionLawsTest.Kind.GAMMA.draw(seed, 1), DistributionLawsTest.Kind.GAMMA.draw(~seed, 1),
                Grid.of(-70, 7, 4000), Tensor::exp, Math::exp, 1e-10);
    }

    /** x = σ(t); 1 − x has no digits left where it is 1e-16, and both exponents are ≥ 0.5. */
    @Property(tries = 20)
    void betaIsIntegrated(@ForAll long seed) {
        integrated(DistributionLawsTest.Kind.BETA.draw(seed, 1), DistributionLawsTest.Kind.BETA.draw(~seed, 1),
                Grid.of(-70, 30, 4000), Tensor::sigmoid, t -> sigmoid(t) * sigmoid(-t), 1e-9);
    }

    private static double sigmoid(double t) { return DistributionLawsTest.sigmoid(t); }

    /** x = tanh t; and KL, which is that of the normals, since tanh is one to one. */
    @Property(tries = 20)
    void tanhNormalIsIntegrated(@ForAll long seed) {
        Tensor a = normal(seed, 4);
        TanhNormal p = new TanhNormal(a.slice(0, 1), a.slice(1, 2).times(0.3).exp().times(0.5));
        TanhNormal q = new TanhNormal(a.slice(2, 3), a.slice(3, 4).times(0.3).exp().times(0.5));
        Grid grid = Grid.of(-15, 15, 4000);
        DoubleUnaryOperator jacobian = t -> 4 * sigmoid(2 * t) * sigmoid(-2 * t);
        integratesToOne(p, grid, Tensor::tanh, jacobian, 1e-8); // artanh of a number near 1 has lost half of its digits
        Tensor x = grid.points().tanh();
        double divergence = grid.integral(World.numbers(p.logProb(x)), World.numbers(p.logProb(x).minus(q.logProb(x))), jacobian);
        assertEquals(divergence, kl(p, q).item(), 1e-7 * (1 + divergence));
    }

    /** Two classes: x = (σ(t), σ(−t)), dx/dt = x₁ x₂. */
    @Property(tries = 20)
    void relaxedChoiceIntegratesToOne(@ForAll long seed) {
        Tensor a = normal(seed, 3);
        double temperature = Math.exp(0.5 * a.at(2));
        integratesToOne(new Relaxed(a.slice(0, 2), temperature), Grid.of(-60 / temperature, 60 / temperature, 4000),
                t -> Tensor.concat(-1, t.sigmoid(), t.neg().sigmoid()), t -> sigmoid(t) * sigmoid(-t), 1e-10);
    }

    @Property(tries = 20)
    void mixtureIntegratesToOneAndItsEntropyIsBetweenItsBounds(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int k) {
        Mixture p = new Mixture(Categorical.ofLogits(normal(seed, k)),
                new Normal(normal(seed + 1, k, 1).times(2), normal(seed + 2, k, 1).times(0.3).exp()));
        Grid grid = Grid.of(-45, 45, 6000);
        integratesToOne(p, grid, x -> x, t -> 1, 1e-11);
        double[] log = World.numbers(p.logProb(grid.points()));
        double entropy = grid.integral(log, World.numbers(p.logProb(grid.points()).neg()), t -> 1);
        assertTrue(p.leastEntropy().item() <= entropy + 1e-10 && entropy <= p.mostEntropy().item() + 1e-10);
    }

    /** Middles of equal parts, which divide the bins: the sum is the integral up to rounding. */
    @Property(tries = 50)
    void piecewiseConstantIsIntegrated(@ForAll long seed, @ForAll @IntRange(min = 1, max = 7) int k) {
        PiecewiseConstant p = new PiecewiseConstant(Categorical.ofLogits(normal(seed, 1, k)), -1.5, 2);
        PiecewiseConstant q = new PiecewiseConstant(new Categorical(normal(~seed, 1, k).softmax()), -1.5, 2);
        double h = 3.5 / (10 * k);
        integrated(p, q, Grid.of(-1.5 + h / 2, 2 - h / 2, 10 * k - 1), x -> x, t -> 1, 1e-12);
        assertEquals(Double.NEGATIVE_INFINITY, p.logProb(Tensor.of(2.001)).item());
        assertEquals(p.logProb(Tensor.of(2 - h / 2)).item(), p.logProb(Tensor.of(2.0)).item());
    }

    // ---- in two dimensions

    /** Σ over a square grid of f(x) p(x) h². */
    private static double squareIntegral(Distribution p, UnaryOperator<Tensor> f, double reach, int steps) {
        double h = 2 * reach / steps;
        double[] points = new double[2 * (steps + 1) * (steps + 1)];
        for (int i = 0; i < points.length / 2; i++) {
            int row = i / (steps + 1);
            int column = i % (steps + 1);
            points[2 * i] = -reach + row * h;
            points[2 * i + 1] = -reach + column * h;
        }
        Tensor x = Tensor.of(Shape.of(points.length / 2, 2), points);
        return p.logProb(x).exp().times(f.apply(x)).sum().item() * h * h;
    }

    private static MultivariateNormal multivariate(long seed, int n) {
        return (MultivariateNormal) DistributionLawsTest.Kind.MULTIVARIATE.draw(seed, n);
    }

    @Property(tries = 5)
    void multivariateNormalIsIntegrated(@ForAll @IntRange(min = 0, max = 99) int seed) {
        MultivariateNormal p = multivariate(seed, 2);
        MultivariateNormal q = multivariate(~seed, 2);
        assertEquals(1, squareIntegral(p, x -> x.sum(-1).times(0).plus(1), 22, 300), 1e-9);
        assertEquals(p.entropy().item(), squareIntegral(p, x -> p.logProb(x).neg(), 22, 300), 1e-8);
        double divergence = kl(p, q).item();
        assertEquals(divergence, squareIntegral(p, x -> p.logProb(x).minus(q.logProb(x)), 22, 300), 1e-8 * (1 + divergence));
    }

    /** Layers mild enough for the grid to see the steepest slope. */
    @Property(tries = 3)
    void flowsIntegrateToOne(@ForAll @IntRange(min = 0, max = 99) int seed) {
        Flow flow = FlowLawsTest.flow(normal(seed, 2), normal(seed + 1, 3, 40).times(0.4), true);
        assertEquals(1, squareIntegral(flow, x -> x.sum(-1).times(0).plus(1), 13, 260), 1e-6);
        assertEquals(Normal.standard(2, Precision.FLOAT64).logProb(normal(seed, 5, 2)).toString(),
                new Flow(Normal.standard(2, Precision.FLOAT64), List.of()).logProb(normal(seed, 5, 2)).toString());
    }

    // ---- full covariance

    @Property(tries = 100)
    void fullCovarianceOfIndependentCoordinatesIsTheDiagonalNormal(@ForAll long seed,
            @ForAll @IntRange(min = 1, max = 5) int n) {
        Normal q = (Normal) DistributionLawsTest.Kind.NORMAL.draw(seed, 3, n);
        Normal p = (Normal) DistributionLawsTest.Kind.NORMAL.draw(~seed, n);
        MultivariateNormal full = MultivariateNormal.of(q);
        Tensor x = normal(seed + 1, 3, n);
        close(q.logProb(x), full.logProb(x));
        close(q.entropy(), full.entropy());
        close(q.sample(new Rng(seed)), full.sample(new Rng(seed)));
        close(kl(q, p), kl(full, p));
        close(kl(q, p), kl(q, MultivariateNormal.of(p)));
        close(kl(q, p), kl(full, MultivariateNormal.of(p)));
    }

    private static void close(Tensor expected, Tensor actual) {
        assertEquals(expected.shape(), actual.shape());
        for (int i = 0; i < expected.shape().size(); i++) {
            assertEquals(expected.at(i), actual.at(i), 1e-11 * (1 + Math.abs(expected.at(i))));
        }
    }

    /** log p(x, y) = log p(x) + log p(y|x), with E[y|x] and Var[y|x] from Σ in plain numbers; and so the divergence. */
    @Property(tries = 100)
    void jointIsMarginalTimesConditional(@ForAll long seed) {
        MultivariateNormal p = multivariate(seed, 2);
        Tensor x = normal(seed + 1, 2);
        double[] s = World.numbers(p.covariance());
        double d = x.at(0) - p.mean().at(0);
        Normal first = new Normal(p.mean().slice(0, 1), Tensor.of(Math.sqrt(s[0])));
        Normal second = new Normal(Tensor.of(p.mean().at(1) + s[1] / s[0] * d), Tensor.of(Math.sqrt(s[3] - s[1] * s[1] / s[0])));
        assertEquals(first.logProb(x.slice(0, 1)).item() + second.logProb(x.slice(1, 2)).item(), p.logProb(x).item(), 1e-9);
        assertEquals(first.entropy().item() + second.entropy().item(), p.entropy().item(), 1e-12);
    }

    @Property(tries = 100)
    void covarianceComesBack(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int n) {
        MultivariateNormal p = (MultivariateNormal) DistributionLawsTest.Kind.MULTIVARIATE.draw(seed, 3, n);
        MultivariateNormal same = MultivariateNormal.ofCovariance(p.mean(), p.covariance());
        close(p.covariance(), same.covariance());
        close(p.logDet(), same.logDet());
        Tensor above = p.factor().plus(Tensor.of(Shape.of(n, n), upper(n)));
        close(p.covariance(), new MultivariateNormal(p.mean(), above).covariance());
        close(p.logProb(normal(seed, n)), new MultivariateNormal(p.mean(), above).logProb(normal(seed, n)));
    }

    private static double[] upper(int n) {
        return IntStream.range(0, n * n).mapToDouble(i -> i % n > i / n ? 7 : 0).toArray();
    }

    @Property(tries = 30)
    void triangularOpsHaveTheirGradients(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n) {
        MultivariateNormal p = (MultivariateNormal) DistributionLawsTest.Kind.MULTIVARIATE.draw(seed, 2, n);
        GradCheck check = GradCheck.standard();
        check.op(TriangularSolve.OP, p.factor(), normal(seed, 2, n));
        check.op(TriangularSolve.OP, p.factor(), normal(seed, 2, 3, n));
        check.op(TriangularSolve.OP, p.factor().slice(0, 0, 1).reshape(n, n), normal(seed, 3, n));
        check.op(Cholesky.OP, p.covariance());
    }
}
