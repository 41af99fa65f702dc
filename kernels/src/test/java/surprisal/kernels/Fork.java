package surprisal.kernels;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM like this one, with nothing on its class path but these classes and their tests. */
final class Fork {

    static final String VECTOR = "--add-modules=jdk.incubator.vector";

    private Fork() {}

    static ProcessBuilder java(List<String> options, Class<?> main, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        String separator = System.getProperty("path.separator");
        String path = Path.of(uri(Workers.class)) + separator + Path.of(uri(Fork.class));
        command.addAll(List.of("-cp", path, main.getName()));
        command.addAll(List.of(args));
        ProcessBuilder process = new ProcessBuilder(command);
        // options from the outside would change what is tested, and print a line
        process.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        return process;
    }

    static URI uri(Class<?> c) {
        return URI.create(c.getProtectionDomain().getCodeSource().getLocation().toString());
    }
}
