package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import surprisal.models.pomdp.Structure;
import surprisal.models.pomdp.Table;
import surprisal.models.pomdp.Tables;

/**
 * G(π) = Σ_τ G_τ for many policies at once, from beliefs Q(s_f) that are imagined forwards, Q(s′_f) = Σ_s P(s′_f|s, u)
 * Π_d Q(s_d).
 *
 * <p>Nothing is computed twice. Policies share their beginnings; a factor's belief is imagined once for all policies that
 * treat its parents alike; beliefs that come out with equal bits are one belief; and an outcome's expectation is summed out
 * factor by factor over the beliefs that differ. The memory is made once, grows to what the largest search needed, and
 * belongs to one thread.
 */
public final class PolicyTree implements Search {
    private final Tables tables;
    private final Policies policies;
    private final Efe efe;
    private final Table[] gainB; // by factor: what a transition teaches, where that counts
    private final double[][] intended; // by factor: what each next state costs, where that counts
    private final double[][] gainA;
    private final Costs[][] costs; // by step (the last holds on) and by group of modalities with the same parents
    private final JointGain jointGain;
    private final double bWeight;
    private final double bPymdpWeight;
    private final double intentionWeight;

    private final int factors;
    private final int combinations;
    private final Imagined[] now;
    private final Imagined[] next;
    private final double[] scratch;
    private final double[] expected;
    private final double[][] q;
    private int[] ids; // [node][factor] of this step
    private int[] nextIds;
    private int nodes;
    private int nextNodes;
    private final Pairs tuples = new Pairs();
    private final LongMap hashes = new LongMap();
    private final long[] bounds; // by factor: how many different beliefs a step may have
    private final Pairs[] moves;
    private int[] moveIds = new int[64];
    private double[] moveGains = new double[64];
    private int moveCount;
    private boolean named; // whether two ints can name the beliefs of a node
    private int[] child = new int[64]; // [node][combination]
    private double[] edge = new double[64];
    private int[] slots = new int[64]; // [node][group]
    private double[] cost = new double[64];
    private int[] where; // [node of the policies' tree] the node of this step
    private int[] whereNext;
    private double[] total;
    private double[] totalNext;
    private final double[] G;
    private final int[] tuple;

    /**
     * A search.
     *
     * @param tables the model; what is learned is taken in by {@link #changed}
     * @param policies the policies to score
     * @param efe the terms of G
     * @param gainA for each modality the gain of each outcome, [S.., O], for the novelty of A; null where it does not count
     * @param gainB for each factor the gain of each transition, like B, for the novelty of B; null where it does not count
     * @param intended for each factor what each next state costs, for the inductive term; null where it does not count
     * @throws IllegalArgumentException if a term counts whose numbers are missing
     */
    public PolicyTree(Tables tables, Policies policies, Efe efe, double[][] gainA, Table[] gainB, double[][] intended) {
        this.tables = tables;
        this.policies = policies;
        this.efe = efe;
        this.gainA = gainA;
        this.gainB = gainB;
        this.intended = intended;
        bWeight = efe.weight(Term.NOVELTY_B);
        bPymdpWeight = efe.weight(Term.PYMDP_NOVELTY_B);
        intentionWeight = efe.weight(Term.INDUCTIVE);
        needs(gainA, "counts of A", Term.NOVELTY_A, Term.PYMDP_NOVELTY_A);
        needs(gainB, "counts of B", Term.NOVELTY_B, Term.PYMDP_NOVELTY_B);
        needs(intended, "intended states", Term.INDUCTIVE);
        Structure structure = tables.structure();
        factors = structure.factors().size();
        combinations = structure.jointActions();
        int most = Arrays.stream(tables.states()).max().orElse(1);
        now = imagined();
        next = imagined();
        scratch = new double[most];
        expected = new double[most];
        q = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        moves = new Pairs[factors];
        Arrays.setAll(moves, f -> new Pairs());
        bounds = new long[factors];
        ids = new int[16 * factors];
        nextIds = new int[16 * factors];
        tuple = new int[factors];
        int widest = 1;
        for (int t = 0; t < policies.horizon(); t++) {
            widest = Math.max(widest, policies.nodes(t));
        }
        where = new int[widest];
        whereNext = new int[widest];
        total = new double[widest];
        totalNext = new double[widest];
        G = new double[policies.size()];
        costs = new Costs[Math.min(policies.horizon(), tables.preferredSteps())][];
        Arrays.setAll(costs, t -> groups());
        jointGain = efe.weight(Term.JOINT_GAIN) == 0 ? null : new JointGain(tables);
        changed();
    }

    /** The same search for another thread. */
    PolicyTree twin(Tables tables) {
        return new PolicyTree(tables, policies, efe, gainA,
                gainB == null ? null : Arrays.stream(gainB).map(Table::twin).toArray(Table[]::new), intended);
    }

    private void needs(Object numbers, String what, Term... terms) {
        for (Term term : terms) {
            if (numbers == null && efe.weight(term) != 0) {
                throw new IllegalArgumentException(term + " counts in G but there are no " + what + ": give the agent some");
            }
        }
    }

    private Imagined[] imagined() {
        return Arrays.stream(tables.states()).mapToObj(Imagined::new).toArray(Imagined[]::new);
    }

    private Costs[] groups() {
        List<Costs> groups = new ArrayList<>();
        int n = tables.structure().modalities().size();
        boolean[] done = new boolean[n];
        for (int m = 0; m < n; m++) {
            List<Integer> same = new ArrayList<>();
            for (int k = m; k < n; k++) {
                if (!done[k] && Arrays.equals(tables.A(k).parents(), tables.A(m).parents())) {
                    same.add(k);
                    done[k] = true;
                }
            }
            if (!same.isEmpty()) {
                groups.add(new Costs(tables, same.stream().mapToInt(k -> k).toArray(), efe));
            }
        }
        return groups.toArray(Costs[]::new);
    }

    /** Takes in A, C and the gains about A as they are now. B, its gains and the intentions are read at each search. */
    @Override
    public void changed() {
        for (int t = 0; t < costs.length; t++) {
            for (Costs group : costs[t]) {
                group.fill(efe, t, gainA);
            }
        }
        if (jointGain != null) {
            jointGain.changed();
        }
    }

    @Override
    public double[] G(double[][] qs) {
        for (int f = 0; f < factors; f++) {
            now[f].clear();
            System.arraycopy(qs[f], 0, scratch, 0, qs[f].length);
            ids[f] = now[f].add(certain(scratch, qs[f].length));
        }
        nodes = 1;
        where[0] = 0;
        total[0] = 0;
        for (int t = 0; t < policies.horizon(); t++) {
            step(t);
        }
        int[] leaves = policies.leaves();
        for (int p = 0; p < G.length; p++) {
            G[p] = total[leaves[p]];
        }
        return G;
    }

    private void step(int t) {
        Costs[] groups = costs[Math.min(t, costs.length - 1)];
        for (int f = 0; f < factors; f++) {
            Table B = tables.B(f);
            int before = B.parents().length == 1 ? now[B.parents()[0]].count : nodes;
            next[f].clear();
            moves[f].clear(before, B.blocks());
            bounds[f] = (long) before * B.blocks();
        }
        for (Costs group : groups) {
            group.clear(bounds);
        }
        moveCount = 0;
        long many = 1;
        for (int f = 0; f < factors - 1; f++) {
            many = Math.min(many * bounds[f], Integer.MAX_VALUE);
        }
        named = many < Integer.MAX_VALUE && bounds[factors - 1] < Integer.MAX_VALUE;
        if (named) {
            tuples.clear(many, bounds[factors - 1]);
        } else {
            hashes.clear();
        }
        nextNodes = 0;
        if (child.length < nodes * combinations) {
            child = new int[2 * nodes * combinations];
            edge = new double[child.length];
        }
        Arrays.fill(child, 0, nodes * combinations, -1);
        int count = policies.nodes(t);
        int[] parents = policies.parents(t);
        int[] actions = policies.nodeActions(t);
        for (int i = 0; i < count; i++) {
            int from = where[parents[i]] * combinations + actions[i];
            if (child[from] < 0) {
                move(from / combinations, actions[i]);
            }
            whereNext[i] = child[from];
            totalNext[i] = total[parents[i]] + edge[from];
        }
        if (slots.length < nextNodes * groups.length) {
            slots = new int[2 * nextNodes * groups.length];
        }
        for (int g = 0; g < groups.length; g++) {
            groups[g].begin(next);
            for (int node = 0; node < nextNodes; node++) {
                slots[node * groups.length + g] = groups[g].slot(next, nextIds, node * factors);
            }
            groups[g].finish();
        }
        if (cost.length < nextNodes) {
            cost = new double[2 * nextNodes];
        }
        for (int node = 0; node < nextNodes; node++) {
            double sum = 0;
            for (int g = 0; g < groups.length; g++) {
                sum += groups[g].g(slots[node * groups.length + g]);
            }
            cost[node] = sum + beliefCost(node);
        }
        for (int i = 0; i < count; i++) {
            totalNext[i] += cost[whereNext[i]];
        }
        swap();
    }

    /** What the step's other terms cost: the intentions, and the gain of all modalities together. */
    private double beliefCost(int node) {
        double sum = 0;
        if (intentionWeight != 0) {
            for (int f = 0; f < factors; f++) {
                Imagined belief = next[f];
                int at = nextIds[node * factors + f] * belief.size;
                for (int s = 0; s < belief.size; s++) {
                    sum += intentionWeight * belief.values[at + s] * intended[f][s];
                }
            }
        }
        if (jointGain != null) {
            for (int f = 0; f < factors; f++) {
                System.arraycopy(next[f].values, nextIds[node * factors + f] * next[f].size, q[f], 0, q[f].length);
            }
            sum -= efe.weight(Term.JOINT_GAIN) * jointGain.of(q);
        }
        return sum;
    }

    private void swap() {
        for (int f = 0; f < factors; f++) {
            Imagined old = now[f];
            now[f] = next[f];
            next[f] = old;
        }
        int[] oldIds = ids;
        ids = nextIds;
        nextIds = oldIds;
        nodes = nextNodes;
        int[] oldWhere = where;
        where = whereNext;
        whereNext = oldWhere;
        double[] oldTotal = total;
        total = totalNext;
        totalNext = oldTotal;
    }

    /** Imagines what a combination of actions does to the beliefs of a node. */
    private void move(int node, int action) {
        double gained = 0;
        for (int f = 0; f < factors; f++) {
            int block = tables.block(f, action);
            Table B = tables.B(f);
            int from = B.parents().length == 1 ? ids[node * factors + B.parents()[0]] : node; // a parent alone is shared by nodes
            int at = moves[f].get(from, block);
            if (at < 0) {
                at = moveCount++;
                if (at == moveIds.length) {
                    moveIds = Arrays.copyOf(moveIds, 2 * at);
                    moveGains = Arrays.copyOf(moveGains, 2 * at);
                }
                moves[f].put(from, block, at);
                imagine(f, B, block, node, at);
            }
            tuple[f] = moveIds[at];
            gained += moveGains[at];
        }
        child[node * combinations + action] = named ? byName() : bySearch();
        edge[node * combinations + action] = gained;
    }

    /**
     * Without probabilities below 2⁻⁶⁴: that is less than rounding adds to a sum, but keeps alike beliefs apart, as where log 0
     * is taken for ln 2⁻⁵².
     */
    private static double[] certain(double[] q, int n) {
        for (int s = 0; s < n; s++) {
            if (q[s] < 0x1p-64) {
                q[s] = 0;
            }
        }
        return q;
    }

    private void imagine(int f, Table B, int block, int node, int at) {
        for (int d : B.parents()) {
            System.arraycopy(now[d].values, ids[node * factors + d] * now[d].size, q[d], 0, q[d].length);
        }
        B.expect(block, q, scratch);
        moveIds[at] = next[f].add(certain(scratch, B.events()));
        double gain = 0;
        if (bPymdpWeight != 0) {
            gainB[f].expect(block, q, expected);
            for (int s = 0; s < B.events(); s++) {
                gain += bPymdpWeight * scratch[s] * expected[s];
            }
        }
        if (bWeight != 0) {
            gain += bWeight * gain(B, gainB[f], block, 0, block * B.rows(), 1);
        }
        moveGains[at] = -gain;
    }

    /** Σ_s Π_d Q(s_d) Σ_s′ P(s′|s, u) w(s′, s, u). */
    private double gain(Table B, Table w, int block, int axis, int row, double weight) {
        int n = B.events();
        if (axis == B.sizes().length) {
            double sum = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                sum += B.values()[i] * w.values()[i];
            }
            return weight * sum;
        }
        int stride = B.stride(axis);
        double sum = 0;
        double[] p = q[B.parents()[axis]];
        for (int s = 0; s < p.length; s++) {
            if (p[s] != 0) {
                sum += gain(B, w, block, axis + 1, row + s * stride, weight * p[s]);
            }
        }
        return sum;
    }

    /** The node with the beliefs of {@link #tuple}, where two ints can name them. */
    private int byName() {
        int many = 0;
        for (int f = 0; f < factors - 1; f++) {
            many = many * (int) bounds[f] + tuple[f];
        }
        int known = tuples.get(many, tuple[factors - 1]);
        if (known < 0) {
            known = node();
            tuples.put(many, tuple[factors - 1], known);
        }
        return known;
    }

    /** The same where they can't: by a hash, whose node is compared. */
    private int bySearch() {
        long key = Arrays.hashCode(tuple) & Integer.MAX_VALUE;
        while (true) {
            int known = hashes.get(key);
            if (known < 0) {
                known = node();
                hashes.put(key, known);
                return known;
            }
            if (Arrays.equals(nextIds, known * factors, (known + 1) * factors, tuple, 0, factors)) {
                return known;
            }
            key++;
        }
    }

    private int node() {
        int node = nextNodes++;
        if (nextNodes * factors > nextIds.length) {
            nextIds = Arrays.copyOf(nextIds, 2 * nextIds.length);
        }
        System.arraycopy(tuple, 0, nextIds, node * factors, factors);
        return node;
    }

    @Override
    public Policies policies() {
        return policies;
    }
}
