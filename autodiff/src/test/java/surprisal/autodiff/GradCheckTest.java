package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/** A check of gradients that does not find these is none. */
class GradCheckTest {

    /** x³, right or wrong in one of the ways that happen. */
    private record Cube(Bug bug) implements Op.Custom {
        private enum Bug {
            NONE, SLOPE, ASSIGNS, REPLACES, WANTS_ALL, WRITES_INPUT, WRITES_SLOPE, LEAVES_OUTPUT, ADDS_OUTPUT
        }

        @Override
        public Shape shape(Shape... in) {
            return in[0];
        }

        @Override
        public void forward(Array[] in, Array out) {
            for (int i = bug == Bug.LEAVES_OUTPUT ? 1 : 0; i < out.size(); i++) {
                double x = in[0].at(i);
                out.set(i, x * x * x + (bug == Bug.ADDS_OUTPUT ? out.at(i) : 0));
            }
            if (bug == Bug.WRITES_INPUT) {
                in[0].set(0, 0);
            }
        }

        @Override
        public void backward(Array[] in, Array out, Array gOut, Array[] gIn) {
            if (gIn[0] == null && bug != Bug.WANTS_ALL) {
                return;
            }
            if (bug == Bug.REPLACES) {
                gIn[0] = Array.zeros(in[0].shape(), in[0].precision());
            }
            for (int i = 0; i < out.size(); i++) {
                double slope = (bug == Bug.SLOPE ? 2 : 3) * in[0].at(i) * in[0].at(i) * gOut.at(i);
                gIn[0].set(i, slope + (bug == Bug.ASSIGNS ? 0 : gIn[0].at(i)));
            }
            if (bug == Bug.WRITES_SLOPE) {
                gOut.fill(0);
            }
        }
    }

    private final Tensor x = Tensor.of(new Rng(7).normal(Shape.of(2, 3), Precision.FLOAT64));

    @Test
    void aRightOpPasses() {
        GradCheck.standard().op(new Cube(Cube.Bug.NONE), x);
        GradCheck.standard().function(in -> Tensor.apply(new Cube(Cube.Bug.NONE), in[0].exp()).plus(in[0]), x);
        assertEquals(8, Tensor.apply(new Cube(Cube.Bug.NONE), Tensor.of(2.0)).at(0));
    }

    @Test
    void aWrongSlopeIsShownWithBothNumbers() {
        Tensor at = Tensor.of(2.0, 1.0);
        AssertionError error = assertThrows(AssertionError.class,
                () -> GradCheck.standard().op(new Cube(Cube.Bug.SLOPE), at));
        assertTrue(error.getMessage().matches("the cube of \\[2]: the derivative in input 0 \\[0] = 2.0 is \\S+ by backward, "
                + "but \\S+ by central differences \\(they differ by \\S+, allowed is \\S+\\)"), error.getMessage());
    }

    @Test
    void everyBrokenPromiseIsFound() {
        for (Cube.Bug bug : Cube.Bug.values()) {
            if (bug != Cube.Bug.NONE && bug != Cube.Bug.WANTS_ALL) {
                AssertionError error = assertThrows(AssertionError.class,
                        () -> GradCheck.standard().op(new Cube(bug), x), bug.name());
                assertTrue(error.getMessage().startsWith("the cube of [2, 3]: "), error.getMessage());
            }
        }
    }

    @Test
    void aTapeRefusesAnOpThatReplacesAGradient() {
        IllegalStateException error = assertThrows(IllegalStateException.class,
                () -> new Tape().grad(x, t -> Tensor.apply(new Cube(Cube.Bug.REPLACES), t).sum()));
        assertEquals("cube.backward replaced gIn[0]: add to the numbers of the array that is there", error.getMessage());
    }

    @Test
    void accumulationIsCheckedForFunctionsToo() {
        assertThrows(AssertionError.class,
                () -> GradCheck.standard().function(in -> Tensor.apply(new Cube(Cube.Bug.ASSIGNS), in[0]), x));
    }

    @Test
    void aWholeModelIsCheckedByName() {
        record Layer(Tensor weight, Tensor bias) {}
        record Model(Layer layer, Optional<Tensor> scale) {}
        Rng rng = new Rng(3);
        Model model = new Model(new Layer(Tensor.of(rng.normal(Shape.of(3, 2), Precision.FLOAT64)), Tensor.of(0.1, 0.2)),
                Optional.of(Tensor.of(2.0)));
        Array before = model.layer.weight.array().copy();
        GradCheck.standard().model(model, m -> x.matmul(m.layer.weight).plus(m.layer.bias).tanh().times(m.scale.get()));
        assertArrayEquals(before.doubles(), model.layer.weight.array().doubles());
        AssertionError error = assertThrows(AssertionError.class, () -> GradCheck.standard().model(model,
                m -> Tensor.apply(new Cube(Cube.Bug.SLOPE), m.layer.bias).times(m.scale.get())));
        assertTrue(error.getMessage().startsWith(
                "the function of Model: the derivative in layer.bias [0] = 0.1 is "), error.getMessage());
    }

    @Test
    void aTiedTensorIsMovedOnce() {
        record Tied(Tensor a, Tensor b) {}
        GradCheck.standard().model(new Tied(x, x), m -> m.a.times(m.b).sum());
    }

    @Test
    void floatsAreRefused() {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class,
                () -> GradCheck.standard().function(in -> in[0].exp(), Tensor.of(1f, 2f)));
        assertEquals("a gradient check at FLOAT32 [2]: differences of floats are too coarse; convert it with to(FLOAT64)",
                error.getMessage());
    }

    @Test
    void aFunctionThatDrawsAfreshIsNamed() {
        Rng rng = new Rng(0);
        AssertionError error = assertThrows(AssertionError.class,
                () -> GradCheck.standard().function(in -> in[0].plus(in[0].noise(rng)), x));
        assertEquals("the function of [2, 3] gave another value when it was computed again: "
                + "a function that draws random numbers makes its Rng inside", error.getMessage());
        GradCheck.standard().function(in -> in[0].plus(in[0].noise(new Rng(1))), x);
    }

    @Test
    void theStepAndTheToleranceAreNumbers() {
        assertEquals("gradient check with step 0.0 and tolerance 1.0E-6: both are positive numbers",
                assertThrows(IllegalArgumentException.class, () -> new GradCheck(0, 1e-6)).getMessage());
        new GradCheck(1e-3, 1e-2).function(in -> in[0].square(), x);
        AtomicInteger calls = new AtomicInteger();
        GradCheck.standard().function(in -> {
            calls.incrementAndGet();
            return in[0].sum();
        }, x);
        assertTrue(calls.get() >= 2 * x.shape().size(), "each element is moved both ways");
    }
}
