package surprisal.bench.report;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A report: title, key figures, sections. {@link #write} makes one file of it that needs no other. */
public final class Report {
    /** Where the build puts the charting library, uPlot (MIT licence, https://github.com/leeoniya/uPlot). */
    private static final String UPLOT = "/surprisal/bench/uplot/";

    /** Whatever the page is asked to load from elsewhere, the browser refuses. */
    private static final String POLICY =
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'";

    private final String title;
    private final List<String> leads = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private final Map<String, String> colophon = new LinkedHashMap<>();

    private record Figure(String value, String unit, String label) {}

    private Report(String title) {
        this.title = title;
    }

    /**
     * An empty report.
     *
     * @param title its title
     * @return the report
     */
    public static Report titled(String title) {
        return new Report(title);
    }

    /**
     * Adds a sentence under the title.
     *
     * @param prose the sentence
     * @return this report
     */
    public Report lead(String prose) {
        leads.add(prose);
        return this;
    }

    /**
     * Adds a number that the reader should take away.
     *
     * @param value the number, as it is to be shown
     * @param unit its unit; may be empty
     * @param label what it is
     * @return this report
     */
    public Report figure(String value, String unit, String label) {
        figures.add(new Figure(value, unit, label));
        return this;
    }

    /**
     * Adds a section.
     *
     * @param heading its heading
     * @return the section, to be filled
     */
    public Section section(String heading) {
        Section section = new Section(heading);
        sections.add(section);
        return section;
    }

    /**
     * Adds a line to the end of the report: how, where and with what it was made.
     *
     * @param name what
     * @param value its value
     * @return this report
     */
    public Report made(String name, String value) {
        colophon.put(name, value);
        return this;
    }

    /** A heading and what is under it. */
    public static final class Section {
        private final String heading;
        private final List<Block> blocks = new ArrayList<>();

        private Section(String heading) {
            this.heading = heading;
        }

        /**
         * Adds a block: a chart, images, a table, a formula.
         *
         * @param block the block
         * @return this section
         */
        public Section add(Block block) {
            blocks.add(block);
            return this;
        }

        /**
         * Adds a paragraph.
         *
         * @param prose the paragraph, in the markup of {@link Text}
         * @return this section
         */
        public Section text(String prose) {
            return add(new Text(prose));
        }

        /**
         * Adds a formula on a line of its own.
         *
         * @param formula the formula, in the notation of {@link Formula}
         * @param says the same in words; may be empty
         * @return this section
         */
        public Section formula(String formula, String says) {
            return add(new Formula(formula, says));
        }

        /**
         * Adds blocks that stand side by side where there is room.
         *
         * @param beside the blocks
         * @return this section
         */
        public Section row(Block... beside) {
            return add(new Row(List.of(beside)));
        }
    }

    /**
     * The whole page.
     *
     * @return HTML
     * @throws IOException if the style, the script or the charting library is missing from the build
     */
    public String html() throws IOException {
        Html html = new Html();
        html.raw("<!doctype html>\n").open("html", "lang", "en").open("head").open("meta", "charset", "utf-8");
        html.open("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
        html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.open("meta", "name", "color-scheme", "content", "light dark").element("title", title);
        html.raw("<style>")
                .raw(resource(UPLOT + "uPlot.min.css"))
                .raw(resource("report.css"))
                .raw("</style>");
        html.close("head").open("body").open("main").open("header").element("h1", title);
        for (String lead : leads) html.open("p", "class", "lead").prose(lead).close("p");
        if (!figures.isEmpty()) figures(html);
        html.close("header");
        for (int i = 0; i < sections.size(); i++) section(html, i);
        if (!colophon.isEmpty()) colophon(html);
        html.close("main");
        html.raw("\n<script>").raw(resource(UPLOT + "uPlot.iife.min.js")).raw("</script>");
        html.raw("\n<script>").raw(resource("report.js")).raw("</script>");
        return html.close("body").close("html").raw("\n").toString();
    }

    private void figures(Html html) {
        html.open("dl", "class", "figures");
        for (Figure f : figures) {
            html.open("div").element("dt", f.label).open("dd").text(f.value);
            if (!f.unit.isEmpty()) html.text(" ").element("small", f.unit);
            html.close("dd").close("div");
        }
        html.close("dl");
    }

    private void section(Html html, int i) {
        Section section = sections.get(i);
        html.open("section", "aria-labelledby", "section-" + i);
        html.element("h2", section.heading, "id", "section-" + i);
        for (Block block : section.blocks) block.write(html);
        html.close("section");
    }

    private void colophon(Html html) {
        html.open("footer").open("dl");
        colophon.forEach((name, value) -> html.open("div")
                .element("dt", name)
                .open("dd")
                .prose(value)
                .close("dd")
                .close("div"));
        html.close("dl").close("footer");
    }

    /**
     * Writes the page, whole or not at all: a reader never sees half of it.
     *
     * @param file where to
     * @throws IOException if it can't be written
     */
    public void write(Path file) throws IOException {
        String page = html();
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        // Not createTempFile, which would let nobody but us read the report.
        Path draft = folder.resolve(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.writeString(draft, page);
            try {
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Report.class.getResourceAsStream(name)) {
            if (in == null)
                throw new FileNotFoundException(
                        "the report needs " + name + ", which this build lacks: build it again");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
