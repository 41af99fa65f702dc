package surprisal.models.pomdp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static surprisal.models.World.column;
import static surprisal.models.World.dot;
import static surprisal.models.World.numbers;
import static surprisal.models.World.posterior;
import static surprisal.models.World.tensor;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import surprisal.autodiff.GradCheck;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.FreeEnergy;
import surprisal.models.World;

class PomdpLawsTest {

    private static final double EXACT = 1e-13;

    @Provide
    Arbitrary<World> worlds() { return World.worlds(); }

    private static void close(double[] expected, Tensor actual) {
        assertEquals(expected.length, actual.shape().size());
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual.at(i), EXACT);
        }
    }

    /** Σ_s P(s′|s, u) Q(s). */
    private static double[] next(double[] qs, double[][] B) {
        double[] next = new double[qs.length];
        Arrays.setAll(next, s -> dot(qs, column(B, s)));
        return next;
    }

    @Property
    void predictionSumsOverStates(@ForAll("worlds") World w, @ForAll long seed) {
        Pomdp model = w.pomdp();
        double[] habit = World.row(new SplittableRandom(seed), w.actions(), true);
        double[] mixed = new double[w.states()];
        for (int u = 0; u < w.actions(); u++) {
            double[] each = next(w.qs(), w.B()[u]);
            close(each, model.predict(tensor(w.qs()), model.action(u)));
            double weight = habit[u];
            Arrays.setAll(mixed, s -> mixed[s] + weight * each[s]);
        }
        Tensor predicted = model.predict(tensor(w.qs()), tensor(habit));
        close(mixed, predicted);
        assertEquals(1, predicted.sum().item(), 1e-12);
    }

    @Property
    void updateIsBayesRule(@ForAll("worlds") World w) {
        for (int o = 0; o < w.outcomes(); o++) {
            double[] likelihood = column(w.likelihood(), o);
            Tensor outcome = w.pomdp().outcome(o);
            if (dot(w.qs(), likelihood) > 0) {
                Tensor now = w.pomdp().update(tensor(w.qs()), outcome);
                close(posterior(w.qs(), likelihood), now);
                assertEquals(1, now.sum().item(), 1e-12);
            } else {
                String message = assertThrows(IllegalArgumentException.class,
                        () -> w.pomdp().update(tensor(w.qs()), outcome)).getMessage();
                assertTrue(message.contains("has probability 0.0 under the belief"), message);
            }
        }
    }

    /** No q, near or far, has a lower F than the updated belief. */
    @Property
    void updateMinimisesF(@ForAll("worlds") World w, @ForAll long seed) {
        Pomdp model = w.pomdp();
        SplittableRandom r = new SplittableRandom(seed);
        for (int o = 0; o < w.outcomes(); o++) {
            if (dot(w.D(), column(w.likelihood(), o)) == 0) {
                continue;
            }
            Tensor q = model.update(model.D(), model.outcome(o));
            double least = FreeEnergy.of(q, model.D(), model.A(), model.outcome(o)).total().item();
            for (double step : new double[] {1, 0.3, 1e-2, 1e-4}) {
                Tensor other = q.times(1 - step).plus(tensor(World.row(r, w.states(), false)).times(step));
                double F = FreeEnergy.of(other, model.D(), model.A(), model.outcome(o)).total().item();
                assertTrue(F >= least - 1e-12, F + " ≥ " + least);
            }
        }
    }

    @Property
    void aBatchIsOneByOne(@ForAll("worlds") World w, @ForAll long seed) {
        int U = w.actions();
        Pomdp model = w.pomdp();
        Rng rng = new Rng(seed);
        Tensor many = Tensor.of(rng.normal(Shape.of(U, w.states()), Precision.FLOAT64)).softmax();
        int[] all = new int[U];
        Arrays.setAll(all, u -> u);
        Tensor each = model.predict(many, Tensor.oneHot(U, Precision.FLOAT64, all));
        Tensor same = model.predict(many, model.action(0));
        Tensor fanned = model.predict(tensor(w.qs()), Tensor.oneHot(U, Precision.FLOAT64, all));
        int o = new SplittableRandom(seed).nextInt(w.outcomes());
        boolean possible = Arrays.stream(column(w.likelihood(), o)).anyMatch(p -> p > 0);
        Tensor updated = possible ? model.update(many, model.outcome(o)) : many;
        for (int u = 0; u < U; u++) {
            double[] qs = Arrays.copyOfRange(numbers(many), u * w.states(), (u + 1) * w.states());
            close(next(qs, w.B()[u]), each.gather(0, u));
            close(next(qs, w.B()[0]), same.gather(0, u));
            close(next(w.qs(), w.B()[u]), fanned.gather(0, u));
            close(possible ? posterior(qs, column(w.likelihood(), o)) : qs, updated.gather(0, u));
        }
    }

    /** The names of states, outcomes and actions mean nothing. */
    @Property
    void relabellingRelabels(@ForAll("worlds") World w, @ForAll long seed) {
        Rng rng = new Rng(seed);
        int[] s = rng.permutation(w.states());
        int[] o = rng.permutation(w.outcomes());
        int[] u = rng.permutation(w.actions());
        Pomdp model = w.pomdp();
        Pomdp other = Pomdp.of(
                model.A().gather(0, s).gather(1, o),
                model.B().gather(0, u).gather(1, s).gather(2, s),
                model.D().gather(0, s));
        for (int i = 0; i < u.length; i++) {
            close(numbers(model.predict(model.D(), model.action(u[i])).gather(0, s)), other.predict(other.D(), other.action(i)));
        }
        for (int i = 0; i < o.length; i++) {
            if (dot(w.D(), column(w.likelihood(), o[i])) > 0) {
                close(numbers(model.update(model.D(), model.outcome(o[i])).gather(0, s)), other.update(other.D(), other.outcome(i)));
            }
        }
    }

    /** Columns condition in SPM: A[o, s], B[s′, s, u]. */
    @Property
    void spmIsTheTranspose(@ForAll("worlds") World w) {
        double[][] A = new double[w.outcomes()][w.states()];
        double[][][] B = new double[w.states()][w.states()][w.actions()];
        for (int s = 0; s < w.states(); s++) {
            for (int o = 0; o < w.outcomes(); o++) {
                A[o][s] = w.likelihood()[s][o];
            }
            for (int to = 0; to < w.states(); to++) {
                for (int u = 0; u < w.actions(); u++) {
                    B[to][s][u] = w.B()[u][s][to];
                }
            }
        }
        Pomdp model = Pomdp.fromSpm(tensor(A), tensor(B), tensor(w.D()));
        close(numbers(w.pomdp().A()), model.A());
        close(numbers(w.pomdp().B()), model.B());
        close(w.D(), model.D());
    }

    @Property(tries = 40)
    void gradientsAreLimitsOfDifferences(@ForAll("worlds") World w, @ForAll long seed) {
        Rng rng = new Rng(seed);
        Tensor a = Tensor.of(rng.normal(Shape.of(w.states(), w.outcomes()), Precision.FLOAT64));
        Tensor b = Tensor.of(rng.normal(Shape.of(w.actions(), w.states(), w.states()), Precision.FLOAT64));
        Tensor d = Tensor.of(rng.normal(Shape.of(w.states()), Precision.FLOAT64));
        Tensor u = Tensor.of(rng.normal(Shape.of(w.actions()), Precision.FLOAT64)).softmax();
        Pomdp logits = new Pomdp(a, b, d);
        Tensor outcome = logits.outcome(0);
        GradCheck.standard().model(logits, m -> {
            Pomdp model = new Pomdp(m.A().softmax(), m.B().softmax(), m.D().softmax());
            return model.update(model.predict(model.D(), u), outcome);
        });
    }
}
