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
     * Runs one program.
     *
     * @param args its name
     */
    public static void main(String[] args) {
        Runnable program = args.length == 1 ? PROGRAMS.get(args[0]) : null;
        if (program == null) {
            System.err.println("surprisal cold takes the name of one program: " + String.join(", ", PROGRAMS.keySet()));
            System.exit(2);
        }
        program.run();
    }
}
