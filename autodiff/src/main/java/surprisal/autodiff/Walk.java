package surprisal.autodiff;

import java.util.ArrayList;
import java.util.List;
import surprisal.engine.Array;

/** A model's parameters and their gradients side by side, each once; a thread's next step finds the lists as long as its last. */
final class Walk {

    private static final ThreadLocal<Walk> SPARE = new ThreadLocal<>();

    final List<Array> p = new ArrayList<>();
    final List<Array> g = new ArrayList<>();

    private Walk() {}

    /**
     * The tensors of a model and of its gradient.
     *
     * @throws IllegalArgumentException if the gradient is of another model
     */
    static Walk begin(Object model, Object gradient) {
        Walk walk = SPARE.get();
        if (walk == null) {
            walk = new Walk();
        } else {
            SPARE.set(null); // an update may step another model
        }
        Tree.arrays(model, walk.p);
        Tree.arrays(gradient, walk.g);
        if (!walk.fits()) {
            throw Tree.difference(model, gradient);
        }
        walk.once();
        return walk;
    }

    /** Gives the lists back. */
    void end() {
        p.clear();
        g.clear();
        SPARE.set(this);
    }

    private boolean fits() {
        boolean fits = p.size() == g.size();
        for (int i = 0; fits && i < p.size(); i++) {
            fits = p.get(i).shape().equals(g.get(i).shape()) && p.get(i).precision() == g.get(i).precision();
        }
        return fits;
    }

    private void once() {
        for (int i = p.size() - 1; i > 0; i--) {
            if (first(i) < i) {
                p.remove(i);
                g.remove(i);
            }
        }
    }

    /** Where this parameter comes first. */
    private int first(int at) {
        for (int i = 0; i < at; i++) {
            if (p.get(i) == p.get(at)) {
                return i;
            }
        }
        return at;
    }
}
