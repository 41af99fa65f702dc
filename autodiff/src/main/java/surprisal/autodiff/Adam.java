package surprisal.autodiff;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.kernels.Descent;

/** Adam (Kingma and Ba 2015, Algorithm 1) and, with a decay, AdamW (Loshchilov and Hutter 2019, Algorithm 2). */
final class Adam implements Update {

    /** An ε beside which the root of a second moment that has faded, 2⁻⁵⁰ or less, counts for nothing. */
    private static final double SEEN = 0x1p-40;

    private final Schedule rate;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double decay;
    private final Array steps = Array.zeros(Shape.scalar(), Precision.FLOAT64);
    private final List<Array> m = new ArrayList<>();
    private final List<Array> v = new ArrayList<>();

    Adam(Schedule rate, double beta1, double beta2, double epsilon, double decay) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon >= 0 && decay >= 0)) {
            throw new IllegalArgumentException("Adam with β₁ " + beta1 + ", β₂ " + beta2 + ", ε " + epsilon + ", decay "
                    + decay + ": it takes 0 ≤ β < 1, ε ≥ 0, decay ≥ 0");
        }
        this.rate = rate;
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.decay = decay;
    }

    @Override
    public void apply(List<Array> g, List<Array> p) {
        Memory.fit(m, p);
        Memory.fit(v, p);
        long t = (long) steps.at(0) + 1;
        steps.set(0, t);
        double eta = rate.at(t);
        // θ −= η m̂/(√v̂ + ε) = step · m/(√v · scale + ε)
        double step = eta / (1 - StrictMath.pow(beta1, t));
        double scale = 1 / Math.sqrt(1 - StrictMath.pow(beta2, t));
        double keep = 1 - eta * decay;
        for (int i = 0; i < p.size(); i++) {
            if (p.get(i).precision() == Precision.FLOAT32) {
                Descent.adam(p.get(i).floats(), g.get(i).floats(), m.get(i).floats(), v.get(i).floats(),
                        (float) beta1, (float) beta2, (float) step, (float) scale, (float) epsilon, (float) keep);
            } else {
                Descent.adam(p.get(i).doubles(), g.get(i).doubles(), m.get(i).doubles(), v.get(i).doubles(),
                        beta1, beta2, step, scale, epsilon, keep);
            }
        }
        Memory.fade(m, t);
        if (epsilon >= SEEN) {
            Memory.fade(v, t);
        }
    }

    @Override
    public SequencedMap<String, Array> state(List<Array> p) {
        Memory.fit(m, p);
        Memory.fit(v, p);
        SequencedMap<String, Array> state = new LinkedHashMap<>();
        state.put("steps", steps);
        for (int i = 0; i < p.size(); i++) {
            state.put("m." + i, m.get(i));
            state.put("v." + i, v.get(i));
        }
        return state;
    }
}
