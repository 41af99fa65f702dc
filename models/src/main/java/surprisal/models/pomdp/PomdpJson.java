package surprisal.models.pomdp;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import surprisal.autodiff.Tensor;
import surprisal.engine.Precision;
import surprisal.engine.Shape;
import surprisal.engine.io.FormatException;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;

/**
 * A model as a JSON file, in the names and axes of pymdp: {@code A}, {@code B}, {@code C}, {@code D} as lists in lists
 * without a batch axis, {@code A_dependencies}, {@code B_dependencies}, {@code B_action_dependencies}, {@code num_states},
 * {@code num_obs}, {@code num_controls}, counts {@code pA}, {@code pB}. What follows from the arrays may be left out; a C
 * that is missing prefers nothing, and a D that is missing is uniform. C is as it is, {@link Pymdp.Preferences#RAW}.
 *
 * <p>A file may hold more than the model, such as cases to compute or a true world; that stays in {@link #root}.
 *
 * @param model the model
 * @param pA for each modality the counts of A, in the axes of the model, if there are any
 * @param pB for each factor the counts of B, in the axes of the model, if there are any
 * @param root the whole file
 */
public record PomdpJson(FactoredPomdp model, Optional<List<Tensor>> pA, Optional<List<Tensor>> pB, JsonPlace root) {

    /** The names that describe a model. */
    public static final Set<String> NAMES = Set.of("A", "B", "C", "D", "A_dependencies", "B_dependencies",
            "B_action_dependencies", "num_states", "num_obs", "num_controls", "pA", "pB");

    /**
     * Reads a file that holds a model, and perhaps more.
     *
     * @param path the file
     * @param more the names that it may have beside {@link #NAMES}
     * @return the model and the rest
     * @throws FormatException if the file is not JSON
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if a name or an array of the model is wrong; the message says in which file which
     */
    public static PomdpJson read(Path path, String... more) throws IOException {
        Json json = Json.read(path);
        try {
            return of(JsonPlace.root(json), more);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    /**
     * A model from a tree of JSON.
     *
     * @param root an object that holds a model, and perhaps more
     * @param more the names that it may have beside {@link #NAMES}
     * @return the model and the rest
     * @throws IllegalArgumentException if a name or an array of the model is wrong; the message says which
     */
    public static PomdpJson of(JsonPlace root, String... more) {
        root.only(Stream.concat(NAMES.stream().sorted(), Stream.of(more)).toArray(String[]::new));
        List<Tensor> A = arrays(root.at("A"));
        List<Tensor> B = arrays(root.at("B"));
        List<Integer> outcomes = events("A", A);
        List<Integer> states = events("B", B);
        same(root, "num_obs", outcomes);
        same(root, "num_states", states);
        List<Integer> all = IntStream.range(0, B.size()).boxed().toList();
        List<List<Integer>> own = all.stream().map(List::of).toList();
        List<List<Integer>> onA = lists(root, "A_dependencies").orElseGet(() -> A.stream().map(a -> all).toList());
        List<List<Integer>> onB = lists(root, "B_dependencies").orElse(own);
        Optional<List<List<Integer>>> actions = lists(root, "B_action_dependencies");
        Optional<List<Integer>> controls = root.find("num_controls").map(PomdpJson::integers);
        if (actions.isPresent() && controls.isEmpty()) {
            throw root.fault("there is B_action_dependencies and no num_controls: it takes the number of actions of each control");
        }
        List<Tensor> C = root.find("C").map(PomdpJson::arrays)
                .orElseGet(() -> outcomes.stream().map(n -> Tensor.zeros(Shape.of(n), Precision.FLOAT64)).toList());
        List<Tensor> D = root.find("D").map(PomdpJson::arrays)
                .orElseGet(() -> states.stream().map(n -> Tensor.full(Shape.of(n), 1.0 / n, Precision.FLOAT64)).toList());
        Pymdp given = new Pymdp(A, B, C, D, onA, onB, actions.orElse(own),
                controls.orElseGet(() -> B.stream().map(b -> b.shape().last()).toList()));
        FactoredPomdp model = given.model(Pymdp.Preferences.RAW);
        return new PomdpJson(model, root.find("pA").map(place -> likelihoods(place, model.structure())),
                root.find("pB").map(place -> transitions(place, model.structure())), root);
    }

    private static List<Tensor> arrays(JsonPlace list) {
        return list.elements().stream().map(JsonPlace::array).map(Tensor::of).toList();
    }

    private static List<Integer> events(String name, List<Tensor> arrays) {
        for (int i = 0; i < arrays.size(); i++) {
            if (arrays.get(i).shape().size() == 0 || arrays.get(i).shape().rank() == 0) {
                throw new IllegalArgumentException(name + "[" + i + "] is " + arrays.get(i).shape()
                        + ": it takes lists in lists, the event first");
            }
        }
        return arrays.stream().map(x -> x.shape().dim(0)).toList();
    }

    private static void same(JsonPlace root, String name, List<Integer> found) {
        root.find(name).ifPresent(place -> {
            List<Integer> said = integers(place);
            if (!said.equals(found)) {
                throw place.fault("it is " + said + ", and by the first axes of the arrays it is " + found);
            }
        });
    }

    private static List<Integer> integers(JsonPlace place) {
        return IntStream.of(place.naturals()).boxed().toList();
    }

    private static Optional<List<List<Integer>>> lists(JsonPlace root, String name) {
        return root.find(name).map(place -> place.elements().stream().map(PomdpJson::integers).toList());
    }

    /**
     * Arrays of the shape of A, such as counts, from pymdp's axes.
     *
     * @param place a list of one array for each modality
     * @param structure the model's structure
     * @return for each modality, {@link Structure#shapeA}
     * @throws IllegalArgumentException if their number or a shape is wrong
     */
    public static List<Tensor> likelihoods(JsonPlace place, Structure structure) {
        return shaped(place, structure.modalities().size(), structure::shapeA, (x, m) -> Pymdp.eventLast(x));
    }

    /**
     * Arrays of the shape of B, such as counts, from pymdp's axes.
     *
     * @param place a list of one array for each factor
     * @param structure the model's structure
     * @return for each factor, {@link Structure#shapeB}
     * @throws IllegalArgumentException if their number or a shape is wrong
     */
    public static List<Tensor> transitions(JsonPlace place, Structure structure) {
        return shaped(place, structure.factors().size(), structure::shapeB,
                (x, f) -> Pymdp.actionsFirst(x, structure.actionsB().get(f).size()));
    }

    private interface Turn {
        Tensor turn(Tensor x, int i);
    }

    private static List<Tensor> shaped(JsonPlace place, int n, IntFunction<Shape> shape, Turn turn) {
        List<JsonPlace> elements = place.elements(n);
        return IntStream.range(0, n)
                .mapToObj(i -> {
                    Tensor given = Tensor.of(elements.get(i).array());
                    boolean fits = given.shape().rank() == shape.apply(i).rank();
                    Tensor turned = fits ? turn.turn(given, i) : given;
                    if (!turned.shape().equals(shape.apply(i))) {
                        throw elements.get(i).fault("an array of " + given.shape()
                                + ": its axes are those of the model's own array");
                    }
                    return turned;
                })
                .toList();
    }

    /**
     * A model as JSON.
     *
     * @param model any whose preferences are finite
     * @return an object that {@link #of} takes
     * @throws IllegalArgumentException if a preference is −∞, which JSON has not
     */
    public static Json json(FactoredPomdp model) {
        Pymdp pymdp = Pymdp.of(model);
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("num_states", integers(model.structure().factors(), Variable::size));
        members.put("num_obs", integers(model.structure().modalities(), Variable::size));
        members.put("num_controls", integers(pymdp.controls(), n -> n));
        members.put("A_dependencies", lists(pymdp.dependenciesA()));
        members.put("B_dependencies", lists(pymdp.dependenciesB()));
        if (!pymdp.actionsB().equals(IntStream.range(0, pymdp.B().size()).mapToObj(List::of).toList())) {
            members.put("B_action_dependencies", lists(pymdp.actionsB()));
        }
        members.put("A", arrays(pymdp.A()));
        members.put("B", arrays(pymdp.B()));
        members.put("C", arrays(pymdp.C()));
        members.put("D", arrays(pymdp.D()));
        return Json.of(members);
    }

    /**
     * Writes a model to a file that appears whole or not at all.
     *
     * @param path where
     * @param model any whose preferences are finite
     * @throws IOException if it cannot be written; what was there before is untouched then
     * @throws IllegalArgumentException if a preference is −∞, which JSON has not
     */
    public static void write(Path path, FactoredPomdp model) throws IOException {
        json(model).write(path);
    }

    private static <T> Json integers(List<T> list, Function<T, Integer> number) {
        return Json.of(list.stream().mapToInt(number::apply).toArray());
    }

    private static Json lists(List<List<Integer>> lists) {
        return Json.of(lists.stream().map(list -> integers(list, n -> n)).toList());
    }

    private static Json arrays(List<Tensor> arrays) {
        return Json.of(arrays.stream().map(x -> Json.of(x.array())).toList());
    }
}
