package surprisal.models.dist;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;

/** Where a number may be: from a to b, both included. What is not a number is nowhere. */
record Support(double from, double to) {

    /** Numbers that are not negative. */
    static final Support POSITIVE = new Support(0, Double.POSITIVE_INFINITY);

    private boolean holds(double x) {
        return x >= from && x <= to;
    }

    /** 0 inside and −∞ outside: a constant to add to what a formula says. */
    Tensor edge(Tensor x) {
        return chosen(x, 0, Double.NEGATIVE_INFINITY);
    }

    /** x inside; outside a number that the formula takes, to which no gradient flows. */
    Tensor inside(Tensor x, double instead) {
        return x.where(chosen(x, 1, 0), Tensor.full(x.shape(), instead, x.precision()));
    }

    private Tensor chosen(Tensor x, double in, double out) {
        Array at = x.array();
        Array chosen = Array.zeros(x.shape(), x.precision());
        for (int i = 0; i < chosen.size(); i++) {
            chosen.set(i, holds(at.at(i)) ? in : out);
        }
        return Tensor.of(chosen);
    }
}
