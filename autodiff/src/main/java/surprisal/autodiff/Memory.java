package surprisal.autodiff;

import java.util.List;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.kernels.Descent;

/** What an update remembers: one array for each parameter. */
final class Memory {

    /** Steps in which β = 0.9 takes a moment from 2⁻¹⁰⁰ to 2⁻¹¹⁰. */
    private static final int FADING = 64;

    private Memory() {}

    /** Makes the memories on first use, and checks on every other that the parameters are still the same ones. */
    static void fit(List<Array> memory, List<Array> p) {
        if (memory.isEmpty()) {
            p.forEach(x -> memory.add(Array.zeros(x.shape(), x.precision())));
        }
        for (int i = 0; i < p.size() || i < memory.size(); i++) {
            if (i >= p.size() || i >= memory.size() || !memory.get(i).shape().equals(p.get(i).shape())
                    || memory.get(i).precision() != p.get(i).precision()) {
                throw new IllegalArgumentException("this update belongs to another model (" + memory.size()
                        + " parameters there, " + p.size() + " here, the first difference at " + i + "): make a new one");
            }
        }
    }

    /** After step t, now and then: clears what has faded, before it is so small that the next steps are slow. */
    static void fade(List<Array> moments, long t) {
        if (t % FADING == 0) {
            for (Array m : moments) {
                if (m.precision() == Precision.FLOAT32) {
                    Descent.fade(m.floats());
                } else {
                    Descent.fade(m.doubles());
                }
            }
        }
    }
}
