package surprisal.models.env;

import java.util.ArrayList;
import java.util.List;
import surprisal.models.pomdp.FactoredPomdp;
import surprisal.models.pomdp.PomdpBuilder;

/**
 * Rooms joined by ways, and an object in one of them or in none, which is seen where one stands (pymdp's {@code GraphEnv}).
 * An action names a room and leads there if there is a way.
 *
 * @param rooms their names
 * @param ways pairs of rooms, by their numbers
 */
public record GraphWorld(List<String> rooms, List<GraphWorld.Way> ways) {

    /**
     * A way, to be gone in both directions.
     *
     * @param from a room's number
     * @param to another's
     */
    public record Way(int from, int to) {}

    /**
     * A graph.
     *
     * @throws IllegalArgumentException if a way names a room that is not there
     */
    public GraphWorld {
        rooms = List.copyOf(rooms);
        ways = List.copyOf(ways);
        for (Way way : ways) {
            if (Math.min(way.from, way.to) < 0 || Math.max(way.from, way.to) >= rooms.size()) {
                throw new IllegalArgumentException("a way from " + way.from + " to " + way.to + ": there are rooms 0 to "
                        + (rooms.size() - 1));
            }
        }
    }

    /**
     * Halls with rooms of their own, each hall joined to the next: pymdp's connected clusters.
     *
     * @param halls how many
     * @param each how many ways lead on from a hall; the last of them to the next hall
     * @return the graph
     * @throws IllegalArgumentException if there is no hall, or no way from it
     */
    public static GraphWorld clusters(int halls, int each) {
        if (halls < 1 || each < 1) {
            throw new IllegalArgumentException(halls + " halls with " + each + " ways each: at least one of each");
        }
        List<String> rooms = new ArrayList<>();
        List<Way> ways = new ArrayList<>();
        for (int i = 0; i <= halls * each; i++) {
            rooms.add((i % each == 0 && i < halls * each ? "hall " : "room ") + i);
            if (i > 0) {
                ways.add(new Way((i - 1) / each * each, i));
            }
        }
        return new GraphWorld(rooms, ways);
    }

    /**
     * A search for the object, which is anywhere or nowhere with equal probability.
     *
     * @param start where it begins
     * @param wish the log-preference for seeing the object
     * @return factors place, object; modalities place, seen
     */
    public FactoredPomdp model(int start, double wish) {
        String[] names = rooms.toArray(String[]::new);
        List<String> hidden = new ArrayList<>(rooms);
        hidden.add("nowhere");
        PomdpBuilder world = FactoredPomdp.builder()
                .factor("place", names)
                .factor("object", hidden.toArray(String[]::new))
                .action("go", names)
                .modality("place", names).dependsOn("place");
        for (String name : names) {
            world.given("place", name).outcome(name);
        }
        world.modality("seen", "nothing", "object").given().outcome("nothing");
        for (String name : names) {
            world.given("place", name, "object", name).outcome("object");
        }
        world.transition("place").dependsOn("go", "place");
        for (Way way : ways) {
            String a = names[way.from], b = names[way.to];
            world.given("place", a, "go", b).next(b).given("place", b, "go", a).next(a);
        }
        return world.initially("place", names[start]).prefer("seen", "object", wish).build();
    }
}
