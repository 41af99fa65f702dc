package surprisal.models.pomdp;

import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;
import surprisal.kernels.Simplex;

/**
 * Dirichlet counts of A, B, C and D, and how they grow: A by o ⊗ Q(s), B by Q(s) ⊗ Q(s′) or by the joint belief of both,
 * C by o (what is familiar comes to be preferred), D by Q(s_1). What is not learned has no counts.
 */
public final class Learning {

    /**
     * How counts grow and fade: a ← (1 − φ) a + φ a₀ before each step, then a ← a + η · event.
     *
     * @param rate η ≥ 0
     * @param forgetting φ in [0, 1]
     * @param zeros what becomes of counts that are zero
     * @param gain how much one more event is said to teach
     */
    public record Rule(double rate, double forgetting, Counts.Zeros zeros, Counts.Gain gain) {

        /** Every event counts once and for ever, and what can't happen is not learned. */
        public static final Rule STANDARD = new Rule(1, 0, Counts.Zeros.KEPT, Counts.Gain.EXACT);

        /**
         * A rule.
         *
         * @throws IllegalArgumentException unless η is finite and ≥ 0 and φ in [0, 1]
         */
        public Rule {
            if (!(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("learning rate η is " + rate + ": it takes a finite number ≥ 0");
            }
            if (!(forgetting >= 0 && forgetting <= 1)) {
                throw new IllegalArgumentException("forgetting rate φ is " + forgetting + ": it takes a number in [0, 1]");
            }
        }
    }

    /**
     * Counts to begin with, each list empty where nothing is learned.
     *
     * @param A for each modality, of A's shape
     * @param B for each factor, of B's shape
     * @param C for each modality, [O]
     * @param D for each factor, [S]
     */
    public record Priors(List<Tensor> A, List<Tensor> B, List<Tensor> C, List<Tensor> D) {}

    /** Counts and what they were at first. */
    private record Grown(Counts counts, double[] prior) {}

    private static final double[][] NOTHING = {};

    private final Tables tables;
    private final Rule rule;
    private final List<Grown> A;
    private final List<Grown> B;
    private final List<Grown> C;
    private final List<Grown> D;

    /**
     * Counts of a model, whose numbers follow them; they are left as they are until something is learned.
     *
     * @param tables the model
     * @param priors the counts to begin with
     * @param rule how they grow
     * @throws IllegalArgumentException if there are counts for some modalities or factors and not for others, they don't fit,
     *     or preferences that change with time are to be learned
     */
    public Learning(Tables tables, Priors priors, Rule rule) {
        this.tables = tables;
        this.rule = rule;
        Structure structure = tables.structure();
        A = grown("A", priors.A, structure.modalities(),
                m -> counts(tables.A(m), Table.ofA(structure, m, shaped("A", structure.modalities().get(m), priors.A.get(m),
                        structure.shapeA(m))).values()));
        B = grown("B", priors.B, structure.factors(),
                f -> counts(tables.B(f), Table.ofB(structure, f, shaped("B", structure.factors().get(f), priors.B.get(f),
                        structure.shapeB(f))).values()));
        if (!priors.C.isEmpty() && tables.preferredSteps() > 1) {
            throw new IllegalArgumentException("C changes with the step, so it can't be learned: give it one row");
        }
        C = grown("C", priors.C, structure.modalities(),
                m -> counts(Table.row(familiar(tables.C(m, 0))), row(priors.C.get(m))));
        D = grown("D", priors.D, structure.factors(), f -> counts(Table.row(tables.D()[f]), row(priors.D.get(f))));
    }

    private static Tensor shaped(String name, Variable of, Tensor counts, Shape shape) {
        if (!counts.shape().equals(shape)) {
            throw new IllegalArgumentException("counts of " + name + " of " + of.name() + " are " + counts.shape()
                    + ": by the structure they are " + shape);
        }
        return counts;
    }

    private static List<Grown> grown(
            String name, List<Tensor> priors, List<Variable> variables, java.util.function.IntFunction<Counts> counts) {
        if (!priors.isEmpty() && priors.size() != variables.size()) {
            throw new IllegalArgumentException("counts of " + name + " for " + priors.size() + " of "
                    + variables.stream().map(Variable::name).toList() + ": for all of them, or for none");
        }
        return IntStream.range(0, priors.size()).mapToObj(counts).map(c -> new Grown(c, c.copy())).toList();
    }

    private Counts counts(Table mean, double[] a) {
        return new Counts(mean, a, rule.zeros, rule.gain);
    }

    private static double[] familiar(double[] C) {
        double[] p = new double[C.length];
        Simplex.softmax(C, 0, p, 0, p.length);
        return p;
    }

    private static double[] row(Tensor x) {
        return IntStream.range(0, x.shape().size()).mapToDouble(x::at).toArray();
    }

    /** All counts fade, where the rule says so: once for each step. */
    public void forget() {
        if (rule.forgetting > 0) {
            for (List<Grown> all : List.of(A, B, C, D)) {
                all.forEach(grown -> grown.counts.forget(grown.prior, rule.forgetting));
            }
            preferences();
        }
    }

    /**
     * Learns A and C from an outcome.
     *
     * @param q for each factor Q(s_f)
     * @param seen for each modality a distribution over its outcomes, or zeros where nothing was seen
     */
    public void outcome(double[][] q, double[][] seen) {
        for (int m = 0; m < A.size(); m++) {
            A.get(m).counts.add(0, q, seen[m], rule.rate);
        }
        for (int m = 0; m < C.size(); m++) {
            C.get(m).counts.add(0, NOTHING, seen[m], rule.rate);
        }
        preferences();
    }

    private void preferences() {
        for (int m = 0; m < C.size(); m++) {
            double[] p = C.get(m).counts.mean().values();
            Simplex.logs(p, 0, tables.C(m, 0), 0, p.length);
        }
    }

    /**
     * Learns B from beliefs about two steps as if they were independent.
     *
     * @param joint the combination of actions between them
     * @param before for each factor Q(s_f)
     * @param after for each factor Q(s′_f)
     */
    public void transition(int joint, double[][] before, double[][] after) {
        for (int f = 0; f < B.size(); f++) {
            B.get(f).counts.add(tables.block(f, joint), before, after[f], rule.rate);
        }
    }

    /**
     * Learns D.
     *
     * @param q for each factor Q(s_f) at the first step
     */
    public void beginning(double[][] q) {
        for (int f = 0; f < D.size(); f++) {
            D.get(f).counts.add(0, NOTHING, q[f], rule.rate);
        }
    }

    /**
     * Learns from a whole episode, with the joint beliefs of its steps.
     *
     * @param seen for each step and modality a distribution over outcomes, or zeros, [t][m][o]
     * @param actions the combination of actions after each step but the last; −1 if it is not known: then B learns nothing
     * @param smoothed the beliefs, of as many steps
     * @throws IllegalArgumentException if the numbers of steps differ
     */
    public void episode(double[][][] seen, int[] actions, Smoothing.Smoothed smoothed) {
        int steps = smoothed.qs().length;
        if (seen.length != steps || actions.length < steps - 1) {
            throw new IllegalArgumentException(seen.length + " observations, " + actions.length + " actions and beliefs about "
                    + steps + " steps: an episode has one observation for each step and an action between any two");
        }
        for (int t = 0; t < steps; t++) {
            forget();
            outcome(smoothed.qs()[t], seen[t]);
            if (t == 0) {
                beginning(smoothed.qs()[0]);
            }
            if (t > 0 && actions[t - 1] >= 0) {
                for (int f = 0; f < B.size(); f++) {
                    B.get(f).counts.addJoint(tables.block(f, actions[t - 1]), smoothed.joints()[t - 1][f], rule.rate);
                }
            }
        }
    }

    private static List<Counts> counts(List<Grown> all) {
        return all.stream().map(Grown::counts).toList();
    }

    /**
     * The counts of A.
     *
     * @return one for each modality, or none if A is not learned
     */
    public List<Counts> A() {
        return counts(A);
    }

    /**
     * The counts of B.
     *
     * @return one for each factor, or none if B is not learned
     */
    public List<Counts> B() {
        return counts(B);
    }

    /**
     * The counts of C.
     *
     * @return one for each modality, or none if C is not learned
     */
    public List<Counts> C() {
        return counts(C);
    }

    /**
     * The counts of D.
     *
     * @return one for each factor, or none if D is not learned
     */
    public List<Counts> D() {
        return counts(D);
    }
}
