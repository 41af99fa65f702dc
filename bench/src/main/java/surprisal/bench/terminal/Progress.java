package surprisal.bench.terminal;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a long piece of work is: a bar that is drawn over and over, or nothing where nobody watches. */
public final class Progress implements AutoCloseable {
    private final ProgressBar bar;

    private Progress(ProgressBar bar) {
        this.bar = bar;
    }

    /**
     * Progress that nobody sees.
     *
     * @return it
     */
    public static Progress silent() {
        return new Progress(null);
    }

    /**
     * A bar on a terminal; silent elsewhere.
     *
     * @param screen where it is shown
     * @param to the stream of that screen
     * @param name what is going on
     * @param steps how many steps it takes
     * @param done how many of these are behind us
     * @return the bar
     */
    public static Progress on(Screen screen, PrintStream to, String name, long steps, long done) {
        if (!screen.live()) return silent();
        // A consumer with a given width, because asking the library for it would load a native terminal library.
        ProgressBarBuilder builder = ProgressBar.builder()
                .setTaskName(name)
                .setInitialMax(steps)
                .startsFrom(done, java.time.Duration.ZERO)
                .setUpdateIntervalMillis(100)
                .setStyle(screen.unicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                .setMaxRenderedLength(screen.width() - 1)
                .setConsumer(new ConsoleProgressBarConsumer(to, screen.width() - 1))
                .clearDisplayOnFinish();
        return new Progress(builder.build());
    }

    /**
     * One more step is done.
     *
     * @param says what to show beside the bar
     */
    public void step(String says) {
        if (bar == null) return;
        bar.step();
        bar.setExtraMessage(" " + says);
    }

    /** The work is over: the bar goes away. */
    @Override
    public void close() {
        if (bar != null) bar.close();
    }
}
