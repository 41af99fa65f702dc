package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Rng;
import surprisal.engine.Shape;
import surprisal.models.dist.Normal;

/**
 * A dynamics whose noise is given: that of its i-th draw is row i, [draws, B, n]. With ±√N along each of N coordinates, one
 * point a sequence, the mean over sequences of anything quadratic in the noise is its expectation, exactly.
 */
final class Points implements Dynamics<Belief> {

    private final Dynamics<Belief> of;
    private final Tensor noise;
    private int draws;

    Points(Dynamics<Belief> of, Tensor noise) {
        this.of = of;
        this.noise = noise;
    }

    /** The noise of {@code draws} draws of one number, coordinates {@code from} on among {@code all}: [draws, 2 all, 1]. */
    static Tensor along(int from, int draws, int all) {
        double[] x = new double[draws * 2 * all];
        for (int i = 0; i < draws; i++) {
            x[i * 2 * all + 2 * (from + i)] = Math.sqrt(all);
            x[i * 2 * all + 2 * (from + i) + 1] = -Math.sqrt(all);
        }
        return Tensor.of(Array.of(Shape.of(draws, 2 * all, 1), x));
    }

    @Override
    public Belief draw(Belief belief, Rng rng) {
        Normal q = (Normal) belief.distribution();
        return new Belief(belief.memory(), q, q.mean().plus(q.std().times(Path.at(noise, draws++))));
    }

    @Override
    public Belief start(int batch) {
        return of.start(batch);
    }

    @Override
    public Belief predict(Belief before, Tensor action) {
        return of.predict(before, action);
    }

    @Override
    public Belief update(Belief predicted, Tensor observation) {
        return of.update(predicted, observation);
    }

    @Override
    public Tensor state(Belief belief) {
        return of.state(belief);
    }

    @Override
    public Tensor divergence(Belief q, Belief p) {
        return of.divergence(q, p);
    }
}
