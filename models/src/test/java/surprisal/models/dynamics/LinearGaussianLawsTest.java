package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.Kl;
import surprisal.models.dist.Normal;

/** Kalman's filter and its smoother against one linear system for the whole sequence, in plain numbers. */
class LinearGaussianLawsTest {

    /** Both sides solve systems of at most 12 equations whose condition is below 1e4. */
    private static final double EXACT = 1e-9;

    private static Tensor random(SplittableRandom r, int... dims) {
        Shape shape = Shape.of(dims);
        return Tensor.of(Array.of(shape, r.doubles(shape.size(), -1, 1).toArray()));
    }

    /** M Mᵀ + ¼ I. */
    private static Tensor positive(SplittableRandom r, int n) {
        Tensor M = random(r, n, n);
        return M.matmulTransposed(M).plus(Whitened.identity(n, Precision.FLOAT64).times(0.25));
    }

    static LinearGaussian model(SplittableRandom r, int n, int m) {
        return new LinearGaussian(random(r, n, n), random(r, 1, n), random(r, n, m), positive(r, n), positive(r, m),
                new Moments(random(r, n), positive(r, n)));
    }

    private static final Rng NONE = new Rng(0); // nothing is drawn

    /** The states and the observations of one sequence as weights on noise. */
    private record Written(List<List<double[]>> states, List<List<double[]>> seen) {

        static Written of(LinearGaussian model, Tensor actions, int sequence) {
            Joint joint = new Joint();
            int n = model.A().shape().dim(0);
            int m = model.R().shape().dim(0);
            List<double[]> s = new ArrayList<>();
            for (int j = 0; j < n; j++) {
                s.add(Joint.sure(model.origin().mean().at(j)));
            }
            s = noisy(joint, s, model.origin().covariance());
            Written written = new Written(new ArrayList<>(), new ArrayList<>());
            for (int t = 0; t < actions.shape().dim(0); t++) {
                double a = actions.at(t * actions.shape().dim(1) + sequence);
                List<double[]> next = new ArrayList<>();
                for (int j = 0; j < n; j++) {
                    double[] x = Joint.sure(a * model.B().at(j));
                    for (int i = 0; i < n; i++) {
                        x = Joint.plus(x, model.A().at(i * n + j), s.get(i));
                    }
                    next.add(x);
                }
                s = noisy(joint, next, model.Q());
                List<double[]> o = new ArrayList<>();
                for (int j = 0; j < m; j++) {
                    double[] x = Joint.sure(0);
                    for (int i = 0; i < n; i++) {
                        x = Joint.plus(x, model.H().at(i * m + j), s.get(i));
                    }
                    o.add(x);
                }
                written.states.add(s);
                written.seen.add(noisy(joint, o, model.R()));
            }
            return written;
        }

        /** x + L ε, L Lᵀ the covariance. */
        private static List<double[]> noisy(Joint joint, List<double[]> x, Tensor covariance) {
            int n = x.size();
            double[][] L = new double[n][n];
            List<double[]> noise = new ArrayList<>();
            List<double[]> y = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                noise.add(joint.fresh());
                double[] sum = x.get(i);
                for (int k = 0; k <= i; k++) {
                    double c = covariance.at(i * n + k);
                    for (int l = 0; l < k; l++) {
                        c -= L[i][l] * L[k][l];
                    }
                    L[i][k] = i == k ? Math.sqrt(c) : c / L[k][k];
                    sum = Joint.plus(sum, L[i][k], noise.get(k));
                }
                y.add(sum);
            }
            return y;
        }
    }

    private static void same(Joint.Seen expected, Moments actual, int sequence) {
        int n = expected.mean().length;
        for (int i = 0; i < n; i++) {
            assertEquals(expected.mean()[i], actual.mean().at(sequence * n + i), EXACT);
            for (int j = 0; j < n; j++) {
                assertEquals(expected.covariance()[i][j], actual.covariance().at((sequence * n + i) * n + j), EXACT);
            }
        }
    }

    @Property(tries = 40)
    void filterSmootherAndEvidenceAreThoseOfTheWholeSystem(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int n, @ForAll @IntRange(min = 1, max = 2) int m,
            @ForAll @IntRange(min = 1, max = 5) int T) {
        SplittableRandom r = new SplittableRandom(seed);
        LinearGaussian model = model(r, n, m);
        int batch = 2;
        Tensor actions = random(r, T, batch, 1);
        Tensor o = random(r, T, batch, m).times(3);
        Path<Moments> path = model.filter(model.start(batch), actions, o, NONE);
        Moments smoothed = model.smooth(path);
        Tensor surprise = model.surprise(path.prior(), o);
        for (int b = 0; b < batch; b++) {
            Written written = Written.of(model, actions, b);
            List<double[]> seen = new ArrayList<>();
            double[] values = new double[T * m];
            double before = 0;
            for (int t = 0; t < T; t++) {
                List<double[]> state = written.states().get(t);
                int step = t;
                same(Joint.given(state, seen, values), Tree.map(path.prior(), x -> Path.at(x, step)), b);
                seen.addAll(written.seen().get(t));
                for (int j = 0; j < m; j++) {
                    values[t * m + j] = o.at((t * batch + b) * m + j);
                }
                Joint.Seen now = Joint.given(state, seen, values);
                same(now, path.at(t), b);
                assertEquals(now.surprise() - before, surprise.at(t * batch + b), EXACT);
                before = now.surprise();
            }
            for (int t = 0; t < T; t++) {
                int step = t;
                same(Joint.given(written.states().get(t), seen, values), Tree.map(smoothed, x -> Path.at(x, step)), b);
            }
        }
    }

    /** F = complexity − accuracy with whole beliefs is the surprise, step by step; any other belief has a higher one. */
    @Property(tries = 60)
    void exactBeliefsMakeFTheSurprise(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int n, @ForAll @IntRange(min = 1, max = 2) int m) {
        SplittableRandom r = new SplittableRandom(seed);
        LinearGaussian model = model(r, n, m);
        Tensor actions = random(r, 4, 3, 1);
        Tensor o = random(r, 4, 3, m).times(3);
        Path<Moments> path = model.filter(model.start(3), actions, o, NONE);
        SequenceFreeEnergy F = model.freeEnergy(path, o);
        Tensor surprise = model.surprise(path.prior(), o);
        Tensor sum = F.complexity().plus(F.cost());
        Moments q = path.posterior();
        Moments other = new Moments(q.mean().plus(0.1), q.covariance().times(1.2));
        SequenceFreeEnergy above = model.freeEnergy(new Path<>(path.prior(), other), o);
        for (int i = 0; i < 12; i++) {
            assertEquals(surprise.at(i), sum.at(i), EXACT);
            double excess = above.complexity().at(i) + above.cost().at(i) - surprise.at(i);
            assertEquals(other.divergence(q).at(i), excess, EXACT);
            assertTrue(excess > 0);
        }
    }

    @Property(tries = 100)
    void theDivergenceOfIndependentCoordinatesIsTheNormals(@ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int n) {
        SplittableRandom r = new SplittableRandom(seed);
        Normal q = new Normal(random(r, 2, n), random(r, 2, n).exp());
        Normal p = new Normal(random(r, 2, n), random(r, 2, n).exp());
        Tensor expected = Kl.kl(q, p);
        Tensor actual = whole(q, n).divergence(whole(p, n));
        for (int i = 0; i < 2; i++) {
            assertEquals(expected.at(i), actual.at(i), 1e-12 * (1 + expected.at(i)));
        }
    }

    private static Moments whole(Normal x, int n) {
        Tensor diagonal = Whitened.column(x.std().square()).times(Whitened.identity(n, Precision.FLOAT64));
        return new Moments(x.mean(), diagonal);
    }

    /** Turning all coordinates changes no divergence. */
    @Property(tries = 60)
    void theDivergenceKnowsNoCoordinates(@ForAll long seed, @ForAll @IntRange(min = 2, max = 3) int n) {
        SplittableRandom r = new SplittableRandom(seed);
        Moments q = new Moments(random(r, 1, n), positive(r, n).reshape(1, n, n));
        Moments p = new Moments(random(r, 1, n), positive(r, n).reshape(1, n, n));
        Tensor M = positive(r, n).plus(random(r, n, n).times(0.1)); // any matrix that is far from singular
        double expected = q.divergence(p).item();
        assertEquals(expected, turned(q, M).divergence(turned(p, M)).item(), 1e-9 * (1 + expected));
        assertEquals(0, q.divergence(q).item(), 1e-12);
        assertTrue(expected > 0);
    }

    private static Moments turned(Moments x, Tensor M) {
        return new Moments(x.mean().matmul(M), x.covariance().matmul(M).transpose().matmul(M));
    }

    @Example
    void gradientsOfTheEvidenceAreLimitsOfDifferences() {
        SplittableRandom r = new SplittableRandom(5);
        Tensor actions = random(r, 3, 2, 1);
        Tensor o = random(r, 3, 2, 2);
        GradCheck.standard().model(model(r, 2, 2), model -> {
            Path<Moments> path = model.filter(model.start(2), actions, o, NONE);
            return Tensor.concat(0, model.surprise(path.prior(), o).sum(0), model.smooth(path).mean().sum(0, -1),
                    model.freeEnergy(path, o).total());
        });
    }

    /** A thousand steps with next to no noise in what is seen: covariances stay symmetric and positive. */
    @Example
    void covariancesStayPositive() {
        SplittableRandom r = new SplittableRandom(6);
        LinearGaussian any = model(r, 2, 2);
        Tensor turn = Tensor.of(Shape.of(2, 2), 0.8, 0.6, -0.6, 0.8);
        Tensor I = Whitened.identity(2, Precision.FLOAT64);
        LinearGaussian model = new LinearGaussian(
                turn, any.B(), any.H(), I.times(1e-6), I.times(1e-12), new Moments(any.origin().mean(), I.times(1e6)));
        Moments now = model.start(1);
        for (int t = 0; t < 1000; t++) {
            now = model.update(model.predict(now, Tensor.zeros(Shape.of(1, 1), Precision.FLOAT64)), random(r, 1, 2));
            Tensor P = now.covariance();
            assertEquals(P.at(1), P.at(2));
            assertTrue(P.at(0) > 0 && P.at(3) > 0 && P.at(0) * P.at(3) > P.at(1) * P.at(1), t + ": " + P);
        }
    }
}
