package surprisal.bench.terminal;

import java.util.ArrayList;
import java.util.List;

/**
 * Grey images as text, side by side. With Unicode a character holds 2 × 4 dots of Braille, so that a digit of 28 × 28
 * pixels takes 14 columns and 7 lines; in ASCII a character is the shade of as many pixels.
 */
public final class Pictures {
    private static final int GAP = 2;
    private static final String SHADES = " .:-=+*#%@";

    /** The bits of a Braille character's dots, by row and column of the dot (Unicode 16, block U+2800). */
    private static final int[][] DOTS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

    private Pictures() {}

    /**
     * How many pictures stand side by side on a screen.
     *
     * @param screen the screen
     * @param width of one picture, in pixels
     * @return at least 1
     */
    public static int perLine(Screen screen, int width) {
        return Math.max(1, (screen.width() + GAP) / ((width + 1) / 2 + GAP));
    }

    /**
     * Draws as many pictures as the screen has room for, in one line of pictures.
     *
     * @param screen where they are shown
     * @param width of one picture, in pixels
     * @param pictures each row by row, one number in [0, 1] for each pixel
     * @return lines of text
     */
    public static List<String> draw(Screen screen, int width, List<float[]> pictures) {
        int shown = Math.min(pictures.size(), perLine(screen, width));
        if (shown == 0) return List.of();
        int height = pictures.getFirst().length / width;
        List<String> lines = new ArrayList<>();
        for (int top = 0; top < height; top += 4) {
            StringBuilder line = new StringBuilder();
            for (int p = 0; p < shown; p++) {
                if (p > 0) line.repeat(' ', GAP);
                for (int left = 0; left < width; left += 2)
                    line.append(cell(pictures.get(p), width, height, top, left, screen.unicode()));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static char cell(float[] picture, int width, int height, int top, int left, boolean unicode) {
        int dots = 0;
        float sum = 0;
        for (int y = 0; y < 4; y++)
            for (int x = 0; x < 2; x++) {
                if (top + y >= height || left + x >= width) continue;
                float ink = picture[(top + y) * width + left + x];
                sum += Math.clamp(ink, 0f, 1f);
                if (ink >= .5f) dots |= DOTS[y][x];
            }
        if (unicode) return dots == 0 ? ' ' : (char) (0x2800 + dots);
        return SHADES.charAt(Math.round(sum / 8 * (SHADES.length() - 1)));
    }
}
