package surprisal.models.data;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * θ̈ = 3g/(2l) sin θ + 3/(m l²) u: a rod that swings about its end, upright at θ = 0, with g = 10, m = l = 1 and |u| ≤ 2, in steps of
 * 0.05 s: θ̇ ← clamp(θ̇ + θ̈ dt, −8, 8), then θ ← θ + θ̇ dt. The physics of Gymnasium's Pendulum-v1, seen as pictures.
 *
 * @param side of a picture, in pixels
 * @param torque the largest |u| of the random actions; 0 for a pendulum that is left alone
 * @param backdrop what moves behind it
 */
public record Pendulum(int side, double torque, Backdrop backdrop) {
    private static final double G = 10;
    private static final double DT = 0.05;
    private static final double FASTEST = 8;
    private static final double STRONGEST = 2;
    private static final double REACH = 0.4;
    private static final double THICK = 0.05;

    /**
     * A pendulum.
     *
     * @throws IllegalArgumentException unless side ≥ 8 and 0 ≤ torque ≤ 2
     */
    public Pendulum {
        if (side < 8 || !(torque >= 0 && torque <= STRONGEST)) {
            throw new IllegalArgumentException("a pendulum in pictures of side " + side + " with torques up to " + torque
                    + ": it takes a side ≥ 8 and a torque from 0 to 2");
        }
    }

    /**
     * A pendulum that is pushed about at random, 32 × 32, before nothing.
     *
     * @return the world
     */
    public static Pendulum small() {
        return new Pendulum(32, STRONGEST, Backdrop.NONE);
    }

    /**
     * The same pendulum before a backdrop.
     *
     * @param behind what moves behind it
     * @return the world
     */
    public Pendulum before(Backdrop behind) {
        return new Pendulum(side, torque, behind);
    }

    /**
     * Films that begin at any angle with |θ̇| ≤ 1; each action is uniform in ±torque.
     *
     * @param batch how many
     * @param time how many pictures each has
     * @param rng where the randomness comes from
     * @return float32; the state is [.., (cos θ, sin θ, θ̇)], the action [.., u]
     */
    public Films films(int batch, int time, Rng rng) {
        int pixels = side * side;
        Array frames = Array.zeros(Shape.of(batch, time, pixels), Precision.FLOAT32);
        Array states = Array.zeros(Shape.of(batch, time, 3), Precision.FLOAT32);
        Array actions = Array.zeros(Shape.of(batch, time, 1), Precision.FLOAT32);
        for (int b = 0; b < batch; b++) {
            double[] state = {Math.PI * (2 * rng.uniform() - 1), 2 * rng.uniform() - 1};
            backdrop.fill(frames.floats(), b * time * pixels, time, side, rng);
            for (int t = 0; t < time; t++) {
                int at = b * time + t;
                states.set(3 * at, StrictMath.cos(state[0]));
                states.set(3 * at + 1, StrictMath.sin(state[0]));
                states.set(3 * at + 2, state[1]);
                draw(frames.floats(), at * pixels, state[0]);
                double u = torque * (2 * rng.uniform() - 1);
                actions.set(at, u);
                state = next(state[0], state[1], u);
            }
        }
        return new Films(Tensor.of(frames), Tensor.of(actions), Tensor.of(states));
    }

    /**
     * The state one picture later.
     *
     * @param angle θ, in radians
     * @param speed θ̇, in radians a second
     * @param u the torque
     * @return θ and θ̇; θ is not wrapped
     */
    public static double[] next(double angle, double speed, double u) {
        double pushed = Math.clamp(u, -STRONGEST, STRONGEST);
        double faster = Math.clamp(speed + (1.5 * G * StrictMath.sin(angle) + 3 * pushed) * DT, -FASTEST, FASTEST);
        return new double[] {angle + faster * DT, faster};
    }

    /**
     * θ̇²/6 + g/2 cos θ: kinetic and potential energy, which nothing but a torque changes.
     *
     * @param angle θ
     * @param speed θ̇
     * @return the energy, in joule
     */
    public static double energy(double angle, double speed) {
        return speed * speed / 6 + G / 2 * StrictMath.cos(angle);
    }

    /**
     * What is seen of an angle, before nothing.
     *
     * @param angle θ
     * @return float32, [pixels]
     */
    public Tensor picture(double angle) {
        Array picture = Array.zeros(Shape.of(side * side), Precision.FLOAT32);
        draw(picture.floats(), 0, angle);
        return Tensor.of(picture);
    }

    private void draw(float[] picture, int from, double angle) {
        double middle = side / 2.0, reach = REACH * side;
        double x = middle + reach * StrictMath.sin(angle), y = middle - reach * StrictMath.cos(angle);
        Ink.draw(picture, from, side, Ink.rod(middle, middle, x, y, THICK * side));
    }
}
