package surprisal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Wraps every jqwik property of the build. It gives each property a seed of its own that stays the same from run to
 * run (or, with {@code -Dsurprisal.seed=random}, jqwik's random one, which jqwik prints when the property fails), and
 * it writes down how often each was tried: {@code target/laws/RUN.txt}, one line per property.
 */
public final class Laws implements AroundPropertyHook {
    private static final Set<Path> STARTED = new HashSet<>();

    @Override
    public PropagationMode propagateTo() { return PropagationMode.ALL_DESCENDANTS; }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext law, PropertyExecutor run) {
        String name = law.containerClass().getName() + "." + law.targetMethod().getName();
        boolean fixed = !"random".equals(System.getProperty("surprisal.seed"));
        if (fixed && law.attributes().seed().isEmpty()) law.attributes().setSeed(Long.toString(name.hashCode()));
        PropertyExecutionResult result = run.execute();
        record(name + " " + result.countTries());
        return result;
    }

    private static synchronized void record(String line) {
        Path file = Path.of("target", "laws", System.getProperty("surprisal.run", "ide") + ".txt");
        try {
            Files.createDirectories(file.getParent());
            if (STARTED.add(file)) Files.deleteIfExists(file);
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
