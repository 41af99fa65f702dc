package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.engine.io.Npz;

class UpdateTest {

    private record Model(Tensor a, Tensor b) {}

    /** Gradients that are given, one row of a file for each step. */
    private static Grad<Model> given(Map<String, Array> golden, int step, Precision precision) {
        Array a = golden.get("grad_a");
        Array b = golden.get("grad_b");
        return new Grad<>(0, new Model(row(a, step, precision), row(b, step, precision)));
    }

    private static Tensor row(Array rows, int step, Precision precision) {
        return Tensor.of(rows).slice(0, step, step + 1).to(precision).reshape(rows.shape().without(0)).copy();
    }

    /** updates.npz is made by updates.py with PyTorch, in float64: gradients, and the parameters after each of 20 steps. */
    @Test
    void updatesAgreeWithPyTorch() throws Exception {
        Map<String, Array> golden = Npz.read(Path.of(UpdateTest.class.getResource("updates.npz").toURI()));
        Map<String, Supplier<Update>> updates = Map.of(
                "sgd", () -> Update.sgd(0.05),
                "momentum", () -> Update.sgd(Schedule.constant(0.05), 0.9),
                "adam", () -> Update.adam(0.02),
                "adam_numbers", () -> Update.adam(Schedule.constant(0.02), 0.8, 0.95, 1e-3),
                "adamw", () -> Update.adamW(Schedule.constant(0.02), 0.1),
                "clipped", () -> Update.chain(Update.clipByGlobalNorm(1), Update.adam(0.02)),
                "by_value", () -> Update.chain(Update.clipByValue(0.5), Update.sgd(0.05)));
        for (Precision precision : Precision.values()) {
            double tolerance = precision == Precision.FLOAT32 ? 2e-6 : 1e-13; // 20 steps, parameters of size 1
            updates.forEach((name, make) -> {
                Model model = new Model(row(golden.get("start_a").reshaped(Shape.of(1, 3, 4)), 0, precision),
                        row(golden.get("start_b").reshaped(Shape.of(1, 5)), 0, precision));
                Update update = make.get();
                for (int step = 0; step < 20; step++) {
                    update.step(model, given(golden, step, precision));
                    assertArrayEquals(row(golden.get(name + "_a"), step, Precision.FLOAT64).array().doubles(),
                            model.a.to(Precision.FLOAT64).array().doubles(), tolerance, name + " " + precision + " " + step);
                    assertArrayEquals(row(golden.get(name + "_b"), step, Precision.FLOAT64).array().doubles(),
                            model.b.to(Precision.FLOAT64).array().doubles(), tolerance, name + " " + precision + " " + step);
                }
            });
        }
    }

    @Test
    void theFirstStepOfAdamIsTheRate() {
        Tensor x = Tensor.of(1.0, 1.0, 1.0);
        Update adam = Update.adam(0.1);
        adam.step(x, new Grad<>(0, Tensor.of(5.0, -0.003, 0)));
        assertArrayEquals(new double[] {0.9, 1.1, 1}, x.array().doubles(), 1e-6); // m̂/√v̂ = ±1 whatever the gradient
    }

    @Test
    void momentumByHand() {
        Tensor x = Tensor.of(0.0);
        Update sgd = Update.sgd(Schedule.constant(1), 0.5);
        double[] expected = {-1, -2.5, -4.25}; // m = 1, 1.5, 1.75
        for (double at : expected) {
            sgd.step(x, new Grad<>(0, Tensor.of(1.0)));
            assertEquals(at, x.item());
        }
    }

    @Test
    void clippingHoldsTheNormAndTheDirection() {
        Array a = Array.of(Shape.of(2), new double[] {3, 0});
        Array b = Array.of(Shape.of(1), new double[] {4});
        Update.clipByGlobalNorm(10).apply(List.of(a, b), List.of());
        assertEquals(3, a.at(0)); // within bounds: not touched
        Update.clipByGlobalNorm(1).apply(List.of(a, b), List.of());
        assertEquals(0.6, a.at(0), 1e-15);
        assertEquals(0.8, b.at(0), 1e-15);
        Update.clipByValue(0.7).apply(List.of(a, b), List.of());
        assertEquals(0.6, a.at(0), 1e-15);
        assertEquals(0.7, b.at(0), 1e-15);
        b.set(0, Double.NaN);
        assertEquals("the gradient's norm is NaN: the step is not taken; lower the learning rate or look for log, sqrt or div "
                + "near 0", assertThrows(ArithmeticException.class,
                () -> Update.clipByGlobalNorm(1).apply(List.of(a, b), List.of())).getMessage());
    }

    @Test
    void schedulesAtTheirEdges() {
        Schedule cosine = Schedule.cosine(1, 0.2, 10);
        assertEquals(1, cosine.at(1));
        assertEquals(0.6, cosine.at(6), 1e-15);
        assertEquals(0.2, cosine.at(11), 1e-15);
        assertEquals(0.2, cosine.at(1_000_000), 1e-15);
        for (int step = 1; step < 15; step++) {
            assertTrue(cosine.at(step + 1) <= cosine.at(step) + 1e-15);
        }
        Schedule warm = Schedule.warmUp(4, cosine);
        assertEquals(0.25, warm.at(1));
        assertEquals(1, warm.at(4));
        assertEquals(1, warm.at(5));
        assertEquals(cosine.at(7), warm.at(11));
        assertEquals(0.5, Schedule.warmUp(1, Schedule.constant(0.5)).at(1));
        assertEquals(3, Schedule.constant(3).at(99));
        assertEquals("the schedule's rate is -1.0: it takes a finite number ≥ 0",
                assertThrows(IllegalArgumentException.class, () -> Schedule.constant(-1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Schedule.constant(Double.NaN));
        assertEquals("the schedule lasts 0 steps: it takes at least 1",
                assertThrows(IllegalArgumentException.class, () -> Schedule.cosine(1, 0, 0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Schedule.warmUp(0, Schedule.constant(1)));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertEquals("momentum is 1.0: it takes 0 ≤ momentum < 1", assertThrows(IllegalArgumentException.class,
                () -> Update.sgd(Schedule.constant(1), 1)).getMessage());
        assertEquals("Adam with β₁ 1.0, β₂ 0.999, ε 1.0E-8, decay 0.0: it takes 0 ≤ β < 1, ε ≥ 0, decay ≥ 0",
                assertThrows(IllegalArgumentException.class,
                        () -> Update.adam(Schedule.constant(1), 1, 0.999, 1e-8)).getMessage());
        assertEquals("clip to 0.0: it takes a bound > 0",
                assertThrows(IllegalArgumentException.class, () -> Update.clipByValue(0)).getMessage());
    }

    /** Nothing is stepped, and no step is counted, where an update is used on the same model in another precision. */
    @Test
    void anUpdateHasAPrecision() {
        for (Update update : List.of(Update.adam(0.1), Update.sgd(t -> 0.1, 0.9))) {
            Tensor x = Tensor.of(1f, 2f);
            update.step(x, new Grad<>(0, Tensor.of(1f, 1f)));
            Tensor y = Tensor.of(1.0, 2.0);
            String message = assertThrows(IllegalArgumentException.class,
                    () -> update.step(y, new Grad<>(0, Tensor.of(1.0, 1.0)))).getMessage();
            assertTrue(message.startsWith("this update belongs to another model"), message);
            assertArrayEquals(new double[] {1, 2}, y.array().doubles());
            assertEquals(1, update.state(List.of(x.array())).get("steps").at(0));
        }
    }

    @Test
    void theGradientMustBeOfTheModel() {
        Model model = new Model(Tensor.of(1.0), Tensor.of(2.0, 3.0));
        assertEquals("the gradient is not of this model: b is [2] here and [1] there",
                assertThrows(IllegalArgumentException.class, () -> Update.sgd(1).step(model,
                        new Grad<>(0, new Model(Tensor.of(1.0), Tensor.of(2.0))))).getMessage());
        Update adam = Update.adam(1);
        adam.step(model, new Grad<>(0, model));
        assertEquals("this update belongs to another model (2 parameters there, 1 here, the first difference at 1): "
                + "make a new one", assertThrows(IllegalArgumentException.class,
                () -> adam.step(Tensor.of(1.0), new Grad<>(0, Tensor.of(1.0)))).getMessage());
    }

    /** A step within a step has lists of its own, and one that fails leaves nothing to the next. */
    @Test
    void anUpdateMayStepAnotherModel() {
        Tensor inner = Tensor.of(1.0, 1.0);
        Tensor outer = Tensor.of(2.0);
        Update within = (g, p) -> {
            Update.sgd(1).step(inner, new Grad<>(0, Tensor.of(0.5, 0.25)));
            assertEquals(1, p.size());
            Update.sgd(1).apply(g, p);
        };
        for (int i = 1; i <= 2; i++) {
            within.step(outer, new Grad<>(0, Tensor.of(3.0)));
            assertArrayEquals(new double[] {1 - 0.5 * i, 1 - 0.25 * i}, inner.array().doubles());
            assertEquals(2 - 3 * i, outer.item());
            assertThrows(IllegalStateException.class, () -> ((Update) (g, p) -> {
                throw new IllegalStateException("no");
            }).step(inner, new Grad<>(0, inner)));
        }
    }

    /** A copy of the state into a fresh update makes it go on as the old one would have. */
    @Test
    void stateIsAllThatAnUpdateRemembers() {
        for (Supplier<Update> make : List.<Supplier<Update>>of(
                () -> Update.adam(Schedule.cosine(0.1, 0, 30)),
                () -> Update.adamW(Schedule.constant(0.1), 0.01),
                () -> Update.sgd(Schedule.warmUp(20, Schedule.constant(0.1)), 0.9),
                () -> Update.chain(Update.clipByValue(1), Update.adam(0.1), Update.sgd(0.01)))) {
            Rng rng = new Rng(3);
            Tensor x = Tensor.of(rng.normal(Shape.of(7), Precision.FLOAT32));
            Update update = make.get();
            for (int i = 0; i < 10; i++) {
                update.step(x, new Grad<>(0, x.noise(rng)));
            }
            Tensor y = x.copy();
            Update fresh = make.get();
            Map<String, Array> from = update.state(Update.parameters(x));
            Map<String, Array> to = fresh.state(Update.parameters(y));
            assertEquals(from.keySet(), to.keySet());
            to.forEach((name, array) -> {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, from.get(name).at(i));
                }
            });
            for (int i = 0; i < 10; i++) {
                Tensor g = x.noise(rng);
                update.step(x, new Grad<>(0, g.copy()));
                fresh.step(y, new Grad<>(0, g.copy()));
                assertArrayEquals(x.array().floats(), y.array().floats());
            }
        }
    }

    /**
     * Where a gradient is 0 from some step on, β m would stop at a few units of the smallest number, with which processors are
     * slow. It is 0 instead, long after it has moved θ for the last time.
     */
    @Test
    void aMomentThatFadesIsNeverBelowTheNormalNumbers() {
        int n = 37;
        for (Precision precision : Precision.values()) {
            int stopped = precision == Precision.FLOAT32 ? 500 : 1000; // the step by which θ has moved for the last time
            double normal = precision == Precision.FLOAT32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
            for (Update update : List.of(
                    Update.adam(0.01), Update.adam(Schedule.constant(0.01), 0.9, 0.9, 1e-8),
                    Update.sgd(Schedule.constant(0.01), 0.9))) {
                Tensor x = Tensor.of(new Rng(1).normal(Shape.of(n), precision));
                Tensor g = Tensor.of(new Rng(2).normal(Shape.of(n), precision));
                Tensor none = Tensor.zeros(Shape.of(n), precision);
                Array m = update.state(Update.parameters(x)).get("m.0");
                Array v = update.state(Update.parameters(x)).getOrDefault("v.0", m);
                update.step(x, new Grad<>(0, g));
                Tensor still = x;
                for (int t = 2; t <= 8000; t++) { // 0.9 to the 8000th is below all doubles
                    update.step(x, new Grad<>(0, none));
                    if (t == stopped) {
                        still = x.copy();
                    }
                    for (int i = 0; i < n; i++) {
                        assertTrue(Math.abs(m.at(i)) >= normal || t > stopped && m.at(i) == 0, m.at(i) + " at step " + t);
                        assertTrue(Math.abs(v.at(i)) >= normal || t > stopped && v.at(i) == 0, v.at(i) + " at step " + t);
                    }
                }
                assertArrayEquals(still.to(Precision.FLOAT64).array().doubles(), x.to(Precision.FLOAT64).array().doubles());
                assertArrayEquals(new double[n], Tensor.of(m).to(Precision.FLOAT64).array().doubles());
            }
        }
    }
}
