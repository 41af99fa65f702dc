package surprisal.models.dynamics;

import surprisal.autodiff.Tensor;
import surprisal.engine.Rng;

/** A dynamics that goes through sequences step by step, by predict, update and draw: the meaning of any faster way. */
record Stepped<B>(Dynamics<B> of) implements Dynamics<B> {

    @Override
    public B start(int batch) {
        return of.start(batch);
    }

    @Override
    public B predict(B before, Tensor action) {
        return of.predict(before, action);
    }

    @Override
    public B update(B predicted, Tensor observation) {
        return of.update(predicted, observation);
    }

    @Override
    public B draw(B belief, Rng rng) {
        return of.draw(belief, rng);
    }

    @Override
    public Tensor state(B belief) {
        return of.state(belief);
    }

    @Override
    public Tensor divergence(B q, B p) {
        return of.divergence(q, p);
    }
}
