package surprisal.models.data;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * Pictures of one figure each, of five independent factors: which (a square, an ellipse, a triangle), how large, how turned, and
 * where, x and y. All pictures are equally likely and differ from each other: a figure is turned by less than a quarter, before it
 * looks as it did. (In the manner of dSprites, Matthey et al. 2017, with figures of our own.)
 *
 * @param side of a picture, in pixels
 * @param scales how many sizes
 * @param rotations how many angles
 * @param positions how many places along each axis
 */
public record Sprites(int side, int scales, int rotations, int positions) {
    private static final int FIGURES = 3;
    private static final double LEAST = 0.09;
    private static final double LARGEST = 0.17;
    private static final double FLAT = 0.5;

    /**
     * A set of sprites.
     *
     * @throws IllegalArgumentException unless side ≥ 16 and there is at least one of each, and a number for each picture
     */
    public Sprites {
        if (side < 16 || scales < 1 || rotations < 1 || positions < 1
                || 3.0 * scales * rotations * positions * positions > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("sprites in pictures of side %d of %d sizes, %d angles and %d × %d places: "
                            .formatted(side, scales, rotations, positions, positions)
                    + "it takes a side ≥ 16, at least one of each, and fewer than 2³¹ pictures");
        }
    }

    /**
     * 6,144 pictures of 32 × 32: 3 figures, 4 sizes, 8 angles, 8 × 8 places.
     *
     * @return the set
     */
    public static Sprites small() {
        return new Sprites(32, 4, 8, 8);
    }

    /**
     * How many values each factor has.
     *
     * @return of figure, size, angle, x, y
     */
    public int[] sizes() {
        return new int[] {FIGURES, scales, rotations, positions, positions};
    }

    /**
     * How many pictures there are.
     *
     * @return the product of {@link #sizes}
     */
    public int count() {
        return FIGURES * scales * rotations * positions * positions;
    }

    /**
     * H[x] = log {@link #count}, for all are equally likely.
     *
     * @return the entropy in nats
     */
    public double entropy() {
        return StrictMath.log(count());
    }

    /**
     * The factors of a picture, the last one fastest.
     *
     * @param index of the picture, from 0 to {@link #count} − 1
     * @return figure, size, angle, x, y
     */
    public int[] factors(int index) {
        if (index < 0 || index >= count()) {
            throw new IllegalArgumentException("sprite " + index + ": there are 0 to " + (count() - 1));
        }
        int[] sizes = sizes(), factors = new int[sizes.length];
        for (int i = sizes.length - 1, rest = index; i >= 0; rest /= sizes[i], i--) {
            factors[i] = rest % sizes[i];
        }
        return factors;
    }

    /**
     * Independent draws.
     *
     * @param n how many
     * @param rng where the randomness comes from
     * @return indices of pictures
     */
    public int[] draw(int n, Rng rng) {
        int[] index = new int[n];
        for (int i = 0; i < n; i++) {
            index[i] = rng.below(count());
        }
        return index;
    }

    /**
     * Some pictures.
     *
     * @param index which
     * @return float32 from 0 to 1, [index.length, side · side]
     */
    public Tensor pictures(int... index) {
        int pixels = side * side;
        Array x = Array.zeros(Shape.of(index.length, pixels), Precision.FLOAT32);
        for (int i = 0; i < index.length; i++) {
            Ink.draw(x.floats(), i * pixels, side, outline(factors(index[i])));
        }
        return Tensor.of(x);
    }

    private Ink.Outline outline(int... factors) {
        double r = side * (LEAST + (LARGEST - LEAST) * part(factors[1], scales));
        double angle = Math.PI / 2 * factors[2] / rotations, cos = StrictMath.cos(angle), sin = StrictMath.sin(angle);
        double margin = 1.6 * LARGEST * side + 1, room = side - 2 * margin;
        double centreX = margin + room * part(factors[3], positions), centreY = margin + room * part(factors[4], positions);
        Ink.Outline figure = switch (factors[0]) {
            case 0 -> (x, y) -> Math.max(Math.abs(x), Math.abs(y)) - r;
            case 1 -> (x, y) -> ellipse(x, y, 1.3 * r, 1.3 * r * FLAT);
            default -> (x, y) -> Math.max(-y, Math.max(0.866 * x + 0.5 * y, -0.866 * x + 0.5 * y)) - 0.8 * r;
        };
        return (x, y) -> {
            double dx = x - centreX, dy = y - centreY;
            return figure.distance(cos * dx + sin * dy, -sin * dx + cos * dy);
        };
    }

    private static double part(int i, int n) {
        return n == 1 ? 0.5 : (double) i / (n - 1);
    }

    /** The distance to an ellipse to first order, f / ‖∇f‖ with f = ‖(x/a, y/b)‖ − 1. */
    private static double ellipse(double x, double y, double a, double b) {
        double u = x / a, v = y / b, norm = Math.sqrt(u * u + v * v);
        double slope = Math.sqrt(u * u / (a * a) + v * v / (b * b));
        return slope == 0 ? -b : (norm - 1) * norm / slope;
    }
}
