package surprisal.models;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import surprisal.engine.io.Json;
import surprisal.engine.io.JsonPlace;
import surprisal.models.pomdp.PomdpJson;

/** The files beside the tests that other programs made. */
public final class Goldens {
    private static final String[] BESIDE = {"cases", "E", "H", "settings", "obs", "policies", "steps", "q_pi", "q_pi_f64", "nodes",
        "nodes_f64"};

    private Goldens() {}

    /**
     * The files of a folder whose names begin alike.
     *
     * @param folder {@code pymdp} or {@code traces}
     * @param prefix such as {@code policies}
     * @return their names in order, as {@link #model} takes them
     */
    public static List<String> names(String folder, String prefix) {
        try {
            URI uri = Goldens.class.getResource("goldens/" + folder).toURI();
            try (Stream<Path> files = Files.list(Path.of(uri))) {
                return files.map(file -> file.getFileName().toString()).filter(name -> name.startsWith(prefix)).sorted()
                        .map(name -> folder + "/" + name).toList();
            }
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * A file as it is.
     *
     * @param name {@code pymdp/policies-0.json}
     * @return its root
     */
    public static JsonPlace file(String name) {
        try (InputStream in = Goldens.class.getResourceAsStream("goldens/" + name)) {
            return JsonPlace.root(Json.read(in, name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * A file's model; its cases are in the root.
     *
     * @param name {@code pymdp/policies-0.json}
     * @return the model and the rest
     */
    public static PomdpJson model(String name) {
        return PomdpJson.of(file(name), BESIDE);
    }
}
