package surprisal.models.pomdp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Shape;

/**
 * A model said by names, variables first and then what depends on what:
 *
 * {@snippet :
 * FactoredPomdp maze = FactoredPomdp.builder()
 *     .factor("place", "centre", "left", "right", "cue")
 *     .factor("prize", "left", "right")
 *     .action("go", "stay", "left", "right", "cue")
 *     .modality("hint", "none", "left", "right")
 *         .given().outcome("none")
 *         .given("place", "cue", "prize", "left").outcome("left", 0.98).outcome("right", 0.02)
 *         .given("place", "cue", "prize", "right").outcome("right", 0.98).outcome("left", 0.02)
 *     .transition("place").dependsOn("go", "place")
 *         .given("go", "left").next("left")
 *         .given("go", "right").next("right")
 *         .given("go", "cue").next("cue")
 *     .initially("place", "centre")
 *     .prefer("hint", "none", -0.1)
 *     .build();
 * }
 *
 * <p>What is not said: a modality depends on all factors, and an outcome of which nothing is said is uniform; a factor
 * depends on itself alone and stays as it is; the first state is uniform; no outcome is preferred. Where several {@link
 * #given} fit, the last one counts.
 */
public final class PomdpBuilder {
    private final List<Variable> factors = new ArrayList<>();
    private final List<Variable> actions = new ArrayList<>();
    private final Map<String, Conditional> modalities = new LinkedHashMap<>();
    private final Map<String, Conditional> transitions = new LinkedHashMap<>();
    private final Map<String, double[]> first = new LinkedHashMap<>();
    private final Map<String, double[]> preferences = new LinkedHashMap<>();
    private Conditional target;

    PomdpBuilder() {}

    /** P(event | parents), row by row as it is said. */
    private final class Conditional {
        final Variable event;
        final boolean outcome;
        List<String> parents;
        double[] values;
        boolean[] said;
        int[] rows = {};
        boolean fresh;

        Conditional(Variable event, boolean outcome) {
            this.event = event;
            this.outcome = outcome;
        }

        String name() {
            return outcome ? "modality " + event.name() : "the transition of " + event.name();
        }

        /** Actions first, as in B; the default where nothing was said. */
        void settle() {
            if (values != null) {
                return;
            }
            if (parents == null) {
                parents = outcome ? factors.stream().map(Variable::name).toList() : List.of(event.name());
            }
            parents = Stream.concat(names(actions), names(factors)).toList();
            int n = sizes().reduce(1, (a, b) -> a * b);
            said = new boolean[n];
            values = new double[n * event.size()];
        }

        private Stream<String> names(List<Variable> kind) { // of the parents, in the order in which they were given
            return parents.stream().filter(p -> kind.stream().anyMatch(v -> v.name().equals(p)));
        }

        private IntStream sizes() {
            return parents.stream().mapToInt(p -> variable(p).size());
        }

        List<Integer> indices(List<Variable> kind) {
            List<String> all = kind.stream().map(Variable::name).toList();
            return names(kind).map(all::indexOf).toList();
        }

        void choose(String[] pairs) {
            settle();
            if (pairs.length % 2 != 0) {
                throw new IllegalArgumentException("given " + List.of(pairs) + " for " + name()
                        + ": it takes pairs of a parent and its value");
            }
            int[] wanted = new int[parents.size()];
            Arrays.fill(wanted, -1);
            for (int i = 0; i < pairs.length; i += 2) {
                int axis = parents.indexOf(pairs[i]);
                if (axis < 0) {
                    throw new IllegalArgumentException(name() + " does not depend on " + pairs[i] + ": it depends on " + parents
                            + ", say otherwise with dependsOn");
                }
                wanted[axis] = variable(pairs[i]).index(pairs[i + 1]);
            }
            rows = IntStream.range(0, said.length).filter(row -> {
                int rest = row;
                boolean fits = true;
                for (int axis = wanted.length - 1; axis >= 0; axis--) {
                    int n = variable(parents.get(axis)).size();
                    fits &= wanted[axis] < 0 || wanted[axis] == rest % n;
                    rest /= n;
                }
                return fits;
            }).toArray();
            fresh = true;
        }

        void set(String value, double p) {
            int n = event.size();
            int at = event.index(value);
            for (int row : rows) {
                if (fresh) {
                    Arrays.fill(values, row * n, (row + 1) * n, 0);
                    said[row] = true;
                }
                values[row * n + at] += p;
            }
            fresh = false;
        }

        Tensor tensor() {
            settle();
            int n = event.size();
            int axis = parents.indexOf(event.name());
            for (int row = 0; row < said.length; row++) {
                if (!said[row] && (outcome || axis < 0)) {
                    Arrays.fill(values, row * n, (row + 1) * n, 1.0 / n);
                } else if (!said[row]) {
                    int stride = parents.stream().skip(axis + 1L).mapToInt(p -> variable(p).size()).reduce(1, (a, b) -> a * b);
                    values[row * n + row / stride % n] = 1;
                }
                check(row);
            }
            return Tensor.of(Shape.of(IntStream.concat(sizes(), IntStream.of(n)).toArray()), values);
        }

        private void check(int row) {
            int n = event.size();
            double sum = 0;
            for (int i = row * n; i < (row + 1) * n; i++) {
                sum += values[i];
            }
            if (!(Math.abs(sum - 1) <= 1e-9)) {
                String[] where = new String[parents.size()];
                for (int axis = where.length - 1, rest = row; axis >= 0; axis--) {
                    Variable parent = variable(parents.get(axis));
                    where[axis] = parent.name() + " = " + parent.values().get(rest % parent.size());
                    rest /= parent.size();
                }
                throw new IllegalArgumentException(name() + ", given " + Arrays.stream(where).collect(Collectors.joining(", "))
                        + ": the probabilities sum to " + sum + ", not to 1");
            }
        }
    }

    private Variable variable(String name) {
        return Stream.concat(factors.stream(), actions.stream())
                .filter(v -> v.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no factor and no action " + name + ": there are "
                        + Stream.concat(factors.stream(), actions.stream()).map(Variable::name).toList()));
    }

    private void fresh(String name) {
        if (Stream.concat(factors.stream(), actions.stream()).anyMatch(v -> v.name().equals(name))) {
            throw new IllegalArgumentException("there is a factor or an action " + name + " already: choose another name");
        }
    }

    /**
     * A hidden-state factor.
     *
     * @param name what it is called
     * @param states the names of its states
     * @return this
     * @throws IllegalArgumentException if a factor or an action has the name, or the states are no names
     */
    public PomdpBuilder factor(String name, String... states) {
        fresh(name);
        Variable factor = Variable.of(name, states);
        factors.add(factor);
        transitions.put(name, new Conditional(factor, false));
        double[] uniform = new double[factor.size()];
        Arrays.fill(uniform, 1.0 / uniform.length);
        first.put(name, uniform);
        target = null;
        return this;
    }

    /**
     * Something to choose.
     *
     * @param name what it is called
     * @param values the names of its values
     * @return this
     * @throws IllegalArgumentException if a factor or an action has the name, or the values are no names
     */
    public PomdpBuilder action(String name, String... values) {
        fresh(name);
        actions.add(Variable.of(name, values));
        target = null;
        return this;
    }

    /**
     * An outcome modality; what follows is about P(outcome | factors).
     *
     * @param name what it is called
     * @param outcomes the names of its outcomes
     * @return this
     * @throws IllegalArgumentException if a modality has the name, or the outcomes are no names
     */
    public PomdpBuilder modality(String name, String... outcomes) {
        if (modalities.containsKey(name)) {
            throw new IllegalArgumentException("there is a modality " + name + " already: choose another name");
        }
        target = new Conditional(Variable.of(name, outcomes), true);
        modalities.put(name, target);
        preferences.put(name, new double[outcomes.length]);
        return this;
    }

    /**
     * What follows is about P(next state | factors, actions) of a factor.
     *
     * @param factor its name
     * @return this
     * @throws IllegalArgumentException if there is no such factor
     */
    public PomdpBuilder transition(String factor) {
        target = transitions.get(factor);
        if (target == null) {
            throw new IllegalArgumentException("there is no factor " + factor + ": there are " + transitions.keySet());
        }
        return this;
    }

    private Conditional target(String what) {
        if (target == null) {
            throw new IllegalArgumentException(what + " of what? It follows a modality or a transition");
        }
        return target;
    }

    /**
     * On what the modality or the transition depends.
     *
     * @param names factors, and for a transition actions too
     * @return this
     * @throws IllegalArgumentException if there is no such variable, or something was said already with other parents
     */
    public PomdpBuilder dependsOn(String... names) {
        Conditional child = target("dependsOn");
        if (child.values != null) {
            throw new IllegalArgumentException(child.name() + " depends on " + child.parents
                    + " by what was said already: dependsOn comes first");
        }
        for (String name : names) {
            if (actions.contains(variable(name)) && child.outcome) {
                throw new IllegalArgumentException(child.name() + " cannot depend on the action " + name
                        + ": let a factor remember it");
            }
        }
        child.parents = List.of(names);
        return this;
    }

    /**
     * The condition of what follows; parents that are not named may have any value.
     *
     * @param pairs a parent and its value, another parent and its value …; none for every condition
     * @return this
     * @throws IllegalArgumentException if there is no such parent or no such value
     */
    public PomdpBuilder given(String... pairs) {
        target("given").choose(pairs);
        return this;
    }

    /**
     * An outcome that is sure under the condition.
     *
     * @param outcome its name
     * @return this
     * @throws IllegalArgumentException as {@link #outcome(String, double)}
     */
    public PomdpBuilder outcome(String outcome) {
        return outcome(outcome, 1);
    }

    /**
     * P(outcome | condition). The probabilities of one condition have to sum to one.
     *
     * @param outcome its name
     * @param p its probability
     * @return this
     * @throws IllegalArgumentException if no condition of a modality came before, there is no such outcome, or p is no
     *     probability
     */
    public PomdpBuilder outcome(String outcome, double p) {
        return set("outcome " + outcome, true, outcome, p);
    }

    /**
     * A next state that is sure under the condition.
     *
     * @param state its name
     * @return this
     * @throws IllegalArgumentException as {@link #next(String, double)}
     */
    public PomdpBuilder next(String state) {
        return next(state, 1);
    }

    /**
     * P(next state | condition). The probabilities of one condition have to sum to one.
     *
     * @param state its name
     * @param p its probability
     * @return this
     * @throws IllegalArgumentException if no condition of a transition came before, there is no such state, or p is no
     *     probability
     */
    public PomdpBuilder next(String state, double p) {
        return set("next state " + state, false, state, p);
    }

    private PomdpBuilder set(String what, boolean outcome, String value, double p) {
        Conditional child = target(what);
        if (child.outcome != outcome || child.values == null) {
            throw new IllegalArgumentException(what + (child.outcome == outcome ? ": say with given under which condition"
                    : " of " + child.name() + ": a modality has outcomes, and a transition has next states"));
        }
        child.set(value, probability(what, p));
        return this;
    }

    private static double probability(String what, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException(what + " has probability " + p + ": it is from 0 to 1");
        }
        return p;
    }

    /**
     * A first state that is sure.
     *
     * @param factor of which factor
     * @param state its name
     * @return this
     * @throws IllegalArgumentException if there is no such factor or state
     */
    public PomdpBuilder initially(String factor, String state) {
        double[] D = new double[variable(factor).size()];
        D[variable(factor).index(state)] = 1;
        return initially(factor, D);
    }

    /**
     * The distribution of a factor's first state.
     *
     * @param factor which factor
     * @param D a probability for each state
     * @return this
     * @throws IllegalArgumentException if there is no such factor, or there is not one number for each state
     */
    public PomdpBuilder initially(String factor, double... D) {
        double[] old = first.get(factor);
        if (old == null || old.length != D.length) {
            throw new IllegalArgumentException(old == null ? "there is no factor " + factor + ": there are " + first.keySet()
                    : D.length + " probabilities for the first state of " + factor + ": it has " + old.length + " states");
        }
        first.put(factor, D.clone());
        return this;
    }

    /**
     * The log-preference for an outcome, up to a constant of its modality; 0 if nothing is said.
     *
     * @param modality of which modality
     * @param outcome its name
     * @param nats higher is better
     * @return this
     * @throws IllegalArgumentException if there is no such modality or outcome
     */
    public PomdpBuilder prefer(String modality, String outcome, double nats) {
        Conditional of = modalities.get(modality);
        if (of == null) {
            throw new IllegalArgumentException("there is no modality " + modality + ": there are " + modalities.keySet());
        }
        preferences.get(modality)[of.event.index(outcome)] = nats;
        return this;
    }

    /**
     * The model.
     *
     * @return checked, as {@link FactoredPomdp#of}
     * @throws IllegalArgumentException if probabilities do not sum to one; the message names the condition
     */
    public FactoredPomdp build() {
        List<Tensor> A = modalities.values().stream().map(Conditional::tensor).toList();
        List<Tensor> B = transitions.values().stream().map(Conditional::tensor).toList();
        Structure structure = new Structure(
                factors,
                modalities.values().stream().map(m -> m.event).toList(),
                actions,
                modalities.values().stream().map(m -> m.indices(factors)).toList(),
                transitions.values().stream().map(t -> t.indices(factors)).toList(),
                transitions.values().stream().map(t -> t.indices(actions)).toList());
        return FactoredPomdp.of(structure, A, B, tensors(preferences), tensors(first));
    }

    private static List<Tensor> tensors(Map<String, double[]> rows) {
        return rows.values().stream().map(row -> Tensor.of(row.clone())).toList();
    }
}
