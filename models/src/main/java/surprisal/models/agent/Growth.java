package surprisal.models.agent;

import java.util.Arrays;

/** What a {@link Grower} found behind some leaves, until it is taken into the tree. */
final class Growth {
    private final int width;
    private final int actions;
    private long deadline;
    private int allowance;
    private boolean late;
    int leaves;
    int children;
    int nodes; // children and the actions that were followed
    double[] first; // [leaf, action]
    int[] count; // [leaf, action]
    private double[] probability; // [child]
    private double[] beliefs; // [child, width]
    final double[] scratch;

    Growth(int width, int actions) {
        this.width = width;
        this.actions = actions;
        scratch = new double[actions];
        first = new double[4 * actions];
        count = new int[4 * actions];
        probability = new double[16];
        beliefs = new double[16 * width];
    }

    void clear(int allowance, long deadline) {
        this.allowance = allowance;
        this.deadline = deadline;
        leaves = 0;
        children = 0;
        nodes = 0;
        late = false;
    }

    /** Whether what was found does not fit the budget any more. */
    boolean full() {
        return late || nodes > allowance;
    }

    int begin() {
        late = deadline != Long.MAX_VALUE && System.nanoTime() > deadline;
        if ((leaves + 1) * actions > first.length) {
            first = Arrays.copyOf(first, 2 * first.length);
            count = Arrays.copyOf(count, 2 * count.length);
        }
        return leaves++;
    }

    void child(double p, double[][] q) {
        nodes++;
        if (children == probability.length) {
            probability = Arrays.copyOf(probability, 2 * children);
            beliefs = Arrays.copyOf(beliefs, 2 * beliefs.length);
        }
        probability[children] = p;
        if (q != null) {
            int at = children * width;
            for (double[] x : q) {
                System.arraycopy(x, 0, beliefs, at, x.length);
                at += x.length;
            }
        }
        children++;
    }

    /** Takes all of it into the tree, behind the leaves that it was found for. */
    void into(DecisionTree tree, int[] which, int from) {
        int next = 0;
        for (int i = 0; i < leaves; i++) {
            int leaf = which[from + i];
            tree.expanded[leaf] = true;
            for (int u = 0; u < actions; u++) {
                int k = count[i * actions + u];
                tree.first[leaf * actions + u] = first[i * actions + u];
                tree.child[leaf * actions + u] = tree.size;
                tree.count[leaf * actions + u] = k;
                for (int c = 0; c < k; c++, next++) {
                    int node = tree.add(probability[next]);
                    System.arraycopy(beliefs, next * width, tree.beliefs, node * width, width);
                }
            }
        }
    }
}
