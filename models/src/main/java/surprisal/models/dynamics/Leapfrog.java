package surprisal.models.dynamics;

import java.util.function.UnaryOperator;
import surprisal.autodiff.Tensor;

/**
 * p ← p + ½ h (f(q) + a), q ← q + h p / m, p ← p + ½ h (f(q) + a), several times: the motion of
 * H(q, p) = |p|² / 2m + V(q) with f = −∂V/∂q, pushed by a force a that is held meanwhile (Störmer–Verlet; Neal 2011, Eqs.
 * 18–20). Without a push it is reversible (turn p round, and it goes back), it preserves volume, and its error of H is O(h²)
 * for as long as it goes. The state is q and p, one after the other, [.., 2d].
 *
 * @param force f, from q to the force, [.., d] → [.., d]; a record that is one, if it has tensors to learn
 * @param mass m
 * @param h the time of a substep; a negative one goes back
 * @param substeps how many make a step
 */
public record Leapfrog(UnaryOperator<Tensor> force, double mass, double h, int substeps) implements Motion {

    /**
     * A motion.
     *
     * @throws IllegalArgumentException unless m > 0, h is finite and not 0, and there is a substep
     */
    public Leapfrog {
        if (!(mass > 0) || h == 0 || !Double.isFinite(h) || substeps < 1) {
            throw new IllegalArgumentException("a leapfrog of mass " + mass + " by " + substeps + " substeps of " + h
                    + ": the mass is positive, the time finite and not 0, and there is at least one substep");
        }
    }

    /**
     * One step of all substeps.
     *
     * @param state q and p, [.., 2d]
     * @param action a, [.., d] or [.., 1]
     */
    @Override
    public Tensor step(Tensor state, Tensor action) {
        if (state.shape().last() % 2 != 0) {
            throw new IllegalArgumentException("a leapfrog from " + state.shape()
                    + ": the last axis is q and p, one after the other, so its length is even");
        }
        int d = state.shape().last() / 2;
        Tensor q = state.slice(0, d);
        Tensor p = state.slice(d, 2 * d);
        Tensor push = force.apply(q).plus(action);
        for (int i = 0; i < substeps; i++) {
            p = p.plus(push.times(h / 2));
            q = q.plus(p.times(h / mass));
            push = force.apply(q).plus(action);
            p = p.plus(push.times(h / 2));
        }
        return Tensor.concat(-1, q, p);
    }
}
