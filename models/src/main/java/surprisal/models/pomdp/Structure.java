package surprisal.models.pomdp;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import surprisal.engine.Shape;

/**
 * What a factored model is about, and what depends on what: P(o_m | s_parentsA(m)) and P(s′_f | s_parentsB(f),
 * u_actionsB(f)).
 *
 * @param factors the hidden-state factors s_f
 * @param modalities the outcome modalities o_m
 * @param actions the actions u_a; an uncontrolled factor has an action of one value, or none at all
 * @param parentsA for each modality, the factors that it depends on, in the order of A's axes
 * @param parentsB for each factor, the factors that its next state depends on, in the order of B's axes
 * @param actionsB for each factor, the actions that its next state depends on, in the order of B's axes
 */
public record Structure(
        List<Variable> factors,
        List<Variable> modalities,
        List<Variable> actions,
        List<List<Integer>> parentsA,
        List<List<Integer>> parentsB,
        List<List<Integer>> actionsB) {

    /** So many effects of joint actions, one for each factor, are told apart at most: a number each in {@link Tables}. */
    private static final long MOST = 1 << 24;

    /**
     * A structure.
     *
     * @throws IllegalArgumentException if there is no factor, a list has not one entry for each variable, an entry
     *     names a variable that is not there or names one twice, two variables of a kind have one name, or the combinations of
     *     actions times the factors are more than 16,777,216
     */
    public Structure {
        factors = List.copyOf(factors);
        modalities = List.copyOf(modalities);
        actions = List.copyOf(actions);
        parentsA = parentsA.stream().map(List::copyOf).toList();
        parentsB = parentsB.stream().map(List::copyOf).toList();
        actionsB = actionsB.stream().map(List::copyOf).toList();
        if (factors.isEmpty()) {
            throw new IllegalArgumentException("a model without hidden states: it takes at least one factor");
        }
        named("factors", factors);
        named("modalities", modalities);
        named("actions", actions);
        dependencies("modality", modalities, "factor", parentsA, factors);
        dependencies("factor", factors, "factor", parentsB, factors);
        dependencies("factor", factors, "action", actionsB, actions);
        long joint = 1;
        for (Variable action : actions) {
            joint *= action.size();
            if (joint * factors.size() > MOST) {
                throw new IllegalArgumentException("the actions %s have too many combinations: times %d factors they are more than %,d"
                        .formatted(actions.stream().map(Variable::name).toList(), factors.size(), MOST));
            }
        }
    }

    private static void named(String kind, List<Variable> variables) {
        List<String> names = variables.stream().map(Variable::name).toList();
        if (new HashSet<>(names).size() < names.size()) {
            throw new IllegalArgumentException("two " + kind + " have one name among " + names);
        }
    }

    private static void dependencies(
            String child, List<Variable> children, String parent, List<List<Integer>> parents, List<Variable> all) {
        if (parents.size() != children.size()) {
            throw new IllegalArgumentException("dependencies of " + parents.size() + " variables on " + parent + "s for "
                    + children.size() + ": each " + child + " takes one list");
        }
        for (int i = 0; i < children.size(); i++) {
            for (int p : parents.get(i)) {
                if (p < 0 || p >= all.size()) {
                    throw new IllegalArgumentException(child + " " + children.get(i).name() + " depends on " + parent + " "
                            + p + ": there are 0 to " + (all.size() - 1));
                }
            }
            if (new HashSet<>(parents.get(i)).size() < parents.get(i).size()) {
                throw new IllegalArgumentException(child + " " + children.get(i).name() + " depends on one " + parent
                        + " twice: " + parents.get(i));
            }
        }
    }

    /**
     * The usual structure: every modality depends on all factors, every factor on itself and on its own action. The
     * variables are called s0, s1 …, o0, o1 … and u0, u1 …
     *
     * @param states the number of states of each factor
     * @param outcomes the number of outcomes of each modality
     * @param controls the number of actions on each factor, 1 where there is no choice
     * @return the structure
     * @throws IllegalArgumentException if a number is less than 1, or there are not as many controls as factors
     */
    public static Structure of(int[] states, int[] outcomes, int[] controls) {
        if (controls.length != states.length) {
            throw new IllegalArgumentException(controls.length + " numbers of actions for " + states.length
                    + " factors: one for each, 1 where there is no choice");
        }
        List<Integer> all = IntStream.range(0, states.length).boxed().toList();
        List<List<Integer>> own = all.stream().map(List::of).toList();
        return new Structure(variables("s", states), variables("o", outcomes), variables("u", controls),
                Stream.generate(() -> all).limit(outcomes.length).toList(), own, own);
    }

    private static List<Variable> variables(String letter, int[] sizes) {
        return IntStream.range(0, sizes.length).mapToObj(i -> Variable.of(letter + i, sizes[i])).toList();
    }

    /**
     * The shape of A[m]: the states of its parents, then the outcomes.
     *
     * @param m which modality
     * @return [S.., O]
     */
    public Shape shapeA(int m) {
        return shape(Stream.concat(of(factors, parentsA.get(m)), Stream.of(modalities.get(m))));
    }

    /**
     * The shape of B[f]: its actions, the states of its parents, then the next state.
     *
     * @param f which factor
     * @return [U.., S.., S′]
     */
    public Shape shapeB(int f) {
        return shape(Stream.concat(
                Stream.concat(of(actions, actionsB.get(f)), of(factors, parentsB.get(f))), Stream.of(factors.get(f))));
    }

    private static Stream<Variable> of(List<Variable> variables, List<Integer> which) {
        return which.stream().map(variables::get);
    }

    private static Shape shape(Stream<Variable> axes) {
        return Shape.of(axes.mapToInt(Variable::size).toArray());
    }

    /**
     * How many combinations of actions there are. The last action varies fastest.
     *
     * @return the product of the actions' sizes
     */
    public int jointActions() {
        return actions.stream().mapToInt(Variable::size).reduce(1, Math::multiplyExact);
    }

    /**
     * The single actions of a combination.
     *
     * @param joint which combination, 0 … jointActions() − 1
     * @return one for each action
     * @throws IllegalArgumentException if there is no such combination
     */
    public int[] decode(int joint) {
        if (joint < 0 || joint >= jointActions()) {
            throw new IllegalArgumentException("combination " + joint + " of actions: there are 0 to " + (jointActions() - 1));
        }
        int[] single = new int[actions.size()];
        for (int a = single.length - 1, rest = joint; a >= 0; a--) {
            single[a] = rest % actions.get(a).size();
            rest /= actions.get(a).size();
        }
        return single;
    }

    /**
     * The number of a combination of actions.
     *
     * @param single one for each action
     * @return 0 … jointActions() − 1
     * @throws IllegalArgumentException if there is not one for each, or one is out of range
     */
    public int encode(int... single) {
        if (single.length != actions.size()) {
            throw new IllegalArgumentException(single.length + " actions given: the model has " + actions.size());
        }
        int joint = 0;
        for (int a = 0; a < single.length; a++) {
            int n = actions.get(a).size();
            if (single[a] < 0 || single[a] >= n) {
                throw new IllegalArgumentException(
                        "action " + actions.get(a).name() + " = " + single[a] + ": it takes 0 to " + (n - 1));
            }
            joint = joint * n + single[a];
        }
        return joint;
    }

    /**
     * Checks a soft observation.
     *
     * @param outcomes for each modality a distribution, or zeros where nothing was seen
     * @throws IllegalArgumentException if there is not one for each modality, or one is neither; the message names it
     */
    public void checkSoft(double[][] outcomes) {
        if (outcomes.length != modalities.size()) {
            throw new IllegalArgumentException(outcomes.length + " outcomes given: the model has " + modalities.size() + " modalities");
        }
        for (int m = 0; m < outcomes.length; m++) {
            Variable modality = modalities.get(m);
            double[] p = outcomes[m];
            if (p == null || p.length != modality.size()) {
                throw new IllegalArgumentException("a distribution over " + (p == null ? 0 : p.length) + " outcomes of "
                        + modality.name() + ": there are " + modality.size());
            }
            if (Arrays.stream(p).anyMatch(x -> x != 0)) {
                Rows.check("the observation of " + modality.name(), p);
            }
        }
    }

    /**
     * Checks a belief about one factor.
     *
     * @param f which factor
     * @param p a probability for each state
     * @throws IllegalArgumentException if it is not a distribution; the message names it
     */
    public void checkBelief(int f, double[] p) {
        Rows.check("the belief about " + factors.get(f).name(), p);
    }

    /**
     * An observation in words: "colour = red, sound = [0.5, 0.5]".
     *
     * @param seen for each modality the weights of its outcomes
     * @return the modalities that were seen, with the names of their outcomes
     */
    public String words(double[][] seen) {
        return IntStream.range(0, seen.length)
                .filter(m -> Arrays.stream(seen[m]).anyMatch(w -> w != 0))
                .mapToObj(m -> modalities.get(m).name() + " = " + words(modalities.get(m), seen[m]))
                .collect(Collectors.joining(", "));
    }

    private static String words(Variable modality, double[] weights) {
        int[] some = IntStream.range(0, weights.length).filter(o -> weights[o] != 0).toArray();
        return some.length == 1 ? modality.values().get(some[0]) : Arrays.toString(weights);
    }
}
