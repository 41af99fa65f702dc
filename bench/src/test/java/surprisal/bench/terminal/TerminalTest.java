package surprisal.bench.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private static final Screen ASCII = new Screen(80, false, false, false);

    @Test
    void aPictureIsDotsOrShades() {
        float[] diagonal = {1, 0, 0, 1, 0, 0, 0, 0}; // 2 × 4 pixels
        assertEquals(List.of("⠑"), Pictures.draw(Screen.PLAIN, 2, List.of(diagonal)));
        assertEquals(List.of(":"), Pictures.draw(ASCII, 2, List.of(diagonal)));
        assertEquals(List.of("@"), Pictures.draw(ASCII, 2, List.of(new float[] {1, 1, 1, 1, 1, 1, 1, 9})));
    }

    @Test
    void onlyAsManyPicturesAsThereIsRoomFor() {
        List<float[]> twelve = java.util.Collections.nCopies(12, new float[784]);
        twelve.forEach(p -> java.util.Arrays.fill(p, 1));
        for (int width : new int[] {20, 40, 80, 81, 160})
            for (String line : Pictures.draw(new Screen(width, true, false, false), 28, twelve))
                assertTrue(line.length() <= Math.max(width, 14), line);
        assertEquals(5, Pictures.perLine(Screen.PLAIN, 28));
    }

    @Test
    void aSparklineGoesFromItsLowestToItsHighest() {
        assertEquals("▁▅█", Sparkline.of(Screen.PLAIN, 10, 0, 1, 2).replace("▄", "▅"));
        assertEquals("_ #", Sparkline.of(ASCII, 10, 0, Double.NaN, 2));
        assertEquals("▁▁", Sparkline.of(Screen.PLAIN, 2, 3, 3, 3, 3));
        assertEquals(40, Sparkline.of(Screen.PLAIN, 40, new double[1000]).length());
        assertEquals("", Sparkline.of(Screen.PLAIN, 40));
    }

    @Test
    void columnsAreAligned() {
        assertEquals(
                List.of("move     G", "left  3.21", "cue    1.1"),
                new Columns(Screen.PLAIN, "move", "G")
                        .row("left", "3.21")
                        .row("cue", "1.1")
                        .lines());
    }

    @Test
    void noEscapeSequencesWithoutColour() {
        assertEquals("x", Screen.PLAIN.bold("x").replace("\u001b", "!"));
        assertFalse(new Screen(80, true, true, true).bold("x").equals("x"));
    }
}
