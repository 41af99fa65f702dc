package surprisal.models.data;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * b(x, y, t) = s (½ + ½ · mean_i sin(kᵢ·(x, y) + φᵢ − ωᵢ t)): a texture of plane waves that drift behind what matters, and that no
 * action and no state explains; each film has waves of its own. What a model of states has to leave aside (Okada and Taniguchi 2021,
 * Fu et al. 2021 use videos for it).
 *
 * @param waves how many; 0 for an empty background
 * @param strength s, from 0 to 1
 * @param drift the largest |ω|, in radians a picture
 */
public record Backdrop(int waves, double strength, double drift) {

    /** An empty background. */
    public static final Backdrop NONE = new Backdrop(0, 0, 0);

    private static final double LONGEST = 0.2;
    private static final double SHORTEST = 0.9;

    /**
     * A background.
     *
     * @throws IllegalArgumentException unless waves ≥ 0, 0 ≤ strength ≤ 1 and drift is finite and ≥ 0
     */
    public Backdrop {
        if (waves < 0 || !(strength >= 0 && strength <= 1) || !(drift >= 0) || Double.isInfinite(drift)) {
            throw new IllegalArgumentException("a backdrop of " + waves + " waves, strength " + strength + " and drift " + drift
                    + ": it takes waves ≥ 0, a strength from 0 to 1 and a finite drift ≥ 0");
        }
    }

    /**
     * Eight waves as strong as what is before them.
     *
     * @return a background that distracts
     */
    public static Backdrop textured() {
        return new Backdrop(8, 1, 0.6);
    }

    /**
     * A background by itself, before which several films can be shown.
     *
     * @param time how many pictures it has
     * @param side of a picture, in pixels
     * @param rng where the randomness comes from
     * @return b, float32, [time, pixels]
     */
    public Tensor film(int time, int side, Rng rng) {
        Array pictures = Array.zeros(Shape.of(time, side * side), Precision.FLOAT32);
        fill(pictures.floats(), 0, time, side, rng);
        return Tensor.of(pictures);
    }

    /** Fills the pictures of one film, [time, side · side] from an offset. */
    void fill(float[] pictures, int from, int time, int side, Rng rng) {
        for (int i = 0; i < waves; i++) {
            double angle = 2 * Math.PI * rng.uniform(), k = LONGEST + (SHORTEST - LONGEST) * rng.uniform();
            double kx = k * StrictMath.cos(angle), ky = k * StrictMath.sin(angle);
            double phase = 2 * Math.PI * rng.uniform(), omega = drift * (2 * rng.uniform() - 1);
            for (int t = 0; t < time; t++) {
                add(pictures, from + t * side * side, side, kx, ky, phase - omega * t);
            }
        }
        for (int i = from; waves > 0 && i < from + time * side * side; i++) {
            pictures[i] = (float) (strength * (0.5 + 0.5 * pictures[i] / waves));
        }
    }

    /** sin(a + b) = sin a cos b + cos a sin b: a sine for each column and row, not for each pixel. */
    private static void add(float[] picture, int from, int side, double kx, double ky, double phase) {
        double[] sin = new double[side], cos = new double[side];
        for (int column = 0; column < side; column++) {
            sin[column] = StrictMath.sin(kx * column);
            cos[column] = StrictMath.cos(kx * column);
        }
        for (int row = 0; row < side; row++) {
            double s = StrictMath.sin(ky * row + phase), c = StrictMath.cos(ky * row + phase);
            for (int column = 0; column < side; column++) {
                picture[from + row * side + column] += (float) (sin[column] * c + cos[column] * s);
            }
        }
    }
}
