package surprisal.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;

class TapeTest {

    private record Layer(Tensor weight, Tensor bias) {
        static Layer of(int in, int out, Precision precision, Rng rng) {
            return new Layer(Tensor.of(rng.normal(Shape.of(in, out), precision)).times(1 / Math.sqrt(in)).copy(),
                    Tensor.zeros(Shape.of(out), precision));
        }

        Tensor apply(Tensor x) {
            return x.matmul(weight).plus(bias);
        }
    }

    private record Mlp(Layer first, Layer second) {
        static Mlp of(Rng rng) {
            return new Mlp(Layer.of(20, 32, Precision.FLOAT32, rng), Layer.of(32, 5, Precision.FLOAT32, rng));
        }

        Tensor loss(Tensor x) {
            return second.apply(first.apply(x).relu()).logSumExp().mean();
        }
    }

    private static String message(Class<? extends Throwable> type, org.junit.jupiter.api.function.Executable run) {
        return assertThrows(type, run).getMessage();
    }

    private final Tensor w = Tensor.of(1.0, 2.0, 3.0);
    private final Tape tape = new Tape();

    @Test
    void theGradientHasTheModelsType() {
        Layer layer = new Layer(w, Tensor.of(0.5));
        Grad<Layer> grad = tape.grad(layer, m -> m.weight().square().sum().plus(m.bias().times(3).sum()));
        assertEquals(15.5, grad.loss());
        assertArrayEquals(new double[] {2, 4, 6}, grad.gradient().weight().array().doubles());
        assertArrayEquals(new double[] {3}, grad.gradient().bias().array().doubles());
    }

    @Test
    void aStaleTensorIsAnError() {
        Tensor[] kept = new Tensor[2];
        Function<Tensor, Tensor> loss = m -> {
            kept[0] = m.square();
            kept[1] = kept[0].copy();
            return kept[0].sum();
        };
        tape.grad(w, loss);
        assertArrayEquals(new double[] {1, 4, 9}, kept[0].array().doubles()); // good until the next pass
        Tensor old = kept[0];
        Tensor copy = kept[1];
        tape.grad(w, m -> m.sum());
        String sentence = "a tensor of shape [3] is read after its tape has begun another pass: "
                + "copy() what is to outlive a pass";
        assertEquals(sentence, message(IllegalStateException.class, old::array));
        assertEquals(sentence, message(IllegalStateException.class, () -> old.plus(w)));
        assertEquals(sentence, message(IllegalStateException.class, () -> tape.grad(w, m -> m.plus(old).sum())));
        assertEquals("a tensor of shape [] is read after its tape has begun another pass: copy() what is to outlive a pass",
                message(IllegalStateException.class, () -> {
                    Tensor[] loss1 = new Tensor[1];
                    tape.grad(w, m -> loss1[0] = m.sum());
                    tape.grad(w, m -> loss1[0]);
                }));
        assertArrayEquals(new double[] {1, 4, 9}, copy.array().doubles());
        assertEquals(6, tape.grad(w, m -> m.sum()).loss()); // and the tape is none the worse
    }

    @Test
    void aVariableOfAnotherModelIsStale() {
        Tensor[] kept = new Tensor[1];
        tape.grad(w, m -> (kept[0] = m).sum());
        assertEquals(6, kept[0].sum().item());
        tape.grad(Tensor.of(5.0), m -> m.sum());
        assertThrows(IllegalStateException.class, () -> kept[0].array());
    }

    @Test
    void aTensorOfAnotherModelsPassIsStale() {
        Tensor[] kept = new Tensor[1];
        tape.grad(w, m -> (kept[0] = m.square()).sum());
        tape.grad(Tensor.of(4.0, 5.0, 6.0), m -> m.square().sum());
        assertThrows(IllegalStateException.class, () -> kept[0].array());
    }

    /** A list that a model is, or has, may change between two passes. */
    @Test
    void aModelIsWhatItHoldsNow() {
        List<Tensor> model = new ArrayList<>(List.of(w));
        assertEquals(14, tape.grad(model, m -> m.getFirst().square().sum()).loss());
        Tensor other = Tensor.of(4.0, 5.0, 6.0);
        model.set(0, other);
        Grad<List<Tensor>> grad = tape.grad(model, m -> m.getFirst().square().sum());
        assertEquals(77, grad.loss());
        Update.sgd(0.5).step(model, grad); // x − ½ · 2x
        assertArrayEquals(new double[3], other.array().doubles());
    }

    /** A condition and a value whose gradient goes elsewhere are no way back, so an infinite slope before them is none either. */
    @Test
    void whatTakesNoGradientHasNoSlope() {
        Tensor x = Tensor.of(0.0, 4.0);
        assertArrayEquals(new double[] {3, 1},
                tape.grad(x, m -> m.where(m.sqrt(), m.times(3)).sum()).gradient().array().doubles());
        assertArrayEquals(new double[] {1, 1}, tape.grad(x, m -> m.straightThrough(m.sqrt()).sum()).gradient().array().doubles());
    }

    @Test
    void theLossIsOneNumberOfTheModel() {
        assertEquals("the loss has shape [3]: it must be one number; reduce it with mean() or sum()",
                message(IllegalArgumentException.class, () -> tape.grad(w, m -> m)));
        String independent = "the loss does not depend on the model: use the lambda's argument, not the captured model";
        assertEquals(independent, message(IllegalArgumentException.class, () -> tape.grad(w, m -> w.sum())));
        assertEquals(independent,
                message(IllegalArgumentException.class, () -> tape.grad(w, m -> m.stopGradient().sum())));
        assertEquals("there is no tensor in java.lang.String: a model is a record of tensors, of records or of lists of them",
                message(IllegalArgumentException.class, () -> tape.grad("a", m -> w.sum())));
        assertEquals("the model is null", message(NullPointerException.class, () -> tape.grad(null, m -> w.sum())));
        assertEquals("the loss is null: return a tensor", message(NullPointerException.class, () -> tape.grad(w, m -> null)));
        assertEquals(1, tape.grad(Tensor.of(4.0), m -> m).gradient().item()); // one number of shape [1] will do
    }

    @Test
    void unusedNamesWhatTheLossLeavesOut() {
        record Model(Layer used, Layer half, List<Tensor> list) {}
        Model model = new Model(new Layer(w, w.copy()), new Layer(w.copy(), w.copy()), List.of(w.copy(), w.copy()));
        assertEquals(List.of("half.bias", "list.0"), tape.unused(model, m -> m.used.weight.plus(m.used.bias)
                .plus(m.half.weight).plus(m.list.get(1)).plus(m.list.get(0).stopGradient()).sum()));
        Grad<Model> grad = tape.grad(model, m -> m.used.weight.sum());
        assertArrayEquals(new double[3], grad.gradient().list().get(1).array().doubles());
    }

    @Test
    void aTiedTensorGetsTheSumOfItsGradients() {
        Tensor sameArray = Tensor.of(w.array());
        record Model(Tensor a, Tensor b, Tensor c) {}
        Model model = new Model(w, w, sameArray);
        Grad<Model> grad = tape.grad(model, m -> m.a.plus(m.b.times(10)).plus(m.c.times(100)).sum());
        assertArrayEquals(new double[] {111, 111, 111}, grad.gradient().a().array().doubles());
        assertArrayEquals(new double[] {111, 111, 111}, grad.gradient().c().array().doubles());
        Update.sgd(0.01).step(model, grad); // and is stepped once
        assertArrayEquals(new double[] {1 - 1.11, 2 - 1.11, 3 - 1.11}, w.array().doubles(), 1e-15);
    }

    @Test
    void aTensorThatAPassDoesNotUseGetsZero() {
        List<Tensor> model = List.of(w, Tensor.of(4.0));
        tape.grad(model, m -> m.get(0).times(m.get(1)).sum());
        Grad<List<Tensor>> second = tape.grad(model, m -> m.get(0).sum());
        assertArrayEquals(new double[] {1, 1, 1}, second.gradient().get(0).array().doubles());
        assertArrayEquals(new double[] {0}, second.gradient().get(1).array().doubles());
    }

    @Test
    void notANumberIsTracedToTheFirstOp() {
        assertEquals("the loss is NaN: log of [[3]] (operation 3 of 5) is the first result that is not; lower the learning "
                + "rate, clip the gradient, or keep the argument of log, sqrt or div away from 0",
                message(NonFiniteException.class, () -> tape.grad(w, m -> m.times(2).minus(5).log().sum().times(2))));
        assertTrue(message(NonFiniteException.class,
                () -> tape.grad(w, m -> m.plus(Tensor.of(0, Double.NaN, 1)).sum()))
                .startsWith("the loss is NaN: a constant of shape [3], an input of plus (operation 1), is not finite; "));
        Layer bad = new Layer(w, Tensor.of(Double.POSITIVE_INFINITY));
        assertTrue(message(NonFiniteException.class, () -> tape.grad(bad, m -> m.weight.plus(m.bias).sum()))
                .startsWith("the loss is Infinity: parameter bias [1] was not finite already; "));
        assertEquals(6, tape.grad(w, m -> m.sum()).loss());
    }

    @Test
    void tapesAndPrecisionsDoNotMix() {
        Tape other = new Tape();
        assertEquals("plus of tensors from two tapes: copy() one of them", message(IllegalArgumentException.class,
                () -> tape.grad(w, m -> {
                    other.grad(Tensor.of(1.0, 1.0, 1.0), n -> m.plus(n).sum());
                    return m.sum();
                })));
        assertEquals("matmul of FLOAT64 [3] and FLOAT32 [3, 1]: convert one of them with to(FLOAT64)",
                message(IllegalArgumentException.class,
                        () -> w.matmul(Tensor.of(Shape.of(3, 1), 1f, 2f, 3f))));
        assertEquals("grad within the loss of the same tape would overwrite what it has recorded: "
                + "give the inner one a tape of its own", message(IllegalStateException.class,
                () -> tape.grad(w, m -> tape.grad(w, n -> n.sum()).gradient().sum())));
        assertEquals("a tensor of the model was computed on a tape: copy() it first",
                message(IllegalArgumentException.class, () -> tape.grad(w, m -> other.grad(m.square(), n -> n.sum())
                        .gradient().sum())));
        assertEquals("a gradient can't flow from FLOAT64 to FLOAT32: choose the precision where the model is made, or "
                + "stopGradient() first", message(IllegalStateException.class,
                () -> tape.grad(w, m -> m.to(Precision.FLOAT32).sum())));
        tape.grad(w, m -> {
            assertEquals(6, m.stopGradient().to(Precision.FLOAT32).sum().item());
            return m.sum();
        });
    }

    @Test
    void anExceptionInTheLossLeavesTheTapeUsable() {
        Tensor three = Tensor.of(1.0, 1.0, 1.0);
        Tensor two = Tensor.of(1.0, 1.0);
        assertEquals(9, tape.grad(w, m -> m.plus(three).sum()).loss());
        for (int again = 0; again < 3; again++) { // the op and the shapes of the failed pass must not be taken for good
            assertThrows(IllegalArgumentException.class, () -> tape.grad(w, m -> m.plus(two).sum()));
        }
        assertThrows(IllegalStateException.class, () -> tape.grad(w, m -> {
            throw new IllegalStateException("stop");
        }));
        assertEquals(9, tape.grad(w, m -> m.plus(three).sum()).loss());
        Grad<Tensor> caught = tape.grad(w, m -> {
            assertThrows(IllegalArgumentException.class, () -> m.plus(two));
            return m.square().sum();
        });
        assertEquals(14, caught.loss());
        assertArrayEquals(new double[] {2, 4, 6}, caught.gradient().array().doubles());
    }

    @Test
    void anotherModelDoesNotTouchTheFirstOnesNumbers() {
        Layer first = new Layer(w, Tensor.of(4.0, 5.0, 6.0));
        tape.grad(first, m -> m.weight.times(m.bias).sum());
        Tensor second = Tensor.of(7.0, 8.0, 9.0);
        // what was computed second is where the bias was
        tape.grad(second, m -> m.square().exp().log().plus(m.noise(new Rng(0))).sum());
        tape.grad(second, m -> m.noise(new Rng(0)).plus(m).sum());
        assertArrayEquals(new double[] {1, 2, 3}, first.weight.array().doubles());
        assertArrayEquals(new double[] {4, 5, 6}, first.bias.array().doubles());
        assertArrayEquals(new double[] {7, 8, 9}, second.array().doubles());
    }

    /** Programs whose ops and shapes change from pass to pass, on one tape and on a fresh one each time. */
    @Test
    void reusedMemoryGivesTheSameBits() {
        List<Function<Tensor, Tensor>> losses = List.of(
                m -> m.exp().sum(),
                m -> m.matmul(m.transpose()).softmax().log().sum(),
                m -> m.slice(0, 0, 2).square().sum(),
                m -> m.slice(0, 0, 3).square().sum(),
                m -> m.noise(new Rng(1)).times(m).sum(),
                m -> m.stopGradient().times(m).sum(),
                m -> Tensor.concat(0, m, m.sin(), m).max(0).sum(),
                m -> m.gather(0, 1, 1, 3).plus(m.gather(0, 0, 1, 2)).sum(),
                m -> m.square().sum().plus(m.cos().mean()),
                m -> m.where(m.noise(new Rng(2)).relu(), m.times(3)).logSumExp().sum());
        for (Precision precision : Precision.values()) {
            Tensor model = Tensor.of(new Rng(0).normal(Shape.of(4, 3), precision));
            Tape reused = new Tape();
            Rng rng = new Rng(5);
            for (int i = 0; i < 300; i++) {
                Function<Tensor, Tensor> loss = losses.get(rng.below(losses.size()));
                Grad<Tensor> a = reused.grad(model, loss);
                Grad<Tensor> b = new Tape().grad(model, loss);
                assertEquals(b.loss(), a.loss());
                assertEquals(b.gradient().to(Precision.FLOAT64).toString(), a.gradient().to(Precision.FLOAT64).toString());
                for (int k = 0; k < model.shape().size(); k++) {
                    assertEquals(b.gradient().at(k), a.gradient().at(k));
                }
            }
        }
    }

    @Test
    void precisionMayChangeBetweenModels() {
        Tensor single = Tensor.of(1f, 2f, 3f);
        for (int i = 0; i < 3; i++) {
            assertEquals(14, tape.grad(w, m -> m.square().sum()).loss());
            assertEquals(14, tape.grad(single, m -> m.square().sum()).loss());
        }
    }

    /**
     * Found: 0.2 kB a step once C2 has compiled it, of the gradient and the lists of the update; the tape holds more than
     * 50 kB. Until then the vectors themselves are objects, so the least of several counts is taken.
     */
    @Test
    void aStepAllocatesNextToNothing() {
        Mlp model = Mlp.of(new Rng(0));
        Tensor x = Tensor.of(new Rng(1).normal(Shape.of(64, 20), Precision.FLOAT32));
        Function<Mlp, Tensor> loss = m -> m.loss(x);
        assertAllocates(1000, model, loss);
    }

    /** All fused ops, an op of each usual broadcast, and noise. */
    @Test
    void fusedOpsAllocateNextToNothing() {
        Mlp model = Mlp.of(new Rng(0));
        Tensor x = Tensor.of(new Rng(1).normal(Shape.of(64, 20), Precision.FLOAT32));
        Tensor mean = Tensor.zeros(Shape.of(32), Precision.FLOAT32);
        Tensor one = Tensor.full(Shape.of(32), 1, Precision.FLOAT32);
        Function<Mlp, Tensor> loss = m -> {
            Tensor h = x.affine(m.first().weight(), m.first().bias(), Unary.TANH);
            Tensor std = h.times(h).plus(one);
            Tensor z = h.plusTimes(std, h.times(0.5)).transpose().transpose();
            Tensor y = z.affine(m.second().weight(), m.second().bias());
            return Tensor.normalKl(h, std, mean, one).minus(y.bernoulliLogProb(y)).sum();
        };
        assertAllocates(1000, model, loss);
    }

    private static void assertAllocates(long most, Mlp model, Function<Mlp, Tensor> loss) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Tape tape = new Tape();
        Update adam = Update.adam(1e-3);
        long least = Long.MAX_VALUE;
        for (int block = 0; block < 400 && least > most; block++) { // until C2 has compiled all of it
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 500; i++) {
                adam.step(model, tape.grad(model, loss));
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / 500);
        }
        assertTrue(least <= most, least + " bytes a step");
    }

    @Test
    void theGradientIsTheSameObjectEachPass() {
        Array first = tape.grad(w, m -> m.square().sum()).gradient().array();
        assertSame(first, tape.grad(w, m -> m.sum()).gradient().array());
        assertArrayEquals(new double[] {1, 1, 1}, first.doubles());
    }
}
