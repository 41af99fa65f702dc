package surprisal.bench.cold;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The programs by name. No library reads the command line: that would take longer than they do. */
public final class Cold {

    /** What there is; a case {@code cold/NAME} measures each. */
    private static final SequencedMap<String, Runnable> PROGRAMS = new LinkedHashMap<>();

    static {
        PROGRAMS.put("vae-first-step", VaeFirstStep::run);
        PROGRAMS.put("tmaze-first-action", TmazeFirstAction::run);
    }

    private Cold() {}

    /**
     * Runs programs.
     *
     * @param args their names, at least one
     */
    public static void main(String[] args) {
        if (args.length == 0 || !PROGRAMS.keySet().containsAll(List.of(args))) {
            System.err.println("surprisal cold takes names of programs: " + String.join(", ", PROGRAMS.keySet()));
            System.exit(2);
        }
        for (String name : args) PROGRAMS.get(name).run();
    }
}
