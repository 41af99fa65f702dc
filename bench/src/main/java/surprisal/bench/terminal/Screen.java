package surprisal.bench.terminal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the place where our output goes is able to show.
 *
 * @param width columns
 * @param unicode whether dots, blocks and letters beyond ASCII are shown
 * @param colour whether escape sequences are understood and wanted (see no-color.org)
 * @param live whether someone watches: a terminal, where a line may be drawn over
 */
public record Screen(int width, boolean unicode, boolean colour, boolean live) {
    private static final int USUAL_WIDTH = 80;
    private static final int WIDEST = 160;

    /** A file or a pipe: 80 columns, no colour. */
    public static final Screen PLAIN = new Screen(USUAL_WIDTH, true, false, false);

    /**
     * Standard output of this process.
     *
     * @return what it can show
     */
    public static Screen standardOutput() {
        return of(1, System.getenv());
    }

    /**
     * Standard error of this process.
     *
     * @return what it can show
     */
    public static Screen standardError() {
        return of(2, System.getenv());
    }

    private static Screen of(int descriptor, Map<String, String> environment) {
        boolean terminal = terminal(descriptor);
        boolean dumb = "dumb".equals(environment.get("TERM"));
        boolean colour =
                terminal && !dumb && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Screen(terminal ? width(environment) : USUAL_WIDTH, unicode(environment), colour, terminal && !dumb);
    }

    /** No locale set, as in most containers, says nothing about the terminal: nearly all of them speak UTF-8. */
    private static boolean unicode(Map<String, String> environment) {
        for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
            String locale = environment.getOrDefault(name, "");
            if (!locale.isEmpty())
                return locale.equals("C")
                        || locale.equals("POSIX")
                        || locale.toUpperCase(Locale.ROOT).replace("-", "").contains("UTF8");
        }
        return true;
    }

    private static boolean terminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console().isTerminal(); // no /proc: what Java knows
        }
    }

    private static int width(Map<String, String> environment) {
        try {
            int columns =
                    Integer.parseInt(environment.getOrDefault("COLUMNS", "").strip());
            if (columns > 0) return Math.min(columns, WIDEST);
        } catch (NumberFormatException e) {
            // not set: ask the terminal
        }
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String[] size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .split(" ", -1);
            if (stty.waitFor(1, TimeUnit.SECONDS) && stty.exitValue() == 0 && size.length == 2 && !size[1].equals("0"))
                return Math.clamp(Integer.parseInt(size[1]), 20, WIDEST);
        } catch (IOException | NumberFormatException e) {
            // no stty or no terminal
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return USUAL_WIDTH;
    }

    /**
     * What is left of this screen beside an indentation.
     *
     * @param by columns of indentation
     * @return the same screen, narrower
     */
    public Screen narrower(int by) {
        return new Screen(Math.max(1, width - by), unicode, colour, live);
    }

    /**
     * Text that stands out where colours are shown.
     *
     * @param text the text
     * @return the same, perhaps between escape sequences
     */
    public String bold(String text) {
        return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /**
     * Text that stands back where colours are shown.
     *
     * @param text the text
     * @return the same, perhaps between escape sequences
     */
    public String dim(String text) {
        return colour ? "\u001b[2m" + text + "\u001b[0m" : text;
    }
}
