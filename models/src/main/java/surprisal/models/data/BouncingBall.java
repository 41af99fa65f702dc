package surprisal.models.data;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * x ← x + v, and v ← −v at the walls: a ball in a square box, without friction. One picture does not show where it goes, so that a
 * model without memory can't foresee it.
 *
 * @param side of a picture, in pixels
 * @param radius of the ball, in pixels
 * @param speed |v|, in pixels a picture
 * @param backdrop what moves behind it
 */
public record BouncingBall(int side, double radius, double speed, Backdrop backdrop) {

    /**
     * A box with a ball.
     *
     * @throws IllegalArgumentException unless 0 &lt; radius &lt; side / 2 and 0 ≤ speed ≤ side − 2 · radius
     */
    public BouncingBall {
        if (!(radius > 0 && 2 * radius < side) || !(speed >= 0 && speed <= side - 2 * radius)) {
            throw new IllegalArgumentException("a ball of radius " + radius + " and speed " + speed + " in a box of side " + side
                    + ": it takes 0 < radius < side / 2 and 0 ≤ speed ≤ side − 2 · radius");
        }
    }

    /**
     * A ball of radius 4 that moves 2 pixels at a time, 32 × 32, before nothing.
     *
     * @return the world
     */
    public static BouncingBall small() {
        return new BouncingBall(32, 4, 2, Backdrop.NONE);
    }

    /**
     * The same ball before a backdrop.
     *
     * @param behind what moves behind it
     * @return the world
     */
    public BouncingBall before(Backdrop behind) {
        return new BouncingBall(side, radius, speed, behind);
    }

    /**
     * Films that begin anywhere, in any direction.
     *
     * @param batch how many
     * @param time how many pictures each has
     * @param rng where the randomness comes from
     * @return float32; the state is the position in the box and the velocity, [.., (x, y, v_x, v_y)], the action a zero, [.., 1]
     */
    public Films films(int batch, int time, Rng rng) {
        int pixels = side * side;
        Array frames = Array.zeros(Shape.of(batch, time, pixels), Precision.FLOAT32);
        Array states = Array.zeros(Shape.of(batch, time, 4), Precision.FLOAT32);
        for (int b = 0; b < batch; b++) {
            double x = radius + (side - 2 * radius) * rng.uniform(), y = radius + (side - 2 * radius) * rng.uniform();
            double angle = 2 * Math.PI * rng.uniform();
            double[] state = {x, y, speed * StrictMath.cos(angle), speed * StrictMath.sin(angle)};
            backdrop.fill(frames.floats(), b * time * pixels, time, side, rng);
            for (int t = 0; t < time; t++) {
                for (int i = 0; i < 4; i++) {
                    states.set((b * time + t) * 4 + i, state[i]);
                }
                Ink.draw(frames.floats(), (b * time + t) * pixels, side, Ink.disc(state[0], state[1], radius));
                state = next(state);
            }
        }
        Array actions = Array.zeros(Shape.of(batch, time, 1), Precision.FLOAT32);
        return new Films(Tensor.of(frames), Tensor.of(actions), Tensor.of(states));
    }

    /**
     * The state one picture later.
     *
     * @param state x, y, v_x, v_y
     * @return the next one
     */
    public double[] next(double... state) {
        double[] next = new double[4];
        for (int axis = 0; axis < 2; axis++) {
            double x = state[axis] + state[axis + 2], v = state[axis + 2], low = radius, high = side - radius;
            next[axis] = x < low ? 2 * low - x : x > high ? 2 * high - x : x;
            next[axis + 2] = x < low || x > high ? -v : v;
        }
        return next;
    }

    /**
     * What is seen of a state, before nothing.
     *
     * @param x of the centre, in pixels from the left
     * @param y of the centre, in pixels from the top
     * @return float32, [pixels]
     */
    public Tensor picture(double x, double y) {
        Array picture = Array.zeros(Shape.of(side * side), Precision.FLOAT32);
        Ink.draw(picture.floats(), 0, side, Ink.disc(x, y, radius));
        return Tensor.of(picture);
    }
}
