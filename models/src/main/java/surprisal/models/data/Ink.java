package surprisal.models.data;

/**
 * ink(x) = clamp(½ − d(x), 0, 1), d the signed distance of a pixel's centre to an outline, in pixels: edges are soft, so that a
 * picture is a continuous function of what it shows.
 */
final class Ink {
    private Ink() {}

    /** The signed distance to an outline, negative inside. */
    interface Outline {
        double distance(double x, double y);
    }

    /** Draws a figure over a square picture, whose origin is its upper left corner; what is there already stays behind it. */
    static void draw(float[] picture, int from, int side, Outline outline) {
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                double ink = Math.clamp(0.5 - outline.distance(column + 0.5, row + 0.5), 0, 1);
                int at = from + row * side + column;
                picture[at] = (float) (ink + (1 - ink) * picture[at]);
            }
        }
    }

    /** All points at most r from a centre. */
    static Outline disc(double centreX, double centreY, double r) {
        return (x, y) -> Math.sqrt((x - centreX) * (x - centreX) + (y - centreY) * (y - centreY)) - r;
    }

    /** All points at most r from the line between two points. */
    static Outline rod(double fromX, double fromY, double toX, double toY, double r) {
        double dx = toX - fromX, dy = toY - fromY, square = dx * dx + dy * dy;
        return (x, y) -> {
            double t = Math.clamp(((x - fromX) * dx + (y - fromY) * dy) / square, 0, 1);
            double px = x - fromX - t * dx, py = y - fromY - t * dy;
            return Math.sqrt(px * px + py * py) - r;
        };
    }
}
