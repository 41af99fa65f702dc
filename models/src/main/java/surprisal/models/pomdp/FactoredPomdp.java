package surprisal.models.pomdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Array;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.models.plan.WorldModel;

/**
 * P(o, s | u) = Π_τ Π_m P(o_m | s) Π_f P(s′_f | s, u): a partially observed world of several hidden-state factors and
 * outcome modalities, each depending on some factors alone (Da Costa et al. 2020). Rows condition and the last axis is
 * the event: the transpose of SPM and pymdp, see {@link Pymdp}.
 *
 * @param structure the variables and their dependencies
 * @param A for each modality P(o_m|s), {@link Structure#shapeA}
 * @param B for each factor P(s′_f|s, u), {@link Structure#shapeB}
 * @param C for each modality the log-preferences, up to a constant: P(o_m|C) = σ(C_m), [O] or by time [T, O]
 * @param D for each factor P(s_f) at the beginning, [S_f]
 */
public record FactoredPomdp(Structure structure, List<Tensor> A, List<Tensor> B, List<Tensor> C, List<Tensor> D)
        implements WorldModel<Beliefs> {

    /** How far a row may be from summing to one: the rounding of a few hundred floats. */
    private static final double SLACK = 1e-5;

    /** Coordinate updates end when no probability moves more. */
    private static final double TOLERANCE = 1e-12;

    private static final int SWEEPS = 256;

    /** What stands for log 0: the log of the least double above one less one, as in pymdp. */
    private static final double TINY = 2.220446049250313e-16;

    /**
     * A model said by the names of its factors, states, outcomes and actions.
     *
     * @return a builder
     */
    public static PomdpBuilder builder() {
        return new PomdpBuilder();
    }

    /**
     * A model, checked. (The constructor itself does not check, since the gradient of a model is a FactoredPomdp too.)
     *
     * @param structure the variables and their dependencies
     * @param A for each modality P(o_m|s), {@link Structure#shapeA}
     * @param B for each factor P(s′_f|s, u), {@link Structure#shapeB}
     * @param C for each modality the log-preferences, [O] or [T, O]
     * @param D for each factor P(s_f), [S_f]
     * @return the model
     * @throws IllegalArgumentException if a shape, an entry or the sum of a row is wrong; the message names it
     */
    public static FactoredPomdp of(Structure structure, List<Tensor> A, List<Tensor> B, List<Tensor> C, List<Tensor> D) {
        counted("A", A, structure.modalities(), "modality");
        counted("B", B, structure.factors(), "factor");
        counted("C", C, structure.modalities(), "modality");
        counted("D", D, structure.factors(), "factor");
        for (int m = 0; m < A.size(); m++) {
            String of = " of modality " + structure.modalities().get(m).name();
            shaped("A[" + m + "]" + of, A.get(m), structure.shapeA(m));
            Rows.check("A[" + m + "]" + of, A.get(m), SLACK);
            preferences("C[" + m + "]" + of, C.get(m), structure.modalities().get(m).size());
        }
        for (int f = 0; f < B.size(); f++) {
            String of = " of factor " + structure.factors().get(f).name();
            shaped("B[" + f + "]" + of, B.get(f), structure.shapeB(f));
            Rows.check("B[" + f + "]" + of, B.get(f), SLACK);
            shaped("D[" + f + "]" + of, D.get(f), Shape.of(structure.factors().get(f).size()));
            Rows.check("D[" + f + "]" + of, D.get(f), SLACK);
        }
        return new FactoredPomdp(structure, List.copyOf(A), List.copyOf(B), List.copyOf(C), List.copyOf(D));
    }

    private static void counted(String name, List<Tensor> arrays, List<Variable> variables, String kind) {
        if (arrays.size() != variables.size()) {
            throw new IllegalArgumentException(name + " has " + arrays.size() + " arrays for " + variables.size() + " "
                    + variables.stream().map(Variable::name).toList() + ": one for each " + kind);
        }
    }

    private static void shaped(String name, Tensor x, Shape shape) {
        if (!x.shape().equals(shape)) {
            throw new IllegalArgumentException(name + " is " + x.shape() + ": by the structure it is " + shape);
        }
    }

    private static void preferences(String name, Tensor C, int outcomes) {
        if (C.shape().rank() < 1 || C.shape().rank() > 2 || C.shape().last() != outcomes || C.shape().size() == 0) {
            throw new IllegalArgumentException(name + " is " + C.shape() + ": it is [" + outcomes + "], or by time [T, "
                    + outcomes + "]");
        }
        for (int i = 0; i < C.shape().size(); i++) {
            if (Double.isNaN(C.at(i)) || C.at(i) == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException(name + " has the entry " + C.at(i) + " at " + i
                        + ": log-preferences are finite, or −∞ for what must not be");
            }
        }
        for (int row = 0; row < C.shape().size(); row += outcomes) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + outcomes; i++) {
                most = Math.max(most, C.at(i));
            }
            if (most == Double.NEGATIVE_INFINITY) {
                throw new IllegalArgumentException(name + (C.shape().rank() == 1 ? "" : ", row " + row / outcomes)
                        + " is −∞ for every outcome: at least one must be allowed");
            }
        }
    }

    /**
     * The belief before anything is seen, D.
     *
     * @return Q(s_f) = P(s_f)
     */
    public Beliefs prior() {
        return new Beliefs(D);
    }

    /**
     * Actions as {@link #predict} takes them.
     *
     * @param single one for each action
     * @return one-hot over the combinations, [U]
     * @throws IllegalArgumentException if there is not one for each, or one is out of range
     */
    public Tensor action(int... single) {
        int n = structure.jointActions();
        return Tensor.oneHot(n, precision(), structure.encode(single)).reshape(n);
    }

    /**
     * Outcomes as {@link #update} takes them.
     *
     * @param outcomes one for each modality
     * @return the one-hot vectors of all modalities in a row, [Σ_m O_m]
     * @throws IllegalArgumentException if there is not one for each, or one is out of range
     */
    public Tensor observation(int... outcomes) {
        List<Variable> modalities = structure.modalities();
        if (outcomes.length != modalities.size()) {
            throw new IllegalArgumentException(outcomes.length + " outcomes given: the model has " + modalities.size()
                    + " modalities, " + modalities.stream().map(Variable::name).toList());
        }
        Tensor[] parts = new Tensor[outcomes.length];
        for (int m = 0; m < outcomes.length; m++) {
            int n = modalities.get(m).size();
            if (outcomes[m] < 0 || outcomes[m] >= n) {
                throw new IllegalArgumentException("outcome " + modalities.get(m).name() + " = " + outcomes[m]
                        + ": it takes 0 to " + (n - 1));
            }
            parts[m] = Tensor.oneHot(n, precision(), outcomes[m]).reshape(n);
        }
        return Tensor.concat(0, parts);
    }

    /**
     * Q(s′_f) = Σ_u π(u) Σ_s P(s′_f|s, u) Π_d Q(s_d): each factor from the marginals of its parents.
     *
     * @param now Q(s), each [.., S_f]
     * @param action one-hot or a distribution over combinations of actions, [.., U]
     * @return each [.., S_f]
     * @throws IllegalArgumentException if the last axis of the action is not U
     */
    @Override
    public Beliefs predict(Beliefs now, Tensor action) {
        int[] sizes = structure.actions().stream().mapToInt(Variable::size).toArray();
        if (action.shape().rank() == 0 || action.shape().last() != structure.jointActions()) {
            throw new IllegalArgumentException("an action of shape " + action.shape() + ": it is [.., U] with U = "
                    + structure.jointActions() + " in this model");
        }
        List<Tensor> next = new ArrayList<>();
        for (int f = 0; f < B.size(); f++) {
            Tensor weight = marginal(action, sizes, structure.actionsB().get(f));
            for (int d : structure.parentsB().get(f)) {
                weight = outer(weight, now.qs().get(d));
            }
            next.add(weight.matmul(flat(B.get(f))));
        }
        return new Beliefs(List.copyOf(next));
    }

    /** π(u_a, a in some) from the joint π, [.., U] → [.., Π U_a]. */
    private static Tensor marginal(Tensor action, int[] sizes, List<Integer> some) {
        int[] lead = Arrays.copyOf(action.shape().dims(), action.shape().rank() - 1);
        int[] dims = Arrays.copyOf(lead, lead.length + sizes.length);
        System.arraycopy(sizes, 0, dims, lead.length, sizes.length);
        int[] rest = IntStream.range(0, sizes.length).filter(a -> !some.contains(a)).map(a -> lead.length + a).toArray();
        Tensor kept = action.reshape(dims);
        if (rest.length > 0) {
            kept = kept.sum(rest);
        }
        List<Integer> sorted = some.stream().sorted().toList();
        if (!sorted.equals(some)) {
            int[] axes = IntStream.range(0, lead.length + some.size())
                    .map(i -> i < lead.length ? i : lead.length + sorted.indexOf(some.get(i - lead.length)))
                    .toArray();
            kept = kept.transpose(axes);
        }
        int[] flat = Arrays.copyOf(lead, lead.length + 1);
        flat[lead.length] = some.stream().mapToInt(a -> sizes[a]).reduce(1, (a, b) -> a * b);
        return kept.reshape(flat);
    }

    /** a ⊗ b, flattened: [.., m], [.., n] → [.., m · n]. */
    private static Tensor outer(Tensor a, Tensor b) {
        Shape wide = b.shape().rank() > a.shape().rank() ? b.shape() : a.shape();
        int[] dims = wide.dims();
        dims[dims.length - 1] = a.shape().last() * b.shape().last();
        return column(a).times(row(b)).reshape(dims);
    }

    private static Tensor column(Tensor x) {
        int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
        dims[dims.length - 1] = 1;
        return x.reshape(dims);
    }

    private static Tensor row(Tensor x) {
        int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
        dims[dims.length - 1] = x.shape().last();
        dims[dims.length - 2] = 1;
        return x.reshape(dims);
    }

    /** All axes but the last made one. */
    private static Tensor flat(Tensor x) {
        return x.reshape(-1, x.shape().last());
    }

    /**
     * Q(s_f) ∝ exp(ln P(s_f) + Σ_m E_Q(s_d, d ≠ f)[ln P(o_m|s)]): the mean-field posterior, one factor after the other
     * until nothing moves. F never rises on the way; with one factor this is Bayes' rule.
     *
     * @param predicted the prior Q(s), each [S_f] or [.., S_f]
     * @param observation the outcomes of all modalities in a row, one-hot or distributions (then their logs are
     *     averaged), [.., Σ_m O_m]
     * @return each [.., S_f]
     * @throws IllegalArgumentException if the last axis of the observation is not Σ_m O_m, or outcomes are impossible under the
     *     prior, as far as {@link Evidence#possible} looks
     */
    @Override
    public Beliefs update(Beliefs predicted, Tensor observation) {
        int outcomes = structure.modalities().stream().mapToInt(Variable::size).sum();
        if (observation.shape().rank() == 0 || observation.shape().last() != outcomes) {
            throw new IllegalArgumentException("an observation of shape " + observation.shape()
                    + ": it is the outcomes of all modalities in a row, [.., " + outcomes + "]");
        }
        List<Tensor> logLikelihoods = new ArrayList<>(); // [.., Π S_d] for each modality
        for (int m = 0, from = 0; m < A.size(); m++) {
            int n = structure.modalities().get(m).size();
            logLikelihoods.add(observation.slice(from, from + n).matmulTransposed(flat(A.get(m).atLeast(TINY).log())));
            from += n;
        }
        List<Tensor> logPriors = predicted.qs().stream().map(q -> q.atLeast(TINY).log().plus(excluded(q))).toList();
        List<Tensor> qs = new ArrayList<>(predicted.qs());
        boolean once = qs.size() == 1;
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            double moved = 0;
            for (int f = 0; f < qs.size(); f++) {
                Tensor log = logPriors.get(f);
                for (int m = 0; m < A.size(); m++) {
                    if (structure.parentsA().get(m).contains(f)) {
                        log = log.plus(message(logLikelihoods.get(m), structure.parentsA().get(m), qs, f));
                    }
                }
                Tensor q = log.softmax();
                moved = Math.max(moved, distance(q, qs.get(f)));
                qs.set(f, q);
            }
            if (once || moved <= TOLERANCE) {
                break;
            }
        }
        PossibleOutcomes.check(this, predicted, observation, expected(logLikelihoods, qs));
        return new Beliefs(List.copyOf(qs));
    }

    /** E_Q(s)[Σ_m ln P(o_m|s)] without gradients, [..]. */
    private Tensor expected(List<Tensor> logLikelihoods, List<Tensor> qs) {
        List<Tensor> numbers = qs.stream().map(Tensor::stopGradient).toList();
        Tensor sum = Tensor.zeros(Shape.scalar(), precision());
        for (int m = 0; m < A.size(); m++) {
            List<Integer> parents = structure.parentsA().get(m);
            Tensor log = logLikelihoods.get(m).stopGradient();
            if (!parents.isEmpty()) {
                int first = parents.getFirst();
                log = message(log, parents, numbers, first).times(numbers.get(first));
            }
            sum = sum.plus(log.sum(-1));
        }
        return sum;
    }

    /** −∞ where a probability is 0, and else 0: what is impossible stays so. */
    private static Tensor excluded(Tensor q) {
        Array mask = Array.zeros(q.shape(), q.precision());
        for (int i = 0; i < mask.size(); i++) {
            mask.set(i, q.at(i) == 0 ? Double.NEGATIVE_INFINITY : 0);
        }
        return Tensor.of(mask);
    }

    /** Σ over the parents d ≠ f of Π Q(s_d) times a table over all parents, [.., Π S_d] → [.., S_f]. */
    private static Tensor message(Tensor table, List<Integer> parents, List<Tensor> qs, int f) {
        Tensor x = table;
        for (int i = parents.size() - 1; i > parents.indexOf(f); i--) { // the last axis first
            x = lastContracted(x, qs.get(parents.get(i)));
        }
        for (int i = 0; i < parents.indexOf(f); i++) { // then from the front
            x = firstContracted(x, qs.get(parents.get(i)));
        }
        return x;
    }

    private static Tensor lastContracted(Tensor x, Tensor q) {
        return split(x, x.shape().last() / q.shape().last(), q.shape().last()).times(row(q)).sum(-1);
    }

    private static Tensor firstContracted(Tensor x, Tensor q) {
        return split(x, q.shape().last(), x.shape().last() / q.shape().last()).times(column(q)).sum(-2);
    }

    private static Tensor split(Tensor x, int m, int n) {
        int[] dims = Arrays.copyOf(x.shape().dims(), x.shape().rank() + 1);
        dims[dims.length - 2] = m;
        dims[dims.length - 1] = n;
        return x.reshape(dims);
    }

    private static double distance(Tensor a, Tensor b) {
        double most = a.shape().equals(b.shape()) ? 0 : 1;
        for (int i = 0; most < 1 && i < a.shape().size(); i++) {
            most = Math.max(most, Math.abs(a.at(i) - b.at(i)));
        }
        return most;
    }

    /**
     * The precision of the model's numbers.
     *
     * @return float64, unless the arrays were made otherwise
     */
    public Precision precision() {
        return D.getFirst().precision();
    }
}
