package surprisal.bench.terminal;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;

/**
 * What a command tells while it works.
 *
 * @param out where results go
 * @param screen what that place shows
 * @param progress where progress is drawn
 * @param watched what that place shows
 * @param quiet whether only results are told
 */
public record Talk(PrintWriter out, Screen screen, PrintStream progress, Screen watched, boolean quiet) {

    /**
     * Talk to whoever started this process.
     *
     * @param out where results go
     * @param quiet whether only results are told
     * @return the talk
     */
    public static Talk to(PrintWriter out, boolean quiet) {
        return new Talk(out, Screen.standardOutput(), System.err, Screen.standardError(), quiet);
    }

    /**
     * Tells a line, unless quiet.
     *
     * @param line the line
     */
    public void say(String line) {
        if (quiet) return;
        out.println(line);
        out.flush();
    }

    /**
     * Tells lines, indented by two, unless quiet.
     *
     * @param lines the lines
     */
    public void block(List<String> lines) {
        lines.forEach(line -> say("  " + line));
    }

    /**
     * Tells a result, quiet or not.
     *
     * @param line the line
     */
    public void result(String line) {
        out.println(line);
        out.flush();
    }

    /**
     * A progress bar where somebody watches.
     *
     * @param name what is going on
     * @param steps how many steps it takes
     * @param done how many of these are behind us
     * @return the bar
     */
    public Progress progress(String name, long steps, long done) {
        return quiet ? Progress.silent() : Progress.on(watched, progress, name, steps, done);
    }
}
