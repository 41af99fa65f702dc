package surprisal.bench.experiments;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Rng;
import surprisal.engine.Shape;

/**
 * y = sin 2x + σ(x) ε: seen quietly, σ = 0.1, on both sides of a gap from −0.8 to 0.8, and from 2 on with σ = 0.5, as a noisy television
 * whose outcomes surprise for ever.
 *
 * @param x where, [n, 1]
 * @param y what, [n, 1]
 */
record GapData(Tensor x, Tensor y) {
    /** The least x that is seen. */
    static final double FROM = -2;

    /** The greatest x that is seen. */
    static final double TO = 3.2;

    private static final double GAP = 0.8;
    private static final double NOISY = 2;

    /** σ(x). */
    static double noise(double x) {
        return x < NOISY ? 0.1 : 0.5;
    }

    /** σ at each x. */
    static Tensor noise(Tensor x) {
        Array noise = Array.zeros(x.shape(), x.precision());
        for (int i = 0; i < noise.size(); i++) noise.set(i, noise(x.at(i)));
        return Tensor.of(noise);
    }

    /** sin 2x. */
    static Tensor curve(Tensor x) {
        return x.times(2).sin();
    }

    /** n points on each side of the gap. */
    static GapData quiet(int n, Precision precision, Rng rng) {
        return between(FROM, -GAP, n, precision, rng).and(between(GAP, NOISY, n, precision, rng));
    }

    /** n points in the gap. */
    static GapData gap(int n, Precision precision, Rng rng) {
        return between(-GAP, GAP, n, precision, rng);
    }

    /** n points where it is noisy. */
    static GapData noisy(int n, Precision precision, Rng rng) {
        return between(NOISY, TO, n, precision, rng);
    }

    private static GapData between(double from, double to, int n, Precision precision, Rng rng) {
        Tensor x = Tensor.of(rng.uniform(Shape.of(n, 1), precision)).times(to - from).plus(from);
        return new GapData(x, curve(x).plusTimes(noise(x), x.noise(rng)));
    }

    /** These points and others. */
    GapData and(GapData more) {
        return new GapData(Tensor.concat(0, x, more.x), Tensor.concat(0, y, more.y));
    }

    /** How many points there are. */
    int size() {
        return x.shape().dim(0);
    }
}
