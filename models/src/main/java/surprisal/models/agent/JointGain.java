package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import surprisal.models.pomdp.Tables;

/**
 * I[s; o] = H[Q(o_1 … o_M)] − Σ_m E_Q(s)[H[P(o_m|s)]] of all modalities together. Modalities that have no factor in common,
 * not even by way of others, are independent under Q, so their gains add up: each such part is found by itself.
 */
final class JointGain {

    /** The gain of modalities that hang together. */
    interface Part {

        /** Takes in A as it is now. */
        void changed();

        /** I[s; o] in nats, for each factor of the model its belief. */
        double of(double[][] q);
    }

    private final List<Part> parts = new ArrayList<>();

    JointGain(Tables tables) {
        int count = tables.structure().modalities().size();
        boolean[] done = new boolean[count];
        for (int m = 0; m < count; m++) {
            if (!done[m]) {
                TreeSet<Integer> factors = new TreeSet<>(tables.structure().parentsA().get(m));
                TreeSet<Integer> modalities = new TreeSet<>(List.of(m));
                for (int before = 0; before < modalities.size();) {
                    before = modalities.size();
                    for (int k = 0; k < count; k++) {
                        if (tables.structure().parentsA().get(k).stream().anyMatch(factors::contains)) {
                            factors.addAll(tables.structure().parentsA().get(k));
                            modalities.add(k);
                        }
                    }
                }
                modalities.forEach(k -> done[k] = true);
                parts.add(part(tables, factors, modalities));
            }
        }
    }

    /** A table over the joint outcomes where there is memory for it. What no action moves is summed out first: once for all. */
    private static Part part(Tables tables, Set<Integer> factors, Set<Integer> modalities) {
        int[] which = modalities.stream().mapToInt(m -> m).toArray();
        int[] order = factors.stream().sorted(Comparator.comparingInt(f -> tables.B(f).blocks())).mapToInt(f -> f).toArray();
        double size = 1;
        for (int m : which) {
            size *= tables.A(m).events();
        }
        for (int f : order) {
            size *= tables.states()[f];
        }
        return size <= JointTable.MOST ? new JointTable(tables, order, which) : new JointTree(tables, order, which);
    }

    void changed() {
        parts.forEach(Part::changed);
    }

    double of(double[][] q) {
        double sum = 0;
        for (Part part : parts) {
            sum += part.of(q);
        }
        return sum;
    }
}
