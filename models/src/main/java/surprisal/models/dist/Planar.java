package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/**
 * x = z + û tanh(w·z + b), a bump along one direction (Rezende and Mohamed 2015). The determinant of its Jacobian
 * is 1 + w·û (1 − tanh²). It is one to one since w·û > −1: û = u + (softplus(w·u) − 1 − w·u) w/‖w‖² (their appendix).
 * Parameters may be made for each point by an encoder.
 *
 * @param u [.., n]
 * @param w [.., n], not zero
 * @param b [..]
 */
public record Planar(Tensor u, Tensor w, Tensor b) implements Bijection {

    private static final int STEPS = 100;
    private static final double ENOUGH = 1e-15;

    @Override
    public Image forward(Tensor z) {
        Tensor tanh = w.times(z).sum(-1).plus(b).tanh();
        Tensor bump = Tensor.stack(-1, tanh);
        return new Image(z.plus(direction().times(bump)), logDet(tanh));
    }

    /**
     * z = x − û tanh(a + b), where a = w·z is the root of a + w·û tanh(a + b) = w·x. The gradient is that of one step
     * of Newton's from the root, which is the root's own.
     */
    @Override
    public Image inverse(Tensor x) {
        Tensor m = least();
        Tensor c = m.minus(1);
        Tensor y = w.times(x).sum(-1);
        Shape shape = y.shape().broadcast(m.shape(), "planar flow").broadcast(b.shape(), "planar flow");
        Tensor root = root(y.stopGradient().expand(shape), m.stopGradient().expand(shape), b.stopGradient().expand(shape));
        Tensor at = root.plus(b).tanh();
        Tensor steep = determinant(at).stopGradient();
        Tensor a = root.minus(root.plus(c.times(at)).minus(y).div(steep));
        Tensor tanh = a.plus(b).tanh();
        return new Image(x.minus(direction().times(Tensor.stack(-1, tanh))), logDet(tanh).neg());
    }

    /** The a of a + (m − 1) tanh(a + b) = y for each number. */
    private static Tensor root(Tensor y, Tensor m, Tensor b) {
        Array a = Array.zeros(y.shape(), y.precision());
        for (int i = 0; i < a.size(); i++) {
            a.set(i, root(y.at(i), m.at(i), b.at(i)));
        }
        return Tensor.of(a);
    }

    /**
     * The left side rises, and a is from y − |m − 1| to y + |m − 1|: Newton's steps, halving where one would leave the
     * interval.
     */
    private static double root(double y, double m, double b) {
        double c = m - 1;
        double low = y - Math.abs(c);
        double high = y + Math.abs(c);
        double a = y;
        for (int step = 0; step < STEPS; step++) {
            double tanh = StrictMath.tanh(a + b);
            double excess = a + c * tanh - y;
            low = excess < 0 ? a : low;
            high = excess < 0 ? high : a;
            double next = a - excess / (tanh * tanh + m * (1 - tanh * tanh));
            if (!(next >= low && next <= high)) {
                next = 0.5 * (low + high);
            }
            if (Math.abs(next - a) <= ENOUGH * (1 + Math.abs(a))) {
                return next;
            }
            a = next;
        }
        return a;
    }

    /** 1 + w·û, above 0 however steep. */
    private Tensor least() {
        return w.times(u).sum(-1).softplus();
    }

    /** û. */
    private Tensor direction() {
        Tensor more = least().minus(1).minus(w.times(u).sum(-1)).div(w.square().sum(-1));
        return u.plus(w.times(Tensor.stack(-1, more)));
    }

    /** 1 + w·û (1 − tanh²) as tanh² + (1 + w·û)(1 − tanh²), where nothing cancels. */
    private Tensor determinant(Tensor tanh) {
        Tensor square = tanh.square();
        return square.plus(square.neg().plus(1).times(least()));
    }

    private Tensor logDet(Tensor tanh) {
        return determinant(tanh).log();
    }
}
