package surprisal.models.agent;

import java.util.Arrays;

/**
 * The combinations of beliefs about some factors at one step, as numbers. They are counted factor by factor: where all pairs
 * of a combination so far and a belief about the next factor are no more than the policies' nodes, each pair has a number,
 * combination · beliefs + belief, else those that occur have one, in the order in which they do.
 */
final class Combinations {
    private final int[] factors;
    private final int[] count; // by depth: how many combinations of beliefs about the first factors
    private final int[] beliefs; // by depth: how many about its factor
    private final boolean[] every; // by depth: whether all pairs have a number
    private final int[][] before; // by depth, where not: the combination of the factors before
    private final int[][] belief; // and the belief about its factor
    private final Pairs[] pairs;
    private int[] numbers = new int[0];

    Combinations(int[] factors) {
        int depths = factors.length + 1;
        this.factors = factors;
        count = new int[depths];
        beliefs = new int[depths];
        every = new boolean[depths];
        before = new int[depths][8];
        belief = new int[depths][8];
        pairs = new Pairs[depths];
        Arrays.setAll(pairs, d -> new Pairs());
    }

    /**
     * Counts.
     *
     * @param imagined by factor the beliefs
     * @param ids by factor and node which belief
     * @param nodes how many nodes
     * @return for each node its combination: the array itself, which the next count overwrites
     */
    int[] number(Imagined[] imagined, int[][] ids, int nodes) {
        if (numbers.length < nodes) {
            numbers = new int[nodes];
        }
        Arrays.fill(numbers, 0, nodes, 0);
        count[0] = 1;
        for (int d = 1; d <= factors.length; d++) {
            int[] ofFactor = ids[factors[d - 1]];
            beliefs[d] = imagined[factors[d - 1]].count;
            every[d] = (long) count[d - 1] * beliefs[d] <= nodes;
            if (every[d]) {
                count[d] = count[d - 1] * beliefs[d];
                for (int i = 0; i < nodes; i++) {
                    numbers[i] = numbers[i] * beliefs[d] + ofFactor[i];
                }
            } else {
                occurring(d, ofFactor, nodes);
            }
        }
        return numbers;
    }

    private void occurring(int d, int[] ofFactor, int nodes) {
        pairs[d].clear(count[d - 1], beliefs[d]);
        count[d] = 0;
        for (int i = 0; i < nodes; i++) {
            int known = pairs[d].get(numbers[i], ofFactor[i]);
            if (known < 0) {
                known = count[d]++;
                pairs[d].put(numbers[i], ofFactor[i], known);
                if (known == before[d].length) {
                    before[d] = Arrays.copyOf(before[d], 2 * known);
                    belief[d] = Arrays.copyOf(belief[d], 2 * known);
                }
                before[d][known] = numbers[i];
                belief[d][known] = ofFactor[i];
            }
            numbers[i] = known;
        }
    }

    /** How many factors. */
    int depth() {
        return factors.length;
    }

    /** The factor of a depth, from 1 on. */
    int factor(int d) {
        return factors[d - 1];
    }

    /** How many combinations of beliefs about the first d factors. */
    int count(int d) {
        return count[d];
    }

    /** Whether a combination of the factors before has all beliefs about this one, one after the other. */
    boolean every(int d) {
        return every[d];
    }

    /** What a combination is of the factors before. */
    int before(int d, int number) {
        return every[d] ? number / beliefs[d] : before[d][number];
    }

    /** Which belief about its last factor a combination has. */
    int belief(int d, int number) {
        return every[d] ? number % beliefs[d] : belief[d][number];
    }
}
