package surprisal.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

class WorldsOfPicturesLawsTest {

    private static double largest(Tensor a, Tensor b) {
        double most = 0;
        for (int i = 0; i < a.shape().size(); i++) most = Math.max(most, Math.abs(a.at(i) - b.at(i)));
        return most;
    }

    private static double sum(Tensor x) {
        double sum = 0;
        for (int i = 0; i < x.shape().size(); i++) sum += x.at(i);
        return sum;
    }

    /** H = log n holds if no two of the n pictures are the same. */
    @Example
    void allSpritesDifferSoThatTheirEntropyIsTheLogOfTheirNumber() {
        Sprites sprites = Sprites.small();
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < sprites.count(); i++) {
            Tensor x = sprites.pictures(i);
            ByteBuffer bits = ByteBuffer.allocate(x.shape().size());
            for (int k = 0; k < x.shape().size(); k++) bits.put((byte) Math.round(x.at(k) * 255)); // they differ by more than a rounding
            seen.add(new String(bits.array(), StandardCharsets.ISO_8859_1));
        }
        assertEquals(sprites.count(), seen.size());
        assertEquals(Math.log(3 * 4 * 8 * 8 * 8), sprites.entropy(), 1e-12);
    }

    /** Index ↔ factors is one to one, and every figure is whole: no ink at the edge, whatever the factors. */
    @Property(tries = 100)
    void factorsCountAllSprites(@ForAll @IntRange(max = 6143) int index) {
        Sprites sprites = Sprites.small();
        int[] factors = sprites.factors(index), sizes = sprites.sizes();
        int back = 0;
        for (int i = 0; i < factors.length; i++) {
            assertTrue(factors[i] >= 0 && factors[i] < sizes[i]);
            back = back * sizes[i] + factors[i];
        }
        assertEquals(index, back);
        Tensor x = sprites.pictures(index);
        for (int i = 0; i < 32; i++) {
            for (int edge : new int[] {i, 31 * 32 + i, 32 * i, 32 * i + 31}) assertEquals(0, x.at(edge));
        }
    }

    /** ∫ ink: a square of half side r has 4 r², an ellipse of half axes 1.3 r and 0.65 r has 1.3 · 0.65 π r²; where it lies and how it is
     * turned changes nothing. Soft edges round the corners off, by less than a pixel each. */
    @Property(tries = 40)
    void theInkOfAFigureIsItsArea(@ForAll @IntRange(max = 3) int scale, @ForAll @IntRange(max = 7) int rotation,
            @ForAll @IntRange(max = 63) int place) {
        double r = 32 * (0.09 + 0.08 * scale / 3);
        double[] area = {4 * r * r, 1.3 * 0.65 * Math.PI * r * r, 3 * Math.sqrt(3) * 0.64 * r * r};
        for (int figure = 0; figure < 3; figure++) {
            int index = ((figure * 4 + scale) * 8 + rotation) * 64 + place;
            assertEquals(area[figure], sum(Sprites.small().pictures(index)), 4, "figure " + figure);
        }
    }

    @Property(tries = 60)
    void aBallStaysInItsBoxAndKeepsItsSpeed(@ForAll long seed, @ForAll @DoubleRange(min = 1, max = 8) double radius,
            @ForAll @DoubleRange(min = 0, max = 16) double speed) {
        BouncingBall ball = new BouncingBall(32, radius, speed, Backdrop.NONE);
        Tensor states = ball.films(2, 60, new Rng(seed)).states();
        double slack = 1e-5 * 32; // float32 of a position
        for (int i = 0; i < states.shape().size(); i += 4) {
            for (int axis = 0; axis < 2; axis++) {
                assertTrue(states.at(i + axis) >= radius - slack && states.at(i + axis) <= 32 - radius + slack);
            }
            assertEquals(speed, Math.hypot(states.at(i + 2), states.at(i + 3)), 1e-5 * (1 + speed));
        }
    }

    /** Walls are mirrors: backwards from the end, with v reversed, the ball comes to where it began. */
    @Property(tries = 60)
    void aBallFindsItsWayBack(@ForAll long seed) {
        BouncingBall ball = BouncingBall.small();
        Rng rng = new Rng(seed);
        double[] start = {4 + 24 * rng.uniform(), 4 + 24 * rng.uniform(), 2 * rng.uniform(), -2 * rng.uniform()}, state = start;
        for (int t = 0; t < 50; t++) state = ball.next(state);
        double[] back = {state[0], state[1], -state[2], -state[3]};
        for (int t = 0; t < 50; t++) back = ball.next(back);
        assertArrayEquals(new double[] {start[0], start[1], -start[2], -start[3]}, back, 1e-9);
    }

    /**
     * What is left alone keeps its energy to O(dt), here 0.025 · 8 · 5, and as the step is symplectic it keeps E − dt/2 · θ̇ ∂V/∂θ,
     * V = 5 cos θ, to O(dt²) for ever (Hairer, Lubich and Wanner 2006, IX.3): 0.065 were measured with other numbers, beside energies of
     * ±5.
     */
    @Property(tries = 100)
    void aPendulumLeftAloneKeepsItsEnergy(@ForAll @DoubleRange(min = -3.1, max = 3.1) double angle,
            @ForAll @DoubleRange(min = -1, max = 1) double speed) {
        double[] state = {angle, speed};
        double energy = Pendulum.energy(angle, speed), modified = energy + 0.025 * speed * 5 * Math.sin(angle);
        for (int t = 0; t < 400; t++) {
            state = Pendulum.next(state[0], state[1], 0);
            double now = Pendulum.energy(state[0], state[1]);
            assertEquals(energy, now, 1, "step " + t);
            assertEquals(modified, now + 0.025 * state[1] * 5 * Math.sin(state[0]), 0.1, "step " + t);
        }
    }

    /** Gymnasium's equations by hand. */
    @Example
    void aStepIsGymnasiums() {
        assertArrayEquals(new double[] {0.5 + 0.05 * 1.659569, 1.659569}, Pendulum.next(0.5, 1, 2), 1e-6); // 1 + (15 sin ½ + 6) / 20
        assertArrayEquals(new double[] {3 + 0.05 * 8, 8}, Pendulum.next(3, 8, 2), 0.05); // the speed has its limit
        assertEquals(8, Pendulum.next(1, 7.9, 99)[1]);
    }

    /** A little more of the state is a little more of the picture: at most 1.5 in ink for each pixel that an outline moves. */
    @Property(tries = 100)
    void picturesAreContinuousInTheState(@ForAll @DoubleRange(min = -3.1, max = 3.1) double angle,
            @ForAll @DoubleRange(min = 5, max = 27) double x, @ForAll @DoubleRange(min = 1e-6, max = 1e-2) @Scale(6) double step) {
        Pendulum pendulum = Pendulum.small();
        Tensor before = pendulum.picture(angle), after = pendulum.picture(angle + step);
        double moved = largest(before, after);
        assertTrue(moved <= 0.4 * 32 * step + 1e-6, "moved by " + moved);
        BouncingBall ball = BouncingBall.small();
        double pushed = largest(ball.picture(x, 9), ball.picture(x + step, 9));
        assertTrue(pushed <= step + 1e-6 && pushed > 0, "pushed by " + pushed);
    }

    /** The centre of the ink is the ball's, and the rod's is half way to its end: what a picture shows is the state. */
    @Property(tries = 30)
    void filmsShowTheirStates(@ForAll long seed) {
        Films balls = BouncingBall.small().films(1, 8, new Rng(seed));
        Films rods = Pendulum.small().films(1, 8, new Rng(seed));
        for (int t = 0; t < 8; t++) {
            double[] ball = centre(balls.frames(), t), rod = centre(rods.frames(), t);
            assertEquals(balls.states().at(4 * t), ball[0], 0.05);
            assertEquals(balls.states().at(4 * t + 1), ball[1], 0.05);
            assertEquals(16 + 6.4 * rods.states().at(3 * t + 1), rod[0], 0.1);
            assertEquals(16 - 6.4 * rods.states().at(3 * t), rod[1], 0.1);
        }
    }

    private static double[] centre(Tensor frames, int t) {
        double ink = 0, x = 0, y = 0;
        for (int i = 0; i < 1024; i++) {
            double k = frames.at(t * 1024 + i);
            ink += k;
            int row = i / 32;
            x += k * (i % 32 + 0.5);
            y += k * (row + 0.5);
        }
        return new double[] {x / ink, y / ink};
    }

    /** An action leads from its picture to the next. */
    @Property(tries = 20)
    void filmsFollowTheirActions(@ForAll long seed) {
        Films f = Pendulum.small().films(2, 10, new Rng(seed));
        for (int i = 0; i < 20; i++) {
            if (i % 10 == 9) continue;
            double angle = Math.atan2(f.states().at(3 * i + 1), f.states().at(3 * i));
            double[] next = Pendulum.next(angle, f.states().at(3 * i + 2), f.actions().at(i));
            assertEquals(Math.cos(next[0]), f.states().at(3 * i + 3), 1e-5);
            assertEquals(Math.sin(next[0]), f.states().at(3 * i + 4), 1e-5);
            assertEquals(next[1], f.states().at(3 * i + 5), 1e-5);
        }
    }

    /** A film before a background is the film before nothing, i, over the background by itself, b: i + (1 − i) b. */
    @Property(tries = 20)
    void aBackdropByItselfIsWhatAFilmIsBefore(@ForAll long seed) {
        Tensor whole = BouncingBall.small().before(Backdrop.textured()).films(1, 5, new Rng(seed)).frames();
        Tensor ink = BouncingBall.small().films(1, 5, new Rng(seed)).frames();
        Rng rng = new Rng(seed);
        for (int i = 0; i < 3; i++) rng.uniform(); // the ball's place and direction
        Tensor behind = Backdrop.textured().film(5, 32, rng);
        for (int i = 0; i < whole.shape().size(); i++)
            assertEquals(ink.at(i) + (1 - ink.at(i)) * behind.at(i), whole.at(i), 1e-6);
    }

    /** The same seed has the same bits; a backdrop moves, hides nothing of the figure, and leaves the states as they are. */
    @Property(tries = 20)
    void aBackdropMovesBehindTheSameBall(@ForAll long seed) {
        BouncingBall plain = BouncingBall.small(), busy = plain.before(Backdrop.textured());
        Films a = busy.films(2, 6, new Rng(seed)), b = busy.films(2, 6, new Rng(seed));
        assertArrayEquals(a.frames().array().floats(), b.frames().array().floats());
        assertNotEquals(0, largest(a.frames(), busy.films(2, 6, new Rng(seed + 1)).frames()));
        double moved = 0;
        for (int i = 0; i < a.frames().shape().size(); i++) {
            double x = a.frames().at(i);
            assertTrue(x >= 0 && x <= 1);
            if (i >= 1024 && i < 2048) moved = Math.max(moved, Math.abs(x - a.frames().at(i - 1024)));
        }
        assertTrue(moved > 0.05, "it moved by " + moved);
        for (int t = 0; t < 12; t++) {
            double x = a.states().at(4 * t), y = a.states().at(4 * t + 1);
            Tensor alone = plain.picture(x, y);
            for (int i = 0; i < 1024; i++) assertTrue(a.frames().at(t * 1024 + i) >= alone.at(i) - 1e-4);
        }
    }

    @Example
    void whatCannotBeIsNamed() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new BouncingBall(8, 4, 1, Backdrop.NONE)).getMessage()
                .startsWith("a ball of radius 4.0 and speed 1.0 in a box of side 8: it takes"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Pendulum(32, 3, Backdrop.NONE)).getMessage()
                .contains("a torque from 0 to 2"));
        assertThrows(IllegalArgumentException.class, () -> new Backdrop(1, 1.1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Sprites(15, 1, 1, 1));
        assertEquals("sprite 6144: there are 0 to 6143",
                assertThrows(IllegalArgumentException.class, () -> Sprites.small().pictures(6144)).getMessage());
        assertEquals(5, IntStream.of(Sprites.small().draw(5, new Rng(1))).distinct().count());
    }
}
