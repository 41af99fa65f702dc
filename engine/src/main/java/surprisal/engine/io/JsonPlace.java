package surprisal.engine.io;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import surprisal.engine.Array;
import surprisal.engine.Shape;

/**
 * A value in a tree of JSON, and the way to it: what is not as expected is said in a sentence that begins with the way,
 * {@code cases[2].gamma: expected a number, found "high"}. All of these are IllegalArgumentExceptions.
 *
 * @param way the names and indices that lead here; empty at the root
 * @param value what is here
 */
public record JsonPlace(String way, Json value) {

    /**
     * The root of a tree.
     *
     * @param value the whole
     * @return its place
     */
    public static JsonPlace root(Json value) {
        return new JsonPlace("", value);
    }

    /**
     * A fault here.
     *
     * @param sentence what was found and what was expected
     * @return the exception to throw
     */
    public IllegalArgumentException fault(String sentence) {
        return new IllegalArgumentException((way.isEmpty() ? "" : way + ": ") + sentence);
    }

    private IllegalArgumentException expected(String what) {
        String found = switch (value) {
            case Json.Members object -> "an object";
            case Json.Elements list -> "a list of " + list.elements().size();
            case Json.Num number -> number.text();
            case Json.Words text -> JsonText.quoted(text.value());
            case Json.Bool truth -> truth.text();
            case Json.Null nothing -> "null";
        };
        return fault("expected " + what + ", found " + found);
    }

    /**
     * The names of an object's members.
     *
     * @return in order
     */
    public Set<String> names() {
        return members().members().keySet();
    }

    private Json.Members members() {
        if (value instanceof Json.Members object) return object;
        throw expected("an object");
    }

    private Json.Elements list() {
        if (value instanceof Json.Elements list) return list;
        throw expected("a list");
    }

    /**
     * Refuses an object that has other members than these.
     *
     * @param known the names that it may have
     * @return this place
     */
    public JsonPlace only(String... known) {
        for (String name : names()) {
            if (!Arrays.asList(known).contains(name)) {
                throw fault("unknown name " + JsonText.quoted(name) + ": known here are " + String.join(", ", known));
            }
        }
        return this;
    }

    /**
     * A member.
     *
     * @param name its name
     * @return its place
     */
    public JsonPlace at(String name) {
        return find(name).orElseThrow(() -> fault("there is no " + JsonText.quoted(name) + " among "
            + String.join(", ", names())));
    }

    /**
     * A member that may be missing; null counts as missing.
     *
     * @param name its name
     * @return its place, if it is there
     */
    public Optional<JsonPlace> find(String name) {
        Json member = members().members().get(name);
        return member == null || member == Json.Null.NULL ? Optional.empty()
            : Optional.of(new JsonPlace(way.isEmpty() ? name : way + "." + name, member));
    }

    /**
     * The elements of a list.
     *
     * @return their places
     */
    public List<JsonPlace> elements() {
        List<Json> elements = list().elements();
        return IntStream.range(0, elements.size())
            .mapToObj(i -> new JsonPlace(way + "[" + i + "]", elements.get(i))).toList();
    }

    /**
     * The elements of a list of a known length.
     *
     * @param n how many there have to be
     * @return their places
     */
    public List<JsonPlace> elements(int n) {
        if (list().elements().size() != n) throw expected("a list of " + n);
        return elements();
    }

    /**
     * A number.
     *
     * @return the number
     */
    public double number() {
        if (value instanceof Json.Num(double number)) return number;
        throw expected("a number");
    }

    /**
     * A whole number from 0 on.
     *
     * @return the number
     */
    public int natural() {
        if (value instanceof Json.Num(double number) && number >= 0 && number == (int) number) return (int) number;
        throw expected("a whole number from 0 on");
    }

    /**
     * A list of whole numbers from 0 on.
     *
     * @return the numbers
     */
    public int[] naturals() {
        return elements().stream().mapToInt(JsonPlace::natural).toArray();
    }

    /**
     * A string.
     *
     * @return its characters
     */
    public String words() {
        if (value instanceof Json.Words(String words)) return words;
        throw expected("a string");
    }

    /**
     * True or false.
     *
     * @return which
     */
    public boolean truth() {
        if (value instanceof Json.Bool truth) return truth == Json.Bool.TRUE;
        throw expected("true or false");
    }

    /**
     * A number, or lists in lists of numbers that are all as long as their neighbours.
     *
     * @return an array in float64 with an axis for each level
     */
    public Array array() {
        List<Integer> dims = new ArrayList<>();
        Json first = value;
        while (first instanceof Json.Elements(List<Json> elements)) {
            dims.add(elements.size());
            if (elements.isEmpty()) break;
            first = elements.getFirst();
        }
        int[] shape = dims.stream().mapToInt(Integer::intValue).toArray();
        DoubleStream.Builder numbers = DoubleStream.builder(); // not one array: the shape is a claim until it is filled
        collect(shape, 0, numbers);
        return Array.of(Shape.of(shape), numbers.build().toArray());
    }

    private void collect(int[] shape, int axis, DoubleStream.Builder numbers) {
        if (axis == shape.length) {
            numbers.add(number());
            return;
        }
        if (!(value instanceof Json.Elements(List<Json> elements)) || elements.size() != shape[axis]) {
            throw expected("a list of " + shape[axis] + " as its neighbours are");
        }
        for (int i = 0; i < elements.size(); i++) {
            Json element = elements.get(i);
            if (axis == shape.length - 1 && element instanceof Json.Num(double number)) numbers.add(number);
            else new JsonPlace(way + "[" + i + "]", element).collect(shape, axis + 1, numbers);
        }
    }
}
