package surprisal.models.dist;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.dist.DistributionLawsTest.near;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;
import surprisal.models.dist.Hamiltonian.Refined;

/** Paths that leave their density as it is, and lead to it. */
class HamiltonianLawsTest {

    private static final int N = 4000;

    private static Tensor normal(long seed, int... shape) {
        return Tensor.of(new Rng(seed).normal(Shape.of(shape), Precision.FLOAT64));
    }

    /** log p(x) = 2x − eˣ − log Γ(2): the logarithm of a Gamma(2, 1) draw, which is skewed. */
    private static Tensor logGamma(Tensor x) {
        return x.times(2).minus(x.exp()).sum(-1);
    }

    private static Tensor exactDraws(int rows) {
        return new Gamma(Tensor.full(Shape.of(rows, 1), 2, Precision.FLOAT64), Tensor.full(Shape.scalar(), 1, Precision.FLOAT64))
                .sample(new Rng(8)).log();
    }

    @Example
    void pointsComeToHaveTheMomentsOfACorrelatedNormal() {
        Tensor factor = Tensor.of(Shape.of(2, 2), 1.0, 0, 1.2, 0.5);
        MultivariateNormal p = new MultivariateNormal(Tensor.of(1.0, -2), factor);
        Refined end = new Hamiltonian(0.35, 6, 25).refine(p::logProb, normal(1, N, 2).times(0.1).plus(3), new Rng(2));
        Tensor d = end.x().minus(p.mean());
        near(0, World.numbers(d.slice(0, 1)), "mean");
        near(0, World.numbers(d.slice(1, 2)), "mean");
        near(1, World.numbers(d.slice(0, 1).square()), "variance");
        near(1.2 * 1.2 + 0.25, World.numbers(d.slice(1, 2).square()), "variance");
        near(1.2, World.numbers(d.slice(0, 1).times(d.slice(1, 2))), "covariance");
        double acceptance = end.acceptance().mean().item();
        assertTrue(acceptance > 0.6 && acceptance < 0.99, "acceptance " + acceptance);
        assertArrayEquals(World.numbers(p.logProb(end.x())), World.numbers(end.logDensity()), 1e-12);
    }

    /**
     * From exact draws, (x, x′) is (x′, x) in distribution: what changes its sign when they are swapped has the mean 0.
     * Steps are so long that many are refused.
     */
    @Example
    void detailedBalanceHolds() {
        for (Hamiltonian sampler : new Hamiltonian[] {Hamiltonian.langevin(1.3, 1), new Hamiltonian(0.9, 3, 1)}) {
            Tensor x = exactDraws(10 * N);
            Refined end = sampler.refine(HamiltonianLawsTest::logGamma, x, new Rng(9));
            Tensor y = end.x();
            double acceptance = end.acceptance().mean().item();
            assertTrue(acceptance > 0.3 && acceptance < 0.95, "acceptance " + acceptance);
            near(0.42278433509846713, World.numbers(y), "ψ(2)");
            near(0, World.numbers(x.square().times(y).minus(x.times(y.square()))), "x²y − xy²");
            near(0, World.numbers(x.exp().times(y).minus(x.times(y.exp()))), "eˣy − xeʸ");
            near(0, World.numbers(x.sin().minus(y.sin())), "sin x − sin y");
        }
    }

    /** One leap is the rule of Metropolis and Hastings for the proposal N(x + ε²/2 ∇log p(x), ε²), in plain numbers. */
    @Property(tries = 100)
    void oneLeapIsMetropolisAndHastings(@ForAll long seed) {
        double step = 1.4;
        Tensor x = normal(seed, 5, 1);
        Refined end = Hamiltonian.langevin(step, 1).refine(HamiltonianLawsTest::logGamma, x, new Rng(seed));
        Rng same = new Rng(seed);
        double[] v = World.numbers(Tensor.of(same.normal(Shape.of(5, 1), Precision.FLOAT64)));
        double[] u = World.numbers(Tensor.of(same.uniform(Shape.of(5), Precision.FLOAT64)));
        for (int i = 0; i < 5; i++) {
            double here = x.at(i);
            double drift = here + step * step / 2 * (2 - Math.exp(here));
            double there = drift + step * v[i];
            double back = there + step * step / 2 * (2 - Math.exp(there));
            double log = (2 * there - Math.exp(there)) - (2 * here - Math.exp(here))
                    - (here - back) * (here - back) / (2 * step * step) + (there - drift) * (there - drift) / (2 * step * step);
            boolean accepted = 1 - u[i] < Math.exp(log);
            assertEquals(accepted ? there : here, end.x().at(i), 1e-12);
            assertEquals(accepted ? 1 : 0, end.acceptance().at(i));
        }
    }

    /**
     * D_KL[q_t ‖ p] falls with every round, and with it F = D_KL − log p(o): that of the normal with the points'
     * moments, which the start and the end are.
     */
    @Example
    void everyRoundImprovesTheBound() {
        UnaryOperator<Tensor> p = x -> x.square().times(-0.5).sum(-1);
        Tensor start = normal(1, N, 1).times(0.4).plus(2);
        double last = Double.POSITIVE_INFINITY;
        for (int rounds : new int[] {0, 1, 2, 4, 8, 16}) {
            double[] x = World.numbers(Hamiltonian.langevin(0.7, rounds).refine(p, start, new Rng(5)).x());
            double mean = Arrays.stream(x).average().orElseThrow();
            double variance = Arrays.stream(x).map(y -> (y - mean) * (y - mean)).average().orElseThrow();
            double divergence = 0.5 * (variance + mean * mean - 1 - Math.log(variance));
            assertTrue(divergence < last, rounds + " rounds: " + divergence);
            last = divergence;
        }
        assertTrue(last < 0.01);
    }

    /**
     * Points that would leave the region where the density is not 0 stay. Half of a normal distribution has the mean
     * √(2/π).
     */
    @Example
    void impossibleRegionsAreNotEntered() {
        UnaryOperator<Tensor> half = x -> x.square().times(-0.5).plus(x.sqrt().times(0)).sum(-1); // √x is no number below 0
        Refined end = new Hamiltonian(0.5, 3, 30).refine(half, Tensor.full(Shape.of(N, 1), 1, Precision.FLOAT64), new Rng(3));
        assertTrue(Arrays.stream(World.numbers(end.x())).allMatch(x -> x >= 0));
        near(Math.sqrt(2 / Math.PI), World.numbers(end.x()), "mean");
        near(1, World.numbers(end.x().square()), "second moment");
    }

    @Property(tries = 30)
    void sameSeedSamePoints(@ForAll long seed, @ForAll Precision precision) {
        Tensor start = normal(seed, 3, 2).to(precision);
        Hamiltonian sampler = new Hamiltonian(0.2, 3, 4);
        Refined end = sampler.refine(HamiltonianLawsTest::logGamma, start, new Rng(seed));
        assertEquals(precision, end.x().precision());
        assertArrayEquals(World.numbers(end.x()),
                World.numbers(sampler.refine(HamiltonianLawsTest::logGamma, start, new Rng(seed)).x()), 0);
        assertArrayEquals(World.numbers(start),
                World.numbers(new Hamiltonian(0.2, 3, 0).refine(HamiltonianLawsTest::logGamma, start, new Rng(seed)).x()), 0);
    }

    @Property(tries = 30)
    void pointsDoNotKnowOfEachOther(@ForAll long seed) {
        Tensor start = normal(seed, 3, 2);
        Tensor other = Tensor.concat(0, start.slice(0, 0, 1), start.slice(0, 1, 2).plus(1), start.slice(0, 2, 3));
        Hamiltonian sampler = new Hamiltonian(0.5, 3, 4);
        Tensor x = sampler.refine(HamiltonianLawsTest::logGamma, start, new Rng(seed)).x();
        Tensor y = sampler.refine(HamiltonianLawsTest::logGamma, other, new Rng(seed)).x();
        assertTrue(x.at(2) != y.at(2));
        for (int i : new int[] {0, 1, 4, 5}) {
            assertEquals(x.at(i), y.at(i));
        }
    }

    @Example
    void whatCannotBeRefinedIsSaid() {
        Hamiltonian sampler = Hamiltonian.langevin(0.1, 3);
        assertEquals("the log-density of start 1 is -Infinity: begin where it is finite", message(
                () -> sampler.refine(x -> x.log().sum(-1), Tensor.of(Shape.of(2, 1), 1.0, 0), new Rng(0))));
        assertEquals("the log-density of points [2, 1] has shape []: it is one number for each point, [2]", message(
                () -> sampler.refine(Tensor::sum, Tensor.of(Shape.of(2, 1), 1.0, 0), new Rng(0))));
        assertEquals("Hamiltonian Monte Carlo of step -0.1, 1 leaps and 3 rounds: the step is finite and > 0, there is at least one "
                + "leap, and rounds are not negative", message(() -> Hamiltonian.langevin(-0.1, 3)));
    }

    private static String message(org.junit.jupiter.api.function.Executable what) {
        return assertThrows(IllegalArgumentException.class, what).getMessage();
    }
}
