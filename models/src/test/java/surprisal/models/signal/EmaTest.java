package surprisal.models.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import surprisal.autodiff.Checkpoint;
import surprisal.autodiff.Grad;
import surprisal.autodiff.Schedule;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.autodiff.Update;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.kernels.Unary;
import surprisal.models.World;
import surprisal.models.nn.Mlp;

class EmaTest {

    private static Mlp net(long seed, Precision precision) {
        return Mlp.of(new Rng(seed), precision, Unary.TANH, 3, 4, 2);
    }

    private static void move(Ema<?> average, Object model) {
        average.apply(List.of(), Update.parameters(model));
    }

    private static void wander(Mlp net, Rng rng) {
        Tree.leaves(net).values().forEach(leaf -> rng.fillNormal(leaf.array()));
    }

    private static double[] numbers(Object model) {
        return Tree.leaves(model).values().stream().flatMapToDouble(leaf -> Arrays.stream(World.numbers(leaf))).toArray();
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void zeroCopiesAndOneKeeps(Precision precision) {
        Mlp net = net(0, precision);
        Ema<Mlp> copies = Ema.of(net, 0);
        Ema<Mlp> keeps = Ema.of(net, 1);
        double[] first = numbers(net);
        assertArrayEquals(first, numbers(copies.model()));
        for (int i = 0; i < 3; i++) {
            wander(net, new Rng(i));
            move(copies, net);
            move(keeps, net);
            assertArrayEquals(numbers(net), numbers(copies.model()));
            assertArrayEquals(first, numbers(keeps.model()));
        }
    }

    /** ξ_n = τⁿ ξ₀ + (1 − τ) Σ_k τ^{n−k} θ_k. */
    @Test
    void isAGeometricSum() {
        double tau = 0.8;
        Tensor theta = Tensor.of(1.5, -2.0);
        Ema<Tensor> average = Ema.of(theta, tau);
        double[] sum = {Math.pow(tau, 6) * 1.5, Math.pow(tau, 6) * -2};
        for (int k = 1; k <= 6; k++) {
            for (int i = 0; i < 2; i++) {
                theta.array().set(i, Math.sin(k + i));
                sum[i] += (1 - tau) * Math.pow(tau, 6 - k) * Math.sin(k + i);
            }
            move(average, theta);
        }
        assertArrayEquals(sum, World.numbers(average.model()), 1e-15);
    }

    /** τ by step: 0 at the first, then ½. */
    @Test
    void theDecayFollowsItsSchedule() {
        Tensor theta = Tensor.of(2.0);
        Ema<Tensor> average = Ema.of(theta, (Schedule) step -> step == 1 ? 0 : 0.5);
        theta.array().set(0, 6);
        move(average, theta);
        assertEquals(6, average.model().item());
        theta.array().set(0, 2);
        move(average, theta);
        assertEquals(4, average.model().item());
    }

    @Test
    void aTensorThatOccursTwiceIsAveragedOnce() {
        Tensor theta = Tensor.of(2.0);
        Ema<List<Tensor>> average = Ema.of(List.of(theta, theta), 0.5);
        assertSame(average.model().get(0), average.model().get(1));
        theta.array().set(0, 6);
        move(average, theta);
        assertEquals(4, average.model().get(0).item());
    }

    // ---- as the target of a signal

    /** An encoder that makes the states, and the signal that it learns from. */
    record Student(Mlp encoder, SelfDistillation signal) {}

    private static final Tensor BATCH = Tensor.of(new Rng(9).normal(Shape.of(8, 3), Precision.FLOAT32));

    private static Tensor loss(Student m) {
        return m.signal().cost(m.encoder().apply(BATCH), BATCH.plus(0.1)).mean();
    }

    /** A fresh model with its chain of updates; the average is among the updates alone. */
    private record Run(Student model, Ema<Mlp> average, Update update) {

        static Run fresh(long seed) {
            Mlp encoder = net(seed, Precision.FLOAT32);
            Ema<Mlp> average = Ema.of(encoder, 0.9);
            UnaryOperator<Tensor> predictor = Mlp.of(new Rng(seed + 1), 2, 4, 2);
            return new Run(new Student(encoder, SelfDistillation.byol(predictor, average)), average,
                    Update.chain(Update.adamW(Schedule.constant(0.01), 0.1), average));
        }

        void steps(int n) {
            Tape tape = new Tape();
            for (int i = 0; i < n; i++) {
                Grad<Student> grad = tape.grad(model, EmaTest::loss);
                update.step(model, grad);
            }
        }
    }

    @Test
    void theTargetIsNoPartOfTheModel() {
        Run run = Run.fresh(0);
        assertEquals(List.of(), new Tape().unused(run.model, EmaTest::loss));
        assertEquals(8, Tree.leaves(run.model).size()); // two layers of the encoder and two of the predictor
        double before = loss(run.model).item();
        run.steps(40);
        assertEquals(true, loss(run.model).item() < before);
    }

    /** Adam with weight decay alone moves the online network; the average follows by its own rule to the bit. */
    @Test
    void theTargetMovesByItsRuleAlone() {
        Run run = Run.fresh(1);
        Mlp followed = Tree.map(run.model.encoder(), Tensor::copy);
        for (int i = 0; i < 3; i++) {
            run.steps(1);
            var online = Tree.leaves(run.model.encoder());
            Tree.leaves(followed).forEach((name, leaf) -> {
                for (int k = 0; k < leaf.shape().size(); k++) {
                    leaf.array().set(k, (float) leaf.at(k) * 0.9f + (float) online.get(name).at(k) * (float) (1 - 0.9));
                }
            });
            assertArrayEquals(numbers(followed), numbers(run.average.model()));
        }
    }

    @Test
    void aRunGoesOnFromACheckpointBitForBit(@TempDir Path folder) throws IOException {
        Run whole = Run.fresh(2);
        whole.steps(5);
        Path file = folder.resolve("run.safetensors");
        new Checkpoint(5, new Rng(0).state(), Map.of()).write(file, whole.model, whole.update);
        whole.steps(5);
        Run resumed = Run.fresh(3);
        Checkpoint.restore(file, resumed.model, resumed.update);
        resumed.steps(5);
        assertArrayEquals(numbers(whole.model), numbers(resumed.model));
        assertArrayEquals(numbers(whole.average.model()), numbers(resumed.average.model()));
    }

    @Test
    void wrongUseIsSaid() {
        assertEquals("an average whose τ is 1.5: it takes a number in [0, 1]",
                assertThrows(IllegalArgumentException.class, () -> Ema.of(Tensor.of(1f), 1.5)).getMessage());
        Tensor theta = Tensor.of(1f, 2f);
        assertEquals("an average whose τ is 2.0 at step 1: it takes a number in [0, 1]", assertThrows(
                IllegalArgumentException.class, () -> move(Ema.of(theta, (Schedule) step -> 2), theta)).getMessage());
        assertEquals("the average is of a tensor [2] that is not stepped here: make it of the model that the chain steps, or of a "
                + "part of it", assertThrows(IllegalArgumentException.class,
                        () -> move(Ema.of(theta, 0.5), theta.copy())).getMessage());
        assertEquals("an average of java.lang.String, in which there is no tensor: give it a record of tensors",
                assertThrows(IllegalArgumentException.class, () -> Ema.of("model", 0.5)).getMessage());
    }
}
