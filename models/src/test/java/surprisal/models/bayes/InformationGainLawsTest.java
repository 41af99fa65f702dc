package surprisal.models.bayes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.Kl.kl;
import static surprisal.models.World.numbers;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.World;
import surprisal.models.dist.Categorical;
import surprisal.models.dist.Dirichlet;
import surprisal.models.plan.Objective;

/** I[θ; y] by enumeration, by integration, by sampling and by its bounds. */
class InformationGainLawsTest {

    private static final Precision DOUBLE = Precision.FLOAT64;

    private static Tensor normal(Rng rng, int... shape) { return Tensor.of(rng.normal(Shape.of(shape), DOUBLE)); }

    private static Predictive ones(double std, double... means) {
        return Predictive.of(Tensor.of(Shape.of(means.length, 1), means), Tensor.of(std));
    }

    private static Predictive random(long seed, int M, int... rest) {
        Rng rng = new Rng(seed);
        int[] shape = IntStream.concat(IntStream.of(M), IntStream.of(rest)).toArray();
        return Predictive.of(normal(rng, shape).times(2), normal(rng, shape).times(0.5).exp());
    }

    private static double bell(double y, double mean, double std) {
        double z = (y - mean) / std;
        return Math.exp(-0.5 * z * z) / (std * Math.sqrt(2 * Math.PI));
    }

    /** The density of a mixture over one number, in plain arithmetic. */
    private static double density(Predictive p, double y) {
        return IntStream.range(0, p.members()).mapToDouble(m -> bell(y, p.each().mean().at(m), p.each().std().at(m))).average()
                .orElseThrow();
    }

    /** The trapezium rule, which is exact to rounding for smooth integrands that vanish at both ends. */
    private static double integral(DoubleUnaryOperator f) {
        int n = 8000;
        double h = 160.0 / n;
        return h * IntStream.rangeClosed(0, n).mapToDouble(i -> f.applyAsDouble(-80 + i * h)).sum();
    }

    /** H[mixture] − mean H[member], one number. */
    private static double integrated(Predictive p) {
        double entropy = integral(y -> -World.xlogy(density(p, y), density(p, y)));
        for (int m = 0; m < p.members(); m++) {
            entropy -= (Math.log(p.each().std().at(m)) + 0.5 * Math.log(2 * Math.PI * Math.E)) / p.members();
        }
        return entropy;
    }

    private static void near(double expected, double[] draws) {
        double mean = Arrays.stream(draws).average().orElseThrow();
        double variance = Arrays.stream(draws).map(x -> (x - mean) * (x - mean)).sum() / (draws.length - 1);
        assertEquals(expected, mean, 5 * Math.sqrt(variance / draws.length) + 1e-12);
    }

    // ---- where it is exact

    /** H[p(o)] = E_θ H[p(o|θ)] + I(θ; o), and I is what Bayes' rule teaches about which member is right. */
    @Property(tries = 100)
    void predictiveEntropyIsAleatoricAndEpistemic(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int M,
            @ForAll @IntRange(min = 1, max = 5) int K, @ForAll boolean zeros) {
        SplittableRandom r = new SplittableRandom(seed);
        double[][] p = new double[M][];
        Arrays.setAll(p, m -> World.row(r, K, zeros));
        double[] prior = new double[M];
        Arrays.fill(prior, 1.0 / M);
        double[] mixture = new double[K];
        double aleatoric = 0;
        for (double[] row : p) {
            aleatoric += World.entropy(row) / M;
            Arrays.setAll(mixture, k -> mixture[k] + row[k] / M);
        }
        double taught = 0; // E_o[D_KL[q(θ|o) ‖ q(θ)]]
        for (int k = 0; k < K; k++) {
            taught += mixture[k] == 0 ? 0 : mixture[k] * World.kl(World.posterior(prior, World.column(p, k)), prior);
        }
        double gain = InformationGain.of(new Categorical(World.tensor(p))).item();
        assertEquals(World.entropy(mixture), aleatoric + gain, 1e-12);
        assertEquals(taught, gain, 1e-12);
        assertTrue(gain >= -1e-12 && gain <= Math.log(Math.min(M, K)) + 1e-12);
    }

    @Property
    void countsTeachWhatOneMoreEventDoes(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int K) {
        Tensor alpha = normal(new Rng(seed), K).exp();
        double total = alpha.sum().item();
        double expected = 0;
        for (int k = 0; k < K; k++) {
            Dirichlet after = new Dirichlet(alpha.plus(Tensor.oneHot(K, DOUBLE, k).reshape(K)));
            expected += alpha.at(k) / total * kl(after, new Dirichlet(alpha)).item();
        }
        assertEquals(expected, InformationGain.of(new Dirichlet(alpha)).item(), 1e-11);
    }

    @Example
    void theCountsOfTheReference() { // computed elsewhere, in arithmetic of fifty digits
        assertEquals(0.1597455368, InformationGain.of(new Dirichlet(Tensor.of(1.5, 0.7, 3))).item(), 5e-11);
    }

    // ---- mixtures of normals

    @Example
    void twoMembersOfTheReference() { // by quadrature elsewhere
        Predictive p = ones(1, -1, 1);
        double I = 0.336830820347;
        assertEquals(I, integrated(p), 5e-13);
        assertEquals(0.5 * Math.log(2), InformationGain.bound(p).item(), 1e-14); // ½ log(1 + D/σ²) = 0.347 < log 2
        double[] draws = numbers(InformationGain.monteCarlo(Predictive.of(
                p.each().mean().reshape(2, 1, 1).expand(Shape.of(2, 4000, 1)), p.each().std().reshape(2, 1, 1)), 1, new Rng(1)));
        near(I, draws);
        assertTrue(Arrays.stream(draws).max().orElseThrow() <= Math.log(2));
    }

    /** 0 ≤ I ≤ min(log M, the bound by the variance); with equal σ and one coordinate the latter is ½ log(1 + D/σ²). */
    @Property(tries = 25)
    void theGainIsWithinItsBounds(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int M, @ForAll boolean sameNoise) {
        Predictive any = random(seed, M, 1);
        Predictive p = sameNoise ? Predictive.of(any.each().mean(), Tensor.of(0.7)) : any;
        double I = integrated(p);
        double bound = InformationGain.bound(p).item();
        assertTrue(I >= -1e-9 && I <= bound + 1e-9, I + " within " + bound);
        assertTrue(bound <= Math.log(M) + 1e-15);
        if (sameNoise) {
            double D = p.epistemic().item();
            assertEquals(Math.min(Math.log(M), 0.5 * Math.log(1 + D / 0.49)), bound, 1e-12);
            assertEquals(D, InformationGain.disagreement(p).item(), 1e-15);
        }
    }

    /** I ≈ D/2σ² and H₂'s divergence likewise, as D/σ² goes to 0: what is left is of its second order. */
    @Example
    void smallDisagreementsAreHalfTheirVariance() {
        for (double e : new double[] {0.1, 0.01}) {
            Predictive p = ones(1, -e, 0, 2 * e);
            double D = p.epistemic().item();
            assertEquals(D / 2, integrated(p), D * D);
            assertEquals(D / 2, InformationGain.jensenRenyi(p).item(), D * D);
        }
    }

    /** −log ∫ p² + mean log ∫ p_m², the integrals by the trapezium rule. */
    @Property(tries = 25)
    void jensenRenyiIsIntegrated(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int M) {
        Predictive p = random(seed, M, 1);
        double of = -Math.log(integral(y -> density(p, y) * density(p, y)));
        double each = 0;
        for (int m = 0; m < M; m++) {
            double mean = p.each().mean().at(m);
            double std = p.each().std().at(m);
            each -= Math.log(integral(y -> bell(y, mean, std) * bell(y, mean, std))) / M;
        }
        assertEquals(of - each, InformationGain.jensenRenyi(p).item(), 1e-11);
    }

    @Property(tries = 60)
    void jensenRenyiIsZeroForEqualsAndBounded(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int M,
            @ForAll @IntRange(min = 1, max = 4) int n) {
        Rng rng = new Rng(seed);
        Tensor std = normal(rng, n).times(0.5).exp();
        Tensor mean = normal(rng, M, n);
        Predictive equal = Predictive.of(mean.slice(0, 0, 1).expand(Shape.of(M, n)), std);
        assertEquals(0, InformationGain.jensenRenyi(equal).item(), 1e-12);
        assertEquals(0, InformationGain.bound(equal).item(), 1e-12);
        assertEquals(0, InformationGain.monteCarlo(equal, 1, rng).item(), 1e-12);
        Predictive p = Predictive.of(mean, std);
        double divergence = InformationGain.jensenRenyi(p).item();
        double half = p.epistemic().div(std.square()).sum().item() / 2;
        assertTrue(divergence >= -1e-12 && divergence <= Math.min(Math.log(M), half) + 1e-12, divergence + " and " + half);
        assertTrue(M == 1 || divergence > 1e-6);
    }

    /** Why the promise holds for equal σ alone: H₂ of a mixture of a wide and a narrow normal is below the mean of theirs. */
    @Example
    void jensenRenyiCanBeNegativeWhereSpreadsDiffer() {
        Predictive p = Predictive.of(Tensor.of(Shape.of(2, 1), 0.0, 0), Tensor.of(Shape.of(2, 1), 1, 1e-3));
        assertTrue(InformationGain.jensenRenyi(p).item() < -1);
        assertTrue(integrated(Predictive.of(p.each().mean(), Tensor.of(Shape.of(2, 1), 1, 0.05))) > 0);
    }

    @Property(tries = 20)
    void aBatchIsOneByOne(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int M) {
        Predictive p = random(seed, M, 3, 2);
        Tensor[] batch = {InformationGain.jensenRenyi(p), InformationGain.bound(p), InformationGain.disagreement(p),
            InformationGain.of(new Categorical(p.each().mean().softmax()))};
        for (int i = 0; i < 3; i++) {
            int at = i;
            Predictive one = Predictive.of(p.each().mean().slice(1, i, i + 1).reshape(M, 2),
                    p.each().std().slice(1, i, i + 1).reshape(M, 2));
            Tensor[] each = {InformationGain.jensenRenyi(one), InformationGain.bound(one), InformationGain.disagreement(one),
                InformationGain.of(new Categorical(one.each().mean().softmax()))};
            for (int k = 0; k < each.length; k++) {
                assertEquals(Shape.of(3), batch[k].shape());
                assertEquals(each[k].item(), batch[k].at(at), 1e-12 * (1 + Math.abs(each[k].item())));
            }
        }
        assertEquals(Shape.of(3), InformationGain.monteCarlo(p, 2, new Rng(1)).shape());
        assertEquals(Shape.of(3), InformationGain.nearestNeighbours(p, new NearestNeighbours(1), 2, new Rng(1)).shape());
    }

    /** float32 is float64 to 2e-5 of the largest of the sizes involved. */
    @Property(tries = 30)
    void precisionsAgree(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int M) {
        Predictive wide = random(seed, M, 3);
        Predictive narrow = Predictive.of(wide.each().mean().to(Precision.FLOAT32), wide.each().std().to(Precision.FLOAT32));
        Tensor y = wide.each().mean().slice(0, 0, 1).reshape(3);
        Tensor[] meant = {InformationGain.jensenRenyi(wide), InformationGain.bound(wide), wide.logProb(y), wide.variance().sum()};
        Tensor[] got = {InformationGain.jensenRenyi(narrow), InformationGain.bound(narrow),
            narrow.logProb(y.to(Precision.FLOAT32)), narrow.variance().sum()};
        for (int k = 0; k < got.length; k++) {
            assertEquals(Precision.FLOAT32, got[k].precision());
            assertEquals(meant[k].item(), got[k].item(), 2e-5 * (1 + Math.abs(meant[k].item())), "of " + k);
        }
    }

    @Example
    void gradientsAreLimitsOfDifferences() {
        Predictive p = random(4, 3, 2, 2);
        GradCheck check = GradCheck.standard();
        Tensor mean = p.each().mean();
        Tensor std = p.each().std();
        check.function(x -> InformationGain.jensenRenyi(Predictive.of(x[0], x[1])), mean, std);
        check.function(x -> InformationGain.monteCarlo(Predictive.of(x[0], x[1]), 2, new Rng(1)), mean, std);
        check.function(x -> InformationGain.disagreement(Predictive.of(x[0], x[1])), mean, std);
        check.function(x -> Predictive.of(x[0], x[1]).normal().entropy(), mean, std);
        check.function(x -> InformationGain.of(new Categorical(x[0].softmax())), mean);
        check.function(x -> InformationGain.of(new Dirichlet(x[0].exp())), mean);
        check.function(x -> InformationGain.nearestNeighbours(
                Predictive.of(x[0], x[1]), new NearestNeighbours(2), 3, new Rng(1)), mean, std);
    }

    // ---- nearest neighbours

    /**
     * Twenty samples of 500: the mean is within five standard errors of the entropy of a standard normal and of a uniform cube
     * but for the bias at the tails and borders, which is allowed for by 0.02 d nats.
     */
    @Property(tries = 6)
    void nearestNeighboursKnowEntropies(@ForAll @IntRange(min = 1, max = 3) int d, @ForAll @IntRange(min = 1, max = 4) int k) {
        int n = 500;
        double[] estimates = numbers(new NearestNeighbours(k).entropy(normal(new Rng(d), 20, n, d)));
        double exact = 0.5 * d * Math.log(2 * Math.PI * Math.E);
        double mean = Arrays.stream(estimates).average().orElseThrow();
        double error = Math.sqrt(Arrays.stream(estimates).map(x -> (x - mean) * (x - mean)).sum() / 19 / 20);
        assertEquals(exact, mean, 5 * error + 0.02 * d);
        assertTrue(error < 0.03, () -> "the error is " + error); // 1/√(20 · 500) and a bit, so that the law says something
        double[] scaled = numbers(new NearestNeighbours(k).entropy(normal(new Rng(d), 20, n, d).times(3).plus(5)));
        double[] shifted = Arrays.stream(estimates).map(h -> h + d * Math.log(3)).toArray();
        assertArrayEquals(shifted, scaled, 1e-10); // H[ax + b] = H[x] + d log a
    }

    /** The k-th distance by sorting all of them. */
    @Property(tries = 20)
    void distancesAreThoseBySorting(@ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int k) {
        int n = 9;
        Tensor x = normal(new Rng(seed), n, 2);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            int at = i;
            double[] distances = IntStream.range(0, n)
                    .mapToDouble(j -> Math.hypot(x.at(2 * at) - x.at(2 * j), x.at(2 * at + 1) - x.at(2 * j + 1))).sorted().toArray();
            sum += Math.log(distances[k]); // that of i itself is the first, 0
        }
        double harmonic = IntStream.range(k, n).mapToDouble(j -> 1.0 / j).sum(); // ψ(n) − ψ(k)
        assertEquals(harmonic + Math.log(Math.PI) + 2 * sum / n, new NearestNeighbours(k).entropy(x).item(), 1e-12);
    }

    /** Six members in the plane, a thousand draws of each: I by neighbours is I by densities, to three in a hundred nats. */
    @Example
    void neighboursAndDensitiesAgreeOnTheGain() {
        Predictive p = random(7, 6, 2);
        double densities = InformationGain.monteCarlo(p, 3000, new Rng(1)).item();
        double neighbours = InformationGain.nearestNeighbours(p, new NearestNeighbours(3), 500, new Rng(2)).item();
        assertEquals(densities, neighbours, 0.08); // 3000 draws know an entropy to 1.2/√3000 = 0.02
        assertTrue(densities > 0.5 && densities <= InformationGain.bound(p).item());
    }

    @Example
    void equalDrawsHaveNoEntropy() {
        assertEquals(Double.NEGATIVE_INFINITY, new NearestNeighbours(1).entropy(Tensor.zeros(Shape.of(3, 2), DOUBLE)).item());
    }

    // ---- as an objective

    /** Of two outcomes, equally disagreed about, curiosity wants the quiet one; the noisy one has the larger variance. */
    @Example
    void curiosityPrefersWhatCanBeLearned() {
        Tensor std = Tensor.of(Shape.of(1, 2, 1), 0.1, 10);
        Curiosity<Tensor> curiosity = new Curiosity<>(
                s -> Predictive.of(Tensor.of(Shape.of(2, 1, 1), -1.0, 1).times(s), std), InformationGain::jensenRenyi);
        Objective<Tensor> more = curiosity.times(2).plus(s -> s.sum(-1));
        Tensor s = Tensor.of(Shape.of(2, 1), 1.0, 1);
        Tensor G = curiosity.g(s);
        assertEquals(Shape.of(2), G.shape());
        assertTrue(G.at(0) < -0.6 && G.at(1) > -0.01, G::toString);
        assertEquals(2 * G.at(0) + 1, more.g(s).at(0), 1e-12);
        assertTrue(curiosity.imagined().apply(s).variance().at(1) > curiosity.imagined().apply(s).variance().at(0));
    }

    @Example
    void whatDoesNotFitIsSaid() {
        Predictive p = ones(1, 0, 1);
        String few = assertThrows(IllegalArgumentException.class, () -> InformationGain.monteCarlo(p, 0, new Rng(0))).getMessage();
        assertTrue(few.contains("0 draws"), few);
        String none = assertThrows(IllegalArgumentException.class,
                () -> InformationGain.nearestNeighbours(p, new NearestNeighbours(1), 0, new Rng(0))).getMessage();
        assertTrue(none.contains("0 draws"), none);
        String far = assertThrows(IllegalArgumentException.class,
                () -> new NearestNeighbours(3).entropy(Tensor.zeros(Shape.of(3, 1), DOUBLE))).getMessage();
        assertTrue(far.contains("neighbour 3") && far.contains("[3, 1]"), far);
        assertThrows(IllegalArgumentException.class, () -> new NearestNeighbours(0));
    }
}
