package surprisal.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final String EVIL = "</script><img src=x onerror=alert(1)>\"'&";

    private static Report everything(String text) {
        Report report = Report.titled(text).lead(text).figure(text, text, text).made(text, text);
        report.section(text)
                .text(text)
                .formula(text, text)
                .add(Chart.of(text, text, text)
                        .line(text, new double[] {0, 1, 2}, new double[] {1, Double.NaN, 3})
                        .level(text, 2))
                .add(Chart.of(text, text, text).points(text, new double[] {1, 1}, new double[] {2, 3}))
                .row(Images.captioned(text).over(List.of(text)).row(text, 2, List.of(new float[] {0, 1, .5f, 2})))
                .add(Table.of(text, text, text).row(text, new Table.Bar(-1, 2, "%.1f")));
        return report;
    }

    @Test
    void whateverIsWrittenIsText() throws IOException {
        String page = everything(EVIL).html();
        assertFalse(page.contains("<img src=x"), "an element was injected");
        int scripts = page.split("<script", -1).length - 1, ends = page.split("</script>", -1).length - 1;
        assertEquals(2 + 2, scripts, "two charts, the library and ours");
        assertEquals(scripts, ends);
    }

    @Test
    void nothingIsLoadedFromElsewhere() throws IOException {
        String page = everything("plain").html();
        assertTrue(page.contains("default-src &#39;none&#39;"));
        assertFalse(Pattern.compile("(src|href)\\s*=\\s*[\"']?(https?:)?//")
                .matcher(page)
                .find());
        assertFalse(
                Pattern.compile("@import|url\\(\\s*[\"']?http").matcher(page).find());
    }

    @Test
    void everyImageAndChartHasWordsAndEveryChartItsNumbers() throws IOException {
        String page = everything("plain").html();
        assertFalse(
                Pattern.compile("<img(?![^>]*\\balt=\"[^\"]+\")").matcher(page).find());
        assertEquals(2, page.split("role=\"img\" aria-label=\"Chart: plain", -1).length - 1);
        assertEquals(2, page.split("<details>", -1).length - 1);
    }

    @Test
    void aGapIsNullAndPointsOverOneAbscissaAllStay() throws IOException {
        String page = everything("plain").html();
        assertTrue(page.contains("\"data\":[[0,1,2],[1,null,3],[2,2,2]]"), page);
        assertTrue(page.contains("\"data\":[[1,1],[2,3]]"));
    }

    @Test
    void formulasAreTypesetAndUnbalancedOnesSurvive() {
        Html html = new Html();
        html.prose("so $D_{KL}[q] ≥ x^2$ and `a<b`, 5 $ each");
        assertEquals(
                "so <span class=\"math\"><i>D</i><sub>KL</sub>[<i>q</i>] ≥ <i>x</i><sup>2</sup></span> and "
                        + "<code>a&lt;b</code>, 5 $ each",
                html.toString());
        Html broken = new Html();
        Formula.typeset("a_{b + c_", broken);
        assertEquals("<span class=\"math\"><i>a</i><sub>{</sub><i>b</i> + <i>c</i>_</span>", broken.toString());
    }

    @Test
    void writesTheWholeFileOrNothing(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("deep/er/report.html");
        everything("one").write(file);
        everything("two").write(file);
        assertTrue(Files.readString(file).contains("two"));
        try (var files = Files.list(file.getParent())) {
            assertEquals(List.of(file), files.toList(), "nothing else is left behind");
        }
        Path taken =
                Files.createDirectories(folder.resolve("taken/report.html/x")).getParent();
        assertThrows(IOException.class, () -> everything("three").write(taken));
        try (var files = Files.list(taken.getParent())) {
            assertEquals(List.of(taken), files.toList());
        }
    }

    @Test
    void rowsAndSeriesThatDoNotFitAreRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> Table.of("t", "a", "b").row(1));
        assertThrows(
                IllegalArgumentException.class, () -> Chart.of("t", "x", "y").line("l", new double[1], new double[2]));
    }
}
