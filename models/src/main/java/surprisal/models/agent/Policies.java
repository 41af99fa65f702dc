package surprisal.models.agent;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import surprisal.models.pomdp.Structure;

/**
 * Sequences of actions of one length. What they have in common at their beginning is one node of a tree, so nothing is
 * imagined twice.
 */
public final class Policies {

    /** So many policies are held at most, and so many steps: of one policy, a step takes what a policy does of several. */
    private static final long MOST = 1 << 22;

    private final Structure structure;
    private final int[][] joint; // [policy][time]
    private final int[][] parents; // [time][node]: the node of the step before
    private final int[][] actions; // [time][node]: the combination of actions that leads here
    private final int[] leaves; // [policy]: its node of the last step

    private Policies(Structure structure, int[][] joint, int[][] parents, int[][] actions, int[] leaves) {
        this.structure = structure;
        this.joint = joint;
        this.parents = parents;
        this.actions = actions;
        this.leaves = leaves;
    }

    /**
     * Every sequence: the combinations of actions vary fastest at the last step, and of a combination its last action.
     *
     * @param structure the model's structure
     * @param horizon how many steps
     * @return jointActions ^ horizon policies
     * @throws IllegalArgumentException if the horizon is less than 1, or there are more than 4,194,304 steps or policies
     */
    public static Policies all(Structure structure, int horizon) {
        int n = structure.jointActions();
        if (horizon < 1) {
            throw new IllegalArgumentException("policies over " + horizon + " steps: at least 1");
        }
        if (horizon > MOST) {
            throw new IllegalArgumentException("policies over %,d steps: at most %,d".formatted(horizon, MOST));
        }
        if (StrictMath.pow(n, horizon) > MOST) {
            throw new IllegalArgumentException(("%d combinations of actions over %d steps make %.3g policies, more than %,d: shorten "
                    + "the horizon, give a list of policies, or search a tree").formatted(n, horizon, StrictMath.pow(n, horizon), MOST));
        }
        int[][] parents = new int[horizon][];
        int[][] actions = new int[horizon][];
        int count = 1;
        for (int t = 0; t < horizon; t++) {
            count *= n;
            parents[t] = new int[count];
            actions[t] = new int[count];
            for (int i = 0; i < count; i++) {
                parents[t][i] = i / n;
                actions[t][i] = i % n;
            }
        }
        int[][] joint = new int[count][horizon];
        int[] leaves = new int[count];
        for (int i = 0; i < count; i++) {
            leaves[i] = i;
            for (int t = horizon - 1, rest = i; t >= 0; t--, rest /= n) {
                joint[i][t] = rest % n;
            }
        }
        return new Policies(structure, joint, parents, actions, leaves);
    }

    /**
     * Some sequences.
     *
     * @param structure the model's structure
     * @param policies for each policy, for each step, one value for each action
     * @return the policies in their order
     * @throws IllegalArgumentException if there is none, they are not equally long, or an action is out of range
     */
    public static Policies of(Structure structure, int[][][] policies) {
        if (policies.length == 0 || policies[0].length == 0) {
            throw new IllegalArgumentException("a list of no policies, or of policies without a step: at least one of each");
        }
        int horizon = policies[0].length;
        int[][] joint = new int[policies.length][horizon];
        for (int p = 0; p < policies.length; p++) {
            if (policies[p].length != horizon) {
                throw new IllegalArgumentException("policy " + p + " has " + policies[p].length + " steps and policy 0 has "
                        + horizon + ": they are equally long");
            }
            for (int t = 0; t < horizon; t++) {
                joint[p][t] = structure.encode(policies[p][t]);
            }
        }
        int[][] parents = new int[horizon][];
        int[][] actions = new int[horizon][];
        int[] nodes = new int[policies.length];
        for (int t = 0; t < horizon; t++) {
            Map<Long, Integer> known = new HashMap<>();
            int[] parent = new int[policies.length];
            int[] action = new int[policies.length];
            for (int p = 0; p < policies.length; p++) {
                int before = nodes[p];
                Integer node = known.putIfAbsent((long) before << 32 | joint[p][t], known.size());
                if (node == null) {
                    node = known.size() - 1;
                    parent[node] = before;
                    action[node] = joint[p][t];
                }
                nodes[p] = node;
            }
            parents[t] = Arrays.copyOf(parent, known.size());
            actions[t] = Arrays.copyOf(action, known.size());
        }
        return new Policies(structure, joint, parents, actions, nodes);
    }

    /**
     * How many policies there are.
     *
     * @return at least 1
     */
    public int size() {
        return joint.length;
    }

    /**
     * How many steps each has.
     *
     * @return at least 1
     */
    public int horizon() {
        return parents.length;
    }

    /**
     * The structure of the model whose actions these are.
     *
     * @return the structure
     */
    public Structure structure() {
        return structure;
    }

    /**
     * The combination of actions that a policy takes at a step.
     *
     * @param policy which policy
     * @param step which step
     * @return 0 … jointActions() − 1
     */
    public int joint(int policy, int step) {
        return joint[policy][step];
    }

    /**
     * The actions that a policy takes at a step.
     *
     * @param policy which policy
     * @param step which step
     * @return one value for each action
     */
    public int[] actions(int policy, int step) {
        return structure.decode(joint[policy][step]);
    }

    int nodes(int step) {
        return parents[step].length;
    }

    /**
     * What the policies have in common: for each node of a step the node of the step before that it follows.
     *
     * @param step which step
     * @return the array itself, not to be changed; zeros at the first step
     */
    public int[] parents(int step) {
        return parents[step];
    }

    /**
     * For each node of a step the combination of actions that leads to it.
     *
     * @param step which step
     * @return the array itself, not to be changed
     */
    public int[] nodeActions(int step) {
        return actions[step];
    }

    /**
     * For each policy its node of the last step.
     *
     * @return the array itself, not to be changed
     */
    public int[] leaves() {
        return leaves;
    }
}
