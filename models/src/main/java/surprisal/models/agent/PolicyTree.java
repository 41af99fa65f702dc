package surprisal.models.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
    private final int first; // the row of C that the first step is scored with
    private final Table[] gainB; // by factor: what a transition teaches, where that counts
    private final double[][] intended; // by factor: what each next state costs, where that counts
    private final double[][] gainA;
    private final Costs[][] costs; // by step (the last holds on) and by group of modalities with the same parents
    private final JointGain jointGain;
    private final double bWeight;
    private final double bPymdpWeight;
    private final double intentionWeight;

    private final int factors;
    private final Imagined[] now;
    private final Imagined[] next;
    private final double[] scratch;
    private final double[] expected;
    private final double[][] q;
    private final int widest; // nodes of the policies' tree at a step
    private final int[] none; // the belief of every node about a factor of one belief
    private final int[][][] memory; // by step, odd or even, and by factor: for ids
    private int[][] ids; // [factor][node]: which belief
    private int[][] nextIds;
    private final Combinations[] parents; // by factor: of the beliefs that it moves by
    private final Pairs[] moves; // by factor: (parents' beliefs, block) → move
    private int[] moveIds = new int[64]; // the belief that a move leads to
    private double[] moveGains = new double[64];
    private int moveCount;
    private final boolean gains; // whether what a move teaches counts
    private final Combinations together; // of the beliefs about all factors
    private double[] cost = new double[64];
    private double[] total;
    private double[] totalNext;
    private final double[] G;

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
        this(tables, policies, efe, 0, gainA, gainB, intended);
    }

    /** A search whose first step is scored with a later row of C, for what is left of policies that have begun. */
    PolicyTree(Tables tables, Policies policies, Efe efe, int first, double[][] gainA, Table[] gainB, double[][] intended) {
        this.tables = tables;
        this.policies = policies;
        this.efe = efe;
        this.first = first;
        this.gainA = gainA;
        this.gainB = gainB;
        this.intended = intended;
        bWeight = efe.weight(Term.NOVELTY_B);
        bPymdpWeight = efe.weight(Term.PYMDP_NOVELTY_B);
        gains = bWeight != 0 || bPymdpWeight != 0;
        intentionWeight = efe.weight(Term.INDUCTIVE);
        needs(gainA, "counts of A", Term.NOVELTY_A, Term.PYMDP_NOVELTY_A);
        needs(gainB, "counts of B", Term.NOVELTY_B, Term.PYMDP_NOVELTY_B);
        needs(intended, "intended states", Term.INDUCTIVE);
        Structure structure = tables.structure();
        factors = structure.factors().size();
        int most = Arrays.stream(tables.states()).max().orElse(1);
        now = imagined();
        next = imagined();
        scratch = new double[most];
        expected = new double[most];
        q = Arrays.stream(tables.states()).mapToObj(double[]::new).toArray(double[][]::new);
        moves = new Pairs[factors];
        Arrays.setAll(moves, f -> new Pairs());
        parents = IntStream.range(0, factors).mapToObj(f -> new Combinations(tables.B(f).parents())).toArray(Combinations[]::new);
        together = new Combinations(IntStream.range(0, factors).toArray());
        widest = IntStream.range(0, policies.horizon()).map(policies::nodes).max().orElse(1);
        none = new int[widest];
        memory = new int[2][factors][];
        ids = new int[factors][];
        nextIds = new int[factors][];
        total = new double[widest];
        totalNext = new double[widest];
        G = new double[policies.size()];
        costs = new Costs[Math.min(policies.horizon(), Math.max(1, tables.preferredSteps() - first))][];
        Arrays.setAll(costs, t -> groups());
        jointGain = efe.weight(Term.JOINT_GAIN) == 0 ? null : new JointGain(tables);
        changed();
    }

    /** The same search for another thread. */
    PolicyTree twin(Tables tables) {
        return new PolicyTree(tables, policies, efe, first, gainA,
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
                group.fill(efe, first + t, gainA);
            }
        }
        if (jointGain != null) {
            jointGain.changed();
        }
    }

    Efe efe() {
        return efe;
    }

    @Override
    public double[] G(double[][] qs) {
        for (int f = 0; f < factors; f++) {
            now[f].clear();
            System.arraycopy(qs[f], 0, scratch, 0, qs[f].length);
            now[f].add(certain(scratch, qs[f].length));
            ids[f] = none;
        }
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
        int nodes = policies.nodes(t);
        int[] from = policies.parents(t);
        for (int i = 0; i < nodes; i++) {
            totalNext[i] = total[from[i]];
        }
        for (int f = 0; f < factors; f++) {
            next[f].clear();
            move(f, t);
        }
        for (Costs group : costs[Math.min(t, costs.length - 1)]) {
            group.add(next, nextIds, nodes, totalNext);
        }
        if (intentionWeight != 0) {
            for (int f = 0; f < factors; f++) {
                intentions(f, nodes);
            }
        }
        if (jointGain != null) {
            jointGains(nodes);
        }
        swap();
    }

    /** Imagines what the actions of a step do to a factor: once for all policies that treat its parents alike. */
    private void move(int f, int t) {
        int nodes = policies.nodes(t);
        int[] from = policies.parents(t);
        int[] actions = policies.nodeActions(t);
        Table B = tables.B(f);
        int[] before = parents[f].number(now, ids, t == 0 ? 1 : policies.nodes(t - 1));
        int many = parents[f].count(parents[f].depth());
        moveCount = 0;
        if (many == 1 && B.blocks() == 1) {
            double gain = moveGains[imagine(f, B, 0, 0)];
            for (int i = 0; gains && i < nodes; i++) {
                totalNext[i] += gain;
            }
            nextIds[f] = none;
            return;
        }
        int[] to = memory(t, f);
        int[] blocks = tables.blocks(f);
        moves[f].clear(many, B.blocks());
        for (int i = moves[f].get(0, nodes, before, from, blocks, actions, to); i < nodes;) {
            moves[f].put(before[from[i]], blocks[actions[i]], imagine(f, B, blocks[actions[i]], from[i]));
            i = moves[f].get(i, nodes, before, from, blocks, actions, to);
        }
        for (int i = 0; gains && i < nodes; i++) {
            totalNext[i] += moveGains[to[i]];
        }
        for (int i = 0; i < nodes; i++) {
            to[i] = moveIds[to[i]];
        }
        nextIds[f] = to;
    }

    private int[] memory(int t, int f) {
        int[][] ids = memory[t & 1];
        if (ids[f] == null) {
            ids[f] = new int[widest];
        }
        return ids[f];
    }

    /** Adds what a factor's states cost where others are intended. */
    private void intentions(int f, int nodes) {
        Imagined belief = next[f];
        room(belief.count);
        for (int id = 0; id < belief.count; id++) {
            cost[id] = 0;
            for (int s = 0; s < belief.size; s++) {
                cost[id] += intentionWeight * belief.values[id * belief.size + s] * intended[f][s];
            }
        }
        for (int i = 0; i < nodes; i++) {
            totalNext[i] += cost[nextIds[f][i]];
        }
    }

    /** Takes off the gain of all modalities together. */
    private void jointGains(int nodes) {
        int[] numbers = together.number(next, nextIds, nodes);
        int count = together.count(factors);
        room(count);
        for (int k = 0; k < count; k++) {
            for (int f = factors - 1, rest = k; f >= 0; f--) {
                int id = together.belief(f + 1, rest);
                System.arraycopy(next[f].values, id * next[f].size, q[f], 0, next[f].size);
                rest = together.before(f + 1, rest);
            }
            cost[k] = efe.weight(Term.JOINT_GAIN) * jointGain.of(q);
        }
        for (int i = 0; i < nodes; i++) {
            totalNext[i] -= cost[numbers[i]];
        }
    }

    private void room(int count) {
        if (cost.length < count) {
            cost = new double[2 * count];
        }
    }

    private void swap() {
        for (int f = 0; f < factors; f++) {
            Imagined old = now[f];
            now[f] = next[f];
            next[f] = old;
        }
        int[][] oldIds = ids;
        ids = nextIds;
        nextIds = oldIds;
        double[] oldTotal = total;
        total = totalNext;
        totalNext = oldTotal;
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

    /** What a block of B makes of a node's beliefs. */
    private int imagine(int f, Table B, int block, int node) {
        for (int d : B.parents()) {
            System.arraycopy(now[d].values, ids[d][node] * now[d].size, q[d], 0, q[d].length);
        }
        int at = moveCount++;
        if (at == moveIds.length) {
            moveIds = Arrays.copyOf(moveIds, 2 * at);
            moveGains = Arrays.copyOf(moveGains, 2 * at);
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
        moveGains[at] = 0 - gain;
        return at;
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

    @Override
    public Policies policies() {
        return policies;
    }
}
