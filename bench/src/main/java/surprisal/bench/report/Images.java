package surprisal.bench.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Rows of small pictures, each row with a label at its side. Pictures are ink on paper: 0 is the page, 1 the full
 * ink, so that they suit a light page and a dark one.
 *
 * @param caption what they show
 * @param columns captions over the columns, from left to right; may be empty
 * @param rows the rows
 */
public record Images(String caption, List<String> columns, List<Strip> rows) implements Block {

    /**
     * One row of pictures.
     *
     * @param label what this row is; may be empty
     * @param width of one picture, in pixels
     * @param pictures each row by row, one number in [0, 1] for each pixel
     */
    public record Strip(String label, int width, List<float[]> pictures) {}

    /**
     * No pictures yet.
     *
     * @param caption what they show
     * @return the images
     */
    public static Images captioned(String caption) {
        return new Images(caption, List.of(), List.of());
    }

    /**
     * These images with captions over the columns.
     *
     * @param captions from left to right
     * @return the images
     */
    public Images over(List<String> captions) {
        return new Images(caption, List.copyOf(captions), rows);
    }

    /**
     * These images and one more row.
     *
     * @param label what this row is
     * @param width of one picture, in pixels
     * @param pictures each row by row, one number in [0, 1] for each pixel
     * @return the images
     */
    public Images row(String label, int width, List<float[]> pictures) {
        List<Strip> all = new ArrayList<>(rows);
        all.add(new Strip(label, width, List.copyOf(pictures)));
        return new Images(caption, columns, List.copyOf(all));
    }

    @Override
    public void write(Html html) {
        boolean labelled = rows.stream().anyMatch(r -> !r.label.isEmpty());
        html.open("figure", "class", labelled ? "images labelled" : "images");
        html.open("div", "class", "strips");
        if (!columns.isEmpty()) {
            if (labelled) html.open("span").close("span");
            html.open("div", "class", "heads", "style", "--n:" + columns.size());
            for (String head : columns) html.element("span", head);
            html.close("div");
        }
        for (Strip row : rows) {
            if (labelled) html.open("span", "class", "label").prose(row.label).close("span");
            String says = "%s: %d pictures".formatted(row.label.isEmpty() ? caption : row.label, row.pictures.size());
            byte[] png = strip(row);
            html.open(
                    "img",
                    "alt",
                    says.replace("$", ""),
                    "src",
                    "data:image/png;base64," + Base64.getEncoder().encodeToString(png));
        }
        html.close("div");
        html.open("figcaption").prose(caption).close("figcaption").close("figure");
    }

    /** The pictures of a row side by side, an eighth of a picture between them. */
    private static byte[] strip(Strip row) {
        int w = row.width, n = row.pictures.size();
        int h = n == 0 ? 1 : row.pictures.getFirst().length / w, gap = Math.max(1, w / 8);
        int width = Math.max(1, n * (w + gap) - gap);
        byte[] ink = new byte[width * h];
        for (int p = 0; p < n; p++)
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++) {
                    float value = row.pictures.get(p)[y * w + x];
                    ink[y * width + p * (w + gap) + x] = (byte) Math.round(255 * Math.clamp(value, 0f, 1f));
                }
        return Png.ink(width, h, ink);
    }
}
