package surprisal.models.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import surprisal.autodiff.Tape;
import surprisal.autodiff.Tensor;
import surprisal.autodiff.Tree;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;

/** The pendulum, H = p²/2m − cos q, and two springs that pull at each other. */
class LeapfrogLawsTest {

    private static final List<UnaryOperator<Tensor>> FORCES = List.of(LeapfrogLawsTest::pendulum, LeapfrogLawsTest::springs);
    private static final Tensor FREE = Tensor.zeros(Shape.of(1), Precision.FLOAT64);

    private static Tensor pendulum(Tensor q) {
        return q.sin().neg();
    }

    private static Tensor springs(Tensor q) {
        return q.matmul(Tensor.of(Shape.of(2, 2), -2.0, 0.5, 0.5, -1.0));
    }

    @Property(tries = 100)
    void itGoesBackWhereItCameFrom(
            @ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.3) double h, @ForAll @IntRange(min = 1, max = 20) int n) {
        Tensor s = Tensor.of(new Rng(seed).normal(Shape.of(3, 4), Precision.FLOAT64));
        Tensor push = Tensor.of(new Rng(seed + 1).normal(Shape.of(3, 2), Precision.FLOAT64));
        for (UnaryOperator<Tensor> force : FORCES) {
            Leapfrog there = new Leapfrog(force, 1.5, h, n);
            Tensor moved = there.step(s, push);
            Tensor turn = Tensor.of(1.0, 1.0, -1.0, -1.0);
            RssmLawsTest.close(s, there.step(moved.times(turn), push).times(turn), 1e-11);
            RssmLawsTest.close(s, new Leapfrog(force, 1.5, -h, n).step(moved, push), 1e-11);
        }
    }

    /** |∂s_t / ∂s_{t−1}| = 1, by the tape. */
    @Property(tries = 50)
    void itPreservesVolume(@ForAll long seed, @ForAll @DoubleRange(min = 0.01, max = 0.5) double h) {
        Tensor s = Tensor.of(new Rng(seed).normal(Shape.of(4), Precision.FLOAT64));
        for (UnaryOperator<Tensor> force : FORCES) {
            Leapfrog motion = new Leapfrog(force, 0.7, h, 4);
            double[][] J = new double[4][4];
            for (int i = 0; i < 4; i++) {
                int row = i;
                Tensor g = new Tape().grad(s, x -> motion.step(x.reshape(1, 4), FREE).slice(row, row + 1).sum()).gradient();
                for (int j = 0; j < 4; j++) {
                    J[i][j] = g.at(j);
                }
            }
            assertEquals(1, determinant(J), 1e-12);
        }
    }

    private static double determinant(double[][] J) {
        if (J.length == 1) {
            return J[0][0];
        }
        double sum = 0;
        for (int c = 0; c < J.length; c++) {
            double[][] minor = new double[J.length - 1][J.length - 1];
            for (int i = 1; i < J.length; i++) {
                for (int j = 0, to = 0; j < J.length; j++) {
                    if (j != c) {
                        minor[i - 1][to++] = J[i][j];
                    }
                }
            }
            sum += (c % 2 == 0 ? 1 : -1) * J[0][c] * determinant(minor);
        }
        return sum;
    }

    private static double energy(Tensor s) {
        return s.at(1) * s.at(1) / 2 - Math.cos(s.at(0));
    }

    /** The largest error of H over 20 units of time is a quarter if h is half: O(h²), and it does not grow. */
    @Property(tries = 30)
    void theErrorOfTheEnergyIsOfSecondOrder(
            @ForAll @DoubleRange(min = 0.3, max = 1.5) double angle, @ForAll @DoubleRange(min = -1, max = 1) double speed) {
        double[] first = new double[3];
        double[] late = new double[3];
        for (int k = 0; k < 3; k++) {
            int steps = 400 << k;
            Leapfrog motion = new Leapfrog(LeapfrogLawsTest::pendulum, 1, 20.0 / steps, 1);
            Tensor s = Tensor.of(Shape.of(1, 2), angle, speed);
            double start = energy(s);
            for (int t = 0; t < 2 * steps; t++) {
                s = motion.step(s, FREE);
                double[] worst = t < steps ? first : late;
                worst[k] = Math.max(worst[k], Math.abs(energy(s) - start));
            }
        }
        assertEquals(4, first[0] / first[1], 0.1, "h from 0.05 to 0.025");
        assertEquals(4, first[1] / first[2], 0.1);
        assertEquals(1, late[2] / first[2], 0.1);
    }

    /** A constant force on a free particle is exact: q + p h + ½ a h², p + a h, with substeps or without. */
    @Example
    void aHeldPushIsExact() {
        Leapfrog free = new Leapfrog(q -> q.times(0), 2, 0.1, 5);
        Tensor s = free.step(Tensor.of(Shape.of(1, 2), 1.0, 3.0), Tensor.of(Shape.of(1, 1), 4.0));
        assertEquals(1 + 0.5 * 3 / 2 + 0.5 * 4 * 0.25 / 2, s.at(0), 1e-14);
        assertEquals(3 + 4 * 0.5, s.at(1), 1e-14);
    }

    /** As a prior it is a belief around the motion, of each state of a batch. */
    @Example
    void aKnownPriorIsTheMotion() {
        Leapfrog motion = new Leapfrog(LeapfrogLawsTest::pendulum, 1, 0.1, 3);
        Markov model = new Markov(new Transition.Known(motion, Tensor.of(0.01, 0.02)),
                (s, a, o) -> new Normal(o, o.times(0).plus(0.1)), Tensor.of(0.5, 0.0));
        Tensor push = Tensor.of(Shape.of(3, 1), 0.0, 1.0, -1.0);
        Belief p = model.predict(model.start(3), push);
        RssmLawsTest.close(motion.step(model.start(3).state(), push), p.state(), 0);
        Normal normal = (Normal) p.distribution();
        assertEquals(0.02, normal.std().at(5));
        Belief imagined = Tree.map(model.imagine(model.start(3), push.reshape(1, 3, 1), new Rng(0)), x -> Path.at(x, 0));
        for (int i = 0; i < 6; i++) {
            double off = (imagined.state().at(i) - p.state().at(i)) / normal.std().at(i);
            assertTrue(off != 0 && Math.abs(off) < 5);
        }
    }

    @Example
    void wrongNumbersAreSaid() {
        assertEquals("a leapfrog of mass 0.0 by 1 substeps of 0.1: the mass is positive, the time finite and not 0, and there is "
                        + "at least one substep",
                assertThrows(IllegalArgumentException.class, () -> new Leapfrog(LeapfrogLawsTest::pendulum, 0, 0.1, 1)).getMessage());
        assertEquals("a leapfrog from [1, 3]: the last axis is q and p, one after the other, so its length is even",
                assertThrows(IllegalArgumentException.class, () -> new Leapfrog(LeapfrogLawsTest::pendulum, 1, 0.1, 1)
                        .step(Tensor.zeros(Shape.of(1, 3), Precision.FLOAT64), FREE)).getMessage());
    }
}
