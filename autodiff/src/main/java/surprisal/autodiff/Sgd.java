package surprisal.autodiff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import surprisal.engine.Array;
import surprisal.engine.Compute;
import surprisal.engine.Precision;
import surprisal.engine.Shape;

/** θ ← θ − η m, m ← μ m + g (Polyak 1964). */
final class Sgd implements Update {

    private final Schedule rate;
    private final double momentum;
    private final Array steps = Array.zeros(Shape.scalar(), Precision.FLOAT64);
    private final List<Array> m = new ArrayList<>();

    Sgd(Schedule rate, double momentum) {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum is " + momentum + ": it takes 0 ≤ momentum < 1");
        }
        this.rate = rate;
        this.momentum = momentum;
    }

    @Override
    public void apply(List<Array> g, List<Array> p) {
        if (momentum > 0) {
            Memory.fit(m, p);
        }
        steps.set(0, steps.at(0) + 1);
        long t = (long) steps.at(0);
        double eta = rate.at(t);
        for (int i = 0; i < p.size(); i++) {
            Array direction = g.get(i);
            if (momentum > 0) {
                direction = m.get(i);
                Compute.linear(momentum, direction, 0, direction);
                Compute.addScaled(1, g.get(i), direction);
            }
            Compute.addScaled(-eta, direction, p.get(i));
        }
        Memory.fade(m, t);
    }

    @Override
    public SequencedMap<String, Array> state(List<Array> p) {
        SequencedMap<String, Array> state = new LinkedHashMap<>();
        state.put("steps", steps);
        if (momentum > 0) {
            Memory.fit(m, p);
            for (int i = 0; i < p.size(); i++) {
                state.put("m." + i, m.get(i));
            }
        }
        return state;
    }
}
