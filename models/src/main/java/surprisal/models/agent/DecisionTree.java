package surprisal.models.agent;

import java.util.Arrays;

/**
 * Beliefs after actions and what was seen then, in flat memory that is made once and grows: node 0 is the root, and
 * children come behind their parents.
 */
final class DecisionTree {
    final int width; // Σ_f S_f
    final int actions;
    int size;
    double[] beliefs; // [node, width]
    double[] probability; // [node]
    double[] value; // [node], 0 before it is expanded
    boolean[] expanded;
    double[] first; // G_1(u), [node, action]
    double[] G; // [node, action]
    double[] posterior; // [node, action]
    int[] child; // [node, action] the first child
    int[] count; // [node, action] how many children; 0 where the action is not followed (any more)

    DecisionTree(int width, int actions) {
        this.width = width;
        this.actions = actions;
        grow(16);
    }

    private void grow(int n) {
        boolean none = beliefs == null;
        beliefs = none ? new double[n * width] : Arrays.copyOf(beliefs, n * width);
        probability = none ? new double[n] : Arrays.copyOf(probability, n);
        value = none ? new double[n] : Arrays.copyOf(value, n);
        expanded = none ? new boolean[n] : Arrays.copyOf(expanded, n);
        first = none ? new double[n * actions] : Arrays.copyOf(first, n * actions);
        G = none ? new double[n * actions] : Arrays.copyOf(G, n * actions);
        posterior = none ? new double[n * actions] : Arrays.copyOf(posterior, n * actions);
        child = none ? new int[n * actions] : Arrays.copyOf(child, n * actions);
        count = none ? new int[n * actions] : Arrays.copyOf(count, n * actions);
    }

    /** A new node, whose belief the caller writes. */
    int add(double p) {
        if (size == probability.length) {
            grow(2 * size);
        }
        probability[size] = p;
        value[size] = 0;
        expanded[size] = false;
        return size++;
    }

    /** The leaves that are still followed, in the order of the tree. */
    int leaves(int node, int[] out, int n) {
        if (!expanded[node]) {
            out[n] = node;
            return n + 1;
        }
        for (int u = node * actions; u < (node + 1) * actions; u++) {
            for (int i = 0; i < count[u]; i++) {
                n = leaves(child[u] + i, out, n);
            }
        }
        return n;
    }
}
