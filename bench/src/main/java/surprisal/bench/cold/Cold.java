package surprisal.bench.cold;

import java.util.LinkedHashMap;
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
     * @param args their names
     */
    public static void main(String[] args) {
        for (String name : args) {
            Runnable program = PROGRAMS.get(name);
            if (program == null) {
                System.err.println("surprisal cold has no program " + name + ": it takes " + String.join(", ", PROGRAMS.keySet()));
                System.exit(2);
            }
            program.run();
        }
    }
}
