package surprisal.bench.learning;

import java.nio.file.Path;
import java.util.Map;
import surprisal.bench.digits.Images;

/** What a run writes about itself into its files, and reads before it takes one up again. */
public final class Notes {
    private Notes() {}

    /**
     * Lets a file of the same run pass. Files of before {@link Images#CHECKSUM} was written do not have it, and pass too.
     *
     * @param file the file, for the message
     * @param there what it says
     * @param here what this run would say
     * @throws IllegalArgumentException if the file is of a run with other settings or other data; the message names the first note
     *     that differs
     */
    public static void agree(Path file, Map<String, String> there, Map<String, String> here) {
        here.forEach((name, value) -> {
            boolean older = name.equals(Images.CHECKSUM) && !there.containsKey(name);
            if (!older && !value.equals(there.get(name)))
                throw new IllegalArgumentException("%s is of a run with %s %s, this one has %s: ".formatted(
                                file, name, there.get(name), value)
                        + "give the same, or start afresh in another folder");
        });
    }
}
